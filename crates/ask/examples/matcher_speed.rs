//! How many records a second a live tail can look at: `cargo run --release -p ask --example matcher_speed`.

use std::time::Instant;

use ask::Matcher;
use record::{Batch, Record, Severity, Tenant, Timestamp, Value};

const RECORDS: usize = 100_000;
const ROUNDS: usize = 10;

const FILTERS: [&str; 8] = [
    "timeout",
    "\"connection refused\"",
    "conn*",
    "severity:>=error",
    "source:payment status:>=500",
    "user_id:=u-77777",
    "/time(d )?out after \\d+ms/",
    "(timeout OR refused) -source:web NOT status:200..299",
];

#[allow(clippy::print_stdout)] // a measurement is for reading
fn main() {
    let batch = batch();
    for text in FILTERS {
        let query = ask::parse(text, Timestamp::default()).expect("BUG: the example does not parse");
        let matcher = Matcher::new(&query.filter).expect("BUG: the example does not compile");
        let started = Instant::now();
        let found: usize =
            (0..ROUNDS).map(|_| batch.records().iter().filter(|record| matcher.matches(&batch, record)).count()).sum();
        let nanos = started.elapsed().as_nanos() as usize / (ROUNDS * RECORDS);
        println!("{nanos:>5} ns a record, {:>6} found: {text}", found / ROUNDS);
    }
}

/// Records of about 200 bytes with twelve attributes.
fn batch() -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::default());
    for index in 0..RECORDS {
        let mut record = Record::at(Timestamp::from_micros(index as i64));
        record.severity = Some(if index % 10 == 0 { Severity::Error } else { Severity::Info });
        record.source = builder.text(["payment", "checkout", "web", "search"][index % 4]);
        record.message = builder.text(&match index % 10 {
            0 => format!("Connection refused by 10.0.{}.7 while charging order {index}, retry in 30 s", index % 256),
            1 => format!("upstream request timed out after {}ms, giving up on order {index}", index % 5000),
            _ => format!("GET /api/v1/orders/{index} served from cache in {}ms for session {:x}", index % 90, index * 7919),
        });
        for attribute in ["request", "region", "zone", "version", "method", "route", "client", "agent", "shard", "cluster"] {
            let (name, value) = (builder.name(attribute), Value::Text(builder.text("some-value")));
            builder.field(name, value);
        }
        let status = builder.name("status");
        builder.field(status, Value::Int(if index % 10 == 0 { 503 } else { 200 }));
        let (user, text) = (builder.name("user_id"), builder.text(&format!("u-{index}")));
        builder.field(user, Value::Text(text));
        builder.finish_record(record);
    }
    builder.build()
}
