/// Words and what they mean, found by a hash (FNV-1a) in an open table; built once, then only read.
pub(super) struct Lexicon<T> {
    /// With the hash beside the word, so that strangers in a slot are told without comparing letters.
    slots: Vec<Option<(u32, &'static str, T)>>,
    /// Bit h: some word looks so at a glance. Most of what is asked for does not, and need not be read.
    glances: Vec<u64>,
}

/// Bits of the glances for each word: then a stranger passes by one in some ten.
const BITS_PER_WORD: usize = 16;

impl<T: Copy> Lexicon<T> {
    /// A later word that is there already changes nothing.
    pub(super) fn new(words: impl Iterator<Item = (&'static str, T)> + Clone) -> Lexicon<T> {
        let count = words.clone().count();
        let room = (count * 2).next_power_of_two().max(2);
        let glances = vec![0; (count * BITS_PER_WORD).next_power_of_two().div_ceil(64)];
        let mut lexicon = Lexicon { slots: vec![None; room], glances };
        for (word, meaning) in words {
            let hash = hash(word.as_bytes());
            let slot = lexicon.slot(hash, word.as_bytes());
            lexicon.slots[slot].get_or_insert((hash, word, meaning));
            let (block, bit) = lexicon.glance(word.as_bytes());
            lexicon.glances[block] |= 1 << bit;
        }
        lexicon
    }

    /// What the word means.
    pub(super) fn get(&self, word: &[u8]) -> Option<T> {
        let (block, bit) = self.glance(word);
        if self.glances[block] >> bit & 1 == 0 {
            return None;
        }
        let slot = self.slot(hash(word), word);
        self.slots[slot].map(|(_, _, meaning)| meaning)
    }

    /// The bit that stands for words of this length with these letters in front, in the middle and at the end.
    fn glance(&self, word: &[u8]) -> (usize, u32) {
        let Some(&last) = word.last() else { return (0, 0) };
        let (first, second, middle) = (word[0], word[word.len().min(2) - 1], word[word.len() / 2]);
        let letters = u64::from(u32::from_le_bytes([first, second, middle, last])) | (word.len() as u64) << 32;
        let mixed = (letters.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 32) as usize;
        ((mixed >> 6) & (self.glances.len() - 1), (mixed % 64) as u32)
    }

    /// Where the word is, or would be. At most half of the slots are taken, so there is an end.
    fn slot(&self, hash: u32, word: &[u8]) -> usize {
        let mask = self.slots.len() - 1;
        let mut slot = hash as usize & mask;
        while self.slots[slot].as_ref().is_some_and(|(have, letters, _)| *have != hash || letters.as_bytes() != word) {
            slot = (slot + 1) & mask;
        }
        slot
    }
}

fn hash(word: &[u8]) -> u32 {
    word.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
