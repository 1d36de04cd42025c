//! The attributes that nearly all attributes are: a key, then a text or a whole number, nothing twice and nothing else.
//!
//! They are read at one glance. What looks different in any way is none of these and is read field by field.

/// An `AnyValue` of one of the two usual kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Plain<'a> {
    /// Text, its bytes not yet checked.
    Text(&'a [u8]),
    /// A whole number.
    Int(i64),
}

/// Tags: the number of the field and the form of its value. The forms are lengths, but for the number's.
const KEY: u8 = 1 << 3 | 2;
const VALUE: u8 = 2 << 3 | 2;
const STRING_VALUE: u8 = 1 << 3 | 2;
const INT_VALUE: u8 = 3 << 3;

/// Reads a `KeyValue`.
#[inline]
pub(super) fn pair(bytes: &[u8]) -> Option<(&[u8], Plain<'_>)> {
    let (key, rest) = delimited(bytes, KEY)?;
    let (value, rest) = delimited(rest, VALUE)?;
    if rest.is_empty() { Some((key, Plain::read(value)?)) } else { None }
}

impl<'a> Plain<'a> {
    /// Reads an `AnyValue`.
    #[inline]
    pub(super) fn read(bytes: &'a [u8]) -> Option<Plain<'a>> {
        if let Some((text, rest)) = delimited(bytes, STRING_VALUE) {
            return rest.is_empty().then_some(Plain::Text(text));
        }
        let (&INT_VALUE, rest) = bytes.split_first()? else { return None };
        let (number, rest) = short_varint(rest)?;
        rest.is_empty().then_some(Plain::Int(i64::from(number)))
    }
}

/// What stands behind a tag and a length, and what follows.
#[inline]
fn delimited(bytes: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let (&found, rest) = bytes.split_first()?;
    if found != tag {
        return None;
    }
    let (len, rest) = short_varint(rest)?;
    rest.split_at_checked(len as usize)
}

/// A varint of one byte or two, which hold 14 bits. Longer ones are read field by field.
#[inline]
fn short_varint(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes {
        [byte @ ..0x80, rest @ ..] => Some((u32::from(*byte), rest)),
        [low, high @ ..0x80, rest @ ..] => Some((u32::from(low & 0x7f) | u32::from(*high) << 7, rest)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_pairs_are_read_and_others_are_not() {
        assert_eq!(pair(b"\x0a\x01k\x12\x03\x0a\x01v"), Some((&b"k"[..], Plain::Text(b"v"))));
        assert_eq!(pair(b"\x0a\x00\x12\x02\x18\x05"), Some((&b""[..], Plain::Int(5))));
        assert_eq!(pair(b"\x0a\x01k\x12\x03\x18\xc8\x01"), Some((&b"k"[..], Plain::Int(200))));
        let long = [&b"\x0a\x01k\x12\xca\x01\x0a\xc7\x01"[..], &[b'v'; 199]].concat();
        assert_eq!(pair(&long), Some((&b"k"[..], Plain::Text(&[b'v'; 199]))));
        let others: [&[u8]; 10] = [
            b"",
            b"\x0a\x01k",
            b"\x12\x03\x0a\x01v\x0a\x01k",
            b"\x0a\x01k\x12\x00",
            b"\x0a\x01k\x12\x03\x0a\x02v",
            b"\x0a\x01k\x12\x04\x0a\x01vx",
            b"\x0a\x01k\x12\x03\x0a\x01v\x0a\x00",
            b"\x0a\x01k\x12\x02\x10\x01",
            b"\x0a\x01k\x12\x06\x18\xff\xff\xff\xff\x0f",
            b"\x0a\x7fk\x12\x03\x0a\x01v",
        ];
        for bytes in others {
            assert_eq!(pair(bytes), None, "{bytes:?}");
        }
    }
}
