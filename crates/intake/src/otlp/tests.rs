mod reference;

use super::*;
use crate::tests::{context, show};

/// A request of one resource, one scope and these records, as JSON.
fn request(records: &str) -> String {
    format!(
        r#"{{"resourceLogs":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":"shop"}}}},{{"key":"k8s","value":{{"kvlistValue":{{"values":[{{"key":"pod","value":{{"stringValue":"p-1"}}}}]}}}}}}]}},"scopeLogs":[{{"scope":{{"name":"lib","version":"1.2"}},"logRecords":[{records}]}}]}}]}}"#
    )
}

fn read_as(signal: Signal, body: &str) -> (Vec<String>, Vec<String>) {
    let batch = decode(signal, Encoding::Json, body.as_bytes(), &context()).expect("a request");
    let reject = |piece: &record::Rejected| format!("{} {} {}", piece.line, piece.reason.as_str(), batch.text(piece.raw));
    let records = batch.records().iter().map(|record| show(&batch, record)).collect();
    (records, batch.rejected().iter().map(reject).collect())
}

fn one(record: &str, expected: &str) {
    let shared = r#" otel.scope.name="lib" otel.scope.version="1.2""#;
    let (records, rejected) = read_as(Signal::Logs, &request(record));
    let expected = format!("{expected} k8s.pod=\"p-1\"{shared}");
    assert_eq!((records, rejected), (vec![expected], vec![]), "{record}");
}

#[test]
fn the_parts_of_a_record_find_their_places() {
    one(
        r#"{"timeUnixNano":"1770387825000000007","observedTimeUnixNano":"1770387826000000000","severityNumber":9,"severityText":"Information","body":{"stringValue":"hi"},"attributes":[{"key":"n","value":{"intValue":"5"}},{"key":"ok","value":{"boolValue":true}},{"key":"f","value":{"doubleValue":0.5}}],"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1b2c3d4e5f60718","flags":1,"eventName":"paid"}"#,
        r#"2026-02-06T14:23:45Z+7ns INFO source="shop" message="hi" trace="0102030405060708090a0b0c0d0e0f10" span="a1b2c3d4e5f60718" | observed_time_unix_nano=1770387826000000000 event_name="paid" flags=1 n=5 ok=true f=0.5"#,
    );
    one(r#"{"body":{"stringValue":"no time"}}"#, r#"received source="shop" message="no time" |"#);
    one(
        r#"{"observedTimeUnixNano":1770387825000000000,"severityNumber":"SEVERITY_NUMBER_WARN2"}"#,
        r#"2026-02-06T14:23:45Z WARN source="shop" | severity_number=14"#,
    );
    one(
        r#"{"severityText":"gold","traceId":"00000000000000000000000000000000","body":{"intValue":7}}"#,
        r#"received source="shop" message="7" | severity_text="gold""#,
    );
}

#[test]
fn nested_values_keep_their_form() {
    one(
        r#"{"body":{"kvlistValue":{"values":[{"key":"msg","value":{"stringValue":"m"}},{"key":"http","value":{"kvlistValue":{"values":[{"key":"status","value":{"intValue":200}}]}}}]}},"attributes":[{"key":"list","value":{"arrayValue":{"values":[{"stringValue":"a\"b"},{"intValue":"-1"},{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":false}}]}},{}]}}},{"key":"b","value":{"bytesValue":"aGk="}},{"key":"none"},{"key":"o","value":{"kvlistValue":{}}}]}"#,
        r#"received source="shop" message="m" | http.status=200 list=json["a\"b",-1,{"k":false},null] b="aGk=" o=json{}"#,
    );
    one(r#"{"body":{"arrayValue":{"values":[{"intValue":1}]}}}"#, r#"received source="shop" message="[1]" |"#);
}

#[test]
fn own_words_go_before_shared_ones() {
    one(
        r#"{"attributes":[{"key":"service.name","value":{"stringValue":"own"}},{"key":"x","value":{"intValue":1}},{"key":"x","value":{"intValue":2}}]}"#,
        r#"received source="own" | x=1 x.2=2 service.name.2="shop""#,
    );
}

#[test]
fn a_record_over_a_limit_goes_alone() {
    let deep = format!("{}{{\"intValue\":1}}{}", "{\"arrayValue\":{\"values\":[".repeat(70), "]}}".repeat(70));
    let records =
        format!(r#"{{"body":{{"stringValue":"a"}}}},{{"severityText":"ERROR","body":{deep}}},{{"body":{{"stringValue":"b"}}}}"#);
    // Seventy levels of values are beyond the limit of a record, and within that of the request.
    let (kept, rejected) = read_as(Signal::Logs, &request(&records));
    assert_eq!((kept.len(), rejected.len()), (2, 1));
    assert!(rejected[0].starts_with("2 too_deep {\"severity_text\":\"ERROR\",\"body\":[[["), "{}", rejected[0]);
    assert!(rejected[0].ends_with(r#""attributes":{},"resource":{"service.name":"shop","k8s.pod":"p-1","otel.scope.name":"lib","otel.scope.version":"1.2"}}"#));
}

#[test]
fn spans_lie_beside_their_logs() {
    let span = r#"{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"a1b2c3d4e5f60718","parentSpanId":"0000000000000001","name":"GET /cart","kind":"SPAN_KIND_SERVER","startTimeUnixNano":"1770387825000000000","endTimeUnixNano":"1770387825000000500","attributes":[{"key":"http.route","value":{"stringValue":"/cart"}}],"events":[{"timeUnixNano":"1770387825000000100","name":"exception","attributes":[{"key":"type","value":{"stringValue":"E"}}]}],"links":[{"traceId":"01","spanId":"02"}],"status":{"code":2,"message":"boom"}}]}]}]}"#;
    let (records, _) = read_as(Signal::Traces, span);
    assert_eq!(
        records,
        [
            r#"2026-02-06T14:23:45Z ERROR source="shop" message="GET /cart" trace="0102030405060708090a0b0c0d0e0f10" span="a1b2c3d4e5f60718" | span.kind="server" span.duration_nanos=500 parent_span_id="0000000000000001" span.status_message="boom" span.events=json[{"time_unix_nano":1770387825000000100,"name":"exception","attributes":{"type":"E"}}] span.links=json[{"trace_id":"01","span_id":"02","attributes":{}}] http.route="/cart""#
        ]
    );
}

#[test]
fn bodies_that_are_no_request_are_refused_whole() {
    let json = |body: &str| decode(Signal::Logs, Encoding::Json, body.as_bytes(), &context()).map_err(|broken| broken.offset);
    assert_eq!(json("").map(drop), Err(0));
    assert_eq!(json("{\"resourceLogs\":[{}").map(drop), Err(19));
    assert_eq!(json("{\"resourceLogs\":[7]}").map(drop), Err(17));
    assert!(json(&request("{\"timeUnixNano\":\"soon\"}")).is_err());
    assert!(json(&request("{\"traceId\":\"xyz\"}")).is_err());
    assert!(json(&format!("{{\"resourceLogs\":{}", "[".repeat(1000))).is_err());
    assert!(json("{\"unknown\":[1,{}],\"resourceLogs\":[]}").is_ok());
    let binary = |body: &[u8]| decode(Signal::Logs, Encoding::Protobuf, body, &context()).map_err(|broken| broken.offset);
    assert_eq!(binary(b"").map(|batch| batch.records().len()), Ok(0));
    assert_eq!(binary(b"{\"resourceLogs\":[]}").map(drop), Err(1));
    assert_eq!(binary(&[0x0a, 0x7f]).map(drop), Err(2));
    assert_eq!(binary(&[0x0a, 4, 0x12, 2, 0x12, 9]).map(drop), Err(6));
    assert_eq!(binary(b"\x1f\x8b\x08\x00").map(drop), Err(1));
}

/// Every prefix of a request, and the request with any byte changed, is read or refused, and nothing else.
#[test]
fn damage_is_met_calmly() {
    let json = request(
        r#"{"timeUnixNano":"1770387825000000007","body":{"arrayValue":{"values":[{"kvlistValue":{"values":[{"key":"k","value":{"doubleValue":1.5}}]}}]}},"traceId":"0102"}"#,
    );
    let binary = from_json::to_protobuf(Signal::Logs, json.as_bytes(), 64).expect("a request");
    for at in 0..binary.len() {
        let _ = decode(Signal::Logs, Encoding::Protobuf, &binary[..at], &context());
        let _ = decode(Signal::Traces, Encoding::Protobuf, &binary[..at], &context());
        for bit in 0..8 {
            let mut other = binary.clone();
            other[at] ^= 1 << bit;
            if let Ok(batch) = decode(Signal::Logs, Encoding::Protobuf, &other, &context()) {
                assert!(Batch::from_parts(batch.parts().clone()).is_ok());
            }
        }
    }
}

#[test]
fn bytes_that_are_no_text_are_mended_and_counted() {
    let json = request(r#"{"body":{"stringValue":"a?b"}}"#);
    let mut binary = from_json::to_protobuf(Signal::Logs, json.as_bytes(), 64).expect("a request");
    let at = binary.iter().rposition(|&b| b == b'?').expect("a question mark");
    binary[at] = 0xff;
    let batch = decode(Signal::Logs, Encoding::Protobuf, &binary, &context()).expect("a request");
    assert_eq!((batch.text(batch.records()[0].message), batch.parts().repaired), ("a\u{fffd}b", 1));
}
