//! What a table needs from time to time: compaction, expiry, vacuum, restore. Reads and writes go on beside it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use record::{Tenant, Timestamp};

use super::Inner;
use crate::columns::Table;
use crate::delta::{Change, Damage, DeltaLog};
use crate::segment;
use crate::visible::Committed;
use crate::{Error, Segment};

/// How many segments of about the same size are merged into one. Each record is rewritten once per tier, so more means
/// less work, and fewer means fewer files to open; eight keeps a day of steady small commits under some forty files.
const FAN_IN: usize = 8;

/// Segments of a tier differ in size by less than this factor.
const TIER_FACTOR: u64 = 8;

/// Everything below this size is one tier: opening so small a file costs more than reading it.
const SMALLEST_TIER_BYTES: u64 = 256 << 10;

/// A segment is large from this part of the target size on: reading it costs far more than opening it, and merging it
/// costs a second writing and keeps the disk twice for as long as readers of older versions may come.
const LARGE_PART: u64 = 16;

/// How many large segments of a day are left as they were sealed. Beyond, the oldest are merged, so that the number of
/// files stays in bounds on days of many gigabytes.
const LARGE_MAX: usize = 32;

impl Inner {
    /// Merges segments as long as there are enough of one size. Returns how many went and how many came.
    pub(super) async fn compact(&self) -> Result<(usize, usize), Error> {
        let (mut went, mut came) = (0, 0);
        for tenant in self.visible.tenants() {
            for table in Table::ALL {
                while let Some(merged) = self.compact_once(&tenant, table).await? {
                    went += merged.0;
                    came += merged.1;
                }
            }
        }
        Ok((went, came))
    }

    async fn compact_once(&self, tenant: &Tenant, table: Table) -> Result<Option<(usize, usize)>, Error> {
        let Some(committed) = self.whole(tenant, table) else { return Ok(None) };
        let Some(inputs) = mergeable(&committed.segments, self.config.segment_target_bytes) else { return Ok(None) };
        let name = format!("{}-c{}", self.config.node, committed.version);
        let options = self.segment_options(table, name);
        let added = segment::merge(&committed.store, &inputs, &committed.schema, &options).await?;
        let merged = (inputs.len(), added.len());
        let target = self.config.segment_target_bytes as i64;
        let change = Change::rewrite(added, inputs, target, self.clock.now());
        let applied = self.change_table(tenant, table, change).await?;
        // Somebody else removed an input meanwhile: the merged file stays behind for the vacuum.
        Ok(applied.then_some(merged))
    }

    /// Commits a change that removes segments, if they are all still there. If not, the table is known as it is now.
    async fn change_table(&self, tenant: &Tenant, table: Table, change: Change) -> Result<bool, Error> {
        let _committing = self.committing.lock().await;
        let Some(mut log) = self.table(tenant, table) else { return Ok(false) };
        let Some(before) = self.visible.committed(tenant, table) else { return Ok(false) };
        let live = |segment: &Arc<Segment>| before.segments.iter().any(|other| other.path == segment.path);
        if !change.removed.iter().all(live) {
            return Ok(false);
        }
        let applied = match log.commit(change).await {
            Ok(_) => true,
            Err(Error::Overtaken) => false,
            Err(error) => return Err(error),
        };
        self.adopt(tenant, table, log)?;
        Ok(applied)
    }

    /// Shows readers the table's new state. The caller holds `committing`.
    pub(super) fn adopt(&self, tenant: &Tenant, table: Table, log: DeltaLog) -> Result<(), Error> {
        let committed = Committed::of(&log, self.visible.committed(tenant, table).as_ref())?;
        self.visible.replace(tenant, table, committed);
        self.tables.lock().insert((tenant.clone(), table), log);
        self.figures.commits.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// Removes segments of `logs` and `quarantine` in which everything is older than `age`. Returns how many rows left.
    pub(super) async fn expire(&self, age: Duration) -> Result<u64, Error> {
        let before = self.clock.now().minus(age);
        let mut expired = 0;
        for tenant in self.visible.tenants() {
            for table in [Table::Logs, Table::Quarantine] {
                expired += self.expire_table(&tenant, table, before).await?;
            }
        }
        Ok(expired)
    }

    async fn expire_table(&self, tenant: &Tenant, table: Table, before: Timestamp) -> Result<u64, Error> {
        let Some(committed) = self.whole(tenant, table) else { return Ok(0) };
        let old: Vec<_> = committed.segments.iter().filter(|segment| segment.time.1 < before).cloned().collect();
        if old.is_empty() {
            return Ok(0);
        }
        let rows = old.iter().map(|segment| segment.rows).sum();
        let predicate = format!("{} < '{before}'", table.time_column());
        if !self.change_table(tenant, table, Change::delete(old, predicate, self.clock.now())).await? {
            return Ok(0);
        }
        self.correct_ledger(tenant, |ledger, now| match table {
            Table::Quarantine => ledger.count_expired_lines(rows as i64, now),
            Table::Logs | Table::Ledger => ledger.count_expired(rows as i64, now),
        });
        Ok(rows)
    }

    pub(super) async fn vacuum(&self) -> Result<usize, Error> {
        let mut deleted = 0;
        for tenant in self.visible.tenants() {
            for table in Table::ALL {
                let _committing = self.committing.lock().await;
                let Some(mut log) = self.table(&tenant, table) else { continue };
                if self.whole(&tenant, table).is_none() {
                    continue;
                }
                deleted += log.vacuum(self.config.vacuum_after).await?;
                log.drop_old_commits().await?;
                self.adopt(&tenant, table, log)?;
            }
        }
        Ok(deleted)
    }

    /// The committed state of a table that can be changed.
    fn whole(&self, tenant: &Tenant, table: Table) -> Option<Committed> {
        self.visible.committed(tenant, table).filter(|committed| committed.damage.is_none())
    }

    /// Seals, then makes an earlier version of `logs` the current one; of a damaged table, the one that is served.
    pub(super) async fn restore(&self, tenant: &Tenant, table: &str, version: u64) -> Result<u64, Error> {
        self.seal().await?;
        let no_table = || Error::NoSuchVersion(format!("version to restore: {table}"));
        let table = Table::ALL.into_iter().find(|known| known.name() == table).ok_or_else(no_table)?;
        if let Some(damage) = self.damage_of(tenant, table) {
            return self.give_up_damaged(tenant, table, version, &damage).await;
        }
        if table != Table::Logs {
            return Err(no_table());
        }
        let rows = |committed: &Committed| committed.segments.iter().map(|segment| segment.rows as i64).sum::<i64>();
        let restored = {
            let _committing = self.committing.lock().await;
            let none = || Error::NoSuchVersion(format!("version {version}"));
            let mut log = self.table(tenant, Table::Logs).ok_or_else(none)?;
            let before = self.visible.committed(tenant, Table::Logs).ok_or_else(none)?;
            let restored = log.restore(version).await?;
            self.adopt(tenant, Table::Logs, log)?;
            let after = self.visible.committed(tenant, Table::Logs).ok_or_else(none)?;
            let taken_out = rows(&before) - rows(&after);
            self.correct_ledger(tenant, |ledger, now| ledger.count_restored(taken_out, now));
            restored
        };
        self.commit_corrections().await?;
        Ok(restored)
    }

    /// Takes out of a damaged Delta log what came after the version that is served. The table stays as it is until the
    /// next start: only then is it known which batches of the write-ahead log it does not cover.
    async fn give_up_damaged(&self, tenant: &Tenant, table: Table, version: u64, damage: &Damage) -> Result<u64, Error> {
        let log = self.table(tenant, table).filter(|log| log.version() == version);
        let log = log.ok_or_else(|| Error::NoSuchVersion(format!("version {version} that can be restored: {damage}")))?;
        {
            let _committing = self.committing.lock().await;
            log.give_up_later(&self.root, tenant.as_str(), table.name()).await?;
            self.count_given_up(tenant, table, &log).await?;
        }
        self.commit_corrections().await?;
        Ok(version)
    }

    /// What the ledger counts as stored and neither the table nor the write-ahead log has any more, is erased.
    async fn count_given_up(&self, tenant: &Tenant, table: Table, log: &DeltaLog) -> Result<(), Error> {
        let (Some(ledger), Table::Logs | Table::Quarantine) = (self.table(tenant, Table::Ledger), table) else { return Ok(()) };
        let counted = crate::ledger::committed(&ledger).await?;
        let rows: u64 = log.segments(&[])?.iter().map(|segment| segment.rows).sum();
        let left = (rows + self.visible.stranded_rows(tenant, table)) as i64;
        self.correct_ledger(tenant, |ledger, now| match table {
            Table::Quarantine => ledger.count_restored_lines(counted.quarantined - left, now),
            Table::Logs | Table::Ledger => ledger.count_restored(counted.stored - left, now),
        });
        Ok(())
    }

    fn correct_ledger(&self, tenant: &Tenant, correct: impl FnOnce(&mut crate::ledger::Ledger, Timestamp)) {
        let now = self.clock.now();
        correct(self.uncounted.lock().entry(tenant.clone()).or_default(), now);
    }
}

/// Segments to be merged next: of one day, of about one size, neighbours in time, and not more than make one segment of
/// the target size. Small ones are merged when there are [`FAN_IN`], large ones when there are more than [`LARGE_MAX`].
fn mergeable(segments: &[Arc<Segment>], target_bytes: u64) -> Option<Vec<Arc<Segment>>> {
    let mut tiers: BTreeMap<(i32, Tier), Vec<Arc<Segment>>> = BTreeMap::new();
    for segment in segments.iter().filter(|segment| segment.size_bytes < target_bytes / 2) {
        tiers.entry((segment.date, Tier::of(segment.size_bytes, target_bytes))).or_default().push(Arc::clone(segment));
    }
    tiers.into_iter().find_map(|((_, size), tier)| {
        let mut bytes = 0;
        let fits = |segment: &&Arc<Segment>| {
            bytes += segment.size_bytes;
            bytes <= target_bytes
        };
        let run: Vec<_> = tier.iter().take_while(fits).cloned().collect();
        let due = match size {
            Tier::Small(_) => run.len() >= FAN_IN || run.len() < tier.len(),
            Tier::Large => tier.len() > LARGE_MAX,
        };
        (due && run.len() > 1).then_some(run)
    })
}

/// Segments of about one size.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Tier {
    /// In powers of [`TIER_FACTOR`].
    Small(u32),
    /// See [`LARGE_PART`].
    Large,
}

impl Tier {
    fn of(size_bytes: u64, target_bytes: u64) -> Tier {
        match size_bytes >= target_bytes / LARGE_PART {
            true => Tier::Large,
            false => Tier::Small((size_bytes / SMALLEST_TIER_BYTES).max(1).ilog2() / TIER_FACTOR.ilog2()),
        }
    }
}

#[cfg(test)]
mod tests;
