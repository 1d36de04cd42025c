//! How fast the same records are decoded in three dialects: `cargo run --release -p intake --example dialect_speed -- FILE`.
//!
//! The file holds JSON lines. They are decoded as they are, as the documents of an Elasticsearch bulk, and as an OTLP
//! request in which every member is an attribute. Prints nanoseconds a record, the median of several passes, on one core.
//! A second argument picks one dialect by a part of its name, for a profiler. The dialects take turns, so that what else the machine does falls on all of them.

#![allow(clippy::print_stdout, reason = "this is a program for the terminal")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use intake::otlp::{Encoding, Signal};
use intake::{Context, Format, Limits, decode, elastic, otlp};
use record::{Batch, Tenant, Timestamp};
use serde_json::Value;

/// Records in a request, about what agents send at a time.
const RECORDS: usize = 1000;

const PASSES: usize = 31;

fn main() -> ExitCode {
    let Some(text) = std::env::args().nth(1).and_then(|path| std::fs::read_to_string(path).ok()) else {
        println!("usage: dialect_speed FILE, which holds JSON lines");
        return ExitCode::FAILURE;
    };
    let lines: Vec<&str> = text.lines().collect();
    let received_at = Timestamp::parse("2026-02-07T00:00:00Z").expect("a time").0;
    let context = Context { tenant: Tenant::default(), source: None, received_at, limits: Limits::default() };
    let bulk = |lines: &[&str]| {
        let pairs = lines.iter().map(|line| format!("{{\"create\":{{\"_index\":\"logs-app-default\"}}}}\n{line}\n"));
        pairs.collect::<String>().into_bytes()
    };
    let mut dialects = [
        Dialect::new(
            "JSON lines",
            &lines,
            |lines| (lines.join("\n") + "\n").into_bytes(),
            |body| decode(Format::Json, body, &context),
        ),
        Dialect::new("Elasticsearch bulk", &lines, bulk, |body| {
            elastic::decode_bulk(body, &context, None, &mut |item| drop(black_box(item))).expect("a bulk")
        }),
        Dialect::new("OTLP protobuf", &lines, request, |body| {
            otlp::decode(Signal::Logs, Encoding::Protobuf, body, &context).expect("a request")
        }),
    ];
    let only = std::env::args().nth(2);
    for _ in 0..PASSES {
        let wanted = |dialect: &&mut Dialect<'_>| only.as_deref().is_none_or(|only| dialect.name.contains(only));
        dialects.iter_mut().filter(wanted).for_each(Dialect::measure);
    }
    let json = dialects[0].median();
    for dialect in &dialects {
        dialect.tell(json);
    }
    ExitCode::SUCCESS
}

type Read<'a> = Box<dyn Fn(&[u8]) -> Batch + 'a>;

/// A way to write the same records, and how long each pass of reading them took.
struct Dialect<'a> {
    name: &'static str,
    bodies: Vec<Vec<u8>>,
    read: Read<'a>,
    records: usize,
    /// Nanoseconds a record.
    nanos: Vec<f64>,
}

impl<'a> Dialect<'a> {
    fn new(
        name: &'static str,
        lines: &[&str],
        write: impl Fn(&[&str]) -> Vec<u8>,
        read: impl Fn(&[u8]) -> Batch + 'a,
    ) -> Dialect<'a> {
        let bodies = lines.chunks(RECORDS).map(write).collect();
        Dialect { name, bodies, read: Box::new(read), records: 0, nanos: Vec::new() }
    }

    fn measure(&mut self) {
        let start = Instant::now();
        self.records = self.bodies.iter().map(|body| black_box((self.read)(body)).records().len()).sum();
        self.nanos.push(start.elapsed().as_secs_f64() * 1e9 / self.records as f64);
        self.nanos.sort_by(f64::total_cmp);
    }

    /// Nothing is told of a dialect that was not picked.
    fn median(&self) -> f64 {
        self.nanos.get(self.nanos.len() / 2).copied().unwrap_or(f64::NAN)
    }

    fn tell(&self, json: f64) {
        let Some(best) = self.nanos.first() else { return };
        let bytes: usize = self.bodies.iter().map(Vec::len).sum();
        let median = self.median();
        let (name, records, speed) = (self.name, self.records, json / median);
        println!(
            "{name}: {records} records, {bytes} bytes, median {median:.0} ns a record (best {best:.0}), {speed:.2} of JSON lines"
        );
    }
}

/// An export request of one resource and scope.
fn request(lines: &[&str]) -> Vec<u8> {
    let mut scope = Vec::new();
    for line in lines {
        let Ok(Value::Object(members)) = serde_json::from_str(line) else { continue };
        let mut record = [&[0x09][..], &1_770_387_825_123_000_000_u64.to_le_bytes(), &[0x10, 9]].concat();
        for (key, value) in members {
            let value = match value {
                Value::String(text) => field(1, text.as_bytes()),
                Value::Number(number) if number.is_i64() => [vec![0x18], varint(number.as_i64().expect("whole") as u64)].concat(),
                other => field(1, other.to_string().as_bytes()),
            };
            match key.as_str() {
                "message" => record.extend(field(5, &value)),
                _ => record.extend(field(6, &[field(1, key.as_bytes()), field(2, &value)].concat())),
            }
        }
        scope.extend(field(2, &record));
    }
    let name = [field(1, b"service.name"), field(2, &field(1, b"bench"))].concat();
    field(1, &[field(1, &field(1, &name)), field(2, &scope)].concat())
}

fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    [vec![number << 3 | 2], varint(bytes.len() as u64), bytes.to_vec()].concat()
}

fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
    out
}
