use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use url::Url;

/// How a lake keeps its data. No `Default`: whoever opens a lake knows what they want.
#[derive(Debug, Clone)]
pub struct Config {
    /// The data folder. Created if it does not exist. Holds the write-ahead log and the state database always.
    pub dir: PathBuf,
    /// Where the tables are.
    pub tables: Location,
    /// Number of this node, 0..=4095, part of every record id it gives out.
    pub node: u16,
    /// A memtable is sealed when its oldest record is this old.
    pub seal_after: Duration,
    /// A memtable is sealed when it holds so many bytes.
    pub seal_bytes: usize,
    /// All memtables together hold no more than this; beyond, appends are refused as overloaded.
    pub memtable_limit_bytes: usize,
    /// Appends are refused as long as the disk of the data folder has less room than this, so that what is acknowledged
    /// can still be sealed. 0 does not look.
    pub disk_reserve_bytes: u64,
    /// Attribute columns a table may grow to; further attributes go to the `attributes` column.
    pub columns_max: usize,
    /// Segments are compacted towards this size.
    pub segment_target_bytes: u64,
    /// How long idempotency keys are remembered.
    pub key_memory: Duration,
    /// Records older than this are expired; `None` keeps them for ever.
    pub retention: Option<Duration>,
    /// How long a file that the current version does not refer to any more is kept for readers of older versions.
    pub vacuum_after: Duration,
    /// Whether segments are compacted, expired and vacuumed in the background.
    pub maintain: bool,
}

/// Where tables are kept.
#[derive(Debug, Clone)]
pub enum Location {
    /// In `tables` under the data folder.
    Local,
    /// In an object store.
    Url {
        /// Such as `s3://bucket/prefix`.
        url: Url,
        /// Options of `object_store` for it (endpoint, region, keys).
        options: BTreeMap<String, String>,
    },
}
