use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use intake::Format;
use lake::{BatchKey, Receipt};
use record::Timestamp;
use serde::Serialize;
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::body::{Bounds, Plain, receive};
use crate::error::Problem;
use crate::form::Form;
use crate::idempotency::idempotency_key;
use crate::media;
use crate::store::{Decoded, Stored, Work, context, digest, store};

/// Longest name of a source: it becomes a value of every record, and a folder of nothing.
pub(crate) const SOURCE_MAX_BYTES: usize = 256;
/// Longest name of a format that is worth reading.
const FORMAT_MAX_BYTES: usize = 256;

/// What the URL of a delivery says.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "describes what `Delivery::of` reads")]
pub(crate) struct IngestParams {
    /// The service the records come from, for those that do not say it themselves.
    #[param(max_length = 256, example = "payment-service-prod")]
    source: Option<String>,
    /// How the body is written. `auto` looks at it.
    #[param(inline, example = "auto")]
    format: Option<FormatName>,
}

/// How a body is written.
#[derive(ToSchema)]
#[schema(rename_all = "lowercase")]
#[expect(dead_code, reason = "describes intake::Format")]
enum FormatName {
    Auto,
    Json,
    Text,
    Syslog,
    Logfmt,
    Clf,
}

/// What became durable.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Acknowledgement {
    /// Records made durable, quarantined ones included.
    #[schema(example = 1000)]
    pub(crate) accepted: u64,
    /// Of these, pieces that could not become a record: kept with their reason in the table `quarantine`.
    #[schema(example = 0)]
    pub(crate) quarantined: u64,
    /// Records that the privacy policy wants dropped; absent when there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) dropped: u64,
    /// Records that a filter does not want; absent when there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) filtered: u64,
    /// Records that stand aside for others, which say for how many they stand; absent when there are none.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) sampled_out: u64,
    /// The same request (by `Idempotency-Key`) was acknowledged before; nothing was stored again.
    pub(crate) duplicate: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Takes in log records.
///
/// JSON lines, a JSON array, or lines of text, syslog, logfmt or access logs; gzip or zstd. Answers only after the
/// records are on disk. A piece that cannot become a record goes to quarantine and spoils nothing beside it.
/// With an `Idempotency-Key`, a repeated request is stored once. An empty body is fine.
#[utoipa::path(
    post,
    path = "/api/v1/ingest",
    tag = "ingest",
    params(
        IngestParams,
        ("Idempotency-Key" = Option<String>, Header, description = "1 to 256 visible ASCII characters; repeat it when repeating the request.", min_length = 1, max_length = 256, pattern = "^[!-~]+$"),
        ("Content-Encoding" = Option<String>, Header, description = "`gzip`, `deflate`, `zstd` or `identity`.", pattern = "^(gzip|deflate|zstd|identity)$"),
    ),
    request_body(
        description = "At most 10 MiB as sent, 64 MiB decompressed.",
        content(
            (String = "application/x-ndjson"),
            (String = "application/jsonl"),
            (serde_json::Value = "application/json"),
            (String = "text/plain", example = "2026-02-06T14:23:45Z ERROR payment authorization timeout"),
            (String = "application/octet-stream"),
        ),
    ),
    responses(
        (status = 200, description = "Durable.", body = Acknowledgement),
        (status = 400, response = crate::openapi::BadRequest),
        (status = 413, response = crate::openapi::TooLarge),
        (status = 415, response = crate::openapi::UnsupportedMediaType),
        (status = 422, response = crate::openapi::Unprocessable),
        (status = 429, response = crate::openapi::TooManyRequests),
    ),
)]
pub(crate) async fn ingest(State(app): State<Arc<App>>, request: Request) -> Result<Json<Acknowledgement>, Problem> {
    let (head, body) = request.into_parts();
    let delivery = Delivery::of(&head.uri, &head.headers)?;
    // A body that cannot be stored need not be read.
    if let Some(error) = app.rooms.lake.refuses() {
        return Err(error.into());
    }
    let received = receive(&head.headers, body, &Bounds::logs(&app.limits), &app.bodies).await?;
    let wire_bytes = received.wire_bytes();
    let work = if received.is_plain() { Work::of_plain(wire_bytes) } else { Work::Long };
    let decode = move |app: &App, received_at| delivery.decode(app, received.into_plain()?, received_at);
    Ok(Json(store(&app, wire_bytes, work, decode).await?.into()))
}

impl From<Stored<()>> for Acknowledgement {
    fn from(Stored { receipt, dropped, filtered, sampled_out, answer: () }: Stored<()>) -> Acknowledgement {
        let Receipt { accepted, quarantined, duplicate, .. } = receipt;
        Acknowledgement { accepted, quarantined, dropped, filtered, sampled_out, duplicate }
    }
}

/// What a request says beside its body.
pub(crate) struct Delivery {
    pub(crate) source: Option<String>,
    pub(crate) format: Format,
    pub(crate) key: Option<String>,
}

impl Delivery {
    fn of(uri: &Uri, headers: &HeaderMap) -> Result<Delivery, Problem> {
        media::accept_logs(headers)?;
        let mut form = Form::from_url(uri)?;
        let source = form.text("source", SOURCE_MAX_BYTES);
        let format = match form.text("format", FORMAT_MAX_BYTES).map(|name| name.parse::<Format>()) {
            None => Format::Auto,
            Some(Ok(format)) => format,
            Some(Err(error)) => {
                form.fault("format", "", "unknown", error.to_string());
                Format::Auto
            }
        };
        form.finish()?;
        Ok(Delivery { source, format, key: idempotency_key(headers)? })
    }

    /// Makes records of a body.
    pub(crate) fn decode(self, app: &App, plain: Plain, received_at: Timestamp) -> Result<Decoded<()>, Problem> {
        let batch = intake::decode(self.format, &plain.bytes, &context(app, self.source.as_deref(), received_at));
        let key = self.key.map(|key| BatchKey { key, body: digest(&plain.bytes) });
        Ok(Decoded { batch, key, bytes: plain.bytes.len(), reservation: Some(plain.reservation), answer: () })
    }
}
