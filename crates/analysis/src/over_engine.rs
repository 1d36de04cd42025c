//! Evidence from the query engine, in the search language: whatever policy the engine compiles into a plan holds here too.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ask::{
    Aggregate, Answer, Bound, Cell, ColumnKind, Comparison, Engine, Filter, Function, GroupKey, Pipe, Query, Question, Rows,
    Scope, SortKey,
};
use async_trait::async_trait;
use futures::{StreamExt, TryStreamExt, stream};
use pattern::PatternId;
use record::{RecordId, Severity, TimeRange, Timestamp};

use crate::evidence::{Count, Durations, Evidence, Hop, Impact, Known, NO_BINS, Sample, Text, Wanted};

/// Groups of one count. Some hundred sources over some hundred bins with some patterns each; what does not fit is told.
pub const GROUPS_MAX: usize = 400_000;

/// Records whose patterns are counted at once. With many more the groups do not fit into the memory of a question; then only
/// the graver ones are told apart: failures seldom speak at INFO, and what is new there alarms nobody.
const RECORDS_COUNTED_MAX: u64 = 1_000_000;

/// From which severity on patterns are counted, from all to fewest.
const FLOORS: [Severity; 3] = [Severity::Trace, Severity::Warn, Severity::Error];

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const MINUTE: Duration = Duration::from_secs(60);

/// Slices of time that samples are taken from, and how many are read at once.
const SLICES: usize = 8;
const QUESTIONS_AT_ONCE: usize = 2;

/// Records that are read for the texts of patterns, an equal part of them from each slice: until all of a question are found,
/// each is held with the page it lies in, and as many from all of a long range at once would not fit into its memory.
const TEXTS: usize = 4000;

/// Bins by which a range is cut into slices.
const BINS: u64 = 256;

/// Names of fields that hold durations, as libraries write them; the first that exists is read.
const DURATION_FIELDS: [&str; 14] = [
    "response_time_ms",
    "duration_ms",
    "latency_ms",
    "elapsed_ms",
    "took_ms",
    "request_time",
    "response_time",
    "duration",
    "latency",
    "elapsed",
    "http.duration_ms",
    "http.server.duration",
    "http.response_time_ms",
    "duration_seconds",
];
/// Names of fields that tell customers, and amounts.
const CUSTOMER_FIELDS: [&str; 6] = ["customer_id", "customer", "user_id", "user.id", "client_id", "account_id"];
const AMOUNT_FIELDS: [&str; 5] = ["amount", "transaction_amount", "total_amount", "payment.amount", "amount_eur"];

/// Evidence from an engine.
pub struct OverEngine<'a> {
    engine: &'a dyn Engine,
    scope: Scope,
    fields: Vec<ask::Column>,
}

impl<'a> OverEngine<'a> {
    /// Reads with this engine as this tenant, each question within this budget. The scope's time does not matter.
    pub async fn new(engine: &'a dyn Engine, scope: Scope) -> Result<OverEngine<'a>, ask::Error> {
        let fields = engine.fields(&scope).await?;
        Ok(OverEngine { engine, fields: fields.into_iter().map(|field| field.column).collect(), scope })
    }

    /// The field that holds durations, if there is one.
    pub fn duration_field(&self) -> Option<&'static str> {
        self.numeric(&DURATION_FIELDS)
    }

    fn numeric(&self, names: &[&'static str]) -> Option<&'static str> {
        let is_number = |name: &str| {
            self.fields.iter().any(|field| field.name == name && matches!(field.kind, ColumnKind::Int | ColumnKind::Float))
        };
        names.iter().copied().find(|name| is_number(name))
    }

    fn named(&self, names: &[&'static str]) -> Option<&'static str> {
        names.iter().copied().find(|name| self.fields.iter().any(|field| field.name == *name))
    }

    async fn ask(&self, range: TimeRange, rows_max: usize, filter: Filter, pipes: Vec<Pipe>) -> Result<Answer, ask::Error> {
        let mut scope = self.scope.clone();
        scope.time = range;
        scope.budget.rows_max = rows_max.min(self.scope.budget.rows_max);
        self.engine.answer(&scope, &Question::Search(Query { filter, pipes }), None).await
    }

    async fn count(&self, range: TimeRange, filter: Filter, keys: Vec<GroupKey>) -> Result<Known<Count>, ask::Error> {
        let stats = Pipe::Stats { aggregates: vec![aggregate(Function::Count, None, "n")], by: keys };
        let answer = self.ask(range, GROUPS_MAX, filter, vec![stats]).await?;
        Ok(known(&answer, |row| {
            Some(Count {
                at: row.time("bin").unwrap_or(range.start),
                source: row.text("source").unwrap_or_default(),
                severity: row.text("severity").and_then(|text| Severity::parse(&text)),
                pattern: row.pattern(),
                records: u64::try_from(row.int("n")?).ok()?,
            })
        }))
    }

    /// The range in slices with about as many records each. The newest records of a slice are read without reading the others.
    async fn slices(&self, range: TimeRange) -> Result<Vec<TimeRange>, ask::Error> {
        let days = self.totals(range, DAY).await?.rows;
        let (Some(first), Some(last)) = (days.iter().map(|day| day.at).min(), days.iter().map(|day| day.at).max()) else {
            return Ok(Vec::new());
        };
        let within = range.intersect(TimeRange::new(first, last.plus(DAY)));
        let minutes = (within.end.as_micros() - within.start.as_micros()) as u64 / (BINS * MINUTE.as_micros() as u64);
        let mut bins: BTreeMap<Timestamp, u64> = BTreeMap::new();
        for count in self.totals(within, MINUTE * minutes.max(1) as u32).await?.rows {
            *bins.entry(count.at).or_default() += count.records;
        }
        Ok(cut(within, &bins))
    }

    /// The newest records of each slice of the range, `limit` in all.
    async fn in_slices(&self, range: TimeRange, filter: &Filter, limit: usize) -> Result<Known<Sample>, ask::Error> {
        let slices = stream::iter(self.slices(range).await?);
        let samples = slices.map(|slice| self.samples(slice, filter.clone(), Vec::new(), limit.div_ceil(SLICES)));
        let samples: Vec<_> = samples.buffered(QUESTIONS_AT_ONCE).try_collect().await?;
        let version = samples.iter().map(|sample| sample.version).max().unwrap_or_default();
        Ok(Known { rows: samples.into_iter().flat_map(|sample| sample.rows).collect(), missing: None, version })
    }

    /// Records as samples. A limit is what was asked for, and so nothing that is missing.
    async fn samples(
        &self,
        range: TimeRange,
        filter: Filter,
        mut pipes: Vec<Pipe>,
        limit: usize,
    ) -> Result<Known<Sample>, ask::Error> {
        pipes.push(Pipe::Head(limit as u64));
        pipes.push(Pipe::Fields(
            ["record_id", "timestamp", "source", "severity", "pattern_id", "message"].map(str::to_owned).to_vec(),
        ));
        let answer = self.ask(range, limit, filter, pipes).await?;
        let mut found = known(&answer, |row| {
            Some(Sample {
                id: row.text("record_id")?.parse::<RecordId>().ok()?,
                at: row.time("timestamp")?,
                source: row.text("source").unwrap_or_default(),
                severity: row.text("severity").and_then(|text| Severity::parse(&text)),
                pattern: row.pattern(),
                message: row.text("message").unwrap_or_default(),
            })
        });
        found.missing = None;
        Ok(found)
    }
}

/// Cuts a range into [`SLICES`] at starts of bins, so that each holds about as many records; fewer, where bins are too full.
fn cut(range: TimeRange, bins: &BTreeMap<Timestamp, u64>) -> Vec<TimeRange> {
    let each = bins.values().sum::<u64>().div_ceil(SLICES as u64).max(1);
    let (mut slices, mut start, mut before) = (Vec::new(), range.start, 0);
    for (&at, records) in bins {
        if before / each > slices.len() as u64 && at > start {
            slices.push(TimeRange::new(start, at));
            start = at;
        }
        before += records;
    }
    slices.push(TimeRange::new(start, range.end));
    slices
}

/// Records of at least this severity; of the lowest, all.
fn above(floor: Severity, totals: &[Count]) -> u64 {
    let counts = |count: &&Count| floor == FLOORS[0] || count.severity.is_some_and(|severity| severity >= floor);
    totals.iter().filter(counts).map(|count| count.records).sum()
}

fn aggregate(function: Function, field: Option<&str>, name: &str) -> Aggregate {
    Aggregate { function, field: field.map(str::to_owned), name: name.to_owned() }
}

fn field(name: &str) -> GroupKey {
    GroupKey::Field(name.to_owned())
}

fn one_of(field: &str, texts: impl Iterator<Item = String>) -> Filter {
    Filter::Or(texts.map(|text| Filter::Exact { field: field.to_owned(), text }).collect())
}

fn of_patterns(patterns: &[PatternId]) -> Filter {
    one_of("pattern_id", patterns.iter().map(|pattern| pattern.0.cast_signed().to_string()))
}

fn of_source(source: &Arc<str>) -> Filter {
    let field = "source".to_owned();
    match source.is_empty() {
        true => Filter::Not(Box::new(Filter::Exists { field })),
        false => Filter::Exact { field, text: source.to_string() },
    }
}

fn errors() -> Filter {
    compared(Comparison::GreaterOrEqual, Severity::Error)
}

fn compared(comparison: Comparison, severity: Severity) -> Filter {
    Filter::Compare { field: "severity".to_owned(), comparison, bound: Bound::Severity(severity) }
}

/// Ends that about one in so many random or running hexadecimal numbers has.
fn one_in(share: u64) -> Option<String> {
    match share {
        0..2 => None,
        2..4 => Some("[0-7]$".to_owned()),
        4..8 => Some("[0-3]$".to_owned()),
        8..16 => Some("[01]$".to_owned()),
        more => {
            let digits = (more.ilog2() / 4).min(8) as usize;
            Some(format!("{}$", "0".repeat(digits)))
        }
    }
}

fn ends(field: &str, share: u64) -> Filter {
    match one_in(share) {
        None => Filter::All,
        Some(pattern) => Filter::Regex { field: field.to_owned(), pattern },
    }
}

#[async_trait]
impl Evidence for OverEngine<'_> {
    async fn totals(&self, range: TimeRange, bin: Duration) -> Result<Known<Count>, ask::Error> {
        self.count(range, Filter::All, vec![GroupKey::Bin(bin), field("source"), field("severity")]).await
    }

    async fn counts(&self, range: TimeRange, bin: Duration) -> Result<Known<Count>, ask::Error> {
        let bins = if bin >= NO_BINS { Vec::new() } else { vec![GroupKey::Bin(bin)] };
        let keys = || [&bins[..], &[field("source"), field("severity"), field("pattern_id")]].concat();
        let totals = self.totals(range, DAY).await?;
        let all = above(FLOORS[0], &totals.rows);
        for floor in FLOORS {
            let (is_first, is_last) = (floor == FLOORS[0], floor == FLOORS[2]);
            if above(floor, &totals.rows) > RECORDS_COUNTED_MAX && !is_last {
                continue;
            }
            let filter = if is_first { Filter::All } else { compared(Comparison::GreaterOrEqual, floor) };
            match self.count(range, filter, keys()).await {
                Err(ask::Error::OverBudget { what: "memory", .. }) if !is_last => {}
                Ok(mut counted) if !is_first => {
                    let told_apart =
                        || format!("of {all} records only those at {floor} and above were told apart by their messages");
                    counted.missing.get_or_insert_with(told_apart);
                    return Ok(counted);
                }
                counted => return counted,
            }
        }
        unreachable!("BUG: the last floor is always counted")
    }

    async fn sample(&self, range: TimeRange, of: u64, limit: usize) -> Result<Known<Sample>, ask::Error> {
        if of <= limit as u64 {
            return self.samples(range, Filter::All, Vec::new(), limit).await;
        }
        self.in_slices(range, &Filter::All, limit).await
    }

    async fn texts(&self, range: TimeRange, patterns: &[PatternId]) -> Result<Known<Text>, ask::Error> {
        let found = self.in_slices(range, &of_patterns(patterns), TEXTS).await?;
        let text = |sample: Sample| Some(Text { source: sample.source, pattern: sample.pattern?, message: sample.message });
        Ok(Known { rows: found.rows.into_iter().filter_map(text).collect(), missing: None, version: found.version })
    }

    async fn some(&self, wanted: &Wanted) -> Result<Known<Sample>, ask::Error> {
        let mut filters = vec![of_source(&wanted.source)];
        filters.extend((!wanted.patterns.is_empty()).then(|| of_patterns(&wanted.patterns)));
        filters.extend(wanted.severity.map(|severity| compared(Comparison::Equal, severity)));
        filters.extend(wanted.errors_only.then(errors));
        let key = |field: &str| SortKey { field: field.to_owned(), descending: false };
        let order = if wanted.latest { Vec::new() } else { vec![Pipe::Sort(vec![key("timestamp"), key("record_id")])] };
        self.samples(wanted.range, Filter::And(filters), order, wanted.limit).await
    }

    async fn durations(&self, range: TimeRange, bin: Duration) -> Result<Known<Durations>, ask::Error> {
        let Some(name) = self.duration_field() else { return Ok(Known { rows: Vec::new(), missing: None, version: 0 }) };
        let aggregates = vec![aggregate(Function::Count, Some(name), "n"), aggregate(Function::Avg, Some(name), "mean")];
        let stats = Pipe::Stats { aggregates, by: vec![GroupKey::Bin(bin), field("source")] };
        let answer = self.ask(range, GROUPS_MAX, Filter::Exists { field: name.to_owned() }, vec![stats]).await?;
        Ok(known(&answer, |row| {
            let records = u64::try_from(row.int("n")?).ok()?;
            Some(Durations {
                at: row.time("bin")?,
                source: row.text("source").unwrap_or_default(),
                records,
                mean: row.float("mean")?,
            })
        }))
    }

    async fn hops(&self, range: TimeRange, of: u64, limit: usize) -> Result<Known<Hop>, ask::Error> {
        let filter =
            Filter::And(vec![Filter::Exists { field: "trace_id".to_owned() }, ends("trace_id", of / limit.max(1) as u64)]);
        let shown = Pipe::Fields(["trace_id", "timestamp", "source", "severity"].map(str::to_owned).to_vec());
        let answer = self.ask(range, limit, filter, vec![Pipe::Head(limit as u64), shown]).await?;
        let mut hops = known(&answer, |row| {
            Some(Hop {
                trace: row.text("trace_id")?,
                at: row.time("timestamp")?,
                source: row.text("source").unwrap_or_default(),
                severity: row.text("severity").and_then(|text| Severity::parse(&text)),
            })
        });
        hops.missing = None;
        Ok(hops)
    }

    async fn impact(&self, range: TimeRange, sources: &[Arc<str>]) -> Result<Known<Impact>, ask::Error> {
        let customers = self.named(&CUSTOMER_FIELDS);
        let amount = self.numeric(&AMOUNT_FIELDS);
        let mut aggregates = vec![
            aggregate(Function::Count, None, "errors"),
            aggregate(Function::Distinct, Some("transaction_id"), "transactions"),
        ];
        aggregates.extend(customers.map(|name| aggregate(Function::Distinct, Some(name), "customers")));
        aggregates.extend(amount.map(|name| aggregate(Function::Sum, Some(name), "amount")));
        let filter = Filter::And(vec![errors(), Filter::Or(sources.iter().map(of_source).collect())]);
        let answer = self.ask(range, 1, filter, vec![Pipe::Stats { aggregates, by: Vec::new() }]).await?;
        let count = |row: &Row<'_>, name: &str| row.int(name).and_then(|count| u64::try_from(count).ok());
        Ok(known(&answer, |row| {
            Some(Impact {
                errors: count(row, "errors")?,
                transactions: count(row, "transactions"),
                customers: count(row, "customers"),
                amount: row.float("amount"),
            })
        }))
    }
}

fn known<T>(answer: &Answer, read: impl Fn(&Row<'_>) -> Option<T>) -> Known<T> {
    let rows = &*answer.rows;
    let read = (0..rows.len()).filter_map(|at| read(&Row { rows, at }));
    Known { rows: read.collect(), missing: answer.incomplete_reason(), version: answer.version }
}

/// A row of an answer, read by the names of its columns.
struct Row<'a> {
    rows: &'a dyn Rows,
    at: usize,
}

impl Row<'_> {
    fn cell(&self, name: &str) -> Cell<'_> {
        let place = self.rows.columns().iter().position(|column| column.name == name);
        place.map_or(Cell::Absent, |place| self.rows.cell(self.at, place))
    }

    fn text(&self, name: &str) -> Option<Arc<str>> {
        match self.cell(name) {
            Cell::Text(text) => Some(text.into()),
            Cell::Other(text) => Some(text.into()),
            Cell::Int(value) => Some(value.to_string().into()),
            _ => None,
        }
    }

    fn int(&self, name: &str) -> Option<i64> {
        match self.cell(name) {
            Cell::Int(value) => Some(value),
            _ => None,
        }
    }

    fn float(&self, name: &str) -> Option<f64> {
        match self.cell(name) {
            Cell::Float(value) => Some(value),
            Cell::Int(value) => Some(value as f64),
            _ => None,
        }
    }

    fn time(&self, name: &str) -> Option<Timestamp> {
        match self.cell(name) {
            Cell::Time(at) => Some(at),
            _ => None,
        }
    }

    fn pattern(&self) -> Option<PatternId> {
        self.int("pattern_id").map(|bits| PatternId(bits.cast_unsigned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> Timestamp {
        Timestamp::from_micros(minute * 60_000_000)
    }

    fn cut_of(records: impl IntoIterator<Item = (i64, u64)>) -> Vec<(i64, i64)> {
        let bins = records.into_iter().map(|(minute, records)| (at(minute), records)).collect();
        let minutes = |at: Timestamp| at.as_micros() / 60_000_000;
        let slices = cut(TimeRange::new(at(0), at(800)), &bins);
        slices.iter().map(|slice| (minutes(slice.start), minutes(slice.end))).collect()
    }

    #[test]
    fn slices_hold_as_many_records_each_and_all_of_the_range() {
        let even = cut_of((0..800).map(|minute| (minute, 10)));
        assert_eq!(even, (0..8).map(|slice| (slice * 100, slice * 100 + 100)).collect::<Vec<_>>());
        let crowded = cut_of((0..800).map(|minute| (minute, if minute < 80 { 100 } else { 1 })));
        assert_eq!(crowded.len(), SLICES);
        assert!(crowded[0].1 <= 12, "{crowded:?}");
        assert_eq!((crowded[0].0, crowded[7].1), (0, 800));
        assert!(crowded.windows(2).all(|pair| pair[0].1 == pair[1].0), "{crowded:?}");
    }

    #[test]
    fn a_bin_is_not_cut() {
        assert_eq!(cut_of([(400, 1_000_000)]), [(0, 800)]);
        assert_eq!(cut_of([]), [(0, 800)]);
        assert_eq!(cut_of([(100, 1_000), (400, 1_000_000), (500, 1)]), [(0, 500), (500, 800)]);
    }
}
