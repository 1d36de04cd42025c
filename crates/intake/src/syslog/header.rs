use crate::draft::Draft;
use crate::limits::Fault;
use crate::places::Place;
use crate::raw::{Escapes, Raw};
use crate::stamp::Stamp;

/// What stands before a message's body.
#[derive(Debug, Default)]
pub(super) struct Header<'a> {
    /// The time, and how it was written.
    pub(super) stamp: Option<(Stamp, &'a str)>,
    pub(super) host: &'a str,
    pub(super) program: &'a str,
    pub(super) process: &'a str,
    pub(super) message_id: &'a str,
    /// RFC 5424's `[id name="value"]...`, checked.
    pub(super) structured: &'a str,
    pub(super) body: &'a str,
}

impl<'a> Header<'a> {
    /// No header at all.
    pub(super) fn bare(body: &'a str) -> Header<'a> {
        Header { body, ..Header::default() }
    }

    /// Whether it says enough to be taken for syslog without a priority before it.
    pub(super) fn is_sure(&self) -> bool {
        self.stamp.is_none() || (!self.host.is_empty() && !self.program.is_empty())
    }

    pub(super) fn put(&self, draft: &mut Draft<'a>, at: usize) -> Result<(), Fault> {
        if let Some((stamp, text)) = self.stamp {
            draft.put_time((stamp.at, stamp.nanos), text);
        }
        for (place, text) in [(Place::Host, self.host), (Place::Source, self.program)] {
            if !text.is_empty() {
                draft.put_place(place, Raw::Text(text), at)?;
            }
        }
        for (name, raw) in [("process.pid", Raw::word(self.process)), ("syslog.msgid", Raw::Text(self.message_id))] {
            if raw != Raw::Text("") {
                draft.put_named(name, raw, at)?;
            }
        }
        let mut name = String::new();
        for (id, parameter, value) in (Parameters { rest: self.structured, id: "" }) {
            name.clear();
            name.extend([id, ".", parameter]);
            let raw = if value.contains('\\') { Raw::Escaped(value, Escapes::StructuredData) } else { Raw::Text(value) };
            draft.put_named(if parameter.is_empty() { id } else { &name }, raw, at)?;
        }
        Ok(())
    }
}

/// The end of the structured data that `text` begins with; `None` when it is broken.
pub(super) fn structured_end(text: &str) -> Option<usize> {
    let (bytes, mut at) = (text.as_bytes(), 0);
    while bytes.get(at) == Some(&b'[') {
        at += bytes[at..].iter().position(|b| matches!(b, b' ' | b']'))?;
        while bytes.get(at)? != &b']' {
            at += bytes[at..].iter().position(|b| *b != b' ')?;
            if bytes[at] == b']' {
                break;
            }
            at += bytes[at..].iter().position(|b| matches!(b, b'=' | b']'))?;
            if bytes.get(at..at + 2)? != b"=\"" {
                return None;
            }
            at = value_end(bytes, at + 2)? + 1;
        }
        at += 1;
    }
    (at > 0).then_some(at)
}

fn value_end(bytes: &[u8], mut at: usize) -> Option<usize> {
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        if bytes[at] == b'"' {
            return Some(at);
        }
        at += 2;
    }
}

/// Walks through checked structured data: element, parameter, value. An element without parameters is an empty one.
struct Parameters<'a> {
    rest: &'a str,
    id: &'a str,
}

impl<'a> Iterator for Parameters<'a> {
    type Item = (&'a str, &'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            self.rest = self.rest.trim_start_matches(' ');
            if let Some(rest) = self.rest.strip_prefix(']') {
                self.rest = rest;
            } else if let Some(rest) = self.rest.strip_prefix('[') {
                let end = rest.find([' ', ']'])?;
                self.id = &rest[..end];
                self.rest = &rest[end..];
                if rest[end..].trim_start_matches(' ').starts_with(']') {
                    return Some((self.id, "", ""));
                }
            } else {
                let (name, rest) = self.rest.split_once("=\"")?;
                let end = value_end(rest.as_bytes(), 0)?;
                self.rest = &rest[end + 1..];
                return Some((self.id, name, &rest[..end]));
            }
        }
    }
}
