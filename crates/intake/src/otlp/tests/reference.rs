//! The reader against another: requests are written by `prost` from the messages of opentelemetry-proto 1.x, and what
//! must become of them is told from those messages, slowly and plainly.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use prost::{Message as _, Oneof};

use super::*;
use crate::tests::show_value;

#[derive(Clone, PartialEq, prost::Message)]
struct Request {
    #[prost(message, repeated, tag = "1")]
    resource_logs: Vec<ResourceLogs>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ResourceLogs {
    #[prost(message, optional, tag = "1")]
    resource: Option<Resource>,
    #[prost(message, repeated, tag = "2")]
    scope_logs: Vec<ScopeLogs>,
    #[prost(string, tag = "3")]
    schema_url: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Resource {
    #[prost(message, repeated, tag = "1")]
    attributes: Vec<KeyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct ScopeLogs {
    #[prost(message, optional, tag = "1")]
    scope: Option<Scope>,
    #[prost(message, repeated, tag = "2")]
    log_records: Vec<LogRecord>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Scope {
    #[prost(string, tag = "1")]
    name: String,
    #[prost(string, tag = "2")]
    version: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct LogRecord {
    #[prost(fixed64, tag = "1")]
    time_unix_nano: u64,
    #[prost(int32, tag = "2")]
    severity_number: i32,
    #[prost(message, optional, tag = "5")]
    body: Option<AnyValue>,
    #[prost(message, repeated, tag = "6")]
    attributes: Vec<KeyValue>,
    #[prost(bytes = "vec", tag = "9")]
    trace_id: Vec<u8>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct KeyValue {
    #[prost(string, tag = "1")]
    key: String,
    #[prost(message, optional, tag = "2")]
    value: Option<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct AnyValue {
    #[prost(oneof = "Kind", tags = "1, 2, 3, 4, 5, 6, 7")]
    kind: Option<Kind>,
}

#[derive(Clone, PartialEq, Oneof)]
enum Kind {
    #[prost(string, tag = "1")]
    Text(String),
    #[prost(bool, tag = "2")]
    Bool(bool),
    #[prost(int64, tag = "3")]
    Int(i64),
    #[prost(double, tag = "4")]
    Float(f64),
    #[prost(message, tag = "5")]
    Array(ArrayValue),
    #[prost(message, tag = "6")]
    List(KeyValueList),
    #[prost(bytes = "vec", tag = "7")]
    Bytes(Vec<u8>),
}

#[derive(Clone, PartialEq, prost::Message)]
struct ArrayValue {
    #[prost(message, repeated, tag = "1")]
    values: Vec<AnyValue>,
}

#[derive(Clone, PartialEq, prost::Message)]
struct KeyValueList {
    #[prost(message, repeated, tag = "1")]
    values: Vec<KeyValue>,
}

/// A record as the messages tell it: its message, its trace, and its attributes as they are shown.
#[derive(Debug, PartialEq)]
struct Told {
    nanos: i64,
    message: Option<String>,
    trace: Option<String>,
    attributes: Vec<(String, String)>,
}

fn any_value() -> impl Strategy<Value = AnyValue> {
    let leaf = prop_oneof![
        4 => "[a-z ?]{0,20}|[\u{e4}-\u{ef}a]{1,3}|[a-z]{130}".prop_map(Kind::Text),
        2 => prop_oneof![0..400_i64, any::<i64>()].prop_map(Kind::Int),
        1 => any::<bool>().prop_map(Kind::Bool),
        1 => (-1e9..1e9).prop_map(Kind::Float),
        1 => prop::collection::vec(any::<u8>(), 0..5).prop_map(Kind::Bytes),
    ];
    let value = |kind: Kind| AnyValue { kind: Some(kind) };
    let of_leaf = prop_oneof![9 => leaf.prop_map(value), 1 => Just(AnyValue { kind: None })];
    of_leaf.prop_recursive(3, 12, 3, move |inner| {
        let pairs = prop::collection::vec(key_value(inner.clone()), 0..3);
        prop_oneof![
            prop::collection::vec(inner, 0..3).prop_map(move |values| value(Kind::Array(ArrayValue { values }))),
            pairs.prop_map(move |values| value(Kind::List(KeyValueList { values }))),
        ]
    })
}

/// Few names, so that some come twice, and none that stands for a place.
fn key_value(value: impl Strategy<Value = AnyValue>) -> impl Strategy<Value = KeyValue> {
    let key = prop::sample::select(vec!["q", "http.route", "k8s.pod.start_time_of_it", "\u{e4}\u{f6}"]);
    (key, prop::option::weighted(0.95, value)).prop_map(|(key, value)| KeyValue { key: key.to_owned(), value })
}

fn log_record() -> impl Strategy<Value = LogRecord> {
    let body = prop::option::of("[a-z \u{e4}]{0,150}".prop_map(|text| AnyValue { kind: Some(Kind::Text(text)) }));
    let nanos = 1_770_387_825_000_000_000_u64..1_770_387_826_000_000_000;
    let trace_id = prop_oneof![Just(vec![]), prop::collection::vec(1..=u8::MAX, 16)];
    let attributes = prop::collection::vec(key_value(any_value()), 0..8);
    (nanos, 1..=24_i32, body, attributes, trace_id).prop_map(|(time_unix_nano, severity_number, body, attributes, trace_id)| {
        LogRecord { time_unix_nano, severity_number, body, attributes, trace_id }
    })
}

fn resource_logs() -> impl Strategy<Value = ResourceLogs> {
    let scope = ("[a-z]{0,3}", "[0-9]{0,2}").prop_map(|(name, version)| Scope { name, version });
    let scope_logs = (prop::option::of(scope), prop::collection::vec(log_record(), 0..5))
        .prop_map(|(scope, log_records)| ScopeLogs { scope, log_records });
    let attributes = prop::collection::vec(key_value(any_value()), 0..4);
    (attributes, prop::collection::vec(scope_logs, 0..3)).prop_map(|(attributes, scope_logs)| ResourceLogs {
        resource: Some(Resource { attributes }),
        scope_logs,
        schema_url: "https://opentelemetry.io/schemas/1.28.0".to_owned(),
    })
}

/// The request with each scope behind its records, which protocol buffers allow.
fn backwards(request: &Request) -> Vec<u8> {
    let part = |tag: u8, bytes: Vec<u8>| {
        let mut out = vec![tag << 3 | 2];
        prost::encoding::encode_varint(bytes.len() as u64, &mut out);
        [out, bytes].concat()
    };
    let scope = |logs: &ScopeLogs| {
        let records = ScopeLogs { scope: None, log_records: logs.log_records.clone() };
        let scope = ScopeLogs { scope: logs.scope.clone(), log_records: vec![] };
        part(2, [records.encode_to_vec(), scope.encode_to_vec()].concat())
    };
    let resource = |logs: &ResourceLogs| {
        let resource = ResourceLogs { scope_logs: vec![], ..logs.clone() };
        let scopes = logs.scope_logs.iter().flat_map(scope).collect();
        part(1, [scopes, resource.encode_to_vec()].concat())
    };
    request.resource_logs.iter().flat_map(resource).collect()
}

fn told(request: &Request) -> Vec<Told> {
    let mut all = Vec::new();
    for resource in &request.resource_logs {
        for scope in &resource.scope_logs {
            let mut shared = Vec::new();
            resource.resource.iter().for_each(|resource| flatten("", &resource.attributes, &mut shared));
            if let Some(scope) = &scope.scope {
                let named = [("otel.scope.name", &scope.name), ("otel.scope.version", &scope.version)];
                let filled = named.into_iter().filter(|(_, text)| !text.is_empty());
                shared.extend(filled.map(|(name, text)| (name.to_owned(), format!("{text:?}"))));
            }
            all.extend(scope.log_records.iter().map(|record| tell(record, &shared)));
        }
    }
    all
}

fn tell(record: &LogRecord, shared: &[(String, String)]) -> Told {
    let mut attributes = Vec::new();
    // A severity keeps its number where ours is coarser.
    let number = record.severity_number as u8;
    if record::Severity::from_number(number).is_none_or(|severity| severity.number() != number) {
        attributes.push(("severity_number".to_owned(), record.severity_number.to_string()));
    }
    flatten("", &record.attributes, &mut attributes);
    attributes.extend_from_slice(shared);
    let message = record.body.as_ref().map(|body| match &body.kind {
        Some(Kind::Text(text)) => text.clone(),
        other => unreachable!("bodies are texts here, not {other:?}"),
    });
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let trace = (!record.trace_id.is_empty()).then(|| hex(&record.trace_id));
    Told { nanos: record.time_unix_nano as i64, message, trace, attributes: numbered(attributes) }
}

fn flatten(prefix: &str, pairs: &[KeyValue], out: &mut Vec<(String, String)>) {
    for KeyValue { key, value } in pairs {
        let name = if prefix.is_empty() { key.clone() } else { format!("{prefix}.{key}") };
        match value.as_ref().and_then(|value| value.kind.as_ref()) {
            None => {}
            Some(Kind::List(list)) if list.values.is_empty() => out.push((name, "json{}".to_owned())),
            Some(Kind::List(list)) => flatten(&name, &list.values, out),
            Some(Kind::Array(array)) => out.push((name, format!("json{}", json_array(array)))),
            Some(Kind::Bytes(bytes)) => out.push((name, format!("{:?}", STANDARD.encode(bytes)))),
            Some(Kind::Text(text)) => out.push((name, format!("{text:?}"))),
            Some(Kind::Int(number)) => out.push((name, number.to_string())),
            Some(Kind::Float(number)) => out.push((name, format!("{number:?}"))),
            Some(Kind::Bool(truth)) => out.push((name, truth.to_string())),
        }
    }
}

fn json_array(array: &ArrayValue) -> String {
    format!("[{}]", array.values.iter().map(json).collect::<Vec<_>>().join(","))
}

fn json(value: &AnyValue) -> String {
    match &value.kind {
        None => "null".to_owned(),
        Some(Kind::Text(text)) => serde_json::to_string(text).expect("JSON"),
        Some(Kind::Bool(truth)) => truth.to_string(),
        Some(Kind::Int(number)) => number.to_string(),
        Some(Kind::Float(number)) => format!("{number:?}"),
        Some(Kind::Bytes(bytes)) => format!("{:?}", STANDARD.encode(bytes)),
        Some(Kind::Array(array)) => json_array(array),
        Some(Kind::List(list)) => {
            let member = |pair: &KeyValue| {
                let value = pair.value.as_ref().map_or("null".to_owned(), json);
                format!("{}:{value}", serde_json::to_string(&pair.key).expect("JSON"))
            };
            format!("{{{}}}", list.values.iter().map(member).collect::<Vec<_>>().join(","))
        }
    }
}

/// Names that come again get a number.
fn numbered(attributes: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut seen: Vec<(String, String)> = Vec::new();
    for (name, value) in attributes {
        let numbers = std::iter::once(name.clone()).chain((2..).map(|number| format!("{name}.{number}")));
        let free = numbers.into_iter().find(|name| seen.iter().all(|(taken, _)| taken != name)).expect("some number is free");
        seen.push((free, value));
    }
    seen
}

fn found(batch: &Batch) -> Vec<Told> {
    let tell = |record: &record::Record| Told {
        nanos: record.timestamp.as_micros() * 1000 + i64::from(record.nanos),
        message: batch.text_if(record.message).map(str::to_owned),
        trace: batch.text_if(record.trace_id).map(str::to_owned),
        attributes: batch
            .fields(record)
            .iter()
            .map(|field| (batch.name(field.name).to_owned(), show_value(batch, field.value)))
            .collect(),
    };
    batch.records().iter().map(tell).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_prost_writes_is_read_as_it_is_meant(logs in prop::collection::vec(resource_logs(), 0..3)) {
        let request = Request { resource_logs: logs };
        for body in [request.encode_to_vec(), backwards(&request)] {
            prop_assert_eq!(&Request::decode(&*body).expect("a request"), &request);
            let batch = decode(Signal::Logs, Encoding::Protobuf, &body, &context()).expect("a request");
            prop_assert_eq!(found(&batch), told(&request));
            prop_assert!(Batch::from_parts(batch.parts().clone()).is_ok());
        }
    }
}
