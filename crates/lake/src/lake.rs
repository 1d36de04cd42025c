use std::sync::Arc;

use privacy::Admitted;
use record::{Batch, Clock, Tenant};
use tokio::sync::broadcast;

use crate::{Config, Error, Snapshot};

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

/// The store of one data folder. Cheap to clone; all clones are the same lake.
#[derive(Clone)]
pub struct Lake {
    _inner: Arc<()>,
}

impl Lake {
    /// Opens or creates the data folder and recovers what the write-ahead log holds.
    pub async fn open(_config: Config, _clock: Arc<dyn Clock>) -> Result<Lake, Error> {
        unimplemented!()
    }

    /// Makes a batch durable. Returning means: on disk (fsync), visible to new snapshots, and counted.
    ///
    /// With a key that was seen before, nothing is stored and the first receipt comes back, marked as duplicate.
    pub async fn append(&self, _admitted: Admitted, _key: Option<BatchKey>) -> Result<Receipt, Error> {
        unimplemented!()
    }

    /// All that was acknowledged up to now, for one tenant. Cheap.
    pub fn snapshot(&self, _tenant: &Tenant) -> Arc<Snapshot> {
        unimplemented!()
    }

    /// An earlier state of the tenant's `logs` table (other tables: as they are now; no memtable).
    pub async fn snapshot_at_version(&self, _tenant: &Tenant, _version: u64) -> Result<Arc<Snapshot>, Error> {
        unimplemented!()
    }

    /// The state after the last commit at or before a time.
    pub async fn snapshot_at_time(&self, _tenant: &Tenant, _at: record::Timestamp) -> Result<Arc<Snapshot>, Error> {
        unimplemented!()
    }

    /// Batches as they become durable, for live tails. A slow reader is told how many batches it missed.
    pub fn subscribe(&self) -> broadcast::Receiver<Arc<Batch>> {
        unimplemented!()
    }

    /// Seals the memtable now and waits until it is committed.
    pub async fn seal(&self) -> Result<(), Error> {
        unimplemented!()
    }

    /// Merges small segments. Returns how many segments went and how many came.
    pub async fn compact(&self) -> Result<(usize, usize), Error> {
        unimplemented!()
    }

    /// Removes records older than `age` from the current version (older versions keep them until vacuumed).
    /// Returns how many.
    pub async fn expire(&self, _age: std::time::Duration) -> Result<u64, Error> {
        unimplemented!()
    }

    /// Deletes files that no version young enough refers to. Returns how many.
    pub async fn vacuum(&self) -> Result<usize, Error> {
        unimplemented!()
    }

    /// Makes an earlier version of a tenant's `logs` the current one, as a new commit. Returns its version.
    pub async fn restore(&self, _tenant: &Tenant, _version: u64) -> Result<u64, Error> {
        unimplemented!()
    }

    /// Figures for metrics and health.
    pub fn status(&self) -> Status {
        unimplemented!()
    }

    /// Seals, commits and stops. Later calls answer [`Error::Closed`].
    pub async fn close(&self) -> Result<(), Error> {
        unimplemented!()
    }
}

/// Figures about a lake at one moment.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Whether appends are taken at present; if not, why (`disk full`, `memtable full`, `poisoned`).
    pub refusing: Option<&'static str>,
    /// Position of the last durable batch.
    pub lsn: u64,
    /// Bytes of memtables, sealing ones included.
    pub memtable_bytes: usize,
    /// Bytes of write-ahead log on disk.
    pub wal_bytes: u64,
    /// Per tenant: version, segments, rows and bytes of `logs`.
    pub tenants: Vec<TenantStatus>,
    /// Records stored since start, by the ledger's outcomes.
    pub stored_total: u64,
    /// Lines quarantined since start.
    pub quarantined_total: u64,
    /// Duplicate batches recognised since start.
    pub duplicate_batches_total: u64,
    /// Fsyncs since start.
    pub fsyncs_total: u64,
    /// Commits since start.
    pub commits_total: u64,
    /// Age in seconds of the oldest record that is not yet committed.
    pub uncommitted_seconds: f64,
}

/// Figures about a tenant's `logs`.
#[derive(Debug, Clone)]
pub struct TenantStatus {
    /// Whose.
    pub tenant: Tenant,
    /// Delta version.
    pub version: u64,
    /// Live segments.
    pub segments: usize,
    /// Rows in them.
    pub rows: u64,
    /// Bytes of them.
    pub bytes: u64,
}
