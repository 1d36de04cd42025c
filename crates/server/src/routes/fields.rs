use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use privacy::Level;
use record::TimeRange;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::ask_engine::Turn;
use crate::error::Problem;
use crate::form::Form;
use crate::rows::{ColumnBody, KindBody};

/// A stretch of time.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Form::time_range` reads")]
pub(crate) struct TimeParams {
    /// First moment: RFC 3339, a date, `now`, or `now-1h`.
    #[param(example = "now-1h")]
    start: Option<String>,
    /// First moment after.
    #[param(example = "now")]
    end: Option<String>,
}

/// The columns of `logs`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FieldsAnswer {
    fields: Vec<Field>,
}

/// A column.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Field {
    /// Its name.
    #[schema(example = "http.status_code")]
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: KindBody,
    /// How far it may be shown around: `public`, `internal`, `confidential` or `restricted`.
    #[schema(value_type = String, example = "internal")]
    pub(crate) level: Level,
    /// Records that have it, where that is known without a scan.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) present: Option<u64>,
}

/// Tells which fields there are.
///
/// Their names and types, and how many records have them.
#[utoipa::path(
    get,
    path = "/api/v1/fields",
    tag = "ask",
    params(TimeParams),
    responses(
        (status = 200, description = "The fields.", body = FieldsAnswer),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 422, response = crate::openapi::Unprocessable),
    ),
)]
pub(crate) async fn fields(State(app): State<Arc<App>>, uri: Uri) -> Result<Json<FieldsAnswer>, Problem> {
    let mut form = Form::from_url(&uri)?;
    let range = form.time_range(app.now());
    form.finish()?;
    let turn = app.turn().await?;
    Ok(Json(FieldsAnswer { fields: fields_of(&app, &turn, range).await? }))
}

/// The fields of a stretch of time.
pub(crate) async fn fields_of(app: &App, turn: &Turn, range: TimeRange) -> Result<Vec<Field>, Problem> {
    let scope = app.scope(range, app.limits.answer_rows);
    let summaries = app.fields(turn, &scope).await?;
    let policy = app.rooms.gateway.policy();
    let fields = summaries.into_iter().map(|summary| {
        let ColumnBody { name, kind, level } = ColumnBody::of(&summary.column, &policy);
        Field { name, kind, level, present: summary.present }
    });
    Ok(fields.collect())
}
