//! The journal's export format (<https://systemd.io/JOURNAL_EXPORT_FORMATS>), as `systemd-journal-upload` streams it.
//!
//! An entry is its fields and an empty line. `NAME=text` is a line; a value that is no line is `NAME`, its length (64
//! bits, little endian), its bytes and a line feed. The stream has no end of its own, so it is read piece by piece, and
//! each entry becomes one JSON object ([`Entry::json`]). Fields that repeat become a list; all values stay texts.

use std::collections::HashMap;

use crate::json_out::quote;

/// Bytes of a value that are kept, which is what a text of a record may have.
const VALUE_BYTES_MAX: usize = 1 << 20;

/// Bytes of an entry that are kept: a message and a core's stack beside it fit.
const ENTRY_BYTES_MAX: usize = 4 << 20;

/// Longest name of a field. The journal itself stops at 64.
const NAME_BYTES_MAX: usize = 256;

/// Values of an entry that are kept: what a record may have, and one less, so that the record can say that others were cut.
const VALUES_MAX: usize = 1023;

/// Longest value of a binary field: the journal's own bound. What says it is longer is no journal.
const BINARY_BYTES_MAX: u64 = 768 << 20;

/// The attribute of an entry of which not everything was kept.
const TRUNCATED: &str = "truncated";

/// The bytes are not the export format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset} of the stream: expected {expected}")]
pub struct NoJournal {
    /// What should have stood there.
    pub expected: &'static str,
    /// Where, from the begin of the stream.
    pub offset: u64,
}

/// Where an entry stands in the journal of its machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The run of numbers, 128 bits in hexadecimal digits; a new one begins when a journal is made anew.
    pub run: String,
    /// The entry's number in it. Numbers go up.
    pub number: u64,
}

/// One entry.
#[derive(Debug, Default)]
pub struct Entry {
    /// Names in order of arrival, and their values.
    fields: Vec<(String, Vec<String>)>,
    by_name: HashMap<String, usize>,
    values: usize,
    bytes: usize,
    is_truncated: bool,
}

/// Reads a stream of entries.
#[derive(Debug, Default)]
pub struct JournalStream {
    entry: Entry,
    state: State,
    /// The line, or the value, being read.
    kept: Vec<u8>,
    /// Bytes of it that were passed over.
    has_lost: bool,
    name: String,
    offset: u64,
}

#[derive(Debug, Default, Clone, Copy)]
enum State {
    /// A line.
    #[default]
    Line,
    /// The length of a value, of which so many bytes are there.
    Length(u64, u32),
    /// A value, of which so many bytes are to come.
    Value(u64),
    /// The line feed behind a value.
    Feed,
}

impl JournalStream {
    /// Reads on in `input`, which is cut at its begin. Returns an entry when one is whole, and `None` when all was read.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<Entry>, NoJournal> {
        while !input.is_empty() {
            let ends = match self.state {
                State::Line => self.line(input)?,
                State::Length(length, have) => self.length(input, length, have)?,
                State::Value(left) => self.value(input, left),
                State::Feed => self.feed(input)?,
            };
            if ends && !self.entry.fields.is_empty() {
                return Ok(Some(std::mem::take(&mut self.entry)));
            }
        }
        Ok(None)
    }

    /// The last entry, if the stream ended without the empty line behind it. `Err`: it ended within a field.
    pub fn finish(mut self) -> Result<Option<Entry>, NoJournal> {
        match self.state {
            State::Line if self.kept.is_empty() && !self.has_lost => {
                Ok((!self.entry.fields.is_empty()).then(|| std::mem::take(&mut self.entry)))
            }
            _ => Err(self.no_journal("the rest of a field")),
        }
    }

    /// Whether the stream stands between two entries.
    pub fn is_between(&self) -> bool {
        matches!(self.state, State::Line) && self.kept.is_empty() && !self.has_lost && self.entry.fields.is_empty()
    }

    fn take<'b>(&mut self, input: &mut &'b [u8], bytes: usize) -> &'b [u8] {
        let (taken, rest) = input.split_at(bytes);
        *input = rest;
        self.offset += bytes as u64;
        taken
    }

    fn keep(&mut self, bytes: &[u8]) {
        let room = VALUE_BYTES_MAX.saturating_sub(self.kept.len()).min(bytes.len());
        self.kept.extend_from_slice(&bytes[..room]);
        self.has_lost |= room < bytes.len();
    }

    /// Returns whether the entry ends here.
    fn line(&mut self, input: &mut &[u8]) -> Result<bool, NoJournal> {
        let Some(end) = memchr::memchr(b'\n', input) else {
            let rest = self.take(input, input.len());
            self.keep(rest);
            return Ok(false);
        };
        let rest = self.take(input, end + 1);
        self.keep(&rest[..end]);
        if self.kept.is_empty() {
            return Ok(true);
        }
        match memchr::memchr(b'=', &self.kept) {
            Some(equals) => {
                self.name = self.checked_name(&self.kept[..equals])?;
                self.kept.drain(..=equals);
                self.end_value();
            }
            None => {
                self.name = self.checked_name(&self.kept)?;
                self.kept.clear();
                self.state = State::Length(0, 0);
            }
        }
        Ok(false)
    }

    fn checked_name(&self, name: &[u8]) -> Result<String, NoJournal> {
        let is_name = (1..=NAME_BYTES_MAX).contains(&name.len()) && name.iter().all(u8::is_ascii_graphic);
        if is_name { Ok(String::from_utf8_lossy(name).into_owned()) } else { Err(self.no_journal("the name of a field")) }
    }

    fn length(&mut self, input: &mut &[u8], length: u64, have: u32) -> Result<bool, NoJournal> {
        let byte = self.take(input, 1)[0];
        let length = length | u64::from(byte) << (8 * have);
        self.state = match have + 1 {
            8 if length > BINARY_BYTES_MAX => return Err(self.no_journal("a length of at most 768 MiB")),
            8 if length == 0 => State::Feed,
            8 => State::Value(length),
            have => State::Length(length, have),
        };
        Ok(false)
    }

    fn value(&mut self, input: &mut &[u8], left: u64) -> bool {
        let bytes = usize::try_from(left).unwrap_or(usize::MAX).min(input.len());
        let piece = self.take(input, bytes);
        self.keep(piece);
        let left = left - bytes as u64;
        self.state = if left == 0 { State::Feed } else { State::Value(left) };
        false
    }

    fn feed(&mut self, input: &mut &[u8]) -> Result<bool, NoJournal> {
        if self.take(input, 1) != b"\n" {
            return Err(self.no_journal("a line feed behind a value"));
        }
        self.end_value();
        Ok(false)
    }

    fn end_value(&mut self) {
        self.state = State::Line;
        self.entry.add(std::mem::take(&mut self.name), &self.kept, self.has_lost);
        self.kept.clear();
        self.has_lost = false;
    }

    fn no_journal(&self, expected: &'static str) -> NoJournal {
        NoJournal { expected, offset: self.offset }
    }
}

impl Entry {
    fn add(&mut self, name: String, value: &[u8], is_cut: bool) {
        self.is_truncated |= is_cut;
        self.values += 1;
        self.bytes += name.len() + value.len();
        if self.values > VALUES_MAX || self.bytes > ENTRY_BYTES_MAX {
            self.is_truncated = true;
            return;
        }
        // Where text is not UTF-8, what is readable of it stays readable.
        let value = String::from_utf8_lossy(value).into_owned();
        match self.by_name.get(&name) {
            Some(&index) => self.fields[index].1.push(value),
            None => {
                self.by_name.insert(name.clone(), self.fields.len());
                self.fields.push((name, vec![value]));
            }
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        self.fields[*self.by_name.get(name)?].1.first().map(String::as_str)
    }

    /// Where the entry stands, as `__CURSOR` says: `s=RUN;i=NUMBER;b=..;m=..;t=..;x=..`, numbers in hexadecimal.
    pub fn place(&self) -> Option<Place> {
        const RUN_DIGITS: usize = 32;
        let part = |key: &str| self.value("__CURSOR")?.split(';').find_map(|part| part.strip_prefix(key));
        let run = part("s=").filter(|run| run.len() == RUN_DIGITS && run.bytes().all(|b| b.is_ascii_hexdigit()))?;
        let number = part("i=").filter(|number| number.bytes().all(|b| b.is_ascii_hexdigit()))?;
        Some(Place { run: run.to_ascii_lowercase(), number: u64::from_str_radix(number, 16).ok()? })
    }

    /// The entry as a JSON object.
    pub fn json(&self) -> String {
        let mut out = String::with_capacity(self.bytes + self.values * 8);
        out.push('{');
        for (index, (name, values)) in self.fields.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            quote(&mut out, name);
            out.push(':');
            match values.as_slice() {
                [one] => quote(&mut out, one),
                many => {
                    for (index, value) in many.iter().enumerate() {
                        out.push(if index == 0 { '[' } else { ',' });
                        quote(&mut out, value);
                    }
                    out.push(']');
                }
            }
        }
        // No field of the journal is in lower case: the name is free.
        if self.is_truncated {
            out.push_str(",\"");
            out.push_str(TRUNCATED);
            out.push_str("\":true");
        }
        out.push('}');
        out
    }
}

#[cfg(test)]
mod tests;
