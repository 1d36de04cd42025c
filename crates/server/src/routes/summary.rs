use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ask::{Aggregate, Answer, Bound, Cell, Comparison, Filter, Function, GroupKey, Pipe, Query, Question};
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use record::{Severity, TimeRange, Timestamp};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::Problem;
use crate::form::Form;
use crate::rows::column;

const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);
/// Days of daily summaries: the week that ends with the date.
const DAYS: u32 = 7;
/// Error codes shown of each stretch.
const TOP_ERRORS: usize = 5;
/// Bytes of a service's name.
const SERVICE_MAX_BYTES: usize = 256;
/// Rows of one question: a week of hours, with a thousand error codes each.
const ROWS_MAX: usize = 200_000;

/// What to sum up.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `summary` reads")]
pub(crate) struct SummaryParams {
    /// Only this source. Default: all.
    #[param(example = "payment-service")]
    service: Option<String>,
    /// `hourly`: the hours of the date. `daily`: the seven days that end with it.
    #[param(example = "hourly")]
    granularity: Option<String>,
    /// A date (UTC). Default: today.
    #[param(example = "2026-02-06")]
    date: Option<String>,
}

/// Hours of a day, or days of a week, in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SummaryAnswer {
    /// The source; absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[schema(example = "2026-02-06")]
    date: String,
    /// For `hourly`: the hours that have records.
    #[serde(skip_serializing_if = "Option::is_none")]
    hourly_summaries: Option<Vec<Stretch>>,
    /// For `daily`: the days that have records.
    #[serde(skip_serializing_if = "Option::is_none")]
    daily_summaries: Option<Vec<Stretch>>,
    /// Whether nothing is missing.
    complete: bool,
    /// Why something may be.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete_reason: Option<String>,
    /// Version of the Delta table that was read.
    version: u64,
}

/// An hour or a day.
#[derive(Debug, Default, Serialize, ToSchema)]
#[schema(as = SummaryStretch)]
pub(crate) struct Stretch {
    /// For `hourly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "14:00-15:00")]
    hour: Option<String>,
    /// For `daily`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-02-06")]
    day: Option<String>,
    total_logs: u64,
    /// Records of severity ERROR and above.
    error_count: u64,
    error_rate: f64,
    /// Absent where no field of milliseconds is known (`response_time_ms`, `duration_ms` and the like).
    #[serde(skip_serializing_if = "Option::is_none")]
    avg_latency_ms: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    p99_latency_ms: Option<f64>,
    /// The most frequent error codes.
    top_errors: Vec<String>,
    /// The same in a sentence, made from these numbers.
    #[schema(example = "1000 records, 42 errors (4.2 %), most often TIMEOUT.")]
    text: String,
}

/// Sums up a day or a week.
///
/// Per hour of a day, or per day of the week that ends with it: records, errors, durations, the most frequent error codes, and a
/// sentence made from these numbers. Only stretches that have records are told.
#[utoipa::path(
    get,
    path = "/summary",
    tag = "ask",
    params(SummaryParams),
    responses(
        (status = 200, description = "The numbers.", body = SummaryAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn summary(State(app): State<Arc<App>>, uri: Uri) -> Result<Json<SummaryAnswer>, Problem> {
    let mut form = Form::from_url(&uri)?;
    let service = form.text("service", SERVICE_MAX_BYTES);
    let date = form.moment("date", app.now()).unwrap_or_else(|| app.now());
    let daily = match form.text("granularity", SERVICE_MAX_BYTES).as_deref() {
        None | Some("hourly") => false,
        Some("daily") => true,
        Some(_) => {
            form.fault("granularity", "", "unknown", "`granularity` must be hourly or daily");
            false
        }
    };
    form.finish()?;
    let midnight = Timestamp::from_micros(i64::from(date.days()) * DAY.as_micros() as i64);
    let start = if daily { midnight.minus(DAY * (DAYS - 1)) } else { midnight };
    let asked = Asked { service: service.clone(), range: TimeRange::new(start, midnight.plus(DAY)), daily };
    let turn = app.turn().await?;
    let (stretches, told) = asked.stretches(&app, &turn).await?;
    let (hourly_summaries, daily_summaries) = if daily { (None, Some(stretches)) } else { (Some(stretches), None) };
    Ok(Json(SummaryAnswer {
        service,
        date: midnight.to_string()[..10].to_owned(),
        hourly_summaries,
        daily_summaries,
        complete: told.missing.is_none(),
        incomplete_reason: told.missing,
        version: told.version,
    }))
}

/// What is summed up.
struct Asked {
    service: Option<String>,
    range: TimeRange,
    daily: bool,
}

/// How far the answers go.
#[derive(Default)]
struct Told {
    missing: Option<String>,
    version: u64,
}

impl Asked {
    async fn stretches(&self, app: &App, turn: &Turn) -> Result<(Vec<Stretch>, Told), Problem> {
        let (mut found, mut told) = (BTreeMap::<Timestamp, Stretch>::new(), Told::default());
        let count = || Aggregate { function: Function::Count, field: None, name: "n".to_owned() };
        let counts = self.ask(app, turn, None, vec![count()], Some("severity"), &mut told).await?;
        each(&counts, |at, row| {
            let (stretch, n) = (found.entry(at).or_default(), row.count("n"));
            stretch.total_logs += n;
            if row.text("severity").and_then(|text| Severity::parse(&text)) >= Some(Severity::Error) {
                stretch.error_count += n;
            }
        });
        let codes = self.ask(app, turn, Some(errors()), vec![count()], Some("error_code"), &mut told).await?;
        let mut by_stretch: BTreeMap<Timestamp, Vec<(u64, String)>> = BTreeMap::new();
        each(&codes, |at, row| {
            by_stretch.entry(at).or_default().extend(row.text("error_code").map(|code| (row.count("n"), code)))
        });
        for (at, mut codes) in by_stretch {
            codes.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| a.1.cmp(&b.1)));
            found.entry(at).or_default().top_errors = codes.into_iter().take(TOP_ERRORS).map(|(_, code)| code).collect();
        }
        let scope = app.scope(TimeRange::ALL, ROWS_MAX);
        // Of other fields nobody knows the unit.
        if let Some(name) = app.evidence(turn, &scope).await?.duration_field().filter(|name| name.ends_with("_ms")) {
            let of = |function, alias: &str| Aggregate { function, field: Some(name.to_owned()), name: alias.to_owned() };
            let aggregates = vec![of(Function::Avg, "avg"), of(Function::Percentile(99.0), "p99")];
            let exists = Filter::Exists { field: name.to_owned() };
            let durations = self.ask(app, turn, Some(exists), aggregates, None, &mut told).await?;
            each(&durations, |at, row| {
                let stretch = found.entry(at).or_default();
                (stretch.avg_latency_ms, stretch.p99_latency_ms) = (row.number("avg"), row.number("p99"));
            });
        }
        Ok((found.into_iter().map(|(at, stretch)| self.finished(at, stretch)).collect(), told))
    }

    async fn ask(
        &self,
        app: &App,
        turn: &Turn,
        filter: Option<Filter>,
        aggregates: Vec<Aggregate>,
        by: Option<&str>,
        told: &mut Told,
    ) -> Result<Answer, Problem> {
        let source = self.service.clone().map(|text| Filter::Exact { field: "source".to_owned(), text });
        let filters: Vec<Filter> = source.into_iter().chain(filter).collect();
        let filter = if filters.is_empty() { Filter::All } else { Filter::And(filters) };
        let mut keys = vec![GroupKey::Bin(if self.daily { DAY } else { HOUR })];
        keys.extend(by.map(|field| GroupKey::Field(field.to_owned())));
        let query = Query { filter, pipes: vec![Pipe::Stats { aggregates, by: keys }] };
        let answer = app.ask(turn, &app.scope(self.range, ROWS_MAX), &Question::Search(query), None).await?;
        told.missing = told.missing.take().or_else(|| answer.incomplete_reason());
        told.version = told.version.max(answer.version);
        Ok(answer)
    }

    fn finished(&self, at: Timestamp, mut stretch: Stretch) -> Stretch {
        let text = |at: Timestamp| at.to_string()[11..16].to_owned();
        match self.daily {
            true => stretch.day = Some(at.to_string()[..10].to_owned()),
            false => stretch.hour = Some(format!("{}-{}", text(at), text(at.plus(HOUR)))),
        }
        stretch.error_rate = stretch.error_count as f64 / stretch.total_logs.max(1) as f64;
        let often = stretch.top_errors.first().map(|code| format!(", most often {code}")).unwrap_or_default();
        let slow = stretch.p99_latency_ms.map(|p99| format!("; 99 in 100 took less than {p99:.0} ms")).unwrap_or_default();
        let (total, errors, rate) = (stretch.total_logs, stretch.error_count, stretch.error_rate * 100.0);
        stretch.text = format!("{total} records, {errors} errors ({rate:.1} %){often}{slow}.");
        stretch
    }
}

fn errors() -> Filter {
    let (field, bound) = ("severity".to_owned(), Bound::Severity(Severity::Error));
    Filter::Compare { field, comparison: Comparison::GreaterOrEqual, bound }
}

/// A row, read by the names of its columns.
struct Row<'a>(&'a dyn ask::Rows, usize);

impl Row<'_> {
    fn cell(&self, name: &str) -> Cell<'_> {
        column(self.0, name).map_or(Cell::Absent, |place| self.0.cell(self.1, place))
    }

    fn count(&self, name: &str) -> u64 {
        match self.cell(name) {
            Cell::Int(n) => n.max(0).unsigned_abs(),
            _ => 0,
        }
    }

    fn number(&self, name: &str) -> Option<f64> {
        match self.cell(name) {
            Cell::Int(n) => Some(n as f64),
            Cell::Float(n) => Some((n * 100.0).round() / 100.0),
            _ => None,
        }
    }

    fn text(&self, name: &str) -> Option<String> {
        match self.cell(name) {
            Cell::Text(text) => Some(text.to_owned()),
            Cell::Other(text) => Some(text),
            _ => None,
        }
    }
}

fn each(answer: &Answer, mut row: impl FnMut(Timestamp, Row<'_>)) {
    for index in 0..answer.rows.len() {
        let of = Row(&*answer.rows, index);
        if let Cell::Time(at) = of.cell("bin") {
            row(at, Row(&*answer.rows, index));
        }
    }
}
