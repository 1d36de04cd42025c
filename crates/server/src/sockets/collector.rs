use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use intake::{Dialect, Frames, decode_frames};
use parking_lot::Mutex;
use tokio::sync::{Notify, Semaphore};
use tokio::time::sleep;

use crate::app::App;
use crate::sockets::config::Protocol;
use crate::store::{Decoded, Work, context, store};

/// How long messages wait for others, so that many share a batch and an fsync. Nobody waits for an answer, and a record
/// is to be found within seconds.
const LINGER: Duration = Duration::from_millis(20);
/// Pause before a batch that was refused is tried again.
const RETRY: Duration = Duration::from_millis(500);

/// Brings messages of many senders together that expect no acknowledgement. Bounded: when it is full, streams wait, so
/// that the network makes their senders wait; datagrams are dropped.
pub(crate) struct Collector {
    protocol: Protocol,
    dialect: Dialect,
    limit: usize,
    room: Semaphore,
    pending: Mutex<Pending>,
    arrived: Notify,
    closed: AtomicBool,
    /// Messages that were taken over and are not stored yet.
    unstored: AtomicUsize,
}

#[derive(Default)]
struct Pending {
    frames: Frames,
    permits: usize,
}

impl Collector {
    pub(crate) fn new(protocol: Protocol, dialect: Dialect, queue_bytes: usize) -> Arc<Collector> {
        let limit = queue_bytes.min(u32::MAX as usize).min(Semaphore::MAX_PERMITS);
        Arc::new(Collector {
            protocol,
            dialect,
            limit,
            room: Semaphore::new(limit),
            pending: Mutex::default(),
            arrived: Notify::new(),
            closed: AtomicBool::new(false),
            unstored: AtomicUsize::new(0),
        })
    }

    /// Takes messages over as soon as there is room for them.
    pub(crate) async fn offer(&self, frames: &Frames) {
        if frames.is_empty() {
            return;
        }
        let permits = self.permits(frames);
        if let Ok(room) = self.room.acquire_many(permits).await {
            room.forget();
            self.push(frames, permits);
        }
    }

    /// Takes messages over if there is room for them.
    pub(crate) fn try_offer(&self, frames: &Frames) -> bool {
        let permits = self.permits(frames);
        let Ok(room) = self.room.try_acquire_many(permits) else { return false };
        room.forget();
        self.push(frames, permits);
        true
    }

    /// No more will come: [`Collector::run`] ends when all is stored.
    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.arrived.notify_one();
    }

    /// Stores what comes, until closed.
    pub(crate) async fn run(&self, app: &Arc<App>) {
        loop {
            self.arrived.notified().await;
            if !self.closed.load(Ordering::Acquire) {
                sleep(LINGER).await;
            }
            loop {
                let Pending { frames, permits } = std::mem::take(&mut *self.pending.lock());
                if frames.is_empty() {
                    break;
                }
                let count = frames.len();
                self.store(app, frames).await;
                self.unstored.fetch_sub(count, Ordering::Relaxed);
                self.room.add_permits(permits);
            }
            if self.closed.load(Ordering::Acquire) {
                return;
            }
        }
    }

    fn permits(&self, frames: &Frames) -> u32 {
        frames.bytes().min(self.limit) as u32
    }

    fn push(&self, frames: &Frames, permits: u32) {
        self.unstored.fetch_add(frames.len(), Ordering::Relaxed);
        let mut pending = self.pending.lock();
        pending.frames.append(frames);
        pending.permits += permits as usize;
        drop(pending);
        self.arrived.notify_one();
    }

    async fn store(&self, app: &Arc<App>, frames: Frames) {
        let (frames, dialect, protocol) = (Arc::new(frames), self.dialect, self.protocol);
        let bytes = frames.bytes();
        let mut is_told = false;
        loop {
            let frames = frames.clone();
            let decode = move |app: &App, received_at| {
                let batch = decode_frames(dialect, &frames, &context(app, None, received_at));
                Ok::<_, lake::Error>(Decoded { batch, key: None, bytes, reservation: None, answer: () })
            };
            match store(app, bytes, Work::of_plain(bytes), decode).await {
                Ok(stored) => {
                    app.metrics.sockets.messages(protocol, stored.receipt.accepted);
                    return;
                }
                Err(error) => {
                    if !std::mem::replace(&mut is_told, true) {
                        tracing::warn!(protocol = protocol.as_str(), %error, "messages wait until they can be stored");
                    }
                    sleep(RETRY).await;
                }
            }
        }
    }
}

impl Drop for Collector {
    /// At a shutdown that was not waited for, because the lake takes nothing.
    fn drop(&mut self) {
        let messages = *self.unstored.get_mut();
        if messages > 0 {
            tracing::error!(
                protocol = self.protocol.as_str(),
                messages,
                "messages are lost: they could not be stored until the end"
            );
        }
    }
}
