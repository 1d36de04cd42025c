//! One column of a raw line.

use super::Separator;
use crate::calendar;

/// A column, and where it ends in its line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field<'a> {
    text: &'a str,
    /// Behind the column and its separator.
    pub(super) end: usize,
    /// More than one space follows.
    padded: bool,
}

const LEVELS: [&str; 22] = [
    "trace",
    "debug",
    "info",
    "information",
    "notice",
    "warn",
    "warning",
    "error",
    "err",
    "crit",
    "critical",
    "alert",
    "emerg",
    "emergency",
    "fatal",
    "severe",
    "failure",
    "fine",
    "verbose",
    "config",
    "panic",
    "audit",
];

/// The columns of a line, in order. What stands between brackets is one.
pub(super) fn fields(line: &str, separator: Separator) -> impl Iterator<Item = Field<'_>> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let field = match separator {
            Separator::Space => spaced(line, at),
            Separator::Bar => barred(line, at),
        }?;
        at = field.end;
        Some(field)
    })
}

fn spaced(line: &str, at: usize) -> Option<Field<'_>> {
    let rest = line[at..].trim_start();
    let start = line.len() - rest.len();
    let len = if rest.starts_with('[') { bracketed(rest) } else { None };
    let len = len.unwrap_or_else(|| rest.find(char::is_whitespace).unwrap_or(rest.len()));
    let (end, padded) = (start + len, rest[len..].starts_with("  "));
    (len > 0).then(|| Field { text: &rest[..len], end, padded })
}

/// Length of the brackets that begin a text, with all they hold and what touches them.
fn bracketed(text: &str) -> Option<usize> {
    let mut depth = 0usize;
    let close = text.bytes().position(|byte| {
        match byte {
            b'[' => depth += 1,
            b']' => depth -= 1,
            _ => {}
        }
        depth == 0
    })?;
    let rest = &text[close + 1..];
    Some(close + 1 + rest.find(char::is_whitespace).unwrap_or(rest.len()))
}

fn barred(line: &str, at: usize) -> Option<Field<'_>> {
    let rest = &line[at..];
    let len = rest.find('|')?;
    Some(Field { text: rest[..len].trim(), end: at + len + 1, padded: false })
}

impl Field<'_> {
    /// A time or a level: what only a header has, line by line.
    pub(super) fn is_stamp(&self) -> bool {
        is_time(self.text) || self.is_level()
    }

    pub(super) fn is_level(&self) -> bool {
        is_level(self.bare())
    }

    /// Something in brackets, or a mark between columns.
    pub(super) fn is_structured(&self) -> bool {
        self.text.starts_with('[') || !self.text.bytes().any(|byte| byte.is_ascii_alphanumeric())
    }

    pub(super) fn is_number(&self) -> bool {
        self.text.bytes().all(|byte| byte.is_ascii_digit())
    }

    /// Whether the column was filled up with spaces.
    pub(super) fn is_padded(&self) -> bool {
        self.padded
    }

    fn bare(&self) -> &str {
        self.text.trim_matches(['[', ']', '(', ')', '<', '>', ',', ':', ';'])
    }
}

fn is_level(text: &str) -> bool {
    matches!(text, "V" | "D" | "I" | "W" | "E" | "F") || LEVELS.iter().any(|level| level.eq_ignore_ascii_case(text))
}

/// Whether a text holds a time of day or a date, or is the name of a day or a month.
fn is_time(text: &str) -> bool {
    let bytes = text.as_bytes();
    let seconds = matches!(bytes.len(), 10 | 13) && bytes.starts_with(b"1") && bytes.iter().all(u8::is_ascii_digit);
    seconds
        || calendar::is_weekday_or_month(text)
        || [b':', b'-', b'/', b'.'].into_iter().any(|separator| has_triple(bytes, separator))
}

/// Whether a text holds three numbers with separators between, as `12:30:59` and `2026/1/2`. With other separators than the
/// colon they need six digits, or versions would be dates.
fn has_triple(text: &[u8], separator: u8) -> bool {
    let digits = if separator == b':' { 4 } else { 6 };
    text.split(|&byte| byte != separator && !byte.is_ascii_digit()).any(|run| {
        let numbers = run.split(|&byte| byte == separator);
        let total = run.iter().filter(|byte| byte.is_ascii_digit()).count();
        numbers.clone().count() >= 3 && numbers.clone().all(|number| !number.is_empty()) && total >= digits
    })
}
