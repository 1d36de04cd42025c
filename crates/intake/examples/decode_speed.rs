//! How fast a body is decoded: `cargo run --release -p intake --example decode_speed -- FILE [FORMAT]`.
//!
//! The file is cut into pieces as large as a request, each decoded as if it had just come in. Prints the median of
//! several passes over the whole file, on one core.

#![allow(clippy::print_stdout, reason = "this is a program for the terminal")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use intake::{Context, Format, Limits, cut_at_record, decode};
use record::{Batch, Tenant, Timestamp};

/// What agents send at a time, and what stays in the processor's cache.
const PIECE_BYTES: usize = 1 << 20;

const PASSES: usize = 9;

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let (path, format) = (arguments.next(), arguments.next().map_or(Ok(Format::Auto), |name| name.parse()));
    let (Some(path), Ok(format)) = (path, format) else {
        println!("usage: decode_speed FILE [auto|json|text|syslog|logfmt|clf]");
        return ExitCode::FAILURE;
    };
    let bytes = match std::fs::read(&path) {
        Ok(bytes) => bytes,
        Err(error) => {
            println!("{path}: {error}");
            return ExitCode::FAILURE;
        }
    };
    measure(format, &pieces(format, &bytes), bytes.len());
    ExitCode::SUCCESS
}

fn pieces(format: Format, mut bytes: &[u8]) -> Vec<&[u8]> {
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let end = match cut_at_record(format, &bytes[..bytes.len().min(PIECE_BYTES)]) {
            0 => bytes.len(),
            end => end,
        };
        pieces.push(&bytes[..end]);
        bytes = &bytes[end..];
    }
    pieces
}

fn measure(format: Format, pieces: &[&[u8]], size_bytes: usize) {
    let received_at = Timestamp::parse("2026-02-07T00:00:00Z").expect("a time").0;
    let context = Context { tenant: Tenant::default(), source: None, received_at, limits: Limits::default() };
    let mut seconds = Vec::new();
    let (mut records, mut rejected) = (0, 0);
    for _ in 0..PASSES {
        let start = Instant::now();
        let batches = pieces.iter().map(|piece| decode(format, piece, &context));
        let count =
            |(records, rejected), batch: Batch| (records + batch.records().len(), rejected + black_box(&batch).rejected().len());
        (records, rejected) = batches.fold((0, 0), count);
        seconds.push(start.elapsed().as_secs_f64());
    }
    seconds.sort_by(f64::total_cmp);
    let rate = |seconds: f64| size_bytes as f64 / 1e6 / seconds;
    let (best, median, worst) = (rate(seconds[0]), rate(seconds[PASSES / 2]), rate(seconds[PASSES - 1]));
    println!("{records} records, {rejected} rejected, {size_bytes} bytes in {} pieces", pieces.len());
    println!(
        "median {median:.0} MB/s (best {best:.0}, worst {worst:.0}), {:.0} ns a record",
        seconds[PASSES / 2] * 1e9 / records as f64
    );
}
