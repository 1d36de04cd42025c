//! What answers look like: columns, cells, encodings, figures.

use std::io::Cursor;

use arrow::array::{Array, AsArray};
use ask::{ColumnKind, Encoding, Engine};
use record::Severity;

use super::house::{Attribute, Entry, House, batch, lines, number};

fn entries() -> Vec<Entry> {
    let text = |text: &str| Some(text.to_owned());
    vec![
        Entry {
            at: 1_500_000,
            severity: Some(Severity::Error),
            source: text("api"),
            message: text("payment \"declined\""),
            attributes: vec![("order".into(), Attribute::Int(7)), ("http.status_code".into(), Attribute::Int(500))],
            ..Entry::default()
        },
        Entry {
            at: 2_000_000,
            source: text("db"),
            message: text("slow query took 12 ms"),
            attributes: vec![("order".into(), Attribute::Text("seven".into())), ("zone".into(), Attribute::Bool(true))],
            ..Entry::default()
        },
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_shows_what_records_have() {
    let house = House::with_columns(2).await;
    house.append(batch(&entries())).await;
    for sealed in [false, true] {
        if sealed {
            house.seal().await;
        }
        let answer = house.search("*").await;
        let columns: Vec<&str> = answer.rows.columns().iter().map(|column| column.name.as_str()).collect();
        let expected = [
            "record_id",
            "timestamp",
            "observed_at",
            "severity",
            "source",
            "message",
            "pattern_id",
            "http.status_code",
            "order",
            "zone",
        ];
        assert_eq!(columns, expected, "sealed: {sealed}");
        let kind = |name: &str| answer.rows.columns().iter().find(|column| column.name == name).unwrap().kind;
        assert_eq!((kind("order"), kind("zone"), kind("timestamp")), (ColumnKind::Other, ColumnKind::Bool, ColumnKind::Time));

        let answer = house.search("* | fields timestamp, severity, message, order, http.status_code, zone").await;
        let expected = [
            r#"{"timestamp":"2026-02-06T12:00:02Z","message":"slow query took 12 ms","order":"seven","zone":true}"#,
            r#"{"timestamp":"2026-02-06T12:00:01.500Z","severity":"ERROR","message":"payment \"declined\"","order":7,"http.status_code":500}"#,
        ];
        assert_eq!(lines(&answer), expected, "sealed: {sealed}");
        let json = answer.rows.encode(Encoding::Json).unwrap();
        assert_eq!(String::from_utf8(json).unwrap(), format!("[{}]", expected.join(",")));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn arrow_can_be_read_by_others() {
    let house = House::with_columns(2).await;
    house.append(batch(&entries())).await;
    let answer = house.search("* | fields timestamp, message, order, http.status_code").await;
    let bytes = answer.rows.encode(Encoding::ArrowIpc).unwrap();
    let rows = arrow::ipc::reader::StreamReader::try_new(Cursor::new(bytes), None).unwrap().next().unwrap().unwrap();
    let texts = |name: &str| rows.column_by_name(name).unwrap().as_string::<i32>().iter().collect::<Vec<_>>();
    assert_eq!(texts("message"), [Some("slow query took 12 ms"), Some("payment \"declined\"")]);
    assert_eq!(texts("order"), [Some("seven"), Some("7")]); // of several kinds: as texts
    assert_eq!(rows.column_by_name("http.status_code").unwrap().data_type(), &arrow::datatypes::DataType::Int64);
    assert!(rows.column_by_name("http.status_code").unwrap().is_null(0));

    let nothing = house.search("nowhere").await;
    let bytes = nothing.rows.encode(Encoding::ArrowIpc).unwrap();
    assert_eq!(
        arrow::ipc::reader::StreamReader::try_new(Cursor::new(bytes), None).unwrap().next().unwrap().unwrap().num_rows(),
        0
    );
    assert_eq!(nothing.rows.encode(Encoding::Json).unwrap(), b"[]");
}

#[tokio::test(flavor = "multi_thread")]
async fn sql_types_become_cells() {
    let house = House::new().await;
    let check = |sql: &'static str, expected: &'static str| {
        let house = &house;
        async move { assert_eq!(lines(&house.sql(sql).await), [expected], "{sql}") }
    };
    check("select 1 a, 2.5 b, 'x' c, true d, null e", r#"{"a":1,"b":2.5,"c":"x","d":true}"#).await;
    check("select [1, 2] a, struct(1, 'x') b", r#"{"a":[1,2],"b":{"c0":1,"c1":"x"}}"#).await;
    check(
        "select timestamp '2026-02-06 12:00:00.25' a, date '2026-02-06' b",
        r#"{"a":"2026-02-06T12:00:00.250Z","b":"2026-02-06"}"#,
    )
    .await;
    check("select cast('nan' as double) a, cast('inf' as double) b, 1 c", r#"{"c":1}"#).await;
    check("select cast(1.50 as decimal(10,2)) a", r#"{"a":"1.50"}"#).await;
    check("select l.a, r.a from (select 1 a) l cross join (select 2 a) r", r#"{"a":1,"a_2":2}"#).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fields_are_told_with_what_is_known_of_them() {
    let house = House::new().await;
    house.append(batch(&entries())).await;
    house.seal().await;
    house.append(batch(&entries())).await;
    let mut scope = house.scope();
    let fields = house.engine.fields(&scope).await.unwrap();
    let field = |name: &str| fields.iter().find(|field| field.column.name == name);
    assert_eq!(field("timestamp").unwrap().present, Some(4));
    assert_eq!(
        (field("http.status_code").unwrap().column.kind, field("http.status_code").unwrap().present),
        (ColumnKind::Int, None)
    );
    assert!(field("date").is_none() && field("attributes").is_none());
    // A range that cuts through: nobody knows without looking.
    scope.time = record::TimeRange::new(super::house::at("12:00:01.750"), super::house::at("13:00:00"));
    let fields = house.engine.fields(&scope).await.unwrap();
    assert!(fields.iter().all(|field| field.present.is_none()));
}

#[tokio::test(flavor = "multi_thread")]
async fn quarantine_and_ledger_are_tables_too() {
    let house = House::new().await;
    house.append(batch(&entries())).await;
    for _ in 0..2 {
        assert_eq!(number(&house.sql("select count(*) from quarantine").await), 0);
        assert_eq!(number(&house.sql("select sum(stored) from ledger").await), 2);
        let tables = lines(&house.sql("show tables").await).join("\n");
        assert!(["logs", "quarantine", "ledger"].iter().all(|name| tables.contains(name)), "{tables}");
        assert!(lines(&house.sql("describe logs").await).iter().any(|line| line.contains("http.status_code")));
        house.seal().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn patterns_and_percentiles_are_counted() {
    let house = House::new().await;
    let timed = |index: i64| Entry {
        at: index,
        message: Some(format!("request {index} took {index} ms")),
        attributes: vec![("ms".into(), Attribute::Int(index))],
        ..Entry::default()
    };
    house.append(batch(&(1..=1000).map(timed).collect::<Vec<_>>())).await;
    house.seal().await;
    let answer = house.search("* | pattern | fields pattern, count").await;
    let template = pattern::template("request 1 took 1 ms");
    assert_eq!(lines(&answer), [format!(r#"{{"pattern":"{template}","count":1000}}"#)]);
    let answer = house.search("* | stats p99(ms) as p, median(ms) as m").await;
    let cell = |column| match answer.rows.cell(0, column) {
        ask::Cell::Float(float) => float,
        other => panic!("{other:?}"),
    };
    assert!((980.0..=1000.0).contains(&cell(0)) && (490.0..=510.0).contains(&cell(1)), "{} {}", cell(0), cell(1));
}
