//! CloudEvents over HTTP in its three forms. An event's `source` and `id` are one for ever: sent again, it is stored once.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use intake::Format;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::error::Problem;
use crate::media;
use crate::store::digest;

/// Where events go.
pub(super) const PATH: &str = "/cloudevents";

/// The route of the dialect.
pub(super) fn routes() -> Router<Arc<App>> {
    Router::new().route(PATH, post(take).options(allow))
}

/// How a request holds its events.
enum Mode {
    /// One, in JSON.
    Structured,
    /// A list of them.
    Batch,
    /// Its attributes are headers, its data is the body.
    Binary(Map<String, Value>),
}

/// What makes an event one.
#[derive(Deserialize)]
struct Id {
    id: String,
    source: String,
}

/// Senders ask before they send to somebody who might not want it.
async fn allow(headers: HeaderMap) -> Response {
    let mut response = StatusCode::OK.into_response();
    let told = response.headers_mut();
    told.insert("allow", HeaderValue::from_static("POST"));
    if let Some(origin) = headers.get("webhook-request-origin") {
        told.insert(HeaderName::from_static("webhook-allowed-origin"), origin.clone());
        told.insert(HeaderName::from_static("webhook-allowed-rate"), HeaderValue::from_static("*"));
    }
    response
}

async fn take(State(app): State<Arc<App>>, request: Request) -> Result<StatusCode, Problem> {
    let (head, body) = request.into_parts();
    let mode = mode(&head.headers)?;
    let scope = String::new();
    let delivery = Delivery { dialect: Dialect::CloudEvents, scope, headers: head.headers, body, framing: Framing::None };
    deliver(&app, delivery, move |plain, _, context| {
        let written;
        let (json, identity) = match mode {
            Mode::Structured => (plain, identity_of(plain)?),
            Mode::Batch => (plain, Identity::Body),
            Mode::Binary(attributes) => {
                written = structured(attributes, plain);
                (written.as_slice(), identity_of(&written)?)
            }
        };
        Ok(Reading { batch: intake::decode(Format::Json, json, context), identity, answer: () })
    })
    .await?;
    Ok(StatusCode::ACCEPTED)
}

fn mode(headers: &HeaderMap) -> Result<Mode, Problem> {
    match media::essence(headers).as_deref() {
        Some("application/cloudevents+json") => Ok(Mode::Structured),
        Some("application/cloudevents-batch+json") => Ok(Mode::Batch),
        Some(other) if other.starts_with("application/cloudevents") => {
            Err(media::unsupported("application/cloudevents+json, application/cloudevents-batch+json", "send events as JSON"))
        }
        content_type => {
            let mut attributes = Map::new();
            for (name, value) in headers {
                let Some(name) = name.as_str().strip_prefix("ce-") else { continue };
                let value = String::from_utf8_lossy(value.as_bytes());
                let value = percent_decode_str(&value).decode_utf8_lossy().into_owned();
                attributes.insert(name.to_owned(), value.into());
            }
            if let Some(content_type) = content_type {
                attributes.insert("datacontenttype".to_owned(), content_type.into());
            }
            Ok(Mode::Binary(attributes))
        }
    }
}

/// The key of an event that stands in JSON; the body does not have to be the same, letter by letter.
fn identity_of(json: &[u8]) -> Result<Identity, Problem> {
    let Id { id, source } = serde_json::from_slice(json)
        .map_err(|_| Problem::bad_request("this is no CloudEvent: it has no `id` or no `source`, or is not JSON"))?;
    Ok(Identity::Named(format!("{:032x}", digest(format!("{source}\n{id}").as_bytes()))))
}

/// An event in the structured form.
fn structured(mut attributes: Map<String, Value>, data: &[u8]) -> Vec<u8> {
    if !data.is_empty() {
        let value = serde_json::from_slice(data).unwrap_or_else(|_| String::from_utf8_lossy(data).into_owned().into());
        attributes.insert("data".to_owned(), value);
    }
    Value::Object(attributes).to_string().into_bytes()
}
