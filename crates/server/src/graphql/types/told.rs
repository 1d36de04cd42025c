use ask::Answer;
use async_graphql::SimpleObject;

use super::Long;
use crate::rows;

/// What was read for an answer.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct Stats {
    /// Rows decoded, after pruning by statistics and index.
    rows_scanned: Long,
    /// Bytes read from segments, and bytes of memtable looked at.
    bytes_scanned: Long,
    /// Segments opened.
    files_scanned: Long,
    /// Segments left out without opening them.
    files_pruned: Long,
    /// Wall time in milliseconds.
    elapsed_ms: f64,
}

impl From<rows::Stats> for Stats {
    fn from(stats: rows::Stats) -> Stats {
        Stats {
            rows_scanned: Long(stats.rows_scanned),
            bytes_scanned: Long(stats.bytes_scanned),
            files_scanned: Long(stats.files_scanned),
            files_pruned: Long(stats.files_pruned),
            elapsed_ms: stats.elapsed_ms,
        }
    }
}

/// How far an answer goes: part of all of them.
#[derive(Debug, SimpleObject)]
pub(in crate::graphql) struct Told {
    /// What was read for it.
    stats: Stats,
    /// Whether nothing is missing.
    complete: bool,
    /// Why something may be missing: a bound was met, or a file is damaged, named with the byte.
    incomplete_reason: Option<String>,
    /// Version of the Delta table that was read.
    version: Long,
}

impl Told {
    pub(super) fn new(stats: rows::Stats, complete: bool, incomplete_reason: Option<String>, version: u64) -> Told {
        Told { stats: stats.into(), complete, incomplete_reason, version: Long(version) }
    }

    pub(super) fn of(answer: &Answer) -> Told {
        Told::new(answer.cost.into(), answer.complete(), answer.incomplete_reason(), answer.version)
    }
}
