//! Input that is wrong on purpose: each has a defined end, and a good record beside it stays.

use record::{Batch, RejectReason, TimeOrigin, Value};

use crate::tests::{context, read};
use crate::{Context, Format, Limits, decode};

/// The bad line stands between two good ones and is rejected whole.
fn rejects(bad: &[u8], reason: RejectReason) {
    for format in [Format::Json, Format::Auto] {
        let body = [b"{\"good\":1}\n", bad, b"\n{\"good\":2}\n"].concat();
        let batch = read(format, &body);
        assert_eq!((batch.records().len(), batch.rejected().len()), (2, 1), "{format} {reason:?}");
        let rejected = batch.rejected()[0];
        assert_eq!((rejected.reason, rejected.line), (reason, 2), "{format}");
        assert_eq!(batch.text(rejected.raw), String::from_utf8_lossy(bad), "{format} {reason:?}");
    }
}

fn nested(open: &str, levels: usize, close: &str) -> Vec<u8> {
    format!("{{\"a\":{}1{}}}", open.repeat(levels - 1), close.repeat(levels - 1)).into_bytes()
}

fn wide(keys: usize) -> Vec<u8> {
    let keys: Vec<String> = (0..keys).map(|n| format!("\"k{n}\":{n}")).collect();
    format!("{{{}}}", keys.join(",")).into_bytes()
}

fn one_record(body: &[u8]) -> bool {
    let batch = read(Format::Json, body);
    (batch.records().len(), batch.rejected().len()) == (1, 0)
}

#[test]
fn broken_json() {
    rejects(b"{\"half\":\"a li", RejectReason::InvalidJson);
    rejects(b"{\"a\":NaN}", RejectReason::InvalidJson);
    rejects(b"{\"a\":-Infinity}", RejectReason::InvalidJson);
    rejects(b"{\"a\":1,\"b\":2,\"a\":3}", RejectReason::DuplicateKey);
    rejects(b"{\"nul\":\"\0\"}", RejectReason::InvalidJson);
}

#[test]
fn depth_at_the_limit_and_beyond() {
    for (open, close) in [("{\"a\":", "}"), ("[", "]")] {
        assert!(one_record(&nested(open, 64, close)), "{open}");
        rejects(&nested(open, 65, close), RejectReason::TooDeep);
        rejects(&nested(open, 100, close), RejectReason::TooDeep);
        rejects(&nested(open, 100_000, close), RejectReason::TooDeep);
    }
}

#[test]
fn keys_at_the_limit_and_beyond() {
    assert!(one_record(&wide(1024)));
    rejects(&wide(1025), RejectReason::TooManyFields);
    rejects(&wide(5000), RejectReason::TooManyFields);
    let inner = String::from_utf8(wide(1023)).expect("text");
    assert!(one_record(format!("{{\"a\":[{inner}]}}").as_bytes()));
    rejects(format!("{{\"a\":[{inner},{{\"b\":1}}]}}").as_bytes(), RejectReason::TooManyFields);
}

#[test]
fn five_thousand_names_in_many_records_are_fine() {
    let body: String = (0..5000).map(|n| format!("{{\"name{n}\":1,\"other\":2}}\n")).collect();
    let batch = read(Format::Json, body);
    assert_eq!((batch.records().len(), batch.rejected().len(), batch.names().len()), (5000, 0, 5001));
}

/// Decoded with room for few names.
fn read_few_names(body: &str) -> Batch {
    let limits = Limits { names_max: 100, ..Limits::default() };
    decode(Format::Json, body.as_bytes(), &Context { limits, ..context() })
}

#[test]
fn names_of_a_batch_have_an_end() {
    let body: String = (0..105).map(|n| format!("{{\"x{n}\":1}}\n")).collect();
    let batch = read_few_names(&(body + "{\"x0\":7}"));
    assert_eq!((batch.records().len(), batch.rejected().len()), (101, 5));
    assert!(batch.rejected().iter().all(|rejected| rejected.reason == RejectReason::TooManyFields));
}

#[test]
fn rejected_records_do_not_use_up_the_names() {
    let body: String = (0..50).map(|n| format!("{{\"x{n}\":1,\"y{n}\":2,\"z{n}\":NaN}}\n")).collect();
    let batch = read_few_names(&(body + "{\"good\":1}"));
    assert_eq!((batch.records().len(), batch.rejected().len()), (1, 50));
    assert_eq!(batch.names().collect::<Vec<_>>(), ["good"]);
}

#[test]
fn names_and_texts_at_the_limit_and_beyond() {
    let name = |len: usize| format!("{{\"{}\":1}}", "n".repeat(len)).into_bytes();
    assert!(one_record(&name(256)));
    rejects(&name(257), RejectReason::NameTooLong);
    rejects(format!("{{\"{0}\":{{\"{0}\":1}}}}", "n".repeat(128)).as_bytes(), RejectReason::NameTooLong);
    let text = |len: usize| format!("{{\"message\":\"{}\"}}", "t".repeat(len)).into_bytes();
    assert!(one_record(&text(1 << 20)));
    rejects(&text((1 << 20) + 1), RejectReason::TextTooLong);
    rejects(&text(10_000_000), RejectReason::TextTooLong);
    rejects(format!("{{\"a\":[\"{}\"]}}", "t".repeat(1 << 20)).as_bytes(), RejectReason::TextTooLong);
}

#[test]
fn bytes_that_are_not_utf8_are_mended_and_counted() {
    for format in Format::ALL {
        let batch = read(format, b"{\"a\":\"x\xff\xfey\"}\n");
        assert_eq!(batch.parts().repaired, 2, "{format}");
        assert_eq!(batch.records().len() + batch.rejected().len(), 1, "{format}");
    }
    let batch = read(Format::Json, b"{\"a\":\"x\xffy\"}\n\xff{\"b\":1}\n{\"c\":\"\xc3\xa4\"}");
    assert_eq!((batch.records().len(), batch.rejected()[0].offset, batch.rejected()[0].line), (2, 12, 2));
    assert!(batch.parts().arena.contains("x\u{fffd}y"));
}

#[test]
fn a_number_today_and_a_text_tomorrow_keep_their_own_types() {
    let batch = read(Format::Json, "{\"n\":5}\n{\"n\":\"five\"}\n{\"n\":5.5}\n{\"n\":[5]}");
    let kinds: Vec<_> = batch.all_fields().iter().map(|field| std::mem::discriminant(&field.value)).collect();
    let expected = [Value::Int(0), Value::Text(record::Span::ABSENT), Value::Float(0.0), Value::Json(record::Span::ABSENT)];
    assert_eq!(kinds, expected.map(|value| std::mem::discriminant(&value)));
    assert_eq!(batch.names().len(), 1);
}

#[test]
fn years_one_and_9999_and_no_time_at_all() {
    let body = "{\"timestamp\":\"0001-01-01T00:00:00Z\"}\n{\"timestamp\":\"9999-12-31T23:59:59Z\"}\n{\"m\":1}";
    let batch = read(Format::Json, body);
    let origins: Vec<_> = batch.records().iter().map(|record| record.origin).collect();
    assert_eq!(origins, [TimeOrigin::Anomalous, TimeOrigin::Anomalous, TimeOrigin::Received]);
    assert!(batch.records().iter().all(|record| record.timestamp == batch.received_at()));
}

#[test]
fn bodies_made_to_be_read_again_and_again_stay_bounded() {
    // Each line breaks a limit on its second line, and no bracket is ever closed.
    let batch = read(Format::Json, "{\"a\":\n1,\"a\":[[\n".repeat(20_000));
    assert_eq!(batch.records().len(), 0);
    // Each object reaches 64 levels down before it is too deep: after the budget, these go in one piece.
    let lines = 100_000;
    let batch = read(Format::Json, "{\"a\":\n".repeat(lines));
    let raw_lines: usize = batch.rejected().iter().map(|rejected| batch.text(rejected.raw).lines().count()).sum();
    assert_eq!((batch.records().len(), raw_lines), (0, lines));
    assert!(batch.rejected().len() < lines / 20);
}
