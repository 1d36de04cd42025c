use std::collections::BTreeSet;
use std::sync::Arc;

use ask::{Answer, Cell, Filter, Pipe, Query, Question, SortKey};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use record::{RecordId, TimeRange, Timestamp};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::{Fault, Problem};
use crate::form::Form;
use crate::routes::query::{after, and, before, position};
use crate::rows::{Stats, add, array_of, column};

/// Records on each side, at most.
const SIDE_MAX: u64 = 1000;
/// Records on each side, if the request does not say.
const SIDE_DEFAULT: u64 = 10;

/// How much of the surroundings.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `context` reads")]
pub(crate) struct ContextParams {
    /// Records before it.
    #[param(minimum = 0, maximum = 1000, default = 10)]
    before: Option<u32>,
    /// Records after it.
    #[param(minimum = 0, maximum = 1000, default = 10)]
    after: Option<u32>,
    /// Its timestamp, where known: it is then found without looking at all segments.
    timestamp: Option<String>,
}

/// A record among its neighbours. Only described here: it is written by hand around rows that are JSON already.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `envelope` writes")]
pub(crate) struct ContextAnswer {
    record: std::collections::HashMap<String, serde_json::Value>,
    /// Records of the same source before it, oldest first.
    before: Vec<std::collections::HashMap<String, serde_json::Value>>,
    /// Records of the same source after it, oldest first.
    after: Vec<std::collections::HashMap<String, serde_json::Value>>,
    stats: Stats,
    /// Whether all that is stored could be read for it.
    complete: bool,
    /// Which files could not be read: damaged ones, each named with the byte.
    incomplete_reason: Option<String>,
    /// Version of the Delta table that was read.
    version: u64,
}

/// Shows what happened around a record.
///
/// Records of the same source just before and after it, by timestamp, then record id.
#[utoipa::path(
    get,
    path = "/api/v1/context/{record_id}",
    tag = "ask",
    params(("record_id" = String, Path, description = "Which record.", format = "uuid", pattern = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$", example = "019c3a5e-1b00-7000-8000-000000000001"), ContextParams),
    responses(
        (status = 200, description = "The record and its neighbours.", body = ContextAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 404, response = crate::openapi::NotFound),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn context(State(app): State<Arc<App>>, Path(id): Path<String>, uri: Uri) -> Result<Response, Problem> {
    let id = id.to_ascii_lowercase().parse::<RecordId>().map_err(|error| no_id(&error))?;
    let mut form = Form::from_url(&uri)?;
    let sides = (form.number("before", 0..=SIDE_MAX, SIDE_DEFAULT), form.number("after", 0..=SIDE_MAX, SIDE_DEFAULT));
    let at = form.moment("timestamp", app.now());
    form.finish()?;
    let turn = app.turn().await?;
    let record = one(&app, &turn, id, at).await?;
    let around = Around::of(&record, sides)?;
    let before = around.before(&app, &turn).await?;
    let after = around.after(&app, &turn).await?;
    Ok(([(header::CONTENT_TYPE, "application/json")], envelope(&record, &before, &after)).into_response())
}

fn no_id(error: &record::ParseRecordIdError) -> Problem {
    let parameter = Some("record_id".to_owned());
    Problem::unprocessable(vec![Fault {
        pointer: None,
        parameter,
        code: "not_an_id",
        message: error.to_string(),
        position: None,
    }])
}

async fn one(app: &App, turn: &Turn, id: RecordId, at: Option<Timestamp>) -> Result<Answer, Problem> {
    let range = at.map_or(TimeRange::ALL, only);
    let filter = Filter::Exact { field: "record_id".to_owned(), text: id.to_string() };
    let answer = search(app, turn, range, filter, vec![Pipe::Head(1)], 1).await?;
    if answer.rows.is_empty() {
        return Err(Problem::new(
            StatusCode::NOT_FOUND,
            match answer.incomplete_reason() {
                None => "there is no such record".to_owned(),
                Some(why) => format!("there is no such record in what can be read: {why}"),
            },
        ));
    }
    Ok(answer)
}

/// One moment.
fn only(at: Timestamp) -> TimeRange {
    TimeRange::new(at, Timestamp::from_micros(at.as_micros().saturating_add(1)))
}

async fn search(app: &App, turn: &Turn, time: TimeRange, filter: Filter, pipes: Vec<Pipe>, rows: u64) -> Result<Answer, Problem> {
    let question = Question::Search(Query { filter, pipes });
    // The answer may hold one row even when none is wanted: a budget of nothing says nothing.
    app.ask(turn, &app.scope(time, rows.max(1) as usize), &question, None).await
}

/// The neighbourhood of a record.
struct Around {
    timestamp: Timestamp,
    id: RecordId,
    same_source: Filter,
    before: u64,
    after: u64,
}

impl Around {
    fn of(record: &Answer, (before, after): (u64, u64)) -> Result<Around, Problem> {
        let rows = &*record.rows;
        let (timestamp, id) = position(rows, 0).ok_or_else(|| Problem::broken("a record has no place", "no timestamp or id"))?;
        let field = "source".to_owned();
        let same_source = match column(rows, "source").map(|source| rows.cell(0, source)) {
            Some(Cell::Text(source)) => Filter::Exact { field, text: source.to_owned() },
            _ => Filter::Not(Box::new(Filter::Exists { field })),
        };
        Ok(Around { timestamp, id, same_source, before, after })
    }

    /// Newest first.
    async fn before(&self, app: &App, turn: &Turn) -> Result<Answer, Problem> {
        let range = TimeRange::new(TimeRange::ALL.start, only(self.timestamp).end);
        let filter = and(self.same_source.clone(), before(self.timestamp, self.id));
        search(app, turn, range, filter, vec![Pipe::Head(self.before)], self.before).await
    }

    /// Oldest first.
    async fn after(&self, app: &App, turn: &Turn) -> Result<Answer, Problem> {
        let range = TimeRange::new(self.timestamp, TimeRange::ALL.end);
        let filter = and(self.same_source.clone(), after(self.timestamp, self.id));
        let key = |field: &str| SortKey { field: field.to_owned(), descending: false };
        let pipes = vec![Pipe::Sort(vec![key("timestamp"), key("record_id")]), Pipe::Head(self.after)];
        search(app, turn, range, filter, pipes, self.after).await
    }
}

fn envelope(record: &Answer, before: &Answer, after: &Answer) -> String {
    let all = |answer: &Answer| 0..answer.rows.len();
    let record_list = array_of(&*record.rows, all(record));
    let record_json = record_list.trim_start_matches('[').strip_suffix(']').unwrap_or("{}");
    let stats = Stats::from(add(record.cost, add(before.cost, after.cost)));
    let damage: BTreeSet<&str> = [record, before, after].iter().flat_map(|answer| &answer.damage).map(AsRef::as_ref).collect();
    let mut rest = serde_json::json!({ "stats": stats, "version": record.version, "complete": damage.is_empty() });
    if !damage.is_empty() {
        rest["incomplete_reason"] = Vec::from_iter(damage).join("; ").into();
    }
    let rest = rest.to_string();
    format!(
        "{{\"record\":{record_json},\"before\":{},\"after\":{},{}",
        array_of(&*before.rows, all(before).rev()),
        array_of(&*after.rows, all(after)),
        rest.trim_start_matches('{'),
    )
}
