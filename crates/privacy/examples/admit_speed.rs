//! What the gateway costs: `cargo run --release -p privacy --example admit_speed -- FILE`, where the file has one JSON
//! object a line. The objects become records by a few lines of code here, not by the product's decoder. Any other line
//! is a message.

use privacy::{Gateway, Policy};
use record::{Batch, Record, Tenant, Timestamp, Value};

/// As much as one request brings.
const RECORDS_PER_BATCH: usize = 5000;

#[allow(clippy::print_stdout)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let path = std::env::args().nth(1).ok_or("usage: admit_speed FILE")?;
    let text = std::fs::read_to_string(path)?;
    let lines: Vec<&str> = text.lines().collect();
    let clean = lines.chunks(RECORDS_PER_BATCH).map(|lines| batch(lines, false)).collect::<Result<Vec<_>, _>>()?;
    report("as it is", clean);
    let dirty = lines.chunks(RECORDS_PER_BATCH).map(|lines| batch(lines, true)).collect::<Result<Vec<_>, _>>()?;
    report("1 in 100 with a secret in its text and one in a field", dirty);
    Ok(())
}

#[allow(clippy::print_stdout)]
fn report(name: &str, batches: Vec<Batch>) {
    let gateway = Gateway::new(Policy::default());
    let records: usize = batches.iter().map(|batch| batch.records().len()).sum();
    let bytes: usize = batches.iter().map(|batch| batch.parts().arena.len()).sum();
    let start = cpu_nanos();
    let masked: u64 = batches.into_iter().map(|batch| std::hint::black_box(gateway.admit(batch)).masked().values).sum();
    let nanos = (cpu_nanos() - start) as f64;
    println!("{name}: {masked} masked, {:.0} ns a record, {:.2} GB/s of text", nanos / records as f64, bytes as f64 / nanos);
}

/// Time this thread had on a processor: on a busy machine a clock on the wall says little.
fn cpu_nanos() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
}

fn batch(lines: &[&str], plant: bool) -> Result<Batch, serde_json::Error> {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for (index, line) in lines.iter().enumerate() {
        let object: serde_json::Map<String, serde_json::Value> = match line.as_bytes() {
            [b'{', ..] => serde_json::from_str(line)?,
            _ => [("message".to_owned(), serde_json::Value::from(*line))].into_iter().collect(),
        };
        let mut record = Record::at(Timestamp::from_micros(0));
        for (key, value) in &object {
            match (key.as_str(), value) {
                ("message", serde_json::Value::String(text)) if plant && index % 100 == 0 => {
                    record.message = builder.text(&format!("{text} password=hunter2 x"));
                }
                ("message", serde_json::Value::String(text)) => record.message = builder.text(text),
                (_, serde_json::Value::String(text)) => {
                    let (name, text) = (builder.name(key), builder.text(text));
                    builder.field(name, Value::Text(text));
                }
                (_, other) => {
                    let name = builder.name(key);
                    builder.field(name, Value::Float(other.as_f64().unwrap_or_default()));
                }
            }
        }
        if plant && index % 100 == 50 {
            let (name, text) = (builder.name("api_key"), builder.text("hunter2"));
            builder.field(name, Value::Text(text));
        }
        builder.finish_record(record);
    }
    Ok(builder.build())
}
