use std::borrow::Cow;

/// Bytes that are looked at to tell UTF-16 without a mark at its begin.
const LOOKED_AT: usize = 1024;

/// A body in UTF-16 as UTF-8, all others as they are: what Windows writes would otherwise be text with a NUL behind each
/// letter, in which nobody finds anything, the privacy gateway included. It is told by its byte order mark; without one by
/// its NULs, which other text hardly has: in at least a quarter of the pairs on one side, and hardly any on the other.
pub(crate) fn as_utf8(bytes: &[u8]) -> Cow<'_, [u8]> {
    match bytes {
        [0xff, 0xfe, rest @ ..] => decode(rest, u16::from_le_bytes),
        [0xfe, 0xff, rest @ ..] => decode(rest, u16::from_be_bytes),
        _ => match nuls(&bytes[..bytes.len().min(LOOKED_AT)]) {
            (first, second, pairs) if second > first * 8 && second * 4 >= pairs => decode(bytes, u16::from_le_bytes),
            (first, second, pairs) if first > second * 8 && first * 4 >= pairs => decode(bytes, u16::from_be_bytes),
            _ => Cow::Borrowed(bytes),
        },
    }
}

/// NULs in first and second places, and the number of pairs.
fn nuls(bytes: &[u8]) -> (usize, usize, usize) {
    if memchr::memchr(0, bytes).is_none() {
        return (0, 0, 0);
    }
    let (pairs, _) = bytes.as_chunks::<2>();
    let count = |place: usize| pairs.iter().filter(|pair| pair[place] == 0).count();
    (count(0), count(1), pairs.len())
}

/// Half a pair of surrogates becomes bytes that are no UTF-8, so that it is mended and counted like any other fault. A
/// byte that is left over is what a cut at a line's end leaves.
fn decode(bytes: &[u8], unit: fn([u8; 2]) -> u16) -> Cow<'_, [u8]> {
    const FAULT: u8 = 0xff;
    let (pairs, rest) = bytes.as_chunks::<2>();
    let mut utf8 = Vec::with_capacity(bytes.len() / 2);
    for c in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        match c {
            Ok(c) => utf8.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => utf8.push(FAULT),
        }
    }
    match rest {
        [] | [0] => {}
        [b'\n'] => utf8.push(b'\n'),
        _ => utf8.push(FAULT),
    }
    Cow::Owned(utf8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn units(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn utf16_is_read_in_both_orders_with_and_without_a_mark() {
        for text in
            ["{\"m\":\"all is well\"}\n", "Gr\u{fc}\u{df}e \u{1f600} an ann@example.com", "\u{65e5}\u{672c}\u{8a9e} ok ok"]
        {
            for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
                assert_eq!(as_utf8(&units(text, bytes)), text.as_bytes(), "{text}");
                assert_eq!(as_utf8(&[units("\u{feff}", bytes), units(text, bytes)].concat()), text.as_bytes(), "{text}");
            }
        }
    }

    #[test]
    fn other_bodies_stay_as_they_are() {
        let bodies: [&[u8]; 6] =
            [b"", b"a", b"a line with \0 in it", b"{\"m\":\"\\u0000\"}", b"\0\0\0\0\0\0\0\0", b"\xef\xbb\xbf{}"];
        for body in bodies {
            assert!(matches!(as_utf8(body), Cow::Borrowed(same) if same == body), "{body:?}");
        }
    }

    #[test]
    fn halves_are_faults_and_ends_of_cut_lines_are_none() {
        assert_eq!(as_utf8(b"\xff\xfea\0\x00\xd8b\0"), &b"a\xffb"[..]);
        assert_eq!(as_utf8(b"a\0b\0\n"), &b"ab\n"[..]);
        assert_eq!(as_utf8(b"\0c\0d\0"), &b"cd"[..]);
        assert_eq!(as_utf8(b"a\0b\0x"), &b"ab\xff"[..]);
    }
}
