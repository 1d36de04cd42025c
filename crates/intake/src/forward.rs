//! Fluent Forward, version 1: what Fluentd, Fluent Bit and the loggers of many languages send to port 24224.
//!
//! A delivery is one MessagePack array. Its records are written out as JSON, which the one reader of JSON reads: so all
//! bounds hold for them too, and what is rejected can be read in quarantine.

mod handshake;

use std::fmt::Write;
use std::ops::Range;

use record::Timestamp;

use crate::event_time::Moment;
use crate::frames::{Flaw, Frames};
use crate::msgpack::{Item, Malformed, Reader, write_json};

pub use handshake::{Ping, hello, pong};

/// A delivery, taken apart as far as it is not compressed.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery<'a> {
    /// The sender's tag.
    pub tag: &'a [u8],
    /// What the sender wants to have acknowledged.
    pub chunk: Option<&'a [u8]>,
    /// Entries one after the other, perhaps compressed; or those of the other modes.
    pub entries: Entries<'a>,
}

/// The entries of a delivery.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Entries<'a> {
    /// Message mode: a time and a record. Forward mode: an array of such pairs.
    Listed {
        /// The values.
        bytes: &'a [u8],
        /// How many pairs; `None`: one, without its brackets.
        count: Option<u32>,
    },
    /// Packed mode: pairs one after the other in a binary.
    Packed(&'a [u8], Compression),
}

/// How packed entries are compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip, perhaps several members.
    Gzip,
    /// Zstandard.
    Zstd,
    /// In a way that is not known here.
    Unknown,
}

impl<'a> Delivery<'a> {
    /// Takes a whole value apart.
    pub fn parse(bytes: &'a [u8]) -> Result<Delivery<'a>, Malformed> {
        let mut reader = Reader::new(bytes);
        let Item::Array(parts @ 2..=4) = reader.item()? else { return Err(Malformed { at: 0 }) };
        let (Item::Text(tag) | Item::Binary(tag)) = reader.item()? else { return Err(Malformed { at: 1 }) };
        let second = reader.at;
        let (mut entries, used) = match reader.item()? {
            Item::Array(count) if parts <= 3 => {
                let start = reader.at;
                for _ in 0..count {
                    reader.skip()?;
                }
                (Entries::Listed { bytes: &bytes[start..reader.at], count: Some(count) }, 2)
            }
            Item::Binary(packed) | Item::Text(packed) if parts <= 3 => (Entries::Packed(packed, Compression::None), 2),
            _ if parts >= 3 => {
                reader.at = second;
                reader.skip()?;
                reader.skip()?;
                (Entries::Listed { bytes: &bytes[second..reader.at], count: None }, 3)
            }
            _ => return Err(Malformed { at: second }),
        };
        let option = if parts > used { Options::read(&mut reader)? } else { Options::default() };
        if let (Entries::Packed(_, compression), Some(given)) = (&mut entries, option.compression) {
            *compression = given;
        }
        Ok(Delivery { tag, chunk: option.chunk, entries })
    }

    /// Bytes that are to be decompressed, and how.
    pub fn compressed(&self) -> Option<(&'a [u8], Compression)> {
        match self.entries {
            Entries::Packed(bytes, compression) if compression != Compression::None => Some((bytes, compression)),
            _ => None,
        }
    }

    /// Adds the entries as messages. `packed` is what was decompressed, if something had to be. What is no entry goes to
    /// quarantine together with all that follows it, because nobody knows where the next begins.
    pub fn write(&self, packed: Option<&[u8]>, frames: &mut Frames) {
        let tag = frames.add_bytes(self.tag);
        let (bytes, count) = match (self.entries, packed) {
            (_, Some(packed)) => (packed, Some(u32::MAX)),
            (Entries::Packed(packed, _), None) => (packed, Some(u32::MAX)),
            (Entries::Listed { bytes, count }, None) => (bytes, count),
        };
        let mut reader = Reader::new(bytes);
        let is_bracketed = count.is_some();
        for _ in 0..count.unwrap_or(1) {
            if reader.is_at_end() {
                return;
            }
            let before = reader;
            if entry(&mut reader, is_bracketed, &tag, frames).is_err() {
                let start = frames.add_bytes(before.rest()).start;
                return frames.push_entry(start, tag, None, Flaw::Unreadable);
            }
        }
    }
}

/// One entry: `[time, record]`, or both without brackets. Nothing of it stays when it is none.
fn entry(reader: &mut Reader<'_>, is_bracketed: bool, tag: &Range<usize>, frames: &mut Frames) -> Result<(), Malformed> {
    if is_bracketed && reader.item()? != Item::Array(2) {
        return Err(Malformed { at: reader.at });
    }
    let moment = moment(reader)?;
    let written = frames.text_mut();
    let start = written.len();
    write!(written, "{}.{:09}", moment.seconds, moment.nanos).expect("BUG: a string takes all");
    let time = start..written.len();
    let record = written.len();
    match write_json(reader, written) {
        Ok(mended) => frames.mended(mended),
        Err(malformed) => {
            written.truncate(start);
            return Err(malformed);
        }
    }
    frames.push_entry(record, tag.clone(), Some((moment.moment(), time)), Flaw::None);
    Ok(())
}

/// A time as it is sent.
#[derive(Clone, Copy)]
struct Sent {
    seconds: i64,
    nanos: u32,
}

impl Sent {
    fn moment(self) -> Moment {
        let micros = self.seconds.saturating_mul(1_000_000).saturating_add(i64::from(self.nanos / 1000));
        (Timestamp::from_micros(micros), (self.nanos % 1000) as u16)
    }
}

/// Seconds, or an EventTime (extension 0: seconds and nanoseconds); Fluent Bit may put an array of it and metadata there.
fn moment(reader: &mut Reader<'_>) -> Result<Sent, Malformed> {
    let at = reader.at;
    match reader.item()? {
        Item::Int(seconds) => Ok(Sent { seconds, nanos: 0 }),
        Item::Float(seconds) if seconds.is_finite() => {
            Ok(Sent { seconds: seconds.floor() as i64, nanos: (seconds.fract().rem_euclid(1.0) * 1e9) as u32 })
        }
        Item::Ext(0, &[a, b, c, d, e, f, g, h]) => {
            let nanos = u32::from_be_bytes([e, f, g, h]);
            let seconds = i64::from(u32::from_be_bytes([a, b, c, d]));
            if nanos < 1_000_000_000 { Ok(Sent { seconds, nanos }) } else { Err(Malformed { at }) }
        }
        Item::Array(parts @ 1..=2) => {
            let sent = match reader.rest().first() {
                Some(0x90..=0x9f | 0xdc | 0xdd) | None => return Err(Malformed { at }),
                Some(_) => moment(reader)?,
            };
            for _ in 1..parts {
                reader.skip()?;
            }
            Ok(sent)
        }
        _ => Err(Malformed { at }),
    }
}

#[derive(Default)]
struct Options<'a> {
    chunk: Option<&'a [u8]>,
    compression: Option<Compression>,
}

impl<'a> Options<'a> {
    fn read(reader: &mut Reader<'a>) -> Result<Options<'a>, Malformed> {
        let mut options = Options::default();
        let at = reader.at;
        let count = match reader.item()? {
            Item::Map(count) => count,
            Item::Nil => 0,
            _ => return Err(Malformed { at }),
        };
        for _ in 0..count {
            let (Item::Text(name) | Item::Binary(name)) = reader.item()? else { return Err(Malformed { at: reader.at }) };
            let value = *reader;
            reader.skip()?;
            let (Ok(Item::Text(text)) | Ok(Item::Binary(text))) = value.clone().item() else { continue };
            match name {
                b"chunk" => options.chunk = Some(text),
                b"compressed" => options.compression = Some(compression(text)),
                _ => {}
            }
        }
        Ok(options)
    }
}

fn compression(name: &[u8]) -> Compression {
    match name {
        b"gzip" => Compression::Gzip,
        b"zstd" => Compression::Zstd,
        b"text" | b"" => Compression::None,
        _ => Compression::Unknown,
    }
}

/// `{"ack": chunk}`
pub fn ack(chunk: &[u8]) -> Vec<u8> {
    let mut out = vec![0x81, 0xa3];
    out.extend_from_slice(b"ack");
    handshake::write_text(chunk, &mut out);
    out
}

#[cfg(test)]
mod tests;
