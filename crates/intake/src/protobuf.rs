//! The wire form of protocol buffers, read in place: nothing is copied, nothing is believed about lengths.

use crate::Unreadable;

/// A field's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Wire<'a> {
    Varint(u64),
    Fixed64(u64),
    Bytes(&'a [u8]),
    Fixed32(u32),
}

impl<'a> Wire<'a> {
    /// Text, bytes, or a message within; a field of another type is one this reader does not know.
    pub(crate) fn bytes(self) -> &'a [u8] {
        if let Wire::Bytes(bytes) = self { bytes } else { &[] }
    }

    /// A whole number, however it was written.
    pub(crate) fn number(self) -> u64 {
        match self {
            Wire::Varint(number) | Wire::Fixed64(number) => number,
            Wire::Fixed32(number) => u64::from(number),
            Wire::Bytes(_) => 0,
        }
    }
}

/// Walks over the fields of a message.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Message<'a> {
    /// Address of the body's first byte, to tell places.
    base: usize,
    rest: &'a [u8],
}

/// Longest varint: 64 bits in groups of seven.
const VARINT_BYTES_MAX: usize = 10;

const EXPECTED: &str = "a field of a protocol buffers message";

impl<'a> Message<'a> {
    /// The outermost message.
    pub(crate) fn new(body: &'a [u8]) -> Message<'a> {
        Message { base: body.as_ptr() as usize, rest: body }
    }

    /// A message within.
    pub(crate) fn within(&self, bytes: &'a [u8]) -> Message<'a> {
        Message { base: self.base, rest: bytes }
    }

    /// Where in the body a piece of it stands.
    pub(crate) fn offset_of(&self, piece: &[u8]) -> usize {
        (piece.as_ptr() as usize).saturating_sub(self.base)
    }

    /// The next field's number and value; `None` at the end.
    #[inline(always)]
    pub(crate) fn next(&mut self) -> Result<Option<(u32, Wire<'a>)>, Unreadable> {
        // Nearly all fields have a number below 16 and a short length, and are told at a glance.
        if let [tag @ 0x08..0x80, len @ ..0x80, rest @ ..] = self.rest
            && tag & 7 == 2
            && let Some((bytes, rest)) = rest.split_at_checked(usize::from(*len))
        {
            self.rest = rest;
            return Ok(Some((u32::from(tag >> 3), Wire::Bytes(bytes))));
        }
        self.any_next()
    }

    #[inline(never)]
    fn any_next(&mut self) -> Result<Option<(u32, Wire<'a>)>, Unreadable> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        let tag = self.varint()?;
        let field = u32::try_from(tag >> 3).map_err(|_| self.broken())?;
        let value = match tag & 7 {
            0 => Wire::Varint(self.varint()?),
            1 => Wire::Fixed64(u64::from_le_bytes(self.array()?)),
            2 => {
                let len = usize::try_from(self.varint()?).map_err(|_| self.broken())?;
                Wire::Bytes(self.take(len)?)
            }
            5 => Wire::Fixed32(u32::from_le_bytes(self.array()?)),
            // Groups: nobody has written them for twenty years.
            _ => return Err(self.broken()),
        };
        if field == 0 { Err(self.broken()) } else { Ok(Some((field, value))) }
    }

    #[inline]
    fn varint(&mut self) -> Result<u64, Unreadable> {
        // Nearly all tags and lengths are one byte.
        if let [byte @ ..0x80, rest @ ..] = self.rest {
            self.rest = rest;
            return Ok(u64::from(*byte));
        }
        self.long_varint()
    }

    fn long_varint(&mut self) -> Result<u64, Unreadable> {
        let mut number = 0u64;
        for index in 0..VARINT_BYTES_MAX {
            let Some(&byte) = self.rest.get(index) else { return Err(self.broken()) };
            number |= u64::from(byte & 0x7f) << (7 * index);
            if byte < 0x80 {
                self.rest = &self.rest[index + 1..];
                return Ok(number);
            }
        }
        Err(self.broken())
    }

    fn take(&mut self, len: usize) -> Result<&'a [u8], Unreadable> {
        let (bytes, rest) = self.rest.split_at_checked(len).ok_or_else(|| self.broken())?;
        self.rest = rest;
        Ok(bytes)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Unreadable> {
        let (bytes, rest) = self.rest.split_first_chunk::<N>().ok_or_else(|| self.broken())?;
        self.rest = rest;
        Ok(*bytes)
    }

    #[cold]
    fn broken(&self) -> Unreadable {
        Unreadable::new(EXPECTED, self.offset_of(self.rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Result<Vec<(u32, Wire<'_>)>, usize> {
        let (mut message, mut fields) = (Message::new(bytes), Vec::new());
        while let Some(field) = message.next().map_err(|broken| broken.offset)? {
            fields.push(field);
        }
        Ok(fields)
    }

    #[test]
    fn fields_of_each_type() {
        let bytes = [&[0x08, 0x96, 0x01, 0x12, 2][..], b"hi", &[0x19, 1, 0, 0, 0, 0, 0, 0, 0, 0x25, 2, 0, 0, 0]].concat();
        let expected = [(1, Wire::Varint(150)), (2, Wire::Bytes(b"hi")), (3, Wire::Fixed64(1)), (4, Wire::Fixed32(2))];
        assert_eq!(read(&bytes), Ok(expected.to_vec()));
        assert_eq!(
            read(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
            Ok(vec![(1, Wire::Varint(u64::MAX))])
        );
    }

    #[test]
    fn lies_and_ends_are_told_with_their_place() {
        let check = |bytes: &[u8], at| assert_eq!(read(bytes), Err(at), "{bytes:?}");
        check(&[0x08], 1);
        check(&[0x08, 0x80], 1);
        check(&[0x08, 1, 0x12, 5, b'a'], 4);
        check(&[0x12, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 11);
        check(&[0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], 1);
        check(&[0x0b], 1);
        check(&[0x00, 0x00], 2);
        check(&[0x19, 1, 2], 1);
        check(b"\x1f\x8b\x08\x00", 1);
    }
}
