//! Values that tell by themselves, or with the words beside them, whose they are.
//!
//! In: bytes, and a place in them where something begins. Out: [`Hit`]s. Never: allocation on the way to "no", regular
//! expressions, structure (that is the walker's, which hands over the nearest key in a [`Cue`]).
//! Begin with [`number`], [`at_word`] and [`whole`]; what a key or a word says is in [`keys`].

mod address;
mod card;
mod checksum;
mod context;
mod dob;
mod fold;
mod fronts;
mod gps;
mod iban;
mod ids;
pub(crate) mod keys;
mod kind;
mod letters;
mod lexicon;
mod memory;
mod mrz;
mod national;
mod person;
mod phone;
mod run;
mod words;

use std::cell::Cell;
use std::ops::Range;

use context::Context;
use run::is_wordy;

pub(crate) use address::may_follow_number;
pub(crate) use dob::may_begin_month;
pub use kind::Kind;
pub(crate) use memory::{Memory, Recall, Sentences};
pub(crate) use mrz::machine_readable;
pub(crate) use words::{NUMBER_AHEAD_MAX, Sense, at_word, whole};

/// What stands around a value.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Cue<'a> {
    /// The nearest key of the structure the value stands in, as written: `customer.dateOfBirth`.
    pub(crate) key: Option<&'a [u8]>,
    /// Up to 48 bytes before the value.
    pub(crate) before: &'a [u8],
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
    number_where(text, at, &|| *cue, &Sentences::default())
}

/// [`number`], where what stands around is looked for only when it matters.
pub(crate) fn number_where<'a>(text: &[u8], at: usize, cue: &dyn Fn() -> Cue<'a>, sentences: &Sentences) -> Option<Hit> {
    let first = *text.get(at)?;
    if !run::may_begin(text, at) {
        return None;
    }
    // Most of what is asked for has no value's shape, so that the words around are read late, and once.
    let known = Cell::new(None);
    let context = || {
        known.get().unwrap_or_else(|| {
            let context = Context::of(&cue(), sentences);
            known.set(Some(context));
            context
        })
    };
    match first {
        b'0'..=b'9' => from_digit(text, at, &context),
        b'+' | b'(' => phone::find(text, at, &context),
        _ if first.is_ascii_alphabetic() => from_letter(text, at, &context),
        _ => None,
    }
}

/// Narrow shapes first; the last ones take whatever a key names.
fn from_digit(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    if is_small(text, at) {
        return None;
    }
    // In a row of numbers of which nothing is said, only cards are looked for: what else is written with blanks is not
    // believed there. Rows can be long, and each number would be read with those behind it.
    let in_row = run::is_few_in_row(text, at) && context().class.is_none();
    if in_row && !text[at..].iter().take(4).all(u8::is_ascii_digit) {
        return None;
    }
    let run = run::Run::read(text, at);
    if in_row {
        return card::find(text, &run, context);
    }
    if is_ip(&run) {
        return None;
    }
    let (len, next) = (run.len(0), text.get(run.end(1)));
    card::find(text, &run, context)
        .or_else(|| if len <= 3 && gps::may_go_on(next) { gps::find(text, at, context) } else { None })
        .or_else(|| if matches!(len, 1 | 2 | 4 | 8) { dob::find(text, at, context) } else { None })
        .or_else(|| ids::ssn(text, &run, context))
        .or_else(|| national::find(text, at, context))
        .or_else(|| if phone::may_be(text, &run) { phone::find(text, at, context) } else { None })
        .or_else(|| ids::named(text, at, context))
}

/// What most numbers in logs are: a row of up to five digits.
fn is_small(text: &[u8], at: usize) -> bool {
    let digits = text[at..].iter().take(6).take_while(|byte| byte.is_ascii_digit()).count();
    match (digits, &text[at + digits..]) {
        (0..4, _) => !goes_on_after_few(text, at + digits),
        (4 | 5, [b' ' | b'-' | b'.' | b'/', b'0'..=b'9', ..]) => false,
        // `1985. 11. 07.`, as in Hungary.
        (4, [b'.', b' ', b'0'..=b'9', ..]) => false,
        (4 | 5, rest) => !rest.first().is_some_and(|&next| is_wordy(next)),
        _ => false,
    }
}

/// Four short rows of digits with dots between.
fn is_ip(run: &run::Run) -> bool {
    run.groups == 4 && (0..4).all(|group| run.len(group) < 4) && (1..4).all(|group| run.separator(group) == b'.')
}

/// Whether one to three digits may be the day of a date, degrees, or a number that begins with letters or goes on in
/// parentheses: `12 May 1980`, `48°51'`, `3E1234`.
fn goes_on_after_few(text: &[u8], end: usize) -> bool {
    match text[end..] {
        [next, ..] if is_wordy(next) => true,
        [b' ' | b'.' | b',' | b'-' | b'/', next, ..] => is_wordy(next) || next == b' ' || next == b'(',
        _ => false,
    }
}

fn from_letter(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    iban::find(text, at).or_else(|| national::find(text, at, context)).or_else(|| {
        // Five letters or digits are the least that a named number has, and one of the first three is a digit in most.
        let word = text[at..].iter().take(6).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'-').count();
        if word >= 5 { ids::named(text, at, context) } else { None }
    })
}

/// The persons and street addresses in `range` of the text, found as the walk finds them.
#[cfg(test)]
pub(crate) fn words(text: &[u8], range: Range<usize>, cue: &Cue, out: &mut Vec<Hit>) {
    let sense = cue.key.map(Sense::of).unwrap_or_default();
    if let Some(hit) = whole(text, range.clone(), &sense) {
        return out.push(hit);
    }
    let (mut at, mut memory) = (range.start, Memory::default());
    while at < range.end {
        match at_word(text, at, range.end, &sense, true, &mut memory).filter(|_| is_wordy(text[at])) {
            Some(hit) => {
                at = hit.end;
                out.push(hit);
            }
            None => at += text[at..range.end].iter().take_while(|&&byte| is_wordy(byte)).count().max(1),
        }
    }
}

#[cfg(test)]
mod tests;

#[cfg(test)]
mod eval;
