//! Where the variables of a message are.
//!
//! A *piece* is a stretch of letters and digits, with single dots between them. A piece is a variable when it holds a
//! digit: `cust-7883004` is `cust-<*>`, `1.52` is `<*>`. A UUID and an IPv4 address are one variable of their own kind. What
//! a programmer wrote around or instead of a number stays: a unit (`41ms`), a name before a dot (`core.2275`), a name
//! that holds one digit (`ssh2`). Nothing else is a variable, whatever it is: words that vary are found by comparing
//! patterns, which is slow work for later, and not by this pass, which every record goes through.
//!
//! The pass looks for digits, eight bytes at a time, and only then at what is around them.

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

/// Bytes of other scripts count as letters: their digits are rare in logs, and a table of them is not.
static CLASS: [u8; 256] = {
    let mut class = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        class[byte] = match byte as u8 {
            b'0'..=b'9' => DIGIT,
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => LETTER,
            b'.' => DOT,
            _ => 0,
        };
        byte += 1;
    }
    class
};

/// Bytes of the longest name that may hold a digit. Longer ones are seldom typed, and often drawn by lot.
const MAX_NAME: usize = 16;

/// Bytes of a UUID.
const UUID: usize = 36;

#[inline]
fn class(byte: u8) -> u8 {
    CLASS[usize::from(byte)]
}

/// Class of the byte at a place, 0 outside of the message.
fn class_at(message: &[u8], at: usize) -> u8 {
    message.get(at).map_or(0, |&byte| class(byte))
}

/// Calls `hole` for each variable, in order; they do not touch.
pub(crate) fn scan(message: &[u8], mut hole: impl FnMut(Range<usize>, Kind)) {
    let mut end = 0;
    while let Some(digit) = next_digit(message, end) {
        let piece = Piece::around(message, end, digit);
        if let Some(range) = uuid(message, &piece, end) {
            end = range.end;
            hole(range, Kind::Uuid);
            continue;
        }
        end = piece.end;
        if let Some((range, kind)) = piece.variable(message) {
            hole(range, kind);
        }
    }
}

/// The next digit, eight bytes at a time.
#[inline]
fn next_digit(message: &[u8], from: usize) -> Option<usize> {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let (words, rest) = message[from..].as_chunks::<8>();
    for (word, at) in words.iter().zip((from..).step_by(8)) {
        // A digit is what becomes less than ten; adding 0x76 carries all else into the high bit.
        let value = u64::from_le_bytes(*word) ^ 0x3030_3030_3030_3030;
        let others = ((value & LOW) + 0x7676_7676_7676_7676) | value;
        let digits = !others & !LOW;
        if digits != 0 {
            return Some(at + digits.trailing_zeros() as usize / 8);
        }
    }
    let start = message.len() - rest.len();
    rest.iter().position(u8::is_ascii_digit).map(|at| start + at)
}

/// Letters and digits in a row, with single dots between them, and what they hold.
struct Piece {
    start: usize,
    /// The first digit.
    digit: usize,
    end: usize,
    digits: usize,
    dots: usize,
    letters: bool,
}

impl Piece {
    /// The piece around the first digit after `from`.
    #[inline(always)]
    fn around(message: &[u8], from: usize, digit: usize) -> Piece {
        let digits = message[digit..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut piece = Piece { start: digit, digit, end: digit + digits, digits, dots: 0, letters: false };
        if class_at(message, piece.end) != 0 {
            piece.widen_forward(message);
        }
        if digit > from && class(message[digit - 1]) != 0 {
            piece.widen_backward(message, from);
        }
        piece
    }

    fn widen_forward(&mut self, message: &[u8]) {
        while self.end < message.len() {
            match class(message[self.end]) {
                DIGIT => self.digits += 1,
                LETTER => self.letters = true,
                DOT if class_at(message, self.end + 1) & (LETTER | DIGIT) != 0 => self.dots += 1,
                _ => break,
            }
            self.end += 1;
        }
    }

    /// Before the first digit are only letters and dots. The dot that touches the digit needs a letter before it.
    fn widen_backward(&mut self, message: &[u8], from: usize) {
        while self.start > from {
            match class(message[self.start - 1]) {
                LETTER => self.letters = true,
                DOT if self.start > from + 1 && class(message[self.start - 2]) == LETTER => self.dots += 1,
                _ => break,
            }
            self.start -= 1;
        }
    }

    /// What of the piece is variable.
    #[inline(always)]
    fn variable(&self, message: &[u8]) -> Option<(Range<usize>, Kind)> {
        if !self.letters && self.dots == 0 {
            return Some((self.start..self.end, Kind::Any));
        }
        let bytes = &message[self.start..self.end];
        if !self.letters {
            let kind = if self.dots == 3 && is_ipv4(bytes) { Kind::Ip } else { Kind::Any };
            return Some((self.start..self.end, kind));
        }
        if self.digits == 1 && self.is_name(bytes) {
            return None;
        }
        if self.digit == self.start {
            return Some((self.start..self.end - unit_len(bytes), Kind::Any));
        }
        let numbered = message[self.digit - 1] == b'.' && self.digits == self.end - self.digit;
        let start = if numbered { self.digit } else { self.start };
        Some((start..self.end, Kind::Any))
    }

    /// Whether a piece with one digit is a name: `ssh2`, `en0`, `slf4j`, but not `b7c4` of a hexadecimal number.
    fn is_name(&self, bytes: &[u8]) -> bool {
        let hexadecimal = || bytes.len() > 3 && bytes.iter().all(u8::is_ascii_hexdigit);
        self.digit > self.start && self.dots == 0 && bytes.len() <= MAX_NAME && !hexadecimal()
    }
}

/// The UUID that a piece is a part of: its first, or its second when the first is made of letters alone.
#[inline]
fn uuid(message: &[u8], piece: &Piece, from: usize) -> Option<Range<usize>> {
    let start = match piece.end - piece.start {
        8 => piece.start,
        4 if piece.start >= from + 9 => piece.start - 9,
        _ => return None,
    };
    let bytes = message.get(start..start + UUID)?;
    let alone = class_at(message, start + UUID) & (LETTER | DIGIT) == 0
        && (start == 0 || class(message[start - 1]) & (LETTER | DIGIT) == 0);
    (alone && is_uuid(bytes)).then_some(start..start + UUID)
}

fn is_uuid(bytes: &[u8]) -> bool {
    let fits = |(index, byte): (usize, &u8)| match index {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    };
    bytes[8] == b'-' && bytes.iter().enumerate().all(fits)
}

/// Whether digits and three dots are an address.
fn is_ipv4(bytes: &[u8]) -> bool {
    let octet = |part: &[u8]| part.len() <= 3 && part.iter().fold(0, |value, byte| value * 10 + u32::from(byte - b'0')) <= 255;
    bytes.len() <= 15 && bytes.split(|&byte| byte == b'.').all(octet)
}

/// Length of the letters behind a number that say what is counted, and stay; 0 when there are none. None of the units is
/// made of hexadecimal digits alone, so that an id such as `1234567d` is not taken for days.
fn unit_len(bytes: &[u8]) -> usize {
    let letters = bytes.iter().rev().take(4).take_while(|&&byte| class(byte) == LETTER).count();
    let (number, unit) = bytes.split_at(bytes.len() - letters);
    let mut lower = [0; 4];
    lower[..letters].copy_from_slice(unit);
    lower.make_ascii_lowercase();
    let known = matches!(
        &lower[..letters],
        b"ms" | b"us" | b"ns" | b"s" | b"m" | b"h" | b"kb" | b"mb" | b"gb" | b"kib" | b"mib" | b"gib"
    );
    let numeric = number.iter().all(|&byte| class(byte) != LETTER) && number.last().is_some_and(u8::is_ascii_digit);
    if known && numeric { letters } else { 0 }
}
