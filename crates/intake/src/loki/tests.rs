use super::*;
use crate::tests::{context, show};

fn shown(encoding: Encoding, body: &[u8]) -> Vec<String> {
    let batch = decode(encoding, body, &context()).expect("a push");
    let rejected =
        batch.rejected().iter().map(|piece| format!("{} {} {}", piece.line, piece.reason.as_str(), batch.text(piece.raw)));
    batch.records().iter().map(|record| show(&batch, record)).chain(rejected).collect()
}

#[test]
fn streams_of_lines() {
    let body = r#"{"streams":[{"stream":{"app":"shop","env":"prod","level":"warn"},"values":[["1770387825000000007","plain line"],["1770387825000000000","{\"level\":\"error\",\"msg\":\"m\\n\",\"n\":1}",{"trace_id":"t","n":"2"}],["1770387825000000000","{not json"]]},{"stream":{"job":"syslog"},"values":[["0","ERROR no time"]]}]}"#;
    assert_eq!(
        shown(Encoding::Json, body.as_bytes()),
        [
            r#"2026-02-06T14:23:45Z+7ns WARN source="shop" message="plain line" | env="prod""#,
            r#"2026-02-06T14:23:45Z ERROR source="shop" message="m\n" trace="t" | n=1 env="prod" level.2="warn" n.2="2""#,
            r#"2026-02-06T14:23:45Z WARN source="shop" message="{not json" | env="prod""#,
            r#"received ERROR source="syslog" message="ERROR no time" | job="syslog""#,
        ]
    );
}

#[test]
fn streams_as_they_were_once() {
    let body = r#"{"streams":[{"labels":"{app=\"shop\"}","entries":[{"ts":"2026-02-06T14:23:45.000000007Z","line":"a"}]}]}"#;
    assert_eq!(shown(Encoding::Json, body.as_bytes()), [r#"2026-02-06T14:23:45Z+7ns source="shop" message="a" |"#]);
    // Nanoseconds in 64 bits end in the year 2554.
    let body = body.replace("2026-", "3026-");
    assert_eq!(shown(Encoding::Json, body.as_bytes()), [r#"received source="shop" message="a" |"#]);
}

/// A field of a message: its number and bytes.
fn field(number: u8, bytes: &[u8]) -> Vec<u8> {
    let len = u8::try_from(bytes.len()).expect("short");
    let len = if len < 128 { vec![len] } else { vec![len | 128, 1] };
    [&[number << 3 | 2][..], &len, bytes].concat()
}

fn binary_push(labels: &str, line: &[u8]) -> Vec<u8> {
    let time = [&[0x08][..], &[0xf1, 0xf2, 0x97, 0xcc, 0x06], &[0x10, 7]].concat();
    let pair = [field(1, b"trace_id"), field(2, b"t")].concat();
    let entry = [field(1, &time), field(2, line), field(3, &pair)].concat();
    field(1, &[field(1, labels.as_bytes()), field(2, &entry)].concat())
}

#[test]
fn protocol_buffers_say_the_same() {
    let read = shown(Encoding::Protobuf, &binary_push("{app=\"shop\"}", b"a line\xff"));
    assert_eq!(read, ["2026-02-06T14:23:45Z+7ns source=\"shop\" message=\"a line\u{fffd}\" trace=\"t\" |"]);
}

#[test]
fn a_line_over_a_limit_goes_alone() {
    let long = "x".repeat((1 << 20) + 1);
    let body =
        format!(r#"{{"streams":[{{"stream":{{}},"values":[["1770387825000000000","{long}"],["1770387825000000000","b"]]}}]}}"#);
    let read = shown(Encoding::Json, body.as_bytes());
    assert_eq!(read[0], "2026-02-06T14:23:45Z message=\"b\" |");
    assert!(read[1].starts_with("1 text_too_long xxx"));
}

#[test]
fn bodies_that_are_no_push_are_refused_whole() {
    let json = |body: &str| decode(Encoding::Json, body.as_bytes(), &context()).map(drop).map_err(|broken| broken.offset);
    assert_eq!(json(""), Err(0));
    assert_eq!(json("[]"), Err(0));
    assert_eq!(json("{}"), Ok(()));
    assert_eq!(json(r#"{"streams":[{"values":[["soon","a"]]}]}"#), Err(24));
    assert_eq!(json(r#"{"streams":[{"values":[["1"]]}]}"#), Err(23));
    assert_eq!(json(r#"{"streams":[{"values":[["1",2]]}]}"#), Err(28));
    assert_eq!(json(r#"{"streams":[{"values":[["1","a"]"#), Err(32));
    assert!(json(&format!("{{\"streams\":{}", "[".repeat(1000))).is_err());
    let binary = |body: &[u8]| decode(Encoding::Protobuf, body, &context()).map(drop).map_err(|broken| broken.offset);
    assert_eq!(binary(b""), Ok(()));
    assert_eq!(binary(b"\x1f\x8b\x08\x00"), Err(1));
    assert_eq!(binary(&binary_push("{app=}", b"a")), Err(9));
    let whole = binary_push("{app=\"shop\"}", b"a line");
    for end in 1..whole.len() {
        assert!(binary(&whole[..end]).is_err(), "{end}");
    }
}
