//! What is found in labelled records: reads one JSON object a line from standard input, with `id` and `text`, and writes
//! for each an object with `id` and `spans` (`start` and `end` in bytes, `type`), or with `masked` as argument the text
//! as it would be stored. `time` instead says how fast it was.

use std::io::{BufRead, Write};
use std::time::Instant;

use privacy::detect::Detector;
use privacy::{Action, Kind, Policy};

#[allow(clippy::print_stderr)]
fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mode = std::env::args().nth(1).unwrap_or_default();
    let policy = Policy::default().with(Kind::Ip, Action::Mask).with(Kind::Mac, Action::Mask);
    let policy = if mode == "quiet" { Policy::default() } else { policy };
    let detector = Detector::new(&policy);
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let (mut found, mut bytes, mut nanos) = (Vec::new(), 0, 0);
    for line in std::io::stdin().lock().lines() {
        let record: serde_json::Value = serde_json::from_str(&line?)?;
        let text = record["text"].as_str().unwrap_or_default();
        found.clear();
        let start = Instant::now();
        detector.scan(text, None, &mut found);
        (bytes, nanos) = (bytes + text.len(), nanos + start.elapsed().as_nanos());
        let answer = if mode == "masked" {
            serde_json::json!({ "id": record["id"], "text": policy.masked(text, &found) })
        } else {
            let span = |finding: &privacy::detect::Finding| {
                serde_json::json!({ "start": finding.start, "end": finding.end, "type": finding.kind.name(), "rule": finding.rule })
            };
            serde_json::json!({ "id": record["id"], "spans": found.iter().map(span).collect::<Vec<_>>() })
        };
        writeln!(out, "{answer}")?;
    }
    out.flush()?;
    eprintln!("{} bytes, {:.1} MB/s", bytes, bytes as f64 * 1000.0 / nanos as f64);
    Ok(())
}
