use record::{Batch, Span};

/// Texts of the batch in which nothing was found, by place and content: hosts, customers, paths and agents come again and
/// again. Whole texts are compared, so that a chance or made collision lets nothing through.
pub(super) struct Clean {
    slots: Vec<(u32, Span)>,
    /// Bits of a hash that are left when as many as there are slots are taken from the top.
    shift: u32,
}

impl Clean {
    /// Bits of the number of slots: at least what stays in the nearest cache, at most what is cleared in a moment.
    const BITS: std::ops::RangeInclusive<u32> = 10..=16;

    /// Longer texts hardly come again.
    const TEXT_MAX: u32 = 256;

    /// For a batch of so many texts.
    pub(super) fn new(texts: usize) -> Clean {
        let bits = texts.checked_ilog2().unwrap_or(0).clamp(*Clean::BITS.start(), *Clean::BITS.end());
        Clean { slots: vec![(0, Span::ABSENT); 1 << bits], shift: u64::BITS - bits }
    }

    pub(super) fn slot(&self, place: u32, text: &[u8]) -> usize {
        let word = |at: usize| text.get(at..at + 8).map_or(0, |word| u64::from_le_bytes(word.try_into().unwrap_or_default()));
        let (head, tail) = match text.len() {
            0..8 => (text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
            len => (word(0), word(len - 8) ^ word(len / 2)),
        };
        let mixed =
            (head ^ tail.rotate_left(29) ^ (u64::from(place) << 48 | text.len() as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (mixed >> self.shift) as usize
    }

    pub(super) fn holds(&self, batch: &Batch, slot: usize, place: u32, text: &str) -> bool {
        let (kept, span) = self.slots[slot];
        kept == place && span.len as usize == text.len() && span.is_present() && batch.text(span) == text
    }

    pub(super) fn keep(&mut self, slot: usize, place: u32, span: Span) {
        if span.len <= Clean::TEXT_MAX {
            self.slots[slot] = (place, span);
        }
    }
}
