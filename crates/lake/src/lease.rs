use crate::BatchKey;

/// In front of the name of a stream, where its position stands as a key: keys of clients are visible characters.
const POSITION: char = '\u{1}';

/// Where the epoch begins in the body of a position's key; below it is the position. So a later epoch is further than
/// any position of an earlier one.
const EPOCH_SHIFT: u32 = 64;

/// The right to read a stream, as [`crate::Lake::lease`] gives it: whatever else is appended to the stream, by this node
/// or by another, under an earlier lease, will not be committed.
///
/// Leases are numbered by epoch, a fencing token as in Kleppmann, "How to do distributed locking" (2016). Epoch 0 needs
/// none: nobody else writes into the tables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    pub(crate) stream: String,
    pub(crate) epoch: u64,
    pub(crate) next: u64,
}

impl Lease {
    /// Where reading begins: what lies before is stored.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The key of a batch that brings the stream up to `next`, exclusive; see [`BatchKey::position`].
    pub fn key(&self, next: u64) -> BatchKey {
        let body = (u128::from(self.epoch) << EPOCH_SHIFT) | u128::from(next);
        BatchKey { body, ..BatchKey::position(&self.stream, next) }
    }
}

/// How far a batch brings a stream, and under which lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Turn {
    pub(crate) stream: String,
    pub(crate) epoch: u64,
    pub(crate) next: u64,
}

impl BatchKey {
    /// How far a batch brings a stream that its reader can go back in, such as a partition of Kafka: up to `next`,
    /// exclusive. The position becomes durable in the same write as the records ([`crate::Lake::position`]), and a batch
    /// that brings a stream no further than it is stored already is a duplicate. Whoever reads a stream appends its batches
    /// one after the other, and beginning where the last one ended. Positions are never forgotten. Streams that several
    /// nodes may read need a [`Lease`].
    pub fn position(stream: &str, next: u64) -> BatchKey {
        BatchKey { key: format!("{POSITION}{stream}"), body: u128::from(next) }
    }

    /// Whether it is one.
    pub(crate) fn is_position(&self) -> bool {
        self.key.starts_with(POSITION)
    }

    /// What it says about a stream that needs a lease.
    pub(crate) fn turn(&self) -> Option<Turn> {
        let stream = self.key.strip_prefix(POSITION)?;
        let turn = Turn { stream: stream.to_owned(), epoch: self.epoch(), next: self.next() };
        (turn.epoch > 0).then_some(turn)
    }

    /// Of a position's key.
    pub(crate) fn epoch(&self) -> u64 {
        (self.body >> EPOCH_SHIFT) as u64
    }

    /// Of a position's key.
    pub(crate) fn next(&self) -> u64 {
        self.body as u64
    }
}
