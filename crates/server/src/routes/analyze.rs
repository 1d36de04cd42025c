use std::sync::Arc;

use analysis::{Analysis, Ask, OverEngine, QUESTION_MAX_BYTES};
use ask::Scope;
use axum::Json;
use axum::extract::{Request, State};
use record::TimeRange;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::Problem;
use crate::routes::search::date_range;
use crate::routes::sql::read_question;
use crate::written::AnalyzeAnswer;

/// A question about what went wrong.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AnalyzeRequest)]
#[expect(dead_code, reason = "describes what `analyze` reads")]
pub(crate) struct AnalyzeBody {
    /// The question. Times of day in it are UTC; without any time the last day with records is looked at.
    #[schema(max_length = 4096, example = "Why did payment processing fail at 2:00-2:15 PM on Feb 6?")]
    query: String,
    /// From and to; goes before the times in the question. Null leaves a side open.
    #[schema(min_items = 2, max_items = 2, example = json!(["2026-02-06T13:50Z", "2026-02-06T14:20Z"]))]
    date_range: Option<Vec<Option<String>>>,
}

/// Answers why something went wrong.
///
/// Compares the time that the question means with the time before it: new and more frequent patterns, silence, durations.
/// Blame goes along what the texts name and who takes part in the same requests. Every sentence about records cites some. A
/// language model takes part only if one is configured: it sees this evidence, and what holds of its words is `narration`.
/// What is missing is said in `notes`: an empty store or a time without records is no error.
#[utoipa::path(
    post,
    path = "/analyze",
    tag = "ask",
    request_body = AnalyzeBody,
    responses(
        (status = 200, description = "The answer.", body = AnalyzeAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn analyze(State(app): State<Arc<App>>, request: Request) -> Result<Json<AnalyzeAnswer>, Problem> {
    let started = Instant::now();
    let mut form = read_question(&app, request).await?;
    let question = form.required_text("query", QUESTION_MAX_BYTES);
    let range = date_range(&mut form, app.now());
    form.finish()?;
    let ask = Ask { question, range: bounded(range, &app), now: app.now() };
    let mut analysis = app.analysis(&ask).await?;
    if let Some(models) = &app.rooms.models {
        models.narrate(&mut analysis).await;
    }
    Ok(Json(AnalyzeAnswer::of(&analysis, started.elapsed().as_millis() as u64)))
}

/// The time that was given; an open end is now, an open start a day before the end.
fn bounded(range: TimeRange, app: &App) -> Option<TimeRange> {
    const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
    if range == TimeRange::ALL {
        return None;
    }
    let end = if range.end == TimeRange::ALL.end { app.now() } else { range.end };
    let start = if range.start == TimeRange::ALL.start { end.minus(DAY) } else { range.start };
    Some(TimeRange::new(start, end))
}

impl App {
    /// The analysis, as counting writes it. The turn ends with it: a model does not keep other questions waiting.
    async fn analysis(&self, ask: &Ask) -> Result<Analysis, Problem> {
        let turn = self.turn().await?;
        let scope = self.scope(TimeRange::ALL, analysis::GROUPS_MAX);
        let evidence = self.evidence(&turn, &scope).await?;
        self.in_time(&scope, analysis::analyze(&evidence, ask)).await
    }

    /// What an analysis reads. All that it asks together has the time of one question.
    pub(crate) async fn evidence(&self, _: &Turn, scope: &Scope) -> Result<OverEngine<'_>, Problem> {
        self.in_time(scope, OverEngine::new(&*self.rooms.engine, scope.clone())).await
    }
}
