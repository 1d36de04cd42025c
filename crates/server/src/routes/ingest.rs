use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Uri};
use intake::{Context, Format};
use lake::{BatchKey, Receipt};
use privacy::Admitted;
use record::Timestamp;
use serde::Serialize;
use sha2::{Digest, Sha256};
use utoipa::{IntoParams, ToSchema};

use crate::app::App;
use crate::body::{Bounds, Received, receive};
use crate::budget::Reservation;
use crate::error::Problem;
use crate::form::Form;
use crate::media;

/// Longest name of a source: it becomes a value of every record, and a folder of nothing.
const SOURCE_MAX_BYTES: usize = 256;
/// Longest idempotency key: room for two UUIDs and a path.
const KEY_MAX_BYTES: usize = 256;
/// Bodies up to here are decoded where they are (about 0.2 ms): handing them to another thread costs as much.
const INLINE_MAX_BYTES: usize = 16 << 10;

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
    accepted: u64,
    /// Of these, pieces that could not become a record: kept with their reason in the table `quarantine`.
    #[schema(example = 0)]
    quarantined: u64,
    /// Records that the privacy policy wants dropped; absent when there are none.
    #[serde(skip_serializing_if = "is_zero")]
    dropped: u64,
    /// The same request (by `Idempotency-Key`) was acknowledged before; nothing was stored again.
    duplicate: bool,
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
        ("Content-Encoding" = Option<String>, Header, description = "`gzip`, `zstd` or `identity`.", pattern = "^(gzip|zstd|identity)$"),
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
    let (Receipt { accepted, quarantined, duplicate, .. }, dropped) = store(app, delivery, received).await?;
    Ok(Json(Acknowledgement { accepted, quarantined, dropped, duplicate }))
}

/// What a request says beside its body.
struct Delivery {
    source: Option<String>,
    format: Format,
    key: Option<String>,
}

impl Delivery {
    fn of(uri: &Uri, headers: &HeaderMap) -> Result<Delivery, Problem> {
        media::accept_logs(headers)?;
        let mut form = Form::from_url(uri)?;
        let source = form.text("source", SOURCE_MAX_BYTES);
        let format = match form.text("format", KEY_MAX_BYTES).map(|name| name.parse::<Format>()) {
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
}

fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all("idempotency-key").iter();
    let (first, second) = (values.next(), values.next());
    let Some(value) = first else { return Ok(None) };
    let bytes = value.as_bytes();
    let sane = (1..=KEY_MAX_BYTES).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic) && second.is_none();
    if !sane {
        return Err(Problem::bad_request(format!(
            "Idempotency-Key must be one value of 1 to {KEY_MAX_BYTES} visible ASCII characters"
        )));
    }
    Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
}

/// Takes one delivery through the house. Returning means durable.
async fn store(app: Arc<App>, delivery: Delivery, received: Received) -> Result<(Receipt, u64), Problem> {
    let wire_bytes = received.wire_bytes();
    let screened = screen(app.clone(), delivery, received).await?;
    app.key_watch.look(&app.rooms.gateway);
    let masked = screened.admitted.masked().clone();
    let receipt = app.rooms.lake.append(screened.admitted, screened.key).await?;
    app.metrics.ingest(wire_bytes, screened.bytes, &receipt);
    if !receipt.duplicate {
        app.metrics.screened(&masked);
    }
    Ok((receipt, masked.dropped))
}

struct Screened {
    admitted: Admitted,
    key: Option<BatchKey>,
    /// Size of the body, decompressed.
    bytes: usize,
    /// The body is gone, but the batch that was made of it is of the same size.
    _reservation: Reservation,
}

/// Decompresses, decodes and screens, on a thread that may compute for long.
async fn screen(app: Arc<App>, delivery: Delivery, received: Received) -> Result<Screened, Problem> {
    let now = app.now();
    if received.is_plain() && received.wire_bytes() <= INLINE_MAX_BYTES {
        return compute(&app, delivery, received, now);
    }
    let turn = app.decoders.clone().acquire_owned().await;
    let computed = tokio::task::spawn_blocking(move || {
        let computed = compute(&app, delivery, received, now);
        drop(turn);
        computed
    });
    computed.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn compute(app: &App, delivery: Delivery, received: Received, received_at: Timestamp) -> Result<Screened, Problem> {
    let plain = received.into_plain()?;
    let Delivery { source, format, key } = delivery;
    let context =
        Context { tenant: app.tenant.clone(), source: source.as_deref(), received_at, limits: intake::Limits::default() };
    let batch = intake::decode(format, &plain.bytes, &context);
    let key = key.map(|key| BatchKey { key, body: digest(&plain.bytes) });
    let bytes = plain.bytes.len();
    drop(plain.bytes);
    Ok(Screened { admitted: app.rooms.gateway.admit(batch), key, bytes, _reservation: plain.reservation })
}

/// SHA-256, cut to 128 bits: nobody finds two bodies that share it, so nobody can pass off one for the other.
fn digest(body: &[u8]) -> u128 {
    let digest: [u8; 32] = Sha256::digest(body).into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}
