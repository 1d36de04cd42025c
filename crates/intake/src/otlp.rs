//! OpenTelemetry's own protocol: logs, and the spans that they belong to, as protocol buffers or as their JSON.
//!
//! JSON is first written as protocol buffers, so that there is one reading of either. A record's own words go before
//! those of its resource and scope. What has a place in a record goes there, all else stays under its own name; lists of
//! named values become dotted names.

mod any_value;
mod from_json;
mod log_record;
mod span;

use bumpalo::Bump;
use record::{Batch, RejectReason};

use crate::body::Body;
use crate::draft::Draft;
use crate::protobuf::Message;
use crate::raw::Raw;
use crate::{Context, Unreadable};

use any_value::{Fields, text_of, written};

/// How a request is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// Protocol buffers.
    Protobuf,
    /// The JSON form of them: hexadecimal ids, 64-bit numbers as texts.
    Json,
}

/// What a request carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signal {
    /// Log records.
    Logs,
    /// Spans. Each becomes a record with the time it began, so that a trace and its logs lie together.
    Traces,
}

/// Reads an export request. A record that breaks a limit goes to quarantine, as JSON; a body that is no such request is
/// refused whole.
pub fn decode(signal: Signal, encoding: Encoding, bytes: &[u8], context: &Context<'_>) -> Result<Batch, Unreadable> {
    let written;
    let bytes = match encoding {
        Encoding::Protobuf => bytes,
        Encoding::Json => {
            written = from_json::to_protobuf(signal, bytes, context.limits.depth_max)?;
            &written
        }
    };
    let (bump, body) = (Bump::new(), Body::binary(bytes));
    let mut reader = Reader { draft: Draft::new(&body, context), bump: &bump, signal, item: 0, own: Vec::new() };
    reader.request(Message::new(bytes))?;
    Ok(reader.draft.build())
}

struct Reader<'a> {
    draft: Draft<'a>,
    /// Texts that do not stand in the body as they are needed.
    bump: &'a Bump,
    signal: Signal,
    item: u64,
    /// The attributes of the record being read; here for its room, which the next one takes over.
    own: Vec<(&'a str, Raw<'a>)>,
}

/// What records share: the resource they come from, and the part of the program.
#[derive(Clone, Default)]
struct Shared<'a> {
    fields: Vec<(&'a str, Raw<'a>)>,
    /// A resource that breaks a limit takes all its records to quarantine.
    fault: Option<RejectReason>,
}

impl<'a> Reader<'a> {
    fn request(&mut self, mut message: Message<'a>) -> Result<(), Unreadable> {
        while let Some((field, value)) = message.next()? {
            if field == 1 {
                self.resource(message.within(value.bytes()))?;
            }
        }
        Ok(())
    }

    /// `ResourceLogs`, `ResourceSpans`
    fn resource(&mut self, message: Message<'a>) -> Result<(), Unreadable> {
        let mut shared = Shared::default();
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            if field == 1 {
                self.attributes(message.within(value.bytes()), 1, &mut shared)?;
            }
        }
        let mut scopes = message;
        while let Some((field, value)) = scopes.next()? {
            if field == 2 {
                self.scope(message.within(value.bytes()), shared.clone())?;
            }
        }
        Ok(())
    }

    /// `ScopeLogs`, `ScopeSpans`
    fn scope(&mut self, message: Message<'a>, mut shared: Shared<'a>) -> Result<(), Unreadable> {
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            if field == 1 {
                self.instrumentation(message.within(value.bytes()), &mut shared)?;
            }
        }
        let mut records = message;
        while let Some((field, value)) = records.next()? {
            if field == 2 {
                self.item += 1;
                self.record(message.within(value.bytes()), value.bytes(), &shared)?;
            }
        }
        Ok(())
    }

    fn instrumentation(&mut self, message: Message<'a>, shared: &mut Shared<'a>) -> Result<(), Unreadable> {
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            let name = match field {
                1 => "otel.scope.name",
                2 => "otel.scope.version",
                _ => continue,
            };
            let text = text_of(value.bytes(), self.bump, &mut self.draft);
            if !text.is_empty() {
                shared.fields.push((name, Raw::Text(text)));
            }
        }
        self.attributes(message, 3, shared)
    }

    /// Reads the attributes that stand in a message under a field's number.
    fn attributes(&mut self, mut message: Message<'a>, number: u32, shared: &mut Shared<'a>) -> Result<(), Unreadable> {
        let depth_max = self.draft.context.limits.depth_max;
        while let Some((field, value)) = message.next()? {
            if field != number {
                continue;
            }
            let mut fields = Fields { bump: self.bump, depth_max, out: &mut shared.fields };
            let read = fields.key_value("", message.within(value.bytes()), 2, &mut self.draft)?;
            shared.fault = shared.fault.or(read.err());
        }
        for (_, raw) in &mut shared.fields {
            if let Raw::Int(number, text @ "") = raw {
                *text = written(*number, self.bump);
            }
        }
        Ok(())
    }

    fn record(&mut self, message: Message<'a>, bytes: &'a [u8], shared: &Shared<'a>) -> Result<(), Unreadable> {
        self.draft.begin();
        let mut own = match self.signal {
            Signal::Logs => self.log_record(message)?,
            Signal::Traces => self.span(message)?,
        };
        own = own.and(shared.fault.map_or(Ok(()), Err));
        if own.is_ok() {
            own = self.put_shared(shared);
        }
        match own {
            Ok(()) => self.draft.finish(),
            Err(reason) => {
                let raw = any_value::shown(self.signal, message, shared, self.draft.context.limits.depth_max);
                self.draft.reject_item(reason, &raw, self.item, message.offset_of(bytes) as u64);
            }
        }
        Ok(())
    }

    fn put_shared(&mut self, shared: &Shared<'a>) -> Result<(), RejectReason> {
        for &(name, raw) in &shared.fields {
            self.draft.put_beside(name, raw, 0).map_err(|fault| fault.reason)?;
        }
        Ok(())
    }

    fn put(&mut self, name: &str, raw: Raw<'a>) -> Result<(), RejectReason> {
        let put = match raw {
            Raw::Int(number, "") => self.draft.put_named_int(name, number, || written(number, self.bump)),
            raw => self.draft.put_named(name, raw, 0),
        };
        put.map_err(|fault| fault.reason)
    }
}

#[cfg(test)]
mod tests;
