//! From a question to an analysis: which time is meant, what differs there, where it came from.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::future::{BoxFuture, try_join};
use futures::{StreamExt, TryStreamExt, stream};
use pattern::PatternId;
use record::{TimeRange, Timestamp};

use crate::Analysis;
use crate::cause::{self, Clues, Together, candidates};
use crate::counts::{Counts, Groups};
use crate::detect::{Difference, Finding, best, detect, slower};
use crate::evidence::{Count, Evidence, Impact, Known, Sample, Wanted};
use crate::locate::incident;
use crate::mentions::Names;
use crate::question::{When, when};
use crate::write::{Facts, write};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// How far back an answer looks for records when a question names no time.
const HORIZON: Duration = Duration::from_secs(14 * 86_400);
/// A window around a moment: people round, and are told of a fault after it began.
const BEFORE_MOMENT: Duration = Duration::from_secs(30 * 60);
const AFTER_MOMENT: Duration = Duration::from_secs(45 * 60);
/// What comes before is compared over so long, at least.
const BASELINE_MIN: Duration = Duration::from_secs(90 * 60);
/// With less than this before it, everything in a window would be new.
const COMPARED_MIN: Duration = Duration::from_secs(15 * 60);
/// The longest incident that is looked at minute by minute.
const INCIDENT_MAX: Duration = Duration::from_secs(6 * 3600);
/// Bins of a first look. More make it slow, fewer hide an incident of five minutes.
const FIRST_LOOK_BINS: u32 = 300;
/// Records by which patterns are read and grouped.
const SAMPLE_RECORDS: usize = 4000;
/// Patterns whose text is fetched, beyond those of the sample.
const PATTERNS_MAX: usize = 300;
/// Findings for which records are fetched.
const SHOWN_FINDINGS: usize = 14;
/// Records fetched for each.
const RECORDS_EACH: usize = 3;
/// Questions at once: each may compute on all cores.
const AT_ONCE: usize = 3;
/// Records of traced requests.
const HOPS: usize = 6000;

/// What is asked.
#[derive(Debug, Clone)]
pub struct Ask {
    /// In words.
    pub question: String,
    /// The time, where it is given beside the words; it goes before theirs.
    pub range: Option<TimeRange>,
    /// What relative times count from.
    pub now: Timestamp,
}

/// Answers a question about what went wrong. It never fails for what is not there: the analysis says what is missing.
pub async fn analyze(evidence: &dyn Evidence, ask: &Ask) -> Result<Analysis, ask::Error> {
    let mut notes = Notes::default();
    let horizon = horizon(ask);
    let overview = notes.of(evidence.totals(horizon, HOUR).await?);
    let names = Names::of(overview.iter().map(|count| &count.source));
    let focus = names.in_question(&ask.question);
    let (Some(first), Some(last)) = (overview.iter().map(|count| count.at).min(), overview.iter().map(|count| count.at).max())
    else {
        notes.add(format!("no record is stored from {horizon}", horizon = between(horizon)));
        return Ok(write(Facts::nothing(ask, focus, notes)));
    };
    let stored = TimeRange::new(first, last.plus(HOUR).min(ask.now.max(last.plus(MINUTE))));
    let window = window(ask, stored, &mut notes);
    if window.intersect(stored).is_empty() || !overview.iter().any(|count| window.overlaps(count.at, count.at.plus(HOUR))) {
        notes.add(format!("no record is stored from {}; there are some from {}", between(window), between(stored)));
        return Ok(write(Facts { window: Some(window), ..Facts::nothing(ask, focus, notes) }));
    }
    let found = first_look(evidence, window, stored, &focus, &mut notes).await?;
    let times = Times { window, looked_at: found.unwrap_or(window.intersect(stored)), found: found.is_some(), stored };
    look_closer(evidence, ask, times, &names, focus, notes).await
}

fn horizon(ask: &Ask) -> TimeRange {
    let asked = match (ask.range, when(&ask.question, ask.now)) {
        (Some(range), _) | (None, When::Within { range, .. }) => range,
        (None, When::About { at, .. }) => TimeRange::new(at, at),
        (None, When::Unsaid) => TimeRange::new(ask.now, ask.now),
    };
    TimeRange::new(ask.now.minus(HORIZON).min(asked.start.minus(DAY)), ask.now.plus(HOUR))
}

/// The time that is meant. A time of day whose day was not said is looked for on the last day that has records then.
fn window(ask: &Ask, stored: TimeRange, notes: &mut Notes) -> TimeRange {
    let around = |at: Timestamp| TimeRange::new(at.minus(BEFORE_MOMENT), at.plus(AFTER_MOMENT));
    let (range, daily) = match (ask.range, when(&ask.question, ask.now)) {
        (Some(range), _) => (range, false),
        (None, When::About { at, daily }) => (around(at), daily),
        (None, When::Within { range, daily }) => (range, daily),
        (None, When::Unsaid) => {
            let range = TimeRange::new(stored.end.minus(DAY), stored.end);
            notes.add(format!("the question names no time: looked at {}, the last day with records", between(range)));
            return range;
        }
    };
    if !daily || !range.intersect(stored).is_empty() {
        return range;
    }
    let days = stored.end.since(range.start).as_secs() / DAY.as_secs();
    let back = range.start.since(stored.end).as_secs() / DAY.as_secs() + 1;
    let shift = |at: Timestamp| if days > 0 { at.plus(DAY * days as u32) } else { at.minus(DAY * back as u32) };
    let moved = TimeRange::new(shift(range.start), shift(range.end));
    notes.add(format!(
        "no record is stored from {}: looked at the same time of the last day with records, {}",
        between(range),
        between(moved)
    ));
    moved
}

/// Where in the window it went wrong, by counts of severities.
async fn first_look(
    evidence: &dyn Evidence,
    window: TimeRange,
    stored: TimeRange,
    focus: &[Arc<str>],
    notes: &mut Notes,
) -> Result<Option<TimeRange>, ask::Error> {
    let length = window.end.since(window.start);
    let range = TimeRange::new(window.start.minus(length.max(BASELINE_MIN)), window.end.plus(length.min(HOUR))).intersect(stored);
    let bin = bin_of(range);
    let totals = notes.of(evidence.totals(range, bin).await?);
    let counts = Counts::new(range, bin, &totals, &Groups::default());
    let within = counts.within(window);
    let found =
        incident(&counts, &within, focus).or_else(|| if focus.is_empty() { None } else { incident(&counts, &within, &[]) });
    Ok(found.map(|bins| {
        let time = counts.time(&bins);
        TimeRange::new(time.start, time.end.min(time.start.plus(INCIDENT_MAX)))
    }))
}

/// The narrowest round width that makes few enough bins.
fn bin_of(range: TimeRange) -> Duration {
    let length = range.end.since(range.start);
    [1, 2, 5, 10, 15, 30].into_iter().map(|minutes| MINUTE * minutes).find(|bin| length / FIRST_LOOK_BINS <= *bin).unwrap_or(HOUR)
}

/// Which times an answer is about.
struct Times {
    /// That was meant.
    window: TimeRange,
    /// That is looked at closely.
    looked_at: TimeRange,
    /// Whether something stands out in it.
    found: bool,
    /// From which there are records.
    stored: TimeRange,
}

async fn look_closer(
    evidence: &dyn Evidence,
    ask: &Ask,
    Times { window, looked_at, found, stored }: Times,
    names: &Names,
    focus: Vec<Arc<str>>,
    mut notes: Notes,
) -> Result<Analysis, ask::Error> {
    let length = looked_at.end.since(looked_at.start).min(INCIDENT_MAX);
    // What began shortly before the complaints did may be their cause.
    let start = looked_at.start.minus(5 * MINUTE);
    let end = looked_at.start.plus(length).plus(MINUTE);
    let range = TimeRange::new(start.minus((2 * length).clamp(BASELINE_MIN, INCIDENT_MAX)).max(stored.start), end);
    let compared = compare(evidence, range, TimeRange::new(start, end), &mut notes).await?;
    let incident = TimeRange::new(looked_at.start, end);
    let before = TimeRange::new(range.start, start);
    let (samples, (hops, usual_hops)) = try_join(
        records_of(evidence, &compared.findings),
        try_join(evidence.hops(incident, compared.records, HOPS), evidence.hops(before, compared.records, HOPS)),
    )
    .await?;
    let (hops, usual_hops) = (notes.of(hops), notes.of(usual_hops));
    let together = Together::of(&usual_hops);
    let clues = Clues { findings: &compared.findings, samples: &samples, hops: &hops, together: &together, names, focus: &focus };
    let candidates = candidates(clues);
    let failing = failing(&compared.findings);
    let impact = match failing.is_empty() {
        true => Impact::default(),
        false => notes.of(evidence.impact(incident, &failing).await?).pop().unwrap_or_default(),
    };
    Ok(write(Facts {
        question: ask.question.clone(),
        window: Some(window),
        incident: found.then_some(incident),
        before: Some(before),
        focus,
        findings: compared.findings,
        samples,
        candidates,
        impact,
        records: compared.records,
        notes,
    }))
}

/// The sources in which something failed.
fn failing(findings: &[Finding]) -> Vec<Arc<str>> {
    let mut sources: Vec<Arc<str>> =
        findings.iter().filter(|finding| finding.alarms()).map(|finding| finding.source.clone()).collect();
    sources.sort();
    sources.dedup();
    sources
}

/// A window compared with what came before.
pub(crate) struct Compared {
    pub(crate) findings: Vec<Finding>,
    /// Records in all of the range.
    pub(crate) records: u64,
}

/// Compares the window with the part of the range before it.
///
/// Without enough of it there is nothing to compare with, and nothing is found.
pub(crate) async fn compare(
    evidence: &dyn Evidence,
    range: TimeRange,
    window: TimeRange,
    notes: &mut Notes,
) -> Result<Compared, ask::Error> {
    if window.start.since(range.start) < COMPARED_MIN {
        notes.add(format!(
            "there are hardly any records from before {} UTC to compare with",
            &window.start.to_string()[..16].replace('T', " ")
        ));
        return Ok(Compared { findings: Vec::new(), records: 0 });
    }
    let bin = bin_of(range);
    let rows = notes.of(evidence.counts(range, bin).await?);
    let records: u64 = rows.iter().map(|count| count.records).sum();
    let groups = groups(evidence, range, window, &rows, records, notes).await?;
    let counts = Counts::new(range, bin, &rows, &groups);
    let bins = counts.within(window);
    let before = 0..bins.start;
    let mut findings = detect(&counts, &bins, &before);
    let durations = notes.of(evidence.durations(range, bin).await?);
    findings.extend(slower(&durations, window, TimeRange::new(range.start, window.start)));
    Ok(Compared { findings: best(findings), records })
}

/// Groups patterns by text: that of a sample of all, and that of the patterns which come more often than before.
async fn groups(
    evidence: &dyn Evidence,
    range: TimeRange,
    window: TimeRange,
    rows: &[Count],
    records: u64,
    notes: &mut Notes,
) -> Result<Groups, ask::Error> {
    let more = coming_more(rows, window);
    let (sample, others) = try_join(evidence.sample(range, records, SAMPLE_RECORDS), async {
        match more.is_empty() {
            true => Ok(Known { rows: Vec::new(), missing: None, version: 0 }),
            false => evidence.texts(window, &more).await,
        }
    })
    .await?;
    // That these are not all records is what a sample means.
    notes.version = notes.version.max(sample.version);
    let sampled = sample.rows.iter().filter_map(|sample| Some((&sample.source, sample.pattern?, &*sample.message)));
    let others = others.rows.iter().map(|text| (&text.source, text.pattern, &*text.message));
    Ok(Groups::of_messages(sampled.chain(others)))
}

/// Patterns of the window that come more often than before, the most serious and frequent first.
fn coming_more(rows: &[Count], window: TimeRange) -> Vec<PatternId> {
    let mut sums: HashMap<PatternId, (u64, u64, u8)> = HashMap::new();
    for row in rows {
        let Some(pattern) = row.pattern else { continue };
        let sum = sums.entry(pattern).or_default();
        *(if window.contains(row.at) { &mut sum.0 } else { &mut sum.1 }) += row.records;
        sum.2 = sum.2.max(row.severity.map_or(0, record::Severity::number));
    }
    let mut more: Vec<(PatternId, (u64, u64, u8))> = sums.into_iter().filter(|(_, (now, before, _))| now > before).collect();
    more.sort_by_key(|&(pattern, (now, _, severity))| (std::cmp::Reverse((severity, now)), pattern));
    more.truncate(PATTERNS_MAX);
    more.into_iter().map(|(pattern, _)| pattern).collect()
}

/// Some records of each of the best findings: the first of those that came, the last before a silence. None for the others.
async fn records_of(evidence: &dyn Evidence, findings: &[Finding]) -> Result<Vec<Vec<Sample>>, ask::Error> {
    let mut asked: Vec<BoxFuture<'_, Result<Vec<Sample>, ask::Error>>> = Vec::with_capacity(findings.len());
    for (finding, shown) in findings.iter().zip(shown(findings)) {
        asked.push(Box::pin(async move {
            match shown {
                true => evidence.some(&wanted(finding)).await.map(|known| known.rows),
                false => Ok(Vec::new()),
            }
        }));
    }
    stream::iter(asked).buffered(AT_ONCE).try_collect().await
}

/// The findings for which records are fetched: the best ones, and of each source the one that tells most.
fn shown(findings: &[Finding]) -> Vec<bool> {
    let mut telling: HashMap<&Arc<str>, usize> = HashMap::new();
    for (index, finding) in findings.iter().enumerate() {
        let best = telling.entry(&finding.source).or_insert(index);
        if cause::telling(finding) > cause::telling(&findings[*best]) {
            *best = index;
        }
    }
    let mut shown: Vec<bool> = (0..findings.len()).map(|index| index < SHOWN_FINDINGS).collect();
    let mut others: Vec<usize> = telling.into_values().filter(|&index| index >= SHOWN_FINDINGS).collect();
    others.sort_unstable();
    others.into_iter().take(SHOWN_FINDINGS).for_each(|index| shown[index] = true);
    shown
}

fn wanted(finding: &Finding) -> Wanted {
    let silent = finding.difference == Difference::Silent;
    let fewer = finding.difference == Difference::Fewer;
    let range = match silent || fewer {
        true => TimeRange::new(finding.time.start.minus(10 * MINUTE), finding.time.start),
        false => finding.time,
    };
    Wanted {
        range,
        source: finding.source.clone(),
        patterns: finding.patterns.clone(),
        severity: finding.severity.filter(|_| !finding.patterns.is_empty()),
        errors_only: finding.difference == Difference::MoreErrors,
        latest: silent || fewer,
        limit: if silent || fewer { 1 } else { RECORDS_EACH },
    }
}

/// What is missing, in words, and the version that was read.
#[derive(Debug, Clone, Default)]
pub(crate) struct Notes {
    pub(crate) notes: Vec<String>,
    /// Whether a bound was met or a file could not be read.
    pub(crate) incomplete: bool,
    pub(crate) version: u64,
}

impl Notes {
    pub(crate) fn add(&mut self, note: String) {
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    fn of<T>(&mut self, known: Known<T>) -> Vec<T> {
        if let Some(missing) = known.missing {
            self.incomplete = true;
            self.add(format!("not everything was read: {missing}"));
        }
        self.version = self.version.max(known.version);
        known.rows
    }
}

/// `2026-02-06 14:00 to 14:15 UTC`.
pub(crate) fn between(range: TimeRange) -> String {
    let text = |at: Timestamp| at.to_string()[..16].replace('T', " ");
    let (start, end) = (text(range.start), text(range.end));
    match start[..10] == end[..10] {
        true => format!("{start} to {} UTC", &end[11..]),
        false => format!("{start} to {end} UTC"),
    }
}

#[cfg(test)]
mod tests;
