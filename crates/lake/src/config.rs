use std::path::PathBuf;
use std::time::Duration;

/// How a lake keeps its data. No `Default`: whoever opens a lake knows what they want.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder. Created if it does not exist.
    pub dir: PathBuf,
    /// Number of this node, 0..=4095, part of every record id it gives out.
    pub node: u16,
    /// A memtable is sealed when its oldest record is this old.
    pub seal_after: Duration,
    /// A memtable is sealed when it holds so many bytes.
    pub seal_bytes: usize,
    /// All memtables together hold no more than this; beyond, appends are refused as overloaded.
    pub memtable_limit_bytes: usize,
    /// Attribute columns a table may grow to; further attributes go to the `attributes` column.
    pub columns_max: usize,
    /// Segments are compacted towards this size.
    pub segment_target_bytes: u64,
    /// How long idempotency keys are remembered.
    pub key_memory: Duration,
    /// Records older than this are expired; `None` keeps them for ever.
    pub retention: Option<Duration>,
    /// How long a file that no version refers to any more is kept for readers of older versions.
    pub vacuum_after: Duration,
    /// Whether segments are compacted in the background.
    pub compact: bool,
}
