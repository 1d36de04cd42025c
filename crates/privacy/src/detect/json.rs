//! JSON as it is read by the walk: keys with the path to them, strings opened, numbers looked at.

use std::ops::Range;

use crate::detect::decode;
use crate::detect::judge::is_one_of;
use crate::detect::names::{Holds, Secret};
use crate::detect::scan::{Area, Scan};
use crate::detect::{Quotes, slice};
use crate::values::{self, Cue, Sense};

/// Longest path of keys that is kept; of a longer one the front. The last keys matter most, but nobody nests so deep.
const PATH_MAX: usize = 256;

/// Names of the two members of an object that stands for a pair: `{"name": "password", "value": "x"}`.
const NAME_MEMBERS: &[&str] = &["name", "key", "field", "header", "param", "parameter", "property", "attribute"];
const VALUE_MEMBERS: &[&str] = &["value", "val", "content", "data"];

/// Names of members that only say what a value is made of, as in OTLP (`{"stringValue": "x"}`), in DynamoDB and in XML
/// that was turned into JSON; the key of the object around is theirs.
const WRAPPERS: &[&str] = &[
    "stringValue",
    "string_value",
    "intValue",
    "int_value",
    "doubleValue",
    "bytesValue",
    "arrayValue",
    "kvlistValue",
    "#text",
    "_text",
    "$t",
    "$value",
    "@value",
    "S",
];

/// Names of members that say what their neighbour `number` or `value` is: `{"type": "passport", "number": "x"}`.
const TYPE_MEMBERS: &[&str] = &["type", "kind", "system", "documentType", "document_type", "idType", "id_type"];
const TYPED_MEMBERS: &[&str] = &["value", "number", "no", "documentNumber", "document_number", "idNumber", "id_number"];

/// What may come next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    Value,
    /// A value, or the end of an array that has none.
    FirstValue,
    Key,
    /// A key, or the end of an object that has none.
    FirstKey,
    /// A comma, or the end of what is open.
    Next,
}

/// An object or array that is open.
struct Frame {
    is_object: bool,
    /// Length of the path to it.
    path: usize,
    /// The name in it that its value goes by.
    named: Option<Range<usize>>,
    /// What kind of thing it says it is.
    typed: Option<Range<usize>>,
}

struct Walk {
    frames: Vec<Frame>,
    /// Keys from the outside in, with dots between.
    path: Vec<u8>,
    expect: Expect,
}

impl Scan<'_> {
    /// Walks over the JSON that begins at `at`; returns where it ends, or where it turns out to be none. All that was
    /// walked over has been looked at.
    pub(crate) fn walk_json(&mut self, at: usize, area: Area<'_>) -> usize {
        let path = slice(area.key.unwrap_or_default(), 0..PATH_MAX).to_vec();
        let mut walk = Walk { frames: Vec::new(), path, expect: Expect::Value };
        let mut at = at;
        loop {
            at += self.text[at..area.end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let Some(next) = self.step(&mut walk, at, area.end) else { break };
            at = next;
            if walk.frames.is_empty() {
                break;
            }
        }
        self.done = self.done.max(at.min(area.end));
        at
    }

    /// Reads one key, value or mark; `None` when none stands there.
    fn step(&mut self, walk: &mut Walk, at: usize, end: usize) -> Option<usize> {
        let byte = *self.text[..end].get(at)?;
        match (walk.expect, byte) {
            (Expect::Value | Expect::FirstValue, b'{' | b'[') => self.open(walk, at, end),
            (Expect::Value | Expect::FirstValue, b'"') => {
                let (string, next, escaped) = string_at(self.text, at, end);
                self.member(walk, string, escaped);
                walk.expect = Expect::Next;
                Some(next)
            }
            (Expect::Value | Expect::FirstValue, b'-' | b'0'..=b'9' | b't' | b'f' | b'n') => self.scalar(walk, at, end),
            (Expect::Key | Expect::FirstKey, b'"') => self.key(walk, at, end),
            (Expect::Next, b',') => {
                walk.expect = if walk.frames.last()?.is_object { Expect::Key } else { Expect::Value };
                Some(at + 1)
            }
            (Expect::Next | Expect::FirstKey | Expect::FirstValue, b'}' | b']') => {
                let is_object = walk.frames.last()?.is_object;
                if is_object != (byte == b'}') {
                    return None;
                }
                let frame = walk.frames.pop()?;
                walk.path.truncate(frame.path);
                walk.close_member();
                Some(at + 1)
            }
            _ => None,
        }
    }

    /// An object or array. Under a name whose values are secret whatever they are, it is taken whole.
    fn open(&mut self, walk: &mut Walk, at: usize, end: usize) -> Option<usize> {
        let secret = self.detector.secret_of(&walk.path).filter(|secret| secret.holds == Holds::Anything);
        if let Some(secret) = secret.filter(|_| !begins_wrapped(&self.text[at..end])) {
            let close = container_end(self.text, at, end);
            let kind = secret.kind;
            self.push_bare(at..close, kind, "key", Some(Quotes { byte: b'"', depth: 0 }));
            walk.close_member();
            return Some(close);
        }
        let is_object = self.text[at] == b'{';
        walk.frames.push(Frame { is_object, path: walk.path.len(), named: None, typed: None });
        walk.expect = if is_object { Expect::FirstKey } else { Expect::FirstValue };
        Some(at + 1)
    }

    /// A key with its colon.
    fn key(&mut self, walk: &mut Walk, at: usize, end: usize) -> Option<usize> {
        let (string, next, escaped) = string_at(self.text, at, end);
        let colon = next + self.text[next..end].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if self.text[..end].get(colon) != Some(&b':') {
            return None;
        }
        let written = slice(self.text, string.clone());
        if may_be_somebodys(written) {
            self.quoted(None, string.clone(), escaped);
        }
        let frame = walk.frames.last()?;
        if is_one_of(written, WRAPPERS) && !walk.path.is_empty() {
            walk.expect = Expect::Value;
            return Some(colon + 1);
        }
        let named = frame.named.clone().filter(|_| is_one_of(written, VALUE_MEMBERS));
        let renamed = named.or_else(|| frame.typed.clone().filter(|_| is_one_of(written, TYPED_MEMBERS)));
        let decoded = escaped.then(|| decode::json_string(self.text, string.start, string.end).text);
        let name = decoded.as_deref().unwrap_or(&self.text[renamed.unwrap_or(string)]);
        if !walk.path.is_empty() {
            walk.path.push(b'.');
        }
        let room = PATH_MAX.saturating_sub(walk.path.len());
        walk.path.extend_from_slice(slice(name, 0..room));
        walk.expect = Expect::Value;
        Some(colon + 1)
    }

    /// A string as value.
    fn member(&mut self, walk: &mut Walk, string: Range<usize>, escaped: bool) {
        let key = (!walk.path.is_empty()).then_some(walk.path.as_slice());
        if let Some(frame) = walk.frames.last_mut()
            && frame.is_object
            && string.len() <= 64
        {
            let member = walk.path.get(frame.path..).unwrap_or_default().trim_start_dot();
            if is_one_of(member, NAME_MEMBERS) {
                frame.named = Some(string.clone());
            } else if is_one_of(member, TYPE_MEMBERS) && self.says_what(&self.text[string.clone()]) {
                frame.typed = Some(string.clone());
            }
        }
        if !string.is_empty() {
            self.quoted(key, string, escaped);
        }
        walk.close_member();
    }

    /// Whether the name of a type is that of something personal or secret.
    fn says_what(&self, name: &[u8]) -> bool {
        let secret = || self.detector.secret_of(name).is_some_and(|secret| secret.holds == Holds::Anything);
        Sense::of(name).is_known() || secret()
    }

    /// A number, `true`, `false` or `null`.
    fn scalar(&mut self, walk: &mut Walk, at: usize, end: usize) -> Option<usize> {
        let len = self.text[at..end]
            .iter()
            .take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            .count();
        let token = at..at + len;
        let is_number = !self.text[at].is_ascii_alphabetic();
        let known = is_number || is_one_of(&self.text[token.clone()], &["true", "false", "null"]);
        let ends =
            self.text[..end].get(token.end).is_none_or(|byte| matches!(byte, b',' | b'}' | b']') || byte.is_ascii_whitespace());
        if !known || !ends {
            return None;
        }
        if is_number {
            self.numeral(walk, token.clone());
        }
        walk.close_member();
        Some(token.end)
    }

    fn numeral(&mut self, walk: &Walk, token: Range<usize>) {
        let quotes = Some(Quotes { byte: b'"', depth: 0 });
        let secret = self.detector.secret_of(&walk.path).filter(Secret::covers_numbers);
        if let Some(secret) = secret {
            self.push_secret(token, secret.kind, &walk.path, quotes);
            return;
        }
        let first = token.start + usize::from(self.text[token.start] == b'-');
        let key = (!walk.path.is_empty()).then_some(walk.path.as_slice());
        let cue = Cue { key, before: &[] };
        if let Some(hit) = values::number(&self.text[first..token.end], 0, &cue) {
            self.push_bare(token, hit.kind, hit.rule, quotes);
        }
    }
}

/// Whether a key may itself be an address or a number of somebody, as in `{"emma@example.com": true}`: names of members
/// hold no such sign and few digits.
fn may_be_somebodys(key: &[u8]) -> bool {
    const DIGITS_MIN: usize = 9;
    memchr::memchr(b'@', key).is_some() || key.iter().filter(|byte| byte.is_ascii_digit()).count() >= DIGITS_MIN
}

impl Walk {
    /// Behind a value: its key is no longer part of the path, unless it lies in an array.
    fn close_member(&mut self) {
        if let Some(frame) = self.frames.last()
            && frame.is_object
        {
            self.path.truncate(frame.path);
        }
        self.expect = Expect::Next;
    }
}

trait TrimDot {
    fn trim_start_dot(&self) -> &[u8];
}

impl TrimDot for [u8] {
    fn trim_start_dot(&self) -> &[u8] {
        self.strip_prefix(b".").unwrap_or(self)
    }
}

/// Whether the first member of the object at the front is a wrapper's.
fn begins_wrapped(text: &[u8]) -> bool {
    let inside = text[1..].trim_ascii_start();
    inside.first() == Some(&b'"') && {
        let (name, ..) = string_at(inside, 0, inside.len().min(32));
        is_one_of(&inside[name], WRAPPERS)
    }
}

/// The string whose quote stands at `at`: its content, where to go on, and whether it has escapes. One that is never
/// closed goes to the end.
pub(crate) fn string_at(text: &[u8], at: usize, end: usize) -> (Range<usize>, usize, bool) {
    let (start, mut from, mut escaped) = (at + 1, at + 1, false);
    while let Some(found) = memchr::memchr2(b'"', b'\\', &text[from..end]).map(|found| from + found) {
        if text[found] == b'"' {
            return (start..found, found + 1, escaped);
        }
        escaped = true;
        from = (found + 2).min(end);
    }
    (start..end, end, escaped)
}

/// Behind the bracket that closes the one at `at`.
fn container_end(text: &[u8], at: usize, end: usize) -> usize {
    let (mut at, mut depth) = (at, 0usize);
    while at < end {
        match text[at] {
            b'"' => {
                at = string_at(text, at, end).1;
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    end
}
