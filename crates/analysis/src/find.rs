//! Records by what they mean: the patterns that come nearest to a query, and the newest records of each.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Arc, Mutex, PoisonError};

use pattern::PatternId;
use record::{Severity, TimeRange};

use crate::evidence::{Evidence, NO_BINS, Sample, Wanted};
use crate::meaning::{Meaning, PATTERNS_MAX};

/// Records by which the texts of frequent patterns are learned.
const SAMPLE_RECORDS: usize = 4000;
/// Patterns whose text is fetched at once, and how often: what is rarer than that is found by the next query.
const PATTERNS_AT_ONCE: usize = 2000;
const ROUNDS: usize = 2;
/// Patterns whose records are shown.
const NEAREST: usize = 8;
/// The part of the best score that a pattern must have to be shown.
const OF_BEST: f64 = 0.5;
/// The least score: below it a pattern shares no more with the query than a word that is everywhere.
const SCORE_MIN: f64 = 0.15;

/// What is looked for.
#[derive(Debug, Clone)]
pub struct FindAsk {
    /// In words.
    pub query: String,
    /// When.
    pub range: TimeRange,
    /// Only these sources; all, when empty.
    pub sources: Vec<String>,
    /// Only these severities; all, when empty.
    pub severities: Vec<Severity>,
    /// Records, at most.
    pub limit: usize,
}

/// What was found.
#[derive(Debug, Clone, Default)]
pub struct ByMeaning {
    /// Records with the score of their pattern, 0 to 1, best first, newest first among equals.
    pub records: Vec<(Sample, f64)>,
    /// Why there may be more, in words.
    pub missing: Option<String>,
}

/// Knows the texts of patterns. Keeps what was constant in messages, never what varied.
#[derive(Debug, Default)]
pub struct Finder {
    texts: Mutex<HashMap<PatternId, Arc<str>>>,
    last: Mutex<Option<(u64, Arc<Index>)>>,
}

/// How many records have a pattern, by source.
type Patterns = BTreeMap<(Arc<str>, PatternId), u64>;

/// Patterns that can be searched.
#[derive(Debug)]
struct Index {
    patterns: Vec<(Arc<str>, PatternId)>,
    meaning: Meaning,
}

impl Finder {
    /// Finds records whose patterns come nearest to the query.
    pub async fn find(&self, evidence: &dyn Evidence, ask: &FindAsk) -> Result<ByMeaning, ask::Error> {
        let counts = evidence.counts(ask.range, NO_BINS).await?;
        let fits = |source: &Arc<str>, severity: Option<Severity>| {
            (ask.sources.is_empty() || ask.sources.iter().any(|name| **name == **source))
                && (ask.severities.is_empty() || severity.is_some_and(|severity| ask.severities.contains(&severity)))
        };
        let records = counts.rows.iter().map(|count| count.records).sum();
        let fitting = counts.rows.iter().filter(|count| fits(&count.source, count.severity));
        let mut patterns: Patterns = BTreeMap::new();
        for (place, records) in fitting.filter_map(|count| Some(((count.source.clone(), count.pattern?), count.records))) {
            *patterns.entry(place).or_default() += records;
        }
        let unknown = self.learn(evidence, ask.range, records, &patterns).await?;
        let index = self.index(&patterns);
        let mut found = Vec::new();
        let nearest = index.meaning.nearest(&ask.query, NEAREST);
        let best = nearest.first().map_or(0.0, |&(_, score)| score);
        let near: Vec<(usize, f64)> =
            nearest.into_iter().filter(|&(_, score)| score >= (OF_BEST * best).max(SCORE_MIN)).collect();
        let each = ask.limit.div_ceil(near.len().max(1)).max(3);
        for (place, score) in near {
            let (source, pattern) = &index.patterns[place];
            let severities =
                if ask.severities.is_empty() { vec![None] } else { ask.severities.iter().copied().map(Some).collect() };
            for severity in severities {
                let wanted = Wanted {
                    range: ask.range,
                    source: source.clone(),
                    patterns: vec![*pattern],
                    severity,
                    errors_only: false,
                    latest: true,
                    limit: each,
                };
                found.extend(evidence.some(&wanted).await?.rows.into_iter().map(|record| (record, score)));
            }
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| (b.0.at, b.0.id).cmp(&(a.0.at, a.0.id))));
        found.truncate(ask.limit);
        let unknown = (!unknown.is_empty()).then(|| not_known(&unknown, &patterns));
        Ok(ByMeaning { records: found, missing: counts.missing.or(unknown) })
    }

    /// Learns the texts of these patterns, the frequent ones first; returns those that stay unknown.
    async fn learn(
        &self,
        evidence: &dyn Evidence,
        range: TimeRange,
        records: u64,
        patterns: &Patterns,
    ) -> Result<Vec<PatternId>, ask::Error> {
        let mut left = self.unknown(patterns);
        if left.len() > PATTERNS_AT_ONCE {
            let sample = evidence.sample(range, records, SAMPLE_RECORDS).await?.rows;
            self.keep(sample.iter().filter_map(|sample| Some((sample.pattern?, &*sample.message))));
            left = self.unknown(patterns);
        }
        for _ in 0..ROUNDS {
            if left.is_empty() {
                break;
            }
            left.truncate(PATTERNS_AT_ONCE);
            let texts = evidence.texts(range, &left).await?.rows;
            self.keep(texts.iter().map(|text| (text.pattern, &*text.message)));
            left = self.unknown(patterns);
        }
        Ok(left)
    }

    /// Patterns without a text, those of most records first.
    fn unknown(&self, patterns: &Patterns) -> Vec<PatternId> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let mut records: HashMap<PatternId, u64> = HashMap::new();
        for ((_, id), count) in patterns.iter().filter(|((_, id), _)| !texts.contains_key(id)) {
            *records.entry(*id).or_default() += count;
        }
        let mut unknown: Vec<PatternId> = records.keys().copied().collect();
        unknown.sort_unstable_by_key(|id| (Reverse(records[id]), *id));
        unknown
    }

    fn keep<'m>(&self, messages: impl Iterator<Item = (PatternId, &'m str)>) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        for (pattern, message) in messages {
            if texts.len() >= PATTERNS_MAX && !texts.contains_key(&pattern) {
                // What is asked for is asked for again: starting afresh costs some queries, an order of use costs all.
                texts.clear();
            }
            texts.entry(pattern).or_insert_with(|| pattern::template(message).into());
        }
    }

    /// The index of these patterns: the last one, if it is of the same.
    fn index(&self, patterns: &Patterns) -> Arc<Index> {
        let texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        let known: Vec<(Arc<str>, PatternId)> = patterns.keys().filter(|(_, id)| texts.contains_key(id)).cloned().collect();
        let mut hasher = DefaultHasher::new();
        known.hash(&mut hasher);
        let key = hasher.finish();
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, index)) = last.as_ref().filter(|(of, _)| *of == key) {
            debug_assert!(*of == key, "the filter says so");
            return Arc::clone(index);
        }
        let meaning = Meaning::new(known.iter().map(|(source, id)| (&*texts[id], &**source)));
        let index = Arc::new(Index { patterns: known, meaning });
        *last = Some((key, Arc::clone(&index)));
        index
    }
}

/// What is missing because these patterns have no text yet.
fn not_known(unknown: &[PatternId], patterns: &Patterns) -> String {
    let of: HashSet<&PatternId> = unknown.iter().collect();
    let all: u64 = patterns.values().sum();
    let records: u64 = patterns.iter().filter(|((_, id), _)| of.contains(id)).map(|(_, records)| records).sum();
    let percent = 100.0 * records as f64 / all.max(1) as f64;
    format!("the texts of {} rare patterns are not known yet, those of {percent:.1} % of the records", unknown.len())
}

/// Whether a query is about an identifier, which only exact words find: it holds digits, quotes, or signs as in paths,
/// addresses and names of fields.
pub fn is_identifier(query: &str) -> bool {
    let exact = |word: &str| word.chars().any(|c| c.is_ascii_digit() || matches!(c, '_' | '@' | '/' | '"' | '=' | ':' | '.'));
    query.split_whitespace().any(|word| exact(word.trim_end_matches(['.', '?', '!', ',', ':'])))
}

#[cfg(test)]
mod tests;
