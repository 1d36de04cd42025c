use std::borrow::Cow;
use std::str::Utf8Chunks;

use memchr::memchr_iter;

/// Bytes of U+FFFD, which stands for a piece that is not UTF-8.
const MARK_BYTES: usize = '\u{fffd}'.len_utf8();

/// A body as text. Nearly always it is the bytes themselves, checked once as a whole.
pub(crate) struct Body<'a> {
    pub(crate) text: Cow<'a, str>,
    pub(crate) bytes: &'a [u8],
    /// Pieces that were no UTF-8 and became U+FFFD.
    pub(crate) mended: u64,
}

impl<'a> Body<'a> {
    /// Text that was checked, and mended in so many places, before.
    pub(crate) fn checked(text: &'a str, mended: u64) -> Body<'a> {
        Body { text: Cow::Borrowed(text), bytes: text.as_bytes(), mended }
    }

    pub(crate) fn read(bytes: &'a [u8]) -> Body<'a> {
        match simdutf8::basic::from_utf8(bytes) {
            Ok(text) => Body { text: Cow::Borrowed(text), bytes, mended: 0 },
            Err(_) => Body { text: String::from_utf8_lossy(bytes), bytes, mended: broken_pieces(bytes) },
        }
    }

    /// A body whose texts were written anew, side by side.
    pub(crate) fn rewritten(text: &'a str, bytes: &'a [u8], mended: u64) -> Body<'a> {
        Body { text: Cow::Borrowed(text), bytes: &bytes[..text.len().min(bytes.len())], mended }
    }

    /// A body that is no text: its parts are, one by one.
    pub(crate) fn binary(bytes: &'a [u8]) -> Body<'a> {
        Body { text: Cow::Borrowed(""), bytes, mended: 0 }
    }
}

/// How many pieces of some bytes are not UTF-8.
pub(crate) fn broken_pieces(bytes: &[u8]) -> u64 {
    bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty()).count() as u64
}

/// Tells line and byte of a place in the body, counting only when asked. Places are asked for in ascending order.
pub(crate) struct Whereabouts<'a> {
    text: &'a [u8],
    line: u64,
    counted: usize,
    /// The original, if it was mended: its places differ from the text's.
    chunks: Option<Utf8Chunks<'a>>,
    chunk: Chunk,
}

/// A stretch of good text and the bad piece behind it.
#[derive(Clone, Copy, Default)]
struct Chunk {
    in_text: usize,
    in_bytes: usize,
    good_bytes: usize,
    bad_bytes: usize,
}

impl Chunk {
    fn text_end(self) -> usize {
        self.in_text + self.good_bytes + if self.bad_bytes > 0 { MARK_BYTES } else { 0 }
    }
}

impl<'a> Whereabouts<'a> {
    pub(crate) fn new(body: &'a Body<'_>) -> Whereabouts<'a> {
        let chunks = (body.mended > 0).then(|| body.bytes.utf8_chunks());
        Whereabouts { text: body.text.as_bytes(), line: 1, counted: 0, chunks, chunk: Chunk::default() }
    }

    /// The line, from 1.
    pub(crate) fn line(&mut self, at: usize) -> u64 {
        if at > self.counted {
            self.line += memchr_iter(b'\n', &self.text[self.counted..at]).count() as u64;
            self.counted = at;
        }
        self.line
    }

    /// The byte in the request, from 0.
    pub(crate) fn offset(&mut self, at: usize) -> u64 {
        let Some(chunks) = &mut self.chunks else { return at as u64 };
        while at >= self.chunk.text_end() {
            let Some(next) = chunks.next() else { break };
            self.chunk = Chunk {
                in_text: self.chunk.text_end(),
                in_bytes: self.chunk.in_bytes + self.chunk.good_bytes + self.chunk.bad_bytes,
                good_bytes: next.valid().len(),
                bad_bytes: next.invalid().len(),
            };
        }
        (self.chunk.in_bytes + at.saturating_sub(self.chunk.in_text).min(self.chunk.good_bytes)) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_those_of_the_original_bytes() {
        let body = Body::read(b"a\xffb\n\xc3\x28c\nd");
        assert_eq!((body.text.as_ref(), body.mended), ("a\u{fffd}b\n\u{fffd}(c\nd", 2));
        let mut whereabouts = Whereabouts::new(&body);
        for (letter, offset, line) in [('a', 0, 1), ('b', 2, 1), ('(', 5, 2), ('c', 6, 2), ('d', 8, 3)] {
            let at = body.text.find(letter).expect("it is there");
            assert_eq!((whereabouts.offset(at), whereabouts.line(at)), (offset, line), "{letter}");
        }
        assert_eq!(whereabouts.offset(body.text.len()), 9);
    }
}
