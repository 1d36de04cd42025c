use std::borrow::Cow;

use record::RejectReason;

/// A value as it stands in the body: checked, but not yet copied into the batch.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Raw<'a> {
    /// Text, as it is.
    Text(&'a str),
    /// Text with escapes, without its quotes.
    Escaped(&'a str, Escapes),
    /// A whole number and how it was written.
    Int(i64, &'a str),
    /// Another number and how it was written.
    Float(f64, &'a str),
    /// True or false.
    Bool(bool),
    /// A valid JSON array. Not `tidy` means that it has spaces between its parts or surrogates that may be alone.
    Array { json: &'a str, tidy: bool },
    /// `{}`
    EmptyObject,
}

/// What a backslash means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Escapes {
    /// As in JSON; also `\xhh` of Apache and Go. What is none of these stays as it is.
    Quoted,
    /// RFC 5424: before `"`, `\` and `]`.
    StructuredData,
    /// CEF: before `\`, `=` and `|`; `\n` and `\r`.
    Cef,
}

impl<'a> Raw<'a> {
    /// A bare word of a line format: a number if it is written as JSON writes it, `true`, `false`, else text.
    ///
    /// An exponent makes no number here, because `12e45` is mostly an id; nor does one that 64 bits do not hold exactly.
    pub(crate) fn word(text: &'a str) -> Raw<'a> {
        match text.as_bytes() {
            b"true" => Raw::Bool(true),
            b"false" => Raw::Bool(false),
            [b'0'..=b'9' | b'-', ..] => Raw::plain_number(text).unwrap_or(Raw::Text(text)),
            _ => Raw::Text(text),
        }
    }

    fn plain_number(text: &'a str) -> Option<Raw<'a>> {
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').map_or((unsigned, None), |(whole, rest)| (whole, Some(rest)));
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || (whole.len() > 1 && whole.starts_with('0')) {
            return None;
        }
        match fraction {
            None => text.parse().ok().map(|number| Raw::Int(number, text)),
            Some(fraction) if digits(fraction) => text.parse().ok().map(|number| Raw::Float(number, text)),
            Some(_) => None,
        }
    }

    /// Appends the value as text: text itself, anything else as JSON writes it. Returns how many faults were mended.
    pub(crate) fn write(self, out: &mut String) -> u64 {
        match self {
            Raw::Text(text) | Raw::Int(_, text) | Raw::Float(_, text) => out.push_str(text),
            Raw::Escaped(text, Escapes::Quoted) => return unquote(text, out),
            Raw::Escaped(text, Escapes::StructuredData) => unescape(text, out, |c| matches!(c, '"' | '\\' | ']').then_some(c)),
            Raw::Escaped(text, Escapes::Cef) => unescape(text, out, |c| match c {
                '\\' | '=' | '|' => Some(c),
                'n' => Some('\n'),
                'r' => Some('\r'),
                _ => None,
            }),
            Raw::Bool(truth) => out.push_str(if truth { "true" } else { "false" }),
            Raw::Array { json, tidy: true } => out.push_str(json),
            Raw::Array { json, tidy: false } => return compact(json, out),
            Raw::EmptyObject => out.push_str("{}"),
        }
        0
    }

    /// The value as text.
    pub(crate) fn plain(self) -> Cow<'a, str> {
        if let Raw::Text(text) = self {
            return Cow::Borrowed(text);
        }
        let mut text = String::new();
        self.write(&mut text);
        Cow::Owned(text)
    }

    /// Whether the text, once written, keeps to the limit. Escapes only ever shrink, so it is seldom counted.
    pub(crate) fn check_length(self, text_bytes_max: usize) -> Result<(), RejectReason> {
        let written = match self {
            Raw::Text(text) | Raw::Escaped(text, _) | Raw::Array { json: text, .. } => text.len(),
            _ => return Ok(()),
        };
        if written <= text_bytes_max {
            return Ok(());
        }
        let mut text = String::new();
        self.write(&mut text);
        if text.len() <= text_bytes_max { Ok(()) } else { Err(RejectReason::TextTooLong) }
    }
}

fn unescape(text: &str, out: &mut String, known: fn(char) -> Option<char>) {
    let mut rest = text;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let mut after = rest[at + 1..].chars();
        match after.next().and_then(known) {
            Some(meant) => {
                out.push(meant);
                rest = after.as_str();
            }
            None => {
                out.push('\\');
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
}

/// Undoes JSON's escapes. A surrogate without its other half becomes U+FFFD and is counted.
fn unquote(text: &str, out: &mut String) -> u64 {
    let (mut rest, mut mended) = (text, 0);
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        out.push_str(&rest[..at]);
        let (meant, used) = escape(&rest.as_bytes()[at..]);
        match meant {
            Meant::Char(char) => out.push(char),
            Meant::LoneSurrogate => {
                out.push('\u{fffd}');
                mended += 1;
            }
            Meant::Itself => out.push('\\'),
        }
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    mended
}

enum Meant {
    Char(char),
    LoneSurrogate,
    /// No escape: the backslash stands for itself.
    Itself,
}

/// The escape that `text` begins with, and its length.
fn escape(text: &[u8]) -> (Meant, usize) {
    let meant = match text.get(1) {
        Some(&same @ (b'"' | b'\\' | b'/' | b'\'')) => same as char,
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'x') => match hex(text, 2, 2) {
            Some(byte) if byte < 0x80 => return (Meant::Char(byte as u8 as char), 4),
            _ => return (Meant::Itself, 1),
        },
        Some(b'u') => return unicode_escape(text),
        _ => return (Meant::Itself, 1),
    };
    (Meant::Char(meant), 2)
}

fn unicode_escape(text: &[u8]) -> (Meant, usize) {
    let Some(unit) = hex(text, 2, 4) else { return (Meant::Itself, 1) };
    if let Some(char) = char::from_u32(unit) {
        return (Meant::Char(char), 6);
    }
    let low = if text.get(6..8) == Some(b"\\u") { hex(text, 8, 4) } else { None };
    match low {
        Some(low @ 0xDC00..=0xDFFF) if unit < 0xDC00 => {
            let char = char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00));
            (Meant::Char(char.expect("BUG: a surrogate pair is a character")), 12)
        }
        _ => (Meant::LoneSurrogate, 6),
    }
}

fn hex(text: &[u8], start: usize, len: usize) -> Option<u32> {
    let digits = text.get(start..start + len)?;
    digits.iter().try_fold(0, |n, &digit| Some(n * 16 + (digit as char).to_digit(16)?))
}

/// Copies valid JSON without the spaces between its parts; lone surrogates become U+FFFD.
fn compact(json: &str, out: &mut String) -> u64 {
    let (bytes, mut mended, mut at) = (json.as_bytes(), 0, 0);
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => at += 1,
            b'"' => {
                at += 1;
                while bytes[at] != b'"' {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at += 1;
                mended += copy_quoted(&json[start..at], out);
            }
            _ => {
                at += bytes[at..].iter().take_while(|b| !matches!(b, b' ' | b'\t' | b'\n' | b'\r' | b'"')).count();
                out.push_str(&json[start..at]);
            }
        }
    }
    mended
}

/// Copies a quoted text with its escapes as they are, but for lone surrogates.
fn copy_quoted(text: &str, out: &mut String) -> u64 {
    let (mut rest, mut mended) = (text, 0);
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        let (meant, used) = escape(&rest.as_bytes()[at..]);
        if let Meant::LoneSurrogate = meant {
            out.push_str(&rest[..at]);
            out.push_str("\\ufffd");
            mended += 1;
        } else {
            out.push_str(&rest[..at + used]);
        }
        rest = &rest[at + used..];
    }
    out.push_str(rest);
    mended
}

#[cfg(test)]
mod tests;
