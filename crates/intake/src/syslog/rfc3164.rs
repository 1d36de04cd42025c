use record::{Severity, Timestamp};

use super::header::Header;
use super::is_body;
use crate::stamp;

/// Bytes in a program's name. RFC 3164 has 32; names in use are longer.
const PROGRAM_BYTES_MAX: usize = 64;

/// `Feb  6 14:23:45 host program[123]: text`, also with rsyslog's precise time (`2026-02-06T14:23:45.123456+00:00`), and
/// without host as programs write it on their own machine.
pub(super) fn parse(text: &str, received_at: Timestamp) -> Option<Header<'_>> {
    let stamp = stamp::read(text, received_at)?;
    let stamp_text = &text[..stamp.len];
    // Of the other layouts none is in use with syslog, and many are with plain text.
    if !(stamp_text.starts_with(|c: char| c.is_ascii_uppercase()) || stamp_text.contains('T')) {
        return None;
    }
    let rest = text[stamp.len..].strip_prefix(' ')?;
    let (host, rest) = if is_body(rest) { ("", rest) } else { host(rest) };
    let program = if is_body(rest) { None } else { program(rest) };
    let (program, process, body) = program.unwrap_or(("", "", rest));
    Some(Header { stamp: Some((stamp, stamp_text)), host, program, process, body, ..Header::default() })
}

/// The first word, unless it is the program already or says how serious the line is.
fn host(text: &str) -> (&str, &str) {
    match text.split_once(' ') {
        Some((word, rest))
            if !word.is_empty() && !word.ends_with(':') && Severity::parse(word.trim_matches(['[', ']'])).is_none() =>
        {
            (word, rest)
        }
        _ => ("", text),
    }
}

/// `program[123]: `, `program: `, `program(module)[123]: ` and, as macOS writes it, `program[123] (domain): `
fn program(text: &str) -> Option<(&str, &str, &str)> {
    if let Some(found) = numbered(text) {
        return Some(found);
    }
    let (name, body) = text.split_once(':')?;
    let is_name = !name.is_empty() && name.len() <= PROGRAM_BYTES_MAX && !name.contains([' ', '"', '=', '{']);
    is_name.then(|| (name, "", body.strip_prefix(' ').unwrap_or(body)))
}

/// A name with its process in brackets. The name may have spaces if a colon follows.
fn numbered(text: &str) -> Option<(&str, &str, &str)> {
    let (name, rest) = text.split_once('[')?;
    let (process, body) = rest.split_once(']')?;
    let is_number = !process.is_empty() && process.bytes().all(|b| b.is_ascii_digit());
    let is_name = !name.is_empty() && name.len() <= PROGRAM_BYTES_MAX && !name.contains(['"', '=', '{', ':']);
    if !is_number || !is_name || !(body.starts_with(':') || (body.starts_with(' ') && !name.contains(' '))) {
        return None;
    }
    let body = body.strip_prefix(':').unwrap_or(body);
    Some((name, process, body.strip_prefix(' ').unwrap_or(body)))
}
