use std::collections::BTreeSet;
use std::sync::Arc;

use analysis::{FindAsk, is_identifier};
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
    /// The words as written.
    query: String,
    /// How they are compared.
    mode: Mode,
    limit: usize,
    filters: Filters,
    range: TimeRange,
}

/// How words are compared with records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// By words; when no record has all of them, by meaning.
    Auto,
    /// By words.
    Keyword,
    /// By meaning.
    Semantic,
}

impl Mode {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::Keyword => "keyword",
            Mode::Semantic => "semantic",
        }
    }
}

/// What all results must fulfil.
#[derive(Debug, Clone, Default)]
struct Filters {
    severities: Vec<Severity>,
    sources: Vec<String>,
}

/// What a search came to.
pub(super) struct Outcome {
    /// The best, best first.
    pub(super) results: Vec<SearchResult>,
    /// How many there are in all, if that is known.
    pub(super) total: Option<usize>,
    /// What could not be read for it: damaged files; what met a bound.
    pub(super) damage: Vec<Arc<str>>,
    /// How words were compared in the end.
    pub(super) mode: Mode,
}

impl Wanted {
    pub(super) fn read(form: &mut Form, now: Timestamp) -> Wanted {
        let query = form.required_text("query", QUERY_MAX_BYTES);
        let words: BTreeSet<String> = record::words(&query).map(folded).collect();
        if words.len() > WORDS_MAX {
            form.fault("query", "", "too_many", format!("`query` has more than {WORDS_MAX} different words"));
        }
        let mode = mode(form);
        let limit = form.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT) as usize;
        let (filters, range) = form.inside("filters", |form| (filters(form), Some(date_range(form, now))));
        Wanted { words: words.into_iter().collect(), query, mode, limit, filters, range: range.unwrap_or(TimeRange::ALL) }
    }

    /// What is found, and what is wrong with files that could not be read.
    pub(super) async fn find(&self, app: &App) -> Result<Outcome, Problem> {
        let turn = app.turn().await?;
        if self.mode == Mode::Semantic {
            return self.by_meaning(app, &turn).await;
        }
        let by_words = self.by_words(app, &turn).await?;
        // Identifiers mean nothing but themselves, and who finds all the words has found what was meant.
        let has_all = by_words.results.first().is_some_and(|best| best.score >= 1.0);
        if self.mode == Mode::Keyword || has_all || self.words.is_empty() || is_identifier(&self.query) {
            return Ok(by_words);
        }
        // That meaning takes more memory or time than a question has is no reason to withhold what words say.
        let by_meaning = self.by_meaning(app, &turn).await.ok();
        Ok(by_meaning.filter(|found| !found.results.is_empty()).unwrap_or(by_words))
    }

    /// The newest records of the patterns that come nearest.
    async fn by_meaning(&self, app: &App, turn: &Turn) -> Result<Outcome, Problem> {
        let scope = app.scope(TimeRange::ALL, analysis::GROUPS_MAX);
        let evidence = app.evidence(turn, &scope).await?;
        let Filters { severities, sources } = self.filters.clone();
        let ask = FindAsk { query: self.query.clone(), range: self.range, sources, severities, limit: self.limit };
        let found = app.in_time(&scope, app.finder.find(&evidence, &ask)).await?;
        let results = found.records.iter().map(|(record, score)| SearchResult::of(record, *score)).collect();
        let damage = found.missing.map(Arc::from).into_iter().collect();
        Ok(Outcome { results, total: None, damage, mode: Mode::Semantic })
    }

    async fn by_words(&self, app: &App, turn: &Turn) -> Result<Outcome, Problem> {
        let mut found = Found::default();
        let (mut is_all, mut damage) = (true, BTreeSet::new());
        for step in self.steps() {
            let (answer, more) = self.ask(app, turn, step).await?;
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
        Ok(Outcome { results: found.best(self.limit), total, damage: damage.into_iter().collect(), mode: Mode::Keyword })
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
        let mut filter = self.filters.as_filters();
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

fn mode(form: &mut Form) -> Mode {
    let text = form.text("mode", FILTER_VALUE_MAX_BYTES);
    let modes = [Mode::Auto, Mode::Keyword, Mode::Semantic];
    let mode = modes.into_iter().find(|mode| text.as_deref().unwrap_or("auto") == mode.as_str());
    mode.unwrap_or_else(|| {
        form.fault("mode", "", "unknown", "no mode; there are: auto, keyword, semantic");
        Mode::Auto
    })
}

fn filters(form: &mut Form) -> Filters {
    let texts = form.texts("severity", FILTER_VALUES_MAX, FILTER_VALUE_MAX_BYTES);
    let mut severities = Vec::new();
    for (index, text) in texts.iter().enumerate() {
        match Severity::parse(text) {
            Some(severity) => severities.push(severity),
            None => {
                let names = Severity::ALL.map(Severity::as_str).join(", ");
                form.fault("severity", &format!("/{index}"), "unknown", format!("no severity; there are: {names}"));
            }
        }
    }
    let sources = form.texts("source", FILTER_VALUES_MAX, FILTER_VALUE_MAX_BYTES);
    Filters { severities, sources }
}

impl Filters {
    fn as_filters(&self) -> Vec<Filter> {
        let severity = |&severity: &Severity| Filter::Compare {
            field: "severity".to_owned(),
            comparison: Comparison::Equal,
            bound: Bound::Severity(severity),
        };
        let source = |text: &String| Filter::Exact { field: "source".to_owned(), text: text.clone() };
        let severities: Vec<Filter> = self.severities.iter().map(severity).collect();
        let sources: Vec<Filter> = self.sources.iter().map(source).collect();
        [severities, sources].into_iter().filter(|any| !any.is_empty()).map(Filter::Or).collect()
    }
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
