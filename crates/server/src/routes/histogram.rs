use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use ask::{Aggregate, Answer, Cell, Function, GroupKey, Pipe, Query, Question};
use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use record::{TimeRange, Timestamp, parse_duration};
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::Problem;
use crate::form::Form;
use crate::rows::{Stats, column};

/// Bins when the server chooses their width: as many as a wide screen shows.
const AUTO_BINS_MAX: i64 = 200;
/// Bins when the client chooses: a week in minutes.
const BINS_MAX: i64 = 10_080;
/// Longest text of a width that is worth reading.
const WIDTH_MAX_BYTES: usize = 200;
/// Severities of a bin, the missing one included.
const SEVERITIES_MAX: i64 = 10;
/// The stretch looked at, if the request does not say.
const DEFAULT_RANGE: Duration = Duration::from_secs(3600);
/// Widths people read easily, in seconds. Longer ranges get whole multiples of the last one.
const WIDTHS_SECONDS: [i64; 17] = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21_600, 43_200, 86_400];
/// The name under which records without a severity are counted (OpenTelemetry's).
pub(crate) const UNSPECIFIED: &str = "UNSPECIFIED";

const MICROS_PER_SECOND: i64 = 1_000_000;
const MICROS_PER_MILLI: i64 = 1_000;

/// What to count.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `histogram` reads")]
pub(crate) struct HistogramParams {
    /// A filter of the search language, without pipes.
    #[param(example = "timeout severity:>=error")]
    query: Option<String>,
    /// First moment: RFC 3339, a date, `now`, or `now-1h`. Default: an hour before the end.
    #[param(example = "now-1h")]
    start: Option<String>,
    /// First moment after. Default: now.
    #[param(example = "now")]
    end: Option<String>,
    /// Width of a bin (`30s`, `5m`, `1h`). Default: such that there are at most 200.
    #[param(example = "1m")]
    bin: Option<String>,
}

/// Counts over time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HistogramAnswer {
    /// Width of a bin.
    pub(crate) bin_seconds: f64,
    /// All bins of the range, empty ones included. The first and last may reach over its ends.
    pub(crate) bins: Vec<Bin>,
    /// Records in all bins.
    pub(crate) total: u64,
    pub(crate) stats: Stats,
    /// Whether nothing is missing.
    pub(crate) complete: bool,
    /// Why records may be missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) incomplete_reason: Option<String>,
    /// Version of the Delta table that was read.
    pub(crate) version: u64,
}

/// One bin.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Bin {
    /// Its first moment.
    #[schema(format = DateTime)]
    pub(crate) start: String,
    /// Records in it.
    pub(crate) total: u64,
    /// The same by severity; `UNSPECIFIED` for those without.
    pub(crate) by_severity: BTreeMap<String, u64>,
}

/// Counts records over time.
///
/// In bins of equal width, by severity. Bins are counted from 1970, so that two answers lie on top of each other.
#[utoipa::path(
    get,
    path = "/api/v1/histogram",
    tag = "ask",
    params(HistogramParams),
    responses(
        (status = 200, description = "The bins.", body = HistogramAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn histogram(State(app): State<Arc<App>>, uri: Uri) -> Result<Json<HistogramAnswer>, Problem> {
    let most = BinsMax { chosen: AUTO_BINS_MAX, named: BINS_MAX };
    let counting = Counting::read(Form::from_url(&uri)?, most, &app)?;
    let turn = app.turn().await?;
    Ok(Json(counting.answer(&app, &turn).await?))
}

/// How many bins there may be.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BinsMax {
    /// When their width is chosen here.
    pub(crate) chosen: i64,
    /// When the request names it.
    pub(crate) named: i64,
}

/// What is counted, and in which bins.
pub(crate) struct Counting {
    query: Query,
    bins: Bins,
}

impl Counting {
    /// Reads `query`, `start`, `end` and `bin`.
    pub(crate) fn read(mut form: Form, most: BinsMax, app: &App) -> Result<Counting, Problem> {
        let now = app.now();
        let text = form.text("query", ask::QUERY_MAX_BYTES).unwrap_or_default();
        let end = form.moment("end", now).unwrap_or(now);
        let start = form.moment("start", now).unwrap_or_else(|| end.minus(DEFAULT_RANGE));
        let bins = Bins::read(&mut form, TimeRange::new(start, end), most);
        form.finish()?;
        let mut query = ask::parse(&text, now)?;
        if !query.pipes.is_empty() {
            return Err(only_a_filter());
        }
        query.pipes.push(counts(bins.width));
        Ok(Counting { query, bins })
    }

    /// The bins, filled.
    pub(crate) async fn answer(&self, app: &App, turn: &Turn) -> Result<HistogramAnswer, Problem> {
        let rows_max = self.bins.count().saturating_mul(SEVERITIES_MAX) as usize;
        let scope = app.scope(self.bins.range, rows_max);
        let answer = app.ask(turn, &scope, &Question::Search(self.query.clone()), None).await?;
        Ok(self.bins.fill(&answer))
    }
}

/// Pipes make other rows of the records; here only records count.
pub(crate) fn only_a_filter() -> Problem {
    Problem::bad_request("only a filter can stand here, no pipes").hint("use /api/v1/query for pipes")
}

fn counts(width: i64) -> Pipe {
    let count = Aggregate { function: Function::Count, field: None, name: "count".to_owned() };
    let by = vec![GroupKey::Bin(Duration::from_micros(width as u64)), GroupKey::Field("severity".to_owned())];
    Pipe::Stats { aggregates: vec![count], by }
}

/// Stretches of equal width over a range.
#[derive(Debug, Clone, Copy)]
struct Bins {
    range: TimeRange,
    /// In microseconds.
    width: i64,
}

impl Bins {
    fn read(form: &mut Form, range: TimeRange, most: BinsMax) -> Bins {
        if range.is_empty() {
            form.fault("end", "", "empty_range", "`end` must be later than `start`");
            return Bins { range, width: MICROS_PER_SECOND };
        }
        let Some(text) = form.text("bin", WIDTH_MAX_BYTES) else { return Bins::auto(range, most.chosen) };
        let width = parse_duration(&text).and_then(|width| i64::try_from(width.as_micros()).ok()).unwrap_or(0);
        let bins = Bins { range, width: width.max(MICROS_PER_MILLI) };
        if width < MICROS_PER_MILLI {
            form.fault("bin", "", "not_a_duration", "`bin` must be a duration such as 30s, 5m or 1h");
        } else if bins.count() > most.named {
            form.fault("bin", "", "too_many", format!("this makes more than {} bins", most.named));
        }
        bins
    }

    /// The narrowest round width that makes few enough bins.
    fn auto(range: TimeRange, bins_max: i64) -> Bins {
        let fits = |seconds: &i64| Bins { range, width: seconds * MICROS_PER_SECOND }.count() <= bins_max;
        let seconds = WIDTHS_SECONDS.into_iter().find(fits).unwrap_or_else(|| {
            let day = WIDTHS_SECONDS[WIDTHS_SECONDS.len() - 1];
            let days = Bins { range, width: day * MICROS_PER_SECOND }.count();
            // One bin fewer than allowed: the range need not begin where a bin does.
            day * (days / (bins_max - 1).max(1) + 1)
        });
        Bins { range, width: seconds * MICROS_PER_SECOND }
    }

    fn first(&self) -> i64 {
        self.range.start.as_micros().div_euclid(self.width) * self.width
    }

    fn count(&self) -> i64 {
        let last = (self.range.end.as_micros() - 1).div_euclid(self.width) * self.width;
        (last - self.first()) / self.width + 1
    }

    fn fill(&self, answer: &Answer) -> HistogramAnswer {
        let first = self.first();
        let start = |index: i64| Timestamp::from_micros(first + index * self.width).to_string();
        let empty = |index| Bin { start: start(index), total: 0, by_severity: BTreeMap::new() };
        let mut bins: Vec<Bin> = (0..self.count()).map(empty).collect();
        let rows = &*answer.rows;
        let places = ["bin", "severity", "count"].map(|name| column(rows, name));
        for row in 0..rows.len() {
            let [Some(Cell::Time(at)), severity, Some(Cell::Int(count))] =
                places.map(|place| place.map(|place| rows.cell(row, place)))
            else {
                continue;
            };
            let index = (at.as_micros() - first).div_euclid(self.width);
            let Some(bin) = usize::try_from(index).ok().and_then(|index| bins.get_mut(index)) else { continue };
            let severity = match severity {
                Some(Cell::Text(severity)) => severity,
                _ => UNSPECIFIED,
            };
            let count = count.max(0) as u64;
            bin.total += count;
            *bin.by_severity.entry(severity.to_owned()).or_default() += count;
        }
        let total = bins.iter().map(|bin| bin.total).sum();
        let bin_seconds = self.width as f64 / MICROS_PER_SECOND as f64;
        HistogramAnswer {
            bin_seconds,
            bins,
            total,
            stats: answer.cost.into(),
            complete: answer.complete(),
            incomplete_reason: answer.incomplete_reason(),
            version: answer.version,
        }
    }
}

#[cfg(test)]
mod tests;
