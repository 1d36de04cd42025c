use record::{RejectReason, Severity, Timestamp};

use super::Reader;
use super::any_value::{Fields, hex, written};
use super::plain::Plain;
use crate::Unreadable;
use crate::places::Place;
use crate::protobuf::Message;
use crate::raw::Raw;

/// The fixed parts of a `LogRecord`.
#[derive(Default)]
struct Parts<'a> {
    time: u64,
    observed: u64,
    severity_number: u64,
    severity_text: &'a str,
    event_name: &'a str,
    dropped: u64,
    flags: u64,
}

impl<'a> Reader<'a> {
    /// Reads a `LogRecord` into the record being built.
    pub(super) fn log_record(&mut self, message: Message<'a>) -> Result<Result<(), RejectReason>, Unreadable> {
        let mut parts = Parts::default();
        let (mut pairs, mut read) = (std::mem::take(&mut self.pairs), Ok(()));
        pairs.clear();
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            match field {
                1 => parts.time = value.number(),
                2 => parts.severity_number = value.number(),
                3 => parts.severity_text = self.texts.read(value.bytes(), &mut self.draft),
                5 => read = read.and(self.body(message.within(value.bytes()), value.bytes())?),
                6 => pairs.push(value.bytes()),
                7 => parts.dropped = value.number(),
                8 => parts.flags = value.number(),
                9 => self.put_id(Place::TraceId, value.bytes()),
                10 => self.put_id(Place::SpanId, value.bytes()),
                11 => parts.observed = value.number(),
                12 => parts.event_name = self.texts.read(value.bytes(), &mut self.draft),
                _ => {}
            }
        }
        let mut put = read.and_then(|()| self.put_parts(&parts));
        for pair in &pairs {
            put = put.and(self.attribute(message.within(pair), pair)?);
        }
        self.pairs = pairs;
        Ok(put)
    }

    /// A text is the message; a list of named values is what the record says.
    fn body(&mut self, message: Message<'a>, bytes: &'a [u8]) -> Result<Result<(), RejectReason>, Unreadable> {
        if let Some(Plain::Text(text)) = Plain::read(bytes) {
            let text = Raw::Text(self.texts.read(text, &mut self.draft));
            return Ok(self.draft.put_place(Place::Message, text, 0).map_err(|fault| fault.reason));
        }
        let mut body = Vec::new();
        let depth_max = self.draft.context.limits.depth_max;
        let mut gather = Fields { texts: self.texts, depth_max, out: &mut body };
        let read = gather.any_value("", message, 2, &mut self.draft)?;
        Ok(read.and_then(|()| match body.as_slice() {
            [("", Raw::Int(number, _))] => {
                let text = Raw::Text(written(*number, self.texts.bump));
                self.draft.put_place(Place::Message, text, 0).map_err(|fault| fault.reason)
            }
            [("", raw)] => self.draft.put_place(Place::Message, *raw, 0).map_err(|fault| fault.reason),
            _ => self.put_all(&body),
        }))
    }

    pub(super) fn put_all(&mut self, fields: &[(&'a str, Raw<'a>)]) -> Result<(), RejectReason> {
        fields.iter().try_for_each(|&(name, raw)| self.put(name, raw))
    }

    /// Nothing but zeros means that there is none.
    pub(super) fn put_id(&mut self, place: Place, bytes: &'a [u8]) {
        if bytes.iter().any(|&b| b != 0) {
            // Longer than any limit only when it is no id at all; then the record is better off without it.
            let _ = self.draft.put_place(place, Raw::Text(hex(bytes, self.texts.bump)), 0);
        }
    }

    /// Nanoseconds since 1970; zero means that there is none.
    pub(super) fn put_time(&mut self, nanos: u64) {
        if let Ok(nanos @ 1..) = i64::try_from(nanos) {
            self.draft.put_time_as(Timestamp::from_nanos(nanos), || written(nanos, self.texts.bump));
        }
    }

    fn put_parts(&mut self, parts: &Parts<'a>) -> Result<(), RejectReason> {
        self.put_time(parts.time);
        if let Ok(observed @ 1..) = i64::try_from(parts.observed) {
            // Its name stands for the time too, of records that have no other.
            self.put("observed_time_unix_nano", Raw::Int(observed, ""))?;
        }
        self.put_severity(parts.severity_number, parts.severity_text)?;
        if !parts.event_name.is_empty() {
            self.put("event_name", Raw::Text(parts.event_name))?;
        }
        for (name, number) in [("flags", parts.flags), ("dropped_attributes_count", parts.dropped)] {
            if number > 0 {
                self.put(name, Raw::Int(number as i64, ""))?;
            }
        }
        Ok(())
    }

    /// The number decides. It stays as an attribute where a severity is coarser (`INFO3`), the text where it says
    /// something else.
    fn put_severity(&mut self, number: u64, text: &'a str) -> Result<(), RejectReason> {
        let by_number = u8::try_from(number).ok().and_then(Severity::from_number);
        let by_text = Severity::parse(text);
        let severity = by_number.or(by_text);
        if let Some(severity) = severity {
            self.draft.put_severity(severity);
        }
        if number > 0 && severity.is_none_or(|severity| u64::from(severity.number()) != number) {
            self.put("severity_number", Raw::Int(number as i64, ""))?;
        }
        if !text.is_empty() && (by_text.is_none() || by_text != severity) {
            self.put("severity_text", Raw::Text(text))?;
        }
        Ok(())
    }
}
