//! Syslog, a line each or octet-counted: RFC 5424 and RFC 3164, with or without priority.

mod frame;
mod header;
mod rfc3164;
mod rfc5424;
mod stream;

use std::ops::Range;

use record::{RejectReason, Severity, Timestamp};

use crate::draft::Draft;
use crate::limits::Fault;
use crate::lines::for_each_line;
use crate::places::Place;
use crate::raw::Raw;
use crate::{cef, json, text};

pub(crate) use frame::{Frame, frame_at};
use header::Header;
pub use stream::{Piece, SyslogStream};

/// Reads a whole body.
pub(crate) fn decode(draft: &mut Draft<'_>) {
    for_each_line(draft.text, |line, next| {
        let Frame { message, next } = frame_at(draft.text, line, next);
        match read_message(draft, message.clone()) {
            Ok(()) => draft.finish(),
            Err(fault) => draft.reject(fault, message, None),
        }
        next
    });
}

/// Reads a message that came by itself into a new record. What has no header at all is read as plain text: who speaks on
/// the port of syslog means a message.
pub(crate) fn read_or_text(draft: &mut Draft<'_>, range: Range<usize>) -> Result<(), Fault> {
    let message = Message::parse(&draft.text[range.clone()], draft.context.received_at);
    if message.is_some() {
        return read_message(draft, range);
    }
    draft.begin();
    text::fill(draft, range)
}

/// Reads a message into a new record.
pub(crate) fn read_message(draft: &mut Draft<'_>, range: Range<usize>) -> Result<(), Fault> {
    let message = Message::parse(&draft.text[range.clone()], draft.context.received_at)
        .ok_or(Fault::new(RejectReason::InvalidLine, range.start))?;
    draft.begin();
    if message.cookie() {
        let body_at = range.end - message.header.body.trim_ascii_start()[COOKIE.len()..].trim_ascii_start().len();
        match json::read_object(draft, body_at) {
            Ok(end) if draft.text.get(end..range.end).is_some_and(|rest| rest.trim_ascii().is_empty()) => {
                return message.put(draft, range, false);
            }
            _ => {
                draft.abandon();
                draft.begin();
            }
        }
    }
    message.put(draft, range, true)
}

/// Whether a line is syslog and could hardly be anything else.
pub(crate) fn looks_like(line: &str, received_at: Timestamp) -> bool {
    Message::parse(line, received_at).is_some_and(|message| message.priority.is_some() || message.header.is_sure())
}

/// Marks a JSON body.
const COOKIE: &str = "@cee:";

struct Message<'a> {
    priority: Option<u8>,
    header: Header<'a>,
}

impl<'a> Message<'a> {
    fn parse(text: &'a str, received_at: Timestamp) -> Option<Message<'a>> {
        let (priority, rest) = match priority(text) {
            Some((priority, rest)) => (Some(priority), rest),
            None => (None, text),
        };
        let header = rfc5424::parse(rest)
            .or_else(|| rfc3164::parse(rest, received_at))
            .or_else(|| (priority.is_some() || is_body(rest)).then(|| Header::bare(rest)))?;
        Some(Message { priority, header })
    }

    fn cookie(&self) -> bool {
        self.header.body.trim_ascii_start().starts_with(COOKIE)
    }

    /// `is_open` means that the body was not read yet.
    fn put(self, draft: &mut Draft<'a>, range: Range<usize>, is_open: bool) -> Result<(), Fault> {
        let (at, body) = (range.start, self.header.body);
        if let Some(priority) = self.priority {
            put_priority(draft, priority, at)?;
        }
        self.header.put(draft, at)?;
        if is_open && !(cef::looks_like(body) && cef::put(draft, body, at)?) && !body.is_empty() {
            draft.put_place(Place::Message, Raw::Text(body), at)?;
        }
        Ok(())
    }
}

/// Whether a text is a body of its own, in which no program's name stands first.
fn is_body(text: &str) -> bool {
    cef::looks_like(text) || text.starts_with(COOKIE)
}

/// `<34>`: facility times eight plus severity, 0 to 191.
fn priority(text: &str) -> Option<(u8, &str)> {
    let (digits, rest) = text.strip_prefix('<')?.split_at_checked(text[1..].find('>')?)?;
    let is_number = !digits.is_empty() && digits.len() <= 3 && digits.bytes().all(|b| b.is_ascii_digit());
    let priority: u8 = if is_number { digits.parse().ok()? } else { return None };
    (priority <= 191).then_some((priority, &rest[1..]))
}

const FACILITIES: [&str; 24] = [
    "kern", "user", "mail", "daemon", "auth", "syslog", "lpr", "news", "uucp", "cron", "authpriv", "ftp", "ntp", "audit",
    "alert", "clock", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7",
];

fn put_priority(draft: &mut Draft<'_>, priority: u8, at: usize) -> Result<(), Fault> {
    if let Some(severity) = Severity::from_syslog(priority % 8) {
        draft.put_severity(severity);
    }
    draft.put_named("syslog.facility", Raw::Text(FACILITIES[usize::from(priority / 8)]), at)
}

#[cfg(test)]
mod tests;
