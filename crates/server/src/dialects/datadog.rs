//! Datadog's log intake, as its agent, its libraries, Vector and Fluent Bit send to it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use intake::datadog;

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use super::parameter;
use crate::app::App;
use crate::error::Problem;

/// Paths of the dialect; the last has the token in it.
pub(super) const PATHS: [&str; 4] = ["/api/v2/logs", "/api/v1/validate", "/v1/input", "/v1/input/{token}"];

/// Whether a path is of this dialect.
pub(super) fn has(path: &str) -> bool {
    PATHS[..3].contains(&path) || path.starts_with("/v1/input/")
}

/// The routes of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    let [logs, validate, input, input_with_token] = PATHS;
    Router::new().route(logs, post(take)).route(validate, get(valid)).route(input, post(take)).route(input_with_token, post(take))
}

/// The token: in a header, in the URL, or in the path.
pub(super) fn token_of(uri: &Uri, headers: &HeaderMap) -> Option<Vec<u8>> {
    let header = headers.get("dd-api-key").map(|value| value.as_bytes().to_vec());
    let query = || parameter(uri, "dd-api-key").or_else(|| parameter(uri, "api_key")).map(String::into_bytes);
    let path = || uri.path().strip_prefix("/v1/input/").map(|token| token.as_bytes().to_vec());
    header.or_else(query).or_else(path)
}

/// An error as Datadog writes it.
pub(super) fn error(problem: &Problem) -> String {
    serde_json::json!({ "errors": [{ "status": problem.status().as_u16().to_string(), "title": problem.words() }] }).to_string()
}

/// Whoever comes here has shown a token that is known.
async fn valid() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], "{\"valid\":true}").into_response()
}

async fn take(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let tags = parameter(&head.uri, "ddtags").unwrap_or_default();
    let delivery = Delivery { dialect: Dialect::Datadog, scope: tags, headers: head.headers, body, framing: Framing::None };
    deliver(&app, delivery, |plain, _, context| {
        let batch = datadog::decode(plain, context).map_err(|broken| Problem::bad_request(broken.to_string()))?;
        Ok(Reading { batch, identity: Identity::Times, answer: () })
    })
    .await?;
    Ok((StatusCode::ACCEPTED, [(header::CONTENT_TYPE, "application/json")], "{}").into_response())
}
