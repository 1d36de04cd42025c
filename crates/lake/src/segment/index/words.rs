//! Which words stand where in a segment, by page group.
//!
//! Most words of a log are constant text of its patterns, the same some thousand words over and over. These are kept once,
//! with the page groups in which they stand; only words in which a variable stands, and ids, are put into filters. So the
//! index is exact about words that people write, and has to be believed only about the rest.

use bytes::Bytes;

use super::super::filter::Filter;
use super::{MESSAGE, Reader, SHORT, hash_of};

/// The words of a segment.
#[derive(Debug)]
pub(in crate::segment) struct WordIndex {
    /// By page group: the words (as hashes) that stand there and are not known to be constant.
    pub(in crate::segment) filters: Vec<Filter>,
    pub(in crate::segment) constant: Constant,
}

/// Words that are constant text of patterns.
#[derive(Debug)]
pub(in crate::segment) struct Constant {
    /// The words, folded, each ended by a line feed, in the order of their bytes.
    words: Bytes,
    /// Where each word begins, and where the last one ends.
    starts: Vec<u32>,
    /// Word by word, one bit for each page group: whether it stands there. Each word begins a new byte.
    present: Bytes,
}

/// Words that no index says anything about: four hexadecimal digits, of them one a letter and one a decimal digit. Three of the
/// five words of a UUID are of this kind, and nobody looks for them alone; without them the index is a quarter smaller.
pub(in crate::segment) fn is_left_out(folded: &str) -> bool {
    let Ok(digits) = <[u8; 4]>::try_from(folded.as_bytes()) else { return false };
    let has = |kind: fn(&u8) -> bool| digits.iter().any(kind);
    digits.iter().all(u8::is_ascii_hexdigit) && has(u8::is_ascii_digit) && has(u8::is_ascii_alphabetic)
}

impl WordIndex {
    /// Page groups that may hold a row in whose `column` all of these words stand, one truth for each.
    pub(super) fn may_contain_words(&self, column: &str, words: &[String]) -> Vec<bool> {
        let mut keep = vec![true; self.filters.len()];
        for word in words.iter().filter(|word| !is_left_out(word)) {
            let hash = hash_of(word);
            let constant = (column == MESSAGE).then(|| self.constant.groups_of(word, keep.len())).flatten();
            for (group, keep) in keep.iter_mut().enumerate().filter(|(_, keep)| **keep) {
                let is_constant = constant.is_some_and(|bits| bits[group / 8] >> (group % 8) & 1 != 0);
                *keep = is_constant || self.filters[group].may_contain(hash);
            }
        }
        keep
    }

    pub(super) fn memory_bytes(&self) -> usize {
        let filters: usize = self.filters.iter().map(|filter| filter.as_bytes().len() + size_of::<Filter>()).sum();
        let Constant { words, starts, present } = &self.constant;
        filters + words.len() + size_of_val(starts.as_slice()) + present.len()
    }
}

impl Constant {
    /// `words` in the order of their bytes, each with its bits.
    pub(super) fn new<'a>(words: impl Iterator<Item = (&'a str, Vec<u8>)>) -> Constant {
        let (mut texts, mut present) = (Vec::new(), Vec::new());
        for (word, bits) in words {
            texts.extend_from_slice(word.as_bytes());
            texts.push(b'\n');
            present.extend_from_slice(&bits);
        }
        Constant { starts: starts(&texts), words: texts.into(), present: present.into() }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.starts.len() - 1
    }

    /// The bits of a word.
    fn groups_of(&self, word: &str, groups: usize) -> Option<&[u8]> {
        let width = groups.div_ceil(8);
        self.place_of(word).map(|place| &self.present[place * width..][..width])
    }

    /// Which of them a word is.
    pub(super) fn place_of(&self, word: &str) -> Option<usize> {
        let at = |place: usize| &self.words[self.starts[place] as usize..self.starts[place + 1] as usize - 1];
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            match at(middle).cmp(word.as_bytes()) {
                std::cmp::Ordering::Less => low = middle + 1,
                std::cmp::Ordering::Equal => return Some(middle),
                std::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    /// `words` of them, over `groups` page groups. The bytes are drawn in the module above.
    pub(super) fn decode(reader: &mut Reader, words: usize, groups: usize) -> Result<Constant, &'static str> {
        let bytes = reader.number()? as usize;
        let texts = reader.take(bytes)?;
        let present = reader.take(words.checked_mul(groups.div_ceil(8)).ok_or(SHORT)?)?;
        let starts = starts(&texts);
        if starts.len() != words + 1 || !(texts.is_empty() || texts.ends_with(b"\n")) {
            return Err("the index has not as many words as it says");
        }
        Ok(Constant { words: texts, starts, present })
    }

    pub(super) fn encode(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&(self.words.len() as u32).to_le_bytes());
        out.extend_from_slice(&self.words);
        out.extend_from_slice(&self.present);
    }
}

fn starts(words: &[u8]) -> Vec<u32> {
    std::iter::once(0).chain(memchr::memchr_iter(b'\n', words).map(|at| at as u32 + 1)).collect()
}
