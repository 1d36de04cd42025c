use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use object_store::ObjectStore;
use parking_lot::Mutex;
use record::{Batch, Tenant, TimeRange, Timestamp};

use crate::columns::{self, KindsSeen, Numbering, Table};
use crate::ledger::Ledger;
use crate::store::DamageFound;

/// An unchanging view of one tenant's tables: of each a Delta version, and what is acknowledged but not yet committed.
#[derive(Clone)]
pub struct Snapshot {
    /// Whose.
    pub tenant: Tenant,
    /// By name: `logs`, `quarantine`, `ledger`.
    pub tables: BTreeMap<&'static str, TableView>,
}

/// One table of a [`Snapshot`].
#[derive(Clone)]
pub struct TableView {
    /// Delta version; 0 also when the table does not exist yet.
    pub version: u64,
    /// All columns; the last one is the partition column `date`, which is not in the files.
    pub schema: SchemaRef,
    /// Committed files, newest last (ordered by their last timestamp).
    pub segments: Arc<Vec<Arc<Segment>>>,
    /// Acknowledged and not yet committed rows, oldest first.
    pub memory: Vec<Arc<MemoryBatch>>,
    /// Where the segments' paths lead.
    pub store: Arc<dyn ObjectStore>,
    /// Why this is not the table's present state: its Delta log is damaged, at which file and byte, and what can be done.
    pub damage: Option<Arc<str>>,
    /// Which of its segments could not be read. Grows while questions run.
    pub damage_found: DamageFound,
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
    /// Its first and last timestamp, both inside; the last may be up to a millisecond too late.
    pub time: (Timestamp, Timestamp),
    /// When the file was written.
    pub modified: Timestamp,
}

/// One table's rows of one durable batch, as Arrow on demand.
pub struct MemoryBatch {
    batch: Arc<Batch>,
    numbering: Numbering,
    table: Table,
    time: (Timestamp, Timestamp),
    kinds: OnceLock<KindsSeen>,
    /// The rows in the schema they were last asked for. Schemas only grow, so this is nearly always a hit.
    rows: Mutex<Option<RecordBatch>>,
}

impl MemoryBatch {
    /// `None` when the batch has no rows for the table.
    pub(crate) fn new(table: Table, batch: Arc<Batch>, numbering: Numbering) -> Option<MemoryBatch> {
        let received = (numbering.assigned_at, numbering.assigned_at);
        let time = match table {
            Table::Logs => {
                let times = || batch.records().iter().map(|record| record.timestamp);
                (times().min()?, times().max()?)
            }
            Table::Quarantine if batch.rejected().is_empty() => return None,
            Table::Quarantine | Table::Ledger => received,
        };
        Some(MemoryBatch { batch, numbering, table, time, kinds: OnceLock::new(), rows: Mutex::new(None) })
    }

    /// First and last timestamp.
    pub fn time(&self) -> (Timestamp, Timestamp) {
        self.time
    }

    /// Whether a row may lie in the range.
    pub fn overlaps(&self, range: &TimeRange) -> bool {
        range.overlaps(self.time.0, self.time.1)
    }

    /// How many rows, except for `ledger`, where it is how many were counted.
    pub fn rows(&self) -> usize {
        match self.table {
            Table::Logs => self.batch.records().len(),
            Table::Quarantine => self.batch.rejected().len(),
            Table::Ledger => 1,
        }
    }

    /// Bytes held.
    pub fn memory_bytes(&self) -> usize {
        self.batch.memory_bytes()
    }

    pub(crate) fn batch(&self) -> &Arc<Batch> {
        &self.batch
    }

    pub(crate) fn kinds(&self) -> &KindsSeen {
        self.kinds.get_or_init(|| KindsSeen::of(&self.batch))
    }

    /// The rows in a view's schema, the partition column included. Computed once for a schema, then kept.
    pub fn to_arrow(&self, schema: &SchemaRef) -> RecordBatch {
        let mut kept = self.rows.lock();
        if let Some(rows) = kept.as_ref().filter(|rows| rows.schema_ref() == schema) {
            return rows.clone();
        }
        let rows = self.convert(schema);
        *kept = Some(rows.clone());
        rows
    }

    fn convert(&self, schema: &SchemaRef) -> RecordBatch {
        match self.table {
            Table::Logs => columns::to_arrow(&self.batch, &self.numbering, schema),
            Table::Quarantine => columns::quarantine_to_arrow(&self.batch, &self.numbering),
            Table::Ledger => {
                let mut ledger = Ledger::default();
                ledger.count(&self.batch, self.numbering.assigned_at);
                columns::ledger_to_arrow(&ledger.rows())
            }
        }
    }
}
