//! The files under the write-ahead log, behind a trait so that tests can cut the power.
//!
//! In: bytes, names. Out: the same after a crash, as far as they were synced. Never: a retry, or an error swallowed:
//! what a failed sync means is decided by whoever called it. Begin with [`Disk`].
//!
//! Every call blocks. A file's bytes are durable after [`DiskFile::sync_data`]; that it exists, is renamed or is gone
//! is durable after [`Disk::sync_dir`] of its folder, and not before.

mod real;
#[cfg(test)]
pub(crate) mod sim;

use std::io;
use std::path::Path;

pub use real::RealDisk;

/// A place for files.
pub trait Disk: Send + Sync + 'static {
    /// Makes a folder durable, with its parents. It may exist already.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;

    /// Names of the files of a folder, in no order.
    fn list(&self, dir: &Path) -> io::Result<Vec<String>>;

    /// All bytes of a file.
    fn read(&self, file: &Path) -> io::Result<Vec<u8>>;

    /// An empty file to append to. What a file of that name held is gone.
    fn create(&self, file: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// An existing file to append to.
    fn open_append(&self, file: &Path) -> io::Result<Box<dyn DiskFile>>;

    /// Gives a file another name, in one step. A file that had that name is gone.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file.
    fn remove(&self, file: &Path) -> io::Result<()>;

    /// Makes creations, renames and removals in a folder durable.
    fn sync_dir(&self, dir: &Path) -> io::Result<()>;

    /// Bytes that may still be written to the file system of a folder; `None` when it does not say.
    fn free_bytes(&self, dir: &Path) -> Option<u64>;
}

/// A file open for appending.
pub trait DiskFile: Send {
    /// Appends the pieces one after the other. After an error any prefix of them may have been appended.
    fn write_all(&mut self, pieces: &[&[u8]]) -> io::Result<()>;

    /// Makes the file's bytes and its length durable.
    fn sync_data(&mut self) -> io::Result<()>;

    /// Cuts the file off.
    fn truncate(&mut self, len: u64) -> io::Result<()>;
}

/// Whether an error says that there is no room, by the device or by a quota.
pub(crate) fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded)
}
