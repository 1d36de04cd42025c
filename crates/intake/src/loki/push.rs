use std::ops::Range;

use record::Timestamp;

use super::labels;
use crate::body::broken_pieces;
use crate::json::Cursor;
use crate::limits::Fault;
use crate::protobuf::Message;
use crate::raw::Raw;
use crate::{Unreadable, json};

/// A name and a value, as pieces of the push's text.
pub(crate) type Pair = (Range<usize>, Range<usize>);

/// A push with its texts side by side in one.
#[derive(Default)]
pub(crate) struct Push {
    pub(crate) text: String,
    /// Labels of each stream.
    pub(crate) streams: Vec<Vec<Pair>>,
    pub(crate) entries: Vec<Entry>,
    /// Pieces of bytes that were no UTF-8.
    pub(crate) mended: u64,
}

/// A line of a stream.
pub(crate) struct Entry {
    pub(crate) stream: usize,
    pub(crate) line: Range<usize>,
    pub(crate) nanos: u64,
    /// The time as a text.
    pub(crate) time: Range<usize>,
    pub(crate) metadata: Vec<Pair>,
    /// Where in the body it began.
    pub(crate) offset: usize,
}

const JSON: &str = "Loki's {\"streams\":[{\"stream\":{..},\"values\":[[\"<nanoseconds>\",\"<line>\"]]}]}";
const LABELS: &str = "labels such as {app=\"shop\"}";

impl Push {
    pub(super) fn from_json(bytes: &[u8], depth_max: usize) -> Result<Push, Unreadable> {
        let mut push = Push { mended: broken_pieces_of(bytes), ..Push::default() };
        let text = String::from_utf8_lossy(bytes);
        push.text.reserve(text.len());
        let mut cursor = Cursor::new(&text, 0, depth_max);
        let read = cursor.object(|cursor, name| match name {
            "streams" => cursor.array(|cursor| push.json_stream(cursor)),
            _ => cursor.skip().map(drop),
        });
        read.and_then(|()| cursor.finish()).map_err(|fault| Unreadable::new(JSON, fault.at))?;
        Ok(push)
    }

    fn json_stream(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Fault> {
        let stream = self.streams.len();
        self.streams.push(Vec::new());
        cursor.object(|cursor, name| match name {
            "stream" => {
                let mut labels = Vec::new();
                self.json_pairs(cursor, &mut labels)?;
                self.streams[stream] = labels;
                Ok(())
            }
            "values" => cursor.array(|cursor| self.json_entry(cursor, stream)),
            // What `/api/prom/push` was sent before `stream` and `values` were there.
            "labels" => {
                let at = cursor.at();
                let (text, mut pairs) = (cursor.text()?.plain().into_owned(), Vec::new());
                let read = labels::read(&text, |name, value| pairs.push((self.add(name), self.add(value))));
                self.streams[stream] = pairs;
                read.map_err(|_| json::invalid(at))
            }
            "entries" => cursor.array(|cursor| self.old_entry(cursor, stream)),
            _ => cursor.skip().map(drop),
        })
    }

    fn json_pairs(&mut self, cursor: &mut Cursor<'_>, pairs: &mut Vec<Pair>) -> Result<(), Fault> {
        cursor.object(|cursor, name| {
            let name = self.add(name);
            // Loki takes texts only; some senders have numbers there.
            if let Some(value) = cursor.value()? {
                pairs.push((name, self.add_raw(value)));
            }
            Ok(())
        })
    }

    fn json_entry(&mut self, cursor: &mut Cursor<'_>, stream: usize) -> Result<(), Fault> {
        let offset = cursor.at();
        let (mut nanos, mut time, mut line, mut metadata, mut place) = (0, 0..0, 0..0, Vec::new(), 0);
        cursor.array(|cursor| {
            place += 1;
            let at = cursor.at();
            match place {
                1 => {
                    let text = cursor.value()?.map_or_else(String::new, |raw| raw.plain().into_owned());
                    nanos = text.parse().map_err(|_| json::invalid(at))?;
                    time = self.add(&text);
                }
                2 => {
                    line = {
                        let raw = cursor.text()?;
                        self.add_raw(raw)
                    }
                }
                3 => self.json_pairs(cursor, &mut metadata)?,
                _ => return cursor.skip().map(drop),
            }
            Ok(())
        })?;
        if place < 2 {
            return Err(json::invalid(offset));
        }
        self.entries.push(Entry { stream, line, nanos, time, metadata, offset });
        Ok(())
    }

    /// `{"ts":"<RFC 3339>","line":".."}`
    fn old_entry(&mut self, cursor: &mut Cursor<'_>, stream: usize) -> Result<(), Fault> {
        let offset = cursor.at();
        let (mut nanos, mut time, mut line) = (0, 0..0, None);
        cursor.object(|cursor, name| {
            let at = cursor.at();
            match name {
                "ts" => {
                    let text = cursor.text()?.plain().into_owned();
                    let (at, rest) = Timestamp::parse(&text).map_err(|_| json::invalid(at))?;
                    // Years that 64 bits of nanoseconds do not reach are none that a log has.
                    let micros = u64::try_from(at.as_micros()).ok();
                    nanos = micros.and_then(|micros| micros.checked_mul(1000)?.checked_add(u64::from(rest))).unwrap_or(0);
                    time = self.add(&text);
                }
                "line" => {
                    line = {
                        let raw = cursor.text()?;
                        Some(self.add_raw(raw))
                    }
                }
                _ => return cursor.skip().map(drop),
            }
            Ok(())
        })?;
        let line = line.ok_or(json::invalid(offset))?;
        self.entries.push(Entry { stream, line, nanos, time, metadata: Vec::new(), offset });
        Ok(())
    }

    pub(super) fn from_protobuf(bytes: &[u8]) -> Result<Push, Unreadable> {
        let mut push = Push::default();
        push.text.reserve(bytes.len());
        let mut message = Message::new(bytes);
        while let Some((field, value)) = message.next()? {
            if field == 1 {
                push.binary_stream(message.within(value.bytes()))?;
            }
        }
        Ok(push)
    }

    fn binary_stream(&mut self, message: Message<'_>) -> Result<(), Unreadable> {
        let stream = self.streams.len();
        let mut pairs = Vec::new();
        let mut fields = message;
        while let Some((field, value)) = fields.next()? {
            if field == 1 {
                let text = String::from_utf8_lossy(value.bytes());
                let read = labels::read(&text, |name, value| pairs.push((self.add(name), self.add(value))));
                read.map_err(|at| Unreadable::new(LABELS, message.offset_of(value.bytes()) + at))?;
            }
        }
        self.streams.push(pairs);
        let mut entries = message;
        while let Some((field, value)) = entries.next()? {
            if field == 2 {
                self.binary_entry(message.within(value.bytes()), stream, message.offset_of(value.bytes()))?;
            }
        }
        Ok(())
    }

    fn binary_entry(&mut self, mut message: Message<'_>, stream: usize, offset: usize) -> Result<(), Unreadable> {
        let (mut nanos, mut line, mut metadata) = (0, 0..0, Vec::new());
        while let Some((field, value)) = message.next()? {
            match field {
                1 => nanos = timestamp(message.within(value.bytes()))?,
                2 => line = self.add_bytes(value.bytes()),
                3 => {
                    let (mut name, mut text) = (0..0, 0..0);
                    let mut pair = message.within(value.bytes());
                    while let Some((field, value)) = pair.next()? {
                        match field {
                            1 => name = self.add_bytes(value.bytes()),
                            2 => text = self.add_bytes(value.bytes()),
                            _ => {}
                        }
                    }
                    metadata.push((name, text));
                }
                _ => {}
            }
        }
        let time = self.add(&nanos.to_string());
        self.entries.push(Entry { stream, line, nanos, time, metadata, offset });
        Ok(())
    }

    pub(crate) fn add(&mut self, text: &str) -> Range<usize> {
        let start = self.text.len();
        self.text.push_str(text);
        start..self.text.len()
    }

    pub(crate) fn add_raw(&mut self, raw: Raw<'_>) -> Range<usize> {
        let start = self.text.len();
        self.mended += raw.write(&mut self.text);
        start..self.text.len()
    }

    pub(crate) fn add_bytes(&mut self, bytes: &[u8]) -> Range<usize> {
        if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
            return self.add(text);
        }
        self.mended += broken_pieces(bytes);
        self.add(&String::from_utf8_lossy(bytes))
    }
}

/// `google.protobuf.Timestamp` in nanoseconds; zero for times before 1970, which are none.
fn timestamp(mut message: Message<'_>) -> Result<u64, Unreadable> {
    let (mut seconds, mut nanos) = (0u64, 0u64);
    while let Some((field, value)) = message.next()? {
        match field {
            1 => seconds = value.number(),
            2 => nanos = value.number(),
            _ => {}
        }
    }
    Ok(seconds.checked_mul(1_000_000_000).and_then(|whole| whole.checked_add(nanos)).unwrap_or(0))
}

fn broken_pieces_of(bytes: &[u8]) -> u64 {
    if simdutf8::basic::from_utf8(bytes).is_ok() { 0 } else { broken_pieces(bytes) }
}
