use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use record::TimeRange;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::error::Problem;
use crate::form::Form;
use crate::written::{FindingBody, TimeBody};

/// The window, if the request does not say.
const WINDOW: Duration = Duration::from_secs(15 * 60);
/// The longest one; beyond a day everything differs from something.
const WINDOW_MAX: Duration = Duration::from_secs(86_400);
/// Findings, if the request does not say, and at most.
const LIMIT_DEFAULT: u64 = 50;
const LIMIT_MAX: u64 = 200;

/// Which window.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `anomalies` reads")]
pub(crate) struct AnomaliesParams {
    /// First moment: RFC 3339, a date, `now`, or `now-1h`. Default: 15 minutes before the end.
    #[param(example = "now-15m")]
    start: Option<String>,
    /// First moment after. Default: now.
    #[param(example = "now")]
    end: Option<String>,
    /// Findings, at most.
    #[param(minimum = 1, maximum = 200, default = 50)]
    limit: Option<u32>,
    /// `true`: only those that somebody should look at.
    #[param(example = "true")]
    alarms: Option<bool>,
}

/// What differs, the most surprising first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnomaliesAnswer {
    findings: Vec<FindingBody>,
    window: TimeBody,
    /// The time it was compared with.
    compared_with: TimeBody,
    /// Records that were compared.
    records: u64,
    /// What is missing.
    notes: Vec<String>,
    /// Whether no bound was met and everything could be read.
    complete: bool,
    /// Version of the Delta table that was read.
    version: u64,
}

/// Tells what is unusual.
///
/// Compares a window with the time before it and with the same time of yesterday and of a week ago: new and more frequent
/// patterns, errors, silence, longer durations. Each finding says what was expected and what was seen; `alarm` marks those that
/// somebody should look at. A deployment that says new harmless things, more traffic, debug records or a delivery that
/// came twice are none.
#[utoipa::path(
    get,
    path = "/api/v1/anomalies",
    tag = "ask",
    params(AnomaliesParams),
    responses(
        (status = 200, description = "The findings.", body = AnomaliesAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn anomalies(State(app): State<Arc<App>>, uri: Uri) -> Result<Json<AnomaliesAnswer>, Problem> {
    let now = app.now();
    let mut form = Form::from_url(&uri)?;
    let end = form.moment("end", now).unwrap_or(now);
    let start = form.moment("start", now).unwrap_or_else(|| end.minus(WINDOW));
    let limit = form.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT) as usize;
    let alarms = form.text("alarms", 8);
    if !matches!(alarms.as_deref(), None | Some("true" | "false")) {
        form.fault("alarms", "", "wrong_type", "`alarms` must be true or false");
    }
    let window = TimeRange::new(start, end);
    if window.is_empty() {
        form.fault("end", "", "empty_range", "`end` must be later than `start`");
    } else if end.since(start) > WINDOW_MAX {
        form.fault("start", "", "out_of_range", "the window must not be longer than 24 hours");
    }
    form.finish()?;
    let turn = app.turn().await?;
    let scope = app.scope(TimeRange::ALL, analysis::GROUPS_MAX);
    let evidence = app.evidence(&turn, &scope).await?;
    let found = app.in_time(&scope, analysis::anomalies(&evidence, window)).await?;
    let only_alarms = alarms.as_deref() == Some("true");
    let findings = found.findings.iter().filter(|finding| !only_alarms || finding.alarms());
    Ok(Json(AnomaliesAnswer {
        findings: findings.take(limit).map(FindingBody::from).collect(),
        window: found.window.into(),
        compared_with: found.before.into(),
        records: found.records,
        notes: found.notes,
        complete: found.complete,
        version: found.version,
    }))
}
