//! MessagePack, as far as Fluent Forward needs it: values are read where they lie, and written out as JSON.

use std::fmt::Write;

use crate::json_out::quote_bytes;

/// Levels of maps and arrays that are written out. One record may have fewer ([`Limits`](crate::Limits)), and is
/// rejected by the reader of JSON for it; what lies still deeper is passed over, so that the stack is safe.
const DEPTH_MAX: usize = 100;

/// The bytes are no MessagePack, or end too early.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no MessagePack at byte {at}")]
pub struct Malformed {
    /// Where reading failed.
    pub at: usize,
}

/// A value, or the head of one that has parts.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Item<'a> {
    Nil,
    Bool(bool),
    Int(i64),
    Unsigned(u64),
    Float(f64),
    Text(&'a [u8]),
    Binary(&'a [u8]),
    Array(u32),
    Map(u32),
    Ext(i8, &'a [u8]),
}

/// Reads values one after the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    pub(crate) at: usize,
    /// Where a text ends that is not all there.
    wanted: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Reader<'a> {
        Reader { bytes, at: 0, wanted: 0 }
    }

    pub(crate) fn is_at_end(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// What was not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        &self.bytes[self.at.min(self.bytes.len())..]
    }

    /// The next value; of an array or map its head.
    pub(crate) fn item(&mut self) -> Result<Item<'a>, Malformed> {
        let start = self.at;
        let marker = self.take::<1>()?[0];
        Ok(match marker {
            0x00..=0x7f => Item::Int(i64::from(marker)),
            0x80..=0x8f => Item::Map(u32::from(marker & 0x0f)),
            0x90..=0x9f => Item::Array(u32::from(marker & 0x0f)),
            0xa0..=0xbf => Item::Text(self.bytes(u32::from(marker & 0x1f))?),
            0xc0 => Item::Nil,
            0xc1 => return Err(Malformed { at: start }),
            0xc2 | 0xc3 => Item::Bool(marker == 0xc3),
            0xc4..=0xc6 => {
                let len = self.length(marker - 0xc4)?;
                Item::Binary(self.bytes(len)?)
            }
            0xc7..=0xc9 => {
                let len = self.length(marker - 0xc7)?;
                self.ext(len)?
            }
            0xca => Item::Float(f64::from(f32::from_be_bytes(self.take()?))),
            0xcb => Item::Float(f64::from_be_bytes(self.take()?)),
            0xcc => Item::Int(i64::from(self.take::<1>()?[0])),
            0xcd => Item::Int(i64::from(u16::from_be_bytes(self.take()?))),
            0xce => Item::Int(i64::from(u32::from_be_bytes(self.take()?))),
            0xcf => {
                let number = u64::from_be_bytes(self.take()?);
                i64::try_from(number).map_or(Item::Unsigned(number), Item::Int)
            }
            0xd0 => Item::Int(i64::from(i8::from_be_bytes(self.take()?))),
            0xd1 => Item::Int(i64::from(i16::from_be_bytes(self.take()?))),
            0xd2 => Item::Int(i64::from(i32::from_be_bytes(self.take()?))),
            0xd3 => Item::Int(i64::from_be_bytes(self.take()?)),
            0xd4..=0xd8 => self.ext(1 << (marker - 0xd4))?,
            0xd9..=0xdb => {
                let len = self.length(marker - 0xd9)?;
                Item::Text(self.bytes(len)?)
            }
            0xdc | 0xdd => Item::Array(self.length(marker - 0xdc + 1)?),
            0xde | 0xdf => Item::Map(self.length(marker - 0xde + 1)?),
            0xe0..=0xff => Item::Int(i64::from(marker as i8)),
        })
    }

    /// Passes over the next value with all its parts.
    pub(crate) fn skip(&mut self) -> Result<(), Malformed> {
        let mut extent = Extent { at: self.at, ..Extent::default() };
        match extent.reach(self.bytes) {
            Ok(true) => {
                self.at = extent.at;
                Ok(())
            }
            Ok(false) => Err(Malformed { at: self.bytes.len() }),
            Err(malformed) => Err(malformed),
        }
    }

    fn ext(&mut self, len: u32) -> Result<Item<'a>, Malformed> {
        let kind = i8::from_be_bytes(self.take()?);
        Ok(Item::Ext(kind, self.bytes(len)?))
    }

    /// A length of 1, 2 or 4 bytes.
    fn length(&mut self, width: u8) -> Result<u32, Malformed> {
        Ok(match width {
            0 => u32::from(self.take::<1>()?[0]),
            1 => u32::from(u16::from_be_bytes(self.take()?)),
            _ => u32::from_be_bytes(self.take()?),
        })
    }

    fn bytes(&mut self, len: u32) -> Result<&'a [u8], Malformed> {
        let Some(found) = self.rest().get(..len as usize) else {
            self.wanted = self.at + len as usize;
            return Err(Malformed { at: self.bytes.len() });
        };
        self.at += found.len();
        Ok(found)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let found = self.rest().first_chunk::<N>().copied().ok_or(Malformed { at: self.bytes.len() })?;
        self.at += N;
        Ok(found)
    }
}

/// How far a value reaches that is still coming in. Each byte is looked at once, however often it is asked.
#[derive(Debug, Clone, Copy)]
pub struct Extent {
    at: usize,
    /// Values that are still to come, those within it counted.
    parts: u64,
    /// Where the text ends that it is at, if that is known.
    wanted: usize,
}

impl Default for Extent {
    fn default() -> Extent {
        Extent { at: 0, parts: 1, wanted: 0 }
    }
}

impl Extent {
    /// Where the value ends, when all of it is there.
    pub fn end(&self) -> Option<usize> {
        (self.parts == 0).then_some(self.at)
    }

    /// Goes on with what came meanwhile. `Ok(false)`: more is needed.
    pub fn reach(&mut self, bytes: &[u8]) -> Result<bool, Malformed> {
        while self.parts > 0 {
            let mut reader = Reader { bytes, at: self.at, wanted: 0 };
            match reader.item() {
                Ok(item) => {
                    self.at = reader.at;
                    let inner = match item {
                        Item::Array(count) => u64::from(count),
                        Item::Map(count) => 2 * u64::from(count),
                        _ => 0,
                    };
                    self.parts += inner;
                    self.parts -= 1;
                }
                Err(malformed) if malformed.at < bytes.len() => return Err(malformed),
                Err(_) => {
                    self.wanted = reader.wanted;
                    return Ok(false);
                }
            }
        }
        Ok(true)
    }

    /// Bytes that the value needs at least, as far as is known: more than a bound means that it lies or is too large.
    pub fn at_least(&self) -> u64 {
        self.wanted.max(self.at) as u64 + self.parts
    }
}

/// Writes the next value as JSON. Returns how much text had to be mended.
pub(crate) fn write_json(reader: &mut Reader<'_>, out: &mut String) -> Result<u64, Malformed> {
    let mut writer = Writer { out, mended: 0 };
    writer.value(reader, 1)?;
    Ok(writer.mended)
}

struct Writer<'o> {
    out: &'o mut String,
    mended: u64,
}

impl Writer<'_> {
    fn value(&mut self, reader: &mut Reader<'_>, depth: usize) -> Result<(), Malformed> {
        match reader.item()? {
            Item::Nil => self.out.push_str("null"),
            Item::Bool(truth) => self.out.push_str(if truth { "true" } else { "false" }),
            Item::Int(number) => self.show(number),
            Item::Unsigned(number) => self.show(number),
            Item::Float(number) if number.is_finite() => self.show(format_args!("{number:?}")),
            Item::Float(number) => self.show(format_args!("\"{number}\"")),
            Item::Text(text) | Item::Binary(text) => self.text(text),
            Item::Ext(kind, bytes) => self.ext(kind, bytes),
            Item::Array(count) => self.parts(reader, count, depth, |writer, reader| writer.value(reader, depth + 1), "[]")?,
            Item::Map(count) => {
                let entry = |writer: &mut Self, reader: &mut Reader<'_>| {
                    writer.key(reader)?;
                    writer.out.push(':');
                    writer.value(reader, depth + 1)
                };
                self.parts(reader, count, depth, entry, "{}")?;
            }
        }
        Ok(())
    }

    fn parts<'a>(
        &mut self,
        reader: &mut Reader<'a>,
        count: u32,
        depth: usize,
        mut part: impl FnMut(&mut Self, &mut Reader<'a>) -> Result<(), Malformed>,
        brackets: &str,
    ) -> Result<(), Malformed> {
        let (open, close) = brackets.split_at(1);
        self.out.push_str(open);
        for index in 0..count {
            if depth >= DEPTH_MAX {
                // Deeper than any record may be, so this one is rejected in any case.
                reader.skip()?;
                if open == "{" {
                    reader.skip()?;
                }
                continue;
            }
            if index > 0 {
                self.out.push(',');
            }
            part(self, reader)?;
        }
        self.out.push_str(close);
        Ok(())
    }

    /// Names are text in all that is sent; others are written so that they can be told.
    fn key(&mut self, reader: &mut Reader<'_>) -> Result<(), Malformed> {
        let start = *reader;
        match reader.item()? {
            Item::Text(text) | Item::Binary(text) => self.text(text),
            Item::Int(number) => self.show(format_args!("\"{number}\"")),
            Item::Unsigned(number) => self.show(format_args!("\"{number}\"")),
            Item::Bool(truth) => self.show(format_args!("\"{truth}\"")),
            Item::Float(number) => self.show(format_args!("\"{number:?}\"")),
            Item::Nil => self.out.push_str("\"nil\""),
            Item::Array(_) | Item::Map(_) | Item::Ext(..) => {
                *reader = start;
                reader.skip()?;
                self.out.push_str("\"?\"");
            }
        }
        Ok(())
    }

    fn show(&mut self, value: impl std::fmt::Display) {
        write!(self.out, "{value}").expect("BUG: a string takes all");
    }

    fn ext(&mut self, kind: i8, bytes: &[u8]) {
        self.show(format_args!("\"ext{kind}:"));
        for byte in bytes {
            self.show(format_args!("{byte:02x}"));
        }
        self.out.push('"');
    }

    fn text(&mut self, bytes: &[u8]) {
        self.mended += quote_bytes(self.out, bytes);
    }
}

#[cfg(test)]
mod tests;
