use record::{TimeOrigin, Timestamp};

use crate::tests::{RECEIVED_AT, context, read, shown};
use crate::{Context, Format, decode};

#[test]
fn times_far_from_now_are_kept_aside() {
    let check = |time: &str, expected: &str| {
        assert_eq!(shown(Format::Json, format!(r#"{{"timestamp":{time}}}"#)), [expected], "{time}");
    };
    check(r#""2026-02-06T15:10:00Z""#, "2026-02-06T15:10:00Z |");
    check(r#""2026-02-06T15:10:00.000001Z""#, r#"anomalous | timestamp_original="2026-02-06T15:10:00.000001Z""#);
    check(r#""2016-02-07T03:00:00Z""#, "2016-02-07T03:00:00Z |");
    check(r#""2016-02-07T02:59:59Z""#, r#"anomalous | timestamp_original="2016-02-07T02:59:59Z""#);
    check(r#""0001-01-01T00:00:00Z""#, r#"anomalous | timestamp_original="0001-01-01T00:00:00Z""#);
    check(r#""9999-12-31T23:59:59Z""#, r#"anomalous | timestamp_original="9999-12-31T23:59:59Z""#);
    check("5", r#"anomalous | timestamp_original="5""#);
    check(r#""yesterday""#, r#"received | timestamp_original="yesterday""#);
    check("0", r#"received | timestamp_original="0""#);
    check("null", "received |");
}

#[test]
fn an_original_time_of_the_senders_own_is_not_doubled() {
    let record = shown(Format::Json, r#"{"timestamp_original":"mine","time":"never"}"#);
    assert_eq!(record, [r#"received | timestamp_original="mine" time="never""#]);
}

#[test]
fn records_without_a_time_have_that_of_their_receipt() {
    let batch = read(Format::Json, r#"{"a":1}"#);
    let record = batch.records()[0];
    assert_eq!((record.timestamp, record.origin), (RECEIVED_AT, TimeOrigin::Received));
    assert_eq!(batch.received_at(), RECEIVED_AT);
    assert_ne!(record.timestamp, Timestamp::default());
}

#[test]
fn the_requests_source_fills_in() {
    let context = Context { source: Some("edge"), ..context() };
    let batch = decode(Format::Json, b"{\"x\":\n{\"a\":1}\n{\"source\":\"own\"}\n5\n{}", &context);
    let sources: Vec<_> = batch.records().iter().map(|record| batch.text(record.source)).collect();
    assert_eq!(sources, ["edge", "own", "edge"]);
    assert!(batch.rejected().iter().all(|rejected| batch.text(rejected.source) == "edge"));
    assert_eq!(batch.rejected().len(), 2);
}
