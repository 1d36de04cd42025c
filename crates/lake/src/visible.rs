//! What readers see at this moment: the committed files, and the memtables that are not committed yet. Both change in one
//! step under one lock, so that no record is ever missing or twice while it moves from memory to a file.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use arrow::datatypes::SchemaRef;
use object_store::ObjectStore;
use parking_lot::Mutex;
use record::{Tenant, Timestamp};

use crate::columns::{self, ColumnPlan, Numbering, Table};
use crate::delta::{Damage, DeltaLog};
use crate::lease::Turn;
use crate::store::{DamageFound, Verified};
use crate::wal::DurableBatch;
use crate::{BatchKey, Error, MemoryBatch, Segment, Snapshot, TableView};

/// A durable batch in memory: its rows for each table that it has rows for.
pub(crate) struct Durable {
    pub(crate) lsn: u64,
    /// The first running number behind it.
    pub(crate) end_sequence: u64,
    pub(crate) tenant: Tenant,
    pub(crate) assigned_at: Timestamp,
    pub(crate) bytes: usize,
    pub(crate) tables: BTreeMap<Table, Arc<MemoryBatch>>,
    /// How far it brings a stream that needs a lease.
    pub(crate) turn: Option<Turn>,
    /// `logs` covers it, so that it is decided whether it is committed.
    pub(crate) is_judged: bool,
}

impl Durable {
    /// The rows of a batch for the tables that need them.
    pub(crate) fn new(durable: &DurableBatch, node: u16, needs: impl Fn(Table) -> bool) -> Durable {
        let DurableBatch { lsn, first_sequence, assigned_at, batch, key } = durable;
        let numbering = Numbering { assigned_at: *assigned_at, node, first_sequence: *first_sequence };
        let rows = |table| Some((table, Arc::new(MemoryBatch::new(table, Arc::clone(batch), numbering)?)));
        Durable {
            lsn: *lsn,
            end_sequence: first_sequence + (batch.records().len() + batch.rejected().len()) as u64,
            tenant: batch.tenant().clone(),
            assigned_at: *assigned_at,
            bytes: batch.memory_bytes(),
            turn: key.as_ref().and_then(BatchKey::turn),
            is_judged: !needs(Table::Logs),
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
    /// What that found.
    pub(crate) damage_found: DamageFound,
    /// Why this is not the table's present state.
    pub(crate) damage: Option<Arc<Damage>>,
}

impl Committed {
    /// Reads the state of a table; segments known from `before` keep their identity.
    pub(crate) fn of(log: &DeltaLog, before: Option<&Committed>) -> Result<Committed, Error> {
        let known = before.map_or(&[][..], |before| before.segments.as_slice());
        let segments = Arc::new(log.segments(known)?);
        let (store, damage_found) = match before {
            Some(before) => (Arc::clone(&before.store), before.damage_found.clone()),
            None => {
                let found = DamageFound::default();
                let verified = Verified::new(Arc::clone(log.store()), log.place(), found.clone());
                (Arc::new(verified) as Arc<dyn ObjectStore>, found)
            }
        };
        let (version, schema, damage) = (log.version(), log.schema(), log.damage().cloned());
        Ok(Committed { version, schema, segments, store, damage_found, damage })
    }

    /// A table that is not there, or of which nothing can be read.
    pub(crate) fn nothing(table: Table, damage: Option<Arc<Damage>>) -> Committed {
        let store = Arc::new(object_store::memory::InMemory::new());
        Committed {
            version: 0,
            schema: table.base_schema(),
            segments: Arc::default(),
            store,
            damage_found: DamageFound::default(),
            damage,
        }
    }
}

#[derive(Default)]
struct Held {
    active: Vec<Arc<Durable>>,
    active_bytes: usize,
    frozen: Option<Arc<Frozen>>,
    /// What cannot be committed because the Delta log of its table is damaged: stays in memory and in the write-ahead log.
    stranded: Vec<Arc<Durable>>,
    committed: HashMap<(Tenant, Table), Committed>,
}

/// What became of a frozen memtable.
pub(crate) struct Thawed {
    /// Bytes that are free again.
    pub(crate) freed_bytes: usize,
    /// Some of it, or of what came before, could not be committed, and its write-ahead log must stay.
    pub(crate) stranded: bool,
}

impl Held {
    fn damage(&self, tenant: &Tenant, table: Table) -> Option<&Arc<Damage>> {
        self.committed.get(&(tenant.clone(), table))?.damage.as_ref()
    }

    /// The rows of a batch for damaged tables.
    fn not_committed(&self, durable: &Durable) -> Option<Durable> {
        let damaged = durable.tables.iter().filter(|(table, _)| self.damage(&durable.tenant, **table).is_some());
        let tables: BTreeMap<_, _> = damaged.map(|(table, rows)| (*table, Arc::clone(rows))).collect();
        if tables.is_empty() {
            return None;
        }
        let Durable { lsn, end_sequence, assigned_at, bytes, is_judged, .. } = *durable;
        let (tenant, turn) = (durable.tenant.clone(), durable.turn.clone());
        Some(Durable { lsn, end_sequence, tenant, assigned_at, bytes, tables, turn, is_judged })
    }
}

/// See the module.
pub(crate) struct Visible {
    held: Mutex<Held>,
    columns_max: usize,
}

impl Visible {
    pub(crate) fn new(columns_max: usize) -> Visible {
        Visible { held: Mutex::default(), columns_max }
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

    /// The frozen memtable is committed: its rows are now in these tables, but for those of damaged tables, which stay.
    pub(crate) fn thaw(&self, tables: Vec<(Tenant, Table, Committed)>) -> Thawed {
        let mut held = self.held.lock();
        held.committed.extend(tables.into_iter().map(|(tenant, table, committed)| ((tenant, table), committed)));
        let mut thawed = Thawed { freed_bytes: 0, stranded: !held.stranded.is_empty() };
        let Some(frozen) = held.frozen.take() else { return thawed };
        for durable in &frozen.batches {
            match held.not_committed(durable) {
                None => thawed.freed_bytes += durable.bytes,
                Some(rest) => {
                    thawed.stranded = true;
                    held.stranded.push(Arc::new(rest));
                }
            }
        }
        thawed
    }

    /// Rows of a table that stay because they cannot be committed.
    pub(crate) fn stranded_rows(&self, tenant: &Tenant, table: Table) -> u64 {
        let held = self.held.lock();
        let of_tenant = held.stranded.iter().filter(|durable| durable.tenant == *tenant);
        of_tenant.filter_map(|durable| durable.tables.get(&table)).map(|rows| rows.rows() as u64).sum()
    }

    /// Why batches stay that cannot be committed, if there are any.
    pub(crate) fn stranded(&self) -> Option<Arc<Damage>> {
        let held = self.held.lock();
        let durable = held.stranded.first()?;
        durable.tables.keys().find_map(|table| held.damage(&durable.tenant, *table).cloned())
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
            let uncommitted = held.stranded.iter().chain(frozen).chain(&held.active);
            let batches: Vec<Arc<Durable>> = uncommitted.filter(|durable| durable.tenant == *tenant).cloned().collect();
            (committed, batches)
        };
        let view = |(table, committed): (Table, Option<Committed>)| (table.name(), self.view(table, committed, &batches));
        Snapshot { tenant: tenant.clone(), tables: Table::ALL.into_iter().zip(committed).map(view).collect() }
    }

    fn view(&self, table: Table, committed: Option<Committed>, batches: &[Arc<Durable>]) -> TableView {
        let committed = committed.unwrap_or_else(|| Committed::nothing(table, None));
        let memory: Vec<Arc<MemoryBatch>> = batches.iter().filter_map(|durable| durable.tables.get(&table).cloned()).collect();
        let schema = match table {
            Table::Logs => self.evolved(&committed.schema, &memory),
            Table::Quarantine => committed.schema,
            Table::Ledger => columns::with_filtered(&committed.schema),
        };
        let Committed { version, segments, store, damage_found, damage, .. } = committed;
        let damage = damage.map(|damage| damage.to_string().into());
        TableView { version, schema, segments, memory, store, damage, damage_found }
    }

    /// The schema with columns for all attributes of these rows.
    pub(crate) fn evolved(&self, schema: &SchemaRef, memory: &[Arc<MemoryBatch>]) -> SchemaRef {
        let mut plan = ColumnPlan::new(schema, self.columns_max);
        memory.iter().for_each(|rows| plan.add(rows.batch(), rows.kinds()));
        plan.finish()
    }
}
