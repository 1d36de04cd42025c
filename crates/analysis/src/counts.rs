use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use pattern::PatternId;
use record::{Severity, TimeRange, Timestamp};

use crate::evidence::Count;

/// Counts over a stretch of time, one series for each source, severity and group of patterns.
#[derive(Debug, Clone)]
pub(crate) struct Counts {
    /// Start of the first bin.
    start: Timestamp,
    bin: Duration,
    bins: usize,
    series: Vec<Series>,
}

/// Source, severity and group of patterns.
type SeriesKey = (Arc<str>, Option<Severity>, Option<u64>);

/// What one source said in one way.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    /// The source; empty for records without one.
    pub(crate) source: Arc<str>,
    /// The severity.
    pub(crate) severity: Option<Severity>,
    /// The patterns that are counted together; the first stands for all. Empty when patterns were not asked for.
    pub(crate) patterns: Vec<PatternId>,
    /// The text that they share, with holes; empty when it is not known.
    pub(crate) template: Arc<str>,
    /// Records by bin.
    pub(crate) by_bin: Vec<u32>,
}

impl Counts {
    /// Puts counts together. `group` says for a source and pattern which patterns are one, and their text.
    pub(crate) fn new(range: TimeRange, bin: Duration, counts: &[Count], groups: &Groups) -> Counts {
        let width = (bin.as_micros() as i64).max(1);
        let start = range.start.as_micros().div_euclid(width) * width;
        let bins = usize::try_from((range.end.as_micros() - start + width - 1) / width).unwrap_or(0);
        let mut places: HashMap<SeriesKey, usize> = HashMap::new();
        let mut series: Vec<Series> = Vec::new();
        for count in counts {
            let Some(at) = place(count.at, start, width, bins) else { continue };
            let group = count.pattern.map(|pattern| groups.of(&count.source, pattern));
            let key = (count.source.clone(), count.severity, group.as_ref().map(|group| group.key));
            let place = *places.entry(key).or_insert_with(|| {
                let template = group.and_then(|group| group.template).unwrap_or_default();
                series.push(Series {
                    source: count.source.clone(),
                    severity: count.severity,
                    patterns: Vec::new(),
                    template,
                    by_bin: vec![0; bins],
                });
                series.len() - 1
            });
            let series = &mut series[place];
            series.by_bin[at] += u32::try_from(count.records).unwrap_or(u32::MAX);
            if let Some(pattern) = count.pattern.filter(|pattern| !series.patterns.contains(pattern)) {
                series.patterns.push(pattern);
            }
        }
        series.sort_by(|a, b| a.source.cmp(&b.source).then_with(|| b.total().cmp(&a.total())));
        Counts { start: Timestamp::from_micros(start), bin, bins, series }
    }

    /// All series, by source, the most frequent first.
    pub(crate) fn series(&self) -> &[Series] {
        &self.series
    }

    /// How many bins there are.
    pub(crate) fn bins(&self) -> usize {
        self.bins
    }

    /// Start of a bin.
    pub(crate) fn at(&self, bin: usize) -> Timestamp {
        Timestamp::from_micros(self.start.as_micros().saturating_add(self.bin.as_micros() as i64 * bin as i64))
    }

    /// The time that bins cover.
    pub(crate) fn time(&self, bins: &Range<usize>) -> TimeRange {
        TimeRange::new(self.at(bins.start), self.at(bins.end))
    }

    /// The bins that begin within a stretch of time.
    pub(crate) fn within(&self, range: TimeRange) -> Range<usize> {
        let width = self.bin.as_micros() as i64;
        let place =
            |at: Timestamp| ((at.as_micros() - self.start.as_micros() + width - 1).div_euclid(width)).clamp(0, self.bins as i64);
        place(range.start) as usize..place(range.end) as usize
    }
}

impl Series {
    /// Records in all bins.
    pub(crate) fn total(&self) -> u64 {
        self.by_bin.iter().map(|&count| u64::from(count)).sum()
    }

    /// Records in some bins.
    pub(crate) fn sum(&self, bins: &Range<usize>) -> u64 {
        self.by_bin.get(bins.clone()).unwrap_or_default().iter().map(|&count| u64::from(count)).sum()
    }
}

fn place(at: Timestamp, start: i64, width: i64, bins: usize) -> Option<usize> {
    let place = (at.as_micros() - start).div_euclid(width);
    usize::try_from(place).ok().filter(|&place| place < bins)
}

/// Which patterns of a source are one, and what they say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    known: HashMap<(Arc<str>, PatternId), (u64, Arc<str>)>,
}

/// The group of a pattern.
#[derive(Debug, Clone)]
struct Group {
    key: u64,
    template: Option<Arc<str>>,
}

impl Groups {
    /// Groups the patterns of messages by what [`pattern::merge`] finds, each source for itself: a user's name in a message
    /// must not make a new pattern of it.
    pub(crate) fn of_messages<'a>(messages: impl Iterator<Item = (&'a Arc<str>, PatternId, &'a str)>) -> Groups {
        let mut by_source: HashMap<&Arc<str>, HashMap<PatternId, (pattern::Pattern, u64)>> = HashMap::new();
        for (source, id, message) in messages {
            let of_source = by_source.entry(source).or_default();
            of_source.entry(id).or_insert_with(|| (pattern::split(message).pattern, 0)).1 += 1;
        }
        let mut known = HashMap::new();
        for (source, patterns) in by_source {
            let ids: Vec<(PatternId, PatternId)> = patterns.iter().map(|(&id, (pattern, _))| (id, pattern.id())).collect();
            let merged = pattern::merge(patterns.into_values());
            for (id, skeleton) in ids {
                if let Some(found) = merged.of(skeleton) {
                    known.insert((source.clone(), id), (found.id.0, found.template.as_str().into()));
                }
            }
        }
        Groups { known }
    }

    fn of(&self, source: &Arc<str>, pattern: PatternId) -> Group {
        match self.known.get(&(source.clone(), pattern)) {
            Some((key, template)) => Group { key: *key, template: Some(template.clone()) },
            None => Group { key: pattern.0, template: None },
        }
    }
}
