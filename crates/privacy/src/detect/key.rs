//! Names of values, as they stand before `=` and `:` and in tags.

use crate::detect::glance::{CLASS, class};
use crate::detect::value::{Quote, quote_before};

/// Longest tag of XML that is read.
pub(crate) const TAG_MAX: usize = 256;

/// Spaces that may stand between a name and its `=` or `:`; more are found only in tables, where no names stand.
pub(crate) const SPACES_MAX: usize = 4;

/// How far back from `=` or `:` a name is looked for: twice the longest in the standard list, for names with a prefix.
pub(crate) const KEY_LOOK_BACK_MAX: usize = 64;

/// A name in front of `=` or `:`.
pub(crate) struct Key<'a> {
    /// With the words in front of it, as `my api key`.
    pub(crate) name: &'a [u8],
    pub(crate) start: usize,
    pub(crate) quote: Option<Quote>,
}

/// The name in front of a separator, if one may stand there: `name`, `"name"`, `\\"name\\"`, `user[name]`, `(name)`,
/// `my name`.
pub(crate) fn key_before(text: &[u8], separator: usize, floor: usize) -> Option<Key<'_>> {
    let mut end = separator;
    while end > floor && separator - end < SPACES_MAX && matches!(text[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    match text[floor..end] {
        [.., b']' | b')'] => end -= 1,
        [.., b'%', b'5', b'd' | b'D'] => end -= 3,
        _ => {}
    }
    let quote = quote_before(&text[floor..], end - floor);
    end -= quote.map_or(0, Quote::len);
    let floor = floor.max(end.saturating_sub(KEY_LOOK_BACK_MAX));
    let start = end - text[floor..end].iter().rev().take_while(|byte| is_key_byte(**byte)).count();
    let name = text[start..end].trim_ascii();
    (!name.is_empty()).then_some(Key { name, start, quote })
}

/// Single spaces belong to it, so that `api key: x` is seen.
pub(crate) fn is_key_byte(byte: u8) -> bool {
    CLASS[usize::from(byte)] & class::WORDY != 0 || matches!(byte, b'_' | b'-' | b'.' | b' ')
}

/// In `<property name="password" value="x"/>` the name of the attribute `value` that follows.
pub(crate) fn attribute_before(text: &[u8]) -> Option<&[u8]> {
    let tag = &text[text.len().saturating_sub(TAG_MAX)..];
    let tag = &tag[memchr::memrchr2(b'<', b'>', tag)? + 1..];
    let quoted = tag.trim_ascii_end().strip_suffix(b"\"")?;
    let name = &quoted[memchr::memrchr(b'"', quoted)? + 1..];
    let before = &quoted[..quoted.len() - name.len() - 1];
    (before.ends_with(b"name=") || before.ends_with(b"key=")).then_some(name)
}

/// The name of an element: that of its attribute `key` or `name` when it has one, as in `<entry key="password">`.
pub(crate) fn element_name(tag: &[u8]) -> Option<&[u8]> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b':');
    let len = tag.iter().take_while(|byte| is_name(byte)).count();
    let goes_on = tag.get(len).is_none_or(u8::is_ascii_whitespace);
    if len == 0 || !goes_on || !tag[0].is_ascii_alphabetic() || tag.last() == Some(&b'/') {
        return None;
    }
    let by_attribute = [b" key=\"".as_slice(), b" name=\""].into_iter().find_map(|attribute| {
        let start = memchr::memmem::find(&tag[len..], attribute)? + len + attribute.len();
        let end = memchr::memchr(b'"', &tag[start..])?;
        Some(&tag[start..start + end])
    });
    let name = &tag[..len];
    by_attribute.or_else(|| name.rsplit(|byte| *byte == b':').next())
}
