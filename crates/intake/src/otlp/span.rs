use record::{RejectReason, Severity};

use super::Reader;
use super::any_value::{hex, write_object};
use crate::Unreadable;
use crate::json_out::quote;
use crate::places::Place;
use crate::protobuf::{Message, Wire};
use crate::raw::Raw;

/// Names of a span's kind, by number.
const KINDS: [&str; 6] = ["unspecified", "internal", "server", "client", "producer", "consumer"];

/// `Status.code` of a span that failed.
const FAILED: u64 = 2;

/// Which fields of an event or a link are kept, and under which number its attributes stand.
#[derive(Clone, Copy)]
struct Parts {
    names: &'static [(u32, &'static str)],
    attributes: u32,
}

const EVENT: Parts = Parts { names: &[(1, "time_unix_nano"), (2, "name")], attributes: 3 };
const LINK: Parts = Parts { names: &[(1, "trace_id"), (2, "span_id")], attributes: 4 };

impl<'a> Reader<'a> {
    /// Reads a `Span` into the record being built: its name is the message, its begin the time.
    pub(super) fn span(&mut self, message: Message<'a>) -> Result<Result<(), RejectReason>, Unreadable> {
        let (mut start, mut end, mut kind) = (0, 0, 0);
        let (mut events, mut links) = (String::new(), String::new());
        let (mut parent, mut name, mut status) = (&b""[..], "", (0, ""));
        let (mut pairs, mut read) = (std::mem::take(&mut self.pairs), Ok(()));
        pairs.clear();
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => self.put_id(Place::TraceId, value.bytes()),
                2 => self.put_id(Place::SpanId, value.bytes()),
                4 => parent = value.bytes(),
                5 => name = self.texts.read(value.bytes(), &mut self.draft),
                6 => kind = value.number(),
                7 => start = value.number(),
                8 => end = value.number(),
                9 => pairs.push(value.bytes()),
                11 => read = read.and(self.beside(&mut events, message.within(value.bytes()), EVENT)?),
                13 => read = read.and(self.beside(&mut links, message.within(value.bytes()), LINK)?),
                15 => status = self.status(message.within(value.bytes()))?,
                _ => {}
            }
        }
        let put = |reader: &mut Reader<'a>| {
            reader.draft.put_place(Place::Message, Raw::Text(name), 0).map_err(|fault| fault.reason)?;
            reader.put_time(start);
            reader.put("span.kind", Raw::Text(KINDS.get(kind as usize).copied().unwrap_or(KINDS[0])))?;
            reader.put("span.duration_nanos", Raw::Int(end.saturating_sub(start) as i64, ""))?;
            if parent.iter().any(|&b| b != 0) {
                reader.put("parent_span_id", Raw::Text(hex(parent, reader.texts.bump)))?;
            }
            if status.0 == FAILED {
                reader.draft.put_severity(Severity::Error);
            }
            if !status.1.is_empty() {
                reader.put("span.status_message", Raw::Text(status.1))?;
            }
            for (name, list) in [("span.events", &events), ("span.links", &links)] {
                if !list.is_empty() {
                    let json = reader.texts.bump.alloc_str(&format!("[{list}]"));
                    reader.put(name, Raw::Array { json, tidy: true })?;
                }
            }
            Ok(())
        };
        let mut put = read.and_then(|()| put(self));
        for pair in &pairs {
            put = put.and(self.attribute(message.within(pair), pair)?);
        }
        self.pairs = pairs;
        Ok(put)
    }

    /// Writes an event or a link of the span as JSON: an error's stack trace stands in one.
    fn beside(&mut self, out: &mut String, message: Message<'a>, parts: Parts) -> Result<Result<(), RejectReason>, Unreadable> {
        if !out.is_empty() {
            out.push(',');
        }
        out.push('{');
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            let Some(name) = parts.names.iter().find(|(number, _)| *number == field).map(|(_, name)| name) else { continue };
            quote(out, name);
            out.push(':');
            match value {
                Wire::Fixed64(nanos) => out.push_str(&nanos.to_string()),
                Wire::Bytes(id) if name.ends_with("_id") => quote(out, hex(id, self.texts.bump)),
                other => quote(out, self.texts.read(other.bytes(), &mut self.draft)),
            }
            out.push(',');
        }
        out.push_str("\"attributes\":");
        let depth_max = self.draft.context.limits.depth_max;
        let read = write_object(out, message, parts.attributes, 2, depth_max)?;
        out.push('}');
        Ok(read)
    }

    fn status(&mut self, mut message: Message<'a>) -> Result<(u64, &'a str), Unreadable> {
        let mut status = (0, "");
        while let Some((field, value)) = message.next()? {
            match field {
                2 => status.1 = self.texts.read(value.bytes(), &mut self.draft),
                3 => status.0 = value.number(),
                _ => {}
            }
        }
        Ok(status)
    }
}
