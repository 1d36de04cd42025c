use record::Batch;

use super::{Dialect, Flaw, Frames, decode_frames};
use crate::tests::{context, show};

fn read(dialect: Dialect, messages: &[(&[u8], Flaw)]) -> Batch {
    let mut frames = Frames::default();
    for (message, flaw) in messages {
        let mut one = Frames::default();
        one.push(message, Some("192.0.2.7"), *flaw);
        frames.append(&one);
    }
    assert_eq!(frames.len(), messages.len());
    decode_frames(dialect, &frames, &context())
}

fn check(dialect: Dialect, message: &[u8], flaw: Flaw, expected: &str) {
    // The same between two others: nothing may run over.
    let good: &[u8] = match dialect {
        Dialect::Syslog => b"<14>Feb  6 14:23:45 h app: good",
        Dialect::Object => b"{\"message\":\"good\"}",
    };
    let batch = read(dialect, &[(good, Flaw::None), (message, flaw), (good, Flaw::None)]);
    let records: Vec<String> = batch.records().iter().map(|record| show(&batch, record)).collect();
    let found = match batch.rejected() {
        [] => records[1].clone(),
        [one] => format!("{}:{} {} {}", one.line, one.offset, one.reason.as_str(), batch.text(one.raw)),
        _ => panic!("{records:?}"),
    };
    assert_eq!(found, expected);
    assert_eq!(batch.records().len() + batch.rejected().len(), 3);
    assert!(records.iter().filter(|record| record.contains("\"good\"")).count() >= 2, "{records:?}");
}

#[test]
fn syslog() {
    let check = |message: &[u8], flaw, expected| check(Dialect::Syslog, message, flaw, expected);
    check(
        b"<34>Feb  6 14:23:45 db su: failed",
        Flaw::None,
        r#"2026-02-06T14:23:45Z CRITICAL source="su" host="db" message="failed" | syslog.facility="auth""#,
    );
    check(b"<14>no host", Flaw::None, r#"received INFO host="192.0.2.7" message="no host" | syslog.facility="user""#);
    check(b"no header", Flaw::None, r#"received host="192.0.2.7" message="no header" |"#);
    check(
        b"2026-02-06 14:23:45 ERROR x",
        Flaw::None,
        r#"2026-02-06T14:23:45Z ERROR host="192.0.2.7" message="2026-02-06 14:23:45 ERROR x" |"#,
    );
    check(
        b"<14>long",
        Flaw::Truncated,
        r#"received INFO host="192.0.2.7" message="long" | syslog.facility="user" truncated=true"#,
    );
    check(b"<14>cut", Flaw::Unreadable, "2:7 invalid_line <14>cut");
    check(b"<14>a\xffb", Flaw::None, "received INFO host=\"192.0.2.7\" message=\"a\u{fffd}b\" | syslog.facility=\"user\"");
    check(b"", Flaw::None, r#"received host="192.0.2.7" message="" |"#);
    check(
        b"<14>app: @cee: {\"half\":\"",
        Flaw::None,
        r#"received INFO host="192.0.2.7" message="app: @cee: {\"half\":\"" | syslog.facility="user""#,
    );
}

#[test]
fn objects() {
    let check = |message: &[u8], expected: &str| check(Dialect::Object, message, Flaw::None, expected);
    check(b" {\"host\":\"h\",\"level\":3} \n", r#"received ERROR host="h" |"#);
    check(b"{\"a\":1", "2:6 invalid_json {\"a\":1");
    check(b"{\"a\":\"", "2:6 invalid_json {\"a\":\"");
    check(b"{\"a\":[", "2:6 invalid_json {\"a\":[");
    check(b"{\"a\":1} {", "2:7 invalid_json {\"a\":1} {");
    check(b"[1]", "2:0 not_an_object [1]");
    check(b"", "2:0 invalid_json ");
    let deep = format!("{{\"a\":{}", "[".repeat(1000));
    check(deep.as_bytes(), &format!("2:68 too_deep {deep}"));
}

#[test]
fn mended_bytes_are_counted_once() {
    let batch = read(Dialect::Syslog, &[(b"<14>a\xff", Flaw::None), (b"<14>\xff\xfe", Flaw::None)]);
    assert_eq!(batch.parts().repaired, 3);
}
