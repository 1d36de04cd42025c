//! JSON of requests: read strictly, and its errors never quote it.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::error::Category;
use serde_json::{Map, Value};

use crate::error::{Fault, Problem};

/// Objects and arrays within each other. No question needs four.
const DEPTH_MAX: usize = 64;
/// Members of one object.
const KEYS_MAX: usize = 1024;

/// Reads a JSON object.
pub(crate) fn object(bytes: &[u8]) -> Result<Map<String, Value>, Problem> {
    match value(bytes)? {
        Value::Object(map) => Ok(map),
        _ => Err(not_an_object()),
    }
}

/// Reads JSON. A key that stands twice is refused: readers that take the first and readers that take the last would
/// understand two different requests.
pub(crate) fn value(bytes: &[u8]) -> Result<Value, Problem> {
    let why = Cell::new("");
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let strict = Strict { depth: DEPTH_MAX, why: &why };
    let value = strict.deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    value.map_err(|error| refuse(bytes, &error, why.get()))
}

fn not_an_object() -> Problem {
    let message = "the body must be a JSON object".to_owned();
    Problem::unprocessable(vec![Fault {
        pointer: Some(String::new()),
        parameter: None,
        code: "wrong_type",
        message,
        position: None,
    }])
}

/// `serde_json`'s own texts may quote the value: only place and class are taken over.
fn refuse(bytes: &[u8], error: &serde_json::Error, why: &'static str) -> Problem {
    let what = match error.classify() {
        _ if !why.is_empty() => why,
        Category::Eof => "the JSON ends too early",
        _ => "this is not JSON",
    };
    let offset = offset(bytes, error.line(), error.column());
    let fault = Fault {
        pointer: Some(String::new()),
        parameter: None,
        code: "invalid_json",
        message: what.to_owned(),
        position: Some(offset),
    };
    Problem::bad_request(format!("{what} (line {}, byte {offset})", error.line())).fault(fault)
}

/// Byte in the body, from 0, of a line and column that count from 1 (column 0: before the first character).
fn offset(bytes: &[u8], line: usize, column: usize) -> usize {
    let line_start = bytes.split_inclusive(|&b| b == b'\n').take(line.saturating_sub(1)).map(<[u8]>::len).sum::<usize>();
    (line_start + column.saturating_sub(1)).min(bytes.len())
}

#[derive(Clone, Copy)]
struct Strict<'a> {
    depth: usize,
    why: &'a Cell<&'static str>,
}

impl Strict<'_> {
    fn deeper<E: serde::de::Error>(self) -> Result<Self, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Strict { depth, ..self }),
            None => Err(self.refuse("the JSON is nested too deeply")),
        }
    }

    fn refuse<E: serde::de::Error>(self, why: &'static str) -> E {
        self.why.set(why);
        E::custom(why)
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(inside)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let inside = self.deeper()?;
        let mut map = Map::new();
        while let Some(key) = members.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(self.refuse("a key stands twice in one object"));
            }
            if map.len() == KEYS_MAX {
                return Err(self.refuse("an object has too many members"));
            }
            map.insert(key, members.next_value_seed(inside)?);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests;
