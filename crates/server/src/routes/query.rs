use std::sync::Arc;

use ask::{Bound, Comparison, Filter, Pipe, Query, Question};
use axum::extract::{Request, State};
use axum::response::Response;
use record::{RecordId, TimeRange, Timestamp};
use utoipa::ToSchema;

use crate::accept::RowFormat;
use crate::app::App;
use crate::ask_engine::Turn;
use crate::cursor::{Cursor, TEXT_LEN, gone};
use crate::error::Problem;
use crate::form::Form;
use crate::routes::sql::{read_question, send};
use crate::rows::{Page, column};

/// Rows of a page, at most.
pub(crate) const LIMIT_MAX: u64 = 1000;
/// Rows of a page, if the request does not say.
pub(crate) const LIMIT_DEFAULT: u64 = 100;

/// A search.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = QueryRequest)]
#[expect(dead_code, reason = "describes what `query` reads")]
pub(crate) struct QueryBody {
    /// The search language; empty for all records.
    #[schema(max_length = 8192, example = "timeout severity:>=error | stats count() by source")]
    query: Option<String>,
    /// First moment: RFC 3339, a date, `now`, or `now-1h`.
    #[schema(example = "now-1h")]
    start: Option<String>,
    /// First moment after.
    #[schema(example = "now")]
    end: Option<String>,
    /// Rows.
    #[schema(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before. `query`, `start` and `end` must be the same as there.
    cursor: Option<String>,
}

/// Searches records.
///
/// In the search language, newest first, page by page; or what its pipes make of the records (`| stats ...`).
/// Rows come as JSON, NDJSON or an Arrow stream, as `Accept` says; the latter two have the figures in `X-Dendro-*` headers.
/// An answer that was cut says `complete: false` and why; if more records follow, there is a `next_cursor`.
#[utoipa::path(
    post,
    path = "/api/v1/query",
    tag = "ask",
    request_body = QueryBody,
    responses(
        (status = 200, response = crate::openapi::RowsResponse),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 406, response = crate::openapi::NotAcceptable),
        (status = 410, response = crate::openapi::Gone),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn query(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let format = RowFormat::of(request.headers())?;
    let search = Search::read(read_question(&app, request).await?, &app)?;
    let turn = app.turn().await?;
    let page = search.page(&app, &turn).await?;
    send(&app, turn, page, format).await
}

/// A page of a search.
pub(crate) struct Search {
    query: Query,
    range: TimeRange,
    limit: u64,
    identity: [u8; 16],
    /// Where the page before ended.
    cursor: Option<Cursor>,
    now: Timestamp,
}

impl Search {
    /// Reads `query`, `start`, `end`, `limit` and `cursor`.
    pub(crate) fn read(mut form: Form, app: &App) -> Result<Search, Problem> {
        let now = app.now();
        let text = form.text("query", ask::QUERY_MAX_BYTES).unwrap_or_default();
        let identity = Cursor::question(&[&text, &form.spelling("start"), &form.spelling("end")]);
        let range = form.time_range(now);
        let limit = form.number("limit", 1..=LIMIT_MAX, LIMIT_DEFAULT);
        let cursor = form.text("cursor", TEXT_LEN);
        form.finish()?;
        let query = ask::parse(&text, now).map_err(|error| Problem::from(error).in_body())?;
        let cursor = cursor.map(|text| Cursor::open(&text, &app.cursor_key, identity, now)).transpose()?;
        Ok(Search { query, range, limit, identity, cursor, now })
    }

    /// Whether the rows are records, and not what pipes made of them.
    pub(crate) fn is_filter(&self) -> bool {
        self.query.pipes.is_empty()
    }

    /// The same with a further pipe. It is given how many rows tell that there are more than are wanted.
    pub(crate) fn then(mut self, pipe: impl FnOnce(u64) -> Pipe) -> Search {
        self.query.pipes.push(pipe(self.limit + 1));
        self
    }

    /// Its rows, and where the next page begins.
    pub(crate) async fn page(&self, app: &App, turn: &Turn) -> Result<Page, Problem> {
        let mut query = self.query.clone();
        let mut range = self.range;
        if let Some(Cursor { timestamp, record_id, range: asked, .. }) = self.cursor {
            range = TimeRange::new(asked.start, asked.end.min(Timestamp::from_micros(timestamp.as_micros().saturating_add(1))));
            query.filter = and(query.filter, before(timestamp, record_id));
        }
        // One more than wanted: the engine then need not sort all, and knows whether there are more.
        query.pipes.push(Pipe::Head(self.limit + 1));
        let scope = app.scope(range, self.limit as usize);
        let answer = app.ask(turn, &scope, &Question::Search(query), None).await?;
        if self.cursor.is_some_and(|cursor| answer.version < cursor.version) {
            return Err(gone("the table was set back to an earlier state"));
        }
        let next_cursor = self.next(&answer, app).map(|cursor| cursor.seal(&app.cursor_key));
        Ok(Page { answer, next_cursor })
    }

    /// Where the next page begins, if there is one and the rows are records, newest first.
    fn next(&self, answer: &ask::Answer, app: &App) -> Option<Cursor> {
        let keeps_records = |pipe: &Pipe| matches!(pipe, Pipe::Where(_) | Pipe::Fields(_));
        if answer.incomplete.is_none() || !self.query.pipes.iter().all(keeps_records) {
            return None;
        }
        let last = answer.rows.len().checked_sub(1)?;
        let (timestamp, record_id) = position(&*answer.rows, last)?;
        Some(Cursor {
            expires_at: self.now.plus(app.limits.cursor_age),
            range: self.cursor.map_or(self.range, |cursor| cursor.range),
            timestamp,
            record_id,
            version: answer.version,
            question: self.identity,
        })
    }
}

/// Timestamp and id of a row, if it shows both.
pub(crate) fn position(rows: &dyn ask::Rows, row: usize) -> Option<(Timestamp, RecordId)> {
    let ask::Cell::Time(timestamp) = rows.cell(row, column(rows, "timestamp")?) else { return None };
    let ask::Cell::Text(id) = rows.cell(row, column(rows, "record_id")?) else { return None };
    Some((timestamp, id.parse().ok()?))
}

/// Records that stand behind this one, newest first.
pub(crate) fn before(timestamp: Timestamp, id: RecordId) -> Filter {
    beside(timestamp, id, Comparison::Less)
}

/// Records that stand before this one, newest first.
pub(crate) fn after(timestamp: Timestamp, id: RecordId) -> Filter {
    beside(timestamp, id, Comparison::Greater)
}

fn beside(timestamp: Timestamp, id: RecordId, side: Comparison) -> Filter {
    let at = |comparison| Filter::Compare { field: "timestamp".to_owned(), comparison, bound: Bound::Time(timestamp) };
    let by_id = Filter::Compare { field: "record_id".to_owned(), comparison: side, bound: Bound::Text(id.to_string()) };
    Filter::Or(vec![at(side), Filter::And(vec![at(Comparison::Equal), by_id])])
}

/// Both hold.
pub(crate) fn and(a: Filter, b: Filter) -> Filter {
    match (a, b) {
        (Filter::All, only) | (only, Filter::All) => only,
        (a, b) => Filter::And(vec![a, b]),
    }
}
