//! Events as they go over the wire (HTML Living Standard, 9.2).

use bytes::Bytes;
use record::{Batch, Record, RecordId, Severity, Value};

use crate::rows::write_text;

/// Sent first: how long a client waits before it comes back.
pub(super) const OPEN: &[u8] = b": tail\nretry: 1000\n\n";
/// A sign of life.
pub(super) const HEARTBEAT: &[u8] = b": still here\n\n";

/// A record.
pub(super) fn record(batch: &Batch, record: &Record, id: RecordId) -> Bytes {
    let mut out = String::with_capacity(512);
    out.push_str("event: record\ndata: ");
    write_record(batch, record, id, &mut out);
    out.push_str("\n\n");
    out.into()
}

/// Records were left out here. Whole batches that were missed are counted apart: nobody knows what was in them.
pub(super) fn dropped(records: u64, batches: u64) -> Bytes {
    format!("event: dropped\ndata: {{\"records\":{records},\"batches\":{batches}}}\n\n").into()
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
