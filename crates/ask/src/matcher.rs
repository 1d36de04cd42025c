use std::borrow::Cow;
use std::cmp::Ordering;

use record::{Batch, Phrase, Prefix, Record, Severity};
use regex::Regex;

use crate::number::{Number, float_text};
use crate::place::{Fields, Live, Place};
use crate::{Bound, Cell, Comparison, Error, Filter, compile_regex};

/// A filter made ready to be asked of many records: regular expressions and phrases are compiled once.
///
/// Live tails ask it of every record that comes in. It allocates only where a number or time is read as a text
/// (prefix, exact text and regular expression on such a field).
#[derive(Debug, Clone)]
pub struct Matcher(Node);

#[derive(Debug, Clone)]
enum Node {
    All,
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Test(Place, Test),
}

#[derive(Debug, Clone)]
enum Test {
    /// The words, and what they say as a value of another type.
    Phrase {
        phrase: Phrase,
        number: Option<Number>,
        truth: Option<bool>,
    },
    Severity(Option<Severity>),
    Prefix(Prefix),
    Exact(String),
    Regex(Regex),
    Compare(Comparison, Bound),
    Exists,
}

impl Matcher {
    /// Compiles the filter. Fails when a regular expression cannot be read or is too large; filters that
    /// [`crate::parse`] made have been checked.
    pub fn new(filter: &Filter) -> Result<Matcher, Error> {
        compile(filter).map(Matcher)
    }

    /// Whether a record that has just come in matches. It has no `record_id` and `pattern_id` yet.
    pub fn matches(&self, batch: &Batch, record: &Record) -> bool {
        self.matches_fields(&Live { batch, record })
    }

    /// Whether a single value matches, whatever its field is called: for whoever holds values and no records.
    pub fn matches_value(&self, value: &Cell<'_>) -> bool {
        self.matches_fields(&Same(value))
    }

    pub(crate) fn matches_fields(&self, fields: &impl Fields) -> bool {
        holds(&self.0, fields)
    }
}

/// Every field is this value.
struct Same<'a>(&'a Cell<'a>);

impl Fields for Same<'_> {
    fn cell(&self, _: &Place) -> Cell<'_> {
        self.0.clone()
    }
}

fn compile(filter: &Filter) -> Result<Node, Error> {
    let test = |field: &str, test| Ok(Node::Test(Place::new(field), test));
    let all = |parts: &[Filter]| parts.iter().map(compile).collect::<Result<Vec<Node>, Error>>();
    match filter {
        Filter::All => Ok(Node::All),
        Filter::And(parts) => all(parts).map(Node::And),
        Filter::Or(parts) => all(parts).map(Node::Or),
        Filter::Not(inner) => Ok(Node::Not(Box::new(compile(inner)?))),
        Filter::Phrase { field, text } if field == "severity" => test(field, Test::Severity(Severity::parse(text))),
        Filter::Phrase { field, text } => {
            test(field, Test::Phrase { phrase: Phrase::new(text), number: Number::parse(text), truth: truth(text) })
        }
        Filter::Prefix { field, prefix } => test(field, Test::Prefix(Prefix::new(prefix))),
        Filter::Exact { field, text } => test(field, Test::Exact(text.clone())),
        Filter::Regex { field, pattern } => test(field, Test::Regex(compile_regex(pattern)?)),
        Filter::Compare { field, comparison, bound } => test(field, Test::Compare(*comparison, bound.clone())),
        Filter::Exists { field } => test(field, Test::Exists),
    }
}

fn holds(node: &Node, fields: &impl Fields) -> bool {
    match node {
        Node::All => true,
        Node::And(parts) => parts.iter().all(|part| holds(part, fields)),
        Node::Or(parts) => parts.iter().any(|part| holds(part, fields)),
        Node::Not(inner) => !holds(inner, fields),
        Node::Test(place, test) => match fields.cell(place) {
            Cell::Absent => false,
            cell => passes(test, &cell),
        },
    }
}

fn passes(test: &Test, cell: &Cell<'_>) -> bool {
    match test {
        Test::Exists => true,
        Test::Compare(comparison, bound) => compares(*comparison, cell, bound),
        Test::Severity(severity) => severity.is_some() && severity_of(cell) == *severity,
        Test::Phrase { phrase, number, truth } => match cell {
            Cell::Int(_) | Cell::Float(_) => number.is_some_and(|wanted| order_of_number(cell, wanted) == Some(Ordering::Equal)),
            Cell::Bool(have) => *truth == Some(*have),
            _ => phrase.matches(&spelled(cell)),
        },
        Test::Prefix(prefix) => prefix.matches(&spelled(cell)),
        Test::Exact(text) => spelled(cell) == *text,
        Test::Regex(regex) => regex.is_match(&spelled(cell)),
    }
}

/// Values of another kind than the bound are on no side of it, and not equal to it.
fn compares(comparison: Comparison, cell: &Cell<'_>, bound: &Bound) -> bool {
    let order = match (bound, cell) {
        (Bound::Number(number), _) => order_of_number(cell, Number::Float(*number)),
        (Bound::Time(bound), Cell::Time(time)) => Some(time.cmp(bound)),
        (Bound::Severity(bound), _) => severity_of(cell).map(|severity| severity.cmp(bound)),
        (Bound::Text(bound), Cell::Text(text)) => Some((*text).cmp(bound.as_str())),
        (Bound::Text(bound), Cell::Other(text)) => Some(text.as_str().cmp(bound.as_str())),
        _ => None,
    };
    match comparison {
        Comparison::NotEqual => order != Some(Ordering::Equal),
        Comparison::Equal => order == Some(Ordering::Equal),
        Comparison::Less => order.is_some_and(Ordering::is_lt),
        Comparison::LessOrEqual => order.is_some_and(Ordering::is_le),
        Comparison::Greater => order.is_some_and(Ordering::is_gt),
        Comparison::GreaterOrEqual => order.is_some_and(Ordering::is_ge),
    }
}

fn order_of_number(cell: &Cell<'_>, other: Number) -> Option<Ordering> {
    match cell {
        Cell::Int(int) => Some(Number::Int(*int).order(other)),
        Cell::Float(float) => Some(Number::Float(*float).order(other)),
        _ => None,
    }
}

fn severity_of(cell: &Cell<'_>) -> Option<Severity> {
    match cell {
        Cell::Text(text) => Severity::parse(text),
        _ => None,
    }
}

/// A value as text: numbers and truth values as JSON writes them, times as RFC 3339.
fn spelled<'a>(cell: &'a Cell<'_>) -> Cow<'a, str> {
    match cell {
        Cell::Absent => "".into(),
        Cell::Text(text) => (*text).into(),
        Cell::Other(text) => text.as_str().into(),
        Cell::Int(int) => int.to_string().into(),
        Cell::Float(float) => float_text(*float).into(),
        Cell::Bool(truth) => if *truth { "true" } else { "false" }.into(),
        Cell::Time(time) => time.to_string().into(),
    }
}

fn truth(text: &str) -> Option<bool> {
    [("true", true), ("false", false)].into_iter().find(|(name, _)| name.eq_ignore_ascii_case(text)).map(|(_, truth)| truth)
}

#[cfg(test)]
mod tests;
