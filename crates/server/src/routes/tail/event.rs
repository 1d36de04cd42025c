//! Events as they go over the wire (HTML Living Standard, 9.2).

use bytes::Bytes;
use record::{Batch, Record, RecordId, Severity, Value};

use crate::rows::write_text;

/// What happens to the reader of a tail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Event {
    /// A record, as it goes over the wire.
    Record(Bytes),
    /// Records were left out here. Whole batches that were missed are counted apart: nobody knows what was in them.
    Dropped {
        /// Records.
        records: u64,
        /// Batches.
        batches: u64,
    },
}

impl Event {
    /// As it goes over the wire.
    pub(super) fn into_text(self) -> Bytes {
        match self {
            Event::Record(text) => text,
            Event::Dropped { records, batches } => {
                format!("event: dropped\ndata: {{\"records\":{records},\"batches\":{batches}}}\n\n").into()
            }
        }
    }

    /// How much room it takes while it waits.
    pub(super) fn len(&self) -> usize {
        match self {
            Event::Record(text) => text.len(),
            Event::Dropped { .. } => DROPPED_LEN,
        }
    }

    /// The record as one line of JSON, of an event that is one.
    pub(crate) fn json(&self) -> Option<&[u8]> {
        let Event::Record(text) = self else { return None };
        text.strip_prefix(BEGIN.as_bytes())?.strip_suffix(END.as_bytes())
    }
}

/// Around a record.
const BEGIN: &str = "event: record\ndata: ";
const END: &str = "\n\n";
/// About as long as word of what was left out.
const DROPPED_LEN: usize = 64;

/// Sent first: how long a client waits before it comes back.
pub(super) const OPEN: &[u8] = b": tail\nretry: 1000\n\n";
/// A sign of life.
pub(super) const HEARTBEAT: &[u8] = b": still here\n\n";

/// A record.
pub(super) fn record(batch: &Batch, record: &Record, id: RecordId) -> Event {
    let mut out = String::with_capacity(512);
    out.push_str(BEGIN);
    write_record(batch, record, id, &mut out);
    out.push_str(END);
    Event::Record(out.into())
}

/// The record as one line of JSON, with the names of the columns of `logs`.
fn write_record(batch: &Batch, record: &Record, id: RecordId, out: &mut String) {
    out.push_str("{\"record_id\":");
    write_text(&id.to_string(), out);
    out.push_str(",\"timestamp\":");
    write_text(&record.timestamp.to_string(), out);
    let severity = record.severity.map(Severity::as_str);
    let texts = record.texts().map(|span| batch.text_if(span));
    let [source, host, message, trace_id, span_id, transaction_id, error_code] = texts;
    let fixed = [
        ("severity", severity),
        ("source", source),
        ("host", host),
        ("message", message),
        ("trace_id", trace_id),
        ("span_id", span_id),
        ("transaction_id", transaction_id),
        ("error_code", error_code),
    ];
    for (name, text) in fixed {
        if let Some(text) = text {
            write_name(name, out);
            write_text(text, out);
        }
    }
    for field in batch.fields(record) {
        write_name(batch.name(field.name), out);
        match field.value {
            Value::Text(text) => write_text(batch.text(text), out),
            Value::Json(json) => out.push_str(batch.text(json)),
            Value::Int(value) => out.push_str(&value.to_string()),
            Value::Float(value) => out.push_str(&serde_json::Value::from(value).to_string()),
            Value::Bool(value) => out.push_str(if value { "true" } else { "false" }),
        }
    }
    out.push('}');
}

fn write_name(name: &str, out: &mut String) {
    out.push(',');
    write_text(name, out);
    out.push(':');
}
