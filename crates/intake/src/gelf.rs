//! GELF over UDP: messages that come in chunks are put together under bounds of number, bytes and time.

use std::collections::VecDeque;
use std::time::Duration;

/// First bytes of a chunk.
const MAGIC: [u8; 2] = [0x1e, 0x0f];
/// Magic, 8 bytes of id, number, count.
const HEADER_BYTES: usize = 12;
/// Chunks of one message; the protocol says so.
const CHUNKS_MAX: u8 = 128;
/// How long chunks of a message may take; the protocol says so.
const WINDOW: Duration = Duration::from_secs(5);
/// Messages that are put together at once. An honest sender has one or two on their way.
const MESSAGES_MAX: usize = 1024;
/// Bytes of chunks that wait for others. Chunks are at most some 8 KiB, so this is several hundred large messages.
const BYTES_MAX: usize = 16 << 20;

/// What a datagram is, or completes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whole<'a> {
    /// A message by itself.
    Datagram(&'a [u8]),
    /// The last missing chunk came.
    Assembled(Vec<u8>),
    /// More chunks are to come.
    Waiting,
    /// A chunk that contradicts itself or others.
    Broken,
}

/// Messages of which some chunks are there.
#[derive(Debug, Default)]
pub struct Chunks<S> {
    /// In the order in which they began, so that the oldest make room.
    open: VecDeque<Open<S>>,
    bytes: usize,
    abandoned: u64,
}

#[derive(Debug)]
struct Open<S> {
    sender: S,
    id: [u8; 8],
    began: Duration,
    parts: Vec<Option<Box<[u8]>>>,
    missing: u8,
    bytes: usize,
}

impl<S: PartialEq> Chunks<S> {
    /// Takes a datagram. `now` is any clock that only goes forward.
    pub fn take<'a>(&mut self, sender: S, datagram: &'a [u8], now: Duration) -> Whole<'a> {
        self.expire(now);
        if !datagram.starts_with(&MAGIC) {
            return Whole::Datagram(datagram);
        }
        let Some((header, part)) = datagram.split_at_checked(HEADER_BYTES) else { return Whole::Broken };
        let (number, count) = (header[10], header[11]);
        if number >= count || count > CHUNKS_MAX {
            return Whole::Broken;
        }
        let id: [u8; 8] = header[2..10].try_into().expect("BUG: eight bytes are eight bytes");
        let known = self.open.iter().position(|open| open.id == id && open.sender == sender);
        let index = known.unwrap_or_else(|| self.begin(sender, id, count, now));
        let open = &mut self.open[index];
        if open.parts.len() != usize::from(count) {
            return Whole::Broken;
        }
        let place = &mut open.parts[usize::from(number)];
        if place.is_some() {
            return Whole::Waiting; // Networks deliver twice.
        }
        *place = Some(part.into());
        open.missing -= 1;
        open.bytes += part.len();
        self.bytes += part.len();
        if open.missing > 0 {
            return Whole::Waiting;
        }
        let done = self.open.remove(index).expect("BUG: it was just there");
        self.bytes -= done.bytes;
        Whole::Assembled(done.parts.into_iter().flatten().flatten().collect())
    }

    /// Messages that were given up since this was last asked, because chunks did not come in time or others needed room.
    pub fn abandoned(&mut self) -> u64 {
        std::mem::take(&mut self.abandoned)
    }

    /// Gives up what took too long.
    pub fn expire(&mut self, now: Duration) {
        while self.open.front().is_some_and(|open| now.saturating_sub(open.began) > WINDOW) {
            self.abandon_oldest();
        }
    }

    fn begin(&mut self, sender: S, id: [u8; 8], count: u8, now: Duration) -> usize {
        while self.open.len() >= MESSAGES_MAX || (self.bytes >= BYTES_MAX && !self.open.is_empty()) {
            self.abandon_oldest();
        }
        let parts = std::iter::repeat_with(|| None).take(usize::from(count)).collect();
        self.open.push_back(Open { sender, id, began: now, parts, missing: count, bytes: 0 });
        self.open.len() - 1
    }

    fn abandon_oldest(&mut self) {
        if let Some(open) = self.open.pop_front() {
            self.bytes -= open.bytes;
            self.abandoned += 1;
        }
    }
}

/// How a message is compressed, by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// RFC 1952.
    Gzip,
    /// RFC 1950.
    Zlib,
}

/// Looks at the first bytes of a whole message.
pub fn packing(message: &[u8]) -> Packing {
    match message {
        [0x1f, 0x8b, ..] => Packing::Gzip,
        // Method 8, and a checksum over both bytes.
        [first, second, ..] if first & 0x0f == 8 && (u16::from(*first) << 8 | u16::from(*second)).is_multiple_of(31) => {
            Packing::Zlib
        }
        _ => Packing::Plain,
    }
}

#[cfg(test)]
mod tests;
