use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::MutexGuard;
use tokio::time::Instant;

/// Messages of a sender that are remembered: more than any leaves unacknowledged (librelp 128, Beats twice 2,048).
const MESSAGES_MAX: usize = 4096;
/// Senders that are remembered: about 30 MB if all of them send as much as is remembered.
const PEERS_MAX: usize = 128;
/// How long a sender may take to come again. rsyslog waits for seconds at first, and for minutes in the end.
const MEMORY: Duration = Duration::from_secs(1800);

/// What senders stored last, so that what they send again, because no acknowledgement reached them, is not stored twice.
///
/// A message is a repetition when another connection of the same address stored the same bytes, time stamp and all, and as
/// often as it did. Twins within a connection stay two. What a crash of this server forgets may be stored twice, as these
/// protocols allow.
#[derive(Default)]
pub(crate) struct Resent {
    peers: Mutex<VecDeque<Arc<Peer>>>,
    sessions: AtomicU64,
}

struct Peer {
    name: Option<String>,
    memory: tokio::sync::Mutex<Memory>,
}

/// A connection, as far as the memory goes.
pub(crate) struct Session {
    id: u64,
    peer: Arc<Peer>,
}

/// What one sender stored last.
pub(crate) struct Memory {
    at: Instant,
    known: HashMap<u128, Known>,
    order: VecDeque<u128>,
}

/// How often a message is stored.
struct Known {
    session: u64,
    /// As far as this session has sent it.
    sent: u32,
    /// Beyond that, by others: what this session still may be repeating.
    before: u32,
}

impl Resent {
    /// A new connection of a sender.
    pub(crate) fn session(&self, name: Option<&str>) -> Session {
        let mut peers = self.peers.lock();
        let known = peers.iter().position(|peer| peer.name.as_deref() == name).and_then(|index| peers.remove(index));
        let new = || Arc::new(Peer { name: name.map(str::to_owned), memory: tokio::sync::Mutex::new(Memory::new()) });
        let peer = known.unwrap_or_else(new);
        while peers.len() >= PEERS_MAX {
            peers.pop_front();
        }
        peers.push_back(peer.clone());
        Session { id: self.sessions.fetch_add(1, Ordering::Relaxed), peer }
    }
}

impl Session {
    /// The sender's memory. Held until its messages are stored: what an old connection is storing while its sender comes
    /// again over a new one has to be known before that is looked at.
    pub(crate) async fn memory(&self) -> MutexGuard<'_, Memory> {
        let mut memory = self.peer.memory.lock().await;
        if memory.at.elapsed() > MEMORY {
            *memory = Memory::new();
        }
        memory.at = Instant::now();
        memory
    }

    /// Which of its connections this is.
    pub(crate) fn id(&self) -> u64 {
        self.id
    }
}

impl Memory {
    fn new() -> Memory {
        Memory { at: Instant::now(), known: HashMap::new(), order: VecDeque::new() }
    }

    /// Whether a message that this session sends is one that another one stored.
    pub(crate) fn repeats(&mut self, session: u64, message: u128) -> bool {
        let Some(known) = self.known.get_mut(&message) else { return false };
        known.turn_to(session);
        let is_repeated = known.before > 0;
        if is_repeated {
            known.before -= 1;
            known.sent += 1;
        }
        is_repeated
    }

    /// A message that this session sent became durable.
    pub(crate) fn stored(&mut self, session: u64, message: u128) {
        let order = &mut self.order;
        let known = self.known.entry(message).or_insert_with(|| {
            order.push_back(message);
            Known { session, sent: 0, before: 0 }
        });
        known.turn_to(session);
        known.sent += 1;
        if self.order.len() > MESSAGES_MAX
            && let Some(oldest) = self.order.pop_front()
        {
            self.known.remove(&oldest);
        }
    }
}

impl Known {
    fn turn_to(&mut self, session: u64) {
        if self.session != session {
            *self = Known { session, sent: 0, before: self.before + self.sent };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends messages over a connection, and returns which of them were stored.
    async fn send(session: &Session, messages: &[u128]) -> Vec<u128> {
        let mut memory = session.memory().await;
        let new = messages.iter().copied().filter(|message| !memory.repeats(session.id(), *message)).collect::<Vec<_>>();
        new.iter().for_each(|message| memory.stored(session.id(), *message));
        new
    }

    #[tokio::test(start_paused = true)]
    async fn what_comes_again_over_another_connection_is_known() {
        let resent = Resent::default();
        let (first, other) = (resent.session(Some("a")), resent.session(Some("b")));
        assert_eq!(send(&first, &[1, 2, 3, 3]).await, [1, 2, 3, 3]);
        assert_eq!(send(&first, &[3]).await, [3], "twins of one connection stay");
        assert_eq!(send(&other, &[1]).await, [1], "another sender");
        let second = resent.session(Some("a"));
        assert_eq!(send(&second, &[2, 3]).await, [0; 0]);
        assert_eq!(send(&second, &[3, 3, 3, 4]).await, [3, 4], "a fourth was not stored before");
        // It breaks again, and some of what had been sent over the first one is read only now.
        let third = resent.session(Some("a"));
        assert_eq!(send(&third, &[3, 4, 5]).await, [5]);
        assert_eq!(send(&first, &[4, 5, 6]).await, [6]);
        assert_eq!(send(&third, &[6, 7]).await, [7]);
        tokio::time::advance(MEMORY + Duration::from_secs(1)).await;
        assert_eq!(send(&third, &[7]).await, [7], "too late");
    }

    #[tokio::test]
    async fn memory_has_an_end() {
        let resent = Resent::default();
        let first = resent.session(None);
        let messages: Vec<u128> = (0..MESSAGES_MAX as u128 + 1).collect();
        assert_eq!(send(&first, &messages).await, messages);
        let second = resent.session(None);
        assert_eq!(send(&second, &[0, 1, MESSAGES_MAX as u128]).await, [0], "the oldest is forgotten");
        for number in 0..2 * PEERS_MAX {
            resent.session(Some(&number.to_string()));
        }
        assert_eq!(resent.peers.lock().len(), PEERS_MAX);
    }
}
