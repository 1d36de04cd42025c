//! Writes a day of logs as JSON lines: `cargo run --release -p testkit --example day -- RECORDS > day.jsonl`.

use std::io::{BufWriter, Write};

use testkit::day::Day;

/// 2026-02-06, counted from 1970.
const DATE: i32 = 20_490;

fn main() -> std::io::Result<()> {
    let records = std::env::args().nth(1).and_then(|records| records.replace('_', "").parse().ok()).unwrap_or(1_000_000);
    let mut out = BufWriter::new(std::io::stdout().lock());
    Day { seed: 42, date: DATE, records }.write(|lines, _| out.write_all(lines))?;
    out.flush()
}
