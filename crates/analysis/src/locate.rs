//! When it went wrong: the stretch of a window in which sources complain most, or fall silent.

use std::ops::Range;
use std::sync::Arc;

use record::Severity;

use crate::counts::{Counts, Series};
use crate::detect::by_source;
use crate::statistics::{best_stretch, median};

/// What one source can add to the badness of a bin: many sources that complain are worse than one that shouts.
const SOURCE_MAX: f64 = 10.0;
/// Badness of a bin that chance brings.
const CHANCE: f64 = 3.0;
/// A stretch whose badness beyond chance sums up to less is no incident.
const INCIDENT_MIN: f64 = 8.0;
/// Badness of a source that should speak and does not.
const SILENCE: f64 = 3.5;
/// Records expected in a bin from which silence means something: by chance, none come once in three thousand times.
const SPEAKS: f64 = 8.0;
/// What other sources count beside those that a question is about.
const BESIDE: f64 = 0.4;

/// The bins of `window` in which it went wrong, if it did. Judged by the middle of all bins, so an incident may fill up
/// to nearly half of them.
pub(crate) fn incident(counts: &Counts, window: &Range<usize>, focus: &[Arc<str>]) -> Option<Range<usize>> {
    let badness = badness(counts, focus);
    let stretch = best_stretch(badness[window.clone()].iter().map(|bad| bad - CHANCE))?;
    let sum: f64 = badness[window.clone()][stretch.clone()].iter().map(|bad| bad - CHANCE).sum();
    (sum >= INCIDENT_MIN).then_some(window.start + stretch.start..window.start + stretch.end)
}

fn badness(counts: &Counts, focus: &[Arc<str>]) -> Vec<f64> {
    let mut badness = vec![0.0; counts.bins()];
    let everything = sum(counts.bins(), &counts.series().iter().collect::<Vec<_>>(), |_| 1.0);
    let (everything_usual, _) = usual(&everything);
    for (source, series) in by_source(counts) {
        let weight = if focus.is_empty() || focus.contains(source) { 1.0 } else { BESIDE };
        let complaints = sum(counts.bins(), &series, complaint);
        let spoken = sum(counts.bins(), &series, |severity| {
            f64::from(u8::from(severity.is_none_or(|severity| severity > Severity::Debug)))
        });
        let (usual, spread) = usual(&complaints);
        let (spoken_usual, _) = self::usual(&spoken);
        for bin in 0..counts.bins() {
            // Twice the traffic may bring twice the complaints.
            let traffic = if spoken_usual > 0.0 { (spoken[bin] / spoken_usual).max(1.0) } else { 1.0 };
            let excess = (complaints[bin] - usual * traffic) / spread;
            // When all are silent, the records end there.
            let tide = everything[bin] / everything_usual.max(1.0);
            let expected = spoken_usual * tide.min(1.0);
            let silent = tide >= 0.15 && expected >= SPEAKS && spoken[bin] <= 0.03 * expected;
            badness[bin] += weight * (excess.clamp(0.0, SOURCE_MAX) + if silent { SILENCE } else { 0.0 });
        }
    }
    badness
}

fn complaint(severity: Option<Severity>) -> f64 {
    match severity {
        Some(Severity::Warn) => 0.3,
        Some(Severity::Error) => 1.0,
        Some(Severity::Critical) => 1.2,
        Some(Severity::Alert | Severity::Fatal) => 2.0,
        _ => 0.0,
    }
}

fn sum(bins: usize, series: &[&Series], weight: impl Fn(Option<Severity>) -> f64) -> Vec<f64> {
    let mut sum = vec![0.0; bins];
    for series in series {
        let weight = weight(series.severity);
        series.by_bin.iter().zip(&mut sum).for_each(|(&count, sum)| *sum += weight * f64::from(count));
    }
    sum
}

/// The middle, and how far chance goes from it.
fn usual(values: &[f64]) -> (f64, f64) {
    let middle = median(&mut values.to_vec());
    let mut distances: Vec<f64> = values.iter().map(|value| (value - middle).abs()).collect();
    (middle, (1.48 * median(&mut distances)).max((middle + 1.0).sqrt()))
}
