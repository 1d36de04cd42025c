use std::collections::HashSet;

use ask::{Cell, Rows};

use super::SearchResult;
use crate::rows::column;

/// The columns that results are made of.
pub(super) const SHOWN: [&str; 5] = ["record_id", "timestamp", "message", "severity", "source"];

/// Candidates so far, without repeats.
#[derive(Default)]
pub(super) struct Found {
    ids: HashSet<String>,
    pub(super) results: Vec<SearchResult>,
    /// How many times candidates were added.
    pub(super) steps: usize,
}

impl Found {
    pub(super) fn add(&mut self, rows: &dyn Rows, words: &[String]) {
        self.steps += 1;
        let places = SHOWN.map(|name| column(rows, name));
        for row in 0..rows.len() {
            let [id, timestamp, message, severity, source] = places.map(|place| place.and_then(|place| shown(rows, row, place)));
            let Some(id) = id.filter(|id| self.ids.insert(id.clone())) else { continue };
            let score = score(words, [message.as_deref(), source.as_deref()]);
            let timestamp = timestamp.unwrap_or_default();
            self.results.push(SearchResult { id, timestamp, message, severity, source, score, similarity_score: score });
        }
    }

    /// Best first. The sort is stable and the candidates came newest first.
    pub(super) fn best(mut self, limit: usize) -> Vec<SearchResult> {
        self.results.sort_by(|a, b| b.score.total_cmp(&a.score));
        self.results.truncate(limit);
        self.results
    }
}

fn shown(rows: &dyn Rows, row: usize, column: usize) -> Option<String> {
    match rows.cell(row, column) {
        Cell::Text(text) => Some(text.to_owned()),
        Cell::Other(text) => Some(text),
        Cell::Time(at) => Some(at.to_string()),
        Cell::Int(value) => Some(value.to_string()),
        Cell::Float(value) => Some(value.to_string()),
        Cell::Bool(value) => Some(value.to_string()),
        Cell::Absent => None,
    }
}

/// The share of the words that stand in the texts.
fn score(words: &[String], texts: [Option<&str>; 2]) -> f64 {
    if words.is_empty() {
        return 1.0;
    }
    let there: HashSet<String> = texts.into_iter().flatten().flat_map(record::words).map(folded).collect();
    words.iter().filter(|word| there.contains(*word)).count() as f64 / words.len() as f64
}

/// The form of a word in which case is gone.
pub(super) fn folded(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    record::fold(word, &mut out);
    out
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn scores() {
        let check = |query: &str, message: &str, source: &str, expected: f64| {
            let words: BTreeSet<String> = record::words(query).map(folded).collect();
            let words: Vec<String> = words.into_iter().collect();
            assert_eq!(score(&words, [Some(message), Some(source)]), expected, "{query} in {message}");
        };
        check("payment timeout", "Payment authorization TIMEOUT", "", 1.0);
        check("payment timeout timeout", "payment ok", "", 0.5);
        check("payment timeout", "timeouts", "payment-service", 0.5);
        check("a b c d", "d", "", 0.25);
        check("", "anything", "", 1.0);
        check("\u{dc}ber", "\u{fc}ber", "", 1.0);
    }
}
