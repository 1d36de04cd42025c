//! Finds personal data and secrets in a text.
//!
//! In: a text, and the name of the field it stands in. Out: [`Finding`]s, in order, none over another. Never: a copy of
//! the text (but of what is written with escapes), more than linear time.
//!
//! Structure comes first: keys with their values, in JSON, `key=value`, XML, queries, headers, SQL and command lines.
//! Then single triggers, each with a recogniser that looks around from there: `@`, digits, `://`, the beginnings of
//! vendors' tokens, words like "password". Escapes are seen through by decoding the piece they stand in and looking at
//! that as at any other text. Begin with [`Detector::scan`]; the walk itself is [`scan::Scan`].

mod command;
mod cues;
mod decode;
mod email;
mod glance;
mod hash;
mod headers;
mod json;
mod judge;
mod key;
mod key_name;
mod label;
mod logins;
mod memory;
mod names;
mod net;
mod prose;
mod repeat;
mod scan;
mod settle;
mod skim;
mod sql;
mod structure;
mod value;
mod vendors;
mod wrapping;

use std::ops::Range;

use crate::detect::cues::Cues;
use crate::detect::key_name::last_segment;
pub(crate) use crate::detect::memory::Memory;
pub(crate) use crate::detect::names::STANDARD;
pub use crate::detect::names::{Holds, Reach, SecretName};
use crate::detect::names::{Names, Secret};
use crate::detect::scan::{Level, Scan};
use crate::values::Sense;
use crate::{Kind, Policy};

/// Something that a policy may not want to be stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Finding {
    /// First byte.
    pub start: usize,
    /// Behind the last byte.
    pub end: usize,
    /// What it is.
    pub kind: Kind,
    /// Which rule says so.
    pub rule: &'static str,
    /// Set when it stands in JSON without quotes, as a number does: those that a text in its place needs.
    pub(crate) quotes: Option<Quotes>,
}

impl Finding {
    /// All of a text.
    pub(crate) fn whole(text: &str, kind: Kind) -> Finding {
        Finding { start: 0, end: text.len(), kind, rule: "field", quotes: None }
    }
}

/// A quote, and how many strings it lies in: inside a string it needs a backslash, inside two three.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quotes {
    pub(crate) byte: u8,
    pub(crate) depth: u8,
}

/// The name of a field, read once for all its values.
#[derive(Debug)]
pub(crate) struct FieldName<'n> {
    pub(crate) name: Option<&'n [u8]>,
    pub(crate) secret: Option<Secret>,
    pub(crate) sense: Sense,
    /// An outer part of the name is a secret's: `password.value`, but also `password.min_length`.
    pub(crate) lies_in_secret: bool,
}

impl<'n> FieldName<'n> {
    pub(crate) fn of(detector: &Detector, name: Option<&'n str>) -> FieldName<'n> {
        let name = name.map(str::as_bytes);
        let lies_in_secret = name.is_some_and(|name| detector.lies_in_secret(name));
        let secret = name.and_then(|name| detector.secret_of(name));
        FieldName { name, secret, sense: name.map(Sense::of).unwrap_or_default(), lies_in_secret }
    }

    /// Whether a number under this name may be personal or secret.
    pub(crate) fn has_numbers(&self) -> bool {
        self.secret.is_some() || self.sense.is_known()
    }
}

/// Finds what a policy asks for. Built once; any number of threads may share it.
#[derive(Debug)]
pub struct Detector {
    names: Names,
    cues: Cues,
    /// Whether addresses of machines are looked for.
    addresses: bool,
}

impl Detector {
    /// A detector for this policy.
    pub fn new(policy: &Policy) -> Detector {
        let addresses = policy.looks_for(Kind::Ip) || policy.looks_for(Kind::Mac);
        Detector { names: Names::new(&policy.secret_names), cues: Cues::standard(), addresses }
    }

    /// Adds what is found in a text to `found`. `key` is the name of the field that holds it.
    pub fn scan(&self, text: &str, key: Option<&str>, found: &mut Vec<Finding>) {
        self.run(text, &mut Memory::of_text(), found, |scan| scan.field(key.map(str::as_bytes), 0..text.len()));
    }

    /// The same for a text that is one JSON document, as an array under a field.
    pub fn scan_json(&self, text: &str, key: Option<&str>, found: &mut Vec<Finding>) {
        self.run(text, &mut Memory::of_text(), found, |scan| scan.json(key.map(str::as_bytes)));
    }

    /// [`Detector::scan`] for a field whose name was read before.
    pub(crate) fn scan_field(&self, text: &str, field: &FieldName<'_>, memory: &mut Memory, found: &mut Vec<Finding>) {
        self.run(text, memory, found, |scan| scan.named(field, text.len()));
    }

    fn run(&self, text: &str, memory: &mut Memory, found: &mut Vec<Finding>, walk: impl FnOnce(&mut Scan<'_>)) {
        let first = found.len();
        walk(&mut Scan::new(self, text.as_bytes(), Level::default(), memory, found));
        settle::settle(text, found, first);
    }

    fn lies_in_secret(&self, path: &[u8]) -> bool {
        let outer = last_segment(path).0;
        let is_secret = |name: &[u8]| self.names.classify(name).is_some_and(|secret| secret.holds == Holds::Anything);
        !outer.is_empty() && outer.split(|byte| *byte == b'.').any(is_secret)
    }

    /// What the values of a field are by its name alone, if it says so.
    pub fn kind_of_name(&self, name: &str) -> Option<Kind> {
        let field = FieldName::of(self, Some(name));
        let secret = field.secret.map(|secret| secret.kind).or(field.lies_in_secret.then_some(Kind::Password));
        secret.or_else(|| field.sense.kind())
    }

    pub(crate) fn names(&self) -> &Names {
        &self.names
    }

    pub(crate) fn cues(&self) -> &Cues {
        &self.cues
    }

    pub(crate) fn addresses(&self) -> bool {
        self.addresses
    }

    /// What the name of a field, dotted for nested ones, says about its value being secret.
    pub(crate) fn secret_of(&self, path: &[u8]) -> Option<Secret> {
        self.names.classify(last_segment(path).1)
    }
}

/// A piece of text as bytes.
pub(crate) fn slice(text: &[u8], range: Range<usize>) -> &[u8] {
    &text[range.start.min(text.len())..range.end.min(text.len())]
}

#[cfg(test)]
mod tests;
