use record::Kind;

/// Why the lake could not do something. Names files, offsets and limits, never a record's content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Too much is acknowledged and not yet sealed.
    #[error("memtable is full ({used} of {limit} bytes)")]
    Full {
        /// Bytes held.
        used: usize,
        /// Bytes allowed.
        limit: usize,
    },
    /// The disk has no room. Writing resumes by itself when it has.
    #[error("no space left on the device of the data folder")]
    DiskFull,
    /// An fsync failed earlier: what the kernel holds is unknown, so nothing more is written until a restart.
    #[error("writing stopped after a failed fsync; restart to recover")]
    Poisoned,
    /// The idempotency key was used before for something else.
    #[error("idempotency key was used before with a different body")]
    KeyReused,
    /// Another process has the folder open.
    #[error("data folder {0} is in use by another process")]
    Locked(String),
    /// Another data folder writes into the same tables as the same node.
    #[error("node {0} of these tables belongs to another data folder")]
    NodeTaken(u16),
    /// The root key is not the one that the folder was first opened with.
    #[error("the root key is not the one that this data folder was made with")]
    OtherRootKey,
    /// Bytes on disk are not what was written.
    #[error("{file} is damaged at byte {offset}: {what}")]
    Corrupt {
        /// File, relative to the data folder.
        file: String,
        /// Byte in it.
        offset: u64,
        /// What was expected.
        what: &'static str,
    },
    /// The Delta log of a table is damaged, so nothing is committed to it. In words: where, and what can be done.
    #[error("{0}")]
    ReadOnly(String),
    /// The version or time asked for does not exist (any more).
    #[error("table has no {0}")]
    NoSuchVersion(String),
    /// Another writer changed the table in a way that a change did not expect; made anew, it would fit.
    #[error("another writer changed the table meanwhile")]
    Overtaken,
    /// Another node was given the lease of a stream: what is appended under this one would not be committed.
    #[error("another node reads this stream now")]
    LeaseLost,
    /// Reading or writing a file.
    #[error("{doing}")]
    Io {
        /// What was being done, to which file.
        doing: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// The Delta log.
    #[error("{doing}")]
    Delta {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: Box<deltalake_core::DeltaTableError>,
    },
    /// A segment.
    #[error("{doing}")]
    Parquet {
        /// What was being done, to which file.
        doing: String,
        /// Why it failed.
        #[source]
        source: parquet::errors::ParquetError,
    },
    /// Arrow arrays that do not fit together.
    #[error("{doing}")]
    Arrow {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: arrow::error::ArrowError,
    },
    /// The object store.
    #[error("{doing}")]
    Store {
        /// What was being done.
        doing: String,
        /// Why it failed.
        #[source]
        source: object_store::Error,
    },
    /// The state database.
    #[error("{doing}")]
    State {
        /// What was being done.
        doing: &'static str,
        /// Why it failed.
        #[source]
        source: rusqlite::Error,
    },
    /// The lake was closed.
    #[error("the lake is closed")]
    Closed,
}

impl Error {
    /// What the caller may do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Error::Full { .. } => Kind::Overloaded,
            Error::DiskFull | Error::ReadOnly(_) | Error::Poisoned | Error::Closed | Error::Overtaken | Error::Store { .. } => {
                Kind::Unavailable
            }
            Error::KeyReused | Error::NodeTaken(_) | Error::OtherRootKey => Kind::Invalid,
            Error::Locked(_) | Error::LeaseLost => Kind::Conflict,
            Error::NoSuchVersion(_) => Kind::NotFound,
            Error::Corrupt { .. } => Kind::Broken,
            Error::Io { .. } | Error::Delta { .. } | Error::Parquet { .. } | Error::Arrow { .. } | Error::State { .. } => {
                Kind::Broken
            }
        }
    }
}
