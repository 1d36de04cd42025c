use bumpalo::Bump;

use crate::draft::Draft;
use crate::keys::same_bytes;

/// Stands for a byte that is not ASCII.
const MARK: u8 = b'?';

/// A body with a mark for each byte that is not ASCII: made and checked as a whole, much faster than text by text.
pub(super) fn without_high_bytes(body: &[u8]) -> String {
    let bytes = body.iter().map(|&byte| if byte < 0x80 { byte } else { MARK }).collect();
    String::from_utf8(bytes).expect("BUG: ASCII is UTF-8")
}

/// Where texts are, and where those are put that do not stand in the body as they are needed.
#[derive(Clone, Copy)]
pub(super) struct Texts<'a> {
    body: &'a [u8],
    /// The body without its high bytes. Texts are mostly ASCII; then they stand here, already checked.
    ascii: &'a str,
    pub(super) bump: &'a Bump,
}

impl<'a> Texts<'a> {
    pub(super) fn new(body: &'a [u8], ascii: &'a str, bump: &'a Bump) -> Texts<'a> {
        Texts { body, ascii, bump }
    }

    /// A piece of the body as text. What is not UTF-8 in it is mended and counted.
    #[inline]
    pub(super) fn read(&self, piece: &'a [u8], draft: &mut Draft<'a>) -> &'a str {
        let at = (piece.as_ptr() as usize).wrapping_sub(self.body.as_ptr() as usize);
        match self.ascii.get(at..at.wrapping_add(piece.len())) {
            Some(ascii) if same_bytes(ascii.as_bytes(), piece) => ascii,
            _ => self.check(piece, draft),
        }
    }

    #[inline(never)]
    fn check(&self, piece: &'a [u8], draft: &mut Draft<'a>) -> &'a str {
        simdutf8::basic::from_utf8(piece).unwrap_or_else(|_| {
            draft.mended_pieces(piece);
            self.bump.alloc_str(&String::from_utf8_lossy(piece))
        })
    }
}
