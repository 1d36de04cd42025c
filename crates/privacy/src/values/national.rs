//! Numbers that states give to persons: the shape each is written in, and its check digits.
//!
//! A shape that is written only so, with check digits, stands alone; a plain row of digits needs a key or a word that
//! speaks of such numbers, for one in ten to one in a hundred passes by chance.

mod africa_and_asia;
mod americas;
mod central_europe;
mod north_europe;
mod picture;
mod south_europe;
mod west_europe;

use std::ops::Range;
use std::sync::LazyLock;

use super::context::Context;
use super::keys::KeyClass;
use super::run::{is_in_row, may_end};
use super::{Hit, Kind};
use picture::Picture;

/// A number's rule, the pictures in which it stands alone, those which need a word, and whether letters and digits
/// (digits as 0 to 9, letters as capitals) are a number.
struct Scheme {
    rule: &'static str,
    alone: &'static [&'static str],
    cued: &'static [&'static str],
    check: fn(&[u8]) -> bool,
}

/// Most letters or digits at the front of a picture.
const LEAD_MAX: usize = 20;

/// Pictures by what they begin with, so that few are tried.
struct Index {
    letters: [Place; LEAD_MAX],
    digits: [Place; LEAD_MAX],
}

#[derive(Default)]
struct Place {
    /// Bytes that some picture goes on with; most of what begins as long is told by the next byte.
    next: u128,
    entries: Vec<Entry>,
}

struct Entry {
    picture: Picture,
    /// How many digits stand behind the letters in front, and whether no more may: then few pictures are compared.
    digits: usize,
    is_all: bool,
    is_alone: bool,
    scheme: &'static Scheme,
}

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index = Index { letters: Default::default(), digits: Default::default() };
    let countries = [
        west_europe::SCHEMES,
        south_europe::SCHEMES,
        central_europe::SCHEMES,
        north_europe::SCHEMES,
        americas::SCHEMES,
        africa_and_asia::SCHEMES,
    ];
    for scheme in countries.into_iter().flatten() {
        let pictures = scheme.alone.iter().map(|text| (text, true)).chain(scheme.cued.iter().map(|text| (text, false)));
        for (text, is_alone) in pictures {
            let picture = Picture(text.as_bytes());
            let (letters, digits) = picture.lead();
            let place = if letters > 0 { &mut index.letters[letters] } else { &mut index.digits[digits] };
            place.next |= picture.bytes_at(letters.max(digits));
            let (digits, is_all) = picture.digits_from(letters);
            place.entries.push(Entry { picture, digits, is_all, is_alone, scheme });
        }
    }
    index
});

/// The number that begins at `at`.
pub(super) fn find(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    let rest = &text[at..];
    let letters = rest.iter().take(LEAD_MAX).take_while(|byte| byte.is_ascii_alphabetic()).count();
    let digits = rest.iter().take(LEAD_MAX).take_while(|byte| byte.is_ascii_digit()).count();
    let place = if letters > 0 { INDEX.letters.get(letters) } else { INDEX.digits.get(digits) }?;
    // Most of what begins so has another shape, so the context is asked for last.
    let next = rest.get(letters.max(digits)).map_or(u128::MAX, |&next| 1u128.checked_shl(u32::from(next)).unwrap_or(0));
    if place.next & next == 0 {
        return None;
    }
    let digits = rest[letters..].iter().take(LEAD_MAX).take_while(|byte| byte.is_ascii_digit()).count();
    let fits = |entry: &&Entry| entry.digits == digits || entry.digits < digits && !entry.is_all;
    // What needs a word is nothing without it, whatever its digits.
    let is_asked = |entry: &&Entry| entry.is_alone || matches!(context().class, Some(KeyClass::NationalId | KeyClass::UsSsn));
    let is_written =
        |entry: &&Entry| entry.picture.fits_from(rest, letters + entry.digits) && may_end(text, at + entry.picture.len());
    place.entries.iter().filter(fits).filter(is_written).filter(is_asked).find_map(|entry| {
        let span = at..at + entry.picture.len();
        let is_number = entry.picture.read(rest).is_some_and(|value| (entry.scheme.check)(value.as_bytes()));
        (is_number && entry.allows(text, span.clone(), &context())).then(|| Hit::new(span, Kind::NationalId, entry.scheme.rule))
    })
}

impl Entry {
    fn allows(&self, text: &[u8], span: Range<usize>, context: &Context) -> bool {
        match context.class {
            Some(KeyClass::NationalId | KeyClass::UsSsn) => true,
            None | Some(KeyClass::Name | KeyClass::Person | KeyClass::Card) => {
                let written = &text[span.clone()];
                let is_row = written.contains(&b' ') && is_in_row(text, span.start, span.end);
                self.is_alone && !context.is_other && !is_row && !written.iter().any(u8::is_ascii_lowercase)
            }
            // The holder of a passport may have its number under the same key.
            Some(KeyClass::Passport | KeyClass::DriverLicense) => self.is_alone,
            Some(_) => false,
        }
    }
}

/// Whether month and day are of a calendar.
fn is_month_day(month: u8, day: u8) -> bool {
    (1..=12).contains(&month) && (1..=31).contains(&day)
}

/// Two digits as a number.
fn two(digits: &[u8], at: usize) -> u8 {
    digits[at] * 10 + digits[at + 1]
}

/// All digits as a number; 18 at most fit.
fn number(digits: &[u8]) -> u64 {
    digits.iter().fold(0, |number, &digit| number * 10 + u64::from(digit))
}

#[cfg(test)]
mod tests;
