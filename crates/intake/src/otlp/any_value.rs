//! `AnyValue` and `KeyValue`: values that hold values.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bumpalo::Bump;
use record::RejectReason;

use super::texts::Texts;
use super::{Shared, Signal};
use crate::Unreadable;
use crate::draft::Draft;
use crate::json_out::quote;
use crate::protobuf::{Message, Wire};
use crate::raw::Raw;

/// Gathers named values, those within lists under dotted names.
pub(super) struct Fields<'o, 'a> {
    pub(super) texts: Texts<'a>,
    pub(super) depth_max: usize,
    pub(super) out: &'o mut Vec<(&'a str, Raw<'a>)>,
}

/// Whether it went well; a fault of one record is not one of the request.
type Read = Result<Result<(), RejectReason>, Unreadable>;

impl<'a> Fields<'_, 'a> {
    /// Adds a `KeyValue`. `prefix` is the dotted name of the list it stands in.
    pub(super) fn key_value(&mut self, prefix: &str, message: Message<'a>, depth: usize, draft: &mut Draft<'a>) -> Read {
        let (mut key, mut value) = ("", None);
        let mut fields = message;
        while let Some((field, found)) = fields.next()? {
            match field {
                1 => key = self.texts.read(found.bytes(), draft),
                2 => value = Some(message.within(found.bytes())),
                _ => {}
            }
        }
        let Some(value) = value else { return Ok(Ok(())) };
        let name = if prefix.is_empty() { key } else { self.texts.bump.alloc_str(&format!("{prefix}.{key}")) };
        self.any_value(name, value, depth, draft)
    }

    /// Adds an `AnyValue` under a name. A list of named values becomes several.
    pub(super) fn any_value(&mut self, name: &'a str, message: Message<'a>, depth: usize, draft: &mut Draft<'a>) -> Read {
        if depth > self.depth_max {
            return Ok(Err(RejectReason::TooDeep));
        }
        let mut last = None;
        let mut fields = message;
        while let Some(field) = fields.next()? {
            last = Some(field);
        }
        let Some((field, value)) = last else { return Ok(Ok(())) };
        if field == 6 {
            return self.list(name, message.within(value.bytes()), depth, draft);
        }
        let Some(raw) = scalar(field, value, self.texts, draft) else {
            if field != 5 {
                return Ok(Ok(()));
            }
            let mut json = String::new();
            let written = write_array(&mut json, message.within(value.bytes()), depth, self.depth_max)?;
            self.out.push((name, Raw::Array { json: self.texts.bump.alloc_str(&json), tidy: true }));
            return Ok(written);
        };
        self.out.push((name, raw));
        Ok(Ok(()))
    }

    fn list(&mut self, name: &'a str, mut message: Message<'a>, depth: usize, draft: &mut Draft<'a>) -> Read {
        let mut is_empty = true;
        while let Some((field, value)) = message.next()? {
            if field != 1 {
                continue;
            }
            is_empty = false;
            if let Err(reason) = self.key_value(name, message.within(value.bytes()), depth + 1, draft)? {
                return Ok(Err(reason));
            }
        }
        if is_empty && !name.is_empty() {
            self.out.push((name, Raw::EmptyObject));
        }
        Ok(Ok(()))
    }
}

/// A value that holds no others; `None` for those that do, and for kinds that are not known.
fn scalar<'a>(field: u32, value: Wire<'a>, texts: Texts<'a>, draft: &mut Draft<'a>) -> Option<Raw<'a>> {
    Some(match field {
        1 => Raw::Text(texts.read(value.bytes(), draft)),
        2 => Raw::Bool(value.number() != 0),
        // Written out only where that is needed, which is seldom.
        3 => Raw::Int(value.number() as i64, ""),
        4 => float(f64::from_bits(value.number()), texts.bump),
        7 => Raw::Text(texts.bump.alloc_str(&STANDARD.encode(value.bytes()))),
        _ => return None,
    })
}

/// A number as it is written, which is needed where it takes the place of a text.
pub(super) fn written(number: i64, bump: &Bump) -> &str {
    bump.alloc_str(&number.to_string())
}

fn float(number: f64, bump: &Bump) -> Raw<'_> {
    let text = bump.alloc_str(&number.to_string());
    if number.is_finite() { Raw::Float(number, text) } else { Raw::Text(text) }
}

/// An id as it is written.
pub(super) fn hex<'a>(bytes: &[u8], bump: &'a Bump) -> &'a str {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |at: usize| {
        let (byte, is_high) = (bytes[at / 2], at.is_multiple_of(2));
        DIGITS[usize::from(if is_high { byte >> 4 } else { byte & 15 })]
    };
    let digits = bump.alloc_slice_fill_with(bytes.len() * 2, digit);
    std::str::from_utf8(digits).expect("BUG: digits are text")
}

/// Writes an `ArrayValue` as JSON. What lies too deep is written as the base64 of its bytes.
fn write_array(out: &mut String, mut message: Message<'_>, depth: usize, depth_max: usize) -> Read {
    let (mut read, start) = (Ok(()), out.len() + 1);
    out.push('[');
    while let Some((field, value)) = message.next()? {
        if field == 1 {
            if out.len() > start {
                out.push(',');
            }
            read = read.and(write_value(out, message.within(value.bytes()), value.bytes(), depth + 1, depth_max)?);
        }
    }
    out.push(']');
    Ok(read)
}

/// Writes a `KeyValueList`, or the attributes that stand in a message under a field's number, as JSON.
pub(super) fn write_object(out: &mut String, mut message: Message<'_>, number: u32, depth: usize, depth_max: usize) -> Read {
    let (mut read, start) = (Ok(()), out.len() + 1);
    out.push('{');
    while let Some((field, value)) = message.next()? {
        if field != number {
            continue;
        }
        if out.len() > start {
            out.push(',');
        }
        let (mut key, mut inner, mut bytes) = (&b""[..], None, &b""[..]);
        let mut pair = message.within(value.bytes());
        while let Some((field, value)) = pair.next()? {
            match field {
                1 => key = value.bytes(),
                2 => (inner, bytes) = (Some(message.within(value.bytes())), value.bytes()),
                _ => {}
            }
        }
        quote(out, &String::from_utf8_lossy(key));
        out.push(':');
        match inner {
            Some(inner) => read = read.and(write_value(out, inner, bytes, depth + 1, depth_max)?),
            None => out.push_str("null"),
        }
    }
    out.push('}');
    Ok(read)
}

fn write_value(out: &mut String, message: Message<'_>, bytes: &[u8], depth: usize, depth_max: usize) -> Read {
    if depth > depth_max {
        quote(out, &STANDARD.encode(bytes));
        return Ok(Err(RejectReason::TooDeep));
    }
    let (mut fields, mut last) = (message, None);
    while let Some(field) = fields.next()? {
        last = Some(field);
    }
    match last {
        Some((1, text)) => quote(out, &String::from_utf8_lossy(text.bytes())),
        Some((2, truth)) => out.push_str(if truth.number() != 0 { "true" } else { "false" }),
        Some((3, number)) => {
            let _ = write!(out, "{}", number.number() as i64);
        }
        Some((4, number)) => write_float(out, f64::from_bits(number.number())),
        Some((5, list)) => return write_array(out, message.within(list.bytes()), depth, depth_max),
        Some((6, list)) => return write_object(out, message.within(list.bytes()), 1, depth, depth_max),
        Some((7, bytes)) => quote(out, &STANDARD.encode(bytes.bytes())),
        _ => out.push_str("null"),
    }
    Ok(Ok(()))
}

fn write_float(out: &mut String, number: f64) {
    let _ = if number.is_finite() { write!(out, "{number:?}") } else { write!(out, "\"{number}\"") };
}

/// A record as JSON, for quarantine: it can be replayed as such.
pub(super) fn shown(signal: Signal, message: Message<'_>, shared: &Shared<'_>, depth_max: usize) -> String {
    let (names, attributes): (&[(u32, &str)], u32) = match signal {
        Signal::Logs => (&[(3, "severity_text"), (12, "event_name")], 6),
        Signal::Traces => (&[(5, "name"), (3, "trace_state")], 9),
    };
    let mut out = "{".to_owned();
    let mut fields = message;
    while let Ok(Some((field, value))) = fields.next() {
        if let Some((_, name)) = names.iter().find(|(number, _)| *number == field) {
            quote(&mut out, name);
            out.push(':');
            quote(&mut out, &String::from_utf8_lossy(value.bytes()));
            out.push(',');
        }
        let is_time = matches!((signal, field), (Signal::Logs, 1 | 11) | (Signal::Traces, 7 | 8));
        if is_time {
            let name = if field == 11 { "observed_time_unix_nano" } else { "time_unix_nano" };
            let name = if field == 8 { "end_time_unix_nano" } else { name };
            let _ = write!(out, "\"{name}\":\"{}\",", value.number());
        }
        if signal == Signal::Logs && field == 5 {
            out.push_str("\"body\":");
            let _ = write_value(&mut out, message.within(value.bytes()), value.bytes(), 1, depth_max);
            out.push(',');
        }
    }
    out.push_str("\"attributes\":");
    let _ = write_object(&mut out, message, attributes, 1, depth_max);
    out.push_str(",\"resource\":{");
    for (index, (name, raw)) in shared.fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        quote(&mut out, name);
        out.push(':');
        quote(&mut out, &raw.plain());
    }
    out.push_str("}}");
    out
}
