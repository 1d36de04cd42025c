use rdkafka::Timestamp;
use rdkafka::message::{Header, OwnedHeaders};

use super::*;

const AT: &str = r#"{"kafka.topic":"t","kafka.partition":3,"kafka.offset":7"#;

fn message(payload: Option<&[u8]>, key: Option<&[u8]>, headers: Option<OwnedHeaders>) -> OwnedMessage {
    let owned = |bytes: &[u8]| bytes.to_vec();
    OwnedMessage::new(payload.map(owned), key.map(owned), "t".into(), Timestamp::CreateTime(1_000), 3, 7, headers)
}

fn text(message: &OwnedMessage, payload: Payload) -> String {
    let mut frames = Frames::default();
    push(&mut frames, message, payload);
    frames.messages().collect()
}

#[track_caller]
fn check(payload: &[u8], kind: Payload, rest: &str) {
    assert_eq!(text(&message(Some(payload), None, None), kind), format!("{AT}{rest}"));
}

#[test]
fn a_message_says_where_it_comes_from() {
    check(br#"{"a":1}"#, Payload::Json, r#","a":1}"#);
    check(b" { } ", Payload::Json, "}");
    // Dead letters: the decoder finds no object.
    check(b"[1]", Payload::Json, r#","payload":[1]"#);
    check(b"", Payload::Json, r#","payload":"#);
    check(b"{", Payload::Json, ",");
    check(b"one \"line\"", Payload::Raw, r#","@timestamp":"1970-01-01T00:00:01Z","message":"one \"line\""}"#);
    assert_eq!(text(&message(None, Some(b"k"), None), Payload::Json), "");
}

#[test]
fn keys_and_headers_are_attributes() {
    let headers = OwnedHeaders::new()
        .insert(Header { key: "trace", value: Some("abc") })
        .insert(Header { key: "bytes", value: Some(&[0xffu8, 0][..]) })
        .insert(Header { key: "none", value: None::<&str> });
    let found = text(&message(Some(b"{}"), Some("é".repeat(600).as_bytes()), Some(headers)), Payload::Json);
    let read: serde_json::Value = serde_json::from_str(&found).expect("an object");
    assert_eq!(read["kafka.key"], "é".repeat(512));
    assert_eq!((&read["kafka.header.trace"], &read["kafka.header.bytes"]), (&"abc".into(), &"/wA=".into()));
    assert_eq!(read.get("kafka.header.none"), None);
}
