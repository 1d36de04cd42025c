//! Names of persons: by the key, by a word before them ("assigned to", "Dear", "Frau"), by the lists of given and family
//! names, or beside an e-mail address. The lists were written for this program from names that are common in some
//! hundred countries, and hold those that are most frequent in the United States (Census Bureau, "Frequently Occurring
//! Surnames and First Names from Census 1990", in the public domain). Words that are also something else ("Will", "Mark",
//! "Spring") are listed apart and never suffice.

mod cues;
mod full_name;
mod lists;
mod name_word;
mod scripts;

use std::ops::Range;

use super::keys::{KeyClass, Reading};
use super::memory::Recent;
use super::{Hit, Kind, letters};
use cues::Before;
use full_name::FullName;
use name_word::Case;
pub(super) use name_word::NameWord;

/// Words that were read last.
type Names = Recent<NameWord, 8>;

/// Longest value of a key that is taken as a name.
const NAME_BYTES_MAX: usize = 64;

/// What the key says about persons in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// The text is a name.
    Person,
    /// The text may be a name.
    Name,
    /// The text speaks of other things.
    Other,
    /// Nothing.
    Unknown,
}

impl Key {
    pub(super) fn of(reading: &Reading) -> Key {
        match reading.class {
            Some(KeyClass::Person) => Key::Person,
            Some(KeyClass::Name) => Key::Name,
            _ if reading.is_other => Key::Other,
            _ => Key::Unknown,
        }
    }
}

/// The name that a value of a name's key is, without its title.
pub(super) fn value(text: &[u8], range: Range<usize>, key: Key) -> Option<Hit> {
    let range = trimmed(text, range);
    let start = behind_title(text, range.start);
    let is_short = (2..=NAME_BYTES_MAX).contains(&range.len()) && start < range.end;
    if key == Key::Other || !is_short || key == Key::Unknown && !text[start].is_ascii_uppercase() {
        return None;
    }
    let (words, known, ambiguous) = words_of(&text[start..range.end])?;
    let is_name = match key {
        Key::Person => true,
        // A cell of a table, a literal: two names and nothing else.
        Key::Unknown => words == 2 && known == 2 && lists::are_given_and_family(&text[start..range.end]),
        // A small word is the name of an account.
        _ if words == 1 => known == 1 && ambiguous == 0 && !text[start].is_ascii_lowercase(),
        _ => known > ambiguous || known >= 2,
    };
    is_name.then(|| Hit::new(start..range.end, Kind::Person, "person.key"))
}

/// The name that begins with the capital at `at`.
pub(super) fn find(text: &[u8], at: usize, end: usize, key: Key, names: &mut Names) -> Option<Hit> {
    if is_row_of_initials(&text[at..end]) {
        return None;
    }
    let first = NameWord::remembered(&text[..end], at, names)?;
    // "Madame Delphine Rousselet", "Herrn Dr. Konstantin Böhm": the name begins behind.
    let is_title = || match text[first.end..] {
        [b' ', ..] => cues::is_long_title(&text[at..first.end]),
        [b'.', b' ', ..] => cues::is_title(&text[at..first.end]),
        _ => false,
    };
    if first.case == Case::Capital && is_title() {
        return None;
    }
    let mut name = FullName::read(&text[..end], at, first, names);
    let rule = judged(&mut name, text, end, key);
    name.remember(end, names);
    Some(Hit::new(name.start..name.end, Kind::Person, rule?))
}

/// The rule by which these words are a name.
fn judged(name: &mut FullName, text: &[u8], end: usize, key: Key) -> Option<&'static str> {
    let at = name.start;
    // Most capitalised words stand alone and behind nothing that names come behind; the lists need not be asked.
    let mut before = None;
    if name.has_one_word() {
        before = (key != Key::Other).then(|| Before::of(&text[..at])).filter(|before| *before != Before::Nothing);
        before?;
    }
    // Where the lists say nothing, only what stands around may.
    if !name.is_listed_at_an_end(text) {
        let around = (key != Key::Other).then(|| before.unwrap_or_else(|| Before::of(&text[..at])))?;
        if around == Before::Nothing && !full_name::is_before_mail(&text[name.end..end]) {
            return None;
        }
        before = Some(around);
    }
    name.look_up(text);
    name.by_lists(text, key == Key::Other).or_else(|| {
        let before = before.or_else(|| (key != Key::Other).then(|| Before::of(&text[..at])))?;
        name.by_word(&text[..end], before)
    })
}

/// Whether as many single capitals as a name has words stand here: initials need a name behind them.
fn is_row_of_initials(text: &[u8]) -> bool {
    let is_initial = |two: &[u8]| matches!(two, [b'A'..=b'Z', b' '] | [b'A'..=b'Z']);
    text.len() >= 2 * full_name::WORDS_MAX && text[..2 * full_name::WORDS_MAX].chunks(2).all(is_initial)
}

/// How many words a text is made of, how many are in the lists, and how many of those are ambiguous; nothing when it
/// holds what no name does.
fn words_of(text: &[u8]) -> Option<(usize, usize, usize)> {
    let text = std::str::from_utf8(text).ok()?;
    let is_name_like = |letter: char| letters::is_letter(letter) || matches!(letter, ' ' | '\'' | '’' | '-' | '.' | ',' | '·');
    let first = text.chars().next()?;
    if !text.chars().all(is_name_like) || !letters::is_letter(first) || lists::is_placeholder(text) {
        return None;
    }
    let (mut words, mut known, mut ambiguous) = (0, 0, 0);
    for word in text.split([' ', '-', ',', '.']).filter(|word| !word.is_empty()) {
        let listed = lists::look_up(word);
        words += 1;
        known += usize::from(listed.given || listed.family);
        ambiguous += usize::from((listed.given || listed.family) && listed.ambiguous);
    }
    (words <= 6).then_some((words, known, ambiguous))
}

/// Without blanks and quotes at both ends.
fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_edge =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b';' | b'\\' | b'[' | b']' | b'(' | b')');
    let value = &text[range.clone()];
    let start = value.iter().position(|byte| !is_edge(byte)).map_or(range.end, |at| range.start + at);
    let end = value.iter().rposition(|byte| !is_edge(byte)).map_or(start, |at| range.start + at + 1);
    start..end
}

/// Behind "Dr. ", "Mrs ".
fn behind_title(text: &[u8], at: usize) -> usize {
    let word = text[at..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let end = at + word + usize::from(text.get(at + word) == Some(&b'.'));
    if cues::is_title(&text[at..at + word]) && text.get(end) == Some(&b' ') { end + 1 } else { at }
}

#[cfg(test)]
mod tests;
