use std::collections::BTreeSet;
use std::sync::Arc;

use ask::{Answer, Bound, Comparison, Filter, Pipe, Query, Question};
use record::{Severity, TimeRange, Timestamp};

use super::SearchResult;
use super::found::{Found, SHOWN, folded};
use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::Problem;
use crate::form::Form;
use crate::routes::query::{LIMIT_DEFAULT, LIMIT_MAX};
use crate::when;

/// Longest text; as in the search language.
const QUERY_MAX_BYTES: usize = ask::QUERY_MAX_BYTES;
/// Different words in it. Each is looked for in every candidate.
const WORDS_MAX: usize = 32;
/// Values in a filter.
const FILTER_VALUES_MAX: usize = 64;
/// Bytes of a filter's value.
const FILTER_VALUE_MAX_BYTES: usize = 256;
/// Records that hold some of the words and are ranked: the newest ones. Beyond a few pages nobody looks.
const CANDIDATES_MAX: u64 = 2 * LIMIT_MAX;

/// What is looked for.
pub(super) struct Wanted {
    /// Different words, in lower case.
    words: Vec<String>,
    limit: usize,
    filters: Vec<Filter>,
    range: TimeRange,
}

/// What a search came to.
pub(super) struct Outcome {
    /// The best, best first.
    pub(super) results: Vec<SearchResult>,
    /// How many there are in all, if that is known.
    pub(super) total: Option<usize>,
    /// Damaged files that could not be read for it.
    pub(super) damage: Vec<Arc<str>>,
}

impl Wanted {
    pub(super) fn read(form: &mut Form, now: Timestamp) -> Wanted {
        let query = form.required_text("query", QUERY_MAX_BYTES);
        let words: BTreeSet<String> = record::words(&query).map(folded).collect();
        if words.len() > WORDS_MAX {
            form.fault("query", "", "too_many", format!("`query` has more than {WORDS_MAX} different words"));
        }
        let limit = form.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT) as usize;
        let (filters, range) = form.inside("filters", |form| (filters(form), Some(date_range(form, now))));
        Wanted { words: words.into_iter().collect(), limit, filters, range: range.unwrap_or(TimeRange::ALL) }
    }

    /// What is found, and what is wrong with files that could not be read.
    pub(super) async fn find(&self, app: &App) -> Result<Outcome, Problem> {
        let turn = app.turn().await?;
        let mut found = Found::default();
        let (mut is_all, mut damage) = (true, BTreeSet::new());
        for step in self.steps() {
            let (answer, more) = self.ask(app, &turn, step).await?;
            found.add(&*answer.rows, &self.words);
            is_all = !more;
            damage.extend(answer.damage);
            if found.results.len() >= self.limit {
                break;
            }
        }
        // Steps widen what is looked for: the last one holds all before it.
        let is_all = is_all && damage.is_empty() && found.steps == self.steps().len();
        let total = is_all.then_some(found.results.len());
        Ok(Outcome { results: found.best(self.limit), total, damage: damage.into_iter().collect() })
    }

    /// What is looked for, each step wider than the one before: an index serves the first one best.
    fn steps(&self) -> Vec<Filter> {
        let each = |make: fn(&str) -> Filter| self.words.iter().map(|word| make(word)).collect::<Vec<_>>();
        match self.words.as_slice() {
            [] => vec![Filter::All],
            [_] => vec![Filter::And(each(in_message)), Filter::And(each(somewhere))],
            _ => vec![Filter::And(each(in_message)), Filter::And(each(somewhere)), Filter::Or(each(somewhere))],
        }
    }

    /// Candidates of a step, and whether there are more of them.
    async fn ask(&self, app: &App, turn: &Turn, step: Filter) -> Result<(Answer, bool), Problem> {
        let rows_max = match step {
            Filter::Or(_) => CANDIDATES_MAX,
            _ => self.limit as u64,
        };
        let mut filter = self.filters.clone();
        filter.push(step);
        let shown = SHOWN.map(str::to_owned);
        let pipes = vec![Pipe::Head(rows_max + 1), Pipe::Fields(shown.to_vec())];
        let question = Question::Search(Query { filter: Filter::And(filter), pipes });
        let answer = app.ask(turn, &app.scope(self.range, rows_max as usize), &question, None).await?;
        let more = answer.incomplete.is_some();
        Ok((answer, more))
    }
}

fn phrase(field: &str, word: &str) -> Filter {
    Filter::Phrase { field: field.to_owned(), text: word.to_owned() }
}

fn in_message(word: &str) -> Filter {
    phrase("message", word)
}

fn somewhere(word: &str) -> Filter {
    Filter::Or(vec![phrase("message", word), phrase("source", word)])
}

fn filters(form: &mut Form) -> Vec<Filter> {
    let mut filters = Vec::new();
    let severities = form.texts("severity", FILTER_VALUES_MAX, FILTER_VALUE_MAX_BYTES);
    let mut wanted = Vec::new();
    for (index, text) in severities.iter().enumerate() {
        match Severity::parse(text) {
            Some(severity) => wanted.push(Filter::Compare {
                field: "severity".to_owned(),
                comparison: Comparison::Equal,
                bound: Bound::Severity(severity),
            }),
            None => {
                let names = Severity::ALL.map(Severity::as_str).join(", ");
                form.fault("severity", &format!("/{index}"), "unknown", format!("no severity; there are: {names}"));
            }
        }
    }
    filters.extend((!wanted.is_empty()).then_some(Filter::Or(wanted)));
    let sources = form.texts("source", FILTER_VALUES_MAX, FILTER_VALUE_MAX_BYTES).into_iter();
    let sources: Vec<Filter> = sources.map(|text| Filter::Exact { field: "source".to_owned(), text }).collect();
    filters.extend((!sources.is_empty()).then_some(Filter::Or(sources)));
    filters
}

pub(in crate::routes) fn date_range(form: &mut Form, now: Timestamp) -> TimeRange {
    let Some((from, to)) = form.pair("date_range", FILTER_VALUE_MAX_BYTES) else { return TimeRange::ALL };
    let mut read = |index: usize, text: Option<String>, read: fn(&str, Timestamp) -> Option<Timestamp>| {
        let text = text?;
        let at = read(&text, now);
        if at.is_none() {
            form.fault("date_range", &format!("/{index}"), "not_a_time", format!("this is no time: {}", when::SPELLING));
        }
        at
    };
    let start = read(0, from, when::moment).unwrap_or(TimeRange::ALL.start);
    let end = read(1, to, when::end_of).unwrap_or(TimeRange::ALL.end);
    let range = TimeRange::new(start, end);
    if range.is_empty() {
        form.fault("date_range", "", "empty_range", "the second time must be later than the first");
    }
    range
}
