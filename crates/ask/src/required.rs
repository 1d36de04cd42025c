use record::{Prefix, words};

use crate::number::Number;
use crate::{Filter, RECORD_COLUMNS};

impl Filter {
    /// Phrases that stand in every record that matches, as (field, text): what an index may be asked before any
    /// record is read. Each has at least one word, and [`record::Phrase::new`] of the text matches the field's text.
    ///
    /// It says less than the filter. Where a value could be a number or a truth value, which have several spellings,
    /// it says nothing.
    pub fn required_phrases(&self) -> Vec<(&str, &str)> {
        match self {
            Filter::And(parts) => {
                let mut found: Vec<(&str, &str)> = Vec::new();
                for phrase in parts.iter().flat_map(Filter::required_phrases) {
                    if !found.contains(&phrase) {
                        found.push(phrase);
                    }
                }
                found
            }
            Filter::Or(parts) => in_all(parts),
            Filter::Phrase { field, text } | Filter::Exact { field, text } => required(field, text),
            Filter::Prefix { field, prefix } => required(field, whole_words(prefix)),
            Filter::All | Filter::Not(_) | Filter::Regex { .. } | Filter::Compare { .. } | Filter::Exists { .. } => Vec::new(),
        }
    }
}

/// What every alternative requires.
fn in_all(parts: &[Filter]) -> Vec<(&str, &str)> {
    let mut each = parts.iter().map(Filter::required_phrases);
    let Some(mut common) = each.next() else { return Vec::new() };
    for phrases in each {
        common.retain(|phrase| phrases.contains(phrase));
    }
    common
}

fn required<'f>(field: &'f str, text: &'f str) -> Vec<(&'f str, &'f str)> {
    let says_words = words(text).next().is_some();
    if says_words && is_text(field, text) { vec![(field, text)] } else { Vec::new() }
}

/// Whether only a text can match. The fixed columns have one type; attributes may be of any.
fn is_text(field: &str, text: &str) -> bool {
    match field {
        "severity" | "timestamp" | "timestamp_nanos" | "observed_at" | "record_id" | "pattern_id" => false,
        _ if RECORD_COLUMNS.contains(&field) => true,
        _ => !words(text).all(may_spell_number) && !text.eq_ignore_ascii_case("true") && !text.eq_ignore_ascii_case("false"),
    }
}

/// Whether the word may be one of those that a number is spelled in: `500.0` has two, as `500-0` and `500. 0` have.
fn may_spell_number(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'e' | b'E')) || Number::parse(word).is_some()
}

/// The part of a prefix whose words must stand whole.
fn whole_words(prefix: &str) -> &str {
    let compiled = Prefix::new(prefix);
    match words(prefix).last() {
        Some(last) if compiled.whole_words().len() < compiled.words().len() => &prefix[..prefix.len() - last.len()],
        _ => prefix,
    }
}

#[cfg(test)]
mod tests;
