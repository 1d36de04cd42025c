//! `INSERT INTO t (a, b) VALUES ('x', 'y')`: each value is looked at under the name of its column.

use std::ops::Range;

use crate::detect::scan::{Area, Scan};

/// Most columns of a table that are read.
const COLUMNS_MAX: usize = 64;

/// Longest stretch between `INSERT` and its columns.
const HEAD_MAX: usize = 160;

impl Scan<'_> {
    /// Behind the word `INSERT`.
    pub(crate) fn insert(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let head = &text[behind..text.len().min(behind + HEAD_MAX)];
        let open = behind + memchr::memchr(b'(', head)?;
        memchr::memmem::find(&head[..open - behind].to_ascii_lowercase(), b"into")?;
        let (columns, mut at) = list(text, open)?;
        at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let values = text.get(at..at + 6).filter(|word| word.eq_ignore_ascii_case(b"values"))?.len();
        at += values;
        loop {
            at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace() || **byte == b',').count();
            if text.get(at) != Some(&b'(') {
                break;
            }
            let Some((row, next)) = list(text, at) else { break };
            for (column, value) in columns.iter().zip(row) {
                let name = &text[column.clone()];
                if !value.is_empty() {
                    self.field(Some(name), value);
                }
            }
            at = next;
            self.done = self.done.max(at);
        }
        Some(at)
    }
}

/// The items of the list in brackets at `open`, without quotes, and where it ends.
fn list(text: &[u8], open: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let (mut items, mut at) = (Vec::new(), open + 1);
    while items.len() < COLUMNS_MAX {
        at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        let item = match *text.get(at)? {
            quote @ (b'\'' | b'"' | b'`') => {
                let end = string_end(text, at + 1, quote)?;
                let item = at + 1..end;
                at = end + 1;
                item
            }
            _ => {
                let len = text[at..].iter().take_while(|byte| !matches!(**byte, b',' | b')' | b'(' | b'\'')).count();
                let item = at..at + text[at..at + len].trim_ascii_end().len();
                at += len;
                item
            }
        };
        items.push(item);
        at += text[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        match text.get(at)? {
            b',' => at += 1,
            b')' => return Some((items, at + 1)),
            _ => return None,
        }
    }
    None
}

/// The quote that ends a string; a doubled one, or one behind a backslash, does not.
fn string_end(text: &[u8], from: usize, quote: u8) -> Option<usize> {
    let mut at = from;
    loop {
        at += memchr::memchr2(quote, b'\\', text.get(at..)?)?;
        if text[at] == quote && text.get(at + 1) != Some(&quote) {
            return Some(at);
        }
        at += 2;
    }
}
