use std::ops::Range;

use memchr::memchr;

/// Where the line at `at` ends: at its line feed, or at the end of the text.
pub(crate) fn line_end(bytes: &[u8], at: usize) -> usize {
    memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |len| at + len)
}

/// The line at `at` without its line end, and where the next begins.
pub(crate) fn line_at(bytes: &[u8], at: usize) -> (Range<usize>, usize) {
    let end = line_end(bytes, at);
    (at..without_return(bytes, at, end), (end + 1).min(bytes.len()))
}

/// The end of a line `start..end`, a carriage return before its line feed not counted.
pub(crate) fn without_return(bytes: &[u8], start: usize, end: usize) -> usize {
    if end > start && bytes[end - 1] == b'\r' { end - 1 } else { end }
}

/// Calls `each` for every line that is not blank. `each` returns where to go on.
pub(crate) fn for_each_line(text: &str, mut each: impl FnMut(Range<usize>, usize) -> usize) {
    let mut at = after_byte_order_mark(text);
    while at < text.len() {
        let (line, next) = line_at(text.as_bytes(), at);
        at = if text[line.clone()].trim_ascii().is_empty() { next } else { each(line, next) };
    }
}

/// Where the text begins behind a byte order mark, which some editors and shells of Windows write.
pub(crate) fn after_byte_order_mark(text: &str) -> usize {
    if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 }
}
