//! Loki's push, as Alloy, Promtail, Fluent Bit, Vector and its client libraries send it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use intake::loki::{self, Encoding};

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::error::Problem;
use crate::media;
use crate::routes::health;

/// The path, and the one that old agents have.
pub(super) const PATHS: [&str; 2] = ["/loki/api/v1/push", "/api/prom/push"];

/// Where agents look whether the server is ready.
pub(super) const READY: &str = "/ready";

/// The routes of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    let router = Router::new().route(READY, get(health::readyz));
    PATHS.into_iter().fold(router, |router, path| router.route(path, post(push)))
}

async fn push(State(app): State<Arc<App>>, request: Request) -> Result<StatusCode, Problem> {
    let (head, body) = request.into_parts();
    let (encoding, framing) = match media::essence(&head.headers).as_deref() {
        Some("application/json") => (Encoding::Json, Framing::None),
        // Loki takes everything else for protocol buffers; some agents do not say what they send.
        Some("application/x-protobuf") | None => (Encoding::Protobuf, Framing::Snappy),
        Some(_) => return Err(media::unsupported("application/json, application/x-protobuf", "say which of the two it is")),
    };
    let scope = String::new();
    let delivery = Delivery { dialect: Dialect::Loki, scope, headers: head.headers, body, framing };
    deliver(&app, delivery, move |plain, _, context| {
        let batch = loki::decode(encoding, plain, context).map_err(|broken| Problem::bad_request(broken.to_string()))?;
        // For Loki, too, the same line of the same time in the same stream is one.
        Ok(Reading { batch, identity: Identity::Times, answer: () })
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
