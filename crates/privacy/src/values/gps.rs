//! Coordinates in degrees: by key or word, as a pair, with a hemisphere, in a `geo:` URI (RFC 5870) or a WKT point.

use std::ops::Range;

use super::context::Context;
use super::keys::KeyClass;
use super::run::{is_wordy, may_end};
use super::{Hit, Kind};

/// A quick look: whether degrees go on so behind their first digits, with a dot or a sign for degrees.
pub(super) fn may_go_on(next: Option<&u8>) -> bool {
    matches!(next, Some(b'.' | 0xc2))
}

/// The coordinates that begin at the digit at `at`.
pub(super) fn find(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    let first = Degrees::read(text, at)?;
    let start = with_sign(text, at);
    if let Some(end) = first.hemisphere_end(text) {
        let end = pair_of_hemispheres(text, end).unwrap_or(end);
        return Some(Hit::new(start..end, Kind::Gps, "gps.hemisphere"));
    }
    if first.decimals < 2 {
        return None;
    }
    let pair = second(text, first.span.end).filter(|second| first.is_pair_with(second));
    let is_geo = has_geo_prefix(&text[..start]);
    let context = if is_geo { Context { class: Some(KeyClass::Location), ..Context::default() } } else { context() };
    let (end, rule) = match (context.class, pair) {
        (Some(KeyClass::Location | KeyClass::Latitude | KeyClass::Longitude), Some(pair)) => (pair.span.end, "gps.pair"),
        (Some(KeyClass::Latitude | KeyClass::Longitude), None) if first.degrees <= 180.0 => (first.span.end, "gps.named"),
        // An item of a list: GeoJSON has the longitude first.
        (Some(KeyClass::Location), None) if context.is_key && first.decimals >= 4 => (first.span.end, "gps.item"),
        // Six places on both sides and a comma right between: metres apart, as no measured time is written.
        (None | Some(KeyClass::Address), Some(pair)) if !context.is_other && first.decimals.min(pair.decimals) >= 5 => {
            (pair.span.end, "gps.bare_pair")
        }
        _ => return None,
    };
    (!has_unit(text, end) && may_end(text, end)).then(|| Hit::new(start..end, Kind::Gps, rule))
}

/// A number of degrees as it is written.
struct Degrees {
    span: Range<usize>,
    degrees: f64,
    decimals: usize,
}

impl Degrees {
    /// One to three digits, a dot, and digits.
    fn read(text: &[u8], at: usize) -> Option<Degrees> {
        let whole = count_digits(text, at);
        if !(1..=3).contains(&whole) {
            return None;
        }
        let dot = at + whole;
        let decimals = if text.get(dot) == Some(&b'.') { count_digits(text, dot + 1) } else { 0 };
        let end = if decimals > 0 { dot + 1 + decimals } else { dot };
        // A second dot makes it an address or a version.
        let goes_on = text.get(end) == Some(&b'.') && text.get(end + 1).is_some_and(u8::is_ascii_digit);
        if goes_on || decimals > 16 {
            return None;
        }
        if decimals == 0 && !text[end..].starts_with("°".as_bytes()) {
            return None;
        }
        let degrees = std::str::from_utf8(&text[at..end]).ok()?.parse().ok()?;
        (degrees <= 180.0).then_some(Degrees { span: at..end, degrees, decimals })
    }

    /// One of both at most a latitude away from the equator; both with places behind the dot.
    fn is_pair_with(&self, other: &Degrees) -> bool {
        self.degrees.min(other.degrees) <= 90.0 && self.decimals.min(other.decimals) >= 2
    }

    /// Where degrees end that a degree sign, minutes, seconds or a hemisphere follow: `48.85° N`, `48°51'24"N`.
    fn hemisphere_end(&self, text: &[u8]) -> Option<usize> {
        let mut at = self.span.end;
        let is_signed = text[at..].starts_with("°".as_bytes());
        if !is_signed {
            return None;
        }
        at += "°".len();
        for _ in 0..2 {
            let digits = at + usize::from(text.get(at) == Some(&b' '));
            let mut end = digits + count_digits(text, digits);
            if text.get(end) == Some(&b'.') {
                end += 1 + count_digits(text, end + 1);
            }
            let mark = [&b"'"[..], b"\"", "′".as_bytes(), "″".as_bytes(), "’".as_bytes()]
                .into_iter()
                .find(|mark| text[end.min(text.len())..].starts_with(mark));
            let Some(mark) = mark.filter(|_| end > digits) else { break };
            at = end + mark.len();
        }
        at += usize::from(text.get(at) == Some(&b' '));
        let is_hemisphere =
            matches!(text.get(at), Some(b'N' | b'S' | b'E' | b'W' | b'O')) && !text.get(at + 1).copied().is_some_and(is_wordy);
        is_hemisphere.then_some(at + 1)
    }
}

/// The end of the second of two coordinates with hemispheres.
fn pair_of_hemispheres(text: &[u8], end: usize) -> Option<usize> {
    let gap = text[end..].iter().take_while(|byte| matches!(byte, b',' | b' ' | b';')).count();
    Degrees::read(text, end + gap).filter(|_| gap <= 2)?.hemisphere_end(text)
}

/// The number behind a comma, a blank, both, or a semicolon.
fn second(text: &[u8], end: usize) -> Option<Degrees> {
    let gap = match text[end..] {
        [b',' | b';' | b'/', b' ', ..] => 2,
        [b',' | b' ' | b';' | b'/', ..] => 1,
        _ => return None,
    };
    let at = end + gap + usize::from(matches!(text.get(end + gap), Some(b'-' | b'+')));
    Degrees::read(text, at)
}

/// Where a sign before the number is.
fn with_sign(text: &[u8], at: usize) -> usize {
    match text[..at] {
        [.., b'-' | b'+'] => at - 1,
        _ => at,
    }
}

/// Whether what is before speaks of geography and nothing else.
fn has_geo_prefix(before: &[u8]) -> bool {
    let before = before.strip_suffix(b" ").unwrap_or(before);
    let ends = |suffix: &[u8]| before.len() >= suffix.len() && before[before.len() - suffix.len()..].eq_ignore_ascii_case(suffix);
    [&b"geo:"[..], b"POINT(", b"POINT (", b"/@", b"?ll=", b"&ll=", b"latlng=", b"LatLng("].into_iter().any(ends)
}

/// A unit behind: then it is a time, a share or a size.
fn has_unit(text: &[u8], end: usize) -> bool {
    let rest = text[end..].strip_prefix(b" ").unwrap_or(&text[end..]);
    let word = rest.iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let units: [&[u8]; 14] =
        [b"ms", b"s", b"us", b"ns", b"sec", b"secs", b"seconds", b"kb", b"mb", b"gb", b"percent", b"msec", b"MB", b"rps"];
    rest.first() == Some(&b'%') || units.contains(&&rest[..word])
}

fn count_digits(text: &[u8], at: usize) -> usize {
    text.get(at..).map_or(0, |rest| rest.iter().take(20).take_while(|byte| byte.is_ascii_digit()).count())
}
