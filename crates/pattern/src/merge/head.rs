//! The beginning of a skeleton as bytes, in which holes have bytes of their own.

use crate::Pattern;
use crate::scan::Kind;

/// Bytes of one skeleton that are looked at; what is behind them is one hole. The longest lines that programmers wrote
/// have some hundred words.
const MAX_HEAD: usize = 4 << 10;

/// Bytes that never occur in UTF-8 stand for the holes of a skeleton, and for all that was cut off.
const HOLE: u8 = 0xff;
pub(super) const IP_HOLE: u8 = 0xfe;

/// The beginning of a skeleton: its constant text with a byte for each hole.
pub(super) fn head(pattern: &Pattern) -> Vec<u8> {
    let (mut head, mut end) = (Vec::new(), 0);
    let constant = |head: &mut Vec<u8>, text: &[u8]| head.extend_from_slice(&text[..text.len().min(MAX_HEAD - head.len())]);
    for &(at, kind) in &pattern.holes {
        constant(&mut head, &pattern.text.as_bytes()[end..at]);
        if head.len() >= MAX_HEAD {
            break;
        }
        head.push(if kind == Kind::Ip { IP_HOLE } else { HOLE });
        end = at;
    }
    constant(&mut head, &pattern.text.as_bytes()[end..]);
    if head.len() >= MAX_HEAD {
        head.push(HOLE);
    }
    head
}

pub(super) fn is_hole(byte: u8) -> bool {
    byte >= IP_HOLE
}

pub(super) fn is_space(byte: u8) -> bool {
    byte <= b' '
}
