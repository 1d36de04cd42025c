use record::{Batch, Span};

/// Texts of the batch in which nothing was found, by place and content: hosts, customers, paths and agents come again and
/// again. Whole texts are compared, so that a chance or made collision lets nothing through.
pub(super) struct Clean {
    slots: Vec<Slot>,
    /// Bits of a hash that are left when as many as there are slots are taken from the top.
    shift: u32,
}

/// A text and where it stood. The longer part of most texts is in its ends, so that the text itself is seldom read.
#[derive(Clone, Copy, Default)]
struct Slot {
    ends: Ends,
    place: u32,
    start: u32,
}

/// The first and the last eight bytes of a text, and its length: all there is to say about a text of up to sixteen.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Ends {
    head: u64,
    tail: u64,
    len: u32,
}

/// A text that is asked about, made ready.
#[derive(Clone, Copy)]
pub(super) struct Asked {
    slot: usize,
    text: Slot,
}

impl Clean {
    /// Bits of the number of slots: at least what stays in the nearest cache, at most what stays in the next. A batch of
    /// thousands of records has fewer different texts that come again.
    const BITS: std::ops::RangeInclusive<u32> = 10..=13;

    /// Longer texts hardly come again.
    const TEXT_MAX: u32 = 256;

    /// For a batch of so many texts.
    pub(super) fn new(texts: usize) -> Clean {
        let bits = texts.checked_ilog2().unwrap_or(0).clamp(*Clean::BITS.start(), *Clean::BITS.end());
        Clean { slots: vec![Slot::default(); 1 << bits], shift: u64::BITS - bits }
    }

    /// The text of a span, to be asked about. It is not empty.
    #[inline]
    pub(super) fn asked(&self, batch: &Batch, place: u32, span: Span) -> Asked {
        let text = batch.bytes(span);
        let ends = Ends::of(text);
        let middle = if text.len() > 16 { word(text, text.len() / 2 - 4) } else { 0 };
        let mixed = (ends.head ^ (ends.tail ^ middle).rotate_left(29) ^ (u64::from(place) << 48 | u64::from(ends.len)))
            .wrapping_mul(0x9e37_79b9_7f4a_7c15);
        Asked { slot: (mixed >> self.shift) as usize, text: Slot { ends, place, start: span.start } }
    }

    /// Whether nothing was found in that text at that place.
    #[inline]
    pub(super) fn holds(&self, batch: &Batch, Asked { slot, text }: Asked) -> bool {
        let kept = &self.slots[slot];
        let span = |of: &Slot| Span { start: of.start, len: of.ends.len };
        kept.ends == text.ends
            && kept.place == text.place
            && (kept.ends.len <= 16 || batch.bytes(span(kept)) == batch.bytes(span(&text)))
    }

    pub(super) fn keep(&mut self, Asked { slot, text }: Asked) {
        if text.ends.len <= Clean::TEXT_MAX {
            self.slots[slot] = text;
        }
    }
}

impl Ends {
    #[inline]
    fn of(text: &[u8]) -> Ends {
        let (head, tail) = match text.len() {
            0..8 => (text.iter().fold(0, |word, &byte| word << 8 | u64::from(byte)), 0),
            len => (word(text, 0), word(text, len - 8)),
        };
        Ends { head, tail, len: text.len() as u32 }
    }
}

/// The eight bytes at `at`; none when there are fewer.
#[inline]
fn word(text: &[u8], at: usize) -> u64 {
    text.get(at..).and_then(<[u8]>::first_chunk).map_or(0, |word| u64::from_le_bytes(*word))
}
