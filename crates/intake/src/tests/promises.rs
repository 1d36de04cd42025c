//! Promises that hold for any input, tried on generated ones.

use proptest::prelude::*;
use record::Batch;
use serde_json::{Map, Value as Json};

use crate::otlp::Signal;
use crate::tests::{RECEIVED_AT, context, read, show_value};
use crate::{Format, cut_at_record, datadog, elastic, firehose, loki, otlp, splunk};

/// Pieces that, put together at random, reach deeper into the readers than random bytes do.
const PIECES: [&str; 48] = [
    "{",
    "}",
    "[",
    "]",
    "\"",
    ":",
    ",",
    "\\",
    "\n",
    "\r\n",
    " ",
    "\t",
    "\u{e4}",
    "{\"a\":",
    "\"message\":\"x\"",
    "1",
    "-",
    "e5",
    "true",
    "null",
    "\\ud83d",
    "\\u",
    "{\"a\":1}",
    "{\"a\":1,\"b\":{\"c\":[1,2]}}",
    "<34>",
    "1 2026-02-06T14:23:45Z h a p m ",
    "[id a=\"b\"] ",
    "- ",
    "Feb  6 14:23:45 ",
    "host app[12]: ",
    "@cee: ",
    "CEF:0|a|b|c|d|e|5|",
    "LEEF:2.0|a|b|c|d|^|",
    "k=v ",
    "k=\"v w\" ",
    "=",
    "192.0.2.7 - - [06/Feb/2026:14:23:45 +0000] \"GET / HTTP/1.1\" 200 5",
    "2026-02-06 14:23:45,123 ERROR ",
    "Caused by: ",
    "    at ",
    "E0206 14:23:45.1 ",
    "1770387825",
    "12 <9>",
    "|",
    "timestamp",
    "\0",
    "\u{feff}",
    "x",
];

fn body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(PIECES.to_vec()).prop_map(|piece| piece.as_bytes().to_vec()),
        1 => prop::collection::vec(any::<u8>(), 0..4),
    ];
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// Pieces of which dialects are made.
const DIALECT_PIECES: [&[u8]; 30] = [
    b"{\"create\":{\"_index\":\"x\"}}\n",
    b"{\"delete\":{\"_id\":\"1\"}}\n",
    b"{\"a\":1}\n",
    b"{\"doc\":{\"a\":1}}\n",
    b"{\"streams\":[",
    b"{\"stream\":{\"a\":\"b\"},\"values\":[",
    b"[\"1770387825000000000\",\"line\"]",
    b"{\"labels\":\"{a=\\\"b\\\"}\",\"entries\":[",
    b"{\"resourceLogs\":[",
    b"{\"resource\":{\"attributes\":[",
    b"{\"key\":\"k\",\"value\":",
    b"{\"scopeLogs\":[{\"logRecords\":[",
    b"{\"arrayValue\":{\"values\":[",
    b"{\"stringValue\":\"\\ud83d\"}",
    b"{\"event\":\"e\"}",
    b"{\"event\":{\"a\":1},\"time\":1}",
    b"{\"records\":[{\"data\":\"e30=\"}",
    b"{\"message\":\"m\",\"ddtags\":\"a:b,c\"}",
    b"]",
    b"}",
    b",",
    b"\n",
    b"\x0a",
    b"\x12\x06",
    b"\x12\x02\x12\x00",
    b"\x0a\x04\x12\x02\x12\x00",
    b"\x09\x01\x02\x03\x04\x05\x06\x07\x08",
    b"\xff",
    b"\x1f\x8b",
    b"{a=\"b\"}",
];

fn dialect_body() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        8 => prop::sample::select(DIALECT_PIECES.to_vec()).prop_map(<[u8]>::to_vec),
        1 => prop::collection::vec(any::<u8>(), 0..6),
    ];
    prop::collection::vec(piece, 0..30).prop_map(|pieces| pieces.concat())
}

/// Every span points into the batch, on character boundaries.
fn is_whole(batch: &Batch) -> bool {
    Batch::from_parts(batch.parts().clone()).is_ok()
}

fn json() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Json::from),
        any::<i64>().prop_map(Json::from),
        any::<f64>().prop_filter("finite", |number| number.is_finite()).prop_map(Json::from),
        any::<String>().prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
            prop::collection::btree_map("[a-c\"\u{e4}\\\\ ]{1,3}", inner, 0..4).prop_map(Json::from_iter),
        ]
    })
}

/// What the attributes of an object have to be: dotted names, in order.
fn flattened(prefix: &str, object: &Map<String, Json>, out: &mut Vec<(String, String)>) {
    for (key, value) in object {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value {
            Json::Object(inner) if !inner.is_empty() => flattened(&name, inner, out),
            Json::Object(_) | Json::Array(_) => out.push((name, format!("json{value}"))),
            Json::String(text) => out.push((name, format!("{text:?}"))),
            Json::Number(number) if number.is_f64() => out.push((name, format!("{:?}", number.as_f64().expect("a float")))),
            other => out.push((name, other.to_string())),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic_or_point_outside(body in body(), format in prop::sample::select(Format::ALL.to_vec())) {
        prop_assert!(is_whole(&read(format, &body)));
        prop_assert!(cut_at_record(format, &body) <= body.len());
    }

    #[test]
    fn no_bytes_make_a_dialect_panic_or_point_outside(body in dialect_body()) {
        let context = context();
        let bulk = elastic::decode_bulk(&body, &context, Some("i"), &mut |_| {});
        let document = elastic::decode_document(&body, &context, "i", None);
        let raw = splunk::decode_raw(&body, &context, &splunk::Metadata::default());
        for batch in [document, raw, splunk::decode_events(&body, &context)] {
            prop_assert!(is_whole(&batch));
        }
        let signals = [Signal::Logs, Signal::Traces].into_iter();
        let otlp = signals.flat_map(|signal| {
            [otlp::Encoding::Json, otlp::Encoding::Protobuf].map(|encoding| otlp::decode(signal, encoding, &body, &context))
        });
        let loki = [loki::Encoding::Json, loki::Encoding::Protobuf].map(|encoding| loki::decode(encoding, &body, &context));
        let others = [bulk, datadog::decode(&body, &context), firehose::decode(&body, &context)];
        for read in otlp.chain(loki).chain(others) {
            match read {
                Ok(batch) => prop_assert!(is_whole(&batch)),
                Err(broken) => prop_assert!(broken.offset <= body.len() * 3),
            }
        }
    }

    #[test]
    fn every_line_of_json_is_a_record_or_rejected(lines in prop::collection::vec(line(), 0..12)) {
        let batch = read(Format::Json, lines.join("\n"));
        let (good, bad): (Vec<_>, Vec<_>) = lines.iter().filter(|line| !line.trim().is_empty()).partition(|line| is_object(line));
        let raws: Vec<&str> = batch.rejected().iter().map(|rejected| batch.text(rejected.raw)).collect();
        prop_assert_eq!(batch.records().len(), good.len());
        prop_assert_eq!(raws, bad);
    }

    #[test]
    fn an_object_comes_back_as_attributes(inner in prop::collection::btree_map("[d-f.]{1,3}", json(), 0..6), pretty in any::<bool>()) {
        let object = Map::from_iter(inner);
        let mut expected = Vec::new();
        flattened("", &object, &mut expected);
        let mut names: Vec<&String> = expected.iter().map(|(name, _)| name).collect();
        names.sort();
        names.dedup();
        prop_assume!(names.len() == expected.len());
        let value = Json::Object(object);
        let body = if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) }.expect("JSON");
        let batch = read(Format::Json, &body);
        prop_assert_eq!(batch.records().len(), 1, "{}", body);
        let fields = batch.fields(&batch.records()[0]).iter();
        let found: Vec<_> = fields.map(|field| (batch.name(field.name).to_owned(), show_value(&batch, field.value))).collect();
        prop_assert_eq!(found, expected);
        prop_assert_eq!(batch.received_at(), RECEIVED_AT);
    }
}

/// Lines that are JSON objects or plainly not; none is the beginning of an object that the next line could complete.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        json().prop_filter("one level", |value| !value.is_object()).prop_map(|value| Json::from_iter([("k", value)]).to_string()),
        prop::sample::select(
            ["", "  ", "nonsense", "{\"k\":NaN}", "{\"k\":1} x", "{\"k\":1,\"k\":2}", "\"text\"", "17", "{\"half\":\"", "{k}"]
                .to_vec()
        )
        .prop_map(str::to_owned),
    ]
}

/// What the reader has to decide, decided by another.
fn is_object(line: &str) -> bool {
    line != "{\"k\":1,\"k\":2}" && serde_json::from_str::<Map<String, Json>>(line).is_ok()
}
