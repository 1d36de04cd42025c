use proptest::prelude::*;
use record::{Batch, Record, Severity, Tenant, TimeRange, Timestamp, Value};

use super::*;
use crate::reference::{self, Table};
use crate::{Budget, Query, Scope, parse, sample};

/// A record with a value of each kind.
fn batch() -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::parse("2026-02-06T14:00:01Z").unwrap().0);
    let mut record = Record::at(Timestamp::parse("2026-02-06T14:00:00Z").unwrap().0);
    record.severity = Some(Severity::Warn);
    record.source = builder.text("payment-service");
    record.message = builder.text("Connection refused: order_12 took 500ms");
    record.host = builder.text("");
    let text = Value::Text(builder.text("E1001"));
    let list = Value::Json(builder.text("[1,\"two\"]"));
    for (name, value) in [
        ("status", Value::Int(500)),
        ("ratio", Value::Float(0.5)),
        ("ok", Value::Bool(true)),
        ("code", text),
        ("tags", list),
        ("big", Value::Int(i64::MAX)),
    ] {
        let name = builder.name(name);
        builder.field(name, value);
    }
    builder.finish_record(record);
    builder.build()
}

fn check(query: &str, want: bool) {
    let query = parse(query, Timestamp::default()).unwrap();
    let batch = batch();
    assert_eq!(Matcher::new(&query.filter).unwrap().matches(&batch, &batch.records()[0]), want, "{query}");
}

#[test]
fn words_match_whole_and_in_any_case() {
    check("connection REFUSED", true);
    check("\"connection refused\"", true);
    check("\"refused connection\"", false);
    check("\"refused order_12\"", true);
    check("conn", false);
    check("conn*", true);
    check("order", false);
    check("\"\u{e9}\"", false);
    check("*", true);
    check("NOT conn", true);
}

#[test]
fn values_match_by_their_kind() {
    for (query, want) in [
        ("status:500 status:5e2 status:500.0", true),
        ("status:50", false),
        ("status:5*", true),
        ("status:=500", true),
        ("status:=500.0", false),
        ("status:/^50/", true),
        ("status:>499 status:<=500 status:==500", true),
        ("status:>500", false),
        ("status:!=500", false),
        ("status:!=\"500\"", true),
        ("status:>\"4\"", false),
        ("ratio:0.5 ratio:=0.5 ratio:<1", true),
        ("ok:TRUE ok:=true", true),
        ("ok:false", false),
        ("ok:>0", false),
        ("code:e1001 code:=E1001", true),
        ("code:=e1001", false),
        ("code:/e\\d+/", true),
        ("code:/(?-i)e\\d+/", false),
        ("code:>\"E1000\" code:<E1002", true),
        ("code:>5", false),
        ("tags:two tags:=\"[1,\\\"two\\\"]\"", true),
        ("big:>9223372036854775000", true),
        ("big:<9223372036854775808", true),
        ("big:==9223372036854775807", false), // a bound is a float, and this one rounds up to 2^63
        ("host:* host:=\"\"", true),
        ("trace_id:*", false),
    ] {
        check(query, want);
    }
}

#[test]
fn absent_fields_match_nothing() {
    for test in
        ["nothing:x", "nothing:x*", "nothing:=\"\"", "nothing:/x?/", "nothing:!=x", "nothing:<5", "nothing:*", "record_id:*"]
    {
        check(test, false);
        check(&format!("NOT {test}"), true);
    }
}

#[test]
fn severities_and_times_are_ordered() {
    for (query, want) in [
        ("severity:warning severity:W severity:=warn", true),
        ("severity:>=warn severity:<error severity:!=info", true),
        ("severity:>warn", false),
        ("severity:wa*", true),
        ("timestamp:2026-02-06", true),
        ("timestamp:2026-02-05", false),
        ("timestamp:>=2026-02-06T14:00:00Z", true),
        ("timestamp:>2026-02-06T14:00:00Z", false),
        ("timestamp:!=2026-02-06T14:00:00Z", false),
        ("observed_at:==2026-02-06T15:00:01+01:00", true),
    ] {
        check(query, want);
    }
}

#[test]
fn a_single_value_matches_by_its_kind() {
    let matches = |query: &str, value: Cell| {
        Matcher::new(&parse(query, Timestamp::default()).unwrap().filter).unwrap().matches_value(&value)
    };
    assert!(matches("x:refused", Cell::Text("Connection refused")));
    assert!(matches("x:5..6", Cell::Int(5)));
    assert!(!matches("x:5..6", Cell::Text("5")));
    assert!(!matches("x:*", Cell::Absent));
    assert!(matches("x:\"a\"", Cell::Other("[\"a\"]".to_owned())));
    assert!(matches("x:2026-02*", Cell::Time(Timestamp::parse("2026-02-06").unwrap().0)));
}

#[test]
fn a_regular_expression_too_large_is_refused() {
    let filter = Filter::Regex { field: "message".to_owned(), pattern: "(x{1000}){1000}".to_owned() };
    assert!(matches!(Matcher::new(&filter), Err(Error::Invalid { .. })));
}

proptest! {
    /// The live path and the stored rows look fields up in different ways.
    #[test]
    fn live_and_stored_records_match_alike(filter in sample::matching_filter(), records in prop::collection::vec(sample::record(), 0..8)) {
        let batch = sample::batch(&records);
        let matcher = Matcher::new(&filter).unwrap();
        let live = batch.records().iter().filter(|record| matcher.matches(&batch, record)).count();
        let mut table = Table::new();
        table.add(&batch, Timestamp::default(), 0, 0);
        let budget = Budget { rows_max: 100, answer_bytes_max: 0, memory_bytes_max: 0, time_max: std::time::Duration::ZERO };
        let scope = Scope { tenant: Tenant::default(), time: TimeRange::ALL, budget };
        let stored = reference::run(&Query { filter, pipes: Vec::new() }, &scope, &table).unwrap();
        prop_assert_eq!(stored.rows.len(), live);
    }
}
