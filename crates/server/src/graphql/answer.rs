//! Writes answers down, in the media types of GraphQL over HTTP.

use std::sync::Arc;

use async_graphql::indexmap::IndexMap;
use async_graphql::{Name, PathSegment, Response as Answer, ServerError, Value};
use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use super::errors::{ERRORS_MAX, coded};
use super::media_type::Form;
use crate::app::App;
use crate::door::hold;
use crate::error::{InOwnWords, Problem};

/// What became of a request.
#[derive(Serialize)]
pub(super) struct Outcome {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<ServerError>,
    /// Absent when nothing was run.
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Value>,
}

impl Outcome {
    /// Of what the library answers to an operation with fields of these names. Errors of fields have a path; those that keep a
    /// document from being run have none.
    pub(super) fn of(answer: Answer, names: &[Name]) -> Outcome {
        let is_run = answer.data != Value::Null || answer.errors.iter().any(|error| !error.path.is_empty());
        let data = is_run.then(|| in_order(answer.data, &answer.errors, names));
        Outcome { errors: answer.errors.into_iter().take(ERRORS_MAX).map(coded).collect(), data }
    }

    /// Nothing was run.
    pub(super) fn refused(error: ServerError) -> Outcome {
        Outcome { errors: vec![error], data: None }
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("BUG: answers are always JSON")
    }

    /// What the log should know.
    pub(super) fn cause(&self) -> Option<Arc<str>> {
        self.errors.iter().find_map(|error| error.source::<Problem>()?.cause())
    }

    fn status(&self, form: Form) -> StatusCode {
        if self.data.is_none() && form == Form::Graphql { StatusCode::BAD_REQUEST } else { StatusCode::OK }
    }
}

/// The library answers fields in the order in which they are ready, and leaves those out that failed. The specification wants
/// them in the order of the document (6.3), and null for those that failed (6.4.4).
fn in_order(data: Value, errors: &[ServerError], names: &[Name]) -> Value {
    let mut found = match data {
        Value::Object(found) => found,
        Value::Null if !names.is_empty() => IndexMap::new(),
        other => return other,
    };
    let failed = |name: &Name| {
        errors.iter().any(|error| matches!(error.path.first(), Some(PathSegment::Field(key)) if key == name.as_str()))
    };
    let mut ordered = IndexMap::with_capacity(found.len());
    for name in names {
        if let Some(value) = found.swap_remove(name) {
            ordered.insert(name.clone(), value);
        } else if !ordered.contains_key(name) && failed(name) {
            ordered.insert(name.clone(), Value::Null);
        }
    }
    ordered.extend(found);
    Value::Object(ordered)
}

/// The answer to one request.
pub(super) fn one(app: &App, outcome: &Outcome, form: Form) -> Result<Response, Problem> {
    written(app, outcome.status(form), form, outcome.to_json(), outcome.cause())
}

/// The answer to an array of requests: each has its own `data` or `errors`, so that the whole is well.
pub(super) fn many(app: &App, outcomes: &[Outcome], form: Form) -> Result<Response, Problem> {
    let body = serde_json::to_vec(outcomes).expect("BUG: answers are always JSON");
    written(app, StatusCode::OK, form, body, outcomes.iter().find_map(Outcome::cause))
}

fn written(app: &App, status: StatusCode, form: Form, body: Vec<u8>, cause: Option<Arc<str>>) -> Result<Response, Problem> {
    let mut reservation = app.answers.open();
    reservation.reach(body.len()).map_err(|_| Problem::shedding("too many bytes of answers are on their way"))?;
    let headers =
        [(header::CONTENT_TYPE, HeaderValue::from_static(form.media_type())), (header::VARY, HeaderValue::from_static("Accept"))];
    let mut response = (status, headers, Body::from(body)).into_response();
    response.extensions_mut().insert(InOwnWords(cause));
    Ok(hold(response, reservation))
}
