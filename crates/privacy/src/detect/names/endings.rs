//! A quick look at how a name ends, which tells nearly all names that are none of a list.

use crate::detect::key_name::is_separator;

/// Letters and digits at the end of a name that are looked at first.
pub(super) const TAIL: usize = 3;

/// Letters at the end of a name that are looked at then.
const LETTERS: usize = 8;

/// The endings of some names.
#[derive(Debug)]
pub(super) struct Endings {
    /// Bit t: some name's tail is packed into t.
    tails: Vec<u64>,
    /// The last letters of each name, and which bytes of them count, by a hash of its tail.
    by_tail: Vec<Vec<(u64, u64)>>,
}

impl Endings {
    pub(super) fn new() -> Endings {
        Endings { tails: vec![0; 1 << (5 * TAIL - 6)], by_tail: vec![Vec::new(); 1 << HASH_BITS] }
    }

    /// Adds a name of small letters and digits.
    pub(super) fn add(&mut self, name: &[u8]) {
        let tail = packed_tail(name);
        self.tails[tail / 64] |= 1 << (tail % 64);
        self.add_beside(name);
    }

    /// Adds a name that counts where its tail is that of another as well.
    pub(super) fn add_beside(&mut self, name: &[u8]) {
        // Shorter than a tail: any letter may stand before it.
        if name.len() < TAIL {
            (b'a'..=b'z').for_each(|before| self.add_beside(&[&[before], name].concat()));
        }
        let mask = u64::MAX >> (64 - 8 * name.len().clamp(1, LETTERS));
        self.by_tail[hash(packed_tail(name))].push((last_letters(name, |_| true), mask));
    }

    /// Whether the tail is that of some name.
    #[inline]
    pub(super) fn has(&self, tail: usize) -> bool {
        self.tails[tail / 64] >> (tail % 64) & 1 == 1
    }

    /// Whether a text with this tail may end in one of the names, as far as it is there; only the bytes that are asked
    /// for count.
    pub(super) fn fit(&self, tail: usize, text: &[u8], counts: fn(u8) -> bool) -> bool {
        let letters = last_letters(text, counts);
        let there = if letters == 0 { 0 } else { u64::MAX >> (letters.leading_zeros() / 8 * 8) };
        self.by_tail[hash(tail)].iter().any(|&(name, mask)| (letters ^ name) & mask & there == 0)
    }
}

/// The last letters of a name, and which bytes of them there are.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastLetters {
    letters: u64,
    mask: u64,
}

impl LastLetters {
    pub(super) fn of(name: &[u8]) -> LastLetters {
        let letters = last_letters(name, |_| true);
        LastLetters { letters, mask: if letters == 0 { 0 } else { u64::MAX >> (letters.leading_zeros() / 8 * 8) } }
    }

    /// Whether a name with these letters may end in another name: never no when it does.
    #[inline]
    pub(super) fn end_in(self, other: &LastLetters) -> bool {
        (self.letters ^ other.letters) & other.mask == 0
    }
}

/// The last letters that count, the last one lowest, whatever their case and what stands between.
fn last_letters(name: &[u8], counts: fn(u8) -> bool) -> u64 {
    let letters = name.iter().rev().filter(|byte| !is_separator(**byte) && counts(**byte)).take(LETTERS);
    letters.zip((0..).step_by(8)).fold(0, |letters, (byte, shift)| letters | u64::from(byte | 0x20) << shift)
}

/// Five bits of each of the last letters and digits of a name, in which letters differ, whatever their case and what
/// stands between.
pub(super) fn packed_tail(name: &[u8]) -> usize {
    let (mut packed, mut letters) = (0, 0);
    for &byte in name.iter().rev() {
        if !is_separator(byte) {
            packed = packed << 5 | usize::from(byte & 31);
            letters += 1;
            if letters == TAIL {
                break;
            }
        }
    }
    packed
}

/// Bits of the hash of a tail.
pub(super) const HASH_BITS: u32 = 12;

pub(super) fn hash(tail: usize) -> usize {
    ((tail as u32).wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)) as usize
}
