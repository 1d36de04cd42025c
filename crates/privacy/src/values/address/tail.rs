use std::sync::LazyLock;

use crate::values::lexicon::Lexicon;
use crate::values::run::is_wordy;

/// Most parts behind a street: flat, district, code and town, state, country.
const PARTS_MAX: usize = 6;

/// Most words of a town.
const TOWN_WORDS_MAX: usize = 4;

/// What follows a street.
pub(super) struct Tail {
    pub(super) end: usize,
    /// A postal code is among it.
    pub(super) has_code: bool,
    /// And that with a town behind, or in a shape of its own: `10115 Berlin`, `CO 31336`, `SW2A 6AA`.
    pub(super) is_sure: bool,
    /// A flat is among it.
    pub(super) has_flat: bool,
}

impl Tail {
    /// Reads parts behind commas, and a flat or a code behind a blank.
    pub(super) fn read(text: &[u8], from: usize) -> Tail {
        let mut tail = Tail { end: from, has_code: false, is_sure: false, has_flat: false };

        for _ in 0..PARTS_MAX {
            let (at, is_comma) = match text[tail.end..] {
                // Hungary's house numbers have dots.
                [b'.', b',', b' ', ..] => (tail.end + 3, true),
                [b',', b' ', ..] | [b'\n', b' ', ..] => (tail.end + 2, true),
                [b',', ..] => (tail.end + 1, true),
                [b' ', b'-', b' ', ..] => (tail.end + 3, true),
                [b' ', ..] => (tail.end + 1, false),
                _ => break,
            };
            let Some((end, is_code)) = part(text, at, is_comma, tail.has_code) else { break };
            let written = &text[at..end];
            tail.end = end;
            tail.has_code |= is_code;
            tail.has_flat |= !is_code && flat(text, at) == Some(end);
            tail.is_sure |= is_code && (written[0].is_ascii_digit() || has_own_shape(written));
        }
        tail
    }
}

/// Whether the last word but one, or the last with digits, has a letter or a dash: `CO 31336`, `London NW1 6XE`.
fn has_own_shape(written: &[u8]) -> bool {
    let mut words = written.rsplit(|&byte| byte == b' ');
    let (last, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    last.iter().any(|byte| byte.is_ascii_uppercase() || *byte == b'-') || is_state(before.strip_suffix(b",").unwrap_or(before))
}

fn is_state(word: &[u8]) -> bool {
    (2..=3).contains(&word.len()) && word.iter().all(u8::is_ascii_uppercase)
}

/// One part: where it ends, and whether a postal code is in it.
fn part(text: &[u8], at: usize, is_comma: bool, has_code: bool) -> Option<(usize, bool)> {
    if let Some(end) = flat(text, at) {
        return Some((end, false));
    }
    if let Some(end) = code(text, at).filter(|_| !has_code) {
        // A code is five digits like many other numbers: a town must follow, unless a town or state was before.
        let gap = if text[end..].starts_with(b", ") && is_comma { 2 } else { 1 };
        let town_end = matches!(text.get(end), Some(b' ' | b',')).then(|| town(text, end + gap)).flatten();
        return match town_end {
            Some(town_end) => Some((town_end, true)),
            None if text[at].is_ascii_uppercase() || text[at..end].contains(&b'-') && end - at >= 9 => Some((end, true)),
            None => None,
        };
    }
    let town_end = town(text, at)?;
    let behind = match text[town_end..] {
        [b',', b' ', ..] => town_end + 2,
        [b' ', ..] => town_end + 1,
        _ => town_end,
    };
    match code(text, behind).filter(|_| !has_code && behind > town_end) {
        Some(end) => Some((end, true)),
        // A town without a code ends where the clause does.
        None if is_comma && (has_code || ends_clause(text, town_end)) => ends_clause(text, town_end).then_some((town_end, false)),
        None => None,
    }
}

/// Words for what is in a house.
const FLATS: &str = "apt apartment suite ste unit flat floor fl room rm piso puerta etage stock wohnung whg app appt appartement bat batiment \
    bloco apto sala interno int scala m lok lgh bus bte building bldg block tower depto local escalera esc kat daire kv byt piano \
    appartamento edif interior bl sc ap et level";

/// Longest of them.
const FLAT_WORD_MAX: usize = 12;

fn is_flat_word(word: &[u8]) -> bool {
    static WORDS: LazyLock<Lexicon<()>> = LazyLock::new(|| Lexicon::new(FLATS.split_ascii_whitespace().map(|word| (word, ()))));
    let mut small = [0; FLAT_WORD_MAX];
    let Some(small) = small.get_mut(..word.len()) else { return false };
    small.copy_from_slice(word);
    small.make_ascii_lowercase();
    WORDS.get(small).is_some()
}

/// `Apt 4B`, `Suite 200`, `#12`, `Flat 2`, `2º B`, `Wohnung 5`.
pub(super) fn flat(text: &[u8], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let letters = rest.iter().take(FLAT_WORD_MAX + 1).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let mut end = match rest {
        [b'#', ..] => at + 1,
        _ if letters > 0 && is_flat_word(&rest[..letters]) => at + letters,
        // Spanish storeys: `2º B`, `3º izq`.
        [b'0'..=b'9', 0xc2, 0xba | 0xaa, ..] => {
            return Some(behind_alphanumeric(text, at + 3 + usize::from(text.get(at + 3) == Some(&b' ')), 4));
        }
        _ => return None,
    };
    end += usize::from(text.get(end) == Some(&b'.'));
    end += usize::from(text.get(end) == Some(&b' '));
    let number_end = behind_alphanumeric(text, end, 5);
    let has_number = number_end > end && (text[end..number_end].iter().any(u8::is_ascii_digit) || number_end - end <= 2);
    has_number.then_some(number_end)
}

fn behind_alphanumeric(text: &[u8], at: usize, most: usize) -> usize {
    let len = text.get(at..).map_or(0, |rest| rest.iter().take(most + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count());
    if len <= most { at + len } else { at }
}

/// Shapes of postal codes: `9` a digit, `A` a capital. Longer ones first.
const CODES: &[&[u8]] = &[
    b"99999-9999",
    b"99999-999",
    b"AA99 9AA",
    b"AA9A 9AA",
    b"A-99999",
    b"AA-99999",
    b"AA-9999",
    b"A9A 9A9",
    b"AA9 9AA",
    b"A99 9AA",
    b"A9A 9AA",
    b"A9 9AA",
    b"A-9999",
    b"A99 AA99",
    b"9999 AA",
    b"9999AA",
    b"99-999",
    b"999 99",
    b"999-9999",
    b"9999-999",
    b"999999",
    b"99999",
    b"9999",
];

/// A shape as [`Look`] has it, and its length.
static SHAPES: [(u64, usize); CODES.len()] = {
    let (mut shapes, mut at) = ([(0, 0); CODES.len()], 0);
    while at < CODES.len() {
        shapes[at] = (look(CODES[at], CODES[at].len()), CODES[at].len());
        at += 1;
    }
    shapes
};

/// Longest shape.
const CODE_MAX: usize = 10;

/// The class of each of the first bytes, four bits for each, so that a shape is compared at once: digits, capitals, dashes,
/// blanks, whatever else goes on with a word, and nothing for the rest.
const fn look(text: &[u8], len: usize) -> u64 {
    let (mut look, mut at) = (0, 0);
    while at < text.len() && at < len {
        look |= (CLASSES[text[at] as usize] as u64) << (4 * at);
        at += 1;
    }
    look
}

const CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        classes[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT as u8,
            b'A'..=b'Z' => CAPITAL as u8,
            b'-' => 3,
            b' ' => 4,
            b'a'..=b'z' | b'_' | 0x80.. => WORDY as u8,
            _ => 0,
        };
        byte += 1;
    }
    classes
};

const DIGIT: u64 = 1;
const CAPITAL: u64 = 2;
const WORDY: u64 = 5;

/// Where a postal code ends, behind a state of two letters perhaps (`CO 31336`).
fn code(text: &[u8], at: usize) -> Option<usize> {
    let state = match text.get(at..)? {
        [a, b, b' ', next, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() && next.is_ascii_digit() => 3,
        // Australia's: `NSW 2000`.
        [a, b, c, b' ', next, ..] if [a, b, c].iter().all(|byte| byte.is_ascii_uppercase()) && next.is_ascii_digit() => 4,
        _ => 0,
    };
    let rest = &text[at + state..];
    // Each has a digit among its first four.
    let may_be = rest.first().is_some_and(|first| first.is_ascii_digit() || first.is_ascii_uppercase())
        && rest.iter().take(4).any(u8::is_ascii_digit);
    if !may_be {
        return None;
    }
    let look = look(rest, CODE_MAX + 1);
    let fits = |&&(shape, len): &&(u64, usize)| {
        let behind = look >> (4 * len) & 0xf;
        look & ((1 << (4 * len)) - 1) == shape && !matches!(behind, DIGIT | CAPITAL | WORDY)
    };
    SHAPES.iter().find(fits).map(|(_, len)| at + state + len)
}

/// Where one to four capitalised words end.
pub(super) fn town(text: &[u8], at: usize) -> Option<usize> {
    let (mut at, mut end) = (at, None);
    for _ in 0..TOWN_WORDS_MAX {
        let word =
            text.get(at..)?.iter().take_while(|&&byte| is_wordy(byte) && byte != b'_' || matches!(byte, b'-' | b'\'')).count();
        let written = &text[at..at + word];
        let is_name = written.first().is_some_and(|byte| byte.is_ascii_uppercase() || *byte >= 0xc3)
            && !written.iter().any(u8::is_ascii_digit);
        let is_little = matches!(
            written,
            b"am"
                | b"an"
                | b"der"
                | b"de"
                | b"la"
                | b"le"
                | b"sur"
                | b"upon"
                | b"in"
                | b"do"
                | b"da"
                | b"del"
                | b"el"
                | b"of"
                | b"im"
                | b"di"
                | b"den"
        );
        if is_name {
            end = Some(at + word);
        } else if !is_little || end.is_none() {
            break;
        }
        at += word + usize::from(word <= 3 && text.get(at + word) == Some(&b'.'));
        // A code behind a town is not its name: `London SW2A 6AA`.
        if text.get(at) != Some(&b' ') || code(text, at + 1).is_some() {
            break;
        }
        at += 1;
    }
    end.map(|end| behind_province(text, end))
}

/// Behind the province that Italy and Brazil write behind a town: `Gemmano (RN)`, `Barbosa / RR`.
fn behind_province(text: &[u8], end: usize) -> usize {
    match text[end..] {
        [b' ', b'(', a, b, b')', ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => end + 5,
        [b' ', b'/', b' ', a, b, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => end + 5,
        [b'/', a, b, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => end + 3,
        _ => end,
    }
}

fn ends_clause(text: &[u8], end: usize) -> bool {
    // A state behind a dash: `São Paulo - SP`; a word cut short: `Tel. 030`.
    match text[end..] {
        [b' ', b'-', b' ', a, b, ..] if a.is_ascii_uppercase() && b.is_ascii_uppercase() => return true,
        [b'.', b' ', next, ..] if next.is_ascii_digit() || matches!(next, b'+' | b'(') => return false,
        _ => {}
    }
    !matches!(text.get(end), Some(byte) if is_wordy(*byte) || matches!(byte, b' ' | b'=' | b':' | b'(' | b'/' | b'@'))
}
