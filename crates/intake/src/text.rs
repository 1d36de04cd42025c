//! Plain lines. The message is the line as it came; a time and a severity in a usual layout are read from it.

use std::ops::Range;

use record::{Severity, Timestamp};

use crate::draft::Draft;
use crate::limits::Fault;
use crate::lines::{for_each_line, line_at};
use crate::places::Place;
use crate::raw::Raw;
use crate::stamp::{self, Stamp};

/// Reads a whole body.
pub(crate) fn decode(draft: &mut Draft<'_>) {
    for_each_line(draft.text, |line, _| read_record(draft, line.start));
}

/// Reads the line at `at` and those that continue it as a record. Returns where the next line begins.
pub(crate) fn read_record(draft: &mut Draft<'_>, at: usize) -> usize {
    let (range, next) = with_continuation(draft.text, at, draft.context);
    draft.begin();
    match fill(draft, range.clone()) {
        Ok(()) => draft.finish(),
        Err(fault) => draft.reject(fault, range, None),
    }
    next
}

fn with_continuation(text: &str, at: usize, context: &crate::Context<'_>) -> (Range<usize>, usize) {
    let (mut range, mut next) = line_at(text.as_bytes(), at);
    let head = &text[range.clone()];
    let is_stamped = || find_stamp(head, context.received_at).is_some();
    while next < text.len() {
        let (line, after) = line_at(text.as_bytes(), next);
        let is_long = line.end - range.start > context.limits.text_bytes_max;
        if is_long || !continues(&text[line.clone()], is_stamped) {
            break;
        }
        range.end = line.end;
        next = after;
    }
    (range, next)
}

/// Whether a line belongs to the record before it. Lines without indentation do only in well-known shapes; the name of
/// an exception only under a line that has a time, because otherwise it may well be a record of its own.
pub(crate) fn continues(line: &str, is_stamped: impl FnOnce() -> bool) -> bool {
    let text = line.trim_ascii();
    if text.is_empty() {
        return false;
    }
    line.starts_with([' ', '\t'])
        || text.bytes().all(|b| matches!(b, b'}' | b')' | b']' | b';' | b','))
        || text.starts_with("Caused by:")
        || text.starts_with("Suppressed:")
        || (text.starts_with("... ") && text.ends_with(" more"))
        || ((text.starts_with("Traceback (most recent call last)") || is_exception(text)) && is_stamped())
}

/// `java.io.IOException: ...`, `ValueError: ...`
fn is_exception(text: &str) -> bool {
    let name_len = text.bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'$')).count();
    let (name, rest) = text.split_at(name_len);
    let ends = ["Exception", "Error", "Throwable"].into_iter().any(|end| name.ends_with(end) && name.len() > end.len());
    ends && (rest.is_empty() || rest.starts_with(':'))
}

/// Reads lines that are one record.
pub(crate) fn fill(draft: &mut Draft<'_>, range: Range<usize>) -> Result<(), Fault> {
    put_message(draft, &draft.text[range.clone()], range.start)
}

/// Gives the record a message, and what a usual layout of its first line says.
pub(crate) fn put_message<'a>(draft: &mut Draft<'a>, text: &'a str, at: usize) -> Result<(), Fault> {
    draft.put_place(Place::Message, Raw::Text(text), at)?;
    let head = text.lines().next().unwrap_or_default();
    let layout = layout(head, draft.context.received_at);
    if let Some((stamp, at)) = layout.stamp {
        draft.put_time((stamp.at, stamp.nanos), &head[at..at + stamp.len]);
    }
    if let Some(severity) = layout.severity {
        draft.put_severity(severity);
    }
    Ok(())
}

/// What the beginning of a line says.
#[derive(Debug, PartialEq)]
struct Layout {
    /// A time, and where it stands.
    stamp: Option<(Stamp, usize)>,
    severity: Option<Severity>,
}

/// Words at the beginning of a line among which its time is looked for: `ERROR [main] 2026-02-06 ...`.
const STAMP_WORDS: usize = 3;

/// Words among which the severity is looked for: time, zone, host, process and logger may stand before it.
const SEVERITY_WORDS: usize = 10;

fn layout(head: &str, received_at: Timestamp) -> Layout {
    if let Some(layout) = glog(head, received_at) {
        return layout;
    }
    let stamp = find_stamp(head, received_at);
    let taken = stamp.map_or(0..0, |(stamp, at)| at..at + stamp.len);
    let severity = words(head).filter(|word| !taken.contains(&word.at)).take(SEVERITY_WORDS).find_map(severity_of);
    Layout { stamp, severity }
}

/// `E0206 14:23:45.123456 ...`, the layout of glog and Kubernetes.
fn glog(head: &str, received_at: Timestamp) -> Option<Layout> {
    let severity = match head.as_bytes().first()? {
        b'D' => Severity::Debug,
        b'I' => Severity::Info,
        b'W' => Severity::Warn,
        b'E' => Severity::Error,
        b'F' => Severity::Fatal,
        _ => return None,
    };
    let stamp = stamp::read_month_day(head.get(1..)?, received_at)?;
    Some(Layout { stamp: Some((stamp, 1)), severity: Some(severity) })
}

fn find_stamp(head: &str, received_at: Timestamp) -> Option<(Stamp, usize)> {
    words(head).take(STAMP_WORDS).enumerate().find_map(|(index, word)| {
        let at = word.at + word.text.len() - word.text.trim_start_matches(['[', '(', '<', '"', '\'']).len();
        let stamp = stamp::read(&head[at..], received_at)?;
        // A bare number is a time only in front, perhaps behind a mark in capitals: elsewhere it may be any id.
        let is_number = head[at..at + stamp.len].bytes().all(|b| b.is_ascii_digit() || b == b'.');
        let is_mark = |b: &u8| b.is_ascii_uppercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_');
        let is_in_front = index == 0 || (index == 1 && head.as_bytes()[..word.at - 1].iter().all(is_mark));
        (!is_number || is_in_front).then_some((stamp, at))
    })
}

struct Word<'a> {
    text: &'a str,
    at: usize,
}

fn words(head: &str) -> impl Iterator<Item = Word<'_>> {
    head.split([' ', '\t', '|'])
        .filter(|text| !text.is_empty())
        .map(|text| Word { text, at: text.as_ptr() as usize - head.as_ptr() as usize })
}

/// A severity in capitals, in brackets, before a colon, or behind `level=`: a word in running text is none.
fn severity_of(word: Word<'_>) -> Option<Severity> {
    let is_mark = |c: char| matches!(c, '[' | ']' | '(' | ')' | '<' | '>' | ':' | ',' | ';' | '-' | '*' | '"' | '\'');
    let named = ["level=", "lvl=", "severity=", "loglevel="].into_iter().find_map(|name| word.text.strip_prefix(name));
    if let Some(value) = named {
        return Severity::parse(value.trim_matches(is_mark));
    }
    let bare = word.text.trim_matches(is_mark);
    let is_capital = bare.bytes().all(|b| b.is_ascii_uppercase());
    let is_marked = word.text.starts_with(['[', '<', '(']) || word.text.ends_with(':');
    (is_capital || is_marked).then(|| severity_word(bare)).flatten()
}

/// The words that are a severity wherever they stand; [`Severity::parse`] knows more, which in a text mean other things.
fn severity_word(word: &str) -> Option<Severity> {
    const WORDS: [&str; 19] = [
        "TRACE",
        "DEBUG",
        "INFO",
        "NOTICE",
        "WARN",
        "WARNING",
        "ERROR",
        "ERR",
        "CRITICAL",
        "CRIT",
        "ALERT",
        "FATAL",
        "EMERG",
        "EMERGENCY",
        "PANIC",
        "SEVERE",
        "FINE",
        "FINER",
        "FINEST",
    ];
    let known = WORDS.into_iter().any(|known| known.eq_ignore_ascii_case(word));
    known.then(|| Severity::parse(word)).flatten()
}

#[cfg(test)]
mod tests;
