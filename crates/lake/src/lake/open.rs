//! From a folder to a lake: what the tables hold, then what the write-ahead log holds beyond them.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use record::{Clock, Tenant};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

use super::claim::claim;
use super::leases::Leases;
use super::lock::FolderLock;
use super::seal::Sealing;
use super::{Figures, Fresh, Inner, Lake, TAIL_BATCHES, Tasks};
use crate::columns::{Numbering, Table};
use crate::delta::{DeltaLog, Opened};
use crate::disk::{Disk, RealDisk};
use crate::keys::Keys;
use crate::state::{Acknowledged, State};
use crate::store::Root;
use crate::visible::{Committed, Durable, Visible};
use crate::wal::{self, DurableBatch, OnDurable, Position, Recovered, Wal};
use crate::{Config, Error, Location};

/// Folder of the write-ahead log in the data folder.
pub(crate) const WAL_DIR: &str = "wal";

/// The state database in the data folder.
pub(crate) const STATE_FILE: &str = "state.db";

/// How often it is looked whether a memtable is due. A tenth of the shortest sensible sealing age.
const SEAL_TICK: Duration = Duration::from_millis(100);

/// Pause after a sealing that failed: a disk that is full does not get emptier by trying at once.
const SEAL_RETRY: Duration = Duration::from_secs(1);

/// How often it is looked whether segments can be merged.
const COMPACT_TICK: Duration = Duration::from_secs(1);

/// How often old records and unreferenced files are looked for.
const CLEAN_TICK: Duration = Duration::from_secs(600);

/// Batches that may wait for the writing thread, relative to what memtables may hold.
const QUEUE_SHARE: usize = 2;

/// What a lake stands on. Tests put simulated parts here.
pub(crate) struct Ground {
    pub(crate) disk: Arc<dyn Disk>,
    pub(crate) root: Root,
    pub(crate) state: Arc<State>,
    pub(crate) lock: Option<FolderLock>,
    /// For marks in the write-ahead log that no sender can foresee.
    pub(crate) seed: u64,
}

pub(super) async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Lake, Error> {
    let disk: Arc<dyn Disk> = Arc::new(RealDisk);
    let created = disk.create_dir(&config.dir);
    created.map_err(|source| Error::Io { doing: format!("creating the data folder {}", config.dir.display()), source })?;
    let lock = Some(FolderLock::take(&config.dir)?);
    let root = Root::open(&config)?;
    if matches!(config.tables, Location::Local) {
        root.sweep()?;
    }
    let state = Arc::new(State::open(&config.dir.join(STATE_FILE))?);
    if let Location::Url { .. } = config.tables {
        claim(&root, config.node, &state.folder_id()?).await?;
    }
    open_on(Ground { disk, root, state, lock, seed: unforeseeable() }, config, clock).await
}

/// A number that nobody outside the process can know: the standard library seeds its hash maps from the system.
fn unforeseeable() -> u64 {
    use std::hash::{BuildHasher, Hasher, RandomState};
    RandomState::new().build_hasher().finish()
}

/// The tables of all tenants, and how far each covers the write-ahead log.
#[derive(Default)]
struct Tables {
    logs: HashMap<(Tenant, Table), DeltaLog>,
    covered: HashMap<(Tenant, Table), u64>,
    /// What readers see of them.
    committed: HashMap<(Tenant, Table), Committed>,
    /// What is wrong with their Delta logs, in words.
    damage: Vec<String>,
}

impl Tables {
    async fn open(root: &Root, node: u16) -> Result<Tables, Error> {
        let mut tables = Tables::default();
        for name in root.tenants().await? {
            let Ok(tenant) = Tenant::new(&name) else { continue };
            for table in Table::ALL {
                let opened = DeltaLog::open_certain(root, tenant.as_str(), table.name()).await?;
                tables.add((tenant.clone(), table), opened, node).await?;
            }
        }
        Ok(tables)
    }

    async fn add(&mut self, place: (Tenant, Table), opened: Opened, node: u16) -> Result<(), Error> {
        let log = match opened {
            Opened::Absent => return Ok(()),
            Opened::Whole(log, told) => {
                self.damage.extend(told);
                log
            }
            Opened::Damaged(log, damage) => {
                self.damage.push(damage.to_string());
                let Some(log) = log else {
                    self.committed.insert(place.clone(), Committed::nothing(place.1, Some(damage)));
                    return Ok(());
                };
                log
            }
        };
        self.covered.insert(place.clone(), log.covered(node).await?);
        self.committed.insert(place.clone(), Committed::of(&log, None)?);
        self.logs.insert(place, log);
        Ok(())
    }

    fn needs(&self, batch: &DurableBatch, table: Table) -> bool {
        let covered = self.covered.get(&(batch.batch.tenant().clone(), table));
        covered.is_none_or(|&covered| covered < batch.lsn)
    }
}

pub(crate) async fn open_on(ground: Ground, config: Config, clock: Arc<dyn Clock>) -> Result<Lake, Error> {
    let Ground { disk, root, state, lock, seed } = ground;
    let root = root.summed(Arc::clone(&state))?;
    let mut tables = Tables::open(&root, config.node).await?;
    for damage in &tables.damage {
        tracing::error!("{damage}");
    }
    let visible = Arc::new(Visible::new(config.columns_max));
    for ((tenant, table), committed) in std::mem::take(&mut tables.committed) {
        visible.replace(&tenant, table, committed);
    }
    let keys = Arc::new(Keys::new(Arc::clone(&state)));
    let wal_dir = config.dir.join(WAL_DIR);
    let (recovered, held_bytes) = recover(&disk, &wal_dir, &config, &tables, &visible, &keys, &state)?;

    let held_bytes = Arc::new(AtomicUsize::new(held_bytes));
    let (fresh, _) = broadcast::channel(TAIL_BATCHES);
    let figures = Arc::new(Figures::default());
    let on_durable = on_durable(config.node, &visible, &keys, &fresh, &figures);
    let options = wal::Options {
        reserve_bytes: config.disk_reserve_bytes,
        queue_bytes_max: config.memtable_limit_bytes * QUEUE_SHARE,
        seed,
    };
    let wal = Wal::start(Arc::clone(&disk), wal_dir, options, &recovered, Arc::clone(&clock), on_durable)?;
    let inner = Arc::new(Inner {
        clock,
        disk,
        root,
        wal,
        keys,
        state,
        committing: tokio::sync::Mutex::new(unsealed(&visible, &recovered)),
        leases: Leases::default(),
        visible,
        tables: Mutex::new(tables.logs),
        uncounted: Mutex::default(),
        fresh,
        held_bytes,
        room: Notify::new(),
        seal_soon: Arc::default(),
        closing: AtomicBool::new(false),
        figures,
        damage: tables.damage.into_iter().chain(recovered.damage.iter().map(ToString::to_string)).collect(),
        _lock: lock,
        config,
    });
    let tasks = Arc::new(Tasks::new(spawn_tasks(&inner)));
    Ok(Lake { inner, tasks })
}

/// Reads the write-ahead log back into memory, as far as the tables do not cover it.
fn recover(
    disk: &Arc<dyn Disk>,
    wal_dir: &Path,
    config: &Config,
    tables: &Tables,
    visible: &Visible,
    keys: &Keys,
    state: &State,
) -> Result<(Recovered, usize), Error> {
    let mut held_bytes = 0;
    let mut recovered = wal::recover(disk, wal_dir, |batch| {
        let durable = Durable::new(&batch, config.node, |table| tables.needs(&batch, table));
        held_bytes += durable.bytes;
        visible.insert(Arc::new(durable));
        if let Some(acknowledged) = acknowledged(&batch) {
            keys.durable(acknowledged);
        }
        Ok(())
    })?;
    for damage in &recovered.damage {
        tracing::error!(%damage, "the write-ahead log is damaged; everything readable around it was recovered");
    }
    for torn in &recovered.torn {
        tracing::info!(
            file = torn.file,
            offset = torn.offset,
            bytes = torn.len,
            "cut off an unacknowledged end of the write-ahead log"
        );
    }
    // Should the log's files be lost, the tables and the state database still know what was used.
    let covered = tables.covered.values().copied().max().unwrap_or(0);
    let (lsn, sequence) = state.position()?.unwrap_or((0, 0));
    recovered.raise(Position { lsn: covered.max(lsn) + 1, sequence, ..Position::START });
    Ok((recovered, held_bytes))
}

/// What was recovered is sealed first, and then its files go.
fn unsealed(visible: &Visible, recovered: &Recovered) -> Option<Sealing> {
    let last_lsn = recovered.files.iter().map(|file| file.last_lsn).max()?;
    Some(Sealing::new(visible.freeze(last_lsn)?, recovered.files.clone()))
}

fn acknowledged(durable: &DurableBatch) -> Option<Acknowledged> {
    let quarantined = durable.batch.rejected().len() as u64;
    Some(Acknowledged {
        tenant: durable.batch.tenant().clone(),
        key: durable.key.clone()?,
        accepted: durable.batch.records().len() as u64 + quarantined,
        quarantined,
        lsn: durable.lsn,
        at: durable.assigned_at,
    })
}

/// What happens to a batch the moment it is durable, before its sender is told.
fn on_durable(
    node: u16,
    visible: &Arc<Visible>,
    keys: &Arc<Keys>,
    fresh: &broadcast::Sender<Fresh>,
    figures: &Arc<Figures>,
) -> OnDurable {
    let (visible, keys, fresh, figures) = (Arc::clone(visible), Arc::clone(keys), fresh.clone(), Arc::clone(figures));
    Box::new(move |batch| {
        visible.insert(Arc::new(Durable::new(&batch, node, |_| true)));
        if let Some(acknowledged) = acknowledged(&batch) {
            keys.durable(acknowledged);
        }
        figures.stored.fetch_add(batch.batch.records().len() as u64, Ordering::Relaxed);
        figures.quarantined.fetch_add(batch.batch.rejected().len() as u64, Ordering::Relaxed);
        figures.last_lsn.store(batch.lsn, Ordering::Relaxed);
        let numbering = Numbering { assigned_at: batch.assigned_at, node, first_sequence: batch.first_sequence };
        // Nobody listening is the normal case.
        let _ = fresh.send(Fresh { batch: batch.batch, numbering });
    })
}

/// The tasks hold the lake weakly, so that they end when its last handle is dropped.
fn spawn_tasks(inner: &Arc<Inner>) -> Vec<JoinHandle<()>> {
    let mut tasks = Vec::new();
    let (sealed, seal_soon) = (Arc::downgrade(inner), Arc::clone(&inner.seal_soon));
    tasks.push(tokio::spawn(async move {
        loop {
            let asked = tokio::time::timeout(SEAL_TICK, seal_soon.notified()).await.is_ok();
            let Some(inner) = sealed.upgrade() else { return };
            inner.seal_when_due(asked).await;
        }
    }));
    if !inner.config.maintain {
        return tasks;
    }
    let compacted = Arc::downgrade(inner);
    tasks.push(tokio::spawn(async move {
        loop {
            tokio::time::sleep(COMPACT_TICK).await;
            let Some(inner) = compacted.upgrade() else { return };
            if let Err(error) = inner.compact().await {
                tracing::warn!(%error, "compaction failed; it is tried again");
            }
        }
    }));
    let cleaned = Arc::downgrade(inner);
    tasks.push(tokio::spawn(async move {
        loop {
            let Some(inner) = cleaned.upgrade() else { return };
            let tick = CLEAN_TICK.min(inner.config.vacuum_after.max(COMPACT_TICK * 5));
            drop(inner);
            tokio::time::sleep(tick).await;
            let Some(inner) = cleaned.upgrade() else { return };
            inner.clean().await;
        }
    }));
    tasks
}

impl Inner {
    async fn seal_when_due(&self, asked: bool) {
        let (bytes, oldest) = self.visible.active();
        let old = oldest.is_some_and(|oldest| self.clock.now().since(oldest) >= self.config.seal_after);
        let earlier = self.visible.oldest() != oldest;
        if !(asked && bytes > 0 || bytes >= self.config.seal_bytes || old || earlier) {
            return;
        }
        if let Err(error) = self.seal().await {
            tracing::warn!(%error, "sealing failed; what is acknowledged stays in the write-ahead log, and it is tried again");
            tokio::time::sleep(SEAL_RETRY).await;
        }
    }

    async fn clean(&self) {
        let expired = match self.config.retention {
            Some(age) => self.expire(age).await.map(|_| ()),
            None => Ok(()),
        };
        let vacuumed = self.vacuum().await.map(|_| ());
        let counted = self.commit_corrections().await;
        for (what, done) in [("expiry", expired), ("vacuum", vacuumed), ("the ledger", counted)] {
            if let Err(error) = done {
                tracing::warn!(%error, what, "maintenance failed; it is tried again");
            }
        }
    }
}
