//! Measures the recognisers alone on labelled records: `PII_RECORDS=dev.jsonl PII_PREDICTIONS=out.jsonl cargo test
//! --release -p privacy values::eval -- --ignored`. The structure is guessed by a crude look back, so figures are a
//! floor of what the whole gateway finds.

use std::io::Write;

use super::*;

#[test]
#[ignore = "needs a file of labelled records"]
fn predictions_are_written() {
    let records = std::fs::read_to_string(std::env::var("PII_RECORDS").unwrap()).unwrap();
    let mut out = std::io::BufWriter::new(std::fs::File::create(std::env::var("PII_PREDICTIONS").unwrap()).unwrap());
    let mut hits = Vec::new();
    let (mut bytes, mut spent) = (0, std::time::Duration::ZERO);
    for line in records.lines() {
        // A line that is no labelled record is taken as text.
        let record: serde_json::Value = serde_json::from_str(line).unwrap_or_default();
        let text = record["text"].as_str().unwrap_or(line);
        let (decoded, places) = percent_decoded(text.as_bytes());
        let start = std::time::Instant::now();
        hits.clear();
        scan(&decoded, &mut hits);
        spent += start.elapsed();
        bytes += text.len();
        let spans: Vec<_> = hits
            .iter()
            .map(|hit| serde_json::json!({"start": places[hit.start], "end": places[hit.end], "type": hit.kind.name(), "rule": hit.rule}))
            .collect();
        if !record.is_null() {
            writeln!(out, "{}", serde_json::json!({"id": record["id"], "spans": spans})).unwrap();
        } else if !spans.is_empty() {
            let found: Vec<_> = hits
                .iter()
                .map(|hit| format!("{}={}", hit.rule, String::from_utf8_lossy(&decoded[hit.start..hit.end])))
                .collect();
            writeln!(out, "{found:?} in {line}").unwrap();
        }
    }
    println!("{bytes} bytes, {:.0} MB/s", bytes as f64 / spent.as_micros() as f64);
    speed(&records);
}

/// Often enough that the lists are made and the caches warm.
const REPEATS: usize = 10;

/// What each half costs on its own, without keys: every word that holds digits, and every line as one sentence.
fn speed(records: &str) {
    let megabytes_per_second = |start: std::time::Instant| (REPEATS * records.len()) as f64 / start.elapsed().as_micros() as f64;
    let (start, mut calls, mut hits) = (std::time::Instant::now(), 0, Vec::new());
    for line in (0..REPEATS).flat_map(|_| records.lines().map(str::as_bytes)) {
        let mut at = 0;
        while at < line.len() {
            let word = line[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
            if line[at..at + word].iter().any(u8::is_ascii_digit) {
                let cue = Cue { key: None, before: &line[at.saturating_sub(48)..at] };
                calls += 1;
                hits.extend(number(line, at, &cue));
                hits.clear();
            }
            at += word.max(1);
        }
    }
    let each = start.elapsed().as_nanos() / calls.max(1);
    println!("number: {:.0} MB/s, {calls} calls, {each} ns each", megabytes_per_second(start));
    let start = std::time::Instant::now();
    (0..REPEATS).flat_map(|_| records.lines()).for_each(|line| words(line.as_bytes(), 0..line.len(), &Cue::default(), &mut hits));
    println!("words: {:.0} MB/s", megabytes_per_second(start));
}

fn scan(text: &[u8], hits: &mut Vec<Hit>) {
    let mut at = 0;
    while at < text.len() {
        let is_start = at == 0 || !text[at - 1].is_ascii_alphanumeric();
        let word = text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let has_digit = text[at..at + word].iter().any(u8::is_ascii_digit);
        if is_start && (has_digit || matches!(text[at], b'+' | b'(')) {
            let key = key_before(&text[..at]);
            let cue = Cue { key, before: &text[at.saturating_sub(48)..at] };
            if let Some(hit) = number(text, at, &cue) {
                at = hit.end;
                hits.push(hit);
                continue;
            }
        }
        at += word.max(1);
    }
    for range in segments(text) {
        let key = key_before(&text[..range.start]);
        let cue = Cue { key, before: &text[range.start.saturating_sub(48)..range.start] };
        words(text, range, &cue, hits);
    }
}

/// Ranges that no mark of a structure parts.
fn segments(text: &[u8]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let (mut start, mut quote) = (0, 0);
    for (at, &byte) in text.iter().enumerate() {
        let before = at.checked_sub(1).map_or(0, |before| text[before]);
        let opens = quote == 0 && matches!(byte, b'"' | b'\'') && !before.is_ascii_alphanumeric();
        let closes = byte == quote && quote != 0;
        if opens {
            quote = byte;
        } else if closes {
            quote = 0;
        }
        let parts = opens
            || closes
            || byte == b'\n'
            || quote == 0 && matches!(byte, b'=' | b'&' | b'<' | b'>' | b'{' | b'}' | b'[' | b']' | b'|');
        let csv = quote == 0 && byte == b',' && text.get(at + 1) != Some(&b' ');
        if parts || csv {
            let end =
                if byte == b'=' && start > 0 && text[start - 1] == b'=' { before_key(&text[start..at]) + start } else { at };
            if start < end {
                ranges.push(start..end);
            }
            start = at + 1;
        }
    }
    ranges.push(start..text.len());
    ranges.retain(|range| !range.is_empty());
    ranges
}

/// Where the value ends that the next key follows.
fn before_key(value: &[u8]) -> usize {
    let key = value.iter().rposition(|byte| !byte.is_ascii_alphanumeric() && *byte != b'_').unwrap_or(0);
    value[..key].iter().rposition(|byte| !matches!(byte, b' ' | b',' | b';')).map_or(0, |last| last + 1)
}

/// The word that a `=`, `:` or `>` parts from what follows.
fn key_before(before: &[u8]) -> Option<&[u8]> {
    let trimmed = before.strip_suffix(b"-").unwrap_or(before);
    let end = trimmed.iter().rposition(|byte| !matches!(byte, b'"' | b'\'' | b' ' | b'\\' | b'('))? + 1;
    let (mark, quoted) = (trimmed[end - 1], end < trimmed.len());
    if !(matches!(mark, b'=' | b'>') || mark == b':' && quoted) {
        return None;
    }
    let end = trimmed[..end - 1].iter().rposition(|byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b')'))? + 1;
    let is_key = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.');
    let start = trimmed[..end].iter().rposition(|byte| !is_key(byte)).map_or(0, |last| last + 1);
    (start < end).then(|| &trimmed[start..end])
}

/// The text with `%41` and `+` decoded when it has any, and where each byte was.
fn percent_decoded(text: &[u8]) -> (Vec<u8>, Vec<usize>) {
    let hex = |byte: Option<&u8>| byte.and_then(|&byte| (byte as char).to_digit(16));
    let is_form = memchr::memmem::find(text, b"body=").is_some();
    let (mut out, mut places, mut at) = (Vec::new(), Vec::new(), 0);
    while at < text.len() {
        places.push(at);
        match (text[at], hex(text.get(at + 1)), hex(text.get(at + 2))) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
                continue;
            }
            (b'+', ..) if is_form && at > 40 => out.push(b' '),
            (byte, ..) => out.push(byte),
        }
        at += 1;
    }
    places.push(at);
    (out, places)
}
