//! What readers see at this moment: the committed files, and the memtables that are not committed yet. Both change in one
//! step under one lock, so that no record is ever missing or twice while it moves from memory to a file.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use object_store::ObjectStore;
use parking_lot::Mutex;
use record::{Tenant, Timestamp};

use crate::columns::{ColumnPlan, Numbering, Table};
use crate::delta::DeltaLog;
use crate::store::Verified;
use crate::wal::DurableBatch;
use crate::{Error, MemoryBatch, Segment, Snapshot, TableView};

/// A durable batch in memory: its rows for each table that it has rows for.
pub(crate) struct Durable {
    pub(crate) lsn: u64,
    /// The first running number behind it.
    pub(crate) end_sequence: u64,
    pub(crate) tenant: Tenant,
    pub(crate) assigned_at: Timestamp,
    pub(crate) bytes: usize,
    pub(crate) tables: BTreeMap<Table, Arc<MemoryBatch>>,
}

impl Durable {
    /// The rows of a batch for the tables that need them.
    pub(crate) fn new(durable: &DurableBatch, node: u16, needs: impl Fn(Table) -> bool) -> Durable {
        let DurableBatch { lsn, first_sequence, assigned_at, batch, .. } = durable;
        let numbering = Numbering { assigned_at: *assigned_at, node, first_sequence: *first_sequence };
        let rows = |table| Some((table, Arc::new(MemoryBatch::new(table, Arc::clone(batch), numbering)?)));
        Durable {
            lsn: *lsn,
            end_sequence: first_sequence + (batch.records().len() + batch.rejected().len()) as u64,
            tenant: batch.tenant().clone(),
            assigned_at: *assigned_at,
            bytes: batch.memory_bytes(),
            tables: Table::ALL.into_iter().filter(|&table| needs(table)).filter_map(rows).collect(),
        }
    }
}

/// A memtable that takes no more batches and is being committed.
pub(crate) struct Frozen {
    pub(crate) batches: Vec<Arc<Durable>>,
    pub(crate) last_lsn: u64,
}

/// The committed state of one table.
#[derive(Clone)]
pub(crate) struct Committed {
    pub(crate) version: u64,
    pub(crate) schema: SchemaRef,
    pub(crate) segments: Arc<Vec<Arc<Segment>>>,
    /// Compares what is read with its checksums.
    pub(crate) store: Arc<dyn ObjectStore>,
}

impl Committed {
    /// Reads the state of a table; segments known from `before` keep their identity.
    pub(crate) fn of(log: &DeltaLog, before: Option<&Committed>) -> Result<Committed, Error> {
        let known = before.map_or(&[][..], |before| before.segments.as_slice());
        let segments = Arc::new(log.segments(known)?);
        let verified = || Arc::new(Verified::new(Arc::clone(log.store()))) as Arc<dyn ObjectStore>;
        let store = before.map_or_else(verified, |before| Arc::clone(&before.store));
        Ok(Committed { version: log.version(), schema: log.schema(), segments, store })
    }
}

#[derive(Default)]
struct Held {
    active: Vec<Arc<Durable>>,
    active_bytes: usize,
    frozen: Option<Arc<Frozen>>,
    committed: HashMap<(Tenant, Table), Committed>,
}

/// See the module.
pub(crate) struct Visible {
    held: Mutex<Held>,
    columns_max: usize,
    /// Where nothing is, for tables that do not exist yet.
    nowhere: Arc<dyn ObjectStore>,
}

impl Visible {
    pub(crate) fn new(columns_max: usize) -> Visible {
        let nowhere = Arc::new(object_store::memory::InMemory::new());
        Visible { held: Mutex::default(), columns_max, nowhere }
    }

    /// A batch became durable. Called in order of LSN.
    pub(crate) fn insert(&self, durable: Arc<Durable>) {
        let mut held = self.held.lock();
        held.active_bytes += durable.bytes;
        held.active.push(durable);
    }

    /// Bytes of the active memtable, and when its oldest batch became durable.
    pub(crate) fn active(&self) -> (usize, Option<Timestamp>) {
        let held = self.held.lock();
        (held.active_bytes, held.active.first().map(|durable| durable.assigned_at))
    }

    /// When the oldest batch that is not committed became durable.
    pub(crate) fn oldest(&self) -> Option<Timestamp> {
        let held = self.held.lock();
        let frozen = held.frozen.as_ref().and_then(|frozen| frozen.batches.first());
        frozen.or(held.active.first()).map(|durable| durable.assigned_at)
    }

    /// Freezes everything up to a position of the write-ahead log. `None` when there is nothing.
    pub(crate) fn freeze(&self, last_lsn: u64) -> Option<Arc<Frozen>> {
        let mut held = self.held.lock();
        assert!(held.frozen.is_none(), "BUG: two memtables are sealed at once");
        let count = held.active.partition_point(|durable| durable.lsn <= last_lsn);
        if count == 0 {
            return None;
        }
        let rest = held.active.split_off(count);
        let batches = std::mem::replace(&mut held.active, rest);
        held.active_bytes = held.active.iter().map(|durable| durable.bytes).sum();
        let frozen = Arc::new(Frozen { batches, last_lsn });
        held.frozen = Some(Arc::clone(&frozen));
        Some(frozen)
    }

    /// The frozen memtable is committed: its rows are now in these tables. Returns the bytes that are free again.
    pub(crate) fn thaw(&self, tables: Vec<(Tenant, Table, Committed)>) -> usize {
        let mut held = self.held.lock();
        held.committed.extend(tables.into_iter().map(|(tenant, table, committed)| ((tenant, table), committed)));
        let frozen = held.frozen.take();
        frozen.map_or(0, |frozen| frozen.batches.iter().map(|durable| durable.bytes).sum())
    }

    /// A table has a new state, with the same or other rows (compaction, expiry, restore).
    pub(crate) fn replace(&self, tenant: &Tenant, table: Table, committed: Committed) {
        self.held.lock().committed.insert((tenant.clone(), table), committed);
    }

    pub(crate) fn committed(&self, tenant: &Tenant, table: Table) -> Option<Committed> {
        self.held.lock().committed.get(&(tenant.clone(), table)).cloned()
    }

    pub(crate) fn tenants(&self) -> Vec<Tenant> {
        let held = self.held.lock();
        let mut tenants: Vec<Tenant> = held.committed.keys().map(|(tenant, _)| tenant.clone()).collect();
        tenants.sort();
        tenants.dedup();
        tenants
    }

    /// All that is durable at this moment.
    pub(crate) fn snapshot(&self, tenant: &Tenant) -> Snapshot {
        let (committed, batches) = {
            let held = self.held.lock();
            let committed = Table::ALL.map(|table| held.committed.get(&(tenant.clone(), table)).cloned());
            let frozen = held.frozen.iter().flat_map(|frozen| &frozen.batches);
            let batches: Vec<Arc<Durable>> =
                frozen.chain(&held.active).filter(|durable| durable.tenant == *tenant).cloned().collect();
            (committed, batches)
        };
        let view = |(table, committed): (Table, Option<Committed>)| (table.name(), self.view(table, committed, &batches));
        Snapshot { tenant: tenant.clone(), tables: Table::ALL.into_iter().zip(committed).map(view).collect() }
    }

    fn view(&self, table: Table, committed: Option<Committed>, batches: &[Arc<Durable>]) -> TableView {
        let committed = committed.unwrap_or_else(|| Committed {
            version: 0,
            schema: table.base_schema(),
            segments: Arc::default(),
            store: Arc::clone(&self.nowhere),
        });
        let memory: Vec<Arc<MemoryBatch>> = batches.iter().filter_map(|durable| durable.tables.get(&table).cloned()).collect();
        let schema = match table {
            Table::Logs => self.evolved(&committed.schema, &memory),
            Table::Quarantine | Table::Ledger => committed.schema,
        };
        TableView { version: committed.version, schema, segments: committed.segments, memory, store: committed.store }
    }

    /// The schema with columns for all attributes of these rows.
    pub(crate) fn evolved(&self, schema: &SchemaRef, memory: &[Arc<MemoryBatch>]) -> SchemaRef {
        let mut plan = ColumnPlan::new(schema, self.columns_max);
        memory.iter().for_each(|rows| plan.add(rows.batch(), rows.kinds()));
        plan.finish()
    }
}
