//! Nothing silent (D10): received = stored + quarantined + filtered + sampled out + duplicates + erased + expired, per
//! source and minute of receipt, committed with the rows it counts.

use std::collections::{BTreeMap, HashMap};

use record::{Batch, LeftOutBy, Timestamp};

use crate::columns::LedgerRow;

mod sums;

pub(crate) use sums::{Sums, committed};

/// Counts by start of the minute and source (none: not said, or all of them).
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    rows: BTreeMap<(Timestamp, Option<String>), LedgerRow>,
}

const MICROS_PER_MINUTE: i64 = 60_000_000;

fn minute_of(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(at.as_micros().div_euclid(MICROS_PER_MINUTE) * MICROS_PER_MINUTE)
}

impl Ledger {
    /// Counts a batch that became durable.
    pub(crate) fn count(&mut self, batch: &Batch, at: Timestamp) {
        for (source, (records, rejected)) in by_source(batch) {
            let row = self.row(at, source);
            row.received += records + rejected;
            row.stored += records;
            row.quarantined += rejected;
        }
        for left_out in batch.left_out() {
            let row = self.row(at, batch.text_if(left_out.source));
            row.received += left_out.records as i64;
            match left_out.by {
                LeftOutBy::Filter => row.filtered += left_out.records as i64,
                LeftOutBy::Sampling => row.sampled_out += left_out.records as i64,
            }
        }
    }

    /// Counts a batch that had been acknowledged before.
    pub(crate) fn count_duplicate(&mut self, batch: &Batch, at: Timestamp) {
        for (source, (records, rejected)) in by_source(batch) {
            let row = self.row(at, source);
            row.received += records + rejected;
            row.duplicates += records + rejected;
        }
        for left_out in batch.left_out() {
            let row = self.row(at, batch.text_if(left_out.source));
            row.received += left_out.records as i64;
            row.duplicates += left_out.records as i64;
        }
    }

    /// Counts records that left `logs`: they are not stored any more, but expired.
    pub(crate) fn count_expired(&mut self, records: i64, at: Timestamp) {
        let row = self.row(at, None);
        row.stored -= records;
        row.expired += records;
    }

    /// Counts quarantined lines that expired.
    pub(crate) fn count_expired_lines(&mut self, lines: i64, at: Timestamp) {
        let row = self.row(at, None);
        row.quarantined -= lines;
        row.expired += lines;
    }

    /// Counts quarantined lines that a restore took out.
    pub(crate) fn count_restored_lines(&mut self, taken_out: i64, at: Timestamp) {
        let row = self.row(at, None);
        row.quarantined -= taken_out;
        row.erased += taken_out;
    }

    /// Counts records that a restore took out of `logs` (or brought back, when negative).
    pub(crate) fn count_restored(&mut self, taken_out: i64, at: Timestamp) {
        let row = self.row(at, None);
        row.stored -= taken_out;
        row.erased += taken_out;
    }

    /// Adds the counts of another.
    pub(crate) fn merge(&mut self, other: Ledger) {
        for ((minute, source), counts) in other.rows {
            let row = self.row(minute, source.as_deref());
            row.received += counts.received;
            row.stored += counts.stored;
            row.quarantined += counts.quarantined;
            row.duplicates += counts.duplicates;
            row.sampled_out += counts.sampled_out;
            row.filtered += counts.filtered;
            row.erased += counts.erased;
            row.expired += counts.expired;
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The rows, by minute and source.
    pub(crate) fn rows(&self) -> Vec<LedgerRow> {
        self.rows.values().cloned().collect()
    }

    fn row(&mut self, at: Timestamp, source: Option<&str>) -> &mut LedgerRow {
        let (minute, source) = (minute_of(at), source.map(str::to_owned));
        let new = LedgerRow { minute, source: source.clone(), ..LedgerRow::default() };
        self.rows.entry((minute, source)).or_insert(new)
    }
}

/// Records and rejected lines by source.
fn by_source(batch: &Batch) -> HashMap<Option<&str>, (i64, i64)> {
    let mut sources: HashMap<Option<&str>, (i64, i64)> = HashMap::new();
    // Neighbours mostly come from the same source.
    for run in batch.records().chunk_by(|a, b| batch.text_if(a.source) == batch.text_if(b.source)) {
        sources.entry(batch.text_if(run[0].source)).or_default().0 += run.len() as i64;
    }
    for rejected in batch.rejected() {
        sources.entry(batch.text_if(rejected.source)).or_default().1 += 1;
    }
    sources
}

#[cfg(test)]
mod tests;
