use arrow::array::{Array, StringViewArray};
use hashbrown::HashTable;

use super::super::filter::Filter;

/// Words remembered from just before. Most words of a log are among some hundred; this much fits the first-level cache.
const RECENT: usize = 2048;

/// The distinct words of a row group's indexed columns, as hashes.
pub(in crate::segment) struct Tokens {
    hashes: HashTable<u64>,
    /// By the last bits of the hash, the word that last had them: spares most look-ups in the large table.
    recent: Vec<u64>,
    /// Room for a text without its case.
    folded: String,
}

/// Hash of a folded word. Part of the file format: it must never change.
pub(in crate::segment) fn hash_of(folded: &str) -> u64 {
    rapidhash::v3::rapidhash_v3(folded.as_bytes())
}

impl Tokens {
    /// Adds the words of these texts.
    pub(in crate::segment) fn add(&mut self, texts: &StringViewArray) {
        if texts.null_count() == texts.len() {
            return;
        }
        let mut lower = std::mem::take(&mut self.folded);
        for text in texts.iter().flatten() {
            if text.is_ascii() {
                // Case is put away for all words at once.
                lower.clear();
                record::fold(text, &mut lower);
                record::words(&lower).for_each(|word| self.add_hash(hash_of(word)));
            } else {
                record::words(text).for_each(|word| {
                    lower.clear();
                    record::fold(word, &mut lower);
                    self.add_hash(hash_of(&lower));
                });
            }
        }
        self.folded = lower;
    }

    fn add_hash(&mut self, hash: u64) {
        let recent = &mut self.recent[hash as usize % RECENT];
        if *recent != hash {
            *recent = hash;
            // The hash is its own hash: its bits are mixed well enough for a table.
            self.hashes.entry(hash, |&known| known == hash, |&known| known).or_insert(hash);
        }
    }

    /// The filter of the row group that ends here; what follows belongs to the next.
    pub(in crate::segment) fn take(&mut self) -> Filter {
        let hashes: Vec<u64> = self.hashes.iter().copied().collect();
        self.hashes.clear();
        self.forget_recent();
        Filter::of(&hashes)
    }

    /// Fills every place with a hash that does not belong there, so that it is nobody's.
    fn forget_recent(&mut self) {
        self.recent.fill(0);
        self.recent[0] = 1;
    }
}

impl Default for Tokens {
    fn default() -> Tokens {
        let mut tokens = Tokens { hashes: HashTable::new(), recent: vec![0; RECENT], folded: String::new() };
        tokens.forget_recent();
        tokens
    }
}
