//! Splits a message into what its programmer wrote and what the moment put in.
//!
//! In: the text of a message. Out: a [`PatternId`] that all messages of one shape share, the [`Pattern`] itself, and the
//! variables, from which the text comes back byte for byte.
//! Never: a regular expression, a table that has to be shared between nodes, input or output.
//! Begin with [`pattern_id`] (the hot path), then [`split`]; what counts as a variable is decided in `scan`.
//!
//! That pass sees one message and takes for variable what has a digit. Words that vary are found by [`merge`] (the slow
//! path), which sees many patterns and says which belong together. Where a raw line keeps its message is found by
//! [`Header`].

mod calendar;
mod fold;
mod header;
mod merge;
mod scan;

use std::ops::Range;

use fold::Fold;
pub use header::Header;
pub use merge::{MAX_SKELETONS, Merged, MergedPattern, merge};
use scan::{Kind, scan};

/// What all messages of one shape share: a hash of the constant text and of where the holes are.
///
/// It needs nothing but the message, so nodes agree on it without talking. It never changes between releases: it is
/// stored with every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PatternId(pub u64);

/// Constant text with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    /// All constant text, the holes left out.
    text: String,
    /// Where in `text` each hole is, in order, and what fills it.
    holes: Vec<(usize, Kind)>,
}

/// A message taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split<'a> {
    /// What is constant.
    pub pattern: Pattern,
    /// What fills the holes, in order.
    pub variables: Vec<&'a str>,
}

/// The id of a message's pattern.
pub fn pattern_id(message: &str) -> PatternId {
    let bytes = message.as_bytes();
    let (mut fold, mut end) = (Fold::default(), 0);
    scan(bytes, |hole, kind| {
        fold.constant(&bytes[end..hole.start], kind as u8);
        end = hole.end;
    });
    PatternId(fold.finish(&bytes[end..]))
}

/// Calls `each` with the place of each variable, in order; they do not touch. The text between them is what messages with
/// the same id share.
pub fn variables(message: &str, mut each: impl FnMut(Range<usize>)) {
    scan(message.as_bytes(), |hole, _| each(hole));
}

/// The pattern as people read it: `user <*> logged in from <ip>`. Messages with the same id have the same template.
pub fn template(message: &str) -> String {
    split(message).pattern.to_string()
}

/// Takes a message apart.
pub fn split(message: &str) -> Split<'_> {
    let mut split = Split { pattern: Pattern { text: String::new(), holes: Vec::new() }, variables: Vec::new() };
    let mut end = 0;
    scan(message.as_bytes(), |hole: Range<usize>, kind| {
        split.pattern.text.push_str(&message[end..hole.start]);
        split.pattern.holes.push((split.pattern.text.len(), kind));
        end = hole.end;
        split.variables.push(&message[hole]);
    });
    split.pattern.text.push_str(&message[end..]);
    split
}

impl Pattern {
    /// The message again. `None` when there are not as many variables as holes.
    pub fn rebuild(&self, variables: &[&str]) -> Option<String> {
        (variables.len() == self.holes.len()).then(|| self.filled(|index, _| variables[index]))
    }

    /// The id of the messages that have this pattern.
    pub fn id(&self) -> PatternId {
        let (mut fold, mut end) = (Fold::default(), 0);
        for &(at, kind) in &self.holes {
            fold.constant(&self.text.as_bytes()[end..at], kind as u8);
            end = at;
        }
        PatternId(fold.finish(&self.text.as_bytes()[end..]))
    }

    /// How many holes there are.
    pub fn holes(&self) -> usize {
        self.holes.len()
    }

    fn filled<'a>(&self, mut fill: impl FnMut(usize, Kind) -> &'a str) -> String {
        let (mut filled, mut end) = (String::with_capacity(self.text.len() + 8 * self.holes.len()), 0);
        for (index, &(at, kind)) in self.holes.iter().enumerate() {
            filled.push_str(&self.text[end..at]);
            filled.push_str(fill(index, kind));
            end = at;
        }
        filled.push_str(&self.text[end..]);
        filled
    }
}

impl std::fmt::Display for Pattern {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.filled(|_, kind| kind.shown()))
    }
}

#[cfg(test)]
mod tests;
