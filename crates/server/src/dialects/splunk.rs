//! Splunk's HTTP event collector, as Docker, Vector, Fluent Bit, the OpenTelemetry Collector and its own libraries send it.
//!
//! An acknowledgement's number is handed out after the records are on disk, and never before. So every number that was
//! handed out is done, and nothing has to be remembered to say so.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use intake::splunk::{self, Metadata};
use serde_json::{Value, json};

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use super::parameter;
use crate::app::App;
use crate::body::{Bounds, receive};
use crate::error::Problem;

/// What lies around all paths of the dialect.
const PREFIX: &str = "/services/collector";

const EVENTS: [&str; 3] = ["/services/collector", "/services/collector/event", "/services/collector/event/1.0"];
const RAW: [&str; 2] = ["/services/collector/raw", "/services/collector/raw/1.0"];
const HEALTH: [&str; 2] = ["/services/collector/health", "/services/collector/health/1.0"];
const ACK: &str = "/services/collector/ack";

/// Longest value taken from the URL.
const PARAMETER_MAX_BYTES: usize = 256;
/// Acknowledgements asked for at once.
const ACKS_MAX: usize = 10_000;

/// Numbers of acknowledgements. The first is the time of the start in milliseconds: numbers of an earlier run lie below.
#[derive(Debug)]
pub(crate) struct Acks(AtomicU64);

impl Acks {
    pub(crate) fn new(start_millis: u64) -> Acks {
        Acks(AtomicU64::new(start_millis))
    }

    fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }

    fn is_done(&self, number: u64) -> bool {
        number < self.0.load(Ordering::Relaxed)
    }
}

/// Paths, as labels of figures.
pub(super) fn paths() -> impl Iterator<Item = &'static str> {
    EVENTS.into_iter().chain(RAW).chain(HEALTH).chain([ACK])
}

/// Whether a path is of this dialect.
pub(super) fn has(path: &str) -> bool {
    path.strip_prefix(PREFIX).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The routes of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    let mut router = Router::new().route(ACK, post(acknowledged));
    for path in EVENTS {
        router = router.route(path, post(events));
    }
    for path in RAW {
        router = router.route(path, post(raw));
    }
    HEALTH.into_iter().fold(router, |router, path| router.route(path, get(health)))
}

/// The token in the URL, which some senders cannot put anywhere else.
pub(super) fn token_of(uri: &Uri) -> Option<String> {
    parameter(uri, "token")
}

/// An error as Splunk writes it, with its own status where senders look at that.
pub(super) fn error(problem: &Problem, showed_token: bool) -> (StatusCode, String) {
    let (status, code, text) = match problem.status() {
        StatusCode::UNAUTHORIZED if showed_token => (StatusCode::FORBIDDEN, 4, "Invalid token".to_owned()),
        StatusCode::UNAUTHORIZED => (StatusCode::UNAUTHORIZED, 2, "Token is required".to_owned()),
        // Many senders drop what is refused with 429.
        StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE => {
            (StatusCode::SERVICE_UNAVAILABLE, 9, "Server is busy".to_owned())
        }
        StatusCode::BAD_REQUEST if problem.words() == NO_DATA => (StatusCode::BAD_REQUEST, 5, NO_DATA.to_owned()),
        StatusCode::BAD_REQUEST if problem.words() == NO_CHANNEL => (StatusCode::BAD_REQUEST, 10, NO_CHANNEL.to_owned()),
        status if status.is_server_error() => (status, 8, "Internal server error".to_owned()),
        status => (status, 6, format!("Invalid data format: {}", problem.words())),
    };
    (status, json!({ "text": text, "code": code }).to_string())
}

const NO_DATA: &str = "No data";
const NO_CHANNEL: &str = "Data channel is missing";

async fn health(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    match app.rooms.lake.refuses() {
        Some(error) => Err(error.into()),
        None => Ok(answer(json!({ "text": "HEC is healthy", "code": 17 }))),
    }
}

async fn events(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    take(&app, request, splunk::decode_events).await
}

async fn raw(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let metadata = metadata(request.uri());
    take(&app, request, move |plain, context| splunk::decode_raw(plain, context, &metadata)).await
}

fn metadata(uri: &Uri) -> Metadata {
    let value = |name| parameter(uri, name).filter(|value| value.len() <= PARAMETER_MAX_BYTES);
    Metadata { host: value("host"), source: value("source"), sourcetype: value("sourcetype"), index: value("index") }
}

async fn take(
    app: &Arc<App>,
    request: Request,
    decode: impl FnOnce(&[u8], &intake::Context<'_>) -> record::Batch + Send + 'static,
) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let channel = channel(&head.uri, &head.headers);
    let scope =
        format!("{}?{}:{}", head.uri.path(), head.uri.query().unwrap_or_default(), channel.as_deref().unwrap_or_default());
    let scope = format!("{:032x}", crate::store::digest(scope.as_bytes()));
    let delivery = Delivery { dialect: Dialect::Splunk, scope, headers: head.headers, body, framing: Framing::None };
    deliver(app, delivery, move |plain, _, context| {
        if plain.trim_ascii().is_empty() {
            return Err(Problem::bad_request(NO_DATA));
        }
        Ok(Reading { batch: decode(plain, context), identity: Identity::Times, answer: () })
    })
    .await?;
    let mut told = json!({ "text": "Success", "code": 0 });
    if channel.is_some() {
        told["ackId"] = app.acks.next().into();
    }
    Ok(answer(told))
}

async fn acknowledged(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    if channel(&head.uri, &head.headers).is_none() {
        return Err(Problem::bad_request(NO_CHANNEL));
    }
    let received = receive(&head.headers, body, &Bounds::question(&app.limits), &app.bodies).await?;
    let asked: Value = serde_json::from_slice(&received.into_plain()?.bytes)
        .map_err(|_| Problem::bad_request("the body must be {\"acks\":[0,1]}"))?;
    let numbers = asked["acks"].as_array().filter(|numbers| numbers.len() <= ACKS_MAX);
    let numbers = numbers.ok_or_else(|| Problem::bad_request(format!("`acks` must be a list of at most {ACKS_MAX} numbers")))?;
    let done = numbers.iter().filter_map(Value::as_u64).map(|number| (number.to_string(), app.acks.is_done(number).into()));
    Ok(answer(json!({ "acks": Value::Object(done.collect()) })))
}

fn channel(uri: &Uri, headers: &HeaderMap) -> Option<String> {
    let header = headers.get("x-splunk-request-channel").and_then(|value| value.to_str().ok()).map(str::to_owned);
    header.or_else(|| parameter(uri, "channel")).filter(|channel| !channel.is_empty())
}

fn answer(body: Value) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], body.to_string()).into_response()
}
