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
            Some(&byte @ (b'"' | b'\\' | b'/' | b'\'')) => byte,
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

/// Whether a run of characters outside ASCII holds one that hides or imitates others: see [`folded`].
pub(crate) fn has_odd_signs(text: &[u8]) -> bool {
    (0..text.len()).any(|at| text[at] >= 0xc2 && odd_sign(&text[at..]).is_some())
}

/// The text without characters of no width and marks of direction, with the wide forms of ASCII, odd blanks, dashes and
/// quotes as their plain ones: what a person sees, and a recogniser would not.
pub(crate) fn folded(text: &[u8], start: usize, end: usize) -> Decoded {
    let mut decoded = Decoded::with_capacity(end - start);
    let mut at = start;
    while at < end {
        match odd_sign(&text[at..end]) {
            Some((meant, len)) => {
                if let Some(byte) = meant {
                    decoded.push(byte, at);
                }
                at += len;
            }
            None => {
                decoded.push(text[at], at);
                at += 1;
            }
        }
    }
    decoded.sources.push(end as u32);
    decoded
}

/// What an odd character at the front means (`None`: nothing at all), and its length.
fn odd_sign(text: &[u8]) -> Option<(Option<u8>, usize)> {
    match *text {
        [0xc2, 0xa0, ..] => Some((Some(b' '), 2)), // no-break space
        [0xc2, 0xad, ..] => Some((None, 2)),       // soft hyphen
        // U+200B to U+200F, U+202A to U+202E: no width, direction.
        [0xe2, 0x80, 0x8b..=0x8f | 0xaa..=0xae, ..] => Some((None, 3)),
        [0xe2, 0x81, 0xa0..=0xaf, ..] | [0xef, 0xbb, 0xbf, ..] => Some((None, 3)),
        [0xe2, 0x80, 0x80..=0x8a | 0xaf, ..] => Some((Some(b' '), 3)),
        [0xe2, 0x80, 0x90..=0x93, ..] | [0xe2, 0x88, 0x92, ..] => Some((Some(b'-'), 3)),
        [0xe2, 0x80, 0x98 | 0x99, ..] => Some((Some(b'\''), 3)),
        [0xe2, 0x80, 0x9c | 0x9d, ..] => Some((Some(b'"'), 3)),
        // U+FF01 to U+FF5E: ASCII as wide as ideographs.
        [0xef, 0xbc, low @ 0x81..=0xbf, ..] => Some((Some(low - 0x60), 3)),
        [0xef, 0xbd, low @ 0x80..=0x9e, ..] => Some((Some(low - 0x20), 3)),
        _ => None,
    }
}
