use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use serde::Serialize;
use tokio::time::Instant;
use utoipa::ToSchema;

use crate::app::App;
use crate::error::Problem;
use crate::routes::sql::read_question;

mod found;
mod wanted;

pub(in crate::routes) use wanted::date_range;

use wanted::{Mode, Outcome, Wanted};

/// A search by words.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SearchRequest)]
#[expect(dead_code, reason = "describes what `Wanted::read` reads")]
pub(crate) struct SearchBody {
    /// Words to look for, in any order and case. Empty: all records within the filters.
    #[schema(max_length = 8192, example = "Timeout errors in payment service")]
    query: String,
    /// Results.
    #[schema(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<u32>,
    /// What all results must fulfil.
    filters: Option<Filters>,
    /// How words are compared: `keyword` word by word, `semantic` by what patterns of messages mean, `auto` by words, and by meaning
    /// when no record has all of them and none of them is an identifier.
    #[schema(default = "auto", example = "auto")]
    mode: Option<String>,
}

/// What all results must fulfil.
#[derive(ToSchema)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "describes what `Wanted::read` reads")]
pub(crate) struct Filters {
    /// One severity or several: TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, CRITICAL, ALERT, FATAL.
    severity: Option<OneOrMore>,
    /// One source or several, exactly.
    source: Option<OneOrMore>,
    /// From and to; a bare date as the second includes that day. Null leaves a side open.
    #[schema(min_items = 2, max_items = 2, example = json!(["2026-02-06", "2026-02-07"]))]
    date_range: Option<Vec<Option<String>>>,
}

/// A text, or a list of them.
#[derive(ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what `Form::texts` reads")]
pub(crate) enum OneOrMore {
    /// One.
    One(String),
    /// Several.
    More(Vec<String>),
}

/// What was found, best first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchAnswer {
    results: Vec<SearchResult>,
    /// How many results this answer holds.
    #[schema(example = 1)]
    count: usize,
    /// How many records match in all; absent when that is not known without looking at more of them.
    #[serde(skip_serializing_if = "Option::is_none")]
    total: Option<usize>,
    /// Whether all that is stored could be read for it.
    complete: bool,
    /// Which files could not be read: damaged ones, each named with the byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    incomplete_reason: Option<String>,
    /// How words were compared: `keyword` or `semantic`.
    #[schema(example = "keyword")]
    mode: &'static str,
    /// What compared meanings: words, parts of words and groups of words that mean the same (`lexical`). Absent for `keyword`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "lexical")]
    model: Option<&'static str>,
    /// Wall time.
    #[schema(example = 12)]
    execution_time_ms: u64,
}

/// A record that was found.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SearchResult {
    /// Record id.
    id: String,
    /// When it happened.
    #[schema(example = "2026-02-06T14:23:45Z", format = DateTime)]
    timestamp: String,
    /// Its text.
    #[schema(example = "Payment authorization timeout")]
    message: Option<String>,
    /// How serious.
    #[schema(example = "ERROR")]
    severity: Option<String>,
    /// The service that wrote it.
    source: Option<String>,
    /// The share of the different words of the query that stand in message or source, 0 to 1. Without words: 1. By meaning: how
    /// near the record's pattern comes.
    #[schema(minimum = 0, maximum = 1, example = 0.75)]
    score: f64,
    /// The same as `score`.
    #[schema(minimum = 0, maximum = 1, example = 0.75)]
    similarity_score: f64,
}

impl SearchResult {
    /// A record that was found by meaning.
    fn of(record: &analysis::Sample, score: f64) -> SearchResult {
        SearchResult {
            id: record.id.to_string(),
            timestamp: record.at.to_string(),
            message: Some(record.message.to_string()),
            severity: record.severity.map(|severity| severity.as_str().to_owned()),
            source: (!record.source.is_empty()).then(|| record.source.to_string()),
            score,
            similarity_score: score,
        }
    }
}

/// Searches by words or by meaning, best matches first.
///
/// First come records with all words in their message; if they are fewer than `limit`, those with all words in message
/// or source; then those with some, by the share of words they hold (`score`), newest first among equals. Of records
/// with only some of the words, the newest 2,000 are ranked. Words are compared whole and in any case. When no record has
/// all words, the newest records of the patterns come that mean about the same (see `mode`). For exact
/// control, use the search language at `/api/v1/query`.
#[utoipa::path(
    post,
    path = "/search",
    tag = "ask",
    request_body = SearchBody,
    responses(
        (status = 200, description = "What was found.", body = SearchAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn search(State(app): State<Arc<App>>, request: Request) -> Result<Json<SearchAnswer>, Problem> {
    let started = Instant::now();
    let mut form = read_question(&app, request).await?;
    let wanted = Wanted::read(&mut form, app.now());
    form.finish()?;
    let Outcome { results, total, damage, mode } = wanted.find(&app).await?;
    let execution_time_ms = started.elapsed().as_millis() as u64;
    let incomplete_reason = (!damage.is_empty()).then(|| damage.join("; "));
    let complete = damage.is_empty();
    let model = (mode == Mode::Semantic).then_some("lexical");
    let mode = mode.as_str();
    Ok(Json(SearchAnswer { count: results.len(), results, total, complete, incomplete_reason, mode, model, execution_time_ms }))
}
