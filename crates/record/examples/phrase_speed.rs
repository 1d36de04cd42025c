//! How fast phrases are looked for: `cargo run --release -p record --example phrase_speed -- FILE`, where the file has
//! one message a line.

use std::time::Instant;

use record::{Phrase, words};

#[allow(clippy::print_stdout)]
fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| std::io::Error::other("usage: phrase_speed FILE"))?;
    let text = std::fs::read_to_string(path)?;
    let messages: Vec<&str> = text.lines().collect();
    let report = |name: &str, count: usize, start: Instant| {
        let seconds = start.elapsed().as_secs_f64();
        let (gigabytes, nanos) = (text.len() as f64 / 1e9, seconds * 1e9 / messages.len() as f64);
        println!("{name:<32} {count:>9} found {:>7.2} GB/s {nanos:>7.1} ns a message", gigabytes / seconds);
    };
    for phrase in ["connection reset by peer", "quarantine_epoch_8841", "timeout", "error", "e", "not there", "échec"] {
        let (phrase, start) = (Phrase::new(phrase), Instant::now());
        let found = messages.iter().filter(|message| phrase.matches(message)).count();
        report(&phrase.words().join(" "), found, start);
    }
    let start = Instant::now();
    report("words()", messages.iter().map(|message| words(message).count()).sum(), start);
    Ok(())
}
