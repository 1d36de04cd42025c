//! Merges skeletons into patterns: the slow path, for words that vary.
//!
//! In: distinct skeletons, each with the number of its messages. Out: [`Merged`], which says for each skeleton's
//! [`PatternId`] which pattern it belongs to. The result depends on the set of skeletons only, never on their order, so
//! two nodes that saw the same skeletons agree.
//! A word becomes a hole on evidence: the values seen in its place while all else is equal (`slots`). What counts as
//! one value is decided in `lexer`, what a word looks like in `words`.

mod head;
mod kept;
mod lexer;
mod lists;
mod sequence;
mod slots;
mod together;
mod values;
mod words;

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::fold::Fold;
use crate::{Pattern, PatternId};
use kept::Kept;
pub use kept::MAX_SKELETONS;
use sequence::{Names, Sequence};

/// Rounds of looking for variable words. Each round makes at least one word a hole, and what that uncovers is rare after
/// the third.
const MAX_ROUNDS: usize = 8;

/// Which skeletons belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Merged {
    patterns: Vec<MergedPattern>,
    /// Index into `patterns`, sorted by skeleton.
    members: Vec<(PatternId, u32)>,
    left_out: u64,
}

/// Skeletons that say the same with different words in their holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MergedPattern {
    /// A hash of the template.
    pub id: PatternId,
    /// Constant text with `<*>` for each hole, white space folded to one space.
    pub template: String,
    /// Messages of all members.
    pub count: u64,
    /// The skeletons, sorted. All of them stay findable by their own ids.
    pub members: Vec<PatternId>,
}

impl Merged {
    /// The pattern that a skeleton belongs to. `None` for a skeleton that was not among those merged.
    pub fn of(&self, skeleton: PatternId) -> Option<&MergedPattern> {
        let index = self.members.binary_search_by_key(&skeleton, |&(member, _)| member).ok()?;
        Some(&self.patterns[self.members[index].1 as usize])
    }

    /// All patterns, the most frequent first.
    pub fn patterns(&self) -> &[MergedPattern] {
        &self.patterns
    }

    /// Messages whose skeletons were too rare to be among the [`MAX_SKELETONS`], or among the first megabytes.
    pub fn left_out(&self) -> u64 {
        self.left_out
    }
}

/// Merges skeletons, each given once with the number of its messages.
pub fn merge(skeletons: impl IntoIterator<Item = (Pattern, u64)>) -> Merged {
    let mut kept = Kept::default();
    skeletons.into_iter().for_each(|(pattern, count)| kept.offer(&pattern, count));
    let (skeletons, left_out) = kept.finish();
    let mut names = Names::default();
    let sequences = skeletons.into_iter().map(|skeleton| sequence::read(&skeleton, &mut names)).collect();
    let mut sequences = unified(sequences);
    let mut known = slots::Known::new();
    for _ in 0..MAX_ROUNDS {
        lists::close(&mut sequences, &names);
        sequences = unified(sequences);
        let mut opened = slots::open(&mut sequences, &names, &mut known);
        sequences = unified(sequences);
        opened |= together::open(&mut sequences, &names);
        if !opened {
            break;
        }
    }
    finished(&sequences, &names, left_out)
}

/// One sequence for those that are equal.
fn unified(sequences: Vec<Sequence>) -> Vec<Sequence> {
    let mut places: HashMap<Vec<u64>, usize> = HashMap::with_capacity(sequences.len());
    let mut unified: Vec<Sequence> = Vec::with_capacity(sequences.len());
    for sequence in sequences {
        match places.entry(sequence.key()) {
            Entry::Occupied(place) => unified[*place.get()].absorb(sequence),
            Entry::Vacant(place) => {
                place.insert(unified.len());
                unified.push(sequence);
            }
        }
    }
    unified
}

fn finished(sequences: &[Sequence], names: &Names, left_out: u64) -> Merged {
    let mut by_template: HashMap<String, MergedPattern> = HashMap::new();
    for sequence in sequences {
        let template = sequence.template(names);
        let pattern = by_template.entry(template).or_insert_with_key(|template| MergedPattern {
            id: template_id(template),
            template: template.clone(),
            count: 0,
            members: Vec::new(),
        });
        pattern.count += sequence.count;
        pattern.members.extend(&sequence.members);
    }
    let mut patterns: Vec<MergedPattern> = by_template.into_values().collect();
    patterns.iter_mut().for_each(|pattern| pattern.members.sort_unstable());
    patterns.sort_unstable_by(|a, b| b.count.cmp(&a.count).then_with(|| a.template.cmp(&b.template)));
    let indexed = patterns
        .iter()
        .enumerate()
        .flat_map(|(index, pattern)| pattern.members.iter().map(move |&member| (member, index as u32)));
    let mut members: Vec<(PatternId, u32)> = indexed.collect();
    members.sort_unstable();
    Merged { patterns, members, left_out }
}

fn template_id(template: &str) -> PatternId {
    PatternId(Fold::default().finish(template.as_bytes()))
}

#[cfg(test)]
mod tests;
