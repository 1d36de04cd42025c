//! What waits for the reader of a tail: bounded in events and in bytes. Who offers never waits.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use super::event::Event;

/// The end at which events come in.
pub(super) struct Queue {
    sender: mpsc::Sender<(Event, OwnedSemaphorePermit)>,
    bytes: Arc<Semaphore>,
    /// Left out since the last event that went in.
    dropped_records: u64,
    dropped_batches: u64,
}

/// The end at which they go out.
pub(super) struct Queued(mpsc::Receiver<(Event, OwnedSemaphorePermit)>);

pub(super) fn queue(events_max: usize, bytes_max: usize) -> (Queue, Queued) {
    let (sender, receiver) = mpsc::channel(events_max.max(1));
    let queue = Queue { sender, bytes: Arc::new(Semaphore::new(bytes_max)), dropped_records: 0, dropped_batches: 0 };
    (queue, Queued(receiver))
}

impl Queue {
    /// Puts a record's event in, after word of those left out before it. False when there is no room.
    pub(super) fn offer(&mut self, event: impl FnOnce() -> Event) -> bool {
        let put = self.put_dropped() && self.sender.capacity() > 0 && self.put(event());
        self.dropped_records += u64::from(!put);
        put
    }

    /// Batches went by unseen.
    pub(super) fn missed_batches(&mut self, batches: u64) {
        self.dropped_batches += batches;
    }

    /// Done when nobody reads any more.
    pub(super) async fn closed(&self) {
        self.sender.closed().await;
    }

    fn put_dropped(&mut self) -> bool {
        let (records, batches) = (self.dropped_records, self.dropped_batches);
        if (records, batches) == (0, 0) {
            return true;
        }
        let put = self.put(Event::Dropped { records, batches });
        if put {
            (self.dropped_records, self.dropped_batches) = (0, 0);
        }
        put
    }

    fn put(&self, event: Event) -> bool {
        let Ok(len) = u32::try_from(event.len()) else { return false };
        let Ok(permit) = self.bytes.clone().try_acquire_many_owned(len) else { return false };
        self.sender.try_send((event, permit)).is_ok()
    }
}

impl Queued {
    /// The next event; none when the other end is gone.
    pub(super) async fn next(&mut self) -> Option<Event> {
        self.0.recv().await.map(|(event, _)| event)
    }
}
