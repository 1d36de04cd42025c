use std::collections::BTreeMap;

use arrow::array::cast::AsArray;
use arrow::compute::cast;
use arrow::datatypes::Int64Type;
use record::{Batch, Record, Severity, Tenant, Timestamp};

use super::super::tests::{EVENING, committed, options, rows_of, run, store, view};
use super::*;

/// A segment of records, each a second after the one before; text and severity follow from the index.
fn segment_of(records: usize, source: impl Fn(usize) -> String) -> (Arc<dyn ObjectStore>, Segment) {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(EVENING));
    for index in 0..records {
        let mut record = Record::at(Timestamp::from_micros(EVENING - 86_000_000_000 + index as i64 * 1_000_000));
        record.severity = (index % 4 != 0).then(|| Severity::ALL[index % Severity::ALL.len()]);
        record.source = builder.text(&source(index));
        if index % 7 == 0 {
            record.error_code = builder.text("E-1000-LONGER-THAN-A-VIEW");
        }
        builder.finish_record(record);
    }
    let batch = Arc::new(builder.build());
    let schema = view(100, &[&batch]);
    let store = store();
    let written = run(super::super::write(&store, vec![rows_of(&batch, 1, &schema)], &options("a"))).expect("written");
    assert_eq!(written.len(), 1);
    (store, committed(&written[0]))
}

fn one(store: &Arc<dyn ObjectStore>, segment: &Segment, cuboid: Cuboid) -> Result<Option<RecordBatch>, Error> {
    run(load_rollups(store, segment, [cuboid])).map(|[rollup]| rollup)
}

/// Counts by minute, source, severity, its number and error code; nulls are empty.
fn counts(rows: &RecordBatch) -> BTreeMap<[String; 5], i64> {
    let as_text = |name: &str| cast(rows.column_by_name(name).expect("a column"), &DataType::Utf8).expect("text");
    let columns = ["timestamp", "source", "severity", "severity_number", "error_code"].map(as_text);
    let counts = rows.column_by_name(RECORDS).expect("counts").as_primitive::<Int64Type>();
    let cell = |row: usize| {
        columns
            .each_ref()
            .map(|column| if column.is_null(row) { String::new() } else { column.as_string::<i32>().value(row).to_owned() })
    };
    let found: BTreeMap<_, _> = (0..rows.num_rows()).map(|row| (cell(row), counts.value(row))).collect();
    assert_eq!(found.len(), rows.num_rows(), "each cell stands once");
    found
}

#[test]
fn a_segment_says_how_many_records_it_has_of_each_kind_and_time() {
    let (store, segment) = segment_of(5000, |index| format!("a source with a long name {}", index % 3));
    for cuboid in Cuboid::ALL {
        let rollup = one(&store, &segment, cuboid).expect("read").expect("a rollup");
        let mut expected = BTreeMap::new();
        for index in 0..5000_usize {
            let severity = (index % 4 != 0).then(|| Severity::ALL[index % Severity::ALL.len()]);
            let at = EVENING - 86_000_000_000 + index as i64 * 1_000_000;
            let start = TimestampMicrosecondArray::from(vec![at - at.rem_euclid(cuboid.grain_micros())]).with_timezone("UTC");
            let start = cast(&start, &DataType::Utf8).expect("text");
            let text = |name: &str, text: String| if cuboid.has(name) { text } else { String::new() };
            let key = [
                start.as_string::<i32>().value(0).to_owned(),
                text("source", format!("a source with a long name {}", index % 3)),
                severity.map(|severity| severity.as_str().to_owned()).unwrap_or_default(),
                severity.map(|severity| severity.number().to_string()).unwrap_or_default(),
                text("error_code", if index % 7 == 0 { "E-1000-LONGER-THAN-A-VIEW".into() } else { String::new() }),
            ];
            *expected.entry(key).or_default() += 1;
        }
        assert_eq!(counts(&rollup), expected, "{cuboid:?}");
    }
}

#[test]
fn what_would_save_nothing_is_left_out() {
    let (store, segment) = segment_of(3000, |index| format!("source {index}"));
    let has = |cuboid| one(&store, &segment, cuboid).expect("read").is_some();
    assert_eq!(Cuboid::ALL.map(has), [false, true, false]);
}

#[test]
fn more_sources_than_can_be_told_apart_end_the_rollup() {
    let mut texts = Texts::default();
    for text in 0..TEXTS_MAX {
        assert_eq!(texts.number(Some(&text.to_string())), Some(text as u16 + 1));
    }
    assert_eq!((texts.number(Some("7")), texts.number(None), texts.number(Some("new"))), (Some(8), Some(0), None));
}

#[test]
fn what_cannot_be_read_or_decoded_is_an_error() {
    let (_, segment) = segment_of(100, |_| "web".into());
    assert!(decode(b"no stream of Arrow").is_err());
    assert_eq!(one(&store(), &segment, Cuboid::Hours).map_err(|error| matches!(error, Error::Store { .. })), Err(true));
}
