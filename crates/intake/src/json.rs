//! JSON: lines, objects one after the other, or an array of objects.
//!
//! One pass, straight into the batch. The records of a body are told apart by their own brackets, so that an object may
//! span lines; after a fault reading goes on at the next line, in an array at the next item.

mod array;
mod cursor;
mod object;
mod scan;

use std::ops::Range;

use record::RejectReason;

use crate::draft::Draft;
use crate::limits::Fault;
use crate::lines::{after_byte_order_mark, line_end, without_return};
use crate::text;

pub(crate) use cursor::Cursor;
use object::ObjectReader;
pub(crate) use scan::{bracket_end, invalid, skip_space, value_end};

/// What becomes of a line that does not begin with `{`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strangers {
    /// It is rejected.
    Reject,
    /// It is a record of plain text, as when a program that logs JSON dies with a stack trace.
    ReadAsText,
}

/// Reads a whole body.
pub(crate) fn decode(draft: &mut Draft<'_>, strangers: Strangers) {
    let mut body = BodyReader {
        text: draft.text,
        bytes: draft.text.as_bytes(),
        strangers,
        item: None,
        skippable: draft.text.len(),
        rereadable: draft.text.len(),
    };
    let mut at = after_byte_order_mark(draft.text);
    let start = skip_space(body.bytes, at);
    loop {
        at = skip_space(body.bytes, at);
        let begin = at;
        at = match body.bytes.get(at) {
            None => return,
            Some(b'{') => body.object(draft, at),
            Some(b'[') if body.item.is_none() && (at == start || body.opens_objects(at)) => {
                body.item = Some(0);
                at + 1
            }
            // Commas and the array's end are also passed over between lines: so a long array can come in pieces.
            Some(b',') => at + 1,
            Some(b']') => {
                body.item = None;
                at + 1
            }
            Some(_) => body.stranger(draft, at),
        };
        assert!(at > begin, "BUG: a piece of a body is empty, and would be read for ever");
    }
}

/// Reads the object at `at` into the record being built. Returns where it ends.
pub(crate) fn read_object(draft: &mut Draft<'_>, at: usize) -> Result<usize, Fault> {
    if draft.text.as_bytes().get(at) != Some(&b'{') {
        return Err(Fault::new(RejectReason::NotAnObject, at));
    }
    ObjectReader::new(draft).record(at)
}

/// Reads the object at `at` as a record, if it is whole and nothing follows it on its line. Returns where it ends.
pub(crate) fn read_line(draft: &mut Draft<'_>, at: usize) -> Result<usize, Fault> {
    draft.begin();
    let end = read_object(draft, at)?;
    let bytes = draft.text.as_bytes();
    let mut next = end;
    while matches!(bytes.get(next), Some(b' ' | b'\t' | b'\r')) {
        next += 1;
    }
    match bytes.get(next) {
        None | Some(b'\n' | b'{' | b',' | b']') => Ok(end),
        Some(_) => Err(Fault::new(RejectReason::InvalidJson, next)),
    }
}

struct BodyReader<'a> {
    text: &'a str,
    bytes: &'a [u8],
    strangers: Strangers,
    /// Within an array: how many items were begun.
    item: Option<u64>,
    /// Bytes that may still be passed over to find the ends of faulty objects that span lines. Bounded, because each
    /// such search may run to the end of the body in vain.
    skippable: usize,
    /// Bytes that may still be read again because a faulty object before them reached into their lines. Bounded, because
    /// in a body made for it every line does.
    rereadable: usize,
}

impl BodyReader<'_> {
    #[inline]
    fn object(&mut self, draft: &mut Draft<'_>, at: usize) -> usize {
        self.count_item();
        match read_line(draft, at) {
            Ok(end) => {
                draft.finish();
                end
            }
            Err(fault) => self.reject(draft, fault, at),
        }
    }

    #[inline]
    fn count_item(&mut self) {
        if let Some(item) = &mut self.item {
            *item += 1;
        }
    }

    fn opens_objects(&self, at: usize) -> bool {
        matches!(self.bytes.get(skip_space(self.bytes, at + 1)), Some(b'{' | b']'))
    }

    /// Something that is no object.
    fn stranger(&mut self, draft: &mut Draft<'_>, at: usize) -> usize {
        self.count_item();
        if self.item.is_none() && self.strangers == Strangers::ReadAsText {
            let indent = self.bytes[..at].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
            return text::read_record(draft, at - indent);
        }
        let fault = match array::value_at(self.text, at, draft.context.limits.depth_max) {
            Ok(end) if self.ends_piece(end) => Fault::new(RejectReason::NotAnObject, at),
            Ok(end) => Fault::new(RejectReason::InvalidJson, end),
            Err(fault) => fault,
        };
        self.reject(draft, fault, at)
    }

    fn ends_piece(&self, end: usize) -> bool {
        let rest = &self.bytes[end..self.line_end(end)];
        let rest = rest.trim_ascii_start();
        rest.is_empty() || (self.item.is_some() && matches!(rest[0], b',' | b']'))
    }

    fn line_end(&self, at: usize) -> usize {
        line_end(self.bytes, at)
    }

    /// Rejects the piece that begins at `at`. Returns where the next begins.
    fn reject(&mut self, draft: &mut Draft<'_>, fault: Fault, at: usize) -> usize {
        let piece = self.piece(fault, at);
        let end = piece.end;
        draft.reject(fault, piece, self.item);
        end
    }

    fn piece(&mut self, fault: Fault, at: usize) -> Range<usize> {
        if self.item.is_some() {
            return at..self.item_end(at);
        }
        let mut end = self.line_end(at);
        if fault.at > end {
            end = self.end_over_lines(fault, at, end);
        }
        at..without_return(self.bytes, at, end)
    }

    /// The end of a faulty item, which is never empty: a bracket that closes nothing begins it like any other byte.
    fn item_end(&self, at: usize) -> usize {
        let inside = at + usize::from(self.bytes[at] == b'}');
        let end = value_end(self.bytes, inside, self.bytes.len()).unwrap_or(self.bytes.len());
        at + self.text[at..end].trim_end_matches([' ', '\t', '\n', '\r']).len()
    }

    /// The end of a faulty object that spans lines. One that is JSON but breaks a limit is one piece; of others only the
    /// first line is, because the next may well begin a record, as long as there is budget to read it again.
    fn end_over_lines(&mut self, fault: Fault, at: usize, line_end: usize) -> usize {
        if fault.reason != RejectReason::InvalidJson {
            let end = value_end(self.bytes, at, (at + self.skippable).min(self.bytes.len()));
            self.skippable -= end.map_or(self.skippable, |end| end - at);
            if let Some(end) = end {
                return self.line_end(end.saturating_sub(1));
            }
        }
        match self.rereadable.checked_sub(fault.at - line_end) {
            Some(left) => {
                self.rereadable = left;
                line_end
            }
            None => memchr::memrchr(b'\n', &self.bytes[..fault.at]).map_or(line_end, |end| end.max(line_end)),
        }
    }
}

#[cfg(test)]
mod tests;
