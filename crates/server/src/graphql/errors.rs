//! Errors in GraphQL's form: `message`, `locations`, `path`, and `extensions` with a `code` for programs and a `hint`.

use std::sync::Arc;

use async_graphql::{ErrorExtensionValues, Pos, ServerError, Value};
use axum::http::StatusCode;
use serde_json::json;

use crate::error::{Fault, Problem, RETRY_AFTER_SECONDS};

/// Errors told of one request: beyond some nobody reads on.
pub(super) const ERRORS_MAX: usize = 20;
/// The code of what the library finds wrong with a document.
pub(super) const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";

/// A request that is refused before anything of it is run.
pub(super) fn refused(code: &'static str, message: impl Into<String>, hint: &'static str, at: Option<Pos>) -> ServerError {
    let mut error = ServerError::new(message, at);
    let extensions = error.extensions.get_or_insert_default();
    extensions.set("code", code);
    if !hint.is_empty() {
        extensions.set("hint", hint);
    }
    error
}

/// What the library found wrong, with a code, and without the values that it quotes.
pub(super) fn coded(mut error: ServerError) -> ServerError {
    let extensions = error.extensions.get_or_insert_default();
    if extensions.get("code").is_none() {
        extensions.set("code", INVALID);
        if let Some(end) = error.message.find("\", found ").filter(|_| error.message.starts_with("Expected input type")) {
            error.message.truncate(end + 1);
        }
    }
    error
}

/// An error of the same name as in the other doors: a field failed.
impl From<Problem> for async_graphql::Error {
    fn from(problem: Problem) -> async_graphql::Error {
        let mut error = async_graphql::Error::new(problem.detail());
        let mut extensions = ErrorExtensionValues::default();
        for (name, value) in members(&problem) {
            extensions.set(name, value);
        }
        error.extensions = Some(extensions);
        error.source = Some(Arc::new(problem));
        error
    }
}

/// What is told of a problem beside its message.
fn members(problem: &Problem) -> Vec<(&'static str, Value)> {
    let status = problem.status();
    let mut members = vec![("code", Value::from(code(status))), ("status", Value::from(status.as_u16()))];
    if let Some(hint) = problem.to_do() {
        members.push(("hint", Value::from(hint)));
    }
    if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
        members.push(("retryAfterSeconds", Value::from(RETRY_AFTER_SECONDS)));
    }
    if !problem.faults().is_empty() {
        let faults = problem.faults().iter().map(fault);
        members.push(("faults", Value::List(faults.collect())));
    }
    members
}

/// A fault of an argument.
fn fault(fault: &Fault) -> Value {
    let argument = fault.pointer.as_deref().map(|pointer| pointer.trim_start_matches('/')).or(fault.parameter.as_deref());
    let mut told = json!({ "code": fault.code, "message": fault.message });
    if let Some(argument) = argument.filter(|argument| !argument.is_empty()) {
        told["argument"] = argument.into();
    }
    if let Some(position) = fault.position {
        told["position"] = position.into();
    }
    Value::from_json(told).unwrap_or_default()
}

/// `Too Many Requests` -> `TOO_MANY_REQUESTS`.
fn code(status: StatusCode) -> String {
    status.canonical_reason().unwrap_or("ERROR").to_ascii_uppercase().replace([' ', '-'], "_")
}

/// A request that failed as a whole: the body of its answer.
pub(crate) fn body(problem: &Problem, request_id: &str) -> Vec<u8> {
    let mut extensions = serde_json::Map::new();
    for (name, value) in members(problem) {
        extensions.insert(name.to_owned(), value.into_json().unwrap_or_default());
    }
    extensions.insert("requestId".to_owned(), request_id.into());
    let body = json!({ "errors": [{ "message": problem.detail(), "extensions": extensions }] });
    serde_json::to_vec(&body).expect("BUG: texts and numbers are always JSON")
}
