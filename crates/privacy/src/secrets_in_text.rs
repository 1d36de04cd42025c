use memchr::memmem;

use crate::key_name::last_segment;
use crate::secret_names::{Names, Secret};
use crate::secret_value::{Quote, quote_before, value_after};
use crate::{MASK, SecretClass};

/// How far back from `=` or `:` a name is looked for: twice the longest in the standard list, for names with a prefix.
const KEY_LOOK_BACK_MAX: usize = 64;

/// Spaces that may stand between a name and its `=` or `:`; more are found only in tables, where no names stand.
const SPACES_MAX: usize = 4;

/// What a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextKind {
    /// Anything; treated as [`TextKind::Json`] when it begins as JSON does.
    Plain,
    /// JSON, and it must stay so: a `"` without a backslash ends whatever stands in a string.
    Json,
}

/// A text after masking, and the class of each value masked in it.
#[derive(Debug)]
pub(crate) struct Rewritten {
    pub(crate) text: String,
    pub(crate) masked: Vec<SecretClass>,
}

/// Masking would have cut a character in two. It says nothing about the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a value's border lies inside a character")]
pub(crate) struct MaskError;

/// The places in a batch's arena where a secret's value may begin (`=` or `:` behind what may be a secret's name),
/// ascending. One pass over all text at once; a text without such a place inside needs no closer look.
pub(crate) fn suspects(names: &Names, arena: &str) -> Vec<u32> {
    let bytes = arena.as_bytes();
    let mut found: Vec<u32> =
        memchr::memchr2_iter(b'=', b':', bytes).filter(|&at| is_suspect(names, bytes, at)).map(|at| at as u32).collect();
    // A JSON key may hide letters of its name as `\u0070`.
    let plain = found.len();
    found.extend(memmem::find_iter(bytes, ESCAPE).map(|at| at as u32));
    if plain > 0 && plain < found.len() {
        found.sort_unstable();
    }
    found
}

const ESCAPE: &[u8] = b"\\u00";

fn is_suspect(names: &Names, bytes: &[u8], separator: usize) -> bool {
    let before = &bytes[separator.saturating_sub(KEY_LOOK_BACK_MAX)..separator];
    match before {
        // The end of an encoded `]` says nothing about the name before it.
        [.., b'5', b'd' | b'D'] => key_before(before, before.len()).is_some_and(|key| names.may_be_secret(key.name)),
        // Nearly always the name stands right here.
        [.., a, b] if a.is_ascii_alphanumeric() && b.is_ascii_alphanumeric() => {
            names.may_end(before) && names.may_be_secret(before)
        }
        _ => key_before(before, before.len()).is_some_and(|key| names.may_be_secret(key.name)),
    }
}

/// Finds and masks the secrets in one text.
pub(crate) struct Secrets<'a> {
    names: &'a Names,
    kind: TextKind,
}

/// A name in a text, in front of `=` or `:`.
struct Key<'a> {
    /// With the words in front of it, as `my api key`.
    name: &'a [u8],
    quote: Option<Quote>,
}

impl<'a> Secrets<'a> {
    pub(crate) fn new(names: &'a Names, kind: TextKind) -> Secrets<'a> {
        Secrets { names, kind }
    }

    /// The text with each secret's value replaced by [`MASK`]; `None` when there is none. What is masked already stays.
    pub(crate) fn mask(&self, text: &str) -> Result<Option<Rewritten>, MaskError> {
        let bytes = text.as_bytes();
        let json = self.kind == TextKind::Json || matches!(text.trim_start().as_bytes().first(), Some(b'{' | b'['));
        let (mut out, mut masked, mut copied) = (Vec::new(), Vec::new(), 0);
        let mut from = 0;
        while let Some(separator) = memchr::memchr2(b'=', b':', &bytes[from..]).map(|at| from + at) {
            from = separator + 1;
            let Some((secret, quote)) = self.secret_before(bytes, separator) else { continue };
            let Some(value) = value_after(bytes, separator, secret.class, quote, json) else { continue };
            from = value.end;
            if &bytes[value.start..value.end] == MASK.as_bytes() && value.quote.is_none() {
                continue;
            }
            out.extend_from_slice(&bytes[copied..value.start]);
            value.write_mask(&mut out);
            copied = value.end;
            masked.push(secret.class);
        }
        if masked.is_empty() {
            return Ok(None);
        }
        out.extend_from_slice(&bytes[copied..]);
        let text = String::from_utf8(out).map_err(|_| MaskError)?;
        Ok(Some(Rewritten { text, masked }))
    }

    /// The secret's name in front of a separator, and the quotes around it.
    fn secret_before(&self, bytes: &[u8], separator: usize) -> Option<(Secret, Option<Quote>)> {
        let key = key_before(bytes, separator)?;
        let decoded = key.quote.and_then(|quote| decoded_key(bytes, separator, quote));
        let name = decoded.as_deref().unwrap_or(key.name);
        let last_word = name.rsplit(|&byte| byte == b' ').next().unwrap_or(name);
        // All words first: `unexpected token` is none, though `token` is.
        let found = match self.names.classify(last_segment(name).1) {
            None if self.names.is_never(name) => None,
            found => found.or_else(|| self.names.classify(last_segment(last_word).1)),
        }?;
        (found.in_text || key.quote.is_some()).then_some((found, key.quote))
    }
}

/// The name in front of a separator, if one may stand there: `name`, `"name"`, `\\"name\\"`, `user[name]`, `my name`.
fn key_before(bytes: &[u8], separator: usize) -> Option<Key<'_>> {
    let mut end = separator;
    while end > 0 && separator - end < SPACES_MAX && matches!(bytes[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    if bytes[..end].last() == Some(&b']') {
        end -= 1;
    } else if bytes[..end].len() >= 3 && bytes[end - 3..end].eq_ignore_ascii_case(b"%5d") {
        end -= 3;
    }
    let quote = quote_before(bytes, end);
    end -= quote.map_or(0, Quote::len);
    let floor = end.saturating_sub(KEY_LOOK_BACK_MAX);
    let mut start = end;
    while start > floor && is_key_byte(bytes[start - 1]) {
        start -= 1;
    }
    let name = bytes[start..end].trim_ascii();
    (!name.is_empty()).then_some(Key { name, quote })
}

/// Single spaces belong to it, so that `api key: x` is seen.
fn is_key_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ') || !byte.is_ascii()
}

/// The key between quotes with its `\uXXXX` read, when it has any.
fn decoded_key(bytes: &[u8], separator: usize, quote: Quote) -> Option<Vec<u8>> {
    let end = bytes[..separator].iter().rposition(|&byte| byte == quote.byte)?.checked_sub(quote.len() - 1)?;
    // Six bytes for each of the name's.
    let floor = end.saturating_sub(KEY_LOOK_BACK_MAX * 6);
    let start = bytes[floor..end].iter().rposition(|&byte| byte == quote.byte).map_or(floor, |at| floor + at + 1);
    let key = &bytes[start..end];
    memmem::find(key, ESCAPE)?;
    let mut decoded = Vec::with_capacity(key.len());
    let mut at = 0;
    while at < key.len() {
        let hex = key[at..].strip_prefix(ESCAPE).and_then(|rest| std::str::from_utf8(rest.get(..2)?).ok());
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                decoded.push(byte);
                at += ESCAPE.len() + 2;
            }
            None => {
                decoded.push(key[at]);
                at += 1;
            }
        }
    }
    Some(decoded)
}

#[cfg(test)]
mod tests;
