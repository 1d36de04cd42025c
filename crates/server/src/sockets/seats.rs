use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;
use tokio::time::Instant;

/// A connection that never sent a message may be put out for another after this.
const SILENT_SAFE: Duration = Duration::from_secs(1);
/// One that did, and has been silent since, after this.
const SPOKEN_SAFE: Duration = Duration::from_secs(60);

/// Places for connections, of sockets and of HTTP. Senders of logs hold theirs for days, so time does not free places;
/// when all are taken, who never said anything makes room, then who has been silent longest. So ten thousand idle
/// connections harm nobody.
pub(crate) struct Seats {
    limit: usize,
    began: Instant,
    next: AtomicU64,
    taken: Mutex<HashMap<u64, Arc<Guest>>>,
}

/// What is known about the holder of a place.
#[derive(Debug)]
struct Guest {
    /// Of `Seats::began`.
    last_millis: AtomicU64,
    spoke: AtomicBool,
    /// At work with what was read: not to be disturbed.
    busy: AtomicBool,
    leave: Notify,
}

/// A place, free again when dropped.
pub(crate) struct Seat {
    seats: Arc<Seats>,
    id: u64,
    guest: Arc<Guest>,
}

impl Seats {
    pub(crate) fn new(limit: usize) -> Arc<Seats> {
        Arc::new(Seats { limit, began: Instant::now(), next: AtomicU64::new(0), taken: Mutex::default() })
    }

    /// A place, perhaps of somebody who is put out for it.
    pub(crate) fn take(self: &Arc<Seats>) -> Option<Seat> {
        let mut taken = self.taken.lock();
        if taken.len() >= self.limit {
            let out = self.dispensable(&taken)?;
            if let Some(guest) = taken.remove(&out) {
                guest.leave.notify_one();
            }
        }
        let guest = Guest {
            last_millis: AtomicU64::new(self.now()),
            spoke: AtomicBool::new(false),
            busy: AtomicBool::new(false),
            leave: Notify::new(),
        };
        let (id, guest) = (self.next.fetch_add(1, Ordering::Relaxed), Arc::new(guest));
        taken.insert(id, guest.clone());
        Some(Seat { seats: self.clone(), id, guest })
    }

    fn dispensable(&self, taken: &HashMap<u64, Arc<Guest>>) -> Option<u64> {
        let now = self.now();
        let candidates = taken.iter().filter_map(|(id, guest)| {
            let (spoke, last) = (guest.spoke.load(Ordering::Relaxed), guest.last_millis.load(Ordering::Relaxed));
            let safe = if spoke { SPOKEN_SAFE } else { SILENT_SAFE };
            let is_safe = guest.busy.load(Ordering::Relaxed) || now.saturating_sub(last) < safe.as_millis() as u64;
            (!is_safe).then_some((spoke, last, *id))
        });
        candidates.min().map(|(_, _, id)| id)
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_millis() as u64
    }
}

impl Seat {
    /// Done when somebody else needs the place more.
    pub(crate) async fn wanted(&self) {
        self.guest.leave.notified().await;
    }

    /// Something was read, or what was read is done with.
    pub(crate) fn busy(&self, busy: bool) {
        self.guest.busy.store(busy, Ordering::Relaxed);
        self.guest.last_millis.store(self.seats.now(), Ordering::Relaxed);
    }

    /// Whether it was told to be busy, and not since that it is not.
    pub(crate) fn is_busy(&self) -> bool {
        self.guest.busy.load(Ordering::Relaxed)
    }

    /// A message came whole.
    pub(crate) fn spoke(&self) {
        self.guest.spoke.store(true, Ordering::Relaxed);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.seats.taken.lock().remove(&self.id);
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn who_is_silent_makes_room() {
        let seats = Seats::new(2);
        let (first, second) = (seats.take().expect("a place"), seats.take().expect("a place"));
        assert!(seats.take().is_none(), "both have just come");
        first.spoke();
        tokio::time::advance(SILENT_SAFE).await;
        let third = seats.take().expect("the silent one's place");
        assert!(second.wanted().now_or_never().is_some() && first.wanted().now_or_never().is_none());
        assert!(seats.take().is_none());
        drop(second);
        assert!(seats.take().is_none(), "its place was given away already");
        third.busy(true);
        tokio::time::advance(SPOKEN_SAFE).await;
        let _fourth = seats.take().expect("the place of who spoke long ago");
        assert!(first.wanted().now_or_never().is_some() && third.wanted().now_or_never().is_none());
        drop(third);
        assert!(seats.take().is_some(), "a place that was left");
    }
}
