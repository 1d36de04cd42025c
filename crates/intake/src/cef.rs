//! The bodies of security devices: ArcSight's CEF and QRadar's LEEF. Headers and extensions become attributes.

use record::Severity;

use crate::draft::Draft;
use crate::event_time;
use crate::limits::Fault;
use crate::places::Place;
use crate::raw::{Escapes, Raw};

/// Whether a text is one of the two.
pub(crate) fn looks_like(text: &str) -> bool {
    text.starts_with("CEF:") || text.starts_with("LEEF:")
}

/// Puts the parts of `text`, which stands at `at`, into the record being built. `false`, with nothing put, when its
/// header is not whole.
pub(crate) fn put<'a>(draft: &mut Draft<'a>, text: &'a str, at: usize) -> Result<bool, Fault> {
    if let Some(header) = text.strip_prefix("CEF:").and_then(header::<7>) {
        put_cef(draft, header, at)?;
    } else if let Some(header) = text.strip_prefix("LEEF:").and_then(header::<5>) {
        put_leef(draft, header, at)?;
    } else {
        return Ok(false);
    }
    Ok(true)
}

/// So many parts that end in a bar, and what follows them. A bar with a backslash before it ends nothing.
fn header<const PARTS: usize>(text: &str) -> Option<([&str; PARTS], &str)> {
    let (mut parts, mut rest) = ([""; PARTS], text);
    for part in &mut parts {
        let end = unescaped(rest, b'|')?;
        *part = &rest[..end];
        rest = &rest[end + 1..];
    }
    Some((parts, rest))
}

fn unescaped(text: &str, wanted: u8) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 0;
    loop {
        at += memchr::memchr2(wanted, b'\\', bytes.get(at..)?)?;
        if bytes[at] == wanted {
            return Some(at);
        }
        at += 2;
    }
}

fn plain(text: &str) -> Raw<'_> {
    if text.contains('\\') { Raw::Escaped(text, Escapes::Cef) } else { Raw::Text(text) }
}

fn put_cef<'a>(draft: &mut Draft<'a>, (parts, extension): ([&'a str; 7], &'a str), at: usize) -> Result<(), Fault> {
    let [_, vendor, product, version, signature, name, severity] = parts;
    draft.put_named("cef.device_vendor", plain(vendor), at)?;
    draft.put_named("cef.device_product", plain(product), at)?;
    draft.put_named("cef.device_version", plain(version), at)?;
    draft.put_named("cef.signature_id", plain(signature), at)?;
    draft.put_named("cef.name", plain(name), at)?;
    draft.put_named("cef.severity", Raw::word(severity), at)?;
    if let Some(severity) = severity_of(severity) {
        draft.put_severity(severity);
    }
    for (key, value) in (CefPairs { rest: extension.trim_ascii() }) {
        let raw = if value.contains('\\') { plain(value) } else { Raw::word(value) };
        put_pair(draft, key, "rt", raw, value, at)?;
    }
    if !draft.has(Place::Message) {
        draft.put_place(Place::Message, plain(name), at)?;
    }
    Ok(())
}

/// Puts a pair. The device's own time becomes the record's unless the syslog header had one.
fn put_pair<'a>(draft: &mut Draft<'a>, key: &str, time_key: &str, raw: Raw<'a>, text: &'a str, at: usize) -> Result<(), Fault> {
    let is_time = key == time_key && !draft.has(Place::Time);
    match event_time::read(raw, draft.context.received_at).filter(|_| is_time) {
        Some(moment) => {
            draft.put_time(moment, text);
            Ok(())
        }
        None => draft.put_named(key, raw, at),
    }
}

/// 0 to 3 are low, to 6 medium, to 8 high, above very high; or the words themselves.
fn severity_of(text: &str) -> Option<Severity> {
    Some(match text.trim() {
        "0" | "1" | "2" | "3" | "Low" => Severity::Info,
        "4" | "5" | "6" | "Medium" => Severity::Warn,
        "7" | "8" | "High" => Severity::Error,
        "9" | "10" | "Very-High" => Severity::Critical,
        _ => return None,
    })
}

/// `src=192.0.2.7 msg=two words dst=192.0.2.8`: a value ends where the next `key=` begins.
struct CefPairs<'a> {
    rest: &'a str,
}

impl<'a> Iterator for CefPairs<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<(&'a str, &'a str)> {
        let equals = unescaped(self.rest, b'=')?;
        let (key, value) = (self.rest[..equals].trim_ascii(), &self.rest[equals + 1..]);
        let end = match unescaped(value, b'=') {
            Some(next) => value[..next].rfind(' ').unwrap_or(next),
            None => value.len(),
        };
        self.rest = value[end..].trim_ascii_start();
        Some((key, value[..end].trim_ascii_end()))
    }
}

fn put_leef<'a>(draft: &mut Draft<'a>, (parts, body): ([&'a str; 5], &'a str), at: usize) -> Result<(), Fault> {
    let [version, vendor, product, product_version, event_id] = parts;
    draft.put_named("leef.vendor", plain(vendor), at)?;
    draft.put_named("leef.product", plain(product), at)?;
    draft.put_named("leef.product_version", plain(product_version), at)?;
    draft.put_named("leef.event_id", plain(event_id), at)?;
    let (delimiter, body) = if version.starts_with('2') { leef_delimiter(body) } else { ('\t', body) };
    for (key, value) in body.split(delimiter).filter_map(|pair| pair.split_once('=')) {
        let key = key.trim();
        if key == "sev"
            && let Some(severity) = severity_of(value)
        {
            draft.put_severity(severity);
        }
        put_pair(draft, key, "devTime", Raw::word(value), value, at)?;
    }
    if !draft.has(Place::Message) {
        draft.put_place(Place::Message, plain(event_id), at)?;
    }
    Ok(())
}

/// Version 2 names its delimiter, as itself or in hexadecimal: `^|` or `x5E|`.
fn leef_delimiter(body: &str) -> (char, &str) {
    let Some((name, rest)) = body.split_once('|') else { return ('\t', body) };
    let digits = name.strip_prefix("0x").or_else(|| name.strip_prefix('x'));
    let hex = digits.filter(|digits| !digits.is_empty()).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match (hex.and_then(char::from_u32), name.chars().next()) {
        (Some(delimiter), _) => (delimiter, rest),
        (None, Some(delimiter)) if name.chars().count() == 1 => (delimiter, rest),
        (None, None) => ('\t', rest),
        _ => ('\t', body),
    }
}

#[cfg(test)]
mod tests;
