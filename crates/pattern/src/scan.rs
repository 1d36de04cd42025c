//! Where the variables of a message are.
//!
//! One pass by a table of byte classes. A *run* is a stretch of letters, digits and the joints `.` `-` `_` `@` `+`.
//! A run that is a UUID or an IPv4 address is one variable. Otherwise its *pieces*, between the joints other than `.`,
//! are variables when they hold a digit: `cust-7883004` is `cust-<*>`, `tom.4751` is `<*>`. A number keeps its unit:
//! `41ms` is `<*>ms`. Nothing else is a variable, whatever it is: words that vary are found by comparing patterns, which
//! is slow work for later, and not by this pass, which every record goes through.

use std::ops::Range;

/// What fills a hole. The number is part of the pattern's hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum Kind {
    /// Something with a digit in it.
    Any = 0,
    /// 8-4-4-4-12 hexadecimal digits.
    Uuid = 1,
    /// Four numbers up to 255 with dots between.
    Ip = 2,
}

impl Kind {
    /// How the hole is shown.
    pub(crate) fn shown(self) -> &'static str {
        match self {
            Kind::Any => "<*>",
            Kind::Uuid => "<uuid>",
            Kind::Ip => "<ip>",
        }
    }
}

const LETTER: u8 = 1;
const DIGIT: u8 = 2;
const DOT: u8 = 4;
const JOINT: u8 = 8;
const RUN: u8 = LETTER | DIGIT | DOT | JOINT;

/// Bytes of other scripts count as letters: their digits are rare in logs, and a table of them is not.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => LETTER,
            b'.' => DOT,
            b'-' | b'_' | b'@' | b'+' => JOINT,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// Letters behind a number that say what is counted, and stay. None of them is made of hexadecimal digits alone, so that
/// an id such as `1234567d` is not taken for days.
const UNITS: [&[u8]; 12] = [b"ms", b"us", b"ns", b"s", b"m", b"h", b"kb", b"mb", b"gb", b"kib", b"mib", b"gib"];

/// Bytes of the longest name that may hold a digit. Longer ones are seldom typed, and often drawn by lot.
const MAX_NAME: usize = 16;

fn class(byte: u8) -> u8 {
    CLASS[byte as usize]
}

/// Calls `hole` for each variable, in order; they do not touch.
pub(crate) fn scan(message: &[u8], mut hole: impl FnMut(Range<usize>, Kind)) {
    let mut at = 0;
    while at < message.len() {
        if class(message[at]) & RUN == 0 {
            at += 1;
            continue;
        }
        let (start, mut seen) = (at, 0);
        while at < message.len() && class(message[at]) & RUN != 0 {
            seen |= class(message[at]);
            at += 1;
        }
        if seen & DIGIT != 0 {
            run(message, start..at, &mut hole);
        }
    }
}

/// The variables of a run that holds a digit.
fn run(message: &[u8], range: Range<usize>, hole: &mut impl FnMut(Range<usize>, Kind)) {
    let range = range.start..trimmed(message, &range);
    let bytes = &message[range.clone()];
    if is_uuid(bytes) {
        return hole(range, Kind::Uuid);
    }
    if is_ipv4(bytes) {
        return hole(range, Kind::Ip);
    }
    let mut start = range.start;
    for at in range.start..=range.end {
        if at == range.end || class(message[at]) == JOINT || is_leader(message, at) {
            piece(message, start..at, hole);
            start = at + 1;
        }
    }
}

/// Whether the dot at hand is one of several, which lead the eye to a value: `enabled.....1`.
fn is_leader(message: &[u8], at: usize) -> bool {
    message[at] == b'.' && (message.get(at + 1) == Some(&b'.') || at > 0 && message[at - 1] == b'.')
}

/// The end of a run without the full stop of its sentence.
fn trimmed(message: &[u8], range: &Range<usize>) -> usize {
    let joints = message[range.clone()].iter().rev().take_while(|&&byte| class(byte) & (DOT | JOINT) != 0).count();
    range.end - joints
}

fn piece(message: &[u8], range: Range<usize>, hole: &mut impl FnMut(Range<usize>, Kind)) {
    let bytes = &message[range.clone()];
    if !bytes.iter().any(|&byte| class(byte) == DIGIT) || is_name(bytes) {
        return;
    }
    let start = range.start + name_len(bytes);
    hole(start..range.end - unit_len(bytes), Kind::Any);
}

/// Whether a piece with one digit is a name: `ssh2`, `en0`, `slf4j`, but not `b7` of a hexadecimal number.
fn is_name(bytes: &[u8]) -> bool {
    let digits = bytes.iter().filter(|&&byte| class(byte) == DIGIT).count();
    let letters = bytes.iter().filter(|&&byte| class(byte) == LETTER).count();
    let hexadecimal = bytes.len() > 3 && bytes.iter().all(u8::is_ascii_hexdigit);
    digits == 1 && digits + letters == bytes.len() && bytes.len() <= MAX_NAME && class(bytes[0]) == LETTER && !hexadecimal
}

/// Length of the letters that name a number behind them: `core.` of `core.2275`.
fn name_len(bytes: &[u8]) -> usize {
    let digits = bytes.iter().rev().take_while(|&&byte| class(byte) == DIGIT).count();
    let name = &bytes[..bytes.len() - digits];
    let names = name.last() == Some(&b'.') && name[0] != b'.' && name.iter().all(|&byte| class(byte) & (LETTER | DOT) != 0);
    if names { name.len() } else { 0 }
}

/// Length of the unit at the end, 0 when there is none.
fn unit_len(bytes: &[u8]) -> usize {
    let number = bytes.iter().take_while(|&&byte| class(byte) & (DIGIT | DOT) != 0).count();
    let (number, unit) = bytes.split_at(number);
    let ends_in_digit = number.last().is_some_and(u8::is_ascii_digit);
    if ends_in_digit && UNITS.iter().any(|known| known.eq_ignore_ascii_case(unit)) { unit.len() } else { 0 }
}

fn is_uuid(bytes: &[u8]) -> bool {
    let fits = |(index, byte): (usize, &u8)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes.len() == 36 && bytes.iter().enumerate().all(fits)
}

fn is_ipv4(bytes: &[u8]) -> bool {
    let octet = |part: &[u8]| {
        let value = part.iter().try_fold(0u32, |value, byte| byte.is_ascii_digit().then(|| value * 10 + u32::from(byte - b'0')));
        (1..=3).contains(&part.len()) && value.is_some_and(|value| value <= 255)
    };
    (7..=15).contains(&bytes.len()) && {
        let mut parts = bytes.split(|&byte| byte == b'.');
        let four = parts.by_ref().take(4).filter(|part| octet(part)).count() == 4;
        four && parts.next().is_none()
    }
}
