use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use privacy::Admitted;
use privacy::keys::{SubjectId, SubjectKeys};
use record::{Batch, Clock, RecordId, Tenant, Timestamp};
use tokio::sync::{Notify, broadcast};
use tokio::task::JoinHandle;

use crate::columns::{Numbering, Table};
use crate::delta::{Damage, DeltaLog};
use crate::disk::Disk;
use crate::keys::{Claim, Keys};
use crate::ledger::Ledger;
use crate::state::State;
use crate::store::Root;
use crate::visible::{Committed, Visible};
use crate::wal::Wal;
use crate::{Config, Error, Lease, Snapshot};

mod claim;
mod leases;
mod lock;
mod maintain;
mod open;
mod seal;
mod status;

pub(crate) use lock::FolderLock;
pub(crate) use open::{STATE_FILE, WAL_DIR};
pub use status::{Status, TenantStatus};

/// Batches that a slow live tail may lag behind before it is told that it missed some.
const TAIL_BATCHES: usize = 256;

/// How long an append waits for memtables to be sealed before it is refused. Sealing a full memtable takes a second or
/// two; a client that waits that long loses nothing, and one that is told to come back sends its body again.
const ROOM_WAIT: Duration = Duration::from_secs(4);

/// What makes a repeated request recognisable: the client's key, and a digest of the body it was sent with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BatchKey {
    /// As the client gave it.
    pub key: String,
    /// 128-bit hash of the body.
    pub body: u128,
}

/// What an acknowledgement says. Having one means: durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// Records and quarantined lines made durable.
    pub accepted: u64,
    /// Of these, how many are in quarantine.
    pub quarantined: u64,
    /// The same batch had been acknowledged before; nothing was stored again.
    pub duplicate: bool,
    /// Position in the write-ahead log.
    pub lsn: u64,
}

/// A durable batch, as live tails see it.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// Its records.
    pub batch: Arc<Batch>,
    numbering: Numbering,
}

impl Fresh {
    /// The id of the record at an index of the batch.
    pub fn record_id(&self, index: usize) -> RecordId {
        self.numbering.id(index)
    }
}

/// The store of one data folder. Cheap to clone; all clones are the same lake.
#[derive(Clone)]
pub struct Lake {
    inner: Arc<Inner>,
    tasks: Arc<Tasks>,
}

/// What runs in the background. It ends with the last handle of the lake, as a crash would end it: what is not committed
/// is in the write-ahead log.
struct Tasks {
    running: Mutex<Vec<JoinHandle<()>>>,
}

impl Tasks {
    fn new(running: Vec<JoinHandle<()>>) -> Tasks {
        Tasks { running: Mutex::new(running) }
    }

    fn abort(&self) -> Vec<JoinHandle<()>> {
        let tasks = std::mem::take(&mut *self.running.lock());
        tasks.iter().for_each(JoinHandle::abort);
        tasks
    }
}

impl Drop for Tasks {
    fn drop(&mut self) {
        self.abort();
    }
}

/// What the rooms of the lake share.
struct Inner {
    config: Config,
    clock: Arc<dyn Clock>,
    disk: Arc<dyn Disk>,
    root: Root,
    wal: Wal,
    keys: Arc<Keys>,
    state: Arc<State>,
    visible: Arc<Visible>,
    /// The open tables. Cloned out to be read; changed only by whoever holds `committing`.
    tables: Mutex<HashMap<(Tenant, Table), DeltaLog>>,
    /// One commit at a time; holds what is frozen and not yet committed.
    committing: tokio::sync::Mutex<Option<seal::Sealing>>,
    leases: leases::Leases,
    /// Duplicates and expired records that the next ledger commit will count.
    uncounted: Mutex<BTreeMap<Tenant, Ledger>>,
    fresh: broadcast::Sender<Fresh>,
    /// Bytes of everything acknowledged or about to be, and not committed.
    held_bytes: Arc<AtomicUsize>,
    /// Told when `held_bytes` shrinks.
    room: Notify,
    seal_soon: Arc<Notify>,
    closing: AtomicBool,
    figures: Arc<Figures>,
    /// What was found damaged at the start, for health checks: file, offset and kind, never content.
    damage: Vec<String>,
    /// Holds the folder for this process until the lake is dropped.
    _lock: Option<lock::FolderLock>,
}

/// Counters since start.
#[derive(Default)]
struct Figures {
    stored: AtomicU64,
    quarantined: AtomicU64,
    duplicate_batches: AtomicU64,
    commits: AtomicU64,
    seal_failures: AtomicU64,
    last_lsn: AtomicU64,
}

impl Lake {
    /// Opens or creates the data folder and recovers what the write-ahead log holds.
    pub async fn open(config: Config, clock: Arc<dyn Clock>) -> Result<Lake, Error> {
        open::open(config, clock).await
    }

    /// Makes a batch durable. Returning means: on disk (fsync), visible to new snapshots, and counted.
    ///
    /// With a key that was seen before, nothing is stored and the first receipt comes back, marked as duplicate. The work
    /// goes on when the caller goes away, so that a client that hung up and comes back with its key is recognised.
    pub async fn append(&self, admitted: Admitted, key: Option<BatchKey>) -> Result<Receipt, Error> {
        let inner = Arc::clone(&self.inner);
        let appending = tokio::spawn(async move { inner.append(admitted.into_batch(), key).await });
        appending.await.map_err(|_| Error::Closed)?
    }

    /// How far a stream is stored: the position of the last batch that was appended with [`BatchKey::position`] or under a
    /// lease.
    pub fn position(&self, tenant: &Tenant, stream: &str) -> Result<Option<u64>, Error> {
        self.inner.keys.position(tenant, &BatchKey::position(stream, 0).key)
    }

    /// Makes this node the reader of streams that other nodes may have read before, and says where to begin. Whoever had
    /// a lease of one loses it: what it has not committed yet, it leaves out, so that nothing is stored twice. Seals what
    /// this node has. Nobody may append to the streams meanwhile. A node that is the reader already remains it.
    ///
    /// In a lake whose tables are in its folder there are no other nodes, and nothing is sealed.
    pub async fn lease(&self, tenant: &Tenant, streams: &[String]) -> Result<Vec<Lease>, Error> {
        self.inner.lease(tenant, streams).await
    }

    /// How far a stream is stored where whoever leases it next begins, this node after a restart or another. `None`:
    /// nothing was stored under this lease.
    pub fn settled(&self, tenant: &Tenant, lease: &Lease) -> Result<Option<u64>, Error> {
        match self.inner.is_shared() {
            true => self.inner.keys.committed_position(tenant, lease),
            false => self.position(tenant, &lease.stream),
        }
    }

    /// Settles all that was appended, if other nodes may read it on: then it must be committed.
    pub async fn settle(&self) -> Result<(), Error> {
        if self.inner.is_shared() { self.seal().await } else { Ok(()) }
    }

    /// Whether an append would be refused at present, and why. For callers that can refuse before they read a body.
    pub fn refuses(&self) -> Option<Error> {
        self.inner.refuses()
    }

    /// All that was acknowledged up to now, for one tenant.
    pub fn snapshot(&self, tenant: &Tenant) -> Arc<Snapshot> {
        Arc::new(self.inner.visible.snapshot(tenant))
    }

    /// An earlier version of the tenant's `logs`; the other tables as they are now.
    pub async fn snapshot_at_version(&self, tenant: &Tenant, version: u64) -> Result<Arc<Snapshot>, Error> {
        let log = self.inner.table(tenant, Table::Logs).ok_or_else(|| Error::NoSuchVersion(format!("version {version}")))?;
        self.inner.snapshot_with(tenant, &log.at_version(version).await?)
    }

    /// The tenant's `logs` after the last commit at or before a time; the other tables as they are now.
    pub async fn snapshot_at_time(&self, tenant: &Tenant, at: Timestamp) -> Result<Arc<Snapshot>, Error> {
        let log = self.inner.table(tenant, Table::Logs).ok_or_else(|| Error::NoSuchVersion(format!("version as old as {at}")))?;
        self.inner.snapshot_with(tenant, &log.at_time(at).await?)
    }

    /// Batches as they become durable. A reader that lags behind is told how many it missed.
    pub fn subscribe(&self) -> broadcast::Receiver<Fresh> {
        self.inner.fresh.subscribe()
    }

    /// Seals the memtable now and waits until it is committed.
    pub async fn seal(&self) -> Result<(), Error> {
        self.inner.seal().await
    }

    /// Merges small segments. Returns how many segments went and how many came.
    pub async fn compact(&self) -> Result<(usize, usize), Error> {
        self.inner.compact().await
    }

    /// Removes segments whose records are all older than `age` from the current version; older versions keep them until
    /// vacuumed. Returns how many records left.
    pub async fn expire(&self, age: Duration) -> Result<u64, Error> {
        self.inner.expire(age).await
    }

    /// Deletes files that left the current version longer ago than [`Config::vacuum_after`]. Returns how many.
    pub async fn vacuum(&self) -> Result<usize, Error> {
        self.inner.vacuum().await
    }

    /// Makes an earlier version of a tenant's `logs` the current one, as a new commit. Returns its number.
    ///
    /// Of a table whose Delta log is damaged (any of the three) only the version that is served can be restored. That
    /// gives up what was committed later, and takes effect with the next start.
    pub async fn restore(&self, tenant: &Tenant, table: &str, version: u64) -> Result<u64, Error> {
        self.inner.restore(tenant, table, version).await
    }

    /// Where the keys of those whom records are about are kept: the state database.
    pub fn subject_keys(&self) -> Arc<dyn SubjectKeys> {
        Arc::clone(&self.inner.state) as Arc<dyn SubjectKeys>
    }

    /// Destroys a subject's key: what was encrypted under it is erased, in every version and copy of the tables. Returns
    /// whether there was one. [`privacy::keys::Keyring::forget`] has to be told too.
    pub fn erase_subject(&self, tenant: &Tenant, subject: SubjectId) -> Result<bool, Error> {
        self.inner.state.erase_subject(tenant, subject)
    }

    /// Makes sure that the folder is used with one root key for ever; with another, nothing encrypted could be read.
    pub fn check_root_key(&self, fingerprint: &str) -> Result<(), Error> {
        match self.inner.state.root_key_fingerprint(fingerprint)? == fingerprint {
            true => Ok(()),
            false => Err(Error::OtherRootKey),
        }
    }

    /// Figures for metrics and health.
    pub fn status(&self) -> Status {
        self.inner.status()
    }

    /// Seals, commits and stops. Later appends answer [`Error::Closed`].
    pub async fn close(&self) -> Result<(), Error> {
        self.inner.closing.store(true, Ordering::Release);
        for task in self.tasks.abort() {
            // Aborted or done: either way it is over.
            let _ = task.await;
        }
        self.inner.seal().await?;
        self.inner.commit_corrections().await?;
        let inner = Arc::clone(&self.inner);
        tokio::task::spawn_blocking(move || inner.wal.close()).await.map_err(|_| Error::Closed)
    }
}

impl Inner {
    async fn append(&self, batch: Batch, key: Option<BatchKey>) -> Result<Receipt, Error> {
        if self.closing.load(Ordering::Acquire) {
            return Err(Error::Closed);
        }
        let Some(key) = key else {
            return self.append_new(batch, None).await;
        };
        if self.leases.is_lost(batch.tenant(), &key) {
            return Err(Error::LeaseLost);
        }
        match self.keys.claim(batch.tenant(), &key).await? {
            Claim::Duplicate(first) => {
                self.count_duplicate(&batch);
                Ok(Receipt { accepted: first.accepted, quarantined: first.quarantined, duplicate: true, lsn: first.lsn })
            }
            Claim::New if batch.is_empty() => {
                // Nothing to make durable, so nothing to recognise later.
                self.keys.release(batch.tenant(), &key.key);
                Ok(Receipt { accepted: 0, quarantined: 0, duplicate: false, lsn: 0 })
            }
            Claim::New => {
                let tenant = batch.tenant().clone();
                let appended = self.append_new(batch, Some(key.clone())).await;
                if appended.is_err() {
                    self.keys.release(&tenant, &key.key);
                }
                appended
            }
        }
    }

    async fn append_new(&self, batch: Batch, key: Option<BatchKey>) -> Result<Receipt, Error> {
        let (records, quarantined) = (batch.records().len() as u64, batch.rejected().len() as u64);
        let receipt = Receipt { accepted: records + quarantined, quarantined, duplicate: false, lsn: 0 };
        if batch.is_empty() {
            return Ok(receipt);
        }
        let bytes = batch.memory_bytes();
        self.reserve(bytes).await?;
        match self.wal.append(self.wal.encode(Arc::new(batch), key)?).await {
            Ok(lsn) => Ok(Receipt { lsn, ..receipt }),
            Err(error) => {
                self.release(bytes);
                Err(error)
            }
        }
    }

    /// Takes room in memory for a batch, waiting a little for sealing to make some.
    async fn reserve(&self, bytes: usize) -> Result<(), Error> {
        let limit = self.config.memtable_limit_bytes;
        let taken = async {
            loop {
                let mut freed = std::pin::pin!(self.room.notified());
                freed.as_mut().enable();
                let fits = |used: usize| (used == 0 || used + bytes <= limit).then_some(used + bytes);
                if self.held_bytes.fetch_update(Ordering::AcqRel, Ordering::Acquire, fits).is_ok() {
                    return;
                }
                self.seal_soon.notify_one();
                freed.await;
            }
        };
        tokio::time::timeout(ROOM_WAIT, taken).await.map_err(|_| self.full())?;
        if self.visible.active().0 >= self.config.seal_bytes {
            self.seal_soon.notify_one();
        }
        Ok(())
    }

    fn release(&self, bytes: usize) {
        self.held_bytes.fetch_sub(bytes, Ordering::AcqRel);
        self.room.notify_waiters();
    }

    fn refuses(&self) -> Option<Error> {
        let is_full = self.held_bytes.load(Ordering::Acquire) >= self.config.memtable_limit_bytes;
        self.refuses_for_good().or_else(|| is_full.then(|| self.full()))
    }

    /// Why there is no room: too much came at once, or what came cannot be committed.
    fn full(&self) -> Error {
        match self.visible.stranded() {
            Some(damage) => Error::ReadOnly(damage.to_string()),
            None => Error::Full { used: self.held_bytes.load(Ordering::Acquire), limit: self.config.memtable_limit_bytes },
        }
    }

    fn refuses_for_good(&self) -> Option<Error> {
        if self.closing.load(Ordering::Acquire) {
            return Some(Error::Closed);
        }
        if self.wal.is_poisoned() {
            return Some(Error::Poisoned);
        }
        self.short_of_disk().then_some(Error::DiskFull)
    }

    fn short_of_disk(&self) -> bool {
        let reserve = self.config.disk_reserve_bytes;
        reserve > 0 && self.disk.free_bytes(&self.config.dir).is_some_and(|free| free < reserve)
    }

    fn count_duplicate(&self, batch: &Batch) {
        self.figures.duplicate_batches.fetch_add(1, Ordering::Relaxed);
        let mut uncounted = self.uncounted.lock();
        uncounted.entry(batch.tenant().clone()).or_default().count_duplicate(batch, self.clock.now());
    }

    fn table(&self, tenant: &Tenant, table: Table) -> Option<DeltaLog> {
        self.tables.lock().get(&(tenant.clone(), table)).cloned()
    }

    /// Why nothing may be committed to a table, if so.
    fn damage_of(&self, tenant: &Tenant, table: Table) -> Option<Arc<Damage>> {
        self.visible.committed(tenant, table)?.damage
    }

    /// The table, created when it does not exist.
    async fn table_or_new(&self, tenant: &Tenant, table: Table) -> Result<DeltaLog, Error> {
        if let Some(damage) = self.damage_of(tenant, table) {
            return Err(Error::ReadOnly(damage.to_string()));
        }
        if let Some(log) = self.table(tenant, table) {
            return Ok(log);
        }
        let log = DeltaLog::open_or_create(&self.root, tenant.as_str(), table.name(), &table.base_schema()).await?;
        self.tables.lock().insert((tenant.clone(), table), log.clone());
        Ok(log)
    }

    fn snapshot_with(&self, tenant: &Tenant, logs: &DeltaLog) -> Result<Arc<Snapshot>, Error> {
        let mut snapshot = self.visible.snapshot(tenant);
        let current = self.visible.committed(tenant, Table::Logs);
        let committed = Committed::of(logs, current.as_ref())?;
        if let Some(view) = snapshot.tables.get_mut(Table::Logs.name()) {
            view.version = committed.version;
            view.schema = committed.schema;
            view.segments = committed.segments;
            view.memory = Vec::new();
            view.damage = None;
        }
        Ok(Arc::new(snapshot))
    }
}

#[cfg(test)]
mod tests;
