//! OTLP's JSON, written anew as protocol buffers. Names that are not known are passed over, as the protocol wants it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::Signal;
use crate::Unreadable;
use crate::json::Cursor;
use crate::limits::Fault;
use crate::raw::Raw;
use crate::utf16;

/// How a field is written.
#[derive(Clone, Copy)]
enum Kind {
    Message(&'static [Field]),
    Text,
    /// Hexadecimal in JSON.
    Id,
    /// Base64 in JSON.
    Bytes,
    Varint,
    Bool,
    Fixed64,
    Fixed32,
    Double,
    /// A number, or the name that it has in the protocol (`SEVERITY_NUMBER_INFO`, `SPAN_KIND_SERVER`).
    Enum(&'static [&'static str]),
}

/// A field: its name in JSON, its number, how it is written. Lists are the same field again and again.
struct Field(&'static str, u32, Kind);

static LOGS: &[Field] = &[Field(
    "resourceLogs",
    1,
    Kind::Message(&[
        Field("resource", 1, Kind::Message(RESOURCE)),
        Field(
            "scopeLogs",
            2,
            Kind::Message(&[Field("scope", 1, Kind::Message(SCOPE)), Field("logRecords", 2, Kind::Message(LOG_RECORD))]),
        ),
    ]),
)];

static TRACES: &[Field] = &[Field(
    "resourceSpans",
    1,
    Kind::Message(&[
        Field("resource", 1, Kind::Message(RESOURCE)),
        Field("scopeSpans", 2, Kind::Message(&[Field("scope", 1, Kind::Message(SCOPE)), Field("spans", 2, Kind::Message(SPAN))])),
    ]),
)];

static RESOURCE: &[Field] = &[Field("attributes", 1, Kind::Message(&KEY_VALUE))];

static SCOPE: &[Field] =
    &[Field("name", 1, Kind::Text), Field("version", 2, Kind::Text), Field("attributes", 3, Kind::Message(&KEY_VALUE))];

static LOG_RECORD: &[Field] = &[
    Field("timeUnixNano", 1, Kind::Fixed64),
    Field("severityNumber", 2, Kind::Enum(SEVERITIES)),
    Field("severityText", 3, Kind::Text),
    Field("body", 5, Kind::Message(&ANY_VALUE)),
    Field("attributes", 6, Kind::Message(&KEY_VALUE)),
    Field("droppedAttributesCount", 7, Kind::Varint),
    Field("flags", 8, Kind::Fixed32),
    Field("traceId", 9, Kind::Id),
    Field("spanId", 10, Kind::Id),
    Field("observedTimeUnixNano", 11, Kind::Fixed64),
    Field("eventName", 12, Kind::Text),
];

static SPAN: &[Field] = &[
    Field("traceId", 1, Kind::Id),
    Field("spanId", 2, Kind::Id),
    Field("parentSpanId", 4, Kind::Id),
    Field("name", 5, Kind::Text),
    Field("kind", 6, Kind::Enum(KINDS)),
    Field("startTimeUnixNano", 7, Kind::Fixed64),
    Field("endTimeUnixNano", 8, Kind::Fixed64),
    Field("attributes", 9, Kind::Message(&KEY_VALUE)),
    Field(
        "events",
        11,
        Kind::Message(&[
            Field("timeUnixNano", 1, Kind::Fixed64),
            Field("name", 2, Kind::Text),
            Field("attributes", 3, Kind::Message(&KEY_VALUE)),
        ]),
    ),
    Field(
        "links",
        13,
        Kind::Message(&[
            Field("traceId", 1, Kind::Id),
            Field("spanId", 2, Kind::Id),
            Field("attributes", 4, Kind::Message(&KEY_VALUE)),
        ]),
    ),
    Field(
        "status",
        15,
        Kind::Message(&[
            Field("message", 2, Kind::Text),
            Field("code", 3, Kind::Enum(&["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"])),
        ]),
    ),
];

static KEY_VALUE: [Field; 2] = [Field("key", 1, Kind::Text), Field("value", 2, Kind::Message(&ANY_VALUE))];

static ANY_VALUE: [Field; 7] = [
    Field("stringValue", 1, Kind::Text),
    Field("boolValue", 2, Kind::Bool),
    Field("intValue", 3, Kind::Varint),
    Field("doubleValue", 4, Kind::Double),
    Field("arrayValue", 5, Kind::Message(&ARRAY)),
    Field("kvlistValue", 6, Kind::Message(&LIST)),
    Field("bytesValue", 7, Kind::Bytes),
];

static ARRAY: [Field; 1] = [Field("values", 1, Kind::Message(&ANY_VALUE))];
static LIST: [Field; 1] = [Field("values", 1, Kind::Message(&KEY_VALUE))];

const KINDS: &[&str] = &[
    "SPAN_KIND_UNSPECIFIED",
    "SPAN_KIND_INTERNAL",
    "SPAN_KIND_SERVER",
    "SPAN_KIND_CLIENT",
    "SPAN_KIND_PRODUCER",
    "SPAN_KIND_CONSUMER",
];

const SEVERITIES: &[&str] = &[
    "SEVERITY_NUMBER_UNSPECIFIED",
    "SEVERITY_NUMBER_TRACE",
    "SEVERITY_NUMBER_TRACE2",
    "SEVERITY_NUMBER_TRACE3",
    "SEVERITY_NUMBER_TRACE4",
    "SEVERITY_NUMBER_DEBUG",
    "SEVERITY_NUMBER_DEBUG2",
    "SEVERITY_NUMBER_DEBUG3",
    "SEVERITY_NUMBER_DEBUG4",
    "SEVERITY_NUMBER_INFO",
    "SEVERITY_NUMBER_INFO2",
    "SEVERITY_NUMBER_INFO3",
    "SEVERITY_NUMBER_INFO4",
    "SEVERITY_NUMBER_WARN",
    "SEVERITY_NUMBER_WARN2",
    "SEVERITY_NUMBER_WARN3",
    "SEVERITY_NUMBER_WARN4",
    "SEVERITY_NUMBER_ERROR",
    "SEVERITY_NUMBER_ERROR2",
    "SEVERITY_NUMBER_ERROR3",
    "SEVERITY_NUMBER_ERROR4",
    "SEVERITY_NUMBER_FATAL",
    "SEVERITY_NUMBER_FATAL2",
    "SEVERITY_NUMBER_FATAL3",
    "SEVERITY_NUMBER_FATAL4",
];

/// Levels of JSON for each level of values: an attribute in a list is `value`, `kvlistValue`, `values`, its object.
const LEVELS_EACH: usize = 4;

/// Levels of JSON around a record: `resourceLogs`, `scopeLogs`, `logRecords`, an object and an array each.
const LEVELS_AROUND: usize = 8;

/// Writes a request as protocol buffers.
pub(super) fn to_protobuf(signal: Signal, bytes: &[u8], depth_max: usize) -> Result<Vec<u8>, Unreadable> {
    let bytes = utf16::as_utf8(bytes);
    let text = String::from_utf8_lossy(&bytes);
    let table = match signal {
        Signal::Logs => LOGS,
        Signal::Traces => TRACES,
    };
    // What is deeper than a record may be is told by whoever reads the result; the bound here is for the stack.
    let mut cursor = Cursor::new(&text, 0, LEVELS_AROUND + LEVELS_EACH * (depth_max + 1));
    let mut out = Vec::with_capacity(text.len() / 2);
    let read = message(&mut cursor, table, &mut out).and_then(|()| cursor.finish());
    read.map_err(|fault| Unreadable::new("the JSON form of an OTLP export request", fault.at))?;
    Ok(out)
}

fn message(cursor: &mut Cursor<'_>, table: &'static [Field], out: &mut Vec<u8>) -> Result<(), Fault> {
    cursor.object(|cursor, name| match table.iter().find(|field| field.0 == name) {
        Some(field) if cursor.peek() == Some(b'[') => cursor.array(|cursor| value(cursor, field, out)),
        Some(field) => value(cursor, field, out),
        None => cursor.skip().map(drop),
    })
}

fn value(cursor: &mut Cursor<'_>, field: &'static Field, out: &mut Vec<u8>) -> Result<(), Fault> {
    let Field(_, number, kind) = field;
    let at = cursor.at();
    if let Kind::Message(table) = kind {
        if cursor.peek() != Some(b'{') {
            // Null stands for a message that is not there.
            return cursor.value().and_then(|value| if value.is_none() { Ok(()) } else { Err(Fault::new(INVALID, at)) });
        }
        tag(out, *number, 2);
        let start = out.len();
        out.extend([0; LEN_BYTES]);
        message(cursor, table, out)?;
        let len = out.len() - start - LEN_BYTES;
        out[start..start + LEN_BYTES].copy_from_slice(&padded(len));
        return Ok(());
    }
    let Some(raw) = cursor.value()? else { return Ok(()) };
    let wrong = || Fault::new(INVALID, at);
    match kind {
        Kind::Message(_) => {}
        Kind::Text => bytes(out, *number, text(raw).ok_or_else(wrong)?.as_bytes()),
        Kind::Id => bytes(out, *number, &hex(&text(raw).ok_or_else(wrong)?).ok_or_else(wrong)?),
        Kind::Bytes => {
            let text = text(raw).ok_or_else(wrong)?;
            let plain = STANDARD.decode(text.as_bytes()).or_else(|_| URL_SAFE.decode(text.as_bytes()));
            bytes(out, *number, &plain.map_err(|_| wrong())?);
        }
        Kind::Varint => whole(out, *number, signed(raw).ok_or_else(wrong)?),
        Kind::Bool => whole(out, *number, i64::from(matches!(raw, Raw::Bool(true)))),
        Kind::Enum(names) => {
            let by_name = || names.iter().position(|name| *name == raw.plain()).map(|at| at as i64);
            whole(out, *number, signed(raw).or_else(by_name).ok_or_else(wrong)?);
        }
        Kind::Fixed64 => {
            tag(out, *number, 1);
            out.extend(unsigned(raw).ok_or_else(wrong)?.to_le_bytes());
        }
        Kind::Fixed32 => {
            tag(out, *number, 5);
            out.extend((unsigned(raw).ok_or_else(wrong)? as u32).to_le_bytes());
        }
        Kind::Double => {
            tag(out, *number, 1);
            out.extend(raw.plain().parse::<f64>().map_err(|_| wrong())?.to_bits().to_le_bytes());
        }
    }
    Ok(())
}

const INVALID: record::RejectReason = record::RejectReason::InvalidJson;

fn text(raw: Raw<'_>) -> Option<std::borrow::Cow<'_, str>> {
    matches!(raw, Raw::Text(_) | Raw::Escaped(..)).then(|| raw.plain())
}

fn signed(raw: Raw<'_>) -> Option<i64> {
    if let Raw::Int(number, _) = raw { Some(number) } else { raw.plain().parse().ok() }
}

fn unsigned(raw: Raw<'_>) -> Option<u64> {
    raw.plain().parse().ok()
}

fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |b: u8| (b as char).to_digit(16);
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |pair: &[u8; 2]| Some((digit(pair[0])? * 16 + digit(pair[1])?) as u8);
    if rest.is_empty() { pairs.iter().map(byte).collect() } else { None }
}

/// Bytes of a length that is filled in later: enough for any body.
const LEN_BYTES: usize = 5;

/// A length in exactly five bytes, which readers take as well as the shortest form.
fn padded(len: usize) -> [u8; LEN_BYTES] {
    std::array::from_fn(|index| {
        let group = (len >> (7 * index)) as u8 & 0x7f;
        if index + 1 < LEN_BYTES { group | 0x80 } else { group }
    })
}

fn tag(out: &mut Vec<u8>, number: u32, kind: u64) {
    varint(out, u64::from(number) << 3 | kind);
}

fn bytes(out: &mut Vec<u8>, number: u32, bytes: &[u8]) {
    tag(out, number, 2);
    varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

fn whole(out: &mut Vec<u8>, number: u32, value: i64) {
    tag(out, number, 0);
    varint(out, value as u64);
}

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}
