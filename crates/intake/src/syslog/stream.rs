use std::ops::Range;

use memchr::memchr2;

/// Digits in an octet count: messages are bounded far below a gigabyte.
const COUNT_DIGITS_MAX: usize = 9;

/// Cuts a TCP stream into messages: octet-counted (RFC 6587, 3.4.1) or ended by a line feed or NUL, found out from what
/// comes. A sender that once counted goes on counting; what is no count then is read as a line, and reading goes on
/// behind it.
#[derive(Debug, Clone)]
pub struct SyslogStream {
    message_bytes_max: usize,
    counts: bool,
    skip: Skip,
    misframed: u64,
}

/// What is left of a message that was too long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Skip {
    Nothing,
    Bytes(usize),
    Line,
}

/// A message in the buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where it lies.
    pub message: Range<usize>,
    /// How much of the buffer is done with.
    pub used: usize,
    /// It is longer than it may be, and only its beginning is here.
    pub is_truncated: bool,
}

impl SyslogStream {
    /// At the beginning of a stream.
    pub fn new(message_bytes_max: usize) -> SyslogStream {
        SyslogStream { message_bytes_max, counts: false, skip: Skip::Nothing, misframed: 0 }
    }

    /// Frames that did not begin or end as their sender said.
    pub fn misframed(&self) -> u64 {
        self.misframed
    }

    /// The next message in what was read and not yet used, from `at` on; `None` when more has to be read first, or what
    /// is left is no message. `used` of the last piece, or of [`SyslogStream::settle`], tells what can be forgotten.
    pub fn next(&mut self, bytes: &[u8], at: &mut usize) -> Option<Piece> {
        self.settle(bytes, at);
        let rest = &bytes[*at..];
        if self.skip != Skip::Nothing || rest.is_empty() {
            return None;
        }
        let piece = match self.count(rest) {
            Count::Whole { start, len } => self.counted(rest, start, len),
            Count::Unfinished => return None,
            Count::None => {
                let line = self.line(rest);
                self.misframed += u64::from(self.counts && line.is_some());
                line
            }
        }?;
        let from = *at;
        *at += piece.used;
        Some(Piece { message: piece.message.start + from..piece.message.end + from, used: *at, ..piece })
    }

    /// What is left when the stream ends: a line without its end is one; a counted message that did not come whole is
    /// told by `true`.
    pub fn last(&mut self, bytes: &[u8], at: usize) -> Option<(Range<usize>, bool)> {
        let (rest, skips) = (&bytes[at..], self.skip != Skip::Nothing);
        if skips || rest.trim_ascii().is_empty() {
            return None;
        }
        match self.count(rest) {
            Count::Whole { start, .. } => Some((at + start..bytes.len(), true)),
            Count::Unfinished => Some((at..bytes.len(), true)),
            Count::None => Some((at..at + without_end(rest).len(), false)),
        }
    }

    /// Passes over the rest of a message that was too long, and over what may stand between messages.
    fn settle(&mut self, bytes: &[u8], at: &mut usize) {
        match self.skip {
            Skip::Nothing => {}
            Skip::Bytes(left) => {
                let passed = left.min(bytes.len() - *at);
                *at += passed;
                self.skip = if passed == left { Skip::Nothing } else { Skip::Bytes(left - passed) };
            }
            Skip::Line => match memchr2(b'\n', 0, &bytes[*at..]) {
                Some(end) => {
                    *at += end + 1;
                    self.skip = Skip::Nothing;
                }
                None => *at = bytes.len(),
            },
        }
        if self.skip == Skip::Nothing {
            *at += bytes[*at..].iter().take_while(|b| matches!(b, b'\n' | b'\r' | 0)).count();
        }
    }

    fn count(&self, rest: &[u8]) -> Count {
        let digits = rest.iter().take(COUNT_DIGITS_MAX + 1).take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 || digits > COUNT_DIGITS_MAX || rest[0] == b'0' {
            return Count::None;
        }
        // A line may begin with a number too: whether this counts is only known from what follows it.
        match (rest.get(digits), rest.get(digits + 1)) {
            (None, _) | (Some(b' '), None) => return Count::Unfinished,
            (Some(b' '), Some(b'<')) => {}
            (Some(b' '), Some(_)) if self.counts => {}
            _ => return Count::None,
        }
        let number = rest[..digits].iter().fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
        Count::Whole { start: digits + 1, len: number }
    }

    fn counted(&mut self, rest: &[u8], start: usize, len: usize) -> Option<Piece> {
        let end = start + len;
        if len > self.message_bytes_max {
            let cut = start + self.message_bytes_max;
            if rest.len() < cut {
                return None;
            }
            self.counts = true;
            self.skip = Skip::Bytes(end - cut);
            return Some(Piece { message: start..cut, used: cut, is_truncated: true });
        }
        if rest.len() < end {
            return None;
        }
        // The count lies when neither another message nor a line end follows: then the line tells the truth.
        if !matches!(rest.get(end), None | Some(b'\n' | b'\r' | 0 | b'1'..=b'9' | b'<')) {
            let piece = self.line(&rest[start..])?;
            self.misframed += 1;
            let message = piece.message.start + start..piece.message.end + start;
            return Some(Piece { message, used: piece.used + start, ..piece });
        }
        self.counts = true;
        let message = start..start + without_end(&rest[start..end]).len();
        Some(Piece { message, used: end, is_truncated: false })
    }

    fn line(&mut self, rest: &[u8]) -> Option<Piece> {
        let most = self.message_bytes_max;
        match memchr2(b'\n', 0, &rest[..rest.len().min(most + 1)]) {
            Some(end) => Some(Piece { message: 0..without_end(&rest[..end]).len(), used: end + 1, is_truncated: false }),
            None if rest.len() > most => {
                self.skip = Skip::Line;
                Some(Piece { message: 0..most, used: most, is_truncated: true })
            }
            None => None,
        }
    }
}

enum Count {
    /// A count, and where its message begins.
    Whole { start: usize, len: usize },
    /// It may become one.
    Unfinished,
    /// A line.
    None,
}

fn without_end(mut message: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r' | 0] = message {
        message = rest;
    }
    message
}

#[cfg(test)]
mod tests;
