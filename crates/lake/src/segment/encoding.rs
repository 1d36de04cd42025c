use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Int64Type};
use parquet::basic::{Compression, Encoding, ZstdLevel};
use parquet::file::metadata::{KeyValue, SortingColumn};
use parquet::file::properties::{EnabledStatistics, WriterProperties, WriterPropertiesBuilder, WriterVersion};
use parquet::schema::types::ColumnPath;

use super::checksum;
use crate::columns::{ATTRIBUTES, MESSAGE, Table};

/// Rows of a row group. Each has dictionaries of its own: with half as many rows the ids of patterns alone take half a byte
/// more for each record.
pub(super) const ROW_GROUP_ROWS: usize = 128 << 10;

/// Rows of a page: what is decompressed to get at one record, and what the index tells apart.
pub(super) const PAGE_ROWS: usize = 8 << 10;

/// Bytes of a page, uncompressed, at most (unless one value is larger).
const PAGE_BYTES: usize = 1 << 20;

/// Level of zstd. Most segments are never written again, so that the first writing makes them small. Of 471,000 benchmark
/// records, bytes for each and CPU seconds for all: level 1 49.1 and 0.76, level 3 48.0 and 0.98, level 6 45.5 and 1.84.
const LEVEL: i32 = 3;

/// The same for ids. They are random, but stand in all records of one trace, which come close together: what repeats is found
/// at once, and looking for more finds it in the wrong places (4.6 bytes for each record with dictionaries or at level 3, 3.75
/// so).
const ID_LEVEL: i32 = 1;

/// Columns of such ids.
const IDS: [&str; 3] = ["trace_id", "span_id", "transaction_id"];

/// How many rows of a file are looked at to choose its encodings.
const SAMPLE_ROWS: usize = 4 << 10;

/// How the columns of a file are written, judged by its first rows.
///
/// All of it is what Parquet readers have known for years: pages of version 1, dictionaries, and the delta encodings.
pub(super) fn properties(table: Table, sample: &RecordBatch, sorted: bool) -> WriterProperties {
    let mut builder = WriterProperties::builder()
        .set_writer_version(WriterVersion::PARQUET_1_0)
        .set_created_by(concat!("dendro version ", env!("CARGO_PKG_VERSION")).to_owned())
        .set_compression(zstd(LEVEL))
        .set_max_row_group_row_count(None)
        .set_data_page_row_count_limit(PAGE_ROWS)
        .set_data_page_size_limit(PAGE_BYTES)
        .set_statistics_enabled(EnabledStatistics::Page)
        .set_key_value_metadata(Some(vec![pair("dendro.format", super::FORMAT), pair(checksum::KEY, checksum::BLANK)]));
    let sample = sample.slice(0, sample.num_rows().min(SAMPLE_ROWS));
    for (field, column) in sample.schema_ref().fields().iter().zip(sample.columns()) {
        builder = column_properties(builder, field.name(), column);
    }
    let time = sample.schema_ref().index_of(table.time_column()).expect("BUG: a table without its time column");
    let order = SortingColumn { column_idx: time as i32, descending: false, nulls_first: false };
    builder.set_sorting_columns(sorted.then(|| vec![order])).build()
}

fn zstd(level: i32) -> Compression {
    Compression::ZSTD(ZstdLevel::try_new(level).expect("BUG: zstd has no such level"))
}

/// A pair of the footer's metadata.
pub(super) fn pair(key: &str, value: &str) -> KeyValue {
    KeyValue::new(key.to_owned(), value.to_owned())
}

fn column_properties(builder: WriterPropertiesBuilder, name: &str, column: &ArrayRef) -> WriterPropertiesBuilder {
    let path = ColumnPath::new(vec![name.to_owned()]);
    let dictionary = dictionary_pays(name, column);
    let mut builder = builder.set_column_dictionary_enabled(path.clone(), dictionary);
    if let Some(encoding) = encoding(name, column.data_type(), dictionary) {
        builder = builder.set_column_encoding(path.clone(), encoding);
    }
    if IDS.contains(&name) {
        builder = builder.set_column_compression(path.clone(), zstd(ID_LEVEL));
    }
    // Nobody asks for messages or JSON in a range, and their bounds are long.
    if matches!(name, MESSAGE | ATTRIBUTES | "raw") {
        builder = builder.set_column_statistics_enabled(path.clone(), EnabledStatistics::Chunk);
    }
    builder
}

/// What a column is written in where it has no dictionary, or where its dictionary has become too large.
fn encoding(name: &str, data_type: &DataType, dictionary: bool) -> Option<Encoding> {
    match data_type {
        // Consecutive ids share their beginning.
        _ if name == "record_id" => Some(Encoding::DELTA_BYTE_ARRAY),
        // Lengths apart from bytes compress better.
        DataType::Utf8View => Some(Encoding::DELTA_LENGTH_BYTE_ARRAY),
        // Its encoder holds a megabyte from the start, which is much for a column that will not need it.
        DataType::Int64 | DataType::Timestamp(..) if !dictionary => Some(Encoding::DELTA_BINARY_PACKED),
        _ => None,
    }
}

/// Whether the values repeat enough for a dictionary. Where they do not, making one costs time, and then the writer
/// falls back anyway.
fn dictionary_pays(name: &str, column: &ArrayRef) -> bool {
    if name == "record_id" || IDS.contains(&name) || matches!(column.data_type(), DataType::Timestamp(..) | DataType::Boolean) {
        return name == "observed_at";
    }
    let present = column.len() - column.null_count();
    let mut distinct = HashSet::with_capacity(present);
    match column.data_type() {
        DataType::Utf8View => distinct.extend(column.as_string_view().iter().flatten().map(hash_of)),
        DataType::Int64 => distinct.extend(column.as_primitive::<Int64Type>().iter().flatten().map(hash_of)),
        _ => return true,
    }
    distinct.len() * 2 <= present
}

fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
