//! OpenTelemetry's own protocol: logs, and the spans that they belong to, as protocol buffers or as their JSON.
//!
//! JSON is first written as protocol buffers, so that there is one reading of either. A record's own words go before
//! those of its resource and scope. What has a place in a record goes there, all else stays under its own name; lists of
//! named values become dotted names.

mod any_value;
mod from_json;
mod log_record;
mod plain;
mod span;
mod texts;

use bumpalo::Bump;
use record::{Batch, RejectReason};

use crate::body::Body;
use crate::draft::Draft;
use crate::limits::Fault;
use crate::protobuf::Message;
use crate::raw::Raw;
use crate::{Context, Unreadable};

use any_value::{Fields, written};
use plain::Plain;
use texts::{Texts, without_high_bytes};

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
    let ascii = without_high_bytes(bytes);
    let in_order = |order| {
        let (bump, body) = (Bump::new(), Body::binary(bytes));
        Reader::new(signal, order, Draft::new(&body, context), Texts::new(bytes, &ascii, &bump)).read(bytes)
    };
    Ok(match in_order(Order::Usual)? {
        Some(batch) => batch,
        None => in_order(Order::Any)?.expect("BUG: any order is read"),
    })
}

/// Whether scopes are told before their records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    /// They are, as all writers known do. Then everything is read once, from front to back, which is what memory likes.
    Usual,
    /// They may be told behind them, or in parts: the records are passed over first.
    Any,
}

struct Reader<'a> {
    draft: Draft<'a>,
    texts: Texts<'a>,
    signal: Signal,
    order: Order,
    /// A scope was told behind its records though the order should have been the usual one.
    is_late: bool,
    item: u64,
    /// The attributes of the record being read, each a `KeyValue`; here for its room, which the next one takes over.
    pairs: Vec<&'a [u8]>,
    /// What an attribute that is no plain one comes to; here for the same reason.
    nested: Vec<(&'a str, Raw<'a>)>,
}

/// What records share: the resource they come from, and the part of the program.
#[derive(Clone, Default)]
struct Shared<'a> {
    fields: Vec<(&'a str, Raw<'a>)>,
    /// A resource that breaks a limit takes all its records to quarantine.
    fault: Option<RejectReason>,
}

impl<'a> Reader<'a> {
    fn new(signal: Signal, order: Order, draft: Draft<'a>, texts: Texts<'a>) -> Reader<'a> {
        Reader { draft, texts, signal, order, is_late: false, item: 0, pairs: Vec::new(), nested: Vec::new() }
    }

    /// Reads the request; `None` if it is not in the order that was expected.
    fn read(mut self, bytes: &'a [u8]) -> Result<Option<Batch>, Unreadable> {
        self.request(Message::new(bytes))?;
        Ok((!self.is_late).then(|| self.draft.build()))
    }

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
        let (mut fields, mut has_records) = (message, false);
        while self.order == Order::Any
            && let Some((field, value)) = fields.next()?
        {
            if field == 1 {
                self.instrumentation(message.within(value.bytes()), &mut shared)?;
            }
        }
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            match field {
                1 if self.order == Order::Usual => {
                    self.is_late |= has_records;
                    self.instrumentation(message.within(value.bytes()), &mut shared)?;
                }
                2 => {
                    has_records = true;
                    self.item += 1;
                    self.record(message.within(value.bytes()), value.bytes(), &shared)?;
                }
                _ => {}
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
            let text = self.texts.read(value.bytes(), &mut self.draft);
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
            let mut fields = Fields { texts: self.texts, depth_max, out: &mut shared.fields };
            let read = fields.key_value("", message.within(value.bytes()), 2, &mut self.draft)?;
            shared.fault = shared.fault.or(read.err());
        }
        for (_, raw) in &mut shared.fields {
            if let Raw::Int(number, text @ "") = raw {
                *text = written(*number, self.texts.bump);
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

    /// Gives the record an attribute of its own, a `KeyValue`.
    #[inline]
    fn attribute(&mut self, message: Message<'a>, pair: &'a [u8]) -> Result<Result<(), RejectReason>, Unreadable> {
        match plain::pair(pair) {
            Some((key, value)) => Ok(self.put_plain(key, value).map_err(|fault| fault.reason)),
            None => self.nested_attribute(message),
        }
    }

    #[inline]
    fn put_plain(&mut self, key: &'a [u8], value: Plain<'a>) -> Result<(), Fault> {
        let id = match self.draft.expected(key) {
            Some(id) => id,
            None => {
                let key = self.texts.read(key, &mut self.draft);
                self.draft.numbered(key, 0)?
            }
        };
        match value {
            Plain::Text(text) => {
                let text = self.texts.read(text, &mut self.draft);
                self.draft.put_text(id, text, 0)
            }
            Plain::Int(number) => {
                self.draft.put_int_as(id, number, || written(number, self.texts.bump));
                Ok(())
            }
        }
    }

    fn nested_attribute(&mut self, message: Message<'a>) -> Result<Result<(), RejectReason>, Unreadable> {
        let mut nested = std::mem::take(&mut self.nested);
        nested.clear();
        let depth_max = self.draft.context.limits.depth_max;
        let mut gather = Fields { texts: self.texts, depth_max, out: &mut nested };
        let read = gather.key_value("", message, 2, &mut self.draft)?;
        let put = read.and_then(|()| self.put_all(&nested));
        self.nested = nested;
        Ok(put)
    }

    fn put(&mut self, name: &str, raw: Raw<'a>) -> Result<(), RejectReason> {
        let put = match raw {
            Raw::Int(number, "") => self.draft.put_named_int(name, number, || written(number, self.texts.bump)),
            raw => self.draft.put_named(name, raw, 0),
        };
        put.map_err(|fault| fault.reason)
    }
}

#[cfg(test)]
mod tests;
