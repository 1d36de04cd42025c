//! Sees through escapes: the text without them, and for each of its bytes where it was written.

/// A decoded piece of text. Findings in it are carried back by [`Decoded::source`].
pub(crate) struct Decoded {
    pub(crate) text: Vec<u8>,
    /// For each byte of `text`, and for its end, where in the source its escape begins.
    sources: Vec<u32>,
}

impl Decoded {
    /// Where in the source the byte at `at` is written.
    pub(crate) fn source(&self, at: usize) -> usize {
        self.sources[at] as usize
    }

    fn with_capacity(capacity: usize) -> Decoded {
        Decoded { text: Vec::with_capacity(capacity), sources: Vec::with_capacity(capacity + 1) }
    }

    fn push(&mut self, byte: u8, source: usize) {
        self.text.push(byte);
        self.sources.push(source as u32);
    }

    fn push_char(&mut self, char: char, source: usize) {
        for &byte in char.encode_utf8(&mut [0; 4]).as_bytes() {
            self.push(byte, source);
        }
    }
}

/// The content of a JSON string, `text[start..end]` without its quotes. What is no escape stays as it stands.
pub(crate) fn json_string(text: &[u8], start: usize, end: usize) -> Decoded {
    let mut decoded = Decoded::with_capacity(end - start);
    let mut at = start;
    while at < end {
        let escaped = if text[at] == b'\\' { text[..end].get(at + 1) } else { None };
        let plain = match escaped {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'b' | b'f') => b' ',
            Some(&(byte @ (b'"' | b'\\' | b'/' | b'\''))) => byte,
            Some(b'u') => {
                let (char, len) = unicode_escape(&text[at..end]);
                decoded.push_char(char, at);
                at += len;
                continue;
            }
            _ => {
                decoded.push(text[at], at);
                at += 1;
                continue;
            }
        };
        decoded.push(plain, at);
        at += 2;
    }
    decoded.sources.push(end as u32);
    decoded
}

/// `\uXXXX` or a pair of them, with its length. A half that stands alone counts as one character that means nothing.
fn unicode_escape(text: &[u8]) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix(b"\\u")?;
        u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
    };
    let Some(first) = unit(0) else { return ('\\', 1) };
    let pair = unit(6).and_then(|second| char::decode_utf16([first, second]).next()?.ok());
    match (char::from_u32(u32::from(first)), pair) {
        (Some(char), _) => (char, 6),
        (None, Some(char)) => (char, 12),
        (None, None) => (char::REPLACEMENT_CHARACTER, 6),
    }
}

/// Text with `%XX`; in a form also `+` for a space. `None` when what comes out is no UTF-8.
pub(crate) fn percent(text: &[u8], start: usize, end: usize, form: bool) -> Option<Decoded> {
    let mut decoded = Decoded::with_capacity(end - start);
    let mut at = start;
    while at < end {
        match percent_byte(&text[at..end]) {
            Some(byte) => {
                decoded.push(byte, at);
                at += 3;
            }
            None => {
                decoded.push(if form && text[at] == b'+' { b' ' } else { text[at] }, at);
                at += 1;
            }
        }
    }
    decoded.sources.push(end as u32);
    std::str::from_utf8(&decoded.text).is_ok().then_some(decoded)
}

/// The byte that `%XX` at the front stands for.
pub(crate) fn percent_byte(text: &[u8]) -> Option<u8> {
    match *text {
        [b'%', high, low, ..] => Some(hex(high)? << 4 | hex(low)?),
        _ => None,
    }
}

fn hex(byte: u8) -> Option<u8> {
    (byte as char).to_digit(16).map(|digit| digit as u8)
}
