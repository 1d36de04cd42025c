//! What programs cost: `cargo run --release -p remap --example program_speed`. Nanoseconds a record, least of many rounds.

#![allow(clippy::print_stdout, reason = "this is a program for the terminal")]

use std::time::Instant;

use record::{Batch, Record, Severity, Tenant, Timestamp, Value};
use transform::Rules;

/// What agents send at a time: about a mebibyte.
const RECORDS: u64 = 2_000;

/// Records of about 440 bytes with ten attributes.
fn batch() -> Batch {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for number in 0..RECORDS {
        let mut record = Record::at(Timestamp::from_micros(number as i64));
        record.severity = Some(Severity::Info);
        record.source = batch.text("web");
        record.message = batch.text(&format!("10.1.2.3 GET /cart/{number} 200 {}", number % 977));
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

fn measure(what: &str, program: &str) {
    let rules = Rules::of_program("p", program, &remap::Vrl).unwrap_or_else(|problem| panic!("{problem}"));
    let round = || {
        let batch = batch();
        let started = Instant::now();
        let (done, counts) = std::hint::black_box(rules.apply(batch));
        let took = started.elapsed().as_nanos() as f64 / RECORDS as f64;
        assert_eq!((counts.of("failed"), done.records().is_empty()), (0, false));
        took
    };
    let least = (0..60).map(|_| round()).fold(f64::INFINITY, f64::min);
    println!("{least:10.0} ns  {what}");
}

fn main() {
    measure("a condition that meets nothing", "if .user == \"nobody\" { abort }");
    measure("a new field", ".team = \"payments\"");
    measure("a rename", ".user.id = del(.user)");
    measure(
        "parse_regex of five parts",
        ". |= parse_regex!(.message, r'^(?P<ip>\\S+) (?P<verb>[A-Z]+) (?P<url>\\S+) (?P<status>\\d+) (?P<took>\\d+)$')",
    );
    measure("all fields, and back", ". = map_values(.) -> |v| { v }");
}
