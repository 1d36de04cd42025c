//! Between those who append and the one who writes.

use std::collections::VecDeque;

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

use super::buffers::Buffers;
use super::directory::Fault;
use super::writer::Writer;
use super::{EncodedBatch, WalFile};
use crate::Error;

/// Bytes of one group. Larger groups would not save syncs worth having, and all of a group waits for its last byte.
const GROUP_BYTES_MAX: usize = 32 << 20;

/// Batches of one group: as many pieces as one system call takes on Linux.
const GROUP_BATCHES_MAX: usize = 1024;

/// What the writing thread is asked to do.
pub(super) enum Request {
    /// Make a batch durable.
    Append {
        /// The batch.
        encoded: EncodedBatch,
        /// For its LSN.
        reply: oneshot::Sender<Result<u64, Error>>,
    },
    /// Begin a new file.
    Rotate {
        /// Run between the last batch of the old file and the first of the new one.
        at_boundary: Box<dyn FnOnce(&WalFile) + Send>,
        /// For the file that ended.
        reply: oneshot::Sender<Result<Option<WalFile>, Error>>,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Open,
    /// No more is taken; what waits is still done.
    Closed,
    Poisoned,
}

/// Requests in order of arrival.
pub(super) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    bytes_max: usize,
}

struct State {
    waiting: VecDeque<Request>,
    bytes: usize,
    phase: Phase,
}

/// What is done in one step.
enum Work {
    Group(Vec<EncodedBatch>, Vec<oneshot::Sender<Result<u64, Error>>>),
    Rotate(Box<dyn FnOnce(&WalFile) + Send>, oneshot::Sender<Result<Option<WalFile>, Error>>),
}

impl Queue {
    pub(super) fn new(bytes_max: usize) -> Queue {
        let state = State { waiting: VecDeque::new(), bytes: 0, phase: Phase::Open };
        Queue { state: Mutex::new(state), arrived: Condvar::new(), bytes_max }
    }

    /// Queues a request. One batch is always taken, however large it is.
    pub(super) fn push(&self, request: Request) -> Result<(), Error> {
        let mut state = self.state.lock();
        if state.phase != Phase::Open {
            return Err(refusal(state.phase));
        }
        if let Request::Append { encoded, .. } = &request {
            let used = state.bytes + encoded.size_bytes();
            if state.bytes > 0 && used > self.bytes_max {
                return Err(Error::Full { used: state.bytes, limit: self.bytes_max });
            }
            state.bytes = used;
        }
        state.waiting.push_back(request);
        self.arrived.notify_one();
        Ok(())
    }

    /// What a request is told that was not taken, or never answered.
    pub(super) fn refusal(&self) -> Error {
        refusal(self.state.lock().phase)
    }

    pub(super) fn is_poisoned(&self) -> bool {
        self.state.lock().phase == Phase::Poisoned
    }

    /// Takes no more.
    pub(super) fn close(&self) {
        let mut state = self.state.lock();
        if state.phase == Phase::Open {
            state.phase = Phase::Closed;
        }
        self.arrived.notify_one();
    }

    /// Takes no more, and forgets what waits: its senders are answered by [`Queue::refusal`].
    fn poison(&self) {
        let mut state = self.state.lock();
        state.phase = Phase::Poisoned;
        state.bytes = 0;
        let forgotten = std::mem::take(&mut state.waiting);
        drop(state); // what a request holds may, when it goes, come back here
        drop(forgotten);
    }

    /// The next piece of work: a rotation, or all batches that wait, up to the next rotation and the bounds of a
    /// group. `None` when there is none and will be none.
    fn next(&self) -> Option<Work> {
        let mut state = self.state.lock();
        while state.waiting.is_empty() {
            if state.phase != Phase::Open {
                return None;
            }
            self.arrived.wait(&mut state);
        }
        let (mut group, mut replies, mut bytes) = (Vec::new(), Vec::new(), 0);
        while let Some(request) = state.waiting.pop_front() {
            match request {
                Request::Append { encoded, reply } => {
                    bytes += encoded.size_bytes();
                    group.push(encoded);
                    replies.push(reply);
                    if bytes >= GROUP_BYTES_MAX || group.len() == GROUP_BATCHES_MAX {
                        break;
                    }
                }
                Request::Rotate { at_boundary, reply } if group.is_empty() => return Some(Work::Rotate(at_boundary, reply)),
                rotate => {
                    state.waiting.push_front(rotate);
                    break;
                }
            }
        }
        state.bytes -= bytes;
        Some(Work::Group(group, replies))
    }
}

fn refusal(phase: Phase) -> Error {
    match phase {
        // Open and yet unanswered: the writing thread panicked, the phase has not caught up.
        Phase::Open | Phase::Poisoned => Error::Poisoned,
        Phase::Closed => Error::Closed,
    }
}

/// The life of the writing thread.
pub(super) fn run(queue: &Queue, mut writer: Writer, buffers: &Buffers) {
    let _guard = PoisonOnPanic(queue);
    while let Some(work) = queue.next() {
        match work {
            Work::Group(group, replies) => write(queue, &mut writer, buffers, group, replies),
            Work::Rotate(at_boundary, reply) => rotate(queue, &mut writer, at_boundary, reply),
        }
    }
}

/// Whoever waits must hear that nobody writes any more.
struct PoisonOnPanic<'a>(&'a Queue);

impl Drop for PoisonOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.poison();
        }
    }
}

fn write(
    queue: &Queue,
    writer: &mut Writer,
    buffers: &Buffers,
    mut group: Vec<EncodedBatch>,
    replies: Vec<oneshot::Sender<Result<u64, Error>>>,
) {
    let written = writer.write(&mut group);
    group.into_iter().for_each(|encoded| buffers.give(encoded.frame));
    match written {
        Ok(durable) => {
            for (batch, reply) in durable.into_iter().zip(replies) {
                let lsn = batch.lsn;
                writer.publish(batch);
                // Whoever asked may have gone away; the batch is durable all the same.
                let _ = reply.send(Ok(lsn));
            }
        }
        Err(fault) => {
            writer.refuse(replies.len());
            let errors: Vec<Error> = replies.iter().map(|_| fault.error()).collect();
            stop_if_poisoned(queue, fault);
            for (reply, error) in replies.into_iter().zip(errors) {
                let _ = reply.send(Err(error));
            }
        }
    }
}

fn rotate(
    queue: &Queue,
    writer: &mut Writer,
    at_boundary: Box<dyn FnOnce(&WalFile) + Send>,
    reply: oneshot::Sender<Result<Option<WalFile>, Error>>,
) {
    let rotated = writer.rotate().map_err(|fault| {
        let error = fault.error();
        stop_if_poisoned(queue, fault);
        error
    });
    if let Ok(Some(file)) = &rotated {
        at_boundary(file);
    }
    let _ = reply.send(rotated);
}

fn stop_if_poisoned(queue: &Queue, fault: Fault) {
    if fault.poisons {
        queue.poison();
        tracing::error!(error = ?fault.into_error(), "write-ahead log stopped: restart to recover");
    }
}
