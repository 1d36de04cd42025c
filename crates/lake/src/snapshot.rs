use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use object_store::ObjectStore;
use record::{Batch, Tenant, Timestamp};

/// An unchanging view of one tenant's tables: a Delta version each, and for `logs`, `quarantine` and `ledger` what is
/// acknowledged but not yet committed.
pub struct Snapshot {
    /// Whose.
    pub tenant: Tenant,
    /// By name: `logs`, `quarantine`, `ledger`.
    pub tables: BTreeMap<&'static str, TableView>,
}

/// One table of a [`Snapshot`].
#[derive(Clone)]
pub struct TableView {
    /// Delta version.
    pub version: u64,
    /// All columns; the last one is the partition column `date`, which is not in the files.
    pub schema: SchemaRef,
    /// Committed files, newest last (ordered by their last timestamp).
    pub segments: Arc<Vec<Arc<Segment>>>,
    /// Acknowledged and not yet committed rows, oldest first.
    pub memory: Vec<Arc<MemoryBatch>>,
    /// Where the segments' paths lead.
    pub store: Arc<dyn ObjectStore>,
}

/// One committed Parquet file.
#[derive(Debug, Clone)]
pub struct Segment {
    /// Path in the table's store.
    pub path: object_store::path::Path,
    /// File size.
    pub size_bytes: u64,
    /// Rows.
    pub rows: u64,
    /// Days since 1970 of its partition `date`.
    pub date: i32,
    /// Its first and last timestamp (microsecond precision, both inside).
    pub time: (Timestamp, Timestamp),
    /// When the file was written.
    pub modified: Timestamp,
}

/// Rows in memory, as Arrow on demand.
pub struct MemoryBatch {
    batch: Arc<Batch>,
    rows: OnceLock<RecordBatch>,
}

impl MemoryBatch {
    /// First and last timestamp.
    pub fn time(&self) -> (Timestamp, Timestamp) {
        unimplemented!()
    }

    /// How many rows.
    pub fn rows(&self) -> usize {
        self.batch.records().len()
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.batch.memory_bytes()
    }

    /// The rows in the view's schema (computed once, then kept).
    pub fn to_arrow(&self, _schema: &SchemaRef) -> RecordBatch {
        let _ = &self.rows;
        unimplemented!()
    }
}
