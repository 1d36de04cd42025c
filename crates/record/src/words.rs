use std::iter::FusedIterator;

mod phrase;
mod rare_pair;

pub use phrase::{Phrase, Prefix};

/// The words of a text, first to last: maximal runs of Unicode alphanumerics or `_`.
///
/// Search, index and reference evaluator all cut text here, so that they agree on what a word is.
pub fn words(text: &str) -> impl FusedIterator<Item = &str> + Clone {
    Words::new(text)
}

/// Appends the form of a word in which case is gone: each character's lower case, whatever stands around it.
pub fn fold(word: &str, out: &mut String) {
    if word.is_ascii() {
        let start = out.len();
        out.push_str(word);
        out[start..].make_ascii_lowercase();
    } else {
        out.extend(folded(word));
    }
}

/// The same, character by character.
fn folded(word: &str) -> impl Iterator<Item = char> {
    word.chars().flat_map(char::to_lowercase)
}

/// Whether the character can stand in a word.
fn is_word(c: char) -> bool {
    c == '_' || c.is_alphanumeric()
}

/// [`is_word`] for the ASCII characters, by number. Bytes from 128 on are parts of characters and say nothing alone.
const ASCII_WORD: [bool; 128] = {
    let mut table = [false; 128];
    let mut byte = 0;
    while byte < 128 {
        table[byte] = byte as u8 == b'_' || (byte as u8).is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// Bytes that are looked at together: as many as a word of the machine has bits.
const BLOCK: usize = u64::BITS as usize;

#[derive(Clone)]
struct Words<'a> {
    text: &'a str,
    /// Everything before is behind us; always a character's first byte.
    at: usize,
    /// In a text of ASCII alone, one bit for each byte of the block at `at`: whether it stands in a word that is ahead.
    /// None for other texts, which are read character by character.
    ahead: Option<u64>,
}

impl<'a> Words<'a> {
    fn new(text: &'a str) -> Words<'a> {
        Words { text, at: 0, ahead: text.is_ascii().then(|| word_bits(text.as_bytes())) }
    }

    /// The next word of a text that is ASCII, by the bits of its blocks: no branch depends on a single byte.
    fn next_ascii(&mut self, mut ahead: u64) -> Option<&'a str> {
        while ahead == 0 {
            self.at += BLOCK;
            if self.at >= self.text.len() {
                (self.at, self.ahead) = (self.text.len(), Some(0));
                return None;
            }
            ahead = word_bits(&self.text.as_bytes()[self.at..]);
        }
        let first = ahead.trailing_zeros() as usize;
        let start = self.at + first;
        let mut end = first + (!(ahead >> first)).trailing_zeros() as usize;
        // A word that reaches the end of its block may go on in the next.
        while end == BLOCK {
            self.at += BLOCK;
            ahead = self.text.as_bytes().get(self.at..).map_or(0, word_bits);
            end = (!ahead).trailing_zeros() as usize;
        }
        self.ahead = Some(ahead & (!0 << end));
        Some(&self.text[start..self.at + end])
    }
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        if let Some(ahead) = self.ahead {
            return self.next_ascii(ahead);
        }
        let start = skip_while(self.text, self.at, false);
        self.at = skip_while(self.text, start, true);
        (start < self.at).then(|| &self.text[start..self.at])
    }
}

/// One bit for each of the first 64 bytes, the first in the lowest: whether it can stand in a word. For ASCII.
fn word_bits(bytes: &[u8]) -> u64 {
    match bytes.first_chunk() {
        Some(block) => block_bits(block),
        None => {
            let mut block = [0; BLOCK];
            block[..bytes.len()].copy_from_slice(bytes);
            block_bits(&block)
        }
    }
}

/// [`word_bits`] of a whole block. Written so that the compiler compares sixteen bytes at a time.
fn block_bits(block: &[u8; BLOCK]) -> u64 {
    let mut is_word = [0; BLOCK];
    for (is_word, &byte) in is_word.iter_mut().zip(block) {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        *is_word = u8::from(letter | digit | (byte == b'_'));
    }
    // The product moves the lowest bits of eight bytes side by side, into the highest byte.
    let (eights, _) = is_word.as_chunks::<8>();
    let bits = |eight: &[u8; 8]| u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
    eights.iter().rev().fold(0, |all, eight| all << 8 | bits(eight))
}

impl FusedIterator for Words<'_> {}

/// The first place from `at` on whose character is not (`inside`: in a word).
fn skip_while(text: &str, mut at: usize, inside: bool) -> usize {
    let bytes = text.as_bytes();
    while let Some(&byte) = bytes.get(at) {
        if byte.is_ascii() {
            if ASCII_WORD[usize::from(byte)] != inside {
                break;
            }
            at += 1;
        } else {
            match text[at..].chars().next() {
                Some(c) if is_word(c) == inside => at += c.len_utf8(),
                _ => break,
            }
        }
    }
    at
}

/// Whether a word reaches up to `at` from the left.
fn word_before(text: &str, at: usize) -> bool {
    match text.as_bytes()[..at].last() {
        None => false,
        Some(&byte) if byte.is_ascii() => ASCII_WORD[usize::from(byte)],
        Some(_) => text[..at].chars().next_back().is_some_and(is_word),
    }
}

/// Whether a word goes on, or begins, at `at`.
fn word_after(text: &str, at: usize) -> bool {
    match text.as_bytes().get(at) {
        None => false,
        Some(&byte) if byte.is_ascii() => ASCII_WORD[usize::from(byte)],
        Some(_) => text[at..].chars().next().is_some_and(is_word),
    }
}

#[cfg(test)]
mod tests;
