//! The slow path: what is in memory becomes segments, and a commit makes them part of the tables.

use std::collections::{BTreeMap, HashSet};
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use record::Tenant;

use super::Inner;
use crate::columns::{self, Table};
use crate::delta::{Change, DeltaLog, RestsOn};
use crate::ledger::Ledger;
use crate::segment;
use crate::side_by_side::{self, side_by_side};
use crate::visible::{Committed, Durable, Frozen};
use crate::wal::WalFile;
use crate::{Error, MemoryBatch};

/// How often rows are written again because another node changed the table's columns meanwhile, before the sealing is
/// put off. Columns are rarely new, so a second time is unusual already.
const OVERTAKEN_MAX: usize = 5;

/// A memtable on its way to the tables, and the file of the write-ahead log that holds the same batches.
pub(super) struct Sealing {
    frozen: Arc<Frozen>,
    files: Vec<WalFile>,
    /// How far each table covers the write-ahead log already, so that an attempt that failed half-way is not repeated
    /// where it succeeded.
    done: BTreeMap<(Tenant, Table), Committed>,
    /// LSNs of batches that are left out, because another node reads their streams now.
    left_out: HashSet<u64>,
}

impl Sealing {
    pub(super) fn new(frozen: Arc<Frozen>, files: Vec<WalFile>) -> Sealing {
        Sealing { frozen, files, done: BTreeMap::new(), left_out: HashSet::new() }
    }

    fn rows(&self, batches: &[Arc<Durable>], table: Table) -> Vec<Arc<MemoryBatch>> {
        let kept = batches.iter().filter(|durable| !self.left_out.contains(&durable.lsn));
        kept.filter_map(|durable| durable.tables.get(&table).cloned()).collect()
    }
}

impl Inner {
    /// Seals what is durable now. What could not be sealed stays in memory and in the write-ahead log, and is tried
    /// again by the next call.
    pub(super) async fn seal(&self) -> Result<(), Error> {
        let mut committing = self.committing.lock().await;
        self.seal_holding(&mut committing).await
    }

    pub(super) async fn seal_holding(&self, committing: &mut Option<Sealing>) -> Result<(), Error> {
        loop {
            let had_earlier = committing.is_some();
            if committing.is_none() {
                *committing = self.freeze().await?;
            }
            let Some(sealing) = committing.as_mut() else { return Ok(()) };
            if let Err(error) = self.commit_sealing(sealing).await {
                self.figures.seal_failures.fetch_add(1, Ordering::Relaxed);
                return Err(error);
            }
            *committing = None;
            if !had_earlier {
                return Ok(());
            }
        }
    }

    /// Ends the current file of the write-ahead log, and the memtable at the same batch.
    async fn freeze(&self) -> Result<Option<Sealing>, Error> {
        let (visible, frozen) = (Arc::clone(&self.visible), Arc::new(parking_lot::Mutex::new(None)));
        let keep = Arc::clone(&frozen);
        let file = self.wal.rotate(Box::new(move |file: &WalFile| *keep.lock() = visible.freeze(file.last_lsn))).await?;
        let frozen = frozen.lock().take();
        Ok(file.zip(frozen).map(|(file, frozen)| Sealing::new(frozen, vec![file])))
    }

    async fn commit_sealing(&self, sealing: &mut Sealing) -> Result<(), Error> {
        let mut tenants: BTreeMap<Tenant, Vec<Arc<Durable>>> = BTreeMap::new();
        for durable in &sealing.frozen.batches {
            tenants.entry(durable.tenant.clone()).or_default().push(Arc::clone(durable));
        }
        for (tenant, batches) in &tenants {
            for table in Table::ALL {
                self.commit_table(sealing, tenant, table, batches).await?;
            }
        }
        self.publish(sealing).await
    }

    async fn commit_table(
        &self,
        sealing: &mut Sealing,
        tenant: &Tenant,
        table: Table,
        batches: &[Arc<Durable>],
    ) -> Result<(), Error> {
        let place = (tenant.clone(), table);
        let has_streams = table == Table::Logs && batches.iter().any(|durable| durable.turn.is_some());
        let is_needed = has_streams || !sealing.rows(batches, table).is_empty();
        if !is_needed || sealing.done.contains_key(&place) || self.damage_of(tenant, table).is_some() {
            return Ok(());
        }
        let mut log = self.table_or_new(tenant, table).await?;
        let uncounted = self.uncounted_of(tenant, table);
        let mut committed = self.commit_kept(sealing, &mut log, &place, batches, &uncounted).await;
        for _ in 0..OVERTAKEN_MAX {
            // Another node added columns, or was given a stream: what we commit is decided and written once more.
            let Err(Error::Overtaken) = committed else { break };
            committed = self.commit_kept(sealing, &mut log, &place, batches, &uncounted).await;
        }
        if let Err(error) = committed {
            self.count_again(tenant, uncounted);
            return Err(error);
        }
        let before = self.visible.committed(tenant, table);
        sealing.done.insert(place.clone(), Committed::of(&log, before.as_ref())?);
        self.tables.lock().insert(place, log);
        self.figures.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Commits what this node may commit of some batches. What is left out of `logs` is left out of all tables.
    async fn commit_kept(
        &self,
        sealing: &mut Sealing,
        log: &mut DeltaLog,
        (tenant, table): &(Tenant, Table),
        batches: &[Arc<Durable>],
        uncounted: &Ledger,
    ) -> Result<(), Error> {
        let mut change = Change::append(Some((self.config.node, sealing.frozen.last_lsn)), self.clock.now());
        if *table == Table::Logs {
            let judged = self.judge(log, tenant, batches).await?;
            sealing.left_out.extend(judged.left_out);
            change.streams = judged.reached;
            change.rests_on = judged.as_of.map_or(RestsOn::Files, RestsOn::Leases);
        }
        let rows = sealing.rows(batches, *table);
        if !rows.is_empty() || !uncounted.is_empty() {
            self.write_rows(log, *table, rows, uncounted, &mut change).await?;
        }
        log.commit(change).await.map(|_| ())
    }

    /// Writes segments, and makes them part of a change, with the columns that they bring.
    async fn write_rows(
        &self,
        log: &DeltaLog,
        table: Table,
        memory: Vec<Arc<MemoryBatch>>,
        uncounted: &Ledger,
        change: &mut Change,
    ) -> Result<(), Error> {
        let present = log.schema();
        let schema = match table {
            Table::Logs => self.visible.evolved(&present, &memory),
            Table::Quarantine => Arc::clone(&present),
            Table::Ledger => columns::with_filtered(&present),
        };
        // Senders wait for this, once memory is full.
        let threads = side_by_side::threads();
        let last_lsn = change.covered.map_or(0, |(_, last_lsn)| last_lsn);
        let options = self.segment_options(table, format!("{}-{last_lsn}", self.config.node));
        let options = segment::Options { threads, ..options };
        let mut extra = Vec::new();
        if !uncounted.is_empty() {
            extra.push(columns::ledger_to_arrow(&uncounted.rows()));
        }
        let (store, rows_schema) = (Arc::clone(log.store()), Arc::clone(&schema));
        let rows = tokio::task::spawn_blocking(move || {
            let mut rows = vec![None; memory.len()];
            let Ok(()) = side_by_side(threads, memory.iter().zip(&mut rows), |(batch, rows)| {
                *rows = Some(batch.to_arrow(&rows_schema));
                Ok::<(), Infallible>(())
            });
            rows.into_iter().flatten().chain(extra).collect::<Vec<_>>()
        });
        let rows = rows.await.map_err(|_| Error::Closed)?;
        change.added = segment::write(&store, rows, &options).await?;
        change.schema = (schema != present).then_some(schema);
        Ok(())
    }

    /// The rows are committed everywhere: readers get them from the tables, and the write-ahead log may forget them.
    async fn publish(&self, sealing: &mut Sealing) -> Result<(), Error> {
        let forget_before = self.clock.now().minus(self.config.key_memory);
        let end_sequence = sealing.frozen.batches.last().map_or(0, |durable| durable.end_sequence);
        self.keys.persist((sealing.frozen.last_lsn, end_sequence), forget_before)?;
        let done = std::mem::take(&mut sealing.done).into_iter();
        let thawed = self.visible.thaw(done.map(|((tenant, table), committed)| (tenant, table, committed)).collect());
        self.release(thawed.freed_bytes);
        if thawed.stranded {
            // The next start reads them again: what the tables cover by then is left out. Later files stay as well, for
            // the write-ahead log must have no gaps.
            sealing.files.clear();
        }
        for file in sealing.files.drain(..) {
            // A file that stays is read again at the next start, and found to be covered by the tables.
            if let Err(error) = self.wal.remove(&file) {
                tracing::warn!(file = file.name, %error, "could not remove a file of the write-ahead log");
            }
        }
        Ok(())
    }

    pub(super) fn segment_options(&self, table: Table, name: String) -> segment::Options {
        segment::Options { table, name, target_bytes: self.config.segment_target_bytes, threads: 1 }
    }

    /// Commits what the ledger still has to say without any new rows of `logs`.
    pub(super) async fn commit_corrections(&self) -> Result<(), Error> {
        let mut committing = self.committing.lock().await;
        if committing.is_some() {
            // A sealing that failed takes them along when it succeeds.
            return Ok(());
        }
        let tenants: Vec<Tenant> = self.uncounted.lock().keys().cloned().collect();
        for tenant in tenants {
            if self.damage_of(&tenant, Table::Ledger).is_some() {
                continue;
            }
            let ledger = self.uncounted_of(&tenant, Table::Ledger);
            if let Err(error) = self.commit_ledger(&tenant, &ledger).await {
                self.count_again(&tenant, ledger);
                return Err(error);
            }
        }
        *committing = None;
        Ok(())
    }

    async fn commit_ledger(&self, tenant: &Tenant, ledger: &Ledger) -> Result<(), Error> {
        let mut log = self.table_or_new(tenant, Table::Ledger).await?;
        let name = format!("{}-l{}", self.config.node, log.version());
        let options = self.segment_options(Table::Ledger, name);
        let added = segment::write(log.store(), vec![columns::ledger_to_arrow(&ledger.rows())], &options).await?;
        let (present, schema) = (log.schema(), columns::with_filtered(&log.schema()));
        let grown = (schema != present).then_some(schema);
        log.commit(Change { added, schema: grown, ..Change::append(None, self.clock.now()) }).await?;
        self.adopt(tenant, Table::Ledger, log)
    }

    fn uncounted_of(&self, tenant: &Tenant, table: Table) -> Ledger {
        match table {
            Table::Ledger => self.uncounted.lock().remove(tenant).unwrap_or_default(),
            Table::Logs | Table::Quarantine => Ledger::default(),
        }
    }

    fn count_again(&self, tenant: &Tenant, counted: Ledger) {
        if !counted.is_empty() {
            self.uncounted.lock().entry(tenant.clone()).or_default().merge(counted);
        }
    }
}
