//! Loki's push: streams of lines under labels, as JSON or as protocol buffers.
//!
//! A line that is a JSON object is read as one; any other is the message as it came. Labels and structured metadata are
//! attributes beside what the line says, and the push's time is the record's.

mod labels;
mod push;

use record::{Batch, Timestamp};

use crate::body::Body;
use crate::draft::Draft;
use crate::limits::Fault;
use crate::raw::Raw;
use crate::{Context, Unreadable, json, text, utf16};

pub(crate) use push::{Entry, Push};

/// How a push is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// JSON.
    Json,
    /// Protocol buffers, after snappy was undone.
    Protobuf,
}

/// Label that says where a stream comes from when no better one does: the name of a scrape job.
const JOB: &str = "job";

/// Reads a push. A body that is none is refused whole; Loki's agents drop what is refused so, as nothing helps it.
pub fn decode(encoding: Encoding, bytes: &[u8], context: &Context<'_>) -> Result<Batch, Unreadable> {
    let push = match encoding {
        Encoding::Json => Push::from_json(&utf16::as_utf8(bytes), context.limits.depth_max)?,
        Encoding::Protobuf => Push::from_protobuf(bytes)?,
    };
    Ok(read_push(&push, bytes, context))
}

/// Reads lines under labels. All their texts lie in one, of which the lines are read as if it were the body.
pub(crate) fn read_push(push: &Push, bytes: &[u8], context: &Context<'_>) -> Batch {
    let body = Body::rewritten(&push.text, bytes, push.mended);
    let mut draft = Draft::new(&body, context);
    for (index, entry) in push.entries.iter().enumerate() {
        match read(&mut draft, push, entry) {
            Ok(()) => draft.finish(),
            Err(fault) => {
                let raw = &push.text[entry.line.clone()];
                draft.reject_item(fault.reason, raw, index as u64 + 1, entry.offset as u64);
            }
        }
    }
    draft.build()
}

fn read<'a>(draft: &mut Draft<'a>, push: &'a Push, entry: &Entry) -> Result<(), Fault> {
    let line = &push.text[entry.line.clone()];
    let at = entry.line.start;
    draft.begin();
    if !(line.starts_with('{') && is_object(draft, entry)) {
        draft.abandon();
        draft.begin();
        text::put_message(draft, line, at)?;
    }
    if let Ok(nanos @ 1..) = i64::try_from(entry.nanos) {
        let (time, rest) = Timestamp::from_nanos(nanos);
        draft.put_time((time, rest), &push.text[entry.time.clone()]);
    }
    let stream = &push.streams[entry.stream];
    for (name, value) in stream.iter().chain(&entry.metadata) {
        let (name, value) = (&push.text[name.clone()], &push.text[value.clone()]);
        draft.put_beside(name, Raw::Text(value), at)?;
        if name == JOB {
            draft.fall_back_to_source(value);
        }
    }
    Ok(())
}

/// Reads a line that is an object and nothing else.
fn is_object(draft: &mut Draft<'_>, entry: &Entry) -> bool {
    let end = json::read_object(draft, entry.line.start);
    end.is_ok_and(|end| draft.text.get(end..entry.line.end).is_some_and(|rest| rest.trim_ascii().is_empty()))
}

#[cfg(test)]
mod tests;
