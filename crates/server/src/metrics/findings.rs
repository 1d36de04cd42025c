use std::collections::BTreeMap;

use privacy::{Action, Counted, Kind};

use super::text::Exposition;

/// Sources that get series of their own. A source is what senders call themselves, so there may be any number.
const SOURCES_MAX: usize = 100;

/// The series of all other sources.
const OTHERS: &str = "(other)";

/// What was found, by source, class and action.
#[derive(Debug, Default)]
pub(super) struct Findings {
    by_source: BTreeMap<String, BTreeMap<(Kind, Action), u64>>,
}

impl Findings {
    pub(super) fn add(&mut self, counted: &[Counted]) {
        for Counted { source, kind, action, count } in counted {
            let is_known = self.by_source.contains_key(source) || self.by_source.len() < SOURCES_MAX;
            let source = if is_known { source.as_str() } else { OTHERS };
            if !self.by_source.contains_key(source) {
                self.by_source.insert(source.to_owned(), BTreeMap::new());
            }
            if let Some(counts) = self.by_source.get_mut(source) {
                *counts.entry((*kind, *action)).or_default() += count;
            }
        }
    }

    pub(super) fn write(&self, out: &mut Exposition) {
        out.family("dendro_privacy_findings_total", "counter", "What the privacy gateway found, and what it did about it.");
        for (source, counts) in &self.by_source {
            for ((kind, action), count) in counts {
                let labels = [("source", source.as_str()), ("class", kind.name()), ("action", action.name())];
                out.sample("", &labels, *count as f64);
            }
        }
    }
}
