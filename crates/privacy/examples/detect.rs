//! What is found in labelled records: reads one JSON object a line from standard input, with `id` and `text`, and writes
//! for each an object with `id` and `spans` (`start` and `end` in bytes, `type`), or with `masked` as argument the text
//! as it would be stored. `quiet` leaves addresses of machines out, and `time` says instead how fast it was, masks written.

use std::io::{BufRead, Write};

use privacy::detect::Detector;
use privacy::{Action, Kind, Policy};

#[allow(clippy::print_stderr)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let policy = Policy::default().with(Kind::Ip, Action::Mask).with(Kind::Mac, Action::Mask);
    let policy = if mode == "quiet" || mode == "time" { Policy::default() } else { policy };
    let detector = Detector::new(&policy);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut found, mut bytes, mut texts) = (Vec::new(), 0, Vec::new());
    for line in std::io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let text = record["text"].as_str().unwrap_or_default();
        found.clear();
        detector.scan(text, None, &mut found);
        bytes += text.len();
        if mode == "time" {
            texts.push(text.to_owned());
            continue;
        }
        let answer = if mode == "masked" {
            serde_json::json!({ "id": record["id"], "text": policy.masked(text, &found) })
        } else {
            let span = |finding: &privacy::detect::Finding| serde_json::json!({ "start": finding.start, "end": finding.end, "type": finding.kind.name(), "rule": finding.rule });
            serde_json::json!({ "id": record["id"], "spans": found.iter().map(span).collect::<Vec<_>>() })
        };
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    if mode == "time" {
        let (start, mut masked) = (cpu_nanos(), 0);
        for text in &texts {
            found.clear();
            detector.scan(text, None, &mut found);
            masked += if found.is_empty() { 0 } else { policy.masked(text, &found).len() };
        }
        let nanos = cpu_nanos() - start;
        eprintln!("{bytes} bytes, {:.1} MB/s, {masked} bytes written anew", bytes as f64 * 1000.0 / nanos as f64);
    }
    Ok(())
}

/// Time this thread had on a processor: on a busy machine a clock on the wall says little.
fn cpu_nanos() -> u64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    stat.split(' ').next().and_then(|nanos| nanos.parse().ok()).unwrap_or_default()
}
