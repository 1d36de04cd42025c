//! GraphQL: the questions of the REST doors and their ingest, in one request of the client's own cut.
//!
//! In: GraphQL over HTTP (`POST /graphql`, `GET /graphql?query=`). Out: `data` and `errors`; subscriptions as server-sent
//! events (the protocol of `graphql-sse`, distinct connections). Resolvers (`query.rs`, `ingest.rs`, `tail.rs`) read their
//! arguments and ask as the REST handlers do, with the same functions. Never: a way to records beside the door's checks and a
//! [`ask::Scope`]; a document that is run, or checked by the library, before its size, depth and cost are known (`document.rs`).

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::body::{Bounds, receive};
use crate::error::Problem;
use crate::{idempotency, media};

mod answer;
mod asked;
mod cost;
mod document;
mod errors;
mod events;
mod ingest;
mod media_type;
mod query;
mod run;
mod scan;
mod schema;
mod session;
mod tail;
mod types;

pub(crate) use errors::body as error;
pub(crate) use media_type::Form;
pub(crate) use schema::sdl;

use asked::{Asked, Batch};
use run::Way;

/// Where it is.
pub(crate) const PATH: &str = "/graphql";

/// Answers GraphQL.
///
/// A document of GraphQL with its `variables` and `operationName`, or an array of up to 10 such objects. `GET /graphql/schema`
/// shows the schema. As GraphQL over HTTP says, errors within a document have status 200 under `application/json`, and 400
/// under `application/graphql-response+json`. With `Accept: text/event-stream`, and for subscriptions only so, the answer comes
/// as events `next`, and `complete` at the end. A document may be 12 fields deep, have 30 aliases and cost 1,000; each field costs
/// 1, and one within a list as much for each item that is asked for.
#[utoipa::path(
    post,
    path = "/graphql",
    tag = "ask",
    request_body(
        description = "At most 1 MiB.",
        content((serde_json::Value = "application/json", example = json!({ "query": "{ logs(query: \"severity:>=error\", start: \"now-1h\") { records { timestamp source message } } }" }))),
    ),
    responses(
        (status = 200, description = "`data`, and `errors` if there are any.", body = serde_json::Value, content_type = "application/graphql-response+json"),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 406, response = crate::openapi::NotAcceptable),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
    ),
)]
pub(crate) async fn post(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let (head, body) = request.into_parts();
    let form = Form::of(&head.headers)?;
    accept_only_json(&head.headers)?;
    if head.headers.contains_key(idempotency::HEADER) {
        return Err(Problem::bad_request("a key in a header does not say which `ingest` it is for")
            .hint("give each `ingest` its argument `idempotencyKey`"));
    }
    let received = receive(&head.headers, body, &Bounds::question(&app.limits), &app.bodies).await?;
    let plain = received.into_plain()?;
    let batch = Batch::from_json(&plain.bytes)?;
    let response = run::answer(&app, batch, form, Way::Post).await;
    // Held until here: records of an `ingest` are as large as the body.
    drop(plain);
    response
}

/// Answers a query of GraphQL in a URL.
///
/// Parameters: `query`, `operationName`, and `variables` as JSON. Queries only: what changes something must be POSTed.
#[utoipa::path(
    get,
    path = "/graphql",
    tag = "ask",
    params(
        ("query" = String, Query, description = "The document.", example = "{ health { status } }"),
        ("variables" = Option<String>, Query, description = "A JSON object."),
        ("operationName" = Option<String>, Query, description = "Which operation of the document."),
    ),
    responses(
        (status = 200, description = "`data`, and `errors` if there are any.", body = serde_json::Value, content_type = "application/graphql-response+json"),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 406, response = crate::openapi::NotAcceptable),
    ),
)]
pub(crate) async fn get(State(app): State<Arc<App>>, request: Request) -> Result<Response, Problem> {
    let form = Form::of(request.headers())?;
    let asked = Asked::from_url(request.uri())?;
    run::answer(&app, Batch::One(Box::new(asked)), form, Way::Get).await
}

/// Shows the schema of GraphQL.
///
/// In GraphQL's schema definition language.
#[utoipa::path(get, path = "/graphql/schema", tag = "about", responses((status = 200, description = "The schema.", body = String, content_type = "text/plain")))]
pub(crate) async fn schema() -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], sdl()).into_response()
}

/// Forms of HTML cannot send this type, so that no page makes a browser send what its owner did not mean.
fn accept_only_json(headers: &HeaderMap) -> Result<(), Problem> {
    if media::essence(headers).is_none() {
        return Err(media::unsupported("application/json", "say `-H 'Content-Type: application/json'`"));
    }
    media::accept_json(headers)?;
    match media::charset(headers).as_deref() {
        None | Some("utf-8") => Ok(()),
        Some(_) => Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "JSON is written in UTF-8 here")
            .header(header::ACCEPT, HeaderValue::from_static("application/json"))),
    }
}

#[cfg(test)]
mod tests;
