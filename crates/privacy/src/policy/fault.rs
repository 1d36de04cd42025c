use std::fmt;
use std::ops::Range;

use crate::{Action, Kind};

/// A policy cannot be read: what is wrong, and where. It prints the line and what is expected there, but nothing of what
/// stands there: a policy that was mixed up with another file may hold a secret, and errors go to logs.
#[derive(Clone, PartialEq, Eq)]
pub struct PolicyError {
    place: Option<Place>,
    what: String,
    shown: Option<String>,
}

/// A place in a text, from 1.
#[derive(Clone, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
    /// The table and key, as far as they are words of policies.
    path: String,
}

impl PolicyError {
    /// Something that has no place.
    pub(super) fn new(what: String) -> PolicyError {
        PolicyError { place: None, what, shown: None }
    }

    /// Something at a place in the text. `what` quotes nothing of it.
    pub(super) fn at(text: &str, span: &Range<usize>, what: String) -> PolicyError {
        PolicyError { place: Some(Place::of(text, span.start)), what, shown: None }
    }

    /// What the reader of TOML says.
    pub(super) fn of(text: &str, error: &toml::de::Error) -> PolicyError {
        let place = error.span().map(|span| Place::of(text, span.start));
        PolicyError { place, what: unquoted(error.message()), shown: Some(error.to_string().trim_end().to_owned()) }
    }

    /// The same with the faulty line, for the eyes of whoever wrote it, and no log.
    pub fn shown(&self) -> String {
        self.shown.clone().unwrap_or_else(|| self.to_string())
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Place { line, column, path }) = &self.place {
            write!(f, "line {line}, column {column}")?;
            if !path.is_empty() {
                write!(f, ", at `{path}`")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)
    }
}

impl fmt::Debug for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for PolicyError {}

/// How messages begin that go on with what stands in the text, and what stands behind that.
const QUOTING: [(&str, &str); 6] = [
    ("unknown class", "; there are: "),
    ("unknown action", "; there are: "),
    ("unknown field", ", expected "),
    ("unknown variant", ", expected "),
    ("invalid type", ", expected "),
    ("invalid value", ", expected "),
];

/// A message without what it quotes. Of what is not known here nothing is passed on.
fn unquoted(message: &str) -> String {
    let known = QUOTING.iter().find(|(head, _)| message.starts_with(head));
    match known.and_then(|(head, behind)| Some((head, behind, message.rsplit_once(behind)?.1))) {
        Some((head, behind, tail)) => format!("{head}{behind}{tail}"),
        None if message.starts_with("missing field") => message.to_owned(),
        None if message.starts_with("duplicate key") => "duplicate key".to_owned(),
        None => "this is not TOML".to_owned(),
    }
}

impl Place {
    fn of(text: &str, at: usize) -> Place {
        let before = &text[..text.floor_char_boundary(at)];
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line = text[begin..].lines().next().unwrap_or_default();
        let table = before[..begin].lines().rev().find_map(table).filter(|_| table(line).is_none());
        let parts = [table, table_or_key(line)];
        let path = parts.into_iter().flatten().collect::<Vec<_>>().join(".");
        Place { line: before[..begin].matches('\n').count() + 1, column: before[begin..].chars().count() + 1, path }
    }
}

fn table_or_key(line: &str) -> Option<&str> {
    table(line).or_else(|| line.split_once('=').map(|(key, _)| key.trim()).filter(|key| is_ours(key)))
}

/// The table that a line begins.
fn table(line: &str) -> Option<&str> {
    let name = line.trim().trim_matches(['[', ']']);
    (line.trim_start().starts_with('[') && matches!(name, "actions" | "rule" | "field")).then_some(name)
}

/// Whether a key is a word of policies, so that it may be repeated.
fn is_ours(key: &str) -> bool {
    let own =
        "version masks epoch purpose subject secret_names actions rule field tenant source name action level categories all";
    own.split(' ').any(|word| word == key)
        || Action::ALL.iter().any(|action| action.name() == key)
        || Kind::ALL.iter().any(|kind| key.eq_ignore_ascii_case(kind.name()) || key.eq_ignore_ascii_case(kind.family()))
}
