use std::borrow::Cow;

use memchr::{memchr, memrchr};
use record::Timestamp;

use crate::auto::detect;
use crate::lines::line_at;
use crate::syslog::frame_at;
use crate::{Format, text};

/// Bytes without a record boundary that a caller has to hold at most: from here on a piece is cut at a line, or where it
/// ends, whatever that does to the record in it.
pub const PIECE_BYTES_MAX: usize = 32 << 20;

/// Bytes from which [`Format::Auto`] is decided.
const DETECT_BYTES: usize = 64 << 10;

/// Bytes of an unfinished line that tell whether it continues the record before it.
const LINE_HEAD_BYTES: usize = 256;

/// How much of `bytes` can be decoded now, for callers that stream a file in pieces: the largest prefix that ends at a
/// record boundary, 0 when more has to be read first. At the end of the file the rest is decoded as it is.
///
/// Lines that continue a text record stay with it; a JSON object that spans lines stays whole; a JSON array is cut
/// between its items, which [`decode`](crate::decode) puts up with.
pub fn cut_at_record(format: Format, bytes: &[u8]) -> usize {
    let end = match resolve(format, bytes) {
        Format::Json => json_end(bytes),
        Format::Text | Format::Auto => text_end(bytes),
        Format::Syslog => syslog_end(bytes),
        Format::Logfmt | Format::Clf => after_last_line(bytes),
    };
    if end == 0 && bytes.len() >= PIECE_BYTES_MAX { last_resort(bytes) } else { end }
}

fn resolve(format: Format, bytes: &[u8]) -> Format {
    if format != Format::Auto {
        return format;
    }
    // Which year a time without one means makes no difference to the format.
    detect(&String::from_utf8_lossy(&bytes[..bytes.len().min(DETECT_BYTES)]), Timestamp::default())
}

fn after_last_line(bytes: &[u8]) -> usize {
    memrchr(b'\n', bytes).map_or(0, |at| at + 1)
}

fn last_resort(bytes: &[u8]) -> usize {
    match after_last_line(bytes) {
        0 => (0..4).map(|back| bytes.len() - back).find(|&end| is_boundary(bytes, end)).unwrap_or(bytes.len()),
        end => end,
    }
}

/// Whether no UTF-8 character is cut in two at `end`.
fn is_boundary(bytes: &[u8], end: usize) -> bool {
    !String::from_utf8_lossy(&bytes[end.saturating_sub(4)..end]).ends_with('\u{fffd}')
}

fn text_end(bytes: &[u8]) -> usize {
    let mut end = bytes.len();
    while let Some(before) = memrchr(b'\n', &bytes[..end]) {
        let rest = &bytes[before + 1..];
        let (line, is_whole) = match memchr(b'\n', rest) {
            Some(len) => (&rest[..len], true),
            None => (rest, rest.len() >= LINE_HEAD_BYTES),
        };
        let line: Cow<'_, str> = String::from_utf8_lossy(line);
        if is_whole && !line.trim_ascii().is_empty() && !text::continues(&line, || true) {
            return before + 1;
        }
        end = before;
    }
    0
}

fn syslog_end(bytes: &[u8]) -> usize {
    let text = String::from_utf8_lossy(bytes);
    let Cow::Borrowed(text) = text else { return after_last_line(bytes) };
    let is_framed = |at: usize| frame_at(text, at..at, at).next > at;
    if !is_framed(text.len() - text.trim_ascii_start().len()) && !bytes.trim_ascii_start().first().is_some_and(u8::is_ascii_digit)
    {
        return after_last_line(bytes);
    }
    let mut at = 0;
    while at < text.len() {
        let (line, after) = line_at(bytes, at);
        let is_last = after == bytes.len() && bytes[after - 1] != b'\n';
        let next = frame_at(text, line.clone(), if is_last { at } else { after }).next;
        if next == at {
            break;
        }
        at = next;
    }
    at
}

/// A whole object on the last line, if the first line is one too; else the brackets are followed from the start.
fn json_end(bytes: &[u8]) -> usize {
    let first = bytes.trim_ascii_start();
    let first = &first[..memchr(b'\n', first).unwrap_or(0)];
    if is_whole_line(first) || matches!(first.trim_ascii(), b"[") {
        let mut end = bytes.len();
        while let Some(line_end) = memrchr(b'\n', &bytes[..end]) {
            let start = after_last_line(&bytes[..line_end]);
            if is_whole_line(&bytes[start..line_end]) {
                return line_end + 1;
            }
            end = line_end;
        }
    }
    bracket_end(bytes)
}

fn is_whole_line(line: &[u8]) -> bool {
    let line = line.trim_ascii_end();
    let line = line.strip_suffix(b",").unwrap_or(line);
    (line.starts_with(b"{") || line.starts_with(b"[{")) && line.ends_with(b"}")
}

/// The end of the last object that is closed. A line that begins with `{` begins a record, whatever stands open before it.
fn bracket_end(bytes: &[u8]) -> usize {
    let is_array = bytes.trim_ascii_start().starts_with(b"[");
    let outside = usize::from(is_array);
    let (mut depth, mut end, mut at) = (0usize, 0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'"' => match quote_end(bytes, at + 1) {
                Some(quote) => at = quote,
                None => break,
            },
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                if depth <= outside {
                    end = at + 1;
                }
            }
            b'\n' if bytes.get(at + 1) == Some(&b'{') => {
                depth = outside;
                end = at + 1;
            }
            _ => {}
        }
        at += 1;
    }
    end
}

/// The closing quote, or the byte before the line end that cuts the text off; `None` when neither was read yet.
fn quote_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr3(b'"', b'\\', b'\n', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at),
            b'\n' => return Some(at - 1),
            _ => at += 2,
        }
    }
}

#[cfg(test)]
mod tests;
