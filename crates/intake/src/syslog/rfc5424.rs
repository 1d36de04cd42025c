use record::Timestamp;

use super::header::{Header, structured_end};
use crate::stamp::Stamp;

/// `1 2026-02-06T14:23:45.003Z host app 123 ID47 [id name="value"] text`, a hyphen for what is not there.
pub(super) fn parse(text: &str) -> Option<Header<'_>> {
    let mut rest = text.strip_prefix("1 ")?;
    let stamp = match word(&mut rest)? {
        "-" => None,
        text => Some((stamp(text)?, text)),
    };
    let host = present(word(&mut rest)?);
    let program = present(word(&mut rest)?);
    let process = present(word(&mut rest)?);
    let message_id = present(word(&mut rest)?);
    let end = if rest.starts_with('-') { 1 } else { structured_end(rest)? };
    let structured = present(&rest[..end]);
    let body = match &rest[end..] {
        "" => "",
        behind => behind.strip_prefix(' ')?,
    };
    let body = body.strip_prefix('\u{feff}').unwrap_or(body);
    Some(Header { stamp, host, program, process, message_id, structured, body })
}

fn stamp(text: &str) -> Option<Stamp> {
    let (at, nanos) = Timestamp::parse(text).ok()?;
    Some(Stamp { at, nanos, len: text.len() })
}

fn word<'a>(rest: &mut &'a str) -> Option<&'a str> {
    let (word, behind) = rest.split_once(' ')?;
    *rest = behind;
    (!word.is_empty()).then_some(word)
}

fn present(text: &str) -> &str {
    if text == "-" { "" } else { text }
}
