//! Street addresses: a number and a street, in the order each country writes them, and what follows them: a flat, a
//! postal code, a town, a state. The grammar is made of the words for streets and of how postal codes look (Universal
//! Postal Union, "Addressing systems"); it has no list of towns.

mod east_asia;
mod tail;
mod types;
mod words;

use std::ops::Range;
use std::sync::LazyLock;

use super::fronts::Fronts;
use super::keys::{KeyClass, Reading};
use super::memory::Recent;
use super::run::is_wordy;
use super::words::NUMBER_AHEAD_MAX;
use super::{Hit, Kind};
use tail::Tail;
pub(super) use words::Word as Street;
use words::Words;

/// Words that were read last.
type Streets = Recent<Street, 16>;

/// Longest value that is taken as one address; a longer one is a text that may hold some.
const VALUE_BYTES_MAX: usize = 160;

/// The address that a value of an address's key is.
pub(super) fn value(text: &[u8], range: Range<usize>, key: &Reading) -> Option<Hit> {
    if key.class != Some(KeyClass::Address) {
        return None;
    }
    let range = trimmed(text, range);
    let value = &text[range.clone()];
    let looks_so = (8..=VALUE_BYTES_MAX).contains(&value.len()) && is_postal(value);
    looks_so.then(|| Hit::new(range, Kind::Address, "address.key"))
}

/// Words with a capital among them and a number or a comma, and nothing that stands in no address.
fn is_postal(value: &[u8]) -> bool {
    let has = |fits: &dyn Fn(&u8) -> bool| value.iter().any(fits);
    let letters = value.split(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80).map(<[u8]>::len).max().unwrap_or(0);
    has(&|byte| matches!(byte, b' ' | b'\n' | 0x80..))
        && letters >= 3
        && (has(&u8::is_ascii_digit) || has(&|&byte| byte == b','))
        && has(&|&byte| byte.is_ascii_uppercase() || byte >= 0x80)
        && !has(&|byte| matches!(byte, b'=' | b'{' | b'}' | b'@' | b'<' | b'>' | b'|' | b'$'))
        && memchr::memmem::find(value, b"://").is_none()
}

/// The address that begins with a house number: `221B Baker Street`, `12 bis rue de la Paix`.
pub(super) fn from_number(text: &[u8], at: usize, end: usize, streets: &mut Streets) -> Option<Hit> {
    let text = &text[..end];
    if let Some(hit) = behind_code(text, at, streets) {
        return Some(hit);
    }
    let mut from = behind_house_number(text, at)?;
    if text[at..from].iter().all(|&byte| byte == b'0') {
        return None;
    }
    from += usize::from(text.get(from) == Some(&b','));
    if text.get(from) != Some(&b' ') {
        return None;
    }
    let from = behind_repeat(text, from + 1);
    let words = Words::read(text, from, streets);
    let (street_end, is_sure, rule) = if words.is_french() {
        (words.end, true, "address.number_type_name")
    } else if let Some((end, is_sure)) = words.until_english_type() {
        (end, is_sure || is_place_of(&text[..at]), "address.number_name_type")
    } else if words.capitals > 0 && words.len <= 3 {
        (words.end, false, "address.number_name")
    } else {
        return None;
    };
    finish(text, at, street_end, is_sure, rule)
}

/// The address that begins with its postal code: `1051 Budapest, Nádor utca 7`, `101000, г. Москва, ул. Ленина, д. 25`.
fn behind_code(text: &[u8], at: usize, streets: &mut Streets) -> Option<Hit> {
    let digits = text[at..].iter().take(7).take_while(|byte| byte.is_ascii_digit()).count();
    let town = at + digits + text[at + digits..].iter().take(2).take_while(|byte| matches!(byte, b',' | b' ')).count();
    if !(4..=6).contains(&digits) || !text.get(town).is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0x80) {
        return None;
    }
    let town = town + if text[town..].starts_with("г. ".as_bytes()) { "г. ".len() } else { 0 };
    let street = tail::town(text, town).filter(|&end| text[end..].starts_with(b", "))? + 2;
    let hit = from_small(text, street, text.len(), streets).or_else(|| from_capital(text, street, text.len(), streets))?;
    Some(Hit { start: at, rule: "address.code_first", ..hit })
}

/// Whether the word before says that somebody is there: `lives at 88 Oakmont Drive`.
fn is_place_of(before: &[u8]) -> bool {
    const WORDS: &[&[u8]] = &[
        b"lives at ",
        b"living at ",
        b"address ",
        b"address: ",
        b"deliver to ",
        b"delivered to ",
        b"ship to ",
        b"shipped to ",
        b"resides at ",
        b"residing at ",
        b"moved to ",
        b"located at ",
        b"residence ",
    ];
    WORDS.iter().any(|word| before.len() >= word.len() && before[before.len() - word.len()..].eq_ignore_ascii_case(word))
}

/// The address that begins with a capital: `Hauptstraße 12`, `Calle Mayor 5`, `Nagy utca 3`.
pub(super) fn from_capital(text: &[u8], at: usize, end: usize, streets: &mut Streets) -> Option<Hit> {
    let text = &text[..end];
    if *text.get(at)? >= 0xe3
        && let Some(range) = east_asia::find(text, at)
    {
        return Some(Hit::new(range, Kind::Address, "address.east_asia"));
    }
    if !has_number_ahead(text, at) {
        return None;
    }
    // A row of words and a number is common; what names a street, or a town behind, decides.
    let words = Words::read(text, at, streets);
    if words.len == 0 {
        return None;
    }
    // Small streets have no numbers; a code and a town say as much: `chemin Lebrun, 68443 Saint-Paul`.
    if words.begins_with_type() && text[words.end..].starts_with(b", ") {
        let tail = Tail::read(text, words.end);
        if tail.is_sure {
            return Some(Hit::new(at..tail.end, Kind::Address, "address.name"));
        }
    }
    let number = words.number_behind(text)?;
    let street_end = behind_house_number(text, number)?;
    finish(text, at, street_end, words.names_street(), "address.name_number")
}

/// A quick look: whether a number follows behind nothing but words, of which the small ones are short.
fn has_number_ahead(text: &[u8], at: usize) -> bool {
    let (mut small, mut before) = (0, b' ');
    for &byte in text[at..].iter().take(NUMBER_AHEAD_MAX) {
        match byte {
            b'0'..=b'9' if matches!(before, b' ' | b'.' | b',') => return true,
            b'a'..=b'z' if matches!(before, b' ') || small > 0 => small += 1,
            b'A'..=b'Z' | b'a'..=b'z' | 0x80.. | b'.' | b'\'' | b'-' | b'/' => small = 0,
            b' ' | b',' => small = 0,
            // `No: 15`.
            b':' if matches!(before, b'o' | b'r') => small = 0,
            _ => return false,
        }
        // "utca", "ulica", "della".
        if small > 6 {
            return false;
        }
        before = byte;
    }
    false
}

/// The address that begins with a small word for a street: `ul. Długa 5`, `rua Augusta 100`, `c/ Mayor 5`.
pub(super) fn from_small(text: &[u8], at: usize, end: usize, streets: &mut Streets) -> Option<Hit> {
    // The word is short, and a capital follows it.
    let front = &text[at..end.min(at + 16)];
    let word = front.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let gap = front[word..].iter().take_while(|byte| matches!(byte, b'.' | b' ' | b'/')).count();
    let may_be = (1..=2).contains(&gap) && front.get(word + gap).is_some_and(|&next| next.is_ascii_uppercase() || next >= 0x80);
    (may_be && types::begins_with_small_type(front)).then(|| from_capital(text, at, end, streets)).flatten()
}

/// Adds what follows the street. Without a word for a street, only a postal code behind makes it an address.
fn finish(text: &[u8], start: usize, street_end: usize, is_sure: bool, rule: &'static str) -> Option<Hit> {
    let ends_well = match text[street_end..] {
        [next, ..] if is_wordy(next) => false,
        [b':' | b'.' | b'-' | b'/' | b'=' | b'_', next, ..] if is_wordy(next) => false,
        [b'%' | b'=' | b'(' | b'@', ..] => false,
        _ => true,
    };
    // A code that follows the street without a comma may be any number.
    if !ends_well {
        return None;
    }
    let tail = Tail::read(text, street_end);
    let is_coded = tail.is_sure && (tail.has_flat || matches!(text[street_end..], [b',', ..] | [b'.', b',', ..]));
    (is_sure || is_coded).then(|| Hit::new(start..tail.end, Kind::Address, rule))
}

/// Behind one to five digits, a letter, and a second number: `12`, `221B`, `10-12`, `4/7`, `12 a`.
fn behind_house_number(text: &[u8], at: usize) -> Option<usize> {
    let mut end = behind_digits(text, at)?;
    if matches!(text.get(end), Some(b'-' | b'/')) {
        end = behind_digits(text, end + 1).unwrap_or(end);
    }
    let is_letter =
        |at: usize| text.get(at).is_some_and(u8::is_ascii_alphabetic) && !text.get(at + 1).copied().is_some_and(is_wordy);
    end += usize::from(is_letter(end));
    Some(end)
}

fn behind_digits(text: &[u8], at: usize) -> Option<usize> {
    let digits = text.get(at..)?.iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    (1..=5).contains(&digits).then_some(at + digits)
}

/// A quick look: whether a word of small letters may go on with an address that begins with a house number.
pub(crate) fn may_follow_number(text: &[u8]) -> bool {
    static FRONTS: LazyLock<Fronts> =
        LazyLock::new(|| Fronts::of(types::all().map(str::as_bytes).chain(words::small_fronts()).chain(REPEATS)));
    FRONTS.may_begin(text)
}

/// What repeats a French house number.
const REPEATS: [&[u8]; 5] = [b"bis ", b"ter ", b"quater ", b"bis, ", b"ter, "];

/// Behind "bis", "ter", "quater" of French house numbers.
fn behind_repeat(text: &[u8], at: usize) -> usize {
    let repeat = REPEATS.into_iter().find(|repeat| text[at..].starts_with(repeat));
    at + repeat.map_or(0, <[u8]>::len)
}

fn trimmed(text: &[u8], range: Range<usize>) -> Range<usize> {
    let is_edge =
        |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b',' | b';' | b'\\' | b'[' | b']' | b'(' | b')');
    let value = &text[range.clone()];
    let start = value.iter().position(|byte| !is_edge(byte)).map_or(range.end, |at| range.start + at);
    let end = value.iter().rposition(|byte| !is_edge(byte)).map_or(start, |at| range.start + at + 1);
    start..end
}

#[cfg(test)]
mod tests;
