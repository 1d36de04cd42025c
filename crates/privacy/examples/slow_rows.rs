//! What the gateway costs on rows made to keep it busy, the slowest first: `cargo run --release -p privacy --example
//! slow_rows`. With arguments only the rows whose piece holds one of them; with `repeat=N` the best of N runs.

use privacy::{Gateway, Policy};
use record::{Batch, Record, Tenant, Timestamp};

#[path = "../src/detect/tests/slow_rows.rs"]
mod slow_rows;

/// As long as the longest message that comes in one piece.
const MESSAGE_BYTES: usize = 64 << 10;

/// Time for each row.
const NANOS_MIN: u64 = 20_000_000;

#[allow(clippy::print_stdout)]
fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let repeats = arguments.iter().find_map(|argument| argument.strip_prefix("repeat=")?.parse().ok()).unwrap_or(3);
    let wanted: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with("repeat=")).collect();
    let gateway = Gateway::new(Policy::default());
    // What is made once is made before.
    gateway.admit(batch(&slow_rows::row("Emma Miller, Main Street 12, 10115 Berlin born 12 May 1980 ", 4096)));
    let mut speeds: Vec<(f64, &str)> = slow_rows::pieces()
        .filter(|piece| wanted.is_empty() || wanted.iter().any(|wanted| piece.contains(wanted.as_str())))
        .map(|piece| (speed(&gateway, piece, repeats), piece))
        .collect();
    speeds.sort_by(|a, b| a.0.total_cmp(&b.0));
    for (speed, piece) in speeds {
        println!("{speed:8.1} MB/s {piece:?}");
    }
}

fn speed(gateway: &Gateway, piece: &str, repeats: usize) -> f64 {
    let text = slow_rows::row(piece, MESSAGE_BYTES);
    let batch = batch(&text);
    let speeds = (0..repeats).map(|_| {
        // The system counts in ticks of some milliseconds.
        let (start, mut bytes, mut nanos) = (cpu_nanos(), 0, 0);
        while nanos < NANOS_MIN {
            std::hint::black_box(gateway.admit(batch.clone()));
            bytes += text.len();
            nanos = cpu_nanos() - start;
        }
        bytes as f64 * 1000.0 / nanos as f64
    });
    speeds.fold(0.0, f64::max)
}

fn batch(text: &str) -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let mut record = Record::at(Timestamp::from_micros(0));
    record.message = builder.text(text);
    builder.finish_record(record);
    builder.build()
}

/// Time this thread had on a processor: on a busy machine a clock on the wall says little.
fn cpu_nanos() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
}
