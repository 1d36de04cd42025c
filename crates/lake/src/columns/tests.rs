use std::sync::Arc;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, Int16Type, Int32Type, Int64Type, SchemaRef, TimestampMicrosecondType};
use arrow::util::display::{ArrayFormatter, FormatOptions};
use proptest::prelude::*;
use record::{Batch, BatchBuilder, Record, RejectReason, Rejected, Severity, Span, Tenant, TimeOrigin, Timestamp, Value};

use super::*;

/// 2026-02-06T14:23:45.123456Z
const AT: i64 = 1_770_387_825_123_456;

const NUMBERING: Numbering = Numbering { assigned_at: Timestamp::from_micros(AT), node: 3, first_sequence: 40 };

/// A batch of one record per list of attributes, written as people write them: `"text"`, `5`, `2.5`, `true`, `[1]`.
fn batch(records: &[&[(&str, &str)]]) -> Arc<Batch> {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(AT));
    for (index, attributes) in records.iter().enumerate() {
        for (name, value) in *attributes {
            add(&mut builder, name, value);
        }
        builder.finish_record(Record::at(Timestamp::from_micros(AT + index as i64)));
    }
    Arc::new(builder.build())
}

fn add(builder: &mut BatchBuilder, name: &str, value: &str) {
    let name = builder.name(name);
    let value = match serde_json::from_str(value).expect("a JSON value") {
        serde_json::Value::String(text) => Value::Text(builder.text(&text)),
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) if number.is_i64() => Value::Int(number.as_i64().expect("whole")),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().expect("a number")),
        _ => Value::Json(builder.text(value)),
    };
    builder.field(name, value);
}

fn planned(batches: &[&Arc<Batch>], columns_max: usize) -> SchemaRef {
    let mut plan = ColumnPlan::new(&Table::Logs.base_schema(), columns_max);
    batches.iter().for_each(|batch| plan.add(batch, &KindsSeen::of(batch)));
    plan.finish()
}

fn attribute_columns(schema: &SchemaRef) -> String {
    let names = schema.fields().iter().skip(fixed_columns());
    let short = |data_type: &DataType| match data_type {
        DataType::Utf8View => "text",
        DataType::Int64 => "int",
        DataType::Float64 => "float",
        DataType::Boolean => "bool",
        DataType::Date32 => "date",
        _ => "?",
    };
    names.map(|field| format!("{}:{}", field.name(), short(field.data_type()))).collect::<Vec<_>>().join(" ")
}

fn cell(rows: &RecordBatch, column: &str, row: usize) -> String {
    let column = rows.column_by_name(column).unwrap_or_else(|| panic!("no column {column}"));
    let options = FormatOptions::default().with_null("null");
    ArrayFormatter::try_new(column, &options).expect("a formatter").value(row).to_string()
}

#[test]
fn attributes_become_columns_as_long_as_they_can() {
    let check = |records: &[&[(&str, &str)]], expected: &str| {
        let batch = batch(records);
        assert_eq!(attribute_columns(&planned(&[&batch], 6)), expected, "{records:?}");
    };
    check(&[], "date:date");
    check(&[&[("a", "1"), ("b", "\"x\""), ("c", "true"), ("d", "1.5")]], "a:int b:text c:bool d:float date:date");
    check(&[&[("http.status_code", "1")], &[("http.status_code", "2"), ("z", "[1]")]], "http.status_code:int z:text date:date");
    check(&[&[("a", "1")], &[("a", "1.5")]], "a:float date:date");
    check(&[&[("a", "1.5")], &[("a", "1")]], "a:float date:date");
    check(&[&[("a", "1")], &[("a", "\"x\"")]], "a:int date:date");
    check(&[&[("a", "\"x\"")], &[("a", "[1]")]], "a:text date:date");
    // Names of fixed columns, in any case, and names that differ by case only.
    check(&[&[("record_id", "1"), ("date", "1"), ("Attributes", "1"), ("MESSAGE", "1")]], "date:date");
    check(&[&[("User", "1"), ("user", "2"), ("ÄB", "1"), ("äb", "1")]], "User:int ÄB:int date:date");
    // Names that other engines refuse.
    let long = "n".repeat(256);
    check(&[&[("a b", "1"), ("a,b", "1"), ("a;b", "1"), ("a{b", "1"), ("a)b", "1"), ("a\tb", "1"), ("a=b", "1")]], "date:date");
    check(&[&[("", "1"), ("a\u{1}b", "1"), (&long, "1"), ("ok-name/ü", "1")]], "ok-name/ü:int date:date");
    // No room.
    let many: Vec<(String, &str)> = (0..8).map(|index| (format!("c{index}"), "1")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    check(&[&many], "c0:int c1:int c2:int c3:int c4:int c5:int date:date");
}

#[test]
fn a_plan_goes_on_from_the_present_columns() {
    let first = planned(&[&batch(&[&[("a", "1"), ("b", "2")]])], 3);
    let mut plan = ColumnPlan::new(&first, 3);
    let rows = batch(&[&[("a", "1.5"), ("B", "1"), ("c", "true"), ("d", "1")]]);
    plan.add(&rows, &KindsSeen::of(&rows));
    assert_eq!(attribute_columns(&plan.finish()), "a:int b:int c:bool date:date");
    let mut plan = ColumnPlan::new(&first, 3);
    let rows = batch(&[&[("b", "7")]]);
    plan.add(&rows, &KindsSeen::of(&rows));
    assert!(Arc::ptr_eq(&plan.finish(), &first), "nothing new, so the very same schema");
}

#[test]
fn whole_numbers_in_two_batches_of_a_sealing_meet_as_floats() {
    let (whole, other) = (batch(&[&[("a", "1")]]), batch(&[&[("a", "0.5")]]));
    assert_eq!(attribute_columns(&planned(&[&whole, &other], 9)), "a:float date:date");
}

#[test]
fn values_that_clash_with_their_column_go_to_attributes() {
    let present = planned(&[&batch(&[&[("int", "1"), ("float", "0.5"), ("text", "\"x\""), ("bool", "true")]])], 4);
    let check = |name: &str, value: &str, in_column: &str, in_attributes: &str| {
        let rows = to_arrow(&batch(&[&[], &[(name, value)], &[]]), &NUMBERING, &present);
        let column = if ["int", "float", "text", "bool"].contains(&name) { name } else { "int" };
        assert_eq!((cell(&rows, column, 1).as_str(), cell(&rows, ATTRIBUTES, 1).as_str()), (in_column, in_attributes), "{value}");
        assert_eq!((cell(&rows, column, 0).as_str(), cell(&rows, ATTRIBUTES, 2).as_str()), ("null", "null"));
    };
    check("int", "5", "5", "null");
    check("int", "5.5", "null", r#"{"int":5.5}"#);
    check("int", "\"5\"", "null", r#"{"int":"5"}"#);
    check("float", "5.5", "5.5", "null");
    check("float", "9007199254740992", "9007199254740992.0", "null");
    check("float", "9007199254740993", "null", r#"{"float":9007199254740993}"#);
    check("float", "9223372036854775807", "null", r#"{"float":9223372036854775807}"#);
    check("text", "\"a\\\"b\"", "a\"b", "null");
    check("text", "[1,2]", "[1,2]", "null");
    check("text", "5", "null", r#"{"text":5}"#);
    check("bool", "false", "false", "null");
    check("bool", "0", "null", r#"{"bool":0}"#);
    check("new", "\"a\\\"\\n\"", "null", r#"{"new":"a\"\n"}"#);
    check("date", "[{\"a\":null}]", "null", r#"{"date":[{"a":null}]}"#);
}

#[test]
fn an_attribute_that_comes_twice_keeps_both_values() {
    let records = batch(&[&[("a", "1"), ("a", "2"), ("b", "true"), ("c d", "3")]]);
    let rows = to_arrow(&records, &NUMBERING, &planned(&[&records], 9));
    assert_eq!((cell(&rows, "a", 0).as_str(), cell(&rows, ATTRIBUTES, 0).as_str()), ("1", r#"{"a":2,"c d":3}"#));
}

#[test]
fn fixed_columns_hold_what_the_record_says() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(AT + 9));
    let mut record = Record::at(Timestamp::from_micros(AT));
    for (index, place) in record.texts_mut().into_iter().enumerate() {
        *place = builder.text(&format!("text {index}, longer than a view holds"));
    }
    (record.nanos, record.origin, record.severity) = (7, TimeOrigin::Anomalous, Some(Severity::Critical));
    builder.finish_record(record);
    builder.finish_record(Record::at(Timestamp::from_micros(-1)));
    let rows = to_arrow(&Arc::new(builder.build()), &NUMBERING, &Table::Logs.base_schema());
    let row = |row| {
        let cells = rows
            .schema()
            .fields()
            .iter()
            .map(|field| format!("{}={}", field.name(), cell(&rows, field.name(), row)))
            .collect::<Vec<_>>();
        cells.join("\n")
    };
    let columns = ["source", "host", "message", "trace_id", "span_id", "transaction_id", "error_code"];
    let texts: Vec<_> =
        columns.iter().enumerate().map(|(index, name)| format!("{name}=text {index}, longer than a view holds")).collect();
    let expected = format!(
        "record_id=019c3356-61e3-7003-8000-000000000028\ntimestamp=2026-02-06T14:23:45.123456Z\ntimestamp_nanos=7\n\
         time_origin=anomalous\nobserved_at=2026-02-06T14:23:45.123465Z\nseverity=CRITICAL\nseverity_number=18\n{}\n",
        texts.join("\n")
    );
    assert!(row(0).starts_with(&expected), "{}", row(0));
    assert!(row(0).ends_with("attributes=null\ndate=2026-02-06"), "{}", row(0));
    assert!(row(1).contains("time_origin=null") && row(1).contains("severity=null") && row(1).contains("message=null"));
    assert!(row(1).contains("timestamp_nanos=null") && row(1).ends_with("date=1969-12-31"), "{}", row(1));
    let pattern = pattern::pattern_id("text 2, longer than a view holds").0.cast_signed();
    assert_eq!((cell(&rows, "pattern_id", 0), cell(&rows, "pattern_id", 1)), (pattern.to_string(), "null".into()));
    assert_eq!(rows.column_by_name("timestamp_nanos").expect("nanos").as_primitive::<Int16Type>().value(0), 7);
    assert_eq!(rows.column_by_name("severity_number").expect("number").as_primitive::<Int32Type>().value(0), 18);
}

#[test]
fn rejected_lines_are_numbered_behind_the_records() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(AT));
    builder.finish_record(Record::at(Timestamp::from_micros(AT)));
    let (raw, source) = (builder.text("{\"half"), builder.text("web"));
    builder.reject(Rejected { reason: RejectReason::InvalidJson, line: 2, offset: 17, raw, source });
    builder.reject(Rejected { reason: RejectReason::TooDeep, line: u64::MAX, offset: 18, raw, source: Span::ABSENT });
    let rows = quarantine_to_arrow(&Arc::new(builder.build()), &NUMBERING);
    let row = |row| rows.schema().fields().iter().map(|field| cell(&rows, field.name(), row)).collect::<Vec<_>>().join(" | ");
    let at = "2026-02-06T14:23:45.123456Z";
    assert_eq!(
        row(0),
        format!("019c3356-61e3-7003-8000-000000000029 | {at} | web | invalid_json | 2 | 17 | {{\"half | 2026-02-06")
    );
    assert!(row(1).contains("0000002a") && row(1).contains("null | too_deep | 9223372036854775807 | 18"), "{}", row(1));
}

#[test]
fn the_ledger_has_a_column_per_count() {
    let minute = Timestamp::from_micros(AT - AT % 60_000_000);
    let counts = LedgerRow {
        minute,
        source: Some("web".into()),
        received: 35,
        stored: 1,
        quarantined: 2,
        duplicates: 3,
        sampled_out: 4,
        erased: 5,
        expired: 6,
        filtered: 7,
    };
    let rows = ledger_to_arrow(&[counts, LedgerRow::default()]);
    let cells: Vec<_> =
        rows.schema().fields().iter().map(|field| format!("{}={}", field.name(), cell(&rows, field.name(), 0))).collect();
    assert_eq!(
        cells.join(" "),
        "minute=2026-02-06T14:23:00Z source=web received=35 stored=1 quarantined=2 duplicates=3 sampled_out=4 erased=5 expired=6 filtered=7 date=2026-02-06"
    );
}

#[test]
fn every_schema_ends_with_the_partition() {
    for table in Table::ALL {
        let schema = table.base_schema();
        assert_eq!(schema.fields().last().map(|field| field.name().as_str()), Some(DATE));
        assert!(matches!(schema.field_with_name(table.time_column()).expect("time").data_type(), DataType::Timestamp(..)));
    }
}

/// Attributes of a record as one would expect them back: name and JSON value.
type Attributes = Vec<(String, serde_json::Value)>;

fn json_value() -> impl Strategy<Value = serde_json::Value> {
    prop_oneof![
        any::<i64>().prop_map(serde_json::Value::from),
        (-1000_i64..1000).prop_map(serde_json::Value::from),
        (-1e6..1e6).prop_map(serde_json::Value::from),
        any::<bool>().prop_map(serde_json::Value::from),
        "\\PC{0,20}".prop_map(serde_json::Value::from),
    ]
}

fn some_records() -> impl Strategy<Value = Vec<Attributes>> {
    let name = prop_oneof!["[a-d]", "[A-B]", Just("date".to_owned()), Just("x y".to_owned())];
    let record = prop::collection::btree_map(name, json_value(), 0..5).prop_map(|map| map.into_iter().collect());
    prop::collection::vec(record, 1..12)
}

fn batch_of(records: &[Attributes]) -> Arc<Batch> {
    let texts: Vec<Vec<(&str, String)>> =
        records.iter().map(|record| record.iter().map(|(name, value)| (name.as_str(), value.to_string())).collect()).collect();
    let pairs: Vec<Vec<(&str, &str)>> =
        texts.iter().map(|record| record.iter().map(|(name, value)| (*name, value.as_str())).collect()).collect();
    batch(&pairs.iter().map(Vec::as_slice).collect::<Vec<_>>())
}

/// The attributes of a row, out of its columns and out of `attributes`.
fn attributes_of(rows: &RecordBatch, row: usize) -> Attributes {
    let mut all = Attributes::new();
    for (index, field) in rows.schema().fields().iter().enumerate().skip(fixed_columns()) {
        let column = rows.column(index);
        if column.is_null(row) || field.name() == DATE {
            continue;
        }
        let value = match field.data_type() {
            DataType::Utf8View => column.as_string_view().value(row).into(),
            DataType::Int64 => column.as_primitive::<Int64Type>().value(row).into(),
            DataType::Float64 => column.as_primitive::<Float64Type>().value(row).into(),
            _ => column.as_boolean().value(row).into(),
        };
        all.push((field.name().clone(), value));
    }
    let rest = rows.column_by_name(ATTRIBUTES).expect("attributes").as_string_view();
    if rest.is_valid(row) {
        let rest: serde_json::Map<String, serde_json::Value> = serde_json::from_str(rest.value(row)).expect("an object");
        all.extend(rest);
    }
    all.sort_by(|a, b| a.0.cmp(&b.0));
    all
}

fn same(a: &serde_json::Value, b: &serde_json::Value) -> bool {
    // A whole number may come back from a float column.
    a == b || (a.is_number() && b.is_number() && a.as_f64() == b.as_f64())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever the attributes and however many columns there may be, no value is lost, and none made up.
    #[test]
    fn no_attribute_is_lost(records in some_records(), later in some_records(), columns_max in 0_usize..5) {
        let (batch, later_batch) = (batch_of(&records), batch_of(&later));
        let schema = planned(&[&batch], columns_max);
        prop_assert_eq!(&schema, &planned(&[&batch], columns_max), "the same batch gives the same columns");
        for (batch, records) in [(&batch, &records), (&later_batch, &later)] {
            let rows = to_arrow(batch, &NUMBERING, &schema);
            for (row, expected) in records.iter().enumerate() {
                let got = attributes_of(&rows, row);
                prop_assert_eq!(got.len(), expected.len());
                prop_assert!(got.iter().zip(expected).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1)), "{:?} {:?}", got, expected);
            }
        }
    }
}

#[test]
fn rows_share_the_text_of_their_batch() {
    let records = batch(&[&[("a", "\"a text longer than a view holds\"")]]);
    let rows = to_arrow(&records, &NUMBERING, &planned(&[&records], 1));
    let buffer = &rows.column_by_name("a").expect("a").as_string_view().data_buffers()[0];
    assert_eq!(buffer.as_ptr(), records.parts().arena.as_ptr());
    let times = rows.column_by_name("timestamp").expect("time").as_primitive::<TimestampMicrosecondType>();
    assert_eq!(times.value(0), AT);
}
