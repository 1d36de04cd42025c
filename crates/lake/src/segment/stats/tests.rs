use serde_json::Value;

use super::super::tests::{batch, options, rows_of, run, store, view};
use super::super::write;
use super::*;
use proptest::prelude::*;

#[test]
fn times_are_rounded_outwards() {
    let time = DataType::Timestamp(arrow::datatypes::TimeUnit::Microsecond, Some("UTC".into()));
    let check = |micros: i64, expected_lower: &str, expected_upper: &str| {
        assert_eq!(lower(&time, Bound::Int(micros)), Some(expected_lower.into()), "{micros}");
        assert_eq!(upper(&time, Bound::Int(micros)), Some(expected_upper.into()), "{micros}");
    };
    check(0, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.000Z");
    check(1, "1970-01-01T00:00:00.000Z", "1970-01-01T00:00:00.001Z");
    check(1_770_387_825_123_456, "2026-02-06T14:23:45.123Z", "2026-02-06T14:23:45.124Z");
    check(-1, "1969-12-31T23:59:59.999Z", "1970-01-01T00:00:00.000Z");
    check(-1000, "1969-12-31T23:59:59.999Z", "1969-12-31T23:59:59.999Z");
}

#[test]
fn long_texts_are_cut_and_upper_bounds_grow() {
    let check = |text: String, expected: Option<String>| assert_eq!(cut_up(&text), expected, "{text}");
    let a = |count| "a".repeat(count);
    check(a(32), Some(a(32)));
    check(a(33), Some(a(31) + "b"));
    check("\u{e4}".repeat(33), Some("\u{e4}".repeat(31) + "\u{e5}"));
    check(a(31) + "\u{d7ff}x", Some(a(31) + "\u{e000}"));
    check(a(30) + "\u{10ffff}\u{10ffff}x", Some(a(29) + "b"));
    check("\u{10ffff}".repeat(33), None);
}

proptest! {
    #[test]
    fn cut_bounds_still_bound(text in "\\PC{0,80}") {
        prop_assert!(cut_up(&text).is_none_or(|cut| cut >= text && cut.chars().count() <= TEXT_CHARS_MAX));
        let low = lower(&DataType::Utf8View, Bound::Text(text.clone()));
        prop_assert!(low.as_ref().and_then(Value::as_str).is_some_and(|low| low <= text.as_str()));
    }
}

#[test]
fn a_segment_reports_rows_bounds_and_nulls() {
    let batch = batch(&[5, 1, 3, 1500]);
    let rows = rows_of(&batch, 0, &view(9, &[&batch]));
    let new = run(write(&store(), vec![rows], &options("1"))).expect("written");
    let stats: Value = serde_json::from_str(&new[0].stats_json).expect("JSON");
    let (min, max, nulls) = (&stats["minValues"], &stats["maxValues"], &stats["nullCount"]);
    let check = |column: &str, expected: [Value; 3]| {
        assert_eq!([min[column].clone(), max[column].clone(), nulls[column].clone()], expected, "{column}");
    };
    assert_eq!(stats["numRecords"], 4);
    check("timestamp", ["2026-02-06T23:59:50.000Z".into(), "2026-02-06T23:59:50.002Z".into(), 0.into()]);
    check("severity_number", [1.into(), 10.into(), 0.into()]);
    check("source", ["a source with a long name".into(), "web".into(), 0.into()]);
    check("host", [Value::Null, Value::Null, 4.into()]);
    check("status", [0.into(), 3.into(), 0.into()]);
    check("ratio", [0.0.into(), 0.25.into(), 2.into()]);
    check("ok", [Value::Null, Value::Null, 0.into()]);
    // 36 characters, cut to 32, the upper bound grown.
    check("record_id", ["019c3565-ccf0-7001-8000-00000000".into(), "019c3565-ccf0-7001-8000-00000001".into(), 0.into()]);
    check("message", [Value::Null, Value::Null, Value::Null]);
    check("date", [Value::Null, Value::Null, Value::Null]);
}
