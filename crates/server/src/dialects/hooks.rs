//! Webhooks: each sender has a path of its own, proves that it has the secret of it, and is answered only when what it
//! told is on disk.

use std::borrow::Cow;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use intake::webhook::{self, Note, Shape};
use record::Batch;
use serde::{Deserialize, Serialize};
use serde_json::map::Entry;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::Dialect;
use super::deliver::{Delivery, Identity, Reading, deliver};
use super::framing::Framing;
use crate::app::App;
use crate::decompress::ContentEncoding;
use crate::error::Problem;
use crate::hooks::{Claim, Endpoint, Profile, Refusal};
use crate::media;
use crate::store::{Stored, digest};

/// Where hooks are.
pub(super) const PREFIX: &str = "/v1/hooks/";

/// The same as its label is written.
pub(crate) const ROUTE: &str = "/v1/hooks/{name}";

/// What became of a delivery.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HookAnswer {
    /// Records made durable, quarantined ones included.
    #[schema(example = 1)]
    accepted: u64,
    /// Of these, what could not become a record: kept with its reason in the table `quarantine`.
    #[schema(example = 0)]
    quarantined: u64,
    /// The same delivery was taken before; nothing was stored again.
    duplicate: bool,
}

/// What of a body decides what becomes of it. What has another type than expected is as good as not there.
#[derive(Default, Deserialize)]
struct Glance {
    #[serde(rename = "type")]
    kind: Option<Value>,
    id: Option<Value>,
    action: Option<Value>,
    event_id: Option<Value>,
    event: Option<Value>,
    challenge: Option<Value>,
}

/// Takes in a webhook.
///
/// `name` is one of the hooks of the settings; its profile says how the sender proves who it is. The body is judged as
/// it came, byte by byte, before anything reads it: so it must not be compressed. A delivery that comes again is known
/// by the sender's id where that is signed, else by its bytes, and stored once.
#[utoipa::path(
    post, path = ROUTE, tag = "ingest", operation_id = "hook",
    params(
        ("name" = String, Path, description = "Name of the hook.", example = "payments"),
        ("webhook-id" = Option<String>, Header, description = "Standard Webhooks: id of the delivery."),
        ("webhook-timestamp" = Option<String>, Header, description = "Standard Webhooks: seconds since 1970, at most five minutes off."),
        ("webhook-signature" = Option<String>, Header, description = "Standard Webhooks: `v1,BASE64` (HMAC-SHA256) or `v1a,BASE64` (Ed25519), several separated by spaces."),
    ),
    request_body(description = "What the sender has to tell, mostly JSON.", content(("application/json"), ("application/x-www-form-urlencoded"))),
    responses(
        (status = 202, description = "All of it is on disk.", body = HookAnswer),
        (status = 200, description = "It was taken before. (To Slack's question whether this is its hook: the challenge, as text.)", body = HookAnswer),
        (status = 404, response = crate::openapi::NotFound),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 429, response = crate::openapi::TooManyRequests),
    ),
)]
pub(crate) async fn hook(State(app): State<Arc<App>>, Path(name): Path<String>, request: Request) -> Result<Response, Problem> {
    let (mut head, body) = request.into_parts();
    let Some(endpoint) = app.hooks.get(&name) else {
        app.metrics.hooks.count("unknown", "unknown");
        return Err(Problem::new(StatusCode::NOT_FOUND, "there is no hook of this name").hint("name it in the setting hooks"));
    };
    let name = endpoint.name;
    let claim = endpoint.claim(&head.headers, app.now()).map_err(|refusal| refused(&app, endpoint, refusal))?;
    if ContentEncoding::of(&head.headers)? != ContentEncoding::Identity {
        return Err(media::unsupported("application/json", "send the body as it was signed, without Content-Encoding"));
    }
    // Nobody signs this one; who repeats a delivery could make it look new.
    head.headers.remove("idempotency-key");
    let is_form = media::essence(&head.headers).as_deref() == Some("application/x-www-form-urlencoded");
    let delivery =
        Delivery { dialect: Dialect::Hook, scope: name.to_owned(), headers: head.headers, body, framing: Framing::None };
    let shared = app.clone();
    let stored = deliver(&app, delivery, move |bytes, _, context| {
        let endpoint = shared.hooks.get(name).expect("BUG: the hook was just there");
        endpoint.verify(&claim, bytes).map_err(|refusal| refused(&shared, endpoint, refusal))?;
        let context = intake::Context { source: Some(name), ..context.clone() };
        Ok(read(endpoint, &claim, bytes, is_form, &context))
    })
    .await?;
    Ok(answer(&app, name, stored))
}

fn answer(app: &App, name: &'static str, stored: Stored<Option<String>>) -> Response {
    let Stored { receipt, answer: challenge, .. } = stored;
    app.metrics.hooks.count(name, if receipt.duplicate { "duplicate" } else { "stored" });
    if let Some(challenge) = challenge {
        return ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], challenge).into_response();
    }
    let told = HookAnswer { accepted: receipt.accepted, quarantined: receipt.quarantined, duplicate: receipt.duplicate };
    let status = if told.duplicate { StatusCode::OK } else { StatusCode::ACCEPTED };
    (status, Json(told)).into_response()
}

fn refused(app: &App, endpoint: &Endpoint, refusal: Refusal) -> Problem {
    app.metrics.hooks.count(endpoint.name, refusal.as_str());
    let (detail, hint) = match refusal {
        Refusal::Unsigned => ("it is not signed, or not in the way of this hook", wanted(endpoint.profile)),
        Refusal::Stale => ("it was signed more than five minutes ago or ahead", "sign it anew, and set the clocks"),
        Refusal::Signature => ("no secret of this hook made the signature", "give both sides the same secret"),
    };
    let challenge = match endpoint.profile {
        Profile::Alertmanager => HeaderValue::from_static("Bearer realm=\"dendro\""),
        _ => HeaderValue::from_static("Signature realm=\"dendro\""),
    };
    Problem::new(StatusCode::UNAUTHORIZED, detail).hint(hint).header(header::WWW_AUTHENTICATE, challenge)
}

fn wanted(profile: Profile) -> &'static str {
    match profile {
        Profile::Standard => "send webhook-id, webhook-timestamp and webhook-signature, each once",
        Profile::GitHub => "send X-Hub-Signature-256: sha256=HEX",
        Profile::Stripe => "send Stripe-Signature: t=SECONDS,v1=HEX",
        Profile::Slack => "send X-Slack-Request-Timestamp and X-Slack-Signature: v0=HEX",
        Profile::Alertmanager => "send Authorization: Bearer SECRET (http_config.authorization of the receiver)",
    }
}

/// What a body that was judged comes to.
fn read(
    endpoint: &Endpoint,
    claim: &Claim,
    bytes: &[u8],
    is_form: bool,
    context: &intake::Context<'_>,
) -> Reading<Option<String>> {
    let json = if is_form { Cow::Owned(json_of_form(bytes)) } else { Cow::Borrowed(bytes) };
    let glance: Glance = serde_json::from_slice(&json).unwrap_or_default();
    let identity = identity(endpoint, claim, &glance);
    if let Some(challenge) = challenge(endpoint.profile, &glance) {
        let nothing = Batch::builder(context.tenant.clone(), context.received_at).build();
        return Reading { batch: nothing, identity, answer: Some(challenge) };
    }
    let shape = if endpoint.profile == Profile::Alertmanager { Shape::Alerts } else { Shape::Event };
    let event = event(endpoint.profile, claim, &glance);
    let notes = [("webhook.id", claim.id.as_deref()), ("webhook.event", claim.event.as_deref()), ("message", event.as_deref())];
    let notes: Vec<Note<'_>> = notes.into_iter().filter_map(|(name, text)| Some(Note { name, text: text? })).collect();
    Reading { batch: webhook::decode(shape, &json, &notes, context), identity, answer: None }
}

/// A form as the JSON that it stands for: `payload` holds it, or the fields are it. What comes again becomes a list.
fn json_of_form(form: &[u8]) -> Vec<u8> {
    let fields = || form_urlencoded::parse(form);
    if let Some((_, payload)) = fields().find(|(name, _)| name == "payload") {
        return payload.into_owned().into_bytes();
    }
    let mut object = Map::new();
    for (name, value) in fields() {
        let value = Value::from(value.into_owned());
        match object.entry(name) {
            Entry::Vacant(free) => {
                free.insert(value);
            }
            Entry::Occupied(taken) => match taken.into_mut() {
                Value::Array(values) => values.push(value),
                first => *first = Value::Array(vec![first.take(), value]),
            },
        }
    }
    Value::Object(object).to_string().into_bytes()
}

/// Who overhears a delivery can send it again with another id, unless the id was signed too.
fn identity(endpoint: &Endpoint, claim: &Claim, glance: &Glance) -> Identity {
    let in_body = match endpoint.profile {
        Profile::Stripe => text(&glance.id),
        Profile::Slack => text(&glance.event_id),
        Profile::Standard | Profile::GitHub | Profile::Alertmanager => None,
    };
    match claim.signed_id.as_deref().or(in_body) {
        Some(id) => Identity::Named(format!("{}:{:032x}", endpoint.name, digest(id.as_bytes()))),
        None => Identity::Body,
    }
}

/// Slack asks each hook once whether it is one, and wants its own word back.
fn challenge(profile: Profile, glance: &Glance) -> Option<String> {
    let asks = profile == Profile::Slack && text(&glance.kind) == Some("url_verification");
    if asks { text(&glance.challenge).map(str::to_owned) } else { None }
}

/// What happened, for records that have no message of their own.
fn event(profile: Profile, claim: &Claim, glance: &Glance) -> Option<String> {
    let inner = |name: &str| glance.event.as_ref()?.get(name)?.as_str();
    match profile {
        Profile::GitHub => {
            let event = claim.event.as_deref()?;
            Some(text(&glance.action).map_or_else(|| event.to_owned(), |action| format!("{event} {action}")))
        }
        Profile::Slack => inner("text").or_else(|| inner("type")).or(text(&glance.kind)).map(str::to_owned),
        Profile::Standard | Profile::Stripe | Profile::Alertmanager => text(&glance.kind).map(str::to_owned),
    }
}

fn text(value: &Option<Value>) -> Option<&str> {
    value.as_ref()?.as_str()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_form_loses_nothing() {
        let check = |form: &str, expected: Value| {
            assert_eq!(serde_json::from_slice::<Value>(&json_of_form(form.as_bytes())).expect("JSON"), expected, "{form}");
        };
        check("text=now+please&a=%22", json!({"text": "now please", "a": "\""}));
        check("a=1&b=2&a=3&a=", json!({"a": ["1", "3", ""], "b": "2"}));
        check("a=1&payload=%7B%7D", json!({}));
        check("", json!({}));
    }
}
