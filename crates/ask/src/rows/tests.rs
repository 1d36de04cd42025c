use super::*;

#[test]
fn rows_are_written_as_json() {
    let names = ["a", "b \"c\""].map(str::to_owned);
    let cells = vec![
        vec![OwnedCell::Text("\"\\\n\u{1}\u{e9}".to_owned()), OwnedCell::Int(1)],
        vec![OwnedCell::Absent, OwnedCell::Float(0.5)],
        vec![OwnedCell::Time(Timestamp::from_micros(1_500_000)), OwnedCell::Float(f64::INFINITY)],
        vec![OwnedCell::Bool(true), OwnedCell::Absent],
    ];
    let rows = PlainRows::from_cells(&names, cells);
    assert_eq!(rows.columns().iter().map(|column| column.kind).collect::<Vec<_>>(), [ColumnKind::Other, ColumnKind::Float]);
    let text = |encoding| String::from_utf8(rows.encode(encoding).unwrap()).unwrap();
    let lines = [
        r#"{"a":"\"\\\n\u0001é","b \"c\"":1.0}"#,
        r#"{"b \"c\"":0.5}"#,
        r#"{"a":"1970-01-01T00:00:01.500Z","b \"c\"":null}"#,
        r#"{"a":true}"#,
    ];
    assert_eq!(text(Encoding::Ndjson), lines.map(|line| format!("{line}\n")).concat());
    assert_eq!(text(Encoding::Json), format!("[{}]", lines.join(",")));
    assert_eq!(rows.encode(Encoding::ArrowIpc), None);
}

#[test]
fn values_have_one_order() {
    let text = |text: &str| OwnedCell::Text(text.to_owned());
    let ascending = [
        OwnedCell::Int(-1),
        OwnedCell::Float(0.5),
        OwnedCell::Int(1),
        OwnedCell::Time(Timestamp::MIN),
        OwnedCell::Bool(false),
        OwnedCell::Bool(true),
        text("B"),
        text("a"),
        OwnedCell::Absent,
    ];
    assert!(ascending.is_sorted_by(|a, b| a.order(b, "x").is_lt()));
    assert!([text("TRACE"), text("INFO"), text("ALERT"), text("FATAL")].is_sorted_by(|a, b| a.order(b, "severity").is_lt()));
}
