use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

/// Upper bounds of the buckets in which syncs are counted: from a fast drive to one in trouble.
pub const SYNC_BUCKETS: [Duration; 10] = [
    Duration::from_micros(250),
    Duration::from_micros(500),
    Duration::from_millis(1),
    Duration::from_millis(2),
    Duration::from_millis(5),
    Duration::from_millis(10),
    Duration::from_millis(25),
    Duration::from_millis(100),
    Duration::from_millis(500),
    Duration::from_secs(2),
];

/// Counts of a log since its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalFigures {
    /// Batches made durable.
    pub batches: u64,
    /// Bytes of their frames.
    pub bytes: u64,
    /// Groups: batches written and synced together.
    pub groups: u64,
    /// Batches of the largest group.
    pub group_batches_max: u64,
    /// Batches refused because a write failed or there was no room.
    pub refused: u64,
    /// Syncs of groups.
    pub fsyncs: u64,
    /// Of these, how many took no longer than each of [`SYNC_BUCKETS`] and longer than the one before; last: longer.
    pub fsync_buckets: [u64; SYNC_BUCKETS.len() + 1],
    /// Time in them.
    pub fsync_total: Duration,
    /// The longest.
    pub fsync_max: Duration,
}

#[derive(Debug)]
pub(super) struct WalStats {
    bytes_on_disk: AtomicU64,
    batches: AtomicU64,
    bytes: AtomicU64,
    groups: AtomicU64,
    group_batches_max: AtomicU64,
    refused: AtomicU64,
    fsyncs: AtomicU64,
    fsync_buckets: [AtomicU64; SYNC_BUCKETS.len() + 1],
    fsync_nanos: AtomicU64,
    fsync_nanos_max: AtomicU64,
}

impl WalStats {
    pub(super) fn new(bytes_on_disk: u64) -> WalStats {
        WalStats {
            bytes_on_disk: AtomicU64::new(bytes_on_disk),
            batches: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            groups: AtomicU64::new(0),
            group_batches_max: AtomicU64::new(0),
            refused: AtomicU64::new(0),
            fsyncs: AtomicU64::new(0),
            fsync_buckets: Default::default(),
            fsync_nanos: AtomicU64::new(0),
            fsync_nanos_max: AtomicU64::new(0),
        }
    }

    pub(super) fn group(&self, batches: u64, bytes: u64) {
        self.groups.fetch_add(1, Relaxed);
        self.batches.fetch_add(batches, Relaxed);
        self.bytes.fetch_add(bytes, Relaxed);
        self.group_batches_max.fetch_max(batches, Relaxed);
        self.grow(bytes);
    }

    pub(super) fn refuse(&self, batches: u64) {
        self.refused.fetch_add(batches, Relaxed);
    }

    pub(super) fn synced(&self, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        self.fsyncs.fetch_add(1, Relaxed);
        self.fsync_buckets[SYNC_BUCKETS.partition_point(|bound| *bound < took)].fetch_add(1, Relaxed);
        self.fsync_nanos.fetch_add(nanos, Relaxed);
        self.fsync_nanos_max.fetch_max(nanos, Relaxed);
    }

    pub(super) fn grow(&self, bytes: u64) {
        self.bytes_on_disk.fetch_add(bytes, Relaxed);
    }

    pub(super) fn shrink(&self, bytes: u64) {
        self.bytes_on_disk.fetch_sub(bytes, Relaxed);
    }

    pub(super) fn bytes_on_disk(&self) -> u64 {
        self.bytes_on_disk.load(Relaxed)
    }

    pub(super) fn figures(&self) -> WalFigures {
        WalFigures {
            batches: self.batches.load(Relaxed),
            bytes: self.bytes.load(Relaxed),
            groups: self.groups.load(Relaxed),
            group_batches_max: self.group_batches_max.load(Relaxed),
            refused: self.refused.load(Relaxed),
            fsyncs: self.fsyncs.load(Relaxed),
            fsync_buckets: std::array::from_fn(|index| self.fsync_buckets[index].load(Relaxed)),
            fsync_total: Duration::from_nanos(self.fsync_nanos.load(Relaxed)),
            fsync_max: Duration::from_nanos(self.fsync_nanos_max.load(Relaxed)),
        }
    }
}
