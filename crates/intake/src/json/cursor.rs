use std::borrow::Cow;
use std::ops::Range;

use record::RejectReason;

use super::array::{array_at, value_at};
use super::scan::{invalid, literal, number, skip_space, string};
use crate::limits::Fault;
use crate::raw::Raw;

/// Walks through the JSON that an envelope is made of, value by value, without building any of it.
///
/// Whoever is called for a member or an item must read its value with one of the methods here. Keys that stand twice are
/// the envelope's own business: the last one counts, as with most readers of JSON.
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    depth_max: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(text: &'a str, at: usize, depth_max: usize) -> Cursor<'a> {
        Cursor { text, at, depth: 0, depth_max }
    }

    /// Where the next value begins, or the end.
    pub(crate) fn at(&mut self) -> usize {
        self.at = skip_space(self.text.as_bytes(), self.at);
        self.at
    }

    /// The first byte of the next value.
    pub(crate) fn peek(&mut self) -> Option<u8> {
        let at = self.at();
        self.text.as_bytes().get(at).copied()
    }

    /// Goes on at another place: behind a value that somebody else has read.
    pub(crate) fn resume(&mut self, at: usize) {
        self.at = at;
    }

    /// Reads an object. `each` is called for every member with its key.
    pub(crate) fn object(&mut self, mut each: impl FnMut(&mut Cursor<'a>, &str) -> Result<(), Fault>) -> Result<(), Fault> {
        self.enter(b'{')?;
        if !self.closes(b'}') {
            loop {
                let key = self.key()?;
                each(self, &key)?;
                if !self.goes_on(b'}')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads an array. `each` is called for every item.
    pub(crate) fn array(&mut self, mut each: impl FnMut(&mut Cursor<'a>) -> Result<(), Fault>) -> Result<(), Fault> {
        self.enter(b'[')?;
        if !self.closes(b']') {
            loop {
                each(self)?;
                if !self.goes_on(b']')? {
                    break;
                }
            }
        }
        self.depth -= 1;
        Ok(())
    }

    /// Reads any value; `None` stands for null. Objects come as the JSON they are, like arrays.
    pub(crate) fn value(&mut self) -> Result<Option<Raw<'a>>, Fault> {
        let (text, bytes) = (self.text, self.text.as_bytes());
        let (raw, end) = match self.peek() {
            Some(b'"') => string(text, self.at)?,
            Some(b'-' | b'0'..=b'9') => number(text, self.at)?,
            Some(b'[') => {
                let (raw, end, _) = array_at(text, self.at, self.depth + 1, self.depth_max, usize::MAX)?;
                (raw, end)
            }
            Some(b'{') => {
                let range = self.skip()?;
                return Ok(Some(Raw::Array { json: &text[range], tidy: false }));
            }
            Some(_) => match literal(bytes, self.at)? {
                (Some(truth), end) => (Raw::Bool(truth), end),
                (None, end) => {
                    self.at = end;
                    return Ok(None);
                }
            },
            None => return Err(invalid(self.at)),
        };
        self.at = end;
        Ok(Some(raw))
    }

    /// Reads a text; anything else is a fault.
    pub(crate) fn text(&mut self) -> Result<Raw<'a>, Fault> {
        let at = self.at();
        match self.value()? {
            Some(raw @ (Raw::Text(_) | Raw::Escaped(..))) => Ok(raw),
            _ => Err(invalid(at)),
        }
    }

    /// Passes over a value. Returns where it stands.
    pub(crate) fn skip(&mut self) -> Result<Range<usize>, Fault> {
        let start = self.at();
        self.at = value_at(self.text, start, self.depth_max.saturating_sub(self.depth))?;
        Ok(start..self.at)
    }

    /// Nothing but spaces may be left.
    pub(crate) fn finish(&mut self) -> Result<(), Fault> {
        let at = self.at();
        if at == self.text.len() { Ok(()) } else { Err(invalid(at)) }
    }

    fn enter(&mut self, bracket: u8) -> Result<(), Fault> {
        if self.peek() != Some(bracket) {
            return Err(invalid(self.at));
        }
        self.depth += 1;
        if self.depth > self.depth_max {
            return Err(Fault::new(RejectReason::TooDeep, self.at));
        }
        self.at += 1;
        Ok(())
    }

    /// Whether an object or array ends before its first part.
    fn closes(&mut self, bracket: u8) -> bool {
        let closes = self.peek() == Some(bracket);
        self.at += usize::from(closes);
        closes
    }

    /// Whether another part follows, or else the end.
    fn goes_on(&mut self, bracket: u8) -> Result<bool, Fault> {
        let next = self.peek();
        if next != Some(b',') && next != Some(bracket) {
            return Err(invalid(self.at));
        }
        self.at += 1;
        Ok(next == Some(b','))
    }

    fn key(&mut self) -> Result<Cow<'a, str>, Fault> {
        if self.peek() != Some(b'"') {
            return Err(invalid(self.at));
        }
        let (raw, end) = string(self.text, self.at)?;
        self.at = end;
        if self.peek() != Some(b':') {
            return Err(invalid(self.at));
        }
        self.at += 1;
        Ok(raw.plain())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn walk(json: &str) -> Result<Vec<String>, Fault> {
        let (mut cursor, mut seen) = (Cursor::new(json, 0, 4), Vec::new());
        cursor.object(|cursor, key| {
            let key = key.to_owned();
            if key != "list" {
                let value = cursor.value()?;
                seen.push(format!("{key}={value:?}"));
                return Ok(());
            }
            cursor.array(|cursor| {
                let value = cursor.text()?;
                seen.push(value.plain().into_owned());
                Ok(())
            })
        })?;
        cursor.finish()?;
        Ok(seen)
    }

    #[test]
    fn members_come_in_order() {
        let seen = walk(r#" { "a\u0062" : 1 , "list" : [ "x" , "y\n" ] , "n":null,"e":{},"o":{"k":[true]} } "#);
        let object = r#"o=Some(Array { json: "{\"k\":[true]}", tidy: false })"#;
        assert_eq!(
            seen,
            Ok(["ab=Some(Int(1, \"1\"))", "x", "y\n", "n=None", "e=Some(Array { json: \"{}\", tidy: false })", object]
                .map(str::to_owned)
                .to_vec())
        );
        assert_eq!(walk("{}"), Ok(vec![]));
        assert_eq!(walk(r#"{"list":[]}"#), Ok(vec![]));
    }

    #[test]
    fn faults_have_their_place() {
        let check = |json: &str, at| assert_eq!(walk(json).map_err(|fault| fault.at), Err(at), "{json}");
        check("", 0);
        check("[]", 0);
        check("{", 1);
        check(r#"{"a""#, 4);
        check(r#"{"a":1"#, 6);
        check(r#"{"a":1,}"#, 7);
        check(r#"{"list":[1]}"#, 9);
        check(r#"{"list":["a" "b"]}"#, 13);
        check(r#"{"a":1} x"#, 8);
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(1000), "]".repeat(1000));
        assert_eq!(walk(&deep).map_err(|fault| fault.reason), Err(RejectReason::TooDeep));
        let deep = format!("{{\"a\":{}", "{\"b\":".repeat(1000));
        assert_eq!(walk(&deep).map_err(|fault| fault.reason), Err(RejectReason::TooDeep));
    }
}
