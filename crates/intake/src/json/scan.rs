//! The words of JSON: spaces, texts, numbers, literals.

use record::RejectReason;

use crate::limits::Fault;
use crate::raw::{Escapes, Raw};

/// Where the next byte stands that is no JSON space.
#[inline]
pub(crate) fn skip_space(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\n' | b'\r') = bytes.get(at) {
        at += 1;
    }
    at
}

pub(crate) fn invalid(at: usize) -> Fault {
    Fault::new(RejectReason::InvalidJson, at)
}

/// Bytes looked at in one go: the compiler makes vector instructions of it.
const BLOCK: usize = 16;

/// Whether a byte ends a plain stretch of text.
#[inline(always)]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// The first quote, backslash or control character from `at` on, or the end.
#[inline]
fn plain_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(block) = bytes[at..].first_chunk::<BLOCK>() {
        if block.iter().fold(false, |found, &byte| found | is_special(byte)) {
            let (low, high) = (first_special(&block[..8]), first_special(&block[8..]));
            return at + low.unwrap_or_else(|| 8 + high.expect("BUG: one half has it"));
        }
        at += BLOCK;
    }
    bytes[at..].iter().position(|&byte| is_special(byte)).map_or(bytes.len(), |len| at + len)
}

/// The first special byte of eight, found in one word: a byte's high bit is set where it matches. Above the first match
/// the bits may be wrong, because borrowing runs upwards; so only the first counts.
#[inline(always)]
fn first_special(eight: &[u8]) -> Option<usize> {
    const ONES: u64 = 0x0101_0101_0101_0101;
    const HIGHS: u64 = ONES << 7;
    let word = u64::from_le_bytes(eight.try_into().expect("BUG: eight bytes"));
    let (quote, backslash) = (word ^ (ONES * b'"' as u64), word ^ (ONES * b'\\' as u64));
    let below_space = word.wrapping_sub(ONES * 0x20) & !word;
    let found = (quote.wrapping_sub(ONES) & !quote) | (backslash.wrapping_sub(ONES) & !backslash) | below_space;
    let found = found & HIGHS;
    (found != 0).then(|| found.trailing_zeros() as usize / 8)
}

/// The text whose opening quote is at `at`, if it has no escapes and ends.
#[inline(always)]
pub(super) fn plain_string(text: &str, at: usize) -> Option<&str> {
    let (start, bytes) = (at + 1, text.as_bytes());
    let end = plain_end(bytes, start);
    (bytes.get(end) == Some(&b'"')).then(|| &text[start..end])
}

/// The text whose opening quote is at `at`. Returns it and where its closing quote's next byte stands.
pub(super) fn string(text: &str, at: usize) -> Result<(Raw<'_>, usize), Fault> {
    match plain_string(text, at) {
        Some(plain) => Ok((Raw::Text(plain), at + plain.len() + 2)),
        None => escaped_string(text, at + 1, plain_end(text.as_bytes(), at + 1)),
    }
}

#[cold]
fn escaped_string(text: &str, start: usize, mut at: usize) -> Result<(Raw<'_>, usize), Fault> {
    let bytes = text.as_bytes();
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok((Raw::Escaped(&text[start..at], Escapes::Quoted), at + 1)),
            Some(b'\\') => at = plain_end(bytes, escape_end(bytes, at)?),
            _ => return Err(invalid(at)),
        }
    }
}

fn escape_end(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    match bytes.get(at + 1) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 2),
        Some(b'u') if bytes.get(at + 2..at + 6).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) => Ok(at + 6),
        _ => Err(invalid(at)),
    }
}

/// Digits that fit into 64 bits whatever they are.
const SHORT_DIGITS_MAX: usize = 18;

/// The whole number at `at`, if it is valid and short, and where it ends. Zero is left out for the sake of `-0`.
#[inline(always)]
pub(super) fn short_int(bytes: &[u8], at: usize) -> Option<(i64, usize)> {
    let is_negative = bytes[at] == b'-';
    let first = at + usize::from(is_negative);
    let (mut end, mut whole) = (first, 0i64);
    while let Some(digit @ b'0'..=b'9') = bytes.get(end) {
        whole = whole.wrapping_mul(10).wrapping_add(i64::from(digit - b'0'));
        end += 1;
    }
    let fits = (1..=SHORT_DIGITS_MAX).contains(&(end - first)) && bytes[first] != b'0';
    let is_whole = !matches!(bytes.get(end), Some(b'.' | b'e' | b'E'));
    (fits && is_whole).then_some((if is_negative { -whole } else { whole }, end))
}

/// The number at `at`. One too large for a float stays the text that it is.
pub(super) fn number(text: &str, at: usize) -> Result<(Raw<'_>, usize), Fault> {
    let bytes = text.as_bytes();
    let first = at + usize::from(bytes[at] == b'-');
    let mut end = digits(bytes, first)?;
    if bytes[first] == b'0' && end - first > 1 {
        return Err(invalid(end));
    }
    let mut is_whole = true;
    if bytes.get(end) == Some(&b'.') {
        end = digits(bytes, end + 1)?;
        is_whole = false;
    }
    if let Some(b'e' | b'E') = bytes.get(end) {
        let signed = matches!(bytes.get(end + 1), Some(b'+' | b'-'));
        end = digits(bytes, end + 1 + usize::from(signed))?;
        is_whole = false;
    }
    let literal = &text[at..end];
    if is_whole
        && literal != "-0"
        && let Ok(number) = literal.parse()
    {
        return Ok((Raw::Int(number, literal), end));
    }
    let number: f64 = literal.parse().map_err(|_| invalid(at))?;
    Ok((if number.is_finite() { Raw::Float(number, literal) } else { Raw::Text(literal) }, end))
}

/// One digit or more.
fn digits(bytes: &[u8], at: usize) -> Result<usize, Fault> {
    let end = at + bytes.get(at..).unwrap_or_default().iter().take_while(|b| b.is_ascii_digit()).count();
    if end > at { Ok(end) } else { Err(invalid(at)) }
}

/// `true`, `false` or `null` at `at`; `None` stands for null.
#[inline]
pub(super) fn literal(bytes: &[u8], at: usize) -> Result<(Option<bool>, usize), Fault> {
    let rest = &bytes[at..];
    if rest.starts_with(b"true") {
        Ok((Some(true), at + 4))
    } else if rest.starts_with(b"false") {
        Ok((Some(false), at + 5))
    } else if rest.starts_with(b"null") {
        Ok((None, at + 4))
    } else {
        Err(invalid(at))
    }
}

/// Where the value at `at` ends as far as brackets and quotes tell, whether or not it is valid: before the comma or
/// bracket that follows it. `None` when it does not end before `until`.
pub(crate) fn value_end(bytes: &[u8], at: usize, until: usize) -> Option<usize> {
    let (mut at, mut depth) = (at, 0usize);
    while at < until {
        match bytes[at] {
            b'"' => at = quote_end(bytes, at + 1, until)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return Some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(item_end(bytes, at + 1, until));
                }
            }
            b',' if depth == 0 => return Some(at),
            _ => {}
        }
        at += 1;
    }
    None
}

/// What follows the bracket that closes the one at `at`, before `until`.
pub(crate) fn bracket_end(bytes: &[u8], at: usize, until: usize) -> Option<usize> {
    let (mut at, mut depth) = (at, 0usize);
    while at < until {
        match bytes[at] {
            b'"' => at = quote_end(bytes, at + 1, until)?,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return (depth == 1).then_some(at + 1),
            b'}' | b']' => depth -= 1,
            _ if depth == 0 => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Behind the bracket that closes an item there may be more of it, if it is not valid.
fn item_end(bytes: &[u8], at: usize, until: usize) -> usize {
    at + bytes[at..until].iter().take_while(|b| !matches!(b, b',' | b']' | b'\n')).count()
}

/// The closing quote of a text; it does not lie behind a line end.
fn quote_end(bytes: &[u8], at: usize, until: usize) -> Option<usize> {
    let mut at = at;
    loop {
        at = plain_end(&bytes[..until], at);
        match bytes[..until].get(at)? {
            b'"' => return Some(at),
            b'\n' => return None,
            b'\\' => at = (at + 2).min(until),
            _ => at += 1,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_plain_stretch_ends_at_the_first_special_byte() {
        for special in *b"\"\\\n\0\x1f" {
            for len in 0..40 {
                let mut bytes = vec![0x7f; len];
                bytes.extend([special, b'"', 0xff, b'!', special]);
                bytes.extend([b'x'; 20]);
                assert_eq!(plain_end(&bytes, 0), len, "{special} after {len}");
            }
        }
        assert_eq!(plain_end("\u{e4}\u{20ac} !#[]".repeat(9).as_bytes(), 3), 10 * 9);
    }

    #[test]
    fn numbers() {
        let check = |text, expected| assert_eq!(number(text, 0).map(|(raw, _)| raw).ok(), expected, "{text}");
        check("0", Some(Raw::Int(0, "0")));
        check("-0", Some(Raw::Float(-0.0, "-0")));
        check("-12,", Some(Raw::Int(-12, "-12")));
        check("9223372036854775807", Some(Raw::Int(i64::MAX, "9223372036854775807")));
        check("-9223372036854775808", Some(Raw::Int(i64::MIN, "-9223372036854775808")));
        check("9223372036854775808", Some(Raw::Float(9_223_372_036_854_775_808.0, "9223372036854775808")));
        check("1.5e3}", Some(Raw::Float(1500.0, "1.5e3")));
        check("5.0", Some(Raw::Float(5.0, "5.0")));
        check("1E+2", Some(Raw::Float(100.0, "1E+2")));
        check("1e999", Some(Raw::Text("1e999")));
        for text in ["-", "01", "1.", "1e", "1e+", "-x", "1.e5"] {
            check(text, None);
        }
    }

    #[test]
    fn a_value_ends_where_its_brackets_do() {
        let check = |text: &str, expected| assert_eq!(value_end(text.as_bytes(), 0, text.len()), expected, "{text}");
        check(r#"{"a":"}"},5"#, Some(9));
        check(r#"{"a":[1,{}]} x,5"#, Some(14));
        check("5,6", Some(1));
        check("nan]", Some(3));
        check(r#"{"a":"\"},"}]"#, Some(12));
        check(r#"{"a":"},"#, None);
        check("{\"a\":\"x\n\"},", None);
        check("{[", None);
    }
}
