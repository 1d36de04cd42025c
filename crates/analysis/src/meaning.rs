//! Finds patterns by meaning, without a model: words, parts of words, and groups of words that mean the same in logs.
//!
//! Three rankings of the same patterns are added: BM25 over word stems (Robertson and Zaragoza, 2009), BM25 over groups of
//! meaning, and the likeness of character trigrams, which forgives spelling and finds parts of long names.

use std::collections::{BTreeMap, HashMap, HashSet};

mod words;

use words::{Concepts, stems};

/// BM25's saturation and length normalisation; patterns are short, so length matters less than in prose.
const K1: f64 = 0.9;
const B: f64 = 0.4;
/// What the three rankings weigh. Twice as much or half of any of them changes little on the queries they were chosen on.
/// A group says more than a word, of which most are not the query's own.
const STEMS: f64 = 1.0;
const MEANINGS: f64 = 3.0;
const TRIGRAMS: f64 = 1.5;
/// Patterns that are searched at once.
pub(crate) const PATTERNS_MAX: usize = 100_000;

/// Patterns, ready to be searched.
#[derive(Debug)]
pub struct Meaning {
    stems: Ranking,
    meanings: Ranking,
    trigrams: Ranking,
    len: usize,
}

impl Meaning {
    /// Takes patterns in, at most [`PATTERNS_MAX`]: of each what is said, and the source and component that say it.
    pub fn new<'a>(patterns: impl Iterator<Item = (&'a str, &'a str)>) -> Meaning {
        let concepts = Concepts::shared();
        let mut meaning =
            Meaning { stems: Ranking::default(), meanings: Ranking::default(), trigrams: Ranking::default(), len: 0 };
        for (text, context) in patterns.take(PATTERNS_MAX) {
            let said = stems(text);
            let all: Vec<String> = said.iter().cloned().chain(stems(context)).collect();
            meaning.meanings.add(meaning.len, &concepts.of(&all));
            meaning.trigrams.add(meaning.len, &trigrams(&all));
            meaning.stems.add(meaning.len, &all);
            meaning.len += 1;
        }
        meaning
    }

    /// How many patterns there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Places of the patterns that come nearest to the words, with a score from 0 to 1, best first.
    pub fn nearest(&self, query: &str, limit: usize) -> Vec<(usize, f64)> {
        let words = stems(query);
        let concepts = Concepts::shared().of(&words);
        let mut scores = vec![0.0; self.len];
        self.stems.score(&words, STEMS, &mut scores);
        self.meanings.score(&concepts, MEANINGS, &mut scores);
        let mut parts = vec![0.0; self.len];
        self.trigrams.score(&trigrams(&words), 1.0, &mut parts);
        let most = parts.iter().copied().fold(0.0, f64::max);
        if most > 0.0 {
            scores.iter_mut().zip(parts).for_each(|(score, part)| *score += TRIGRAMS * part / most);
        }
        let mut found: Vec<(usize, f64)> = scores.into_iter().enumerate().filter(|&(_, score)| score > 0.0).collect();
        if found.len() > limit {
            found.select_nth_unstable_by(limit, |a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
            found.truncate(limit);
        }
        found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        found.truncate(limit);
        let best = found.first().map_or(1.0, |&(_, score)| score);
        // All words at their best would reach this; so a query that nothing fits has low scores.
        let possible = (self.stems.possible(&words) * STEMS + self.meanings.possible(&concepts) * MEANINGS + TRIGRAMS).max(best);
        found.into_iter().map(|(place, score)| (place, score / possible)).collect()
    }
}

/// Parts of words: with their ends marked, so that beginnings count as such.
fn trigrams(words: &[String]) -> Vec<String> {
    let mut grams = Vec::new();
    for word in words.iter().filter(|word| word.chars().count() >= 4) {
        let marked: Vec<char> = std::iter::once('^').chain(word.chars()).chain(std::iter::once('$')).collect();
        grams.extend(marked.windows(4).map(|gram| gram.iter().collect::<String>()));
    }
    grams
}

/// Terms and where they stand.
#[derive(Debug, Default)]
struct Ranking {
    places: HashMap<String, Vec<(u32, f32)>>,
    lengths: Vec<f32>,
    total: f64,
}

impl Ranking {
    fn add(&mut self, place: usize, terms: &[String]) {
        let mut counts: BTreeMap<&String, f32> = BTreeMap::new();
        terms.iter().for_each(|term| *counts.entry(term).or_default() += 1.0);
        for (term, count) in counts {
            self.places.entry(term.clone()).or_default().push((place as u32, count));
        }
        self.lengths.push(terms.len() as f32);
        self.total += terms.len() as f64;
    }

    fn score(&self, terms: &[String], weight: f64, scores: &mut [f64]) {
        let mean = (self.total / self.lengths.len().max(1) as f64).max(1.0);
        for term in terms.iter().collect::<HashSet<_>>() {
            let Some(places) = self.places.get(term) else { continue };
            let rare = self.rarity(places.len());
            for &(place, count) in places {
                let (count, length) = (f64::from(count), f64::from(self.lengths[place as usize]));
                let score = rare * count * (K1 + 1.0) / (count + K1 * (1.0 - B + B * length / mean));
                scores[place as usize] += weight * score;
            }
        }
    }

    fn rarity(&self, places: usize) -> f64 {
        (1.0 + (self.lengths.len() as f64 - places as f64 + 0.5) / (places as f64 + 0.5)).ln()
    }

    /// About what a pattern would reach that holds each of the terms once.
    fn possible(&self, terms: &[String]) -> f64 {
        terms
            .iter()
            .collect::<HashSet<_>>()
            .into_iter()
            .filter_map(|term| self.places.get(term))
            .map(|places| self.rarity(places.len()))
            .sum()
    }
}

#[cfg(test)]
mod tests;
