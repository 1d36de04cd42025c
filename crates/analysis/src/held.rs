//! Records held in memory, as evidence: what the figures are measured on, and the plain meaning of each question that
//! [`Evidence`] has.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pattern::PatternId;
use record::{RecordId, Severity, TimeRange, Timestamp};

use crate::evidence::{Count, Durations, Evidence, Hop, Impact, Known, Sample, Text, Wanted};

/// A record, as far as it is evidence.
#[derive(Debug, Clone)]
pub struct HeldRecord {
    /// When it happened.
    pub at: Timestamp,
    /// When it arrived; an analysis of an earlier time does not see it.
    pub arrived: Timestamp,
    /// Its source; empty for none.
    pub source: Arc<str>,
    /// Its severity.
    pub severity: Option<Severity>,
    /// Its text.
    pub message: Arc<str>,
    /// The request that it belongs to.
    pub trace: Option<Arc<str>>,
    /// A duration, in milliseconds.
    pub millis: Option<f64>,
    /// The transaction that it belongs to.
    pub transaction: Option<u64>,
}

/// Records in memory, in order of time.
#[derive(Debug, Clone, Default)]
pub struct Held {
    records: Vec<(HeldRecord, PatternId, RecordId)>,
    /// What arrives later is not there yet.
    until: Option<Timestamp>,
}

#[cfg(test)]
impl Held {
    /// What a story logged.
    pub(crate) fn of(lines: &[testkit::scenario::Line]) -> Held {
        let record = |line: &testkit::scenario::Line| HeldRecord {
            at: line.at,
            arrived: line.arrived,
            source: line.source.as_str().into(),
            severity: Some(line.severity),
            message: line.message.as_str().into(),
            trace: line.trace.as_deref().map(Arc::from),
            millis: line.millis,
            transaction: line.transaction,
        };
        Held::new(lines.iter().map(record).collect())
    }
}

impl Held {
    /// Takes records in.
    pub fn new(records: Vec<HeldRecord>) -> Held {
        let with_ids = records.into_iter().enumerate();
        let mut records: Vec<(HeldRecord, PatternId, RecordId)> = with_ids
            .map(|(index, record)| {
                let (pattern, id) = (pattern::pattern_id(&record.message), RecordId::new(record.arrived, 0, index as u64));
                (record, pattern, id)
            })
            .collect();
        records.sort_by_key(|(record, _, id)| (record.at, *id));
        Held { records, until: None }
    }

    /// Shows only what had arrived by then.
    pub fn see_until(&mut self, until: Timestamp) {
        self.until = Some(until);
    }

    fn within(&self, range: TimeRange) -> impl Iterator<Item = &(HeldRecord, PatternId, RecordId)> {
        let start = self.records.partition_point(|(record, ..)| record.at < range.start);
        let end = self.records.partition_point(|(record, ..)| record.at < range.end);
        let until = self.until.unwrap_or(Timestamp::MAX);
        self.records[start..end.max(start)].iter().filter(move |(record, ..)| record.arrived <= until)
    }

    fn counted(&self, range: TimeRange, bin: Duration, by_pattern: bool) -> Vec<Count> {
        let width = bin.as_micros() as i64;
        let mut counts: BTreeMap<CountKey, u64> = BTreeMap::new();
        for (record, pattern, _) in self.within(range) {
            let at = record.at.as_micros().div_euclid(width) * width;
            *counts.entry((at, record.source.clone(), record.severity, by_pattern.then_some(*pattern))).or_default() += 1;
        }
        let row = |((at, source, severity, pattern), records)| Count {
            at: Timestamp::from_micros(at),
            source,
            severity,
            pattern,
            records,
        };
        counts.into_iter().map(row).collect()
    }
}

/// Bin, source, severity and pattern.
type CountKey = (i64, Arc<str>, Option<Severity>, Option<PatternId>);

fn sample((record, pattern, id): &(HeldRecord, PatternId, RecordId)) -> Sample {
    Sample {
        id: *id,
        at: record.at,
        source: record.source.clone(),
        severity: record.severity,
        pattern: Some(*pattern),
        message: record.message.clone(),
    }
}

fn all<T>(rows: Vec<T>) -> Known<T> {
    Known { rows, missing: None, version: 0 }
}

#[async_trait]
impl Evidence for Held {
    async fn totals(&self, range: TimeRange, bin: Duration) -> Result<Known<Count>, ask::Error> {
        Ok(all(self.counted(range, bin, false)))
    }

    async fn counts(&self, range: TimeRange, bin: Duration) -> Result<Known<Count>, ask::Error> {
        Ok(all(self.counted(range, bin, true)))
    }

    async fn sample(&self, range: TimeRange, of: u64, limit: usize) -> Result<Known<Sample>, ask::Error> {
        let step = (of as usize / limit.max(1)).max(1);
        Ok(all(self.within(range).step_by(step).take(limit).map(sample).collect()))
    }

    async fn texts(&self, range: TimeRange, patterns: &[PatternId]) -> Result<Known<Text>, ask::Error> {
        let wanted: HashSet<&PatternId> = patterns.iter().collect();
        let mut texts: BTreeMap<(Arc<str>, PatternId), Arc<str>> = BTreeMap::new();
        for (record, pattern, _) in self.within(range).filter(|(_, pattern, _)| wanted.contains(pattern)) {
            texts.entry((record.source.clone(), *pattern)).or_insert_with(|| record.message.clone());
        }
        Ok(all(texts.into_iter().map(|((source, pattern), message)| Text { source, pattern, message }).collect()))
    }

    async fn some(&self, wanted: &Wanted) -> Result<Known<Sample>, ask::Error> {
        let fits = |(record, pattern, _): &&(HeldRecord, PatternId, RecordId)| {
            record.source == wanted.source
                && (wanted.patterns.is_empty() || wanted.patterns.contains(pattern))
                && (wanted.severity.is_none() || record.severity == wanted.severity)
                && (!wanted.errors_only || record.severity >= Some(Severity::Error))
        };
        let found: Vec<_> = self.within(wanted.range).filter(fits).collect();
        let rows = match wanted.latest {
            true => found.into_iter().rev().take(wanted.limit).map(sample).collect(),
            false => found.into_iter().take(wanted.limit).map(sample).collect(),
        };
        Ok(all(rows))
    }

    async fn durations(&self, range: TimeRange, bin: Duration) -> Result<Known<Durations>, ask::Error> {
        let width = bin.as_micros() as i64;
        let mut sums: BTreeMap<(i64, Arc<str>), (u64, f64)> = BTreeMap::new();
        for (record, ..) in self.within(range) {
            let Some(millis) = record.millis else { continue };
            let sum = sums.entry((record.at.as_micros().div_euclid(width) * width, record.source.clone())).or_default();
            *sum = (sum.0 + 1, sum.1 + millis);
        }
        let row = |((at, source), (records, sum))| Durations {
            at: Timestamp::from_micros(at),
            source,
            records,
            mean: sum / records as f64,
        };
        Ok(all(sums.into_iter().map(row).collect()))
    }

    async fn hops(&self, range: TimeRange, _: u64, limit: usize) -> Result<Known<Hop>, ask::Error> {
        let hop = |(record, ..): &(HeldRecord, PatternId, RecordId)| {
            let trace = record.trace.clone()?;
            Some(Hop { trace, at: record.at, source: record.source.clone(), severity: record.severity })
        };
        Ok(all(self.within(range).filter_map(hop).take(limit).collect()))
    }

    async fn impact(&self, range: TimeRange, sources: &[Arc<str>]) -> Result<Known<Impact>, ask::Error> {
        let failed: Vec<&HeldRecord> = self
            .within(range)
            .map(|(record, ..)| record)
            .filter(|record| record.severity >= Some(Severity::Error) && sources.contains(&record.source))
            .collect();
        let transactions: HashSet<u64> = failed.iter().filter_map(|record| record.transaction).collect();
        let transactions = (!transactions.is_empty()).then_some(transactions.len() as u64);
        Ok(all(vec![Impact { errors: failed.len() as u64, transactions, customers: None, amount: None }]))
    }
}
