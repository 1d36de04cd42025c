use std::collections::BTreeMap;
use std::sync::Arc;

use arc_swap::ArcSwapOption;
use parking_lot::Mutex;
use record::Batch;

use crate::Rules;

/// The rules in force, which may be replaced at any time; a batch passes one set of them, as a whole.
#[derive(Debug, Default)]
pub struct Transforms {
    current: ArcSwapOption<Rules>,
    counts: Mutex<Counts>,
    refused: Mutex<u64>,
}

/// How many records each rule had to do with, since the start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Counts(BTreeMap<(String, &'static str), u64>);

impl Counts {
    pub(crate) fn add(&mut self, rule: &str, outcome: &'static str, records: u64) {
        *self.0.entry((rule.to_owned(), outcome)).or_default() += records;
    }

    /// By rule and outcome: `kept`, `filtered`, `sampled_out` or `failed`.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &'static str, u64)> {
        self.0.iter().map(|((rule, outcome), records)| (rule.as_str(), *outcome, *records))
    }

    /// How many records had this outcome.
    pub fn of(&self, outcome: &str) -> u64 {
        self.iter().filter(|(_, of, _)| *of == outcome).map(|(_, _, records)| records).sum()
    }
}

impl Transforms {
    /// These rules, for all batches from now on. None cost nothing.
    pub fn enforce(&self, rules: Rules) {
        self.current.store((!rules.is_empty()).then(|| Arc::new(rules)));
    }

    /// Changed rules could not be used; those before them stay.
    pub fn refuse(&self) {
        *self.refused.lock() += 1;
    }

    /// How often changed rules could not be used.
    pub fn refused(&self) -> u64 {
        *self.refused.lock()
    }

    /// Version of the rules in force; `None` when there are none.
    pub fn version(&self) -> Option<String> {
        self.current.load().as_ref().map(|rules| rules.version().to_owned())
    }

    /// What was done so far.
    pub fn counts(&self) -> Counts {
        self.counts.lock().clone()
    }

    /// Takes a batch through the rules in force.
    pub fn apply(&self, batch: Batch) -> Batch {
        let current = self.current.load();
        let Some(rules) = current.as_ref() else { return batch };
        let (batch, counted) = rules.apply(batch);
        let mut counts = self.counts.lock();
        for (rule, outcome, records) in counted.iter() {
            counts.add(rule, outcome, records);
        }
        batch
    }
}
