//! What differs in a stretch of time, without a question.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use pattern::PatternId;
use record::TimeRange;

use crate::analyze::{Notes, compare};
use crate::detect::{Difference, Finding};
use crate::evidence::{Count, Evidence};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// What is compared with, in lengths of the window, and at least and at most.
const BASELINE_TIMES: u32 = 6;
const BASELINE_MIN: Duration = Duration::from_secs(2 * 3600);
const BASELINE_MAX: Duration = Duration::from_secs(24 * 3600);
/// The same time of these many days ago is looked at too: what comes every night, or every Monday, is usual.
const DAYS_BEFORE: [u32; 2] = [1, 7];
/// A job does not begin at the same second each day.
const JITTER: Duration = Duration::from_secs(10 * 60);
/// The share of a finding that must have come at the same time before.
const AS_BEFORE: f64 = 0.6;

/// What differs.
#[derive(Debug, Clone)]
pub struct Anomalies {
    /// The most surprising first.
    pub findings: Vec<Finding>,
    /// The time that was looked at.
    pub window: TimeRange,
    /// What it was compared with.
    pub before: TimeRange,
    /// Records that were compared.
    pub records: u64,
    /// What is missing.
    pub notes: Vec<String>,
    /// Whether no bound was met and everything could be read.
    pub complete: bool,
    /// Version of the table that was read.
    pub version: u64,
}

/// Compares a window with the time before it, and with the same time of earlier days.
pub async fn anomalies(evidence: &dyn Evidence, window: TimeRange) -> Result<Anomalies, ask::Error> {
    let mut notes = Notes::default();
    let length = window.end.since(window.start);
    let before = TimeRange::new(window.start.minus((length * BASELINE_TIMES).clamp(BASELINE_MIN, BASELINE_MAX)), window.start);
    let range = TimeRange::new(before.start, window.end);
    // Before the first record nothing was usual, and nothing unusual.
    let Some(first) = evidence.totals(range, MINUTE * 10).await?.rows.iter().map(|count| count.at).min() else {
        notes.add("there are no records from before to compare with".to_owned());
        return Ok(done(window, before, Vec::new(), 0, notes));
    };
    let range = TimeRange::new(range.start.max(first).min(window.start), range.end);
    let compared = compare(evidence, range, window, &mut notes).await?;
    let findings = without_usual(evidence, compared.findings, window).await?;
    Ok(done(window, TimeRange::new(range.start, window.start), findings, compared.records, notes))
}

fn done(window: TimeRange, before: TimeRange, findings: Vec<Finding>, records: u64, notes: Notes) -> Anomalies {
    Anomalies { findings, window, before, records, complete: !notes.incomplete, notes: notes.notes, version: notes.version }
}

/// Drops what came as often at the same time of an earlier day. Looked at only when something would alarm.
async fn without_usual(
    evidence: &dyn Evidence,
    mut findings: Vec<Finding>,
    window: TimeRange,
) -> Result<Vec<Finding>, ask::Error> {
    if !findings.iter().any(Finding::alarms) {
        return Ok(findings);
    }
    let mut earlier = Vec::new();
    for days in DAYS_BEFORE {
        let back = DAY * days;
        let range = TimeRange::new(window.start.minus(back + JITTER), window.end.minus(back).plus(JITTER));
        earlier.push(Before::of(&evidence.counts(range, HOUR).await?.rows));
    }
    findings.retain(|finding| !earlier.iter().any(|before| before.has(finding)));
    Ok(findings)
}

/// What came at the same time of an earlier day.
struct Before {
    patterns: HashMap<(Arc<str>, PatternId), u64>,
    sources: HashMap<Arc<str>, u64>,
}

impl Before {
    fn of(counts: &[Count]) -> Before {
        let mut before = Before { patterns: HashMap::new(), sources: HashMap::new() };
        for count in counts {
            *before.sources.entry(count.source.clone()).or_default() += count.records;
            if let Some(pattern) = count.pattern {
                *before.patterns.entry((count.source.clone(), pattern)).or_default() += count.records;
            }
        }
        before
    }

    fn has(&self, finding: &Finding) -> bool {
        let patterns = || finding.patterns.iter().filter_map(|pattern| self.patterns.get(&(finding.source.clone(), *pattern)));
        match finding.difference {
            Difference::New | Difference::More => patterns().sum::<u64>() as f64 >= AS_BEFORE * finding.seen,
            // A source that was as silent then; one that was not there at all tells nothing.
            Difference::Silent | Difference::Fewer => {
                self.sources.get(&finding.source).is_some_and(|&seen| (seen as f64) < finding.expected * 0.2)
            }
            Difference::MoreErrors | Difference::Slower => false,
        }
    }
}
