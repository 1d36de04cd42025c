use super::*;
use crate::tests::{context, show};

fn read(shape: Shape, body: &str) -> (Vec<String>, Vec<String>) {
    let notes = [Note { name: "webhook.id", text: "m-1" }, Note { name: "message", text: "push" }];
    let context = Context { source: Some("hook"), ..context() };
    let batch = decode(shape, body.as_bytes(), &notes, &context);
    let reject = |piece: &record::Rejected| format!("{} {} {}", piece.line, piece.reason.as_str(), batch.text(piece.raw));
    (batch.records().iter().map(|r| show(&batch, r)).collect(), batch.rejected().iter().map(reject).collect())
}

#[test]
fn an_event_is_a_record_with_what_is_known_beside_it() {
    let (records, rejected) = read(Shape::Event, " {\"action\":\"opened\",\"issue\":{\"number\":7}}\n");
    assert_eq!(records, [r#"received source="hook" message="push" | action="opened" issue.number=7 webhook.id="m-1""#]);
    assert!(rejected.is_empty());
    let (records, _) = read(Shape::Event, r#"[{"message":"own"},{"n":1}]"#);
    assert_eq!(
        records,
        [
            r#"received source="hook" message="own" | webhook.id="m-1""#,
            r#"received source="hook" message="push" | n=1 webhook.id="m-1""#,
        ]
    );
}

#[test]
fn what_is_no_event_is_kept() {
    assert_eq!(read(Shape::Event, "hello"), (vec![], vec!["1 not_an_object hello".to_owned()]));
    assert_eq!(read(Shape::Event, "{\"a\":1} x"), (vec![], vec!["1 invalid_json {\"a\":1} x".to_owned()]));
    assert_eq!(read(Shape::Event, " \n"), (vec![], vec![]));
    assert_eq!(read(Shape::Event, "[\n"), (vec![], vec!["1 invalid_json [".to_owned()]));
    let (records, rejected) = read(Shape::Event, "[{\"a\":1},7,{\"b\":2},{\"c\":");
    assert_eq!(records.len(), 2, "{rejected:?}");
    assert_eq!(rejected, ["2 not_an_object 7".to_owned(), "1 invalid_json {\"c\":".to_owned()]);
}

#[test]
fn alerts_become_records_each() {
    let body = r#"{"version":"4","groupKey":"{}:{}","status":"firing","receiver":"dendro","externalURL":"http://am","truncatedAlerts":0,"groupLabels":{},
        "alerts":[
          {"status":"firing","labels":{"alertname":"DiskFull","severity":"critical","service":"db","instance":"db-1"},"annotations":{"summary":"disk is full"},"startsAt":"2026-02-06T14:23:45.5Z","endsAt":"0001-01-01T00:00:00Z","fingerprint":"f1"},
          {"status":"resolved","labels":{"alertname":"Slow","severity":"warning"},"annotations":{},"startsAt":"2026-02-06T14:00:00Z","endsAt":"2026-02-06T14:20:00Z"},
          7]}"#;
    let (records, rejected) = read(Shape::Alerts, body);
    assert_eq!(records.len(), 2, "{rejected:?}");
    assert!(
        records[0].starts_with(
            r#"2026-02-06T14:23:45.500Z CRITICAL source="db" host="db-1" message="disk is full" | status="firing" labels.alertname="DiskFull""#
        ),
        "{}",
        records[0]
    );
    assert!(records[0].contains(r#"alertmanager.receiver="dendro""#), "{}", records[0]);
    assert!(records[1].starts_with(r#"2026-02-06T14:20:00Z INFO source="hook" message="Slow" |"#), "{}", records[1]);
    assert_eq!(rejected, ["3 not_an_object 7"]);
}

#[test]
fn what_has_no_alerts_is_an_event() {
    let (records, _) = read(Shape::Alerts, r#"{"alerts":"none","text":"hi"}"#);
    assert_eq!(records, [r#"received source="hook" message="hi" | alerts="none" webhook.id="m-1""#]);
}

#[test]
fn one_alert_is_all_there_is() {
    let body = r#"{"alerts":[{"status":"firing","labels":{"alertname":"DiskFull"}}]}"#;
    let expected = r#"received source="hook" message="DiskFull" | status="firing" labels.alertname="DiskFull" webhook.id="m-1""#;
    assert_eq!(read(Shape::Alerts, body), (vec![expected.to_owned()], vec![]));
}
