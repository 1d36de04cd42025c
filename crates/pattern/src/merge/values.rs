//! What is a value by its shape alone, whatever its letters: paths, URLs, addresses, quoted texts that are assigned.

use super::head::{is_hole, is_space};

/// Length of the path, the URL or the address that begins a text.
pub(super) fn len(text: &[u8]) -> Option<usize> {
    let len = text.iter().position(|&byte| is_end(byte)).unwrap_or(text.len());
    let (value, next) = (&text[..len], text.get(len + 1));
    if is_url(value) || is_drive(value) {
        return Some(trimmed(value, next));
    }
    endpoint(value).or_else(|| path(value).map(|path| trimmed(path, next))).or_else(|| colons(value))
}

fn is_end(byte: u8) -> bool {
    let mark = matches!(byte, b',' | b';' | b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' | b'<' | b'>');
    mark || is_space(byte)
}

fn is_url(text: &[u8]) -> bool {
    let scheme = text.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')).count();
    scheme > 0 && text[scheme..].starts_with(b"://")
}

fn is_drive(text: &[u8]) -> bool {
    text.first().is_some_and(u8::is_ascii_alphabetic) && text[1..].starts_with(b":\\")
}

/// An absolute path, with its query and a port, but without what is assigned to it.
fn path(text: &[u8]) -> Option<&[u8]> {
    if text.len() < 2 || text[0] != b'/' {
        return None;
    }
    let query = text.iter().position(|&byte| byte == b'?').unwrap_or(text.len());
    let ends = |at: usize| match text[at] {
        b'=' => at < query,
        b':' => !text.get(at + 1).is_some_and(|&byte| is_hole(byte)),
        _ => false,
    };
    Some(&text[..(0..text.len()).find(|&at| ends(at)).unwrap_or(text.len())])
}

/// Length of a path without the colon behind it, and without the full stop when a sentence ends there.
fn trimmed(path: &[u8], next: Option<&u8>) -> usize {
    let len = path.len() - path.iter().rev().take_while(|&&byte| byte == b':').count();
    let stop = path[..len].iter().rev().take_while(|&&byte| byte == b'.').count();
    let sentence_ends = next.is_none_or(|next| next.is_ascii_uppercase());
    if sentence_ends { len - stop } else { len }
}

/// Length of a host with its port: a name with at least two dots, and a number behind a colon.
fn endpoint(text: &[u8]) -> Option<usize> {
    let len = text.iter().position(|&byte| byte == b':')?;
    let name = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-') || is_hole(*byte);
    let dots = text[..len].iter().filter(|&&byte| byte == b'.').count();
    let fits = dots >= 2 && text[..len].iter().all(name) && text.get(len + 1).is_some_and(|&byte| is_hole(byte));
    fits.then_some(len + 2)
}

/// Length of a quoted text that is assigned: `tag="screen on"`.
pub(super) fn quoted(text: &[u8], before: Option<&u8>) -> Option<usize> {
    if text.first() != Some(&b'"') || before != Some(&b'=') {
        return None;
    }
    let close = text[1..].iter().position(|&byte| byte == b'"')?;
    (close > 0).then_some(close + 2)
}

/// Length of a hardware address or an IPv6 address: groups of hexadecimal digits between at least four colons.
fn colons(text: &[u8]) -> Option<usize> {
    let len = text.iter().position(|&byte| byte != b':' && !byte.is_ascii_hexdigit() && !is_hole(byte)).unwrap_or(text.len());
    let text = &text[..len];
    let groups = text.split(|&byte| byte == b':');
    let fits = groups.clone().all(|group| group.len() <= 4) && text.iter().any(|&byte| is_hole(byte));
    (fits && groups.count() > 4).then_some(len)
}
