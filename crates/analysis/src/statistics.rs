//! What is usual, and how far something is from it.

use std::ops::Range;

/// Expected records below which nothing is expected: a pattern that was never seen may come once by chance.
const EXPECTED_MIN: f64 = 0.3;

/// What a series was before, by bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Usual {
    /// Records a bin.
    pub(crate) mean: f64,
    /// Variance over mean, at least 1: how much more it varies than chance alone (a Poisson process) would.
    pub(crate) dispersion: f64,
}

impl Usual {
    /// Of these counts.
    pub(crate) fn of(counts: &[u32]) -> Usual {
        if counts.is_empty() {
            return Usual { mean: 0.0, dispersion: 1.0 };
        }
        let n = counts.len() as f64;
        let mean = counts.iter().map(|&count| f64::from(count)).sum::<f64>() / n;
        let variance = counts.iter().map(|&count| (f64::from(count) - mean).powi(2)).sum::<f64>() / n;
        Usual { mean, dispersion: if mean > 0.0 { (variance / mean).max(1.0) } else { 1.0 } }
    }

    /// Signed distance of `seen` from what so many bins usually hold, times `traffic`: the root of the Poisson deviance
    /// (McCullagh and Nelder, Generalized Linear Models, 1989), divided by the root of the dispersion. About like
    /// standard deviations.
    pub(crate) fn distance(&self, seen: f64, bins: usize, traffic: f64) -> f64 {
        let expected = self.expected(bins, traffic).max(EXPECTED_MIN);
        let term = if seen > 0.0 { seen * (seen / expected).ln() } else { 0.0 };
        let deviance = (2.0 * (term - (seen - expected))).max(0.0);
        (seen - expected).signum() * (deviance / self.dispersion).sqrt()
    }

    /// What so many bins usually hold.
    pub(crate) fn expected(&self, bins: usize, traffic: f64) -> f64 {
        self.mean * bins as f64 * traffic
    }
}

/// The most that any stretch of so many bins holds.
pub(crate) fn most(counts: &[u32], bins: usize) -> u64 {
    if bins == 0 || counts.is_empty() {
        return 0;
    }
    let sum = |window: &[u32]| window.iter().map(|&count| u64::from(count)).sum();
    counts.windows(bins.min(counts.len())).map(sum).max().unwrap_or(0)
}

/// Where the counts of a window first rise above what is usual and stay there: the start of the stretch with the largest
/// sum of excess over usual (maximum subarray), and its end.
pub(crate) fn rise(counts: &[u32], usual: Usual, traffic: f64) -> Option<Range<usize>> {
    // Half of a rise belongs to it, less is noise.
    let floor = usual.mean * traffic + (usual.mean * traffic * usual.dispersion).sqrt().max(0.5);
    best_stretch(counts.iter().map(|&count| f64::from(count) - floor))
}

/// The stretch with the largest sum, if that is positive.
pub(crate) fn best_stretch(values: impl Iterator<Item = f64>) -> Option<Range<usize>> {
    let (mut best, mut best_sum) = (None, 0.0);
    let (mut start, mut sum) = (0, 0.0);
    for (index, value) in values.enumerate() {
        if sum <= 0.0 {
            (start, sum) = (index, 0.0);
        }
        sum += value;
        if sum > best_sum {
            (best, best_sum) = (Some(start..index + 1), sum);
        }
    }
    best
}

/// The middle value; 0 of none.
pub(crate) fn median(values: &mut [f64]) -> f64 {
    if values.is_empty() {
        return 0.0;
    }
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_about_standard_deviations() {
        let usual = Usual::of(&[10; 60]);
        assert!((usual.distance(130.0, 10, 1.0) - 2.9).abs() < 0.2, "{}", usual.distance(130.0, 10, 1.0));
        assert!(usual.distance(60.0, 10, 1.0) < -4.0);
        assert_eq!(usual.distance(200.0, 10, 2.0), 0.0, "twice the traffic, twice the records");
    }

    #[test]
    fn what_comes_in_bursts_is_judged_more_mildly() {
        let (mut steady, mut bursts) = (vec![5; 60], vec![0; 60]);
        steady[3] = 6;
        bursts.iter_mut().step_by(10).for_each(|count| *count = 50);
        let distance = |counts: &[u32]| Usual::of(counts).distance(100.0, 10, 1.0);
        assert!(distance(&bursts) * 4.0 < distance(&steady));
        assert_eq!(most(&bursts, 10), 50);
        assert_eq!(most(&bursts, 11), 100);
    }

    #[test]
    fn nothing_is_enough_to_compare_with() {
        let usual = Usual::of(&[]);
        assert!(usual.distance(1.0, 10, 1.0) < 2.0, "one record is no news");
        assert!(usual.distance(40.0, 10, 1.0) > 10.0);
        assert_eq!(most(&[], 3), 0);
    }

    #[test]
    fn a_rise_has_a_start_and_an_end() {
        let usual = Usual::of(&[2; 30]);
        assert_eq!(rise(&[2, 1, 2, 30, 28, 0, 31, 2, 2], usual, 1.0), Some(3..7));
        assert_eq!(rise(&[2, 2, 1], usual, 1.0), None);
        assert_eq!(rise(&[], usual, 1.0), None);
    }
}
