//! Values that tell by themselves, or with the words beside them, whose they are.
//!
//! In: bytes, and a place in them where something begins. Out: [`Hit`]s. Never: allocation on the way to "no", regular
//! expressions, structure (that is the walker's, which hands over the nearest key in a [`Cue`]).
//! Begin with [`number`] and [`words`]; what a key or a word says is in [`keys`].

mod card;
mod checksum;
mod context;
mod fold;
mod iban;
pub(crate) mod keys;
mod kind;
mod lexicon;
mod national;
mod run;

use std::ops::Range;

pub(crate) use kind::Kind;

/// What stands around a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cue<'a> {
    /// The nearest key of the structure the value stands in, as written: `customer.dateOfBirth`.
    pub(crate) key: Option<&'a [u8]>,
    /// Up to 48 bytes before the value.
    pub(crate) before: &'a [u8],
    /// Some bytes behind the place the value begins at, or behind the value.
    pub(crate) after: &'a [u8],
}

/// A value that was recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hit {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) kind: Kind,
    /// Which rule said so; for the account and for `explain`.
    pub(crate) rule: &'static str,
}

impl Hit {
    fn new(span: Range<usize>, kind: Kind, rule: &'static str) -> Hit {
        Hit { start: span.start, end: span.end, kind, rule }
    }
}

/// The value with digits in it that begins at `at`: at a digit, a `+`, a `(`, or a letter whose word goes on to digits.
/// The hit may begin before `at` (a minus sign, the month of a date) and holds all that belongs to the value.
pub(crate) fn number(text: &[u8], at: usize, cue: &Cue) -> Option<Hit> {
    let first = *text.get(at)?;
    if !run::may_begin(text, at) {
        return None;
    }
    if first.is_ascii_alphabetic() {
        return iban::find(text, at);
    }
    if first.is_ascii_digit() {
        return card::find(text, at, cue);
    }
    None
}

/// The persons and street addresses in `range` of the text.
pub(crate) fn words(_text: &[u8], _range: Range<usize>, _cue: &Cue, _out: &mut Vec<Hit>) {}

#[cfg(test)]
mod tests;
