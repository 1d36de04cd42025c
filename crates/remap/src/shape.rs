//! Records as VRL sees them, and back.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use record::{Severity, Timestamp};
use transform::{Datum, Event, PLACES};
use vrl::compiler::prelude::NotNan;
use vrl::value::{KeyString, ObjectMap, Value};

/// A field, for [`transform::Changes`].
pub(crate) type Flat = (String, Option<Datum<'static>>);

/// The record's fields of which `wants` takes the first part of the name. Dotted names become objects in objects. `message`
/// and `timestamp` are always there. An attribute with the name of a place that is taken is not seen.
pub(crate) fn object_of(event: &Event<'_>, wants: impl Fn(&str) -> bool) -> ObjectMap {
    let mut object = ObjectMap::new();
    for (place, name) in PLACES.into_iter().enumerate().filter(|(_, name)| wants(name)) {
        match event.place(place) {
            Some(text) => drop(object.insert(name.into(), text.into())),
            None if name == "message" => drop(object.insert(name.into(), "".into())),
            None => {}
        }
    }
    if let Some(severity) = event.record().severity.filter(|_| wants("severity")) {
        object.insert("severity".into(), severity.as_str().into());
    }
    if wants("timestamp") {
        object.insert("timestamp".into(), time_of(event));
    }
    // Plain names first, so that one with a value of its own does not take the place of its parts.
    for is_dotted in [false, true] {
        for (name, datum) in event.fields().filter(|(name, _)| name.contains('.') == is_dotted) {
            if wants(first_part(name)) && !object.contains_key(name) {
                put(&mut object, name, value_of(datum));
            }
        }
    }
    object
}

/// What stands before the first dot.
pub(crate) fn first_part(name: &str) -> &str {
    name.split('.').next().unwrap_or_default()
}

/// The key at the top of the record's object that holds an attribute.
pub(crate) fn top_of<'n>(object: &ObjectMap, name: &'n str) -> &'n str {
    if object.contains_key(name) { name } else { first_part(name) }
}

fn time_of(event: &Event<'_>) -> Value {
    let (micros, nanos) = (event.record().timestamp.as_micros(), i64::from(event.record().nanos));
    let time = DateTime::<Utc>::from_timestamp_micros(micros).unwrap_or_default();
    Value::Timestamp(time + chrono::TimeDelta::nanoseconds(nanos))
}

/// A value as programs see it. Records have no NaN; what would be one is null.
pub(crate) fn value_of(datum: Datum<'_>) -> Value {
    match datum {
        Datum::Text(text) => text.into(),
        Datum::Int(number) => number.into(),
        Datum::Float(number) => NotNan::new(number).map_or(Value::Null, Value::from),
        Datum::Bool(truth) => truth.into(),
        Datum::Json(text) => serde_json::from_str::<serde_json::Value>(&text).map_or_else(|_| text.into(), Value::from),
    }
}

/// Where a part of a dotted name holds a value of its own already, or the name has parts, the whole name stays one key.
fn put(root: &mut ObjectMap, name: &str, value: Value) {
    let parts: Vec<&str> = name.split('.').collect();
    let (last, path) = parts.split_last().expect("BUG: splitting gives a part");
    let mut object = &mut *root;
    for part in path {
        match object.entry(KeyString::from(*part)).or_insert_with(|| Value::Object(ObjectMap::new())) {
            Value::Object(inner) => object = inner,
            _ => return drop(root.insert(name.into(), value)),
        }
    }
    match object.contains_key(*last) {
        true => root.insert(name.into(), value),
        false => object.insert(KeyString::from(*last), value),
    };
}

/// A value as fields: objects become dotted names, arrays JSON. What is empty or null is no field.
pub(crate) fn flatten(name: &str, value: &Value, fields: &mut Vec<Flat>) {
    let datum = match value {
        Value::Null => return,
        Value::Object(object) => {
            return object.iter().for_each(|(inner, value)| flatten(&format!("{name}.{inner}"), value, fields));
        }
        Value::Bytes(_) | Value::String(_) | Value::Regex(_) => Datum::Text(text_of(value).into_owned().into()),
        Value::Integer(number) => Datum::Int(*number),
        Value::Float(number) => Datum::Float(number.into_inner()),
        Value::Boolean(truth) => Datum::Bool(*truth),
        Value::Timestamp(time) => Datum::Text(time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true).into()),
        Value::Array(_) => Datum::Json(serde_json::to_string(value).unwrap_or_default().into()),
    };
    fields.push((name.to_owned(), Some(datum)));
}

/// A time that a program wrote; `None` when it is no time.
pub(crate) fn time(value: &Value) -> Option<(Timestamp, u16)> {
    match value {
        Value::Timestamp(time) => {
            Some((Timestamp::from_micros(time.timestamp_micros()), (time.timestamp_subsec_nanos() % 1000) as u16))
        }
        Value::Bytes(_) | Value::String(_) => Timestamp::parse(&text_of(value)).ok(),
        _ => None,
    }
}

/// Whether a program wrote a severity that records can have.
pub(crate) fn is_severity(value: &Value) -> bool {
    matches!(value, Value::Bytes(_) | Value::String(_)) && Severity::parse(&text_of(value)).is_some()
        || matches!(value, Value::Integer(1..=24))
}

/// A text; of others, how they are written.
pub(crate) fn text_of(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Bytes(bytes) => String::from_utf8_lossy(bytes),
        Value::String(text) => Cow::Borrowed(text),
        Value::Integer(number) => Cow::Owned(number.to_string()),
        _ => Cow::Owned(value.to_string()),
    }
}
