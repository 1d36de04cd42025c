use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{SchemaRef, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use bytes::Bytes;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use proptest::prelude::*;
use record::{Batch, Record, Severity, Tenant, Timestamp, Value};

use super::check::Finding;
use super::checksum::STRETCH_BYTES;
use super::*;
use crate::columns::{ColumnPlan, KindsSeen, MESSAGE, Numbering, to_arrow};
use crate::store::{DamageFound, Verified};
use crate::{Error, Segment};

/// 2026-02-06T23:59:50Z, so that twenty seconds reach into the next day.
pub(super) const EVENING: i64 = 1_770_422_390_000_000;

pub(super) fn store() -> Arc<dyn ObjectStore> {
    Arc::new(InMemory::new())
}

pub(super) fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(future)
}

pub(super) fn options(name: &str) -> Options {
    Options { table: Table::Logs, name: name.into(), target_bytes: u64::MAX, threads: 1 }
}

/// A batch with a record per offset (microseconds after `EVENING`) whose message, id and attributes follow from its index.
pub(super) fn batch(offsets: &[i64]) -> Arc<Batch> {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(EVENING));
    let names = ["status", "ratio", "ok", "user"].map(|name| builder.name(name));
    for (index, offset) in offsets.iter().enumerate() {
        let mut record = Record::at(Timestamp::from_micros(EVENING + offset));
        record.severity = Some(Severity::ALL[index % Severity::ALL.len()]);
        record.source = builder.text(["web", "db", "a source with a long name"][index % 3]);
        record.message = builder.text(&format!("Order ORD-{index} shipped in {}ms", index * 7 % 1000));
        record.trace_id = builder.text(&format!("{:032x}", index as u128 * 0x9e37_79b9_7f4a_7c15));
        builder.field(names[0], Value::Int(index as i64 % 500));
        if index % 2 == 0 {
            builder.field(names[1], Value::Float(index as f64 / 8.0));
        }
        builder.field(names[2], Value::Bool(index % 5 == 0));
        let user = builder.text(&format!("user-{}", index % 17));
        builder.field(names[3], Value::Text(user));
        builder.finish_record(record);
    }
    Arc::new(builder.build())
}

pub(super) fn view(columns_max: usize, batches: &[&Arc<Batch>]) -> SchemaRef {
    let mut plan = ColumnPlan::new(&Table::Logs.base_schema(), columns_max);
    batches.iter().for_each(|batch| plan.add(batch, &KindsSeen::of(batch)));
    plan.finish()
}

pub(super) fn rows_of(batch: &Arc<Batch>, first_sequence: u64, view: &SchemaRef) -> RecordBatch {
    let numbering = Numbering { assigned_at: Timestamp::from_micros(EVENING), node: 1, first_sequence };
    to_arrow(batch, &numbering, view)
}

pub(super) fn committed(new: &NewSegment) -> Segment {
    Segment {
        path: Path::from(new.path.as_str()),
        size_bytes: new.size_bytes,
        rows: new.rows,
        date: new.date,
        time: new.time,
        modified: Timestamp::from_micros(0),
    }
}

/// Writes rows and returns the segments, as if committed.
pub(super) fn written(store: &Arc<dyn ObjectStore>, name: &str, rows: Vec<RecordBatch>) -> Vec<Arc<Segment>> {
    let new = run(write(store, rows, &options(name))).expect("written");
    new.iter().map(|new| Arc::new(committed(new))).collect()
}

/// Each row as one line of its non-null cells, the partition left out.
pub(super) fn lines(rows: &RecordBatch) -> Vec<String> {
    let shown = FormatOptions::default();
    let schema = rows.schema();
    let columns: Vec<_> = (schema.fields().iter().zip(rows.columns()).filter(|(field, _)| field.name() != DATE))
        .map(|(field, column)| (field.name(), column, ArrayFormatter::try_new(column, &shown).expect("a formatter")))
        .collect();
    let line = |row| {
        let cells = columns.iter().filter(|(_, column, _)| column.is_valid(row));
        cells.map(|(name, _, cells)| format!("{name}={}", cells.value(row))).collect::<Vec<_>>().join(" ")
    };
    (0..rows.num_rows()).map(line).collect()
}

/// The timestamps of such lines.
pub(super) fn times_of(lines: &[String]) -> Vec<Timestamp> {
    let time = |line: &String| {
        let text = line.split(' ').find_map(|cell| cell.strip_prefix("timestamp=")).expect("a timestamp");
        Timestamp::parse(text).expect("a time").0
    };
    lines.iter().map(time).collect()
}

pub(super) fn bytes_of(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Bytes {
    run(async { store.get(&segment.path).await.expect("a file").bytes().await.expect("bytes") })
}

/// What any Parquet reader makes of the file.
pub(super) fn read(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Vec<String> {
    let reader = ParquetRecordBatchReaderBuilder::try_new(bytes_of(store, segment)).expect("Parquet").build().expect("a reader");
    reader.flat_map(|rows| lines(&rows.expect("rows"))).collect()
}

#[test]
fn rows_come_back_sorted_by_time_and_split_by_day() {
    let first = batch(&[5_000_000, 1, 11_000_000, 3, 1]);
    let second = batch(&[2, 1, 12_000_000]);
    let view = view(9, &[&first, &second]);
    let (first, second) = (rows_of(&first, 0, &view), rows_of(&second, 5, &view));
    let store = store();
    let new = run(write(&store, vec![first.clone(), second.clone()], &options("42"))).expect("written");
    let paths: Vec<_> = new.iter().map(|segment| (segment.path.as_str(), segment.rows)).collect();
    assert_eq!(paths, [("date=2026-02-06/seg-42-0.parquet", 6), ("date=2026-02-07/seg-42-0.parquet", 2)]);
    let (first, second) = (lines(&first), lines(&second));
    let expected = [&first[1], &first[4], &second[1], &second[0], &first[3], &first[0]];
    assert_eq!(read(&store, &committed(&new[0])).iter().collect::<Vec<_>>(), expected, "same times keep their order");
    assert_eq!(read(&store, &committed(&new[1])).iter().collect::<Vec<_>>(), [&first[2], &second[2]]);
    let time = |offset| Timestamp::from_micros(EVENING + offset);
    assert_eq!(new[0].time, (time(1), time(5_000_000)));
    assert_eq!(new[1].time, (time(11_000_000), time(12_000_000)));
    assert_eq!(bytes_of(&store, &committed(&new[0])).len() as u64, new[0].size_bytes);
}

#[test]
fn the_same_rows_give_the_same_file() {
    let batch = batch(&(0..3000).collect::<Vec<_>>());
    let rows = rows_of(&batch, 0, &view(9, &[&batch]));
    let bytes = || {
        let store = store();
        bytes_of(&store, &written(&store, "1", vec![rows.clone()])[0])
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn any_number_of_threads_writes_the_same_bytes() {
    let batch = batch(&(0..30_000).map(|index| index % 9_000_000).collect::<Vec<_>>());
    let rows = rows_of(&batch, 0, &view(9, &[&batch]));
    let bytes = |threads| {
        let store = store();
        let new = run(write(&store, vec![rows.clone()], &Options { threads, ..options("1") })).expect("written");
        bytes_of(&store, &committed(&new[0]))
    };
    assert_eq!(bytes(1), bytes(3));
}

#[test]
fn a_full_segment_is_followed_by_another() {
    let batch = batch(&(0..30_000).map(|index| index % 9_000_000).collect::<Vec<_>>());
    let rows = rows_of(&batch, 0, &view(9, &[&batch]));
    let store = store();
    let new = run(write(&store, vec![rows.clone()], &Options { target_bytes: 20_000, ..options("1") })).expect("written");
    assert!(new.len() > 1, "{} bytes in one file", new[0].size_bytes);
    let read: Vec<String> = new.iter().flat_map(|new| read(&store, &committed(new))).collect();
    assert_eq!(read, lines(&rows));
}

#[test]
fn no_rows_make_no_segment() {
    let empty = RecordBatch::new_empty(Table::Logs.base_schema());
    assert_eq!(run(write(&store(), vec![empty], &options("1"))).expect("written"), []);
}

#[test]
fn the_other_tables_are_segments_too() {
    for table in [Table::Quarantine, Table::Ledger] {
        let rows = match table {
            Table::Ledger => crate::columns::ledger_to_arrow(&[crate::columns::LedgerRow::default()]),
            _ => quarantined(),
        };
        let store = store();
        let new = run(write(&store, vec![rows.clone()], &Options { table, ..options("1") })).expect("written");
        let segment = committed(&new[0]);
        assert_eq!(read(&store, &segment), lines(&rows));
        assert_eq!(run(check(&store, &segment)).expect("checked"), []);
    }
}

fn quarantined() -> RecordBatch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(EVENING));
    let (raw, source) = (builder.text("{"), record::Span::ABSENT);
    builder.reject(record::Rejected { reason: record::RejectReason::InvalidJson, line: 1, offset: 1, raw, source });
    let numbering = Numbering { assigned_at: Timestamp::from_micros(EVENING), node: 1, first_sequence: 0 };
    crate::columns::quarantine_to_arrow(&Arc::new(builder.build()), &numbering)
}

#[test]
fn long_messages_end_a_row_group_early() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(EVENING));
    for index in 0..40 {
        let mut record = Record::at(Timestamp::from_micros(EVENING + index));
        // Text that hardly compresses.
        let noise = (0..2_000_u64).map(|at| format!("{:016x}", (at + index as u64 * 77_777).wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        record.message = builder.text(&noise.collect::<String>());
        builder.finish_record(record);
    }
    let rows = without_date(&rows_of(&Arc::new(builder.build()), 0, &Table::Logs.base_schema()));
    let mut encoder = super::encoder::Encoder::new(Table::Logs, &rows, true, 1).expect("begun");
    encoder.group_bytes_max = 200_000;
    (0..10).for_each(|part| encoder.write(&rows.slice(part * 4, 4)).expect("written"));
    let (bytes, encoded) = encoder.finish().expect("finished");
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes)).expect("Parquet");
    assert_eq!(encoded.rows, 40);
    assert!((2..10).contains(&reader.metadata().num_row_groups()), "{} row groups", reader.metadata().num_row_groups());
}

/// A segment, what it is stored as, and where its parts lie.
fn intact() -> (Arc<dyn ObjectStore>, Arc<Segment>, Vec<u8>) {
    let batch = batch(&(0..4000).collect::<Vec<_>>());
    let store = store();
    let segment = written(&store, "1", vec![rows_of(&batch, 0, &view(9, &[&batch]))]).remove(0);
    let bytes = bytes_of(&store, &segment).to_vec();
    (store, segment, bytes)
}

fn checked(segment: &Segment, bytes: Vec<u8>) -> Vec<Finding> {
    let store = store();
    run(store.put(&segment.path, bytes.into())).expect("stored");
    run(check(&store, segment)).expect("checked")
}

#[test]
fn an_intact_segment_is_found_intact() {
    let (_, segment, bytes) = intact();
    assert_eq!(checked(&segment, bytes), []);
}

#[test]
fn a_flipped_byte_is_found_and_named_wherever_it_is() {
    let (_, segment, bytes) = intact();
    // Every part of the file is met, each page and structure many times; 13 has no factor in common with their sizes.
    let ends = (0..64).chain(bytes.len() - 64..bytes.len());
    for at in (0..bytes.len()).step_by((bytes.len() / 700) | 13).chain(ends) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 0x10;
        let found = checked(&segment, damaged);
        let near = |finding: &Finding| {
            let offset = finding.offset as usize;
            finding.file == segment.path.as_ref() && offset <= at && (at - offset < STRETCH_BYTES || offset > bytes.len() / 2)
        };
        // A damaged length or magic at the very end is named where it was looked for.
        let named = found.iter().any(|finding| near(finding) || at >= bytes.len() - 8);
        assert!(named, "byte {at} of {}: {found:?}", bytes.len());
    }
}

#[test]
fn a_finding_names_the_columns_that_are_hit() {
    let (_, segment, mut bytes) = intact();
    let reader = ParquetRecordBatchReaderBuilder::try_new(Bytes::from(bytes.clone())).expect("Parquet");
    let (start, _) = reader
        .metadata()
        .row_group(0)
        .columns()
        .iter()
        .find(|chunk| chunk.column_path().string() == MESSAGE)
        .expect("message")
        .byte_range();
    bytes[start as usize + 40] ^= 1;
    let found = checked(&segment, bytes);
    assert!(found.len() == 1 && found[0].what.contains("message"), "{found:?}");
}

#[test]
fn a_file_that_is_missing_short_or_not_what_was_committed_is_found() {
    let (store, segment, bytes) = intact();
    let what = |found: Vec<Finding>| found.into_iter().map(|finding| finding.what).collect::<Vec<_>>().join("; ");
    let missing = Segment { path: Path::from("date=2026-02-06/seg-9-0.parquet"), ..(*segment).clone() };
    assert_eq!(what(run(check(&store, &missing)).expect("checked")), "the file is missing");
    let short = what(checked(&segment, bytes[..bytes.len() - 1].to_vec()));
    assert_eq!(short, format!("the file has {} bytes, the Delta log says {}", bytes.len() - 1, bytes.len()));
    let fewer = Segment { rows: 3999, ..(*segment).clone() };
    assert!(what(checked(&fewer, bytes)).contains("4000 rows, the Delta log says 3999"));
}

#[test]
fn a_foreign_file_is_welcome_and_its_broken_pages_are_found() {
    let batch = batch(&(0..2000).collect::<Vec<_>>());
    let rows = without_date(&rows_of(&batch, 0, &view(9, &[&batch])));
    let mut bytes = Vec::new();
    let mut writer = parquet::arrow::ArrowWriter::try_new(&mut bytes, rows.schema(), None).expect("a writer");
    writer.write(&rows).expect("written");
    writer.close().expect("closed");
    let segment = Segment {
        path: Path::from("date=2026-02-06/part-00000.parquet"),
        size_bytes: bytes.len() as u64,
        rows: 2000,
        date: 20490,
        time: (Timestamp::MIN, Timestamp::MAX),
        modified: Timestamp::MIN,
    };
    assert_eq!(checked(&segment, bytes.clone()), []);
    let store = store();
    run(store.put(&segment.path, bytes.clone().into())).expect("stored");
    assert!(run(SegmentIndex::load(&store, &segment)).expect("loaded").is_none());
    // The header of the first page.
    bytes[4] ^= 0xff;
    let found = checked(&segment, bytes);
    assert!(found.len() == 1 && found[0].what.contains("record_id"), "{found:?}");
}

#[test]
fn a_flipped_byte_is_never_given_to_a_reader() {
    let (store, segment, bytes) = intact();
    let read = |at: u64| {
        let found = DamageFound::default();
        let verified = Verified::new(Arc::clone(&store), "tables/default/logs".into(), found.clone());
        (run(verified.get_range(&segment.path, at..at + 1)).is_ok(), found.segments().len())
    };
    for at in (0..bytes.len()).step_by(7) {
        let mut damaged = bytes.clone();
        damaged[at] ^= 1;
        run(store.put(&segment.path, damaged.into())).expect("stored");
        assert_eq!(read(at as u64), (false, 1), "byte {at} of {}", bytes.len());
    }
    run(store.put(&segment.path, bytes.clone().into())).expect("stored");
    assert_eq!(read(9), (true, 0));
}

#[test]
fn a_damaged_index_is_an_error_and_not_an_answer() {
    let (store, segment, bytes) = intact();
    let index = run(SegmentIndex::load(&store, &segment)).expect("loaded").expect("an index");
    assert_eq!(index.may_contain_words(MESSAGE, &["shipped".into()]), Some(vec![true]));
    assert_eq!(index.may_contain_words(MESSAGE, &["ord".into(), "never".into()]), Some(vec![false]));
    assert_eq!(index.may_contain_words("host", &["never".into()]), None, "only messages are indexed");
    let at = memchr::memmem::find(&bytes, b"DNDRIX02").expect("the index");
    let mut damaged = bytes;
    damaged[at + 30] ^= 1;
    run(store.put(&segment.path, damaged.into())).expect("stored");
    match run(SegmentIndex::load(&store, &segment)) {
        Err(Error::Corrupt { file, offset, .. }) => assert_eq!((file.as_str(), offset), (segment.path.as_ref(), at as u64)),
        other => panic!("{other:?}"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Sealing neither loses nor makes up a row, orders it by time, and the index never denies a word that stands there.
    #[test]
    fn sealing_keeps_every_row_and_the_index_every_word(
        times in prop::collection::vec(prop::collection::vec(0_i64..20_000_000, 0..60), 1..4),
        columns_max in 0_usize..5,
    ) {
        let batches: Vec<_> = times.iter().map(|times| batch(times)).collect();
        let view = view(columns_max, &batches.iter().collect::<Vec<_>>());
        let rows: Vec<_> = batches.iter().enumerate().map(|(index, batch)| rows_of(batch, index as u64 * 1000, &view)).collect();
        let mut expected: Vec<_> = rows.iter().flat_map(lines).collect();
        let store = store();
        let segments = written(&store, "1", rows.clone());
        let mut got: Vec<_> = segments.iter().flat_map(|segment| read(&store, segment)).collect();
        for segment in &segments {
            prop_assert!(times_of(&read(&store, segment)).is_sorted());
        }
        expected.sort();
        got.sort();
        prop_assert_eq!(got, expected);
        for segment in &segments {
            let index = run(SegmentIndex::load(&store, segment)).expect("loaded").expect("an index");
            for rows in &rows {
                let times = rows.column_by_name("timestamp").expect("time").as_primitive::<TimestampMicrosecondType>();
                let messages = rows.column_by_name(MESSAGE).expect("messages").as_string_view();
                for row in (0..rows.num_rows()).filter(|&row| crate::columns::day_of(times.value(row)) == segment.date) {
                    let words: Vec<String> = record::words(messages.value(row)).map(str::to_lowercase).collect();
                    prop_assert_eq!(index.may_contain_words(MESSAGE, &words), Some(vec![true]));
                }
            }
        }
    }
}

mod speed;
