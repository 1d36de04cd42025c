//! How fast patterns are found: `cargo run --release -p pattern --example pattern_speed -- FILE`, where the file has one
//! message a line. For figures that do not depend on the machine, count instructions with `valgrind --tool=callgrind`.

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

/// How often all messages are read, so that a small file tells something too.
const TURNS: usize = 50;

#[allow(clippy::print_stdout)]
fn main() -> std::io::Result<()> {
    let path = std::env::args().nth(1).ok_or_else(|| std::io::Error::other("usage: pattern_speed FILE"))?;
    let text = std::fs::read_to_string(path)?;
    let messages: Vec<&str> = text.lines().collect();

    let start = Instant::now();
    for _ in 0..TURNS {
        for message in &messages {
            black_box(pattern::pattern_id(message));
        }
    }
    let (seconds, count) = (start.elapsed().as_secs_f64(), (TURNS * messages.len()) as f64);
    println!("pattern_id: {:.2} M messages/s, {:.0} MB/s", count / seconds / 1e6, (TURNS * text.len()) as f64 / seconds / 1e6);

    let mut skeletons = HashMap::new();
    for message in &messages {
        skeletons.entry(pattern::pattern_id(message)).or_insert((*message, 0)).1 += 1;
    }
    let start = Instant::now();
    let merged = pattern::merge(skeletons.values().map(|&(message, count)| (pattern::split(message).pattern, count)));
    let seconds = start.elapsed().as_secs_f64();
    println!("merge: {} skeletons to {} patterns in {:.1} ms", skeletons.len(), merged.patterns().len(), seconds * 1e3);
    Ok(())
}
