//! Amazon Data Firehose's HTTP endpoint. Its answers repeat the request's id, errors too.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use intake::firehose;

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::error::Problem;
use record::Timestamp;

/// Where deliveries go.
pub(super) const PATH: &str = "/aws/firehose";

const REQUEST_ID: &str = "x-amz-firehose-request-id";

/// Longest id of a request: theirs are UUIDs.
const REQUEST_ID_MAX_BYTES: usize = 128;

/// The route of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(take))
}

/// The token.
pub(super) fn token_of(headers: &HeaderMap) -> Option<Vec<u8>> {
    headers.get("x-amz-firehose-access-key").map(|value| value.as_bytes().to_vec())
}

/// The id of a request, if it is sane.
pub(super) fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(REQUEST_ID)?.to_str().ok()?;
    ((1..=REQUEST_ID_MAX_BYTES).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())).then(|| id.to_owned())
}

/// An error as Firehose reads it.
pub(super) fn error(problem: &Problem, request_id: Option<&str>, now: Timestamp) -> String {
    serde_json::json!({ "requestId": request_id, "timestamp": millis(now), "errorMessage": problem.words() }).to_string()
}

async fn take(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let id = request_id(&head.headers)
        .ok_or_else(|| Problem::bad_request("X-Amz-Firehose-Request-Id is missing: only Firehose sends here"))?;
    let (scope, identity) = (String::new(), Identity::Named(id.clone()));
    let delivery = Delivery { dialect: Dialect::Firehose, scope, headers: head.headers, body, framing: Framing::None };
    deliver(&app, delivery, |plain, _, context| {
        let batch = firehose::decode(plain, context).map_err(|broken| Problem::bad_request(broken.to_string()))?;
        Ok(Reading { batch, identity, answer: () })
    })
    .await?;
    let told = serde_json::json!({ "requestId": id, "timestamp": millis(app.now()) });
    Ok(([(header::CONTENT_TYPE, "application/json")], told.to_string()).into_response())
}

fn millis(now: Timestamp) -> i64 {
    now.as_micros() / 1000
}
