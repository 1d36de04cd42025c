//! What stands around a value and is no part of it: a tag behind, the call or brackets of the program that wrote it.

use crate::detect::judge::{is_masked, is_placeholder};
use crate::detect::value::Found;

/// Without the tag that follows a value in XML or HTML.
pub(crate) fn trimmed(text: &[u8], found: Found) -> Found {
    let quoted = found.start > 0 && is_quote(text[found.start - 1]);
    let value = &text[found.start..found.end];
    // The next pair of a query within XML: `&amp;x=1`.
    if !quoted && value.ends_with(b"&amp") && text.get(found.end) == Some(&b';') {
        return Found { end: found.end - b"&amp".len(), ..found };
    }
    let tag = value.windows(2).position(|two| two[0] == b'<' && (two[1] == b'/' || two[1].is_ascii_alphabetic()));
    match tag {
        Some(tag) if tag > 0 && !quoted => Found { end: found.start + tag, ..found },
        _ => found,
    }
}

/// Without what a program wrote around it: `Str(x)`, `Some("x")`, `[x]`, `<x>`.
pub(crate) fn unwrapped(text: &[u8], found: Found) -> Found {
    // The mark that closes may have been taken for one of the sentence.
    let closes = matches!(text.get(found.end), Some(b')' | b']' | b'>')) && !matches!(text[found.end - 1], b')' | b']' | b'>');
    let end = found.end + usize::from(closes);
    let value = &text[found.start..end];
    let word = value.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let inner = match (&value[word..], word) {
        ([b'(', inner @ .., b')'], _) | ([b'[', inner @ .., b']'] | [b'<', inner @ .., b'>'], 0) => inner,
        _ => return found,
    };
    let quote = usize::from(inner.len() > 2 && is_quote(inner[0]) && inner.last() == inner.first());
    let inner_word = !inner.is_empty() && inner.iter().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'(' | b'[' | b'<'));
    let start = found.start + word + 1 + quote;
    if found.quote.is_some() || !inner_word || is_masked(value) || is_placeholder(value) {
        return found;
    }
    Found { start, end: end - 1 - quote, ..found }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}
