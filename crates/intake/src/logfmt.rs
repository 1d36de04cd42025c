//! `key=value` pairs, values quoted where they have spaces. A key alone is true.

use std::ops::Range;

use record::RejectReason;

use crate::draft::Draft;
use crate::limits::Fault;
use crate::lines::for_each_line;
use crate::raw::{Escapes, Raw};

/// Reads a whole body.
pub(crate) fn decode(draft: &mut Draft<'_>) {
    for_each_line(draft.text, |line, next| {
        match read_line(draft, line.clone()) {
            Ok(()) => draft.finish(),
            Err(fault) => draft.reject(fault, line, None),
        }
        next
    });
}

/// Reads a line into a new record.
pub(crate) fn read_line(draft: &mut Draft<'_>, line: Range<usize>) -> Result<(), Fault> {
    draft.begin();
    let mut pairs = Pairs { text: &draft.text[..line.end], at: line.start };
    let mut is_paired = false;
    while let Some((name, value, at)) = pairs.next()? {
        is_paired |= value.is_some();
        draft.put_named(name, value.unwrap_or(Raw::Bool(true)), at)?;
    }
    if is_paired { Ok(()) } else { Err(Fault::new(RejectReason::InvalidLine, line.start)) }
}

/// Whether a line is most likely logfmt: it begins with a pair and has another.
pub(crate) fn looks_like(line: &str) -> bool {
    let mut pairs = Pairs { text: line, at: 0 };
    let mut count = 0;
    while let Ok(Some((name, value, _))) = pairs.next() {
        let is_name = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'@' | b'/'));
        if count == 0 && (value.is_none() || !is_name) {
            return false;
        }
        count += usize::from(value.is_some());
    }
    count >= 2
}

/// A key, its value unless it stands alone, and where it is.
type Pair<'a> = (&'a str, Option<Raw<'a>>, usize);

/// Walks through the pairs of a text.
struct Pairs<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Pairs<'a> {
    fn next(&mut self) -> Result<Option<Pair<'a>>, Fault> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        let start = self.at;
        let is_key = |b: &&u8| !b.is_ascii_whitespace() && !matches!(b, b'=' | b'"');
        self.at += bytes[start..].iter().take_while(is_key).count();
        let name = &self.text[start..self.at];
        match bytes.get(self.at) {
            None if name.is_empty() => Ok(None),
            Some(b'=') if !name.is_empty() => {
                self.at += 1;
                Ok(Some((name, Some(self.value()?), start)))
            }
            Some(b'=' | b'"') => Err(Fault::new(RejectReason::InvalidLine, self.at)),
            _ => Ok(Some((name, None, start))),
        }
    }

    fn value(&mut self) -> Result<Raw<'a>, Fault> {
        let (bytes, start) = (self.text.as_bytes(), self.at);
        if bytes.get(start) == Some(&b'"') {
            let (raw, end) = quoted(self.text, start)?;
            self.at = end;
            return match bytes.get(end) {
                Some(b) if !b.is_ascii_whitespace() => Err(Fault::new(RejectReason::InvalidLine, end)),
                _ => Ok(raw),
            };
        }
        self.at += bytes[start..].iter().take_while(|b| !b.is_ascii_whitespace()).count();
        Ok(Raw::word(&self.text[start..self.at]))
    }
}

/// The quoted text at `at`, in which a backslash escapes, and where it ends.
pub(crate) fn quoted(text: &str, at: usize) -> Result<(Raw<'_>, usize), Fault> {
    let (bytes, start) = (text.as_bytes(), at + 1);
    let (mut end, mut is_escaped) = (start, false);
    loop {
        match memchr::memchr2(b'"', b'\\', bytes.get(end..).unwrap_or_default()) {
            None => return Err(Fault::new(RejectReason::InvalidLine, at)),
            Some(len) if bytes[end + len] == b'\\' => {
                is_escaped = true;
                end += len + 2;
            }
            Some(len) => {
                end += len;
                let inside = &text[start..end];
                let raw = if is_escaped { Raw::Escaped(inside, Escapes::Quoted) } else { Raw::Text(inside) };
                return Ok((raw, end + 1));
            }
        }
    }
}

#[cfg(test)]
mod tests;
