//! The write-ahead log: a batch is acknowledged when it lies here, synced.
//!
//! In: admitted batches. Out: the same, durable, numbered and in one order; after a restart, all of them again.
//! Never: an acknowledgement before the sync, a write after a failed one, a guess about damaged bytes.
//! Begin with [`recover`], then [`Wal::start`] and [`Wal::append`].
//!
//! # Files
//!
//! A folder of files `00000000000000000001.wal`, named for the first LSN each may hold. One is written to; it ends
//! when [`Wal::rotate`] says so, and goes when the lake has committed what it holds ([`Wal::remove`]). A file gets
//! its name when its header is durable (written as `.tmp`, synced, renamed), so a named file has a whole header.
//! Numbers are little-endian.
//!
//! ```text
//! file   = header, frame, frame, ...
//!
//! header   0  8  "DNDRWAL1"
//! 48 B     8  4  format version: 1
//!         12  8  mark: a random number, at the start of every frame of this file
//!         20  8  LSN of the first frame
//!         28  8  running number of its first record
//!         36  8  no batch in this file was made durable before (microseconds since 1970)
//!         44  4  CRC-32 of the 44 bytes before
//!
//! frame    0  8  mark
//! 56 B     8  4  bytes of payload
//!         12  4  CRC-32 of the payload
//!         16  8  LSN: one more than the frame before
//!         24  8  LSN of the first frame of its group
//!         32  8  running number of its first record; quarantined lines are counted behind the records
//!         40  8  when it was made durable (microseconds since 1970)
//!         48  4  flags: 1 = frames before this one were torn off by a crash
//!         52  4  CRC-32 of the 52 bytes before
//!         56     payload: one batch, see `payload.rs`
//! ```
//!
//! * The **mark** lets reading go on behind damage: the next frame is where the mark stands with a header whose own
//!   CRC holds. Since nobody outside knows the mark, no text of a record can pass for a frame.
//! * The **group** is what was written and synced together. All groups but the last of the last file were synced, so
//!   bad bytes there are damage. In the last group of the last file they are the torn end of a crash: expected,
//!   never acknowledged (or, if a disk lost them after the sync, not to be told apart from that), cut away and told.
//! * The payload has its own CRC, computed by whoever appends, so that the one writing thread only copies.
//!
//! # What failure means
//!
//! | what fails | what follows |
//! |---|---|
//! | write (disk full, or else) | the group is cut away, the cut synced, its batches refused; the next append tries again |
//! | that cut, or any sync, be it for lack of room | poisoned: what the kernel holds is unknown, all further appends are refused, also after the disk recovers; only a restart reads back what is really there. A batch refused as poisoned may turn out to be durable |
//! | making the next file, its sync apart | rotation is refused, the log goes on in the old file |
//!
//! To keep the second row from happening to a disk that is merely full, and to leave the lake room to seal what it
//! has, appends are refused as [`Error::DiskFull`] while less than [`Options::reserve_bytes`] would remain free.
//!
//! After a restart the last file is copied, synced, and put in its own place: after a failed sync or a kill its bytes
//! may be readable from memory and yet not be on the disk, with no later sync to put them there.

mod buffers;
mod check;
mod damage;
mod directory;
mod format;
mod payload;
mod queue;
mod recover;
mod scan;
mod stats;
mod writer;

use std::future::Future;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use parking_lot::Mutex;
use record::{Batch, Clock, Timestamp};
use tokio::sync::oneshot;

use crate::disk::Disk;
use crate::{BatchKey, Error};

use buffers::Buffers;
pub use check::check;
pub use damage::{Damage, Finding};
use directory::Directory;
use queue::{Queue, Request};
pub use recover::{Recovered, recover};
use stats::WalStats;
pub use stats::{SYNC_BUCKETS, WalFigures};
use writer::Writer;

/// How a log is kept. No `Default`: whoever starts one knows what they want.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Appends are refused while less than this would remain free on the device: the room that sealing and
    /// committing need to get the lake out of a full disk by itself.
    pub reserve_bytes: u64,
    /// Bytes that may wait for the writing thread; beyond, appends are refused as overloaded.
    pub queue_bytes_max: usize,
    /// From which the marks of files are drawn. Unforeseeable for whoever sends records.
    pub seed: u64,
}

/// Where a log goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The next LSN. The first is 1.
    pub lsn: u64,
    /// The next running number of a record.
    pub sequence: u64,
    /// No batch is made durable before this.
    pub assigned_at: Timestamp,
}

impl Position {
    /// Where a new log begins.
    pub const START: Position = Position { lsn: 1, sequence: 0, assigned_at: Timestamp::from_micros(0) };

    /// In each part the later of the two.
    pub fn or_later(self, other: Position) -> Position {
        Position {
            lsn: self.lsn.max(other.lsn),
            sequence: self.sequence.max(other.sequence),
            assigned_at: self.assigned_at.max(other.assigned_at),
        }
    }

    /// Where the log goes on behind a batch.
    fn behind(batch: &DurableBatch) -> Position {
        let sequence = batch.first_sequence.saturating_add(numbers(&batch.batch));
        Position { lsn: batch.lsn.saturating_add(1), sequence, assigned_at: batch.assigned_at }
    }
}

/// How many running numbers a batch takes: one a record, then one a quarantined line.
fn numbers(batch: &Batch) -> u64 {
    (batch.records().len() + batch.rejected().len()) as u64
}

/// A batch that is on disk.
#[derive(Debug, Clone, PartialEq)]
pub struct DurableBatch {
    /// Its position.
    pub lsn: u64,
    /// Running number of its first record; those of the quarantined lines follow the records'.
    pub first_sequence: u64,
    /// When it was made durable. Never earlier than the batch before.
    pub assigned_at: Timestamp,
    /// The records.
    pub batch: Arc<Batch>,
    /// What makes its repetition recognisable.
    pub key: Option<BatchKey>,
}

/// A batch in the form in which it is written, made by [`Wal::encode`].
#[derive(Debug)]
pub struct EncodedBatch {
    /// Room for the frame's header, then the payload.
    frame: Vec<u8>,
    payload_crc: u32,
    batch: Arc<Batch>,
    key: Option<BatchKey>,
}

/// A file that is not written to any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WalFile {
    /// Its name in the folder of the log.
    pub name: String,
    /// The last batch in it.
    pub last_lsn: u64,
    /// Its size.
    pub size_bytes: u64,
    /// Bytes in it are damaged: it is set aside instead of removed.
    pub damaged: bool,
}

/// Called for each batch that has become durable, in order, on the writing thread, before whoever appended it is
/// told. It must be quick: the next group waits for it.
pub type OnDurable = Box<dyn FnMut(DurableBatch) + Send>;

/// The log of one folder.
pub struct Wal {
    queue: Arc<Queue>,
    stats: Arc<WalStats>,
    buffers: Arc<Buffers>,
    directory: Directory,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Wal {
    /// Begins to write, in a new file behind what was recovered.
    ///
    /// On a full disk the log starts all the same, and makes its file when there is room.
    pub fn start(
        disk: Arc<dyn Disk>,
        dir: PathBuf,
        options: Options,
        recovered: &Recovered,
        clock: Arc<dyn Clock>,
        on_durable: OnDurable,
    ) -> Result<Wal, Error> {
        let directory = Directory::new(disk, dir);
        let stats = Arc::new(WalStats::new(recovered.bytes()));
        let buffers = Arc::new(Buffers::default());
        let queue = Arc::new(Queue::new(options.queue_bytes_max));
        let mut writer = Writer::new(directory.clone(), options, recovered.next, clock, on_durable, stats.clone());
        writer.open_first(&recovered.empty)?;
        let thread = {
            let (queue, buffers) = (queue.clone(), buffers.clone());
            let run = move || queue::run(&queue, writer, &buffers);
            std::thread::Builder::new().name("wal".into()).spawn(run)
        };
        let thread = thread.map_err(|source| Error::Io { doing: "start the thread of the write-ahead log".into(), source })?;
        Ok(Wal { queue, stats, buffers, directory, thread: Mutex::new(Some(thread)) })
    }

    /// Brings a batch into the form in which it is written: the work that needs no order, done by whoever appends.
    pub fn encode(&self, batch: Arc<Batch>, key: Option<BatchKey>) -> Result<EncodedBatch, Error> {
        EncodedBatch::new(batch, key, self.buffers.take())
    }

    /// Queues a batch; the future answers with its LSN when it is durable. A batch whose future is dropped is
    /// written nevertheless.
    pub fn append(&self, encoded: EncodedBatch) -> impl Future<Output = Result<u64, Error>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        let queued = self.queue.push(Request::Append { encoded, reply });
        let queue = self.queue.clone();
        async move {
            queued?;
            answer.await.unwrap_or_else(|_| Err(queue.refusal()))
        }
    }

    /// Ends the current file between two batches and begins a new one. `None` when the current one is empty.
    ///
    /// `at_boundary` runs on the writing thread: all that was reported durable before lies in the file that ended,
    /// all that will be reported lies behind it. It does not run when there was nothing to end, or ending it failed.
    pub fn rotate(
        &self,
        at_boundary: Box<dyn FnOnce(&WalFile) + Send>,
    ) -> impl Future<Output = Result<Option<WalFile>, Error>> + Send + use<> {
        let (reply, answer) = oneshot::channel();
        let queued = self.queue.push(Request::Rotate { at_boundary, reply });
        let queue = self.queue.clone();
        async move {
            queued?;
            answer.await.unwrap_or_else(|_| Err(queue.refusal()))
        }
    }

    /// Removes a file whose batches are committed, or sets it aside as `.damaged`. Oldest first: a removal that a
    /// crash undoes must not leave a gap. Blocks.
    pub fn remove(&self, file: &WalFile) -> Result<(), Error> {
        self.directory.remove(file)?;
        self.stats.shrink(file.size_bytes);
        Ok(())
    }

    /// Bytes of all files of the log.
    pub fn bytes_on_disk(&self) -> u64 {
        self.stats.bytes_on_disk()
    }

    /// Figures for metrics.
    pub fn figures(&self) -> WalFigures {
        self.stats.figures()
    }

    /// Whether a sync failed, so that nothing is written until a restart.
    pub fn is_poisoned(&self) -> bool {
        self.queue.is_poisoned()
    }

    /// Writes what waits and stops; later calls answer [`Error::Closed`]. Blocks.
    pub fn close(&self) {
        self.queue.close();
        let Some(thread) = self.thread.lock().take() else { return };
        // The last handle may be dropped by `on_durable`, on the very thread that would be waited for.
        if thread.thread().id() != std::thread::current().id() && thread.join().is_err() {
            tracing::error!("the thread of the write-ahead log panicked");
        }
    }
}

/// Waits for the thread, so that nobody writes to the folder when the handle is gone.
impl Drop for Wal {
    fn drop(&mut self) {
        self.close();
    }
}

#[cfg(test)]
mod tests;
