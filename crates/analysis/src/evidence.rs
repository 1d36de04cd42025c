use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use pattern::PatternId;
use record::{RecordId, Severity, TimeRange, Timestamp};

/// One bin for all of time that anybody has logs of.
pub const NO_BINS: Duration = Duration::from_secs(400 * 365 * 86_400);

/// How many records of one source, severity and pattern lie in one stretch of time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Start of the stretch, a multiple of its length since 1970.
    pub at: Timestamp,
    /// The source; empty for records without one.
    pub source: Arc<str>,
    /// The severity, where records have one.
    pub severity: Option<Severity>,
    /// The pattern; `None` where it was not asked for, and for records without a message.
    pub pattern: Option<PatternId>,
    /// Records.
    pub records: u64,
}

/// A message of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// Of one of the sources that have the pattern; empty for records without one.
    pub source: Arc<str>,
    /// The pattern.
    pub pattern: PatternId,
    /// One of its messages.
    pub message: Arc<str>,
}

/// One record, as far as an analysis shows or reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its id, by which it is cited.
    pub id: RecordId,
    /// When it happened.
    pub at: Timestamp,
    /// Its source; empty for none.
    pub source: Arc<str>,
    /// Its severity.
    pub severity: Option<Severity>,
    /// Its pattern.
    pub pattern: Option<PatternId>,
    /// Its text; empty for none.
    pub message: Arc<str>,
}

/// A record of a traced request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hop {
    /// Of which request.
    pub trace: Arc<str>,
    /// When.
    pub at: Timestamp,
    /// In which source.
    pub source: Arc<str>,
    /// How serious.
    pub severity: Option<Severity>,
}

/// The durations that one source wrote in one stretch of time.
#[derive(Debug, Clone, PartialEq)]
pub struct Durations {
    /// Start of the stretch.
    pub at: Timestamp,
    /// The source.
    pub source: Arc<str>,
    /// Records that have a duration.
    pub records: u64,
    /// Their arithmetic mean, in the unit in which they are written.
    pub mean: f64,
}

/// What failed, counted exactly. A number is `None` where no field tells it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Impact {
    /// Records of severity ERROR and above.
    pub errors: u64,
    /// Different transactions among them.
    pub transactions: Option<u64>,
    /// Different customers among them.
    pub customers: Option<u64>,
    /// Sum of the amounts among them, in whatever currency they are written.
    pub amount: Option<f64>,
}

/// Rows, and why there may be more.
#[derive(Debug, Clone, PartialEq)]
pub struct Known<T> {
    /// What was found.
    pub rows: Vec<T>,
    /// Which bound was met or what could not be read, in words.
    pub missing: Option<String>,
    /// Version of the table.
    pub version: u64,
}

/// Which records to fetch.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// Within this time.
    pub range: TimeRange,
    /// Of this source.
    pub source: Arc<str>,
    /// Of one of these patterns; all, when empty.
    pub patterns: Vec<PatternId>,
    /// Only those of this severity.
    pub severity: Option<Severity>,
    /// Only those of severity ERROR and above.
    pub errors_only: bool,
    /// The latest, latest first, instead of the earliest, earliest first.
    pub latest: bool,
    /// At most so many.
    pub limit: usize,
}

/// Where an analysis reads. It asks for counts over time, and for few records; every question has a range and a bound.
#[async_trait]
pub trait Evidence: Send + Sync {
    /// Counts by source and severity. Cheap over long ranges.
    async fn totals(&self, range: TimeRange, bin: Duration) -> Result<Known<Count>, ask::Error>;
    /// Counts by source, severity and pattern. With [`NO_BINS`], all are counted at the start of the range.
    async fn counts(&self, range: TimeRange, bin: Duration) -> Result<Known<Count>, ask::Error>;
    /// About `limit` records, spread evenly over all of the range, whichever source they come from; `of` is how many there
    /// are.
    async fn sample(&self, range: TimeRange, of: u64, limit: usize) -> Result<Known<Sample>, ask::Error>;
    /// Messages of these patterns; at least of those with most records, where there are too many.
    async fn texts(&self, range: TimeRange, patterns: &[PatternId]) -> Result<Known<Text>, ask::Error>;
    /// Some records of one source.
    async fn some(&self, wanted: &Wanted) -> Result<Known<Sample>, ask::Error>;
    /// Mean durations by source, where a field tells them.
    async fn durations(&self, range: TimeRange, bin: Duration) -> Result<Known<Durations>, ask::Error>;
    /// Records of whole traced requests, a share of them so that there are about `limit` records; `of` is how many records
    /// there are in all.
    async fn hops(&self, range: TimeRange, of: u64, limit: usize) -> Result<Known<Hop>, ask::Error>;
    /// What failed in these sources.
    async fn impact(&self, range: TimeRange, sources: &[Arc<str>]) -> Result<Known<Impact>, ask::Error>;
}
