//! What kind of letter a character is, and how it is written small and without marks, from tables: the library searches for
//! each character outside ASCII, which made up half of what names in such letters cost.

use std::sync::LazyLock;

use super::fold;

/// Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic: from here on the library is asked.
const TABLE_LEN: usize = 0x700;

/// Longest folded form in the table.
const FOLDED_MAX: usize = 4;

#[derive(Clone, Copy, Default)]
struct Letter {
    is_letter: bool,
    is_upper: bool,
    is_lower: bool,
    folded: [u8; FOLDED_MAX],
    folded_len: u8,
}

static TABLE: LazyLock<Vec<Letter>> = LazyLock::new(|| (0..TABLE_LEN as u32).map(Letter::of).collect());

impl Letter {
    fn of(code: u32) -> Letter {
        let letter = char::from_u32(code).unwrap_or_default();
        let (is_letter, is_upper, is_lower) = (letter.is_alphabetic(), letter.is_uppercase(), letter.is_lowercase());
        let (mut folded, mut len) = ([0; FOLDED_MAX], 0);
        fold::fold(letter, |bytes| {
            folded[len..len + bytes.len()].copy_from_slice(bytes);
            len += bytes.len();
        });
        Letter { is_letter, is_upper, is_lower, folded, folded_len: len as u8 }
    }
}

/// `char::is_alphabetic`.
#[inline]
pub(super) fn is_letter(letter: char) -> bool {
    match TABLE.get(letter as usize) {
        Some(known) => known.is_letter,
        None => is_ideograph(letter) || letter.is_alphabetic(),
    }
}

/// `char::is_uppercase`.
#[inline]
pub(super) fn is_upper(letter: char) -> bool {
    TABLE.get(letter as usize).map_or_else(|| !is_ideograph(letter) && letter.is_uppercase(), |known| known.is_upper)
}

/// `char::is_lowercase`.
#[inline]
pub(super) fn is_lower(letter: char) -> bool {
    TABLE.get(letter as usize).map_or_else(|| !is_ideograph(letter) && letter.is_lowercase(), |known| known.is_lower)
}

/// A letter in its plain small form, where the table has it.
#[inline]
pub(super) fn folded(letter: char) -> Option<&'static [u8]> {
    TABLE.get(letter as usize).map(|known| &known.folded[..usize::from(known.folded_len)])
}

/// Ideographs and syllables of Korean: letters that are neither small nor capitals.
fn is_ideograph(letter: char) -> bool {
    matches!(letter, '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7a3}')
}

#[cfg(test)]
mod tests {
    use super::{folded, is_letter, is_lower, is_upper};
    use crate::values::fold::fold;

    #[test]
    fn the_tables_say_what_the_library_says() {
        for letter in (0..0x1_1000).filter_map(char::from_u32) {
            assert_eq!(is_letter(letter), letter.is_alphabetic(), "{letter:?}");
            assert_eq!(is_upper(letter), letter.is_uppercase(), "{letter:?}");
            assert_eq!(is_lower(letter), letter.is_lowercase(), "{letter:?}");
            let mut plain = Vec::new();
            fold(letter, |bytes| plain.extend_from_slice(bytes));
            assert!(folded(letter).is_none_or(|known| known == plain), "{letter:?}");
        }
    }
}
