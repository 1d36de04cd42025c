//! Texts that repeat themselves: padding, dumps, and rows made to keep the gateway busy. What stands in the middle of such
//! a stretch stands at its front with the same bytes around, so it is looked at there, and once more at the end.

use std::ops::Range;

/// Longest piece that is seen to be repeated.
const PIECE_MAX: usize = 64;

/// As much has to be the same before the stretch is measured.
const PROBE_BYTES: usize = 2 * PIECE_MAX;

/// How far apart probes are.
const STEP: usize = 4 << 10;

/// As much at each end of a stretch is read like any other text: more than recognisers look around, but for those that
/// follow an open quote or bracket to the end of a text.
pub(crate) const MARGIN: usize = 4 << 10;

/// Shortest stretch of which something is passed over.
const LEN_MIN: usize = 3 * MARGIN;

/// The next stretch, from `from` on, that is one piece again and again.
pub(crate) fn next(text: &[u8], mut from: usize) -> Option<Range<usize>> {
    while text.len() - from.min(text.len()) >= LEN_MIN {
        let Some(piece) = piece(&text[from..]) else {
            from += STEP;
            continue;
        };
        let (front, behind) = (&text[from..], &text[from + piece..]);
        let same = front.iter().zip(behind).position(|(a, b)| a != b).unwrap_or(behind.len());
        if same + piece >= LEN_MIN {
            return Some(from..from + same + piece);
        }
        from += (same + piece).max(STEP);
    }
    None
}

/// The length of the piece that a text begins with twice and more.
fn piece(text: &[u8]) -> Option<usize> {
    let probe = text.get(..PROBE_BYTES)?;
    (1..=PIECE_MAX).find(|&piece| text.get(piece..piece + PROBE_BYTES) == Some(probe))
}

#[cfg(test)]
mod tests {
    use super::{LEN_MIN, next};

    #[test]
    fn stretches_are_found_between_other_text() {
        let other: String = (0..3_000).map(|number| format!("{number} ")).collect();
        let row = "12 May ".repeat(3_000);
        let text = format!("{other}{row}{other}");
        let found = next(text.as_bytes(), 0).unwrap();
        assert!(found.start >= other.len() && found.start < other.len() + 8_192, "{found:?}");
        assert!(
            text.as_bytes()[found.clone()].chunks_exact(7).all(|piece| piece == &text.as_bytes()[found.start..found.start + 7])
        );
        assert!((other.len() + row.len()..other.len() + row.len() + 7).contains(&found.end), "{found:?}");
        assert_eq!(next(text.as_bytes(), found.end), None);
        assert_eq!(next("ab".repeat(LEN_MIN / 2 - 1).as_bytes(), 0), None);
        assert_eq!(next(b"", 0), None);
        assert_eq!(next(other.as_bytes(), 0), None);
    }
}
