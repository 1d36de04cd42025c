//! GELF over HTTP: one message in JSON, or several, a line each.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::routing::post;
use intake::Format;

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::error::Problem;

/// The path.
pub(super) const PATH: &str = "/gelf";

/// The route of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(take))
}

async fn take(State(app): State<Arc<App>>, request: Request) -> Result<StatusCode, Problem> {
    let (head, body) = request.into_parts();
    let scope = String::new();
    let delivery = Delivery { dialect: Dialect::Gelf, scope, headers: head.headers, body, framing: Framing::None };
    deliver(&app, delivery, |plain, _, context| {
        Ok(Reading { batch: intake::decode(Format::Json, plain, context), identity: Identity::Times, answer: () })
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}
