/// Words and what they mean, found by a hash (FNV-1a) in an open table; built once, then only read.
pub(super) struct Lexicon<T> {
    /// With the hash beside the word, so that strangers in a slot are told without comparing letters.
    slots: Vec<Option<(u32, &'static str, T)>>,
}

impl<T: Copy> Lexicon<T> {
    /// A later word that is there already changes nothing.
    pub(super) fn new(words: impl Iterator<Item = (&'static str, T)> + Clone) -> Lexicon<T> {
        let room = (words.clone().count() * 2).next_power_of_two().max(2);
        let mut lexicon = Lexicon { slots: vec![None; room] };
        for (word, meaning) in words {
            let hash = hash(word.as_bytes());
            let slot = lexicon.slot(hash, word.as_bytes());
            lexicon.slots[slot].get_or_insert((hash, word, meaning));
        }
        lexicon
    }

    /// What the word means.
    pub(super) fn get(&self, word: &[u8]) -> Option<T> {
        let slot = self.slot(hash(word), word);
        self.slots[slot].map(|(_, _, meaning)| meaning)
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
