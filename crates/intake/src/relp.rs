//! RELP frames: what rsyslog's omrelp sends. `TXNR COMMAND LENGTH[ DATA]LF`.

use std::ops::Range;

/// Digits of a transaction number; the protocol has at most 999,999,999.
const DIGITS_MAX: usize = 9;
/// Characters of a command; the protocol says so.
const COMMAND_BYTES_MAX: usize = 32;
/// Bytes before the data.
const HEAD_BYTES_MAX: usize = DIGITS_MAX + 1 + COMMAND_BYTES_MAX + 1 + DIGITS_MAX + 1;

/// A frame in a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame<'a> {
    /// Transaction number, repeated in the answer.
    pub transaction: u32,
    /// `open`, `syslog`, `close` or another.
    pub command: &'a str,
    /// Where the data lies.
    pub data: Range<usize>,
    /// Where the next frame begins.
    pub end: usize,
}

/// Why there is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFrame {
    /// More has to come.
    Unfinished,
    /// It is longer than it may be: so many bytes of data.
    TooLong(usize),
    /// It is no frame. Where the next begins cannot be known.
    Malformed,
}

/// Reads the frame at the beginning of `bytes`.
pub fn frame(bytes: &[u8], data_bytes_max: usize) -> Result<Frame<'_>, NoFrame> {
    let head = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    let unfinished = if head.len() < HEAD_BYTES_MAX { NoFrame::Unfinished } else { NoFrame::Malformed };
    let (transaction, at) = number(head, 0, unfinished)?;
    if head.get(at).ok_or(unfinished)? != &b' ' {
        return Err(NoFrame::Malformed);
    }
    let command = &head[at + 1..];
    let len = command.iter().position(|b| !b.is_ascii_alphabetic()).ok_or(unfinished)?;
    if command[len] != b' ' || !(1..=COMMAND_BYTES_MAX).contains(&len) {
        return Err(NoFrame::Malformed);
    }
    let command = std::str::from_utf8(&command[..len]).map_err(|_| NoFrame::Malformed)?;
    let (length, at) = number(head, at + 1 + len + 1, unfinished)?;
    let length = length as usize;
    if length > data_bytes_max {
        return Err(NoFrame::TooLong(length));
    }
    // Without data the space before it may be missing.
    let start = match bytes.get(at).ok_or(NoFrame::Unfinished)? {
        b' ' => at + 1,
        b'\n' if length == 0 => at,
        _ => return Err(NoFrame::Malformed),
    };
    match bytes.get(start + length).ok_or(NoFrame::Unfinished)? {
        b'\n' => Ok(Frame { transaction, command, data: start..start + length, end: start + length + 1 }),
        _ => Err(NoFrame::Malformed),
    }
}

fn number(head: &[u8], at: usize, unfinished: NoFrame) -> Result<(u32, usize), NoFrame> {
    let digits = head.get(at..).unwrap_or_default();
    let len = digits.iter().take_while(|b| b.is_ascii_digit()).count();
    if len == digits.len() && len <= DIGITS_MAX {
        return Err(unfinished);
    }
    if len == 0 || len > DIGITS_MAX {
        return Err(NoFrame::Malformed);
    }
    let number = digits[..len].iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'));
    Ok((number, at + len))
}

/// Whether a client that opens a session offers what is needed: version 0 or 1, and `syslog` among its commands.
pub fn is_acceptable(offers: &[u8]) -> bool {
    let mut lines = offers.split(|b| *b == b'\n');
    let offer = |name: &[u8]| lines.clone().find_map(|line| line.strip_prefix(name));
    let version = offer(b"relp_version=").is_some_and(|version| matches!(version, b"0" | b"1"));
    let commands = lines.find_map(|line| line.strip_prefix(b"commands="));
    version && commands.is_some_and(|commands| commands.split(|b| *b == b',').any(|command| command == b"syslog"))
}

/// The answer to `open`.
pub const OFFERS: &str = "200 OK\nrelp_version=0\nrelp_software=dendro\ncommands=syslog";

/// An answer to a transaction.
pub fn response(transaction: u32, text: &str, out: &mut Vec<u8>) {
    out.extend_from_slice(format!("{transaction} rsp {} {text}\n", text.len()).as_bytes());
}

/// What the server says before it closes by itself.
pub const GOODBYE: &[u8] = b"0 serverclose 0\n";

#[cfg(test)]
mod tests;
