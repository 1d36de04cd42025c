use record::{Severity, Timestamp};

use crate::draft::Draft;
use crate::limits::Fault;
use crate::places::Place;
use crate::raw::Raw;
use crate::stamp::{self, Stamp};

/// A line of an error log: Apache's
/// `[Fri Feb 06 14:23:45.902022 2026] [core:error] [pid 35708:tid 4328636416] [client 192.0.2.7:51000] text`, or nginx's
/// `2026/02/06 14:23:45 [error] 31#31: *7 text`.
pub(super) struct Error<'a> {
    stamp: Stamp,
    stamp_text: &'a str,
    module: &'a str,
    severity: Severity,
    process: &'a str,
    thread: &'a str,
    client: &'a str,
    connection: &'a str,
    message: &'a str,
}

pub(super) fn parse(line: &str, received_at: Timestamp) -> Option<Error<'_>> {
    if line.starts_with('[') { apache(line, received_at) } else { nginx(line, received_at) }
}

fn apache(line: &str, received_at: Timestamp) -> Option<Error<'_>> {
    let stamp = stamp::read(&line[1..], received_at)?;
    let stamp_text = &line[1..1 + stamp.len];
    let mut rest = line[1 + stamp.len..].strip_prefix("] ")?;
    let grade = bracketed(&mut rest)?;
    let (module, word) = grade.split_once(':').unwrap_or(("", grade));
    let severity = grade_of(word)?;
    let mut error =
        Error { stamp, stamp_text, module, severity, process: "", thread: "", client: "", connection: "", message: "" };
    loop {
        let mut behind = rest;
        match bracketed(&mut behind) {
            Some(part) if part.starts_with("pid ") => {
                let (process, thread) = part[4..].split_once(":tid ").unwrap_or((&part[4..], ""));
                (error.process, error.thread) = (process, thread);
            }
            Some(part) if part.starts_with("client ") => error.client = &part[7..],
            _ => break,
        }
        rest = behind;
    }
    error.message = rest;
    Some(error)
}

fn nginx(line: &str, received_at: Timestamp) -> Option<Error<'_>> {
    let stamp = stamp::read(line, received_at)?;
    let mut rest = line[stamp.len..].strip_prefix(' ')?;
    let severity = grade_of(bracketed(&mut rest)?)?;
    let (ids, message) = rest.split_once(": ")?;
    let (process, thread) = ids.split_once('#')?;
    let (connection, message) = match message.strip_prefix('*').and_then(|message| message.split_once(' ')) {
        Some((number, message)) if number.bytes().all(|b| b.is_ascii_digit()) => (number, message),
        _ => ("", message),
    };
    let stamp_text = &line[..stamp.len];
    Some(Error { stamp, stamp_text, module: "", severity, process, thread, client: "", connection, message })
}

/// Apache counts `trace1` to `trace8`.
fn grade_of(word: &str) -> Option<Severity> {
    Severity::parse(word.trim_end_matches(|c: char| c.is_ascii_digit()))
}

fn bracketed<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (inside, behind) = rest.strip_prefix('[')?.split_once(']')?;
    *rest = behind.strip_prefix(' ').unwrap_or(behind);
    Some(inside)
}

impl<'a> Error<'a> {
    pub(super) fn put(self, draft: &mut Draft<'a>, at: usize) -> Result<(), Fault> {
        draft.put_time((self.stamp.at, self.stamp.nanos), self.stamp_text);
        draft.put_severity(self.severity);
        draft.put_place(Place::Message, Raw::Text(self.message), at)?;
        let parts = [
            ("http.module", Raw::Text(self.module)),
            ("process.pid", Raw::word(self.process)),
            ("thread.id", Raw::word(self.thread)),
            ("client.address", Raw::Text(self.client)),
            ("http.connection", Raw::word(self.connection)),
        ];
        for (name, raw) in parts.into_iter().filter(|(_, raw)| *raw != Raw::Text("")) {
            draft.put_named(name, raw, at)?;
        }
        Ok(())
    }
}
