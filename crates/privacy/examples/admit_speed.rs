//! What the gateway costs: `cargo run --release -p privacy --example admit_speed -- FILE`, where the file has one JSON
//! object a line. The objects become records by a few lines of code here, not by the product's decoder. Any other line
//! is a message.

use privacy::{Gateway, Policy};
use record::{Batch, BatchBuilder, Record, Tenant, Timestamp, Value};
use serde_json::Value as Json;

/// As much as one request brings.
const RECORDS_PER_BATCH: usize = 5000;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: admit_speed FILE")?;
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let clean = lines.chunks(RECORDS_PER_BATCH).map(|lines| batch(lines, false)).collect::<Result<Vec<_>, _>>()?;
    report("as it is", text.len(), clean);
    let dirty = lines.chunks(RECORDS_PER_BATCH).map(|lines| batch(lines, true)).collect::<Result<Vec<_>, _>>()?;
    report("1 in 100 with a secret in its text and one in a field", text.len(), dirty);
    Ok(())
}

#[allow(clippy::print_stdout)]
fn report(name: &str, bytes: usize, batches: Vec<Batch>) {
    let gateway = Gateway::new(Policy::default());
    let records: usize = batches.iter().map(|batch| batch.records().len()).sum();
    let start = cpu_nanos();
    let masked: u64 = batches.into_iter().map(|batch| std::hint::black_box(gateway.admit(batch)).masked().values).sum();
    let nanos = (cpu_nanos() - start) as f64;
    let (each, speed) = (nanos / records as f64, bytes as f64 * 1000.0 / nanos);
    println!("{name}: {masked} masked, {each:.0} ns a record, {speed:.0} MB/s of the file");
}

/// Time this thread had on a processor: on a busy machine a clock on the wall says little.
fn cpu_nanos() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
}

fn batch(lines: &[&str], plant: bool) -> Result<Batch, serde_json::Error> {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for (index, line) in lines.iter().enumerate() {
        let object: serde_json::Map<String, Json> = match line.as_bytes() {
            [b'{', ..] => serde_json::from_str(line)?,
            _ => [("message".to_owned(), Json::from(*line))].into_iter().collect(),
        };
        let mut record = Record::at(Timestamp::from_micros(0));
        for (key, value) in &object {
            put(&mut builder, &mut record, key, value, plant && index % 100 == 0);
        }
        if plant && index % 100 == 50 {
            let (name, text) = (builder.name("api_key"), builder.text("hunter2"));
            builder.field(name, Value::Text(text));
        }
        builder.finish_record(record);
    }
    Ok(builder.build())
}

/// Puts a member where the product's decoder puts it: times and severities are read and not kept as text.
fn put(builder: &mut BatchBuilder, record: &mut Record, key: &str, value: &Json, plant: bool) {
    match (key, value) {
        ("timestamp" | "severity", Json::String(_)) => {}
        ("message", Json::String(text)) if plant => record.message = builder.text(&format!("{text} password=hunter2 x")),
        ("message", Json::String(text)) => record.message = builder.text(text),
        ("source", Json::String(text)) => record.source = builder.text(text),
        ("host", Json::String(text)) => record.host = builder.text(text),
        ("trace_id", Json::String(text)) => record.trace_id = builder.text(text),
        ("span_id", Json::String(text)) => record.span_id = builder.text(text),
        ("transaction_id", Json::String(text)) => record.transaction_id = builder.text(text),
        ("error_code", Json::String(text)) => record.error_code = builder.text(text),
        (_, Json::String(text)) => {
            let (name, text) = (builder.name(key), builder.text(text));
            builder.field(name, Value::Text(text));
        }
        (_, other) => {
            let whole = other.as_i64().map(Value::Int);
            let name = builder.name(key);
            builder.field(name, whole.unwrap_or(Value::Float(other.as_f64().unwrap_or_default())));
        }
    }
}
