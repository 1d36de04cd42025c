use std::ops::Range;

/// One message of a stream, and where the next begins.
pub(crate) struct Frame {
    pub(crate) message: Range<usize>,
    pub(crate) next: usize,
}

/// Digits in an octet count: a body has less than ten million times ten bytes.
const COUNT_DIGITS_MAX: usize = 9;

/// The frame that begins where `line` does: octet-counted as in RFC 6587 (`57 <34>1 ...`) if what it says fits, else the
/// line itself.
pub(crate) fn frame_at(text: &str, line: Range<usize>, next: usize) -> Frame {
    counted(text, line.start).unwrap_or(Frame { message: line, next })
}

fn counted(text: &str, at: usize) -> Option<Frame> {
    let rest = &text[at..];
    let digits = rest.bytes().take(COUNT_DIGITS_MAX + 1).take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > COUNT_DIGITS_MAX || !rest[digits..].starts_with(" <") {
        return None;
    }
    let count: usize = rest[..digits].parse().ok()?;
    let (start, end) = (at + digits + 1, at + digits + 1 + count);
    // Where mended bytes made the text longer than what was counted, the end is wrong and the line decides.
    let ends_well = matches!(text.get(end..)?.bytes().next(), None | Some(b'\n' | b'\r' | b'<' | b'0'..=b'9'));
    let message = text.get(start..end)?.trim_end_matches(['\n', '\r']);
    ends_well.then_some(Frame { message: start..start + message.len(), next: end })
}
