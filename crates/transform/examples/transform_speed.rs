//! What rules cost: `cargo run --release -p transform --example transform_speed`. Nanoseconds a record, least of many rounds.

#![allow(clippy::print_stdout, reason = "this is a program for the terminal")]

use std::time::Instant;

use record::{Batch, Record, Severity, Tenant, Timestamp, Value};
use transform::{Rules, Transforms};

/// What agents send at a time: about a mebibyte.
const RECORDS: u64 = 2_000;

/// Records of about 440 bytes with ten attributes.
fn batch() -> Batch {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for number in 0..RECORDS {
        let mut record = Record::at(Timestamp::from_micros(number as i64));
        record.severity = Some(Severity::Info);
        record.source = batch.text(["web", "shop", "pay"][number as usize % 3]);
        record.message =
            batch.text(&format!("GET /cart/{number} took {} ms and all of it was well, as it mostly is", number % 977));
        record.trace_id = batch.text(&format!("{number:032x}"));
        for field in 0..9 {
            let name = batch.name(["path", "host.name", "region", "pod", "user", "agent", "zone", "build", "team"][field]);
            let value = Value::Text(batch.text(&format!("value {field} {}", number % 100)));
            batch.field(name, value);
        }
        let status = batch.name("http.status");
        batch.field(status, Value::Int(200));
        batch.finish_record(record);
    }
    batch.build()
}

fn measure(what: &str, rules: &str) {
    let no_files = |_: &str| Err::<Vec<u8>, _>(String::new());
    let rules = Rules::load(rules, &no_files, None).expect("rules").rules;
    let transforms = Transforms::default();
    transforms.enforce(rules);
    let round = || {
        let batch = batch();
        let started = Instant::now();
        let done = std::hint::black_box(transforms.apply(batch));
        let took = started.elapsed().as_nanos() as f64 / RECORDS as f64;
        drop(done);
        took
    };
    let least = (0..60).map(|_| round()).fold(f64::INFINITY, f64::min);
    println!("{least:10.2} ns  {what}");
}

fn main() {
    measure("no rules", "");
    measure("a filter that meets nothing", "[[rule]]\nsource = 'other'\ndrop = true");
    measure("a filter by a field that meets nothing", "[[rule]]\nwhere = { path = '/health*' }\ndrop = true");
    measure("a filter that meets a third", "[[rule]]\nsource = 'web'\ndrop = true");
    measure("a rename", "[[rule]]\nrename = { user = 'user.id' }");
    measure("one in ten by trace", "[[rule]]\nsample = 10\nby = 'trace_id'");
    measure("one in ten, each for itself", "[[rule]]\nsample = 10");
}
