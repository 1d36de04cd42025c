//! Answers as server-sent events: `next` with each result, `complete` at the end.
//!
//! The protocol of `graphql-sse` (enisdenjo/graphql-sse, PROTOCOL.md), in its mode of distinct connections.

use std::convert::Infallible;
use std::sync::Arc;

use async_graphql::Request;
use axum::body::Body;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures::StreamExt;
use tokio::time::timeout;

use super::answer::Outcome;
use super::media_type::Form;
use super::schema::SCHEMA;
use super::session::Session;

/// Opens the stream at once, so that the client sees that it is connected; and shows later that the server is still there.
const HEARTBEAT: &[u8] = b":\n\n";
const COMPLETE: &[u8] = b"event: complete\ndata:\n\n";

/// One result, and the end.
pub(super) fn once(outcome: &Outcome) -> Response {
    let mut body = next(outcome).to_vec();
    body.extend_from_slice(COMPLETE);
    response(Body::from(body))
}

/// The results of a subscription, until either side ends.
pub(super) fn stream(session: &Arc<Session>, request: Request) -> Response {
    let heartbeat = session.app.limits.tail_heartbeat;
    let results = SCHEMA.execute_stream(request);
    let rest = futures::stream::unfold(Some(results), move |results| async move {
        let mut results = results?;
        Some(match timeout(heartbeat, results.next()).await {
            Err(_) => (Bytes::from_static(HEARTBEAT), Some(results)),
            Ok(Some(answer)) => (next(&Outcome::of(answer, &[])), Some(results)),
            Ok(None) => (Bytes::from_static(COMPLETE), None),
        })
    });
    let open = futures::stream::once(async { Bytes::from_static(HEARTBEAT) });
    response(Body::from_stream(open.chain(rest).map(Ok::<_, Infallible>)))
}

fn next(outcome: &Outcome) -> Bytes {
    if let Some(cause) = outcome.cause() {
        tracing::warn!(cause = &*cause, "a subscription failed");
    }
    // JSON as it is written here has no line breaks.
    [b"event: next\ndata: ", &*outcome.to_json(), b"\n\n"].concat().into()
}

fn response(body: Body) -> Response {
    ([(header::CONTENT_TYPE, Form::Events.media_type())], body).into_response()
}
