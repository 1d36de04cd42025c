//! What several test modules share, and the promises that hold for every format.

mod bad_input;
mod promises;
mod samples;

use std::fmt::Write;

use record::{Batch, Record, Tenant, TimeOrigin, Timestamp, Value};

use crate::{Context, Format, Limits, decode};

/// 2026-02-06T15:00:00Z, when every body of the tests comes in.
pub(crate) const RECEIVED_AT: Timestamp = Timestamp::from_micros(1_770_390_000_000_000);

pub(crate) fn context() -> Context<'static> {
    Context { tenant: Tenant::default(), source: None, received_at: RECEIVED_AT, limits: Limits::default() }
}

pub(crate) fn read(format: Format, bytes: impl AsRef<[u8]>) -> Batch {
    decode(format, bytes.as_ref(), &context())
}

/// The records of a body, each shown on one line: its places by name, a bar, its attributes.
pub(crate) fn shown(format: Format, bytes: impl AsRef<[u8]>) -> Vec<String> {
    let batch = read(format, bytes);
    batch.records().iter().map(|record| show(&batch, record)).collect()
}

/// What was rejected: `line:offset reason raw`.
pub(crate) fn rejected(format: Format, bytes: impl AsRef<[u8]>) -> Vec<String> {
    let batch = read(format, bytes);
    let show = |rejected: &record::Rejected| {
        format!("{}:{} {} {}", rejected.line, rejected.offset, rejected.reason.as_str(), batch.text(rejected.raw))
    };
    batch.rejected().iter().map(show).collect()
}

pub(crate) fn show(batch: &Batch, record: &Record) -> String {
    let mut out = String::new();
    match record.origin {
        TimeOrigin::Event => write!(out, "{}", record.timestamp).expect("a string takes all"),
        TimeOrigin::Received => out.push_str("received"),
        TimeOrigin::Anomalous => out.push_str("anomalous"),
    }
    if record.nanos > 0 {
        write!(out, "+{}ns", record.nanos).expect("a string takes all");
    }
    if let Some(severity) = record.severity {
        write!(out, " {severity}").expect("a string takes all");
    }
    let names = ["source", "host", "message", "trace", "span", "transaction", "code"];
    for (name, text) in names.into_iter().zip(record.texts()) {
        if let Some(text) = batch.text_if(text) {
            write!(out, " {name}={text:?}").expect("a string takes all");
        }
    }
    out.push_str(" |");
    for field in batch.fields(record) {
        write!(out, " {}={}", batch.name(field.name), show_value(batch, field.value)).expect("a string takes all");
    }
    out
}

pub(crate) fn show_value(batch: &Batch, value: Value) -> String {
    match value {
        Value::Text(text) => format!("{:?}", batch.text(text)),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => format!("{number:?}"),
        Value::Bool(truth) => truth.to_string(),
        Value::Json(json) => format!("json{}", batch.text(json)),
    }
}
