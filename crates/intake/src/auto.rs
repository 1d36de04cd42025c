//! Finding out how a body is written.

use std::ops::Range;

use record::Timestamp;

use crate::draft::Draft;
use crate::json::{self, Strangers};
use crate::limits::Fault;
use crate::lines::{after_byte_order_mark, for_each_line, line_at};
use crate::{Format, clf, logfmt, syslog, text};

/// Lines looked at. Banners and stack traces at the start of a file are shorter.
const LINES_MAX: usize = 20;

/// Bytes of a line looked at.
const LINE_BYTES_MAX: usize = 4096;

/// Reads a whole body.
pub(crate) fn decode(draft: &mut Draft<'_>) {
    let format = detect(draft.text, draft.context.received_at);
    if format == Format::Json {
        return json::decode(draft, Strangers::ReadAsText);
    }
    for_each_line(draft.text, |line, next| read_line(draft, format, line, next));
}

/// Reads a line in the body's format, as JSON if it looks like it, as text if all else fails. Returns where to go on.
fn read_line(draft: &mut Draft<'_>, format: Format, line: Range<usize>, next: usize) -> usize {
    let start = line.start;
    let attempt = match format {
        _ if draft.text[start..].starts_with('{') => json::read_line(draft, start),
        Format::Syslog => {
            let frame = syslog::frame_at(draft.text, line, next);
            syslog::read_message(draft, frame.message).map(|()| frame.next)
        }
        Format::Logfmt => logfmt::read_line(draft, line).map(|()| next),
        Format::Clf => clf::read_line(draft, line).map(|()| next),
        _ => return text::read_record(draft, start),
    };
    finish_or_read_as_text(draft, attempt, start)
}

fn finish_or_read_as_text(draft: &mut Draft<'_>, attempt: Result<usize, Fault>, start: usize) -> usize {
    match attempt {
        Ok(next) => {
            draft.finish();
            next
        }
        Err(_) => {
            draft.abandon();
            text::read_record(draft, start)
        }
    }
}

/// The format that half of the first lines have, lines that continue others not counted. Never [`Format::Auto`].
pub(crate) fn detect(text: &str, received_at: Timestamp) -> Format {
    let text = &text[after_byte_order_mark(text)..];
    let begin = text.trim_ascii_start();
    if opens_object(begin) || begin.strip_prefix('[').is_some_and(|rest| opens_item(rest.trim_ascii_start())) {
        return Format::Json;
    }
    let guesses: Vec<Format> = first_lines(text).filter_map(|line| guess(line, received_at)).collect();
    let votes = |format: Format| guesses.iter().filter(|guess| **guess == format).count();
    let best = [Format::Json, Format::Logfmt, Format::Clf, Format::Syslog].into_iter().max_by_key(|format| votes(*format));
    best.filter(|best| votes(*best) > 0 && votes(*best) * 2 >= guesses.len()).unwrap_or(Format::Text)
}

fn first_lines(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    let lines = std::iter::from_fn(move || {
        let (line, next) = (at < text.len()).then(|| line_at(text.as_bytes(), at))?;
        at = next;
        Some(&text[line.start..text.floor_char_boundary(line.end.min(line.start + LINE_BYTES_MAX))])
    });
    lines.filter(|line| !line.trim_ascii().is_empty()).take(LINES_MAX)
}

fn opens_object(text: &str) -> bool {
    text.strip_prefix('{').is_some_and(|rest| rest.is_empty() || rest.trim_ascii_start().starts_with(['"', '}']))
}

fn opens_item(text: &str) -> bool {
    text.starts_with(']') || opens_object(text)
}

/// What a line looks like on its own; `None` when it continues another.
fn guess(line: &str, received_at: Timestamp) -> Option<Format> {
    if opens_object(line) {
        Some(Format::Json)
    } else if text::continues(line, || true) {
        None
    } else if syslog::frame_at(line, 0..line.len(), line.len()).message.start > 0 || syslog::looks_like(line, received_at) {
        Some(Format::Syslog)
    } else if clf::looks_like(line, received_at) {
        Some(Format::Clf)
    } else if logfmt::looks_like(line) {
        Some(Format::Logfmt)
    } else {
        Some(Format::Text)
    }
}

#[cfg(test)]
mod tests;
