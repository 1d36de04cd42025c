//! Access and error logs of Apache and nginx.

mod access;
mod error;

use std::ops::Range;

use record::RejectReason;

use crate::draft::Draft;
use crate::limits::Fault;
use crate::lines::for_each_line;

/// Reads a whole body.
pub(crate) fn decode(draft: &mut Draft<'_>) {
    for_each_line(draft.text, |line, next| {
        match read_line(draft, line.clone()) {
            Ok(()) => draft.finish(),
            Err(fault) => draft.reject(fault, line, None),
        }
        next
    });
}

/// Reads a line into a new record.
pub(crate) fn read_line(draft: &mut Draft<'_>, line: Range<usize>) -> Result<(), Fault> {
    draft.begin();
    let (text, received_at) = (&draft.text[line.clone()], draft.context.received_at);
    if let Some(access) = access::parse(text, received_at) {
        return access.put(draft, text, line.start);
    }
    match error::parse(text, received_at) {
        Some(error) => error.put(draft, line.start),
        None => Err(Fault::new(RejectReason::InvalidLine, line.start)),
    }
}

/// Whether a line is one of these.
pub(crate) fn looks_like(line: &str, received_at: record::Timestamp) -> bool {
    access::parse(line, received_at).is_some() || error::parse(line, received_at).is_some()
}

#[cfg(test)]
mod tests;
