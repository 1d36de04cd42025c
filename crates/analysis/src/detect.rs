//! What differs from what is usual, without training: each finding says what was expected and what was seen.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use pattern::PatternId;
use record::{Severity, TimeRange, Timestamp};

use crate::counts::{Counts, Series};
use crate::evidence::Durations;
use crate::statistics::{Usual, best_stretch, median, most, rise};
use crate::wording::{self, Telling};

/// A finding of this score and above is an alarm: as surprising as eight standard deviations of an error. Chosen on the
/// scenarios of `examples/scenarios.rs`, where lower ones come from chance about once a day.
pub const ALARM_SCORE: f64 = 8.0;

/// Records beyond what was expected, for an alarm. Fewer may be one user who tries again.
const ALARM_EXCESS: f64 = 6.0;

/// Times of what was expected, for an alarm: people do not get up for half as much again.
const ALARM_RATIO: f64 = 2.5;

/// Distance below which nothing is said: a day has thousands of comparisons, and chance alone reaches 4 in some of them.
const DISTANCE_MIN: f64 = 5.0;

/// A score cannot grow beyond this: a flood of one line is no better evidence than a stream of it.
const DISTANCE_MAX: f64 = 40.0;

/// A source that usually writes fewer records than this in a window cannot be called silent.
const SILENCE_EXPECTED_MIN: f64 = 12.0;

/// How much silence weighs, beside an error's 1: others will complain if it matters.
const SILENCE_WEIGHT: f64 = 0.9;
/// How much less weighs: more often than not, others ask less.
const FEWER_WEIGHT: f64 = 0.15;

/// A source alarms when it is silent for so long.
const SILENCE_ALARMS: Duration = Duration::from_secs(12 * 60);

/// The distance from which single records of a process that ends are told.
const FATAL_DISTANCE_MIN: f64 = 1.0;

/// Means of durations must grow by this, and their records be so many on both sides.
const SLOWER_RATIO: f64 = 1.8;
const SLOWER_RECORDS_MIN: u64 = 15;

/// Findings kept, the best. A screen shows a dozen.
const FINDINGS_MAX: usize = 200;

/// How something differs from what is usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Difference {
    /// A pattern that was not seen before.
    New,
    /// A pattern that comes more often.
    More,
    /// Errors of a source come more often, in many patterns.
    MoreErrors,
    /// A source writes far less.
    Fewer,
    /// A source writes nothing.
    Silent,
    /// Durations are longer.
    Slower,
}

impl Difference {
    /// For programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Difference::New => "new",
            Difference::More => "more",
            Difference::MoreErrors => "more_errors",
            Difference::Fewer => "fewer",
            Difference::Silent => "silent",
            Difference::Slower => "slower",
        }
    }
}

/// Something that differs from what is usual.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How.
    pub difference: Difference,
    /// In which source; empty for records without one.
    pub source: Arc<str>,
    /// At which severity, for patterns.
    pub severity: Option<Severity>,
    /// Which patterns; empty for findings about a source.
    pub patterns: Vec<PatternId>,
    /// What they say, with holes; empty when it is not known.
    pub template: Arc<str>,
    /// What the text tells.
    pub telling: Telling,
    /// Where it differs.
    pub time: TimeRange,
    /// Records expected there (for durations: their mean).
    pub expected: f64,
    /// Records seen there (for durations: their mean).
    pub seen: f64,
    /// The most that any stretch of this length held before.
    pub most_before: u64,
    /// How surprising it is, times how much it speaks of a failure.
    pub score: f64,
}

impl Finding {
    /// Whether somebody should look.
    pub fn alarms(&self) -> bool {
        let clear = match self.difference {
            Difference::New | Difference::More | Difference::MoreErrors => {
                self.seen - self.expected >= ALARM_EXCESS && self.seen >= ALARM_RATIO * self.expected
            }
            // Agents that cannot deliver come back after some minutes: a short silence may only be late.
            Difference::Silent => self.time.end.since(self.time.start) >= SILENCE_ALARMS,
            Difference::Fewer => false,
            Difference::Slower => self.seen >= ALARM_RATIO * self.expected,
        };
        clear && self.score >= ALARM_SCORE
    }
}

/// Compares a window with what came before it. Best first.
pub(crate) fn detect(counts: &Counts, window: &Range<usize>, before: &Range<usize>) -> Vec<Finding> {
    if window.is_empty() {
        return Vec::new();
    }
    let by_source = by_source(counts);
    let all: Vec<&Series> = counts.series().iter().collect();
    let everywhere = traffic(&all, window, before);
    let mut findings = Vec::new();
    for series in by_source.values() {
        let traffic = self::traffic(series, window, before).or(everywhere).unwrap_or(1.0);
        findings.extend(series.iter().filter_map(|series| differs(counts, series, window, before, traffic.max(1.0))));
        findings.extend(series.iter().filter_map(|series| rarer(counts, series, window, before, everywhere.unwrap_or(1.0))));
        findings.extend(more_errors(counts, series, window, before, traffic.max(1.0)));
        findings.extend(fewer(counts, series, window, before, everywhere.unwrap_or(1.0)));
    }
    best(findings)
}

/// Best first, and not too many.
pub(crate) fn best(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        b.score.total_cmp(&a.score).then_with(|| a.source.cmp(&b.source)).then_with(|| a.template.cmp(&b.template))
    });
    findings.truncate(FINDINGS_MAX);
    findings
}

pub(crate) fn by_source(counts: &Counts) -> BTreeMap<&Arc<str>, Vec<&Series>> {
    let mut by_source: BTreeMap<&Arc<str>, Vec<&Series>> = BTreeMap::new();
    for series in counts.series() {
        by_source.entry(&series.source).or_default().push(series);
    }
    by_source
}

/// How many times the usual a source's ordinary records come: what is said more often because there is more to do is no
/// failure. `None` where too little is said to tell. Debug records do not count: somebody switches them on.
fn traffic(series: &[&Series], window: &Range<usize>, before: &Range<usize>) -> Option<f64> {
    const RECORDS_MIN: f64 = 10.0;
    let (mut expected, mut seen) = (0.0, 0.0);
    for series in series {
        let ordinary = matches!(series.severity, None | Some(Severity::Info | Severity::Notice));
        let usual = series.sum(before) as f64 / before.len().max(1) as f64 * window.len() as f64;
        if ordinary && usual > 0.0 {
            expected += usual;
            seen += series.sum(window) as f64;
        }
    }
    (expected >= RECORDS_MIN).then(|| (seen / expected).clamp(0.0, 20.0))
}

/// A pattern that is new or comes more often.
fn differs(counts: &Counts, series: &Series, window: &Range<usize>, before: &Range<usize>, traffic: f64) -> Option<Finding> {
    let telling = wording::read(&series.template, series.severity);
    let (past, now) = (&series.by_bin[before.clone()], &series.by_bin[window.clone()]);
    let usual = Usual::of(past);
    let sum = |stretch: &Range<usize>| now[stretch.clone()].iter().map(|&count| u64::from(count)).sum::<u64>();
    let distance_of = |stretch: &Range<usize>| usual.distance(sum(stretch) as f64, stretch.len(), traffic);
    // What comes now and then has no steep rise, and is judged from its first record to its last.
    let whole = now.iter().position(|&count| count > 0)?..now.iter().rposition(|&count| count > 0)? + 1;
    let steep = rise(now, usual, traffic).unwrap_or(whole.clone());
    let stretch = if distance_of(&whole) > distance_of(&steep) { whole } else { steep };
    let (seen, distance) = (sum(&stretch), distance_of(&stretch));
    let most_before = most(past, stretch.len());
    let distance_min = if series.severity >= Some(Severity::Critical) { FATAL_DISTANCE_MIN } else { DISTANCE_MIN };
    // What came as often before is usual, whatever the mean says.
    let is_usual = seen as f64 <= 1.3 * traffic * most_before as f64;
    if telling.weight <= 0.0 || distance < distance_min || is_usual {
        return None;
    }
    let is_new = series.sum(before) == 0 && !before.is_empty();
    Some(Finding {
        difference: if is_new { Difference::New } else { Difference::More },
        source: series.source.clone(),
        severity: series.severity,
        patterns: series.patterns.clone(),
        template: series.template.clone(),
        telling,
        time: shifted(counts, window, &stretch),
        expected: usual.expected(stretch.len(), traffic),
        seen: seen as f64,
        most_before,
        score: distance.min(DISTANCE_MAX) * telling.weight,
    })
}

fn shifted(counts: &Counts, window: &Range<usize>, stretch: &Range<usize>) -> TimeRange {
    counts.time(&(window.start + stretch.start..window.start + stretch.end))
}

/// Errors of a source taken together: a fault may show in a hundred texts, each of them rare.
fn more_errors(
    counts: &Counts,
    series: &[&Series],
    window: &Range<usize>,
    before: &Range<usize>,
    traffic: f64,
) -> Option<Finding> {
    let errors: Vec<&&Series> = series.iter().filter(|series| series.severity >= Some(Severity::Error)).collect();
    let source = errors.first()?.source.clone();
    if errors.len() < 2 {
        return None;
    }
    let sum = |range: &Range<usize>| -> Vec<u32> {
        range.clone().map(|bin| errors.iter().map(|series| series.by_bin[bin]).sum()).collect()
    };
    let (past, now) = (sum(before), sum(window));
    let usual = Usual::of(&past);
    let stretch = rise(&now, usual, traffic)?;
    let seen = now[stretch.clone()].iter().map(|&count| u64::from(count)).sum::<u64>();
    let most_before = most(&past, stretch.len());
    let distance = usual.distance(seen as f64, stretch.len(), traffic);
    if distance < DISTANCE_MIN || seen as f64 <= 1.3 * traffic * most_before as f64 {
        return None;
    }
    Some(Finding {
        difference: Difference::MoreErrors,
        source,
        severity: Some(Severity::Error),
        patterns: Vec::new(),
        template: "".into(),
        telling: Telling { weight: 0.6, trouble: None, of_another: false },
        time: shifted(counts, window, &stretch),
        expected: usual.expected(stretch.len(), traffic),
        seen: seen as f64,
        most_before,
        score: distance.min(DISTANCE_MAX) * 0.6,
    })
}

/// An ordinary pattern that comes far less often: requests that do not arrive any more, while the source lives on.
fn rarer(counts: &Counts, series: &Series, window: &Range<usize>, before: &Range<usize>, everywhere: f64) -> Option<Finding> {
    let telling = wording::read(&series.template, series.severity);
    let (past, now) = (&series.by_bin[before.clone()], &series.by_bin[window.clone()]);
    let usual = Usual::of(past);
    let (gap, expected, seen) = gap(past, now, usual.mean * everywhere.min(1.0))?;
    let ordinary = matches!(series.severity, None | Some(Severity::Info | Severity::Notice));
    let distance = -usual.distance(seen as f64, gap.len(), everywhere.min(1.0));
    (ordinary && distance >= DISTANCE_MIN).then(|| Finding {
        difference: Difference::Fewer,
        source: series.source.clone(),
        severity: series.severity,
        patterns: series.patterns.clone(),
        template: series.template.clone(),
        telling: Telling { weight: FEWER_WEIGHT, trouble: None, ..telling },
        time: shifted(counts, window, &gap),
        expected,
        seen: seen as f64,
        most_before: most(past, gap.len()),
        score: distance.min(DISTANCE_MAX) * FEWER_WEIGHT,
    })
}

/// Where `now` holds far less than this rate brings; with what is expected and seen there. What paused so before is usual.
fn gap(past: &[u32], now: &[u32], rate: f64) -> Option<(Range<usize>, f64, u64)> {
    let gap = best_stretch(now.iter().map(|&count| 0.5 * rate - f64::from(count)))?;
    let seen: u64 = now[gap.clone()].iter().map(|&count| u64::from(count)).sum();
    let expected = rate * gap.len() as f64;
    let sums = past.windows(gap.len().min(past.len()).max(1)).map(|bins| bins.iter().map(|&count| u64::from(count)).sum::<u64>());
    let paused = sums.min().is_some_and(|least| least as f64 <= 0.5 * expected);
    (expected >= SILENCE_EXPECTED_MIN && seen as f64 <= 0.35 * expected && !paused).then_some((gap, expected, seen))
}

/// A source that writes far less than before, or nothing. When all write less, it is night, or nothing arrives at all.
fn fewer(counts: &Counts, series: &[&Series], window: &Range<usize>, before: &Range<usize>, everywhere: f64) -> Option<Finding> {
    let source = series.first()?.source.clone();
    let spoken = |series: &&&Series| series.severity.is_none_or(|severity| severity > Severity::Debug);
    let sum = |range: &Range<usize>| -> Vec<u32> {
        range.clone().map(|bin| series.iter().filter(spoken).map(|series| series.by_bin[bin]).sum()).collect()
    };
    let (past, now) = (sum(before), sum(window));
    let usual = Usual::of(&past);
    let (gap, expected, seen) = gap(&past, &now, usual.mean * everywhere.min(1.0))?;
    let distance = -usual.distance(seen as f64, gap.len(), everywhere.min(1.0));
    let silent = seen as f64 <= 0.03 * expected;
    let weight = if silent { SILENCE_WEIGHT } else { FEWER_WEIGHT };
    (distance >= DISTANCE_MIN).then(|| Finding {
        difference: if silent { Difference::Silent } else { Difference::Fewer },
        source,
        severity: None,
        patterns: Vec::new(),
        template: "".into(),
        telling: Telling { weight, trouble: None, of_another: false },
        time: shifted(counts, window, &gap),
        expected,
        seen: seen as f64,
        most_before: most(&past, gap.len()),
        score: distance.min(DISTANCE_MAX) * weight,
    })
}

/// Sources whose durations are longer in the window than before it.
pub(crate) fn slower(durations: &[Durations], window: TimeRange, before: TimeRange) -> Vec<Finding> {
    let mut by_source: BTreeMap<&Arc<str>, Vec<&Durations>> = BTreeMap::new();
    durations.iter().for_each(|row| by_source.entry(&row.source).or_default().push(row));
    let findings = by_source.into_iter().filter_map(|(source, rows)| slower_source(source, &rows, window, before));
    best(findings.collect())
}

fn slower_source(source: &Arc<str>, rows: &[&Durations], window: TimeRange, before: TimeRange) -> Option<Finding> {
    let of = |range: TimeRange| -> Vec<&&Durations> { rows.iter().filter(|row| range.contains(row.at)).collect() };
    let (past, now) = (of(before), of(window));
    let records = |rows: &[&&Durations]| rows.iter().map(|row| row.records).sum::<u64>();
    if records(&past).min(records(&now)) < SLOWER_RECORDS_MIN || past.len() < 5 || now.len() < 2 {
        return None;
    }
    let mut logs: Vec<f64> = past.iter().map(|row| row.mean.max(0.001).ln()).collect();
    let usual = median(&mut logs);
    let mut distances: Vec<f64> = logs.iter().map(|log| (log - usual).abs()).collect();
    // 1.48 times the median distance is a standard deviation, if it is normal; means of few records vary by a tenth.
    let spread = (1.48 * median(&mut distances)).max(0.1);
    let stretch = best_stretch(now.iter().map(|row| row.mean.max(0.001).ln() - usual - 2.0 * spread - 0.2))?;
    let slow = &now[stretch];
    let mean = slow.iter().map(|row| row.mean * row.records as f64).sum::<f64>() / records(slow) as f64;
    let ratio = mean / usual.exp();
    let distance = (mean.max(0.001).ln() - usual) / spread * (slow.len() as f64).sqrt().min(4.0);
    (ratio >= SLOWER_RATIO && distance >= DISTANCE_MIN && slow.len() >= 2).then(|| Finding {
        difference: Difference::Slower,
        source: source.clone(),
        severity: None,
        patterns: Vec::new(),
        template: "".into(),
        telling: Telling { weight: 0.6, trouble: None, of_another: false },
        time: TimeRange::new(slow[0].at, slow[slow.len() - 1].at.max(Timestamp::from_micros(slow[0].at.as_micros() + 1))),
        expected: usual.exp(),
        seen: mean,
        most_before: 0,
        score: distance.min(DISTANCE_MAX) * 0.6,
    })
}

#[cfg(test)]
mod tests;
