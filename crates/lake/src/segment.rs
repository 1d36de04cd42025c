//! One immutable Parquet file: how rows become one, what index travels inside, how files are merged and checked.
//!
//! ```text
//! "PAR1"
//! row group 0: column chunks (every page with its CRC)
//! row group 1: ...
//! rollups                      see `rollup`: counts by time, source, severity and error code (logs, where they pay)
//! counts of words              see `word_counts` (logs, where they pay)
//! index                        see `index`: checksums of all bytes above, words
//! page indexes                 Parquet's column and offset indexes
//! footer                       Parquet's, with these keys:
//!   dendro.format              version of this layout, "2"
//!   dendro.index               where the index stands, "<offset>,<length>"
//!   dendro.rollup.*            where each rollup stands, if it is there, in the same form
//!   dendro.word_counts         where the counts of words stand, if they are there, in the same form
//!   dendro.checksum            CRCs of the page indexes and of the footer, see `checksum`
//! ```
//!
//! Other readers see a plain Parquet file and skip what they do not know. Every byte is covered by a checksum.

use arrow::array::RecordBatch;
use arrow::datatypes::{DataType, Schema, SchemaRef};
use record::Timestamp;

use crate::columns::{DATE, Table};

mod check;
mod checksum;
mod checksums;
mod encoder;
mod encoding;
mod filter;
mod footer;
mod index;
mod merge;
mod output;
mod page_crc;
mod reader;
mod rollup;
mod seal;
mod stats;
mod word_counts;

pub(crate) use check::check;
pub(crate) use checksums::Checksums;
pub use index::{INDEXED, PAGE_GROUP_ROWS, SegmentIndex};
pub(crate) use merge::merge;
pub use rollup::{Cuboid, DIMENSIONS, MINUTE_MICROS, RECORDS, load_rollups};
pub(crate) use seal::write;
pub use word_counts::WordCounts;

/// Version of the layout drawn above.
const FORMAT: &str = "2";

/// How segments are written.
#[derive(Debug, Clone)]
pub(crate) struct Options {
    /// Which table they belong to.
    pub(crate) table: Table,
    /// What tells their names from those of all other segments of the table. The same rows under the same name give
    /// the same files, so a repeated attempt overwrites the first.
    pub(crate) name: String,
    /// A segment that is this large is ended, and the next one begun.
    pub(crate) target_bytes: u64,
    /// How many threads write one.
    pub(crate) threads: usize,
}

/// A segment that is in the store and that no commit refers to yet.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct NewSegment {
    /// Path in the table's store, such as `date=2026-02-06/seg-42-0.parquet`.
    pub(crate) path: String,
    /// Days since 1970 of its partition.
    pub(crate) date: i32,
    /// Rows.
    pub(crate) rows: u64,
    /// File size.
    pub(crate) size_bytes: u64,
    /// First and last timestamp, both inside.
    pub(crate) time: (Timestamp, Timestamp),
    /// Statistics as the Delta log wants them.
    pub(crate) stats_json: String,
}

/// The columns that stand in the files: all but the partition column.
fn file_schema(view: &SchemaRef) -> SchemaRef {
    let fields: Vec<_> = view.fields().iter().filter(|field| field.name() != DATE).cloned().collect();
    std::sync::Arc::new(Schema::new(fields))
}

/// The same rows without the partition column.
fn without_date(rows: &RecordBatch) -> RecordBatch {
    let kept: Vec<usize> = (0..rows.num_columns()).filter(|&index| rows.schema_ref().field(index).name() != DATE).collect();
    rows.project(&kept).expect("BUG: projecting on columns that exist failed")
}

/// The view type of a column that a file stores as plain text.
fn view_type(stored: &DataType) -> DataType {
    match stored {
        DataType::Utf8 | DataType::LargeUtf8 => DataType::Utf8View,
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests;
