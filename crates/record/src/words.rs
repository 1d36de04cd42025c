use std::iter::FusedIterator;

mod phrase;
mod rare_pair;

pub use phrase::{Phrase, Prefix};

/// The words of a text, first to last: maximal runs of Unicode alphanumerics or `_`.
///
/// Search, index and reference evaluator all cut text here, so that they agree on what a word is.
pub fn words(text: &str) -> impl FusedIterator<Item = &str> + Clone {
    Words { text, at: 0 }
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

#[derive(Clone)]
struct Words<'a> {
    text: &'a str,
    /// Everything before is behind us; always a character's first byte.
    at: usize,
}

impl<'a> Iterator for Words<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let start = skip_while(self.text, self.at, false);
        self.at = skip_while(self.text, start, true);
        (start < self.at).then(|| &self.text[start..self.at])
    }
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
