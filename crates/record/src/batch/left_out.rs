use std::collections::HashMap;

use super::{Batch, Span};

/// Why records that came in are not stored. The ledger counts them by this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LeftOutBy {
    /// A rule or a program does not want them.
    Filter,
    /// They stand aside for others of their kind, which say in `sample_weight` for how many they stand.
    Sampling,
}

/// How many records of a source came in and are not stored, though nothing was wrong with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeftOut {
    /// Why.
    pub by: LeftOutBy,
    /// The service they came from, as far as they say.
    pub source: Span,
    /// How many.
    pub records: u64,
}

impl Batch {
    /// What came in and is not stored, by reason and source.
    pub fn left_out(&self) -> &[LeftOut] {
        &self.parts.left_out
    }

    /// The same, to be changed by the privacy gateway.
    pub fn left_out_mut(&mut self) -> &mut [LeftOut] {
        &mut self.parts.left_out
    }

    /// How many records came in and are not stored.
    pub fn records_left_out(&self, by: LeftOutBy) -> u64 {
        self.parts.left_out.iter().filter(|left_out| left_out.by == by).map(|left_out| left_out.records).sum()
    }

    /// Whether there is nothing in it to be kept or counted.
    pub fn is_empty(&self) -> bool {
        self.parts.records.is_empty() && self.parts.rejected.is_empty() && self.parts.left_out.is_empty()
    }

    /// Removes the records for which there is a reason, by their index, and counts them.
    pub fn leave_out(&mut self, reason: impl Fn(usize) -> Option<LeftOutBy>) {
        let (mut kept, mut left_out) = (Vec::with_capacity(self.parts.records.len()), std::mem::take(&mut self.parts.left_out));
        // By hash: each record may be of a source of its own.
        let known = left_out.iter().enumerate().map(|(at, known)| ((known.by, self.text_if(known.source)), at));
        let mut known: HashMap<(LeftOutBy, Option<&str>), usize> = known.collect();
        for (index, record) in self.parts.records.iter().enumerate() {
            let Some(by) = reason(index) else {
                kept.push(*record);
                continue;
            };
            let at = *known.entry((by, self.text_if(record.source))).or_insert(left_out.len());
            if at == left_out.len() {
                left_out.push(LeftOut { by, source: record.source, records: 0 });
            }
            left_out[at].records += 1;
        }
        self.parts.records = kept;
        self.parts.left_out = left_out;
    }
}
