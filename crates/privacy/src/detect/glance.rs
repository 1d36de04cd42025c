//! Quick looks, at a byte or a word, that tell what is not worth a long one.

use crate::detect::json;
use crate::values;

/// What a byte may begin.
pub(crate) mod class {
    pub(crate) const LOWER: u8 = 1;
    pub(crate) const UPPER: u8 = 16;
    pub(crate) const LETTER: u8 = LOWER | UPPER;
    pub(crate) const DIGIT: u8 = 2;
    /// Part of a character outside ASCII.
    pub(crate) const HIGH: u8 = 4;
    /// Letters, digits, and characters outside ASCII make words.
    pub(crate) const WORDY: u8 = LETTER | DIGIT | HIGH;
    /// Everything else that needs a look.
    pub(crate) const SIGN: u8 = 8;
}

pub(crate) const CLASS: [u8; 256] = {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        table[byte] = match byte as u8 {
            b'a'..=b'z' => class::LOWER,
            b'A'..=b'Z' => class::UPPER,
            b'0'..=b'9' => class::DIGIT,
            0x80.. => class::HIGH,
            b'=' | b':' | b'>' | b'@' | b'%' | b'{' | b'+' | b'(' => class::SIGN,
            _ => 0,
        };
        byte += 1;
    }
    table
};

/// Where the run of letters and digits that begins at `at` ends, and of which classes they are.
#[inline]
pub(crate) fn behind_word(text: &[u8], at: usize) -> (usize, u8) {
    let (mut end, mut seen) = (at, 0);
    // Most words are short ones of small letters.
    if let Some(chunk) = text[at..].first_chunk() {
        end += small_letters(u64::from_le_bytes(*chunk));
        seen = if end > at { class::LOWER } else { 0 };
    }
    while let Some(&byte) = text.get(end) {
        let class = CLASS[usize::from(byte)];
        if class & class::WORDY == 0 {
            break;
        }
        seen |= class;
        end += 1;
    }
    (end, seen)
}

/// How many small letters eight bytes begin with, without a branch.
#[inline]
fn small_letters(bytes: u64) -> usize {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGH: u64 = 0x80 * EACH;
    let seven = bytes & !HIGH;
    // The high bit of each byte is set from `a` on, and from behind `z` on; the bytes do not reach into each other.
    let (from_a, behind_z) = (seven + (0x80 - b'a' as u64) * EACH, seven + (0x80 - b'z' as u64 - 1) * EACH);
    let others = !(from_a & !behind_z & !bytes) & HIGH;
    others.trailing_zeros() as usize / 8
}

/// A quick look: two or three words, each with a capital, and nothing else.
pub(crate) fn is_two_capitals(text: &[u8]) -> bool {
    let mut words = 0;
    let short = text.len() <= 48;
    short
        && text.split(|byte| *byte == b' ').all(|word| {
            words += 1;
            words <= 3 && word.first().is_some_and(|first| first.is_ascii_uppercase() || *first >= 0x80)
        })
        && words >= 2
}

/// Behind the date and time that begin here as ISO 8601 writes them, when it is a moment of some day: nobody is born at
/// 14:03:07. A date without time, or at midnight, may be one of birth.
pub(crate) fn behind_moment(text: &[u8], at: usize) -> Option<usize> {
    const FORM: &[u8] = b"0000-00-00T00:00:00";
    let moment = text.get(at..at + FORM.len())?;
    let fits = |(have, form): (&u8, &u8)| match form {
        b'0' => have.is_ascii_digit(),
        b'T' => matches!(have, b'T' | b' '),
        _ => have == form,
    };
    (moment.iter().zip(FORM).all(fits) && &moment[11..] != b"00:00:00").then_some(at + FORM.len())
}

/// Whether all of a text is one string.
pub(crate) fn is_one_string(text: &[u8]) -> bool {
    let text = text.trim_ascii_end();
    text.len() > 1 && json::string_at(text, 0, text.len()).1 == text.len() && text.ends_with(b"\"")
}

/// Whether an object or array of JSON may begin here; `[MASKED]` is none.
pub(crate) fn begins_json(text: &[u8]) -> bool {
    let inside = || text[1..].iter().copied().find(|byte| !byte.is_ascii_whitespace());
    match text.first() {
        // A string alone: what is in it ends where it does.
        Some(b'"') => is_one_string(text),
        Some(b'{') => matches!(inside(), Some(b'"' | b'}')),
        Some(b'[') => matches!(inside(), Some(b'"' | b'{' | b'[' | b']' | b'-' | b'0'..=b'9' | b't' | b'f' | b'n')),
        _ => false,
    }
}

/// A quick look: whether a name or an address can begin with this word. It begins with a capital, or is a house number
/// or a small word for a street, with a capital behind.
#[inline]
pub(crate) fn may_name_somebody(text: &[u8], at: usize, end: usize, seen: u8) -> bool {
    match text[at] {
        b'A'..=b'Z' | 0x80.. => {
            // No name of a class, a constant, a function.
            let camel = seen & class::LOWER != 0 && text[at + 1..end].iter().filter(|byte| byte.is_ascii_uppercase()).count() > 1;
            let joined = matches!(text.get(end), Some(b'_' | b'(' | b'[' | b'=' | b'$' | b'/' | b'\\' | b'#'));
            // Ideographs stand beside their numbers.
            (seen & class::DIGIT == 0 || text[at] >= 0xe3) && !camel && !joined
        }
        b'0'..=b'9' => match text[end..] {
            // `24ms` and `12th` are no house numbers, and hardly a small word follows one.
            _ if matches!(text[at..end], [.., b'a'..=b'z', b'a'..=b'z']) => false,
            [b' ', b'a'..=b'z', ..] => end - at <= 6 && values::may_follow_number(&text[end + 1..]),
            [b' ', next, ..] => end - at <= 6 && (next.is_ascii_uppercase() || next >= 0x80),
            [b',' | b'-' | b'/', ..] => end - at <= 5,
            _ => false,
        },
        _ => match text[end..] {
            [b' ' | b'.' | b'/', next, ..] if next.is_ascii_uppercase() || next >= 0x80 => end - at <= 10,
            [b'.', b' ', next, ..] => next.is_ascii_uppercase() || next >= 0x80,
            _ => false,
        },
    }
}

/// A quick look at a word with digits: whether it can be, or begin, a value. The shortest are dates and coordinates
/// of six digits; words that are longer than any number of an account are sums and traces.
#[inline]
pub(crate) fn may_be_number(text: &[u8], at: usize, end: usize, seen: u8) -> bool {
    let len = end - at;
    if matches!(text[..at], [.., before, b'-' | b'.'] if before.is_ascii_alphanumeric()) || matches!(text[..at], [.., b'_']) {
        return false;
    }
    if len >= 5 {
        // Letters and digits mixed in small letters are hashes and names of machines; accounts may be written so.
        let mixed = seen & class::LOWER != 0 && text[at..end].iter().filter(|byte| byte.is_ascii_lowercase()).count() >= 2;
        return if mixed {
            (15..=34).contains(&len) && text[at].is_ascii_alphabetic()
        } else {
            len <= 34 || seen & class::LETTER == 0
        };
    }
    // Few digits: more have to follow, behind one mark.
    match text[end..] {
        [b' ', next, ..] if next.is_ascii_alphabetic() && text[at].is_ascii_digit() => is_day_or_group(text, at, end),
        [b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b',', b' ' | b'(', next, ..] => next.is_ascii_alphanumeric(),
        [b' ' | b'-' | b'.' | b'/' | b'(' | b')' | b',' | 0xc2, next, ..] => next.is_ascii_alphanumeric() || next >= 0x80,
        _ => false,
    }
}

/// Before another word, few digits may be a day before its month, or end a number that letters begin (`AB 123`).
fn is_day_or_group(text: &[u8], at: usize, end: usize) -> bool {
    matches!(text[..at], [.., b'A'..=b'Z', b' ']) || values::may_begin_month(&text[end + 1..])
}

/// What may stand inside a percent-encoded value.
pub(crate) fn is_encoded_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || byte >= 0x80
        || matches!(byte, b'%' | b'+' | b'-' | b'_' | b'.' | b'~' | b'*' | b'!' | b'@' | b':' | b'/')
}

#[cfg(test)]
mod tests {
    use super::{CLASS, behind_word, class};

    #[test]
    fn words_end_where_their_classes_do() {
        let mut seed = 0x2545_f491_u32;
        let text: Vec<u8> = (0..20_000)
            .map(|_| {
                seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                // Mostly letters and digits, so that words are of all lengths, and every other byte too.
                if seed >> 30 == 0 { (seed >> 16) as u8 } else { b"azAZ09mM5\xc3"[(seed >> 16) as usize % 10] }
            })
            .collect();
        for at in 0..text.len() {
            let word = text[at..].iter().map(|&byte| CLASS[usize::from(byte)]).take_while(|known| known & class::WORDY != 0);
            let (len, seen) = word.fold((0, 0), |(len, seen), known| (len + 1, seen | known));
            assert_eq!(behind_word(&text, at), (at + len, seen), "at {at}");
        }
    }
}
