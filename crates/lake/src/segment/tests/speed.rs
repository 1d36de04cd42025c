//! Figures, not checks: `DENDRO_SPEED_FILE=records.jsonl cargo test --release -p lake -- --ignored --nocapture speed`.

use std::time::{Duration, Instant};

use object_store::local::LocalFileSystem;

use super::*;

/// Records of a batch as they come over HTTP.
const BATCH_RECORDS: usize = 10_000;

/// Records sealed together.
const SEALED_RECORDS: usize = 150_000;

fn decode(lines: &[&str]) -> Arc<Batch> {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(EVENING));
    for line in lines {
        let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(line).expect("a JSON object");
        let mut record = Record::at(Timestamp::from_micros(0));
        for (name, value) in &object {
            let text = value.as_str().map(|text| builder.text(text));
            match (name.as_str(), text) {
                ("timestamp", _) => record.timestamp = Timestamp::parse(value.as_str().expect("text")).expect("a time").0,
                ("severity", _) => record.severity = Severity::parse(value.as_str().expect("text")),
                ("source", Some(text)) => record.source = text,
                ("host", Some(text)) => record.host = text,
                ("message", Some(text)) => record.message = text,
                ("trace_id", Some(text)) => record.trace_id = text,
                ("span_id", Some(text)) => record.span_id = text,
                ("transaction_id", Some(text)) => record.transaction_id = text,
                ("error_code", Some(text)) => record.error_code = text,
                (name, text) => {
                    let name = builder.name(name);
                    let value = match (text, value) {
                        (Some(text), _) => Value::Text(text),
                        (_, serde_json::Value::Bool(value)) => Value::Bool(*value),
                        (_, number) if number.is_i64() => Value::Int(number.as_i64().expect("whole")),
                        (_, number) => Value::Float(number.as_f64().expect("a number")),
                    };
                    builder.field(name, value);
                }
            }
        }
        builder.finish_record(record);
    }
    Arc::new(builder.build())
}

fn timed<T>(what: &str, records: usize, work: impl FnOnce() -> T) -> T {
    let (start, used) = (Instant::now(), processor_time());
    let done = work();
    let per_record = |took: Duration| took.as_secs_f64() * 1e6 / records as f64;
    println!(
        "{what:<28} {:>8.3} us/record, on the processor {:>8.3}",
        per_record(start.elapsed()),
        per_record(processor_time() - used)
    );
    done
}

/// What this process has used so far, to 10 ms: the wall clock says little on a busy machine. Linux only.
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let ticks = stat.rsplit(')').next().into_iter().flat_map(str::split_whitespace).skip(11).take(2);
    Duration::from_millis(ticks.filter_map(|ticks| ticks.parse::<u64>().ok()).sum::<u64>() * 10)
}

#[test]
#[ignore = "measures"]
fn speed() {
    let Ok(file) = std::env::var("DENDRO_SPEED_FILE") else { return };
    let text = std::fs::read_to_string(file).expect("a file");
    let lines: Vec<&str> = text.lines().take(2 * SEALED_RECORDS).collect();
    let batches: Vec<_> = lines.chunks(BATCH_RECORDS).map(decode).collect();
    let records = lines.len();
    let view = timed("plan columns", records, || view(1000, &batches.iter().collect::<Vec<_>>()));
    let numbered = |index: usize| (index * BATCH_RECORDS) as u64;
    let rows: Vec<_> = timed("to_arrow", records, || {
        batches.iter().enumerate().map(|(index, batch)| rows_of(batch, numbered(index), &view)).collect()
    });
    let folder = tempfile::tempdir().expect("a folder");
    let store: Arc<dyn ObjectStore> = Arc::new(LocalFileSystem::new_with_prefix(folder.path()).expect("a store"));
    let mut segments = Vec::new();
    for (part, rows) in rows.chunks(SEALED_RECORDS / BATCH_RECORDS).enumerate() {
        let count = rows.iter().map(RecordBatch::num_rows).sum();
        let new = timed("seal: sort, encode, store", count, || run(write(&store, rows.to_vec(), &options(&part.to_string()))));
        segments.extend(new.expect("written").iter().map(|new| Arc::new(committed(new))));
    }
    describe("sealed", &store, &segments);
    let merging = options("merged");
    let day: Vec<_> = segments.iter().filter(|segment| segment.date == segments[0].date).cloned().collect();
    let count = day.iter().map(|segment| segment.rows as usize).sum();
    let merged = timed("merge", count, || run(merge(&store, &day, &view, &merging))).expect("merged");
    let merged: Vec<_> = merged.iter().map(|new| Arc::new(committed(new))).collect();
    describe("merged", &store, &merged);
    timed("check", count, || assert_eq!(run(check(&store, &merged[0])).expect("checked"), []));
    timed("load index (whole)", 1, || run(SegmentIndex::load(&store, &merged[0])).expect("loaded"));
    let kept = std::env::var("DENDRO_SPEED_KEEP").ok();
    kept.iter().for_each(|path| std::fs::write(path, bytes_of(&store, &merged[0])).expect("kept"));
}

fn describe(what: &str, store: &Arc<dyn ObjectStore>, segments: &[Arc<Segment>]) {
    let rows: u64 = segments.iter().map(|segment| segment.rows).sum();
    let bytes: u64 = segments.iter().map(|segment| segment.size_bytes).sum();
    let index: usize = segments
        .iter()
        .map(|segment| run(SegmentIndex::load(store, segment)).expect("loaded").expect("an index").memory_bytes())
        .sum();
    let per = |bytes: f64| bytes / rows as f64;
    println!(
        "{what}: {} segments, {:.2} bytes/record, of these index {:.2}",
        segments.len(),
        per(bytes as f64),
        per(index as f64)
    );
    let mut columns: Vec<(i64, String)> = Vec::new();
    for segment in segments {
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes_of(store, segment)).expect("Parquet");
        for chunk in reader.metadata().row_groups().iter().flat_map(|group| group.columns()) {
            let name = chunk.column_path().string();
            match columns.iter_mut().find(|(_, known)| *known == name) {
                Some(known) => known.0 += chunk.compressed_size(),
                None => columns.push((chunk.compressed_size(), name)),
            }
        }
    }
    columns.sort_by(|a, b| b.cmp(a));
    let columns: Vec<_> = columns.iter().map(|(bytes, name)| format!("{name} {:.2}", per(*bytes as f64))).collect();
    println!("  {}", columns.join(", "));
}
