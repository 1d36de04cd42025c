//! Values that stay JSON text: they are checked as strictly as the rest.

use std::borrow::Cow;

use record::RejectReason;

use super::scan::{invalid, literal, number, skip_space, string};
use crate::limits::Fault;
use crate::raw::Raw;

/// Checks the value at `at`. Returns where it ends.
pub(super) fn value_at(text: &str, at: usize, depth_max: usize) -> Result<usize, Fault> {
    let mut check = Check { text, depth_max, keys_max: usize::MAX, keys: Vec::new(), key_count: 0, tidy: true };
    check.value(at, 0)
}

/// The array at `at`, the `depth`th level of its record, and where it ends. Keys of objects in it are counted.
pub(super) fn array_at<'a>(
    text: &'a str,
    at: usize,
    depth: usize,
    depth_max: usize,
    keys_max: usize,
) -> Result<(Raw<'a>, usize, usize), Fault> {
    let mut check = Check { text, depth_max, keys_max, keys: Vec::new(), key_count: 0, tidy: true };
    let end = check.array(at, depth)?;
    Ok((Raw::Array { json: &text[at..end], tidy: check.tidy }, end, check.key_count))
}

struct Check<'a> {
    text: &'a str,
    depth_max: usize,
    keys_max: usize,
    /// Keys of the objects that are open, those of the innermost last.
    keys: Vec<Cow<'a, str>>,
    key_count: usize,
    /// No spaces between the parts, and no surrogates that may be alone.
    tidy: bool,
}

impl<'a> Check<'a> {
    fn value(&mut self, at: usize, depth: usize) -> Result<usize, Fault> {
        match self.text.as_bytes().get(at) {
            Some(b'"') => self.text_at(at).map(|(_, end)| end),
            Some(b'-' | b'0'..=b'9') => number(self.text, at).map(|(_, end)| end),
            Some(b'[') => self.array(at, depth + 1),
            Some(b'{') => self.object(at, depth + 1),
            Some(_) => literal(self.text.as_bytes(), at).map(|(_, end)| end),
            None => Err(invalid(at)),
        }
    }

    fn array(&mut self, at: usize, depth: usize) -> Result<usize, Fault> {
        self.check_depth(at, depth)?;
        let mut at = self.skip(at + 1);
        if self.peek(at) == Some(b']') {
            return Ok(at + 1);
        }
        loop {
            let end = self.value(at, depth)?;
            let end = self.skip(end);
            match self.peek(end) {
                Some(b',') => at = self.skip(end + 1),
                Some(b']') => return Ok(end + 1),
                _ => return Err(invalid(end)),
            }
        }
    }

    fn object(&mut self, at: usize, depth: usize) -> Result<usize, Fault> {
        self.check_depth(at, depth)?;
        let outer = self.keys.len();
        let mut at = self.skip(at + 1);
        if self.peek(at) == Some(b'}') {
            return Ok(at + 1);
        }
        loop {
            let end = self.member(at, depth)?;
            let end = self.skip(end);
            match self.peek(end) {
                Some(b',') => at = self.skip(end + 1),
                Some(b'}') => return self.close(outer, end),
                _ => return Err(invalid(end)),
            }
        }
    }

    fn member(&mut self, at: usize, depth: usize) -> Result<usize, Fault> {
        if self.peek(at) != Some(b'"') {
            return Err(invalid(at));
        }
        self.key_count += 1;
        if self.key_count > self.keys_max {
            return Err(Fault::new(RejectReason::TooManyFields, at));
        }
        let (key, end) = self.text_at(at)?;
        self.keys.push(key.plain());
        let colon = self.skip(end);
        if self.peek(colon) != Some(b':') {
            return Err(invalid(colon));
        }
        let value = self.skip(colon + 1);
        self.value(value, depth)
    }

    /// The object's end at `at`: none of its keys may be there twice.
    fn close(&mut self, outer: usize, at: usize) -> Result<usize, Fault> {
        let keys = &mut self.keys[outer..];
        keys.sort_unstable();
        if keys.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(Fault::new(RejectReason::DuplicateKey, at));
        }
        self.keys.truncate(outer);
        Ok(at + 1)
    }

    fn text_at(&mut self, at: usize) -> Result<(Raw<'a>, usize), Fault> {
        let (raw, end) = string(self.text, at)?;
        if let Raw::Escaped(text, _) = raw {
            self.tidy &= !(text.contains("\\ud") || text.contains("\\uD"));
        }
        Ok((raw, end))
    }

    fn skip(&mut self, at: usize) -> usize {
        let end = skip_space(self.text.as_bytes(), at);
        self.tidy &= end == at;
        end
    }

    fn peek(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn check_depth(&self, at: usize, depth: usize) -> Result<(), Fault> {
        if depth > self.depth_max { Err(Fault::new(RejectReason::TooDeep, at)) } else { Ok(()) }
    }
}
