//! Elasticsearch's write side, and what its agents ask before they use it (Beats, Logstash, Fluent Bit, Vector, rsyslog,
//! Telegraf, the OpenTelemetry Collector, the official clients).
//!
//! On the main port all of it lies below [`PREFIX`]; on a port of its own it lies at the root, as agents have it built in.

mod answer;
mod filter_path;
mod handshake;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use intake::elastic;
use percent_encoding::percent_decode_str;
use tokio::time::Instant;

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::body::{Bounds, receive};
use crate::error::Problem;
use answer::Items;
use filter_path::FilterPath;

/// Where the dialect lies on the main port.
pub(crate) const PREFIX: &str = "/elasticsearch";

/// Longest name of an index, and of a document: Elasticsearch's own bounds.
const INDEX_MAX_BYTES: usize = 255;
const ID_MAX_BYTES: usize = 512;

/// The routes of the main port.
pub(super) fn below_prefix() -> Router<Arc<App>> {
    let all = format!("{PREFIX}/{{*path}}");
    Router::new().route(PREFIX, any(serve)).route(&format!("{PREFIX}/"), any(serve)).route(&all, any(serve))
}

/// The routes of a port of its own.
pub(super) fn at_root() -> Router<Arc<App>> {
    Router::new().fallback(serve)
}

/// The label of a path's figures.
pub(super) fn label(path: &str) -> &'static str {
    if path.ends_with("/_bulk") { "/elasticsearch/_bulk" } else { "/elasticsearch" }
}

/// An error as Elasticsearch writes it.
pub(super) fn error(problem: &Problem) -> String {
    let kind = match problem.status() {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => "security_exception",
        StatusCode::NOT_FOUND => "resource_not_found_exception",
        StatusCode::UNSUPPORTED_MEDIA_TYPE => "media_type_header_exception",
        StatusCode::PAYLOAD_TOO_LARGE => "content_too_long_exception",
        StatusCode::TOO_MANY_REQUESTS => "es_rejected_execution_exception",
        StatusCode::SERVICE_UNAVAILABLE => "unavailable_exception",
        status if status.is_server_error() => "internal_exception",
        _ => "illegal_argument_exception",
    };
    let cause = serde_json::json!({ "type": kind, "reason": problem.words() });
    let mut body = cause.clone();
    body["root_cause"] = serde_json::Value::Array(vec![cause]);
    serde_json::json!({ "error": body, "status": problem.status().as_u16() }).to_string()
}

async fn serve(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let started = Instant::now();
    let (head, body) = request.into_parts();
    let path = head.uri.path();
    let path = path.strip_prefix(PREFIX).unwrap_or(path);
    let segments = segments(path)?;
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let is_write = matches!(head.method, Method::POST | Method::PUT);
    match segments.as_slice() {
        ["_bulk"] if is_write => bulk(&app, &head, body, None, started).await,
        [index, "_bulk"] if is_write => bulk(&app, &head, body, Some((*index).to_owned()), started).await,
        [index, "_doc" | "_create"] if head.method == Method::POST => document(&app, &head, body, index, None).await,
        [index, "_doc" | "_create", id] if is_write => document(&app, &head, body, index, Some(id)).await,
        _ => {
            // Templates and policies are taken and not used, but they have to be read for the connection to go on.
            receive(&head.headers, body, &Bounds::logs(&app.limits), &app.bodies).await?;
            let asked = handshake::Asked { method: &head.method, segments: &segments, headers: &head.headers };
            let answer = asked.answer(&app).ok_or_else(not_spoken)?;
            Ok(json(&head.headers, answer.to_string()))
        }
    }
}

fn not_spoken() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "this part of Elasticsearch's interface is not spoken here")
        .hint("records go to /_bulk and /{index}/_doc")
}

async fn bulk(app: &Arc<App>, head: &Parts, body: Body, index: Option<String>, started: Instant) -> Result<Response, Problem> {
    let filter = FilterPath::of(&head.uri);
    let wanted = filter.clone();
    let delivery = delivery(head, body, index.clone().unwrap_or_default());
    let stored = deliver(app, delivery, move |plain, digest, context| {
        let mut items = Items::new(digest, &wanted);
        let read = elastic::decode_bulk(plain, context, index.as_deref(), &mut |item| items.add(&item));
        let batch = read.map_err(|broken| {
            Problem::bad_request(broken.to_string()).hint("lines of JSON without actions go to /api/v1/ingest")
        })?;
        let identity = if items.have_ids() { Identity::Body } else { Identity::Times };
        Ok(Reading { batch, identity, answer: items.finish() })
    })
    .await?;
    Ok(json(&head.headers, answer::bulk(started.elapsed(), &stored.answer, &filter)))
}

async fn document(app: &Arc<App>, head: &Parts, body: Body, index: &str, id: Option<&str>) -> Result<Response, Problem> {
    let (index, id) = (index.to_owned(), id.map(str::to_owned));
    let delivery = delivery(head, body, format!("{index}/{}", id.as_deref().unwrap_or_default()));
    let stored = deliver(app, delivery, move |plain, digest, context| {
        let batch = elastic::decode_document(plain, context, &index, id.as_deref());
        let identity = if id.is_some() { Identity::Body } else { Identity::Times };
        Ok(Reading { batch, identity, answer: answer::document(digest, &index, id.as_deref()) })
    })
    .await?;
    let mut response = json(&head.headers, stored.answer);
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

fn delivery(head: &Parts, body: Body, scope: String) -> Delivery {
    Delivery { dialect: Dialect::Elasticsearch, scope, headers: head.headers.clone(), body, framing: Framing::None }
}

/// The parts of a path, as they were before the URL was written.
fn segments(path: &str) -> Result<Vec<String>, Problem> {
    let too_long = || Problem::bad_request("a name in the URL is too long or not UTF-8");
    let decoded = path.split('/').filter(|part| !part.is_empty()).map(|part| {
        let name = percent_decode_str(part).decode_utf8().map_err(|_| too_long())?;
        if name.len() <= ID_MAX_BYTES.max(INDEX_MAX_BYTES) { Ok(name.into_owned()) } else { Err(too_long()) }
    });
    decoded.collect()
}

/// Clients that name a version in `Accept` want it named in the answer.
fn json(headers: &HeaderMap, body: String) -> Response {
    let accept = headers.get(header::ACCEPT).map_or(&b""[..], |value| value.as_bytes());
    let accept = String::from_utf8_lossy(accept);
    let version = accept.split_once("application/vnd.elasticsearch+json").and_then(|(_, rest)| {
        let rest = rest.split(',').next()?.split_once("compatible-with=")?.1;
        rest.bytes().next().filter(u8::is_ascii_digit)
    });
    let media_type = match version {
        Some(version) => format!("application/vnd.elasticsearch+json;compatible-with={}", char::from(version)),
        None => "application/json".to_owned(),
    };
    ([(header::CONTENT_TYPE, media_type)], body).into_response()
}
