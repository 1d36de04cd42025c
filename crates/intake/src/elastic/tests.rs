use super::*;
use crate::tests::{context, show};

/// Records, what was rejected (`line:offset reason raw`), and the items (`action index id reason`).
fn read(body: &str, index: Option<&str>) -> (Vec<String>, Vec<String>, Vec<String>) {
    let mut items = Vec::new();
    let mut each = |item: Item<'_>| {
        let reason = item.quarantined.map_or("", RejectReason::as_str);
        let (index, id) = (item.index.unwrap_or_default(), item.id.unwrap_or_default());
        items.push(format!("{} {index} {id} {reason}", item.action.as_str()).trim_end().to_owned());
    };
    let batch = decode_bulk(body.as_bytes(), &context(), index, &mut each).expect("a bulk");
    let records = batch.records().iter().map(|record| show(&batch, record)).collect();
    let reject =
        |piece: &record::Rejected| format!("{}:{} {} {}", piece.line, piece.offset, piece.reason.as_str(), batch.text(piece.raw));
    (records, batch.rejected().iter().map(reject).collect(), items)
}

#[test]
fn actions_and_documents_take_turns() {
    let body = "{\"create\":{\"_index\":\"logs-nginx-default\"}}\n\
                {\"@timestamp\":\"2026-02-06T14:00:00.5Z\",\"message\":\"a\",\"service\":\"web\"}\n\
                \n\
                { \"index\" : { \"_id\" : \"i\\\"1\", \"_index\":\"app-2026.02.06\", \"pipeline\":\"p\" } }\r\n\
                {\"message\":\"b\"}\r\n\
                {\"index\":{}}\n\
                {\"message\":\"c\"}";
    let (records, rejected, items) = read(body, Some("url"));
    assert_eq!(
        records,
        [
            r#"2026-02-06T14:00:00.500Z source="web" message="a" | _index="logs-nginx-default""#,
            r#"received source="app" message="b" | _index="app-2026.02.06" _id="i\"1""#,
            r#"received source="url" message="c" | _index="url""#,
        ]
    );
    assert!(rejected.is_empty(), "{rejected:?}");
    assert_eq!(items, ["create logs-nginx-default", "index app-2026.02.06 i\"1", "index url"]);
}

#[test]
fn every_action_has_its_item_whatever_becomes_of_it() {
    let body = "{\"create\":{\"_index\":\"x\"}}\n{\"a\":1}\n\
                {\"create\":{\"_index\":\"x\"}}\n{\"a\":nonsense}\n\
                {\"delete\":{\"_index\":\"x\",\"_id\":\"7\"}}\n\
                {\"update\":{\"_index\":\"x\",\"_id\":\"8\"}}\n{\"doc_as_upsert\":true,\"doc\":{\"b\":2}}\n\
                {\"update\":{\"_index\":\"x\",\"_id\":\"9\"}}\n{\"script\":\"s\"}\n\
                {\"frob\":{}}\n\
                {\"create\":{\"_index\":\"x\"}}\n{\"c\":3} {\"d\":4}\n\
                {\"create\":{\"_index\":\"x\"}}\n{\"e\":\n5}\n\
                {\"create\":{\"_index\":\"last\"}}\n";
    let (records, rejected, items) = read(body, None);
    assert_eq!(records, [r#"received source="x" | a=1 _index="x""#, r#"received source="x" | b=2 _index="x" _id="8""#]);
    let reasons: Vec<_> = rejected.iter().map(|line| line.split_once(' ').expect("reason").1).collect();
    assert_eq!(
        reasons,
        [
            r#"invalid_json {"a":nonsense}"#,
            r#"invalid_line {"delete":{"_index":"x","_id":"7"}}"#,
            r#"invalid_line {"script":"s"}"#,
            r#"invalid_line {"frob":{}}"#,
            r#"invalid_json {"c":3} {"d":4}"#,
            r#"invalid_json {"e":"#,
            "invalid_json 5}",
            r#"invalid_line {"create":{"_index":"last"}}"#,
        ]
    );
    assert_eq!(rejected[0].split_once(' ').expect("place").0, "4:65");
    assert_eq!(
        items,
        [
            "create x",
            "create x  invalid_json",
            "delete x 7 invalid_line",
            "update x 8",
            "update x 9 invalid_line",
            "index   invalid_line",
            "create x  invalid_json",
            "create x  invalid_json",
            "index   invalid_json",
            "create last  invalid_line",
        ]
    );
}

#[test]
fn what_is_no_bulk_is_refused_whole() {
    let check = |body: &str, offset| {
        let read = decode_bulk(body.as_bytes(), &context(), None, &mut |_| panic!("an item of {body}"));
        assert_eq!(read.map_err(|broken| broken.offset), Err(offset), "{body}");
    };
    check("{\"message\":\"lines of JSON\"}\n{\"message\":\"b\"}\n", 11);
    check("[1]\n", 0);
    check("\n\nhello\n", 2);
    check("{\"create\":{}\n{\"a\":1}\n", 12);
    check("{}\n", 0);
    check(&"[".repeat(1000), 0);
}

#[test]
fn nothing_is_no_fault() {
    assert_eq!(read("\n\n", None), (vec![], vec![], vec![]));
    assert_eq!(read("", None), (vec![], vec![], vec![]));
}

#[test]
fn nesting_is_bounded() {
    let deep = format!("{{\"create\":{{}}}}\n{}1{}\n", "{\"a\":".repeat(1000), "}".repeat(1000));
    let (records, rejected, items) = read(&deep, Some("x"));
    assert_eq!((records.len(), rejected.len(), items), (0, 1, vec!["create x  too_deep".to_owned()]));
}

#[test]
fn a_document_alone() {
    let read = |body: &str| {
        let batch = decode_document(body.as_bytes(), &context(), "app", Some("7"));
        (batch.records().iter().map(|record| show(&batch, record)).collect::<Vec<_>>(), batch.rejected().len())
    };
    assert_eq!(
        read("\n{\n \"message\": \"a\"\n}\n"),
        (vec![r#"received source="app" message="a" | _index="app" _id="7""#.to_owned()], 0)
    );
    assert_eq!(read("{\"a\":1} x"), (vec![], 1));
    assert_eq!(read(""), (vec![], 1));
}

#[test]
fn an_index_a_day_is_one_source() {
    let check = |index, source| assert_eq!(without_date(index), source, "{index}");
    check("filebeat-8.17.0-2026.02.06", "filebeat");
    check("app-2026.02.06", "app");
    check("app_20260206", "app");
    check("logs-nginx-default", "logs-nginx-default");
    check("web-01", "web-01");
    check("2026.02.06", "2026.02.06");
}
