//! The skeletons that are merged: the most frequent, as many as fit.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashMap};

use super::head;
use crate::{Pattern, PatternId};

/// Skeletons that are merged at once, the most frequent of those offered. More than that in one question is noise or an
/// attack.
pub const MAX_SKELETONS: usize = 50_000;

/// Bytes of all their heads. Fifty thousand skeletons of ordinary length have five millions, and a merge takes some twenty
/// times what it reads.
const MAX_BYTES: usize = 8 << 20;

/// How much a skeleton counts: by its messages, and by its id where those are equal.
type Rank = (u64, Reverse<PatternId>);

/// Skeletons in the order of their ranks. What is kept is a function of all that was offered, whatever the order: all
/// down to the first that does not fit.
#[derive(Debug)]
pub(super) struct Kept {
    max_skeletons: usize,
    max_bytes: usize,
    ranks: BTreeSet<Rank>,
    heads: HashMap<PatternId, Vec<u8>>,
    bytes: usize,
    /// The highest rank that did not fit. Nothing below it is kept, even if it would fit.
    floor: Option<Rank>,
    left_out: u64,
}

/// A skeleton to merge.
#[derive(Debug)]
pub(super) struct Skeleton {
    pub(super) id: PatternId,
    pub(super) count: u64,
    pub(super) head: Vec<u8>,
}

impl Default for Kept {
    fn default() -> Kept {
        Kept::new(MAX_SKELETONS, MAX_BYTES)
    }
}

impl Kept {
    fn new(max_skeletons: usize, max_bytes: usize) -> Kept {
        Kept { max_skeletons, max_bytes, ranks: BTreeSet::new(), heads: HashMap::new(), bytes: 0, floor: None, left_out: 0 }
    }

    pub(super) fn offer(&mut self, pattern: &Pattern, count: u64) {
        let rank = (count, Reverse(pattern.id()));
        if self.ranks.contains(&rank) {
            return;
        }
        if self.floor.is_some_and(|floor| rank <= floor) {
            self.left_out += count;
            return;
        }
        let head = head::head(pattern);
        self.bytes += head.len();
        self.heads.insert(rank.1.0, head);
        self.ranks.insert(rank);
        while self.ranks.len() > self.max_skeletons || self.bytes > self.max_bytes {
            self.drop_last();
        }
    }

    fn drop_last(&mut self) {
        let Some(rank) = self.ranks.pop_first() else { return };
        let head = self.heads.remove(&rank.1.0).unwrap_or_default();
        self.bytes -= head.len();
        self.left_out += rank.0;
        self.floor = Some(rank);
    }

    /// The skeletons that are kept, in order, and the number of messages of the others.
    pub(super) fn finish(mut self) -> (Vec<Skeleton>, u64) {
        let skeletons = self.ranks.into_iter().map(|(count, Reverse(id))| Skeleton {
            id,
            count,
            head: self.heads.remove(&id).unwrap_or_default(),
        });
        (skeletons.collect(), self.left_out)
    }
}

#[cfg(test)]
mod tests;
