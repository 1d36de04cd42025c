//! OpenTelemetry's protocol over HTTP and gRPC: logs, and spans beside them. Metrics are refused, which exporters report:
//! taking them and keeping nothing would be a silent loss.

mod answer;

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use intake::otlp::{self, Encoding, Signal};

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::error::Problem;
use crate::media;

pub(super) use answer::{error, grpc_error};

/// Paths of the HTTP form, and what they carry; the last is where Loki has it.
pub(super) const PATHS: [(&str, Signal); 3] =
    [("/v1/logs", Signal::Logs), ("/v1/traces", Signal::Traces), ("/otlp/v1/logs", Signal::Logs)];

/// What is refused, in words of its own.
const METRICS: &str = "/v1/metrics";

const GRPC: [(&str, Signal); 2] = [
    ("/opentelemetry.proto.collector.logs.v1.LogsService/Export", Signal::Logs),
    ("/opentelemetry.proto.collector.trace.v1.TraceService/Export", Signal::Traces),
];

/// The routes of the HTTP form.
pub(super) fn routes() -> Router<Arc<App>> {
    let router = Router::new().route(METRICS, post(metrics));
    PATHS
        .into_iter()
        .fold(router, |router, (path, signal)| router.route(path, post(move |app, request| export(app, request, signal))))
}

/// The routes of the gRPC form.
pub(super) fn grpc_routes() -> Router<Arc<App>> {
    GRPC.into_iter().fold(Router::new(), |router, (path, signal)| {
        router.route(path, post(move |app, request| export_by_grpc(app, request, signal)))
    })
}

/// Whether a path on the main port is of this dialect.
pub(super) fn has(path: &str) -> bool {
    path == METRICS || PATHS.iter().any(|(known, _)| *known == path)
}

/// How errors to a request are written.
pub(super) fn wants_json(request: &Request) -> bool {
    media::essence(request.headers()).as_deref() == Some("application/json")
}

async fn metrics() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "metrics are not kept here: send logs and traces")
}

async fn export(State(app): State<Arc<App>>, request: Request, signal: Signal) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let (encoding, media_type) = match media::essence(&head.headers).as_deref() {
        Some("application/x-protobuf" | "application/protobuf") => (Encoding::Protobuf, "application/x-protobuf"),
        Some("application/json") => (Encoding::Json, "application/json"),
        _ => return Err(media::unsupported("application/x-protobuf, application/json", "say which of the two it is")),
    };
    let quarantined = take(&app, &head, body, signal, encoding, Framing::None).await?;
    let answer = match encoding {
        Encoding::Protobuf => answer::protobuf(quarantined),
        Encoding::Json => answer::json(signal, quarantined),
    };
    Ok(([(header::CONTENT_TYPE, media_type)], answer).into_response())
}

async fn export_by_grpc(State(app): State<Arc<App>>, request: Request, signal: Signal) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let is_grpc = media::essence(&head.headers).is_some_and(|essence| essence.starts_with("application/grpc"));
    if !is_grpc {
        return Err(media::unsupported("application/grpc", "this port speaks gRPC only"));
    }
    let framing = Framing::grpc(&head.headers)?;
    let quarantined = take(&app, &head, body, signal, Encoding::Protobuf, framing).await?;
    Ok(answer::grpc(&answer::protobuf(quarantined)))
}

/// Returns how many records are in quarantine.
async fn take(
    app: &Arc<App>,
    head: &Parts,
    body: Body,
    signal: Signal,
    encoding: Encoding,
    framing: Framing,
) -> Result<u64, Problem> {
    let scope = match signal {
        Signal::Logs => "logs",
        Signal::Traces => "traces",
    };
    let headers = head.headers.clone();
    let delivery = Delivery { dialect: Dialect::Otlp, scope: scope.to_owned(), headers, body, framing };
    let stored = deliver(app, delivery, move |plain, _, context| {
        let batch = otlp::decode(signal, encoding, plain, context).map_err(|broken| Problem::bad_request(broken.to_string()))?;
        Ok(Reading { batch, identity: Identity::Times, answer: () })
    })
    .await?;
    Ok(stored.receipt.quarantined)
}
