//! Addresses of machines: IPv4, IPv6, and those of network cards.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::ops::Range;

use crate::Kind;
use crate::detect::judge::is_one_of;
use crate::values::Hit;

/// Longest IPv6 address in text (RFC 4291, 2.2), with an IPv4 one at its end.
const IPV6_MAX: usize = 45;

/// Words before four numbers with dots that say they count versions.
const VERSION_WORDS: &[&str] = &[
    "version", "ver", "v", "release", "build", "firmware", "revision", "rev", "oid", "upgrade", "upgraded", "driver", "kernel",
    "patch", "snmp", "trap", "mib",
];

/// The IPv4 address, or that of a network card written without colons, in the word at `at`.
pub(crate) fn address(text: &[u8], at: usize, floor: usize, key: Option<&[u8]>) -> Option<Hit> {
    let counts = || key.is_some_and(|key| is_one_of(last_word(key), VERSION_WORDS));
    dashed_card(text, at).or_else(|| ipv4(text, at, floor).filter(|_| !counts()))
}

/// The last word of a key.
fn last_word(key: &[u8]) -> &[u8] {
    let start = key.iter().rposition(|byte| matches!(byte, b'_' | b'.' | b'-' | b' ')).map_or(0, |mark| mark + 1);
    let word = &key[start..];
    let capital = word.iter().rposition(u8::is_ascii_uppercase).filter(|_| word.iter().any(u8::is_ascii_lowercase));
    &word[capital.unwrap_or(0)..]
}

fn ipv4(text: &[u8], at: usize, floor: usize) -> Option<Hit> {
    if !text[at].is_ascii_digit() || is_bound(text, at) {
        return None;
    }
    let len = text[at..].iter().take(16).take_while(|byte| byte.is_ascii_digit() || **byte == b'.').count();
    let run = &text[at..at + len];
    let run = run.strip_suffix(b".").unwrap_or(run);
    if run.iter().filter(|byte| **byte == b'.').count() != 3
        || text.get(at + run.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    {
        return None;
    }
    if text.get(at + run.len()) == Some(&b'-') && text.get(at + run.len() + 1).is_some_and(u8::is_ascii_alphanumeric) {
        return None;
    }
    let address: Ipv4Addr = std::str::from_utf8(run).ok()?.parse().ok()?;
    let private_to_machine =
        address.is_loopback() || address.is_unspecified() || address.is_broadcast() || address.is_multicast();
    if private_to_machine || is_mask(address) || counts_versions(text, at, floor) {
        return None;
    }
    Some(Hit { start: at, end: at + run.len(), kind: Kind::Ip, rule: "ipv4" })
}

/// A quick look, for when addresses are to stay: behind four numbers of at most three digits with dots between.
pub(crate) fn behind_ipv4(text: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    for part in 0..4 {
        if part > 0 {
            end += usize::from(text.get(end) == Some(&b'.'));
        }
        let digits = text[end..].iter().take(4).take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=3).contains(&digits) || part > 0 && text[end - 1] != b'.' {
            return None;
        }
        end += digits;
    }
    (!matches!(text[end..], [b'.' | b'-', next, ..] if next.is_ascii_digit())).then_some(end)
}

/// The password in `user:password@tcp(host:port)/`, as Go's drivers name their sources, outward from its `@`.
pub(crate) fn password_of_source(text: &[u8], at: usize, floor: usize) -> Option<Range<usize>> {
    if !(text[at + 1..].starts_with(b"tcp(") || text[at + 1..].starts_with(b"unix(")) {
        return None;
    }
    let from = floor.max(at.saturating_sub(160));
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b'=' | b'`');
    let start = from + text[from..at].iter().rposition(ends).map_or(0, |last| last + 1);
    let colon = start + memchr::memchr(b':', &text[start..at])?;
    (colon + 1 < at).then_some(colon + 1..at)
}

/// Part of a longer number, version or name.
fn is_bound(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [.., before] if before.is_ascii_alphanumeric() || before == b'_' => true,
        [.., before, b'.' | b'-'] => before.is_ascii_alphanumeric(),
        [.., b'.'] => true,
        _ => false,
    }
}

/// A netmask: ones, then zeros.
fn is_mask(address: Ipv4Addr) -> bool {
    let bits = address.to_bits();
    bits.leading_ones() >= 8 && bits.leading_ones() + bits.trailing_zeros() == 32
}

/// Whether the word before says so, or the number is that of a product: `nginx/1.25.3.1`.
fn counts_versions(text: &[u8], at: usize, floor: usize) -> bool {
    let before = &text[floor.max(at.saturating_sub(40)).min(at)..at];
    if let [rest @ .., b'/'] = before {
        let letters = rest.iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
        return letters >= 3 && !rest[..rest.len() - letters].ends_with(b".") && text.get(at).is_some_and(|byte| *byte != b'1');
    }
    let end = before.iter().rposition(u8::is_ascii_alphanumeric).map_or(0, |last| last + 1);
    let start = before[..end].iter().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |mark| mark + 1);
    // Only words right before it: `version: 1.2.3.4`, `version=`, `version to`.
    let word = &before[start..end];
    let earlier = before[..start].trim_ascii_end();
    let from = earlier.iter().rposition(|byte| !byte.is_ascii_alphabetic()).map_or(0, |mark| mark + 1);
    is_one_of(word, VERSION_WORDS)
        || is_one_of(word, &["to", "from", "is", "was", "trap"]) && is_one_of(&earlier[from..], VERSION_WORDS)
}

/// The address whose first colon stands at `colon`.
pub(crate) fn colon_address(text: &[u8], colon: usize, floor: usize) -> Option<Hit> {
    let before = text[floor.max(colon.saturating_sub(4)).min(colon)..colon]
        .iter()
        .rev()
        .take_while(|byte| byte.is_ascii_hexdigit())
        .count();
    let start = colon - before;
    if before == 2 && follows_card(text, start) && pairs(&text[start..], b':', 9) == 8 {
        return Some(Hit { start, end: start + 17, kind: Kind::Mac, rule: "mac-pair" });
    }
    if text[..start].last().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_' | b'.' | b'-')) {
        return None;
    }
    if before == 2 { card(text, start).or_else(|| ipv6(text, start)) } else { ipv6(text, start) }
}

/// Whether six pairs and a colon stand before: the first of two addresses.
fn follows_card(text: &[u8], start: usize) -> bool {
    let whole = start >= 18 && !text[..start - 18].last().is_some_and(|byte| byte.is_ascii_hexdigit() || *byte == b':');
    whole && text[start - 1] == b':' && pairs(&text[start - 18..start - 1], b':', 7) == 6
}

fn ipv6(text: &[u8], start: usize) -> Option<Hit> {
    let len = text[start..]
        .iter()
        .take(IPV6_MAX + 2)
        .take_while(|byte| byte.is_ascii_hexdigit() || matches!(**byte, b':' | b'.'))
        .count();
    let mut run = &text[start..start + len];
    while let [rest @ .., b'.'] = run {
        run = rest;
    }
    if text.get(start + run.len()).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_') {
        return None;
    }
    let mut parsed: Option<Ipv6Addr> = std::str::from_utf8(run).ok()?.parse().ok();
    if parsed.is_none() && run.ends_with(b":") {
        run = &run[..run.len() - 1];
        parsed = std::str::from_utf8(run).ok()?.parse().ok();
    }
    let address = parsed?;
    let named = run.iter().filter(|byte| byte.is_ascii_digit()).count() >= 1 && run.len() >= 6;
    if !named || address.is_loopback() || address.is_unspecified() || address.is_multicast() {
        return None;
    }
    Some(Hit { start, end: start + run.len(), kind: Kind::Ip, rule: "ipv6" })
}

/// Six pairs of hexadecimal digits with colons; a firewall writes two such addresses and a type in one.
fn card(text: &[u8], start: usize) -> Option<Hit> {
    let pairs = pairs(&text[start..], b':', 15);
    let end = start + 17;
    let ends = text.get(start + pairs * 3 - 1).is_none_or(|byte| !byte.is_ascii_alphanumeric() && *byte != b':');
    (ends && matches!(pairs, 6 | 14)).then_some(())?;
    if pairs == 14 {
        // The first; the second begins behind the colon.
        return Some(Hit { start, end, kind: Kind::Mac, rule: "mac-pair" });
    }
    let zero = text[start..end].iter().all(|byte| matches!(byte, b'0' | b':'))
        || text[start..end].iter().all(|byte| matches!(byte, b'f' | b'F' | b':'));
    (!zero).then_some(Hit { start, end, kind: Kind::Mac, rule: "mac" })
}

/// `00-1A-2B-3C-4D-5E`, and Cisco's `001a.2b3c.4d5e`.
fn dashed_card(text: &[u8], at: usize) -> Option<Hit> {
    let bound = text[..at].last().is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'));
    if bound || !text[at].is_ascii_hexdigit() {
        return None;
    }
    let dotted = |at: usize| text.get(at..at + 4).is_some_and(|group| group.iter().all(u8::is_ascii_hexdigit));
    let cisco =
        dotted(at) && text.get(at + 4) == Some(&b'.') && dotted(at + 5) && text.get(at + 9) == Some(&b'.') && dotted(at + 10);
    let (end, is_card) = if cisco {
        (at + 14, text[at..at + 14].iter().any(u8::is_ascii_alphabetic))
    } else {
        (at + 17, pairs(&text[at..], b'-', 7) == 6)
    };
    let ends = text.get(end).is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'.'));
    (is_card && ends).then_some(Hit { start: at, end, kind: Kind::Mac, rule: "mac" })
}

/// How many pairs of hexadecimal digits stand at the front, with `mark` between, at most `max`.
fn pairs(text: &[u8], mark: u8, max: usize) -> usize {
    let mut count = 0;
    while count < max {
        match text.get(count * 3..) {
            Some([a, b, rest @ ..]) if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
                count += 1;
                if rest.first() != Some(&mark) {
                    break;
                }
            }
            _ => break,
        }
    }
    count
}
