//! Patterns of a file: `cargo run --release -p pattern --example loghub < FILE`, where the file has one message a line, or
//! one raw line with its header.
//!
//! Prints a line for each: the id of its merged pattern, a tab, the template. To score against a labelled file, compare
//! the groups of lines with equal ids with the groups of lines with equal labels (grouping accuracy, F1 of groups), and
//! the templates with the labels (parsing accuracy).

use std::collections::HashMap;
use std::io::{self, Read, Write};

fn main() -> io::Result<()> {
    let mut bytes = Vec::new();
    io::stdin().read_to_end(&mut bytes)?;
    let text = String::from_utf8_lossy(&bytes);
    let header = pattern::Header::detect(text.lines());
    let messages: Vec<&str> = text.lines().map(|line| header.map_or(line, |header| header.message(line))).collect();

    let mut skeletons = HashMap::new();
    for message in &messages {
        skeletons.entry(pattern::pattern_id(message)).or_insert((*message, 0)).1 += 1;
    }
    let merged = pattern::merge(skeletons.into_values().map(|(message, count)| (pattern::split(message).pattern, count)));

    let mut out = io::BufWriter::new(io::stdout().lock());
    for message in &messages {
        let id = pattern::pattern_id(message);
        match merged.of(id) {
            Some(pattern) => writeln!(out, "{:016x}\t{}", pattern.id.0, pattern.template)?,
            None => writeln!(out, "{:016x}\t{}", id.0, pattern::template(message))?,
        }
    }
    out.flush()
}
