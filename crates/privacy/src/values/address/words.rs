use std::sync::LazyLock;

use super::types::{self, Type};
use super::{Streets, tail};
use crate::values::fold::{char_at, push_folded};
use crate::values::letters;
use crate::values::lexicon::Lexicon;

/// Most words of a street's name.
const WORDS_MAX: usize = 7;

/// As much as is looked over for the number of a flat: `Appartamento 5`.
const FLAT_LOOK_AHEAD: usize = 16;

/// Longest word of a street's name, folded.
const LETTERS_MAX: usize = 40;

/// Words in a row that may name a street: capitalised ones, ordinals, and the little words between.
#[derive(Debug, Default)]
pub(super) struct Words {
    /// Where each ends, what it says, and whether it is a capitalised word.
    words: [Option<Word>; WORDS_MAX],
    pub(super) len: usize,
    pub(super) end: usize,
    pub(super) capitals: usize,
}

/// A word that may be of a street's name.
#[derive(Debug, Clone, Copy)]
pub(in crate::values) struct Word {
    end: usize,
    kind: Option<Type>,
    ends_so: bool,
    is_capital: bool,
    is_direction: bool,
}

impl Words {
    /// Reads from `at` on, until a number, a mark, or a word that no street is named by.
    pub(super) fn read(text: &[u8], at: usize, streets: &mut Streets) -> Words {
        let mut words = Words { end: at, ..Words::default() };
        let mut at = at;
        while words.len < WORDS_MAX {
            // Flats have numbers.
            let has_number = || text[at..].iter().take(FLAT_LOOK_AHEAD).any(u8::is_ascii_digit);
            if words.len > 0 && has_number() && tail::flat(text, at).is_some() {
                break;
            }
            let word = streets.read(at, text.len(), || Word::read(text, at));
            let Some(word) = word.filter(|word| !is_number_sign(&text[at..word.end], &text[word.end..])) else {
                break;
            };
            words.words[words.len] = Some(word);
            words.len += 1;
            words.capitals += usize::from(word.is_capital);
            if word.is_capital || word.kind.is_some() {
                words.end = word.end;
            }
            at = match text.get(word.end..) {
                Some([b' ', next, ..]) if next.is_ascii_alphanumeric() || *next >= 0x80 => word.end + 1,
                // `Calle de l'Est`, `C/Mayor`.
                Some([b'/' | b'\'', next, ..]) if next.is_ascii_uppercase() => word.end + 1,
                _ => break,
            };
        }
        words
    }

    fn iter(&self) -> impl Iterator<Item = Word> {
        self.words[..self.len].iter().flatten().copied()
    }

    /// `rue de la Paix`, `avenue Foch`, `Boulevard Voltaire`: a word for a street first, and a capitalised one behind it.
    pub(super) fn is_french(&self) -> bool {
        let Some(first) = self.words[0] else { return false };
        let is_english_too = matches!(first.kind, Some(Type::English | Type::EnglishMaybe)) && !first.is_capital;
        let is_type = matches!(first.kind, Some(Type::French | Type::Before)) || is_english_too;
        is_type && self.iter().skip(1).any(|word| word.is_capital)
    }

    /// Behind the last word for a street that a capitalised one is before, and whether it is hardly anything else.
    pub(super) fn until_english_type(&self) -> Option<(usize, bool)> {
        let place = (1..self.len).rev().find(|&place| {
            self.words[place].is_some_and(|word| word.is_capital && matches!(word.kind, Some(Type::English | Type::EnglishMaybe)))
        })?;
        let word = self.words[place]?;
        let named = self.iter().take(place).any(|word| word.is_capital);
        // "Avenue NW", "Street West".
        let behind = self.words.get(place + 1).copied().flatten().filter(|word| word.is_direction);
        named.then_some((behind.unwrap_or(word).end, word.kind == Some(Type::English)))
    }

    /// Whether one of the words says that a street is named.
    pub(super) fn names_street(&self) -> bool {
        let first = self.words[0].is_some_and(|word| word.kind == Some(Type::Before))
            && self.capitals > usize::from(self.words[0].is_some_and(|word| word.is_capital));
        let last = self.iter().last();
        first || last.is_some_and(|word| word.ends_so || word.kind == Some(Type::Behind) && self.len > 1)
    }

    /// Whether the first word is one that streets' names begin with, and a capitalised one is behind it.
    pub(super) fn begins_with_type(&self) -> bool {
        let is_type = self.words[0].is_some_and(|word| matches!(word.kind, Some(Type::Before | Type::French)));
        is_type && self.iter().skip(1).any(|word| word.is_capital)
    }

    /// Where the house number behind the words begins: behind a blank, a comma, "nº", "n.", "No.".
    pub(super) fn number_behind(&self, text: &[u8]) -> Option<usize> {
        let end = self.iter().last()?.end;
        let rest = text.get(end..)?;
        // Nearly always a blank, or none of them.
        match rest {
            [b' ', b'0'..=b'9', ..] => return Some(end + 1),
            [b' ', b'n' | b'N' | 0xc2.., ..] | [b',', b' ', ..] => {}
            _ => return None,
        }
        let marks: [&[u8]; 23] = [
            b", ",
            b", n. ",
            b" n. ",
            ", nº ".as_bytes(),
            " nº ".as_bytes(),
            b" No. ",
            b", No. ",
            b" No:",
            b" No: ",
            b" No ",
            b" Nr. ",
            b" Nr ",
            b" No.",
            b" No.: ",
            b", No: ",
            b", No:",
            " № ".as_bytes(),
            ", д. ".as_bytes(),
            " д. ".as_bytes(),
            ", дом ".as_bytes(),
            " дом ".as_bytes(),
            ", д.".as_bytes(),
            ", № ".as_bytes(),
        ];
        let mark =
            marks.into_iter().find(|mark| rest.starts_with(mark) && rest.get(mark.len()).is_some_and(u8::is_ascii_digit))?;
        Some(end + mark.len())
    }
}

/// Whether a word only says that a number follows: `No: 15`, `Nr. 7`.
fn is_number_sign(word: &[u8], rest: &[u8]) -> bool {
    let marks = rest.iter().take(2).take_while(|byte| matches!(byte, b'.' | b':' | b' ')).count();
    matches!(word, b"No" | b"Nr" | b"no" | b"nr" | b"No." | b"Nr.") && rest.get(marks).is_some_and(u8::is_ascii_digit)
}

impl Word {
    fn read(text: &[u8], at: usize) -> Option<Word> {
        let first = char_at(text, at)?;
        if first.is_ascii_lowercase() && is_common(&text[at..]) {
            return None;
        }
        // Nearly all letters are plain ones.
        let mut len = text[at..].iter().take(LETTERS_MAX + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        while len <= LETTERS_MAX
            && let Some(letter) =
                char_at(text, at + len).filter(|&letter| is_alphanumeric(letter) || matches!(letter, '-' | '\'' | '’'))
        {
            len += letter.len_utf8();
        }
        if len > LETTERS_MAX {
            return None;
        }
        let word = std::str::from_utf8(&text[at..at + len]).ok()?;
        let is_ordinal = first.is_ascii_digit() && ["st", "nd", "rd", "th"].iter().any(|ending| word.ends_with(ending));
        if len == 0 || first.is_ascii_digit() && !is_ordinal || !is_ordinal && word.bytes().any(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let (folded, folded_len) = folded(word);
        let folded = &folded[..folded_len];
        let kind = types::of(folded);
        let is_capital = letters::is_upper(first)
            || is_ordinal
            || LINKED.iter().any(|link| word.strip_prefix(link).is_some_and(|rest| rest.starts_with(char::is_uppercase)));
        if !is_capital && kind.is_none() && !is_little(folded) {
            return None;
        }
        // The dot of an abbreviation belongs to it.
        let is_short = len <= 5 && (kind.is_some() || len <= 2 || folded.ends_with(b"str"));
        let end = at + len + usize::from((is_short || folded.ends_with(b"str")) && text.get(at + len) == Some(&b'.'));
        let is_direction = DIRECTIONS.contains(&word);
        Some(Word { end, kind, ends_so: types::ends_like_street(folded), is_capital, is_direction })
    }
}

/// A quick look: whether a text begins with a word of small letters, and of no street.
fn is_common(text: &[u8]) -> bool {
    let len = text.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    let ends = text.get(len).is_none_or(|&next| next < 0x80 && !next.is_ascii_alphanumeric() && !matches!(next, b'-' | b'\''));
    ends && types::of(&text[..len]).is_none() && !is_little(&text[..len])
}

/// Joined to the word behind: `d'Alésia`, `l'Est`.
const LINKED: &[&str] = &["d'", "l'", "d’", "l’", "dell'", "dell’", "dall'", "sant'"];

const DIRECTIONS: &[&str] = &["N", "S", "E", "W", "NW", "NE", "SW", "SE", "North", "South", "East", "West"];

/// Little words in the names of streets.
const LITTLE: &str = "de du des la le les del los las el della delle dei degli di da do dos das den der dem van von the of and et y \
    e i in an am zum zur unter auf sur saint op aan het al alle na av";

fn is_little(word: &[u8]) -> bool {
    static WORDS: LazyLock<Lexicon<()>> = LazyLock::new(|| Lexicon::new(LITTLE.split_ascii_whitespace().map(|word| (word, ()))));
    WORDS.get(word).is_some()
}

/// How the little words begin, and those that are joined to the word behind.
pub(super) fn small_fronts() -> impl Iterator<Item = &'static [u8]> {
    LITTLE.split_ascii_whitespace().chain(LINKED.iter().copied()).map(str::as_bytes)
}

fn is_alphanumeric(letter: char) -> bool {
    letters::is_letter(letter) || letter.is_numeric()
}

fn folded(word: &str) -> ([u8; LETTERS_MAX], usize) {
    let (mut folded, mut len) = ([0; LETTERS_MAX], 0);
    if word.is_ascii() {
        folded[..word.len()].copy_from_slice(word.as_bytes());
        folded.make_ascii_lowercase();
        return (folded, word.len());
    }
    word.chars().for_each(|letter| push_folded(letter, &mut folded, &mut len));
    (folded, len)
}
