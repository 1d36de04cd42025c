use ask::Pipe;
use async_graphql::{Context, Object, Result};
use serde_json::json;

use super::cost::limit as usual;
use super::session::Session;
use super::types::{Counts, Fields, Health, LogPage, Patterns, RowPage, Values, form};
use crate::error::Problem;
use crate::form::Form;
use crate::routes::fields::fields_of;
use crate::routes::health::health;
use crate::routes::histogram::{BinsMax, Counting};
use crate::routes::query::Search;
use crate::routes::sql::Statement;
use crate::rows::Page;

/// Longest name of a field.
const FIELD_MAX_BYTES: usize = 256;
/// Items of a list, at most.
const LIMIT_MAX: u64 = 1000;
/// Bins, at least: a stretch that does not begin where a bin does lies in two.
const BINS_MIN: u64 = 2;

/// What may be asked. A field that fails is null, and the others are answered. Times are RFC 3339, a date, `now`, or `now-1h`; a start is the first moment, an end the first moment after.
pub(super) struct Query;

/// What may be asked. A field that fails is null, and the others are answered. Times are RFC 3339, a date, `now`, or `now-1h`.
#[Object]
impl Query {
    /// Records, newest first, page by page.
    async fn logs(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A filter of the search language, without pipes: `timeout severity:>=error`.")] query: Option<String>,
        #[graphql(desc = "First moment.")] start: Option<String>,
        #[graphql(desc = "First moment after.")] end: Option<String>,
        #[graphql(desc = "Records of a page, 1 to 1000.", default_with = "usual::LOGS")] limit: i32,
        #[graphql(desc = "`nextCursor` of the page before. `query`, `start` and `end` must be the same as there.")]
        cursor: Option<String>,
    ) -> Result<Option<LogPage>> {
        let search = Search::read(stretch(query, start, end, limit, cursor), &Session::of(context).app)?;
        only_filters(&search)?;
        Ok(Some(LogPage(searched(context, &search).await?)))
    }

    /// What the pipes of a query make of records (`timeout | stats count() by source`), each row as JSON. Without pipes: records
    /// with all their fields.
    async fn rows(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "The search language.")] query: Option<String>,
        #[graphql(desc = "First moment.")] start: Option<String>,
        #[graphql(desc = "First moment after.")] end: Option<String>,
        #[graphql(desc = "Rows, 1 to 1000.", default_with = "usual::ROWS")] limit: i32,
        #[graphql(desc = "`nextCursor` of the page before.")] cursor: Option<String>,
    ) -> Result<Option<RowPage>> {
        let app = &Session::of(context).app;
        let search = Search::read(stretch(query, start, end, limit, cursor), app)?;
        let page = searched(context, &search).await?;
        Ok(Some(RowPage::of(page, app)))
    }

    /// Rows of SQL over the tables `logs`, `quarantine` and `ledger`, now or as they were.
    async fn sql(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "One SELECT.")] query: String,
        #[graphql(desc = "An earlier state: a version of the Delta table in digits, or a time.")] as_of: Option<String>,
        #[graphql(desc = "Rows, 1 to 1000.", default_with = "usual::ROWS")] limit: i32,
    ) -> Result<Option<RowPage>> {
        let version = as_of.as_deref().and_then(|text| text.parse::<u64>().ok());
        let as_of = version.map_or(json!(as_of), |version| json!(version));
        let session = Session::of(context);
        // More rows than that cost too much for any document.
        let form = form([("query", json!(query)), ("as_of", as_of), ("limit", json!(limit.min(LIMIT_MAX as i32)))]);
        let statement = Statement::read(form, &session.app)?;
        let (_own, turn) = session.turn().await?;
        let page = statement.page(&session.app, &turn).await?;
        Ok(Some(RowPage::of(page, &session.app)))
    }

    /// Counts of records over time, by severity. Bins are counted from 1970, so that two answers lie on top of each other.
    async fn histogram(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A filter of the search language, without pipes.")] query: Option<String>,
        #[graphql(desc = "First moment. Default: an hour before the end.")] start: Option<String>,
        #[graphql(desc = "First moment after. Default: now.")] end: Option<String>,
        #[graphql(
            desc = "Width of a bin: `30s`, `5m`, `1h`. Default: the narrowest round one that makes no more than `limit` bins."
        )]
        bin: Option<String>,
        #[graphql(desc = "Bins at most, 2 to 1000.", default_with = "usual::BINS")] limit: i32,
    ) -> Result<Option<Counts>> {
        let session = Session::of(context);
        let mut bound = form([("limit", json!(limit))]);
        let most = bound.number("limit", BINS_MIN..=LIMIT_MAX, BINS_MIN).cast_signed();
        bound.finish()?;
        let form = form([("query", json!(query)), ("start", json!(start)), ("end", json!(end)), ("bin", json!(bin))]);
        let counting = Counting::read(form, BinsMax { chosen: most, named: most }, &session.app)?;
        let (_own, turn) = session.turn().await?;
        Ok(Some(Counts(counting.answer(&session.app, &turn).await?)))
    }

    /// The fields that records have.
    async fn fields(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "First moment.")] start: Option<String>,
        #[graphql(desc = "First moment after.")] end: Option<String>,
        #[graphql(desc = "Fields at most, 1 to 1000.", default_with = "usual::FIELDS")] limit: i32,
    ) -> Result<Option<Fields>> {
        let session = Session::of(context);
        let mut form = form([("start", json!(start)), ("end", json!(end)), ("limit", json!(limit))]);
        let range = form.time_range(session.app.now());
        let limit = form.number("limit", 1..=LIMIT_MAX, LIMIT_MAX) as usize;
        form.finish()?;
        let (_own, turn) = session.turn().await?;
        Ok(Some(Fields::of(fields_of(&session.app, &turn, range).await?, limit)))
    }

    /// The most frequent values of a field, among the records that have it.
    async fn values(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "Which field, as `fields` names it.")] field: String,
        #[graphql(desc = "A filter of the search language, without pipes.")] query: Option<String>,
        #[graphql(desc = "First moment.")] start: Option<String>,
        #[graphql(desc = "First moment after.")] end: Option<String>,
        #[graphql(desc = "Values at most, 1 to 1000.", default_with = "usual::VALUES")] limit: i32,
    ) -> Result<Option<Values>> {
        let mut named = form([("field", json!(field))]);
        let field = named.required_text("field", FIELD_MAX_BYTES);
        named.finish()?;
        let form = stretch(query, start, end, limit, None);
        let search = Search::read(form, &Session::of(context).app)?;
        only_filters(&search)?;
        Ok(Some(Values(searched(context, &search.then(|limit| Pipe::Top { limit, field })).await?)))
    }

    /// The patterns of messages, most frequent first: what varies among them is `<*>`.
    async fn patterns(
        &self,
        context: &Context<'_>,
        #[graphql(desc = "A filter of the search language, without pipes.")] query: Option<String>,
        #[graphql(desc = "First moment.")] start: Option<String>,
        #[graphql(desc = "First moment after.")] end: Option<String>,
        #[graphql(desc = "Patterns at most, 1 to 1000.", default_with = "usual::PATTERNS")] limit: i32,
    ) -> Result<Option<Patterns>> {
        let search = Search::read(stretch(query, start, end, limit, None), &Session::of(context).app)?;
        only_filters(&search)?;
        Ok(Some(Patterns(searched(context, &search.then(|_| Pipe::Pattern)).await?)))
    }

    /// How each part of the server is.
    async fn health(&self, context: &Context<'_>) -> Health {
        Health(health(&Session::of(context).app))
    }
}

/// A page of what a query finds in a stretch of time.
fn stretch(query: Option<String>, start: Option<String>, end: Option<String>, limit: i32, cursor: Option<String>) -> Form {
    form([
        ("query", json!(query)),
        ("start", json!(start)),
        ("end", json!(end)),
        ("limit", json!(limit)),
        ("cursor", json!(cursor)),
    ])
}

async fn searched(context: &Context<'_>, search: &Search) -> Result<Page, Problem> {
    let session = Session::of(context);
    let (_own, turn) = session.turn().await?;
    search.page(&session.app, &turn).await
}

fn only_filters(search: &Search) -> Result<(), Problem> {
    match search.is_filter() {
        true => Ok(()),
        false => Err(Problem::bad_request("only a filter can stand here, no pipes").hint("ask `rows` for what pipes make")),
    }
}
