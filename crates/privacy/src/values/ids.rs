//! Numbers of passports, driving licences and US social security. Their shapes are those of many other things, so a key
//! or a word must say what they are; only the dashed social security number stands alone.

use super::context::Context;
use super::keys::{self, KeyClass};
use super::run::{Run, is_wordy, may_end};
use super::{Hit, Kind};

/// A US social security number that a run begins with.
pub(super) fn ssn(text: &[u8], run: &Run, context: &dyn Fn() -> Context) -> Option<Hit> {
    let grouped = [b'-', b' ', b'.'].into_iter().find(|&separator| run.begins_with(&[3, 2, 4], separator));
    let groups = match grouped {
        Some(_) => 3,
        None if run.len(0) == 9 => 1,
        None => return None,
    };
    if !may_end(text, run.end(groups)) || !is_ssn(run.digits(groups)) {
        return None;
    }
    let context = context();
    let (rule, allowed) = match (context.class, grouped) {
        (Some(KeyClass::UsSsn), _) => ("ssn.named", true),
        (Some(KeyClass::NationalId), Some(_)) => ("ssn.grouped", true),
        (None | Some(KeyClass::Person | KeyClass::Name), Some(b'-')) => ("ssn.dashed", !context.is_other),
        _ => ("", false),
    };
    allowed.then(|| Hit::new(run.start..run.end(groups), Kind::UsSsn, rule))
}

/// Social Security Administration, "SSN Randomization FAQs": no area 000, 666, 900 to 999, no group 00, no serial 0000.
/// Areas from 900 are those of taxpayers without one (IRS, ITIN), with groups 50 to 65, 70 to 88, 90 to 92, 94 to 99.
fn is_ssn(digits: &[u8]) -> bool {
    let part = |range: std::ops::Range<usize>| digits[range].iter().fold(0u32, |number, &digit| number * 10 + u32::from(digit));
    let (area, group, serial) = (part(0..3), part(3..5), part(5..9));
    let is_area = match area {
        0 | 666 => false,
        900.. => matches!(group, 50..=65 | 70..=88 | 90..=92 | 94..=99),
        _ => true,
    };
    is_area && group != 0 && serial != 0
}

/// The number of a passport or a driving licence, or one of a register that nobody described, where a key says so.
pub(super) fn named(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    // The least that a number has, and no date; else what stands before need not be read.
    let is_long = |most: usize| text[at..].iter().take(most + 1).take_while(|byte| byte.is_ascii_alphanumeric()).count() > most;
    let token = Token::read(text, at, true);
    if token.len < 6 || token.is_date || token.len > NAMED_MAX && is_long(NAMED_MAX) {
        return None;
    }
    let context = context();
    let (kind, rule, digits_min, len) = match context.class? {
        KeyClass::Passport => (Kind::Passport, "passport.named", if context.is_near { 1 } else { 5 }, 6..=12),
        KeyClass::DriverLicense => (Kind::DriverLicense, "licence.named", if context.is_near { 3 } else { 5 }, 6..=NAMED_MAX),
        KeyClass::NationalId if context.is_key => (Kind::NationalId, "id.named", 6, 7..=NAMED_MAX),
        KeyClass::NationalId if context.is_near => (Kind::NationalId, "id.named", 6, 8..=NAMED_MAX),
        _ => return None,
    };
    let token = if context.is_near { token } else { Token::read(text, at, false) };
    let is_case = context.is_key || !token.has_small;
    let fits = is_case && token.digits >= digits_min && len.contains(&token.len) && !token.is_date;
    (fits && may_end(text, token.end)).then(|| Hit::new(token.start..token.end, kind, rule))
}

/// Longest number that is named, without what parts its groups.
const NAMED_MAX: usize = 18;

/// Longer than every number that is named.
const LEN_MAX: usize = 24;

/// Letters and digits in groups.
struct Token {
    start: usize,
    end: usize,
    /// Letters and digits.
    len: usize,
    digits: usize,
    has_small: bool,
    is_date: bool,
}

impl Token {
    /// Reads groups parted by dashes and, when the value is named right before, groups of digits parted by blanks; a
    /// letter or two that stand apart in front belong to it (`AB 123456`).
    fn read(text: &[u8], at: usize, with_blanks: bool) -> Token {
        let start = if with_blanks { series_before(text, at) } else { at };
        let mut token = Token { start, end: at, len: at - start, digits: 0, has_small: false, is_date: false };
        let mut group = 0;
        while let Some(&byte) = text.get(token.end) {
            if byte.is_ascii_alphanumeric() {
                // Nothing that is named here is as long, and no input may be read again and again.
                if token.len > LEN_MAX {
                    break;
                }
                token.len += 1;
                group += 1;
                token.digits += usize::from(byte.is_ascii_digit());
                token.has_small |= byte.is_ascii_lowercase();
                token.end += 1;
                continue;
            }
            let next = text.get(token.end + 1).copied().unwrap_or(0);
            token.is_date |= group == 4 && byte == b'-' && token.end - at == 4 && token.digits == 4;
            let goes_on = match byte {
                b'-' => next.is_ascii_uppercase() || next.is_ascii_digit(),
                b' ' => with_blanks && is_digit_group(&text[token.end + 1..]),
                // Brazil's and Germany's registers write `24.678.131-4` and `93815/08152`.
                b'.' => with_blanks && group <= 3 && is_group_of_three(&text[token.end + 1..]),
                b'/' => with_blanks && next.is_ascii_digit() && matches!(group, 3 | 5),
                _ => false,
            };
            if !goes_on {
                break;
            }
            group = 0;
            token.end += 1;
        }
        token
    }
}

/// Where one or two capitals begin that stand before a blank before `at`; else `at`.
fn series_before(text: &[u8], at: usize) -> usize {
    let Some(before) = text[..at].strip_suffix(b" ") else { return at };
    let letters = before.iter().rev().take_while(|byte| byte.is_ascii_uppercase()).count();
    let start = before.len() - letters;
    let is_word = before[..start].last().is_some_and(|&byte| is_wordy(byte));
    // "RG", "DL": what the number is, and no part of it.
    let is_key = letters == 2 && keys::is_known(&[before[start] | 0x20, before[start + 1] | 0x20]);
    if matches!(letters, 1..=2) && !is_word && !is_key { start } else { at }
}

/// Three digits, and no more.
fn is_group_of_three(text: &[u8]) -> bool {
    text.iter().take(4).take_while(|byte| byte.is_ascii_digit()).count() == 3
}

/// Two to six digits and then no letter: not a time, a size or a date.
fn is_digit_group(text: &[u8]) -> bool {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    (2..=7).contains(&digits)
        && !text.get(digits).is_some_and(|&next| is_wordy(next) || matches!(next, b':' | b'.' | b'/' | b'%'))
}
