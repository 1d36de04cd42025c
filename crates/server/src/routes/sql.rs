use std::sync::Arc;

use ask::{AsOf, Question};
use axum::extract::{Request, State};
use axum::response::Response;
use record::{TimeRange, Timestamp};
use serde_json::Value;
use utoipa::ToSchema;

use crate::accept::RowFormat;
use crate::app::App;
use crate::ask_engine::Turn;
use crate::body::{Bounds, receive};
use crate::door::hold;
use crate::error::Problem;
use crate::form::Form;
use crate::rows::{self, Page};
use crate::{media, when};

/// Longest SQL text. Lists of a few thousand ids fit.
const SQL_MAX_BYTES: usize = 256 << 10;
/// Answers of more rows than this are written down on a thread that may compute for long (some milliseconds).
const INLINE_ROWS_MAX: usize = 1000;

/// A question in SQL.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SqlRequest)]
#[expect(dead_code, reason = "describes what `sql` reads")]
pub(crate) struct SqlBody {
    /// One SELECT over the tables `logs`, `quarantine` and `ledger`.
    #[schema(max_length = 262144, example = "SELECT source, count(*) AS n FROM logs GROUP BY source ORDER BY n DESC")]
    query: String,
    /// An earlier state: a version of the Delta table, or a time (then the last version before it).
    as_of: Option<AsOfBody>,
    /// Rows, at most.
    #[schema(minimum = 1, maximum = 100000, default = 100000)]
    limit: Option<u32>,
}

/// A version or a time.
#[derive(ToSchema)]
#[schema(as = AsOf)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what `as_of` reads")]
pub(crate) enum AsOfBody {
    /// Version of the Delta table.
    Version(u64),
    /// RFC 3339, a date, `now`, or `now-1h`.
    Time(String),
}

/// Asks in SQL.
///
/// Over all tables, now or as they were. Answers hold at most 100,000 rows and 64 MiB; one that was cut says
/// `complete: false` and why. `match_phrase(message, 'connection refused')` finds whole words in order, in any case.
#[utoipa::path(
    post,
    path = "/api/v1/sql",
    tag = "ask",
    request_body = SqlBody,
    responses(
        (status = 200, response = crate::openapi::RowsResponse),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 404, response = crate::openapi::NotFound),
        (status = 406, response = crate::openapi::NotAcceptable),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn sql(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let format = RowFormat::of(request.headers())?;
    let statement = Statement::read(read_question(&app, request).await?, &app)?;
    let turn = app.turn().await?;
    let page = statement.page(&app, &turn).await?;
    send(&app, turn, page, format).await
}

/// What is asked in SQL.
pub(crate) struct Statement {
    text: String,
    as_of: Option<AsOf>,
    rows_max: u64,
}

impl Statement {
    /// Reads `query`, `as_of` and `limit`.
    pub(crate) fn read(mut form: Form, app: &App) -> Result<Statement, Problem> {
        let text = form.required_text("query", SQL_MAX_BYTES);
        let as_of = as_of(&mut form, app.now());
        let rows_max = form.number("limit", 1..=app.limits.answer_rows as u64, app.limits.answer_rows as u64);
        form.finish()?;
        Ok(Statement { text, as_of, rows_max })
    }

    /// Its rows.
    pub(crate) async fn page(self, app: &App, turn: &Turn) -> Result<Page, Problem> {
        let scope = app.scope(TimeRange::ALL, self.rows_max as usize);
        let answer = app.ask(turn, &scope, &Question::Sql(self.text), self.as_of).await.map_err(Problem::in_body)?;
        Ok(Page { answer, next_cursor: None })
    }
}

fn as_of(form: &mut Form, now: Timestamp) -> Option<AsOf> {
    let understood = match form.scalar("as_of")? {
        Value::String(text) => when::moment(&text, now).map(AsOf::Time),
        number => number.as_u64().map(AsOf::Version),
    };
    if understood.is_none() {
        form.fault("as_of", "", "not_a_state", format!("`as_of` must be a version or a time: {}", when::SPELLING));
    }
    understood
}

/// Reads the body of a question.
pub(crate) async fn read_question(app: &App, request: Request) -> Result<Form, Problem> {
    let (head, body) = request.into_parts();
    media::accept_json(&head.headers)?;
    Form::from_url(&head.uri)?.finish()?;
    let received = receive(&head.headers, body, &Bounds::question(&app.limits), &app.bodies).await?;
    let plain = received.into_plain()?;
    Form::from_json(&plain.bytes)
}

/// Writes a page down and sends it. Its turn at the engine ends when it is written; its bytes are counted until they
/// have gone out.
pub(crate) async fn send(app: &App, turn: Turn, page: Page, format: RowFormat) -> Result<Response, Problem> {
    let policy = app.rooms.gateway.policy();
    let response = if page.answer.rows.len() <= INLINE_ROWS_MAX {
        rows::write(&page, format, &policy)?
    } else {
        let written = tokio::task::spawn_blocking(move || rows::write(&page, format, &policy)).await;
        written.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))?
    };
    drop(turn);
    let mut reservation = app.answers.open();
    let size = axum::body::HttpBody::size_hint(response.body()).lower();
    reservation.reach(size as usize).map_err(|_| full_of_answers())?;
    Ok(hold(response, reservation))
}

fn full_of_answers() -> Problem {
    Problem::shedding("too many bytes of answers are on their way")
}
