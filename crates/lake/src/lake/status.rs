use std::sync::atomic::Ordering;

use record::Tenant;

use super::Inner;
use crate::Error;
use crate::columns::Table;

/// Figures about a lake at one moment.
#[derive(Debug, Clone, Default)]
pub struct Status {
    /// Whether appends are refused at present; if so, why (`disk full`, `memtable full`, `poisoned`, `closed`, or
    /// that a damaged table holds all memory).
    pub refusing: Option<&'static str>,
    /// Position of the last durable batch.
    pub lsn: u64,
    /// Bytes of memtables, those being sealed included.
    pub memtable_bytes: usize,
    /// Bytes of write-ahead log on disk.
    pub wal_bytes: u64,
    /// Per tenant: version, segments, rows and bytes of `logs`.
    pub tenants: Vec<TenantStatus>,
    /// Records stored since start.
    pub stored_total: u64,
    /// Lines quarantined since start.
    pub quarantined_total: u64,
    /// Duplicate batches recognised since start.
    pub duplicate_batches_total: u64,
    /// Fsyncs of the write-ahead log since start.
    pub fsyncs_total: u64,
    /// Commits since start.
    pub commits_total: u64,
    /// Sealings that failed since start and were tried again.
    pub seal_failures_total: u64,
    /// What was found damaged at the start, in the write-ahead log and in Delta logs: file, offset, kind.
    pub damage: Vec<String>,
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

impl Inner {
    pub(super) fn status(&self) -> Status {
        let refusing = self.refuses().map(|error| match error {
            Error::DiskFull => "disk full",
            Error::Poisoned => "poisoned",
            Error::Closed => "closed",
            Error::ReadOnly(_) => "a damaged table holds all memory",
            _ => "memtable full",
        });
        let uncommitted = self.visible.oldest().map(|oldest| self.clock.now().since(oldest));
        let load = |counter: &std::sync::atomic::AtomicU64| counter.load(Ordering::Relaxed);
        Status {
            refusing,
            lsn: load(&self.figures.last_lsn),
            memtable_bytes: self.held_bytes.load(Ordering::Relaxed),
            wal_bytes: self.wal.bytes_on_disk(),
            tenants: self.visible.tenants().into_iter().filter_map(|tenant| self.tenant_status(tenant)).collect(),
            stored_total: load(&self.figures.stored),
            quarantined_total: load(&self.figures.quarantined),
            duplicate_batches_total: load(&self.figures.duplicate_batches),
            fsyncs_total: self.wal.figures().fsyncs,
            commits_total: load(&self.figures.commits),
            seal_failures_total: load(&self.figures.seal_failures),
            damage: self.damage.clone(),
            uncommitted_seconds: uncommitted.map_or(0.0, |age| age.as_secs_f64()),
        }
    }

    fn tenant_status(&self, tenant: Tenant) -> Option<TenantStatus> {
        let logs = self.visible.committed(&tenant, Table::Logs)?;
        let rows = logs.segments.iter().map(|segment| segment.rows).sum();
        let bytes = logs.segments.iter().map(|segment| segment.size_bytes).sum();
        Some(TenantStatus { tenant, version: logs.version, segments: logs.segments.len(), rows, bytes })
    }
}
