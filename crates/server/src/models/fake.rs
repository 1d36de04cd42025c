//! Plays a language model, for tests and for people who want to see what happens: speaks both dialects, and behaves well or
//! badly as it is told. It knows nothing and computes nothing but what its mode says.

mod answers;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;

/// How long the slow one takes: longer than anybody waits.
const SLOW: Duration = Duration::from_secs(120);
/// Requests that are remembered.
const SEEN_MAX: usize = 1_000;

/// How the model behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FakeMode {
    /// Says the facts that it was given, with their citations.
    Echo,
    /// Does what any text tells it to: whatever logs say, in whatever language or encoding.
    Obeys,
    /// Answers after two minutes.
    Slow,
    /// Answers something else than was asked for.
    Garbage,
    /// Stops in the middle.
    Half,
    /// Takes no requests (429).
    Busy,
    /// Fails (500).
    Broken,
    /// Sends everybody to another address (307).
    Redirects,
}

impl FakeMode {
    /// All modes.
    pub const ALL: [FakeMode; 8] = [
        FakeMode::Echo,
        FakeMode::Obeys,
        FakeMode::Slow,
        FakeMode::Garbage,
        FakeMode::Half,
        FakeMode::Busy,
        FakeMode::Broken,
        FakeMode::Redirects,
    ];

    /// Its name on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            FakeMode::Echo => "echo",
            FakeMode::Obeys => "obeys",
            FakeMode::Slow => "slow",
            FakeMode::Garbage => "garbage",
            FakeMode::Half => "half",
            FakeMode::Busy => "429",
            FakeMode::Broken => "500",
            FakeMode::Redirects => "redirects",
        }
    }
}

/// What a fake model has seen.
#[derive(Debug, Default)]
pub struct FakeSeen {
    calls: AtomicU64,
    lured: AtomicU64,
    bodies: Mutex<Vec<String>>,
}

impl FakeSeen {
    /// Requests in one of the two dialects.
    pub fn calls(&self) -> u64 {
        self.calls.load(Ordering::Relaxed)
    }

    /// Requests to any other path: somebody followed a link, a redirect, or loaded a picture.
    pub fn lured(&self) -> u64 {
        self.lured.load(Ordering::Relaxed)
    }

    /// The last bodies of requests, oldest first.
    pub fn bodies(&self) -> Vec<String> {
        self.bodies.lock().clone()
    }
}

struct Fake {
    mode: FakeMode,
    address: SocketAddr,
    seen: Arc<FakeSeen>,
}

/// A fake model that listens.
pub struct FakeModel {
    socket: TcpListener,
    fake: Arc<Fake>,
}

impl FakeModel {
    /// Listens; loopback only. Nothing is answered before [`FakeModel::run`].
    pub async fn bind(listen: SocketAddr, mode: FakeMode) -> std::io::Result<FakeModel> {
        if !listen.ip().is_loopback() {
            let text = format!("{listen} can be reached from other machines; a fake model listens on loopback");
            return Err(std::io::Error::new(std::io::ErrorKind::InvalidInput, text));
        }
        let socket = TcpListener::bind(listen).await?;
        let address = socket.local_addr()?;
        Ok(FakeModel { socket, fake: Arc::new(Fake { mode, address, seen: Arc::default() }) })
    }

    /// Where it listens.
    pub fn local_addr(&self) -> SocketAddr {
        self.fake.address
    }

    /// What it sees.
    pub fn seen(&self) -> Arc<FakeSeen> {
        self.fake.seen.clone()
    }

    /// Answers until `stop` is done.
    pub async fn run(self, stop: impl Future<Output = ()> + Send + 'static) -> std::io::Result<()> {
        let router = Router::new()
            .route("/v1/models", get(models))
            .route("/v1/chat/completions", post(openai))
            .route("/chat/completions", post(openai))
            .route("/v1beta/models/{call}", post(gemini))
            .fallback(lured)
            .with_state(self.fake);
        axum::serve(self.socket, router).with_graceful_shutdown(stop).await
    }
}

async fn models() -> Json<Value> {
    Json(json!({"object": "list", "data": [{"id": "fake", "object": "model", "created": 0, "owned_by": "dendro"}]}))
}

async fn lured(State(fake): State<Arc<Fake>>) -> StatusCode {
    fake.seen.lured.fetch_add(1, Ordering::Relaxed);
    StatusCode::NOT_FOUND
}

async fn openai(State(fake): State<Arc<Fake>>, headers: HeaderMap, body: String) -> Response {
    let number = fake.note(&body);
    if !headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"application/json")) {
        return openai_error(StatusCode::BAD_REQUEST, "invalid_request_error", "the body is no JSON");
    }
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let messages = request["messages"].as_array().map(Vec::as_slice).unwrap_or_default();
    // What was said before, and its own answers to that, are an example.
    let of = |role: &str| -> String {
        let last = messages.iter().rev().find(|message| message["role"] == role);
        last.and_then(|message| message["content"].as_str()).unwrap_or_default().to_owned()
    };
    let (system, user) = (of("system"), of("user"));
    if user.is_empty() || !request["model"].is_string() {
        return openai_error(StatusCode::BAD_REQUEST, "invalid_request_error", "model and messages are needed");
    }
    if let Some(response) = fake.misbehaves(openai_error, &request["model"]).await {
        return response;
    }
    let answer = answers::of(fake.mode, number, &system, &user, fake.address);
    let (prompt, completion) = (tokens(&system) + tokens(&user), tokens(&answer.text));
    let calls = answer.tool.map(|(name, arguments)| {
        json!([{"id": "call_1", "type": "function", "function": {"name": name, "arguments": arguments.to_string()}}])
    });
    let mut message = json!({"role": "assistant", "content": answer.text, "refusal": null});
    if let Some(calls) = calls {
        message["tool_calls"] = calls;
    }
    let finish = if answer.is_cut { "length" } else { "stop" };
    Json(json!({
        "id": format!("chatcmpl-{number}"), "object": "chat.completion", "created": 0, "model": request["model"],
        "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": finish}],
        "usage": {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion},
    }))
    .into_response()
}

async fn gemini(State(fake): State<Arc<Fake>>, Path(call): Path<String>, body: String) -> Response {
    let number = fake.note(&body);
    let Some(model) = call.strip_suffix(":generateContent") else {
        return gemini_error(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such method");
    };
    let request: Value = serde_json::from_str(&body).unwrap_or_default();
    let texts = |content: &Value| {
        let parts = content["parts"].as_array().into_iter().flatten();
        parts.filter_map(|part| part["text"].as_str()).collect::<String>()
    };
    let user = request["contents"].as_array().and_then(|contents| contents.last()).map(texts).unwrap_or_default();
    let system = texts(&request["systemInstruction"]);
    if user.is_empty() {
        return gemini_error(StatusCode::BAD_REQUEST, "INVALID_ARGUMENT", "contents are needed");
    }
    if let Some(response) = fake.misbehaves(gemini_error, &json!(model)).await {
        return response;
    }
    let answer = answers::of(fake.mode, number, &system, &user, fake.address);
    let (prompt, completion) = (tokens(&system) + tokens(&user), tokens(&answer.text));
    let mut parts = vec![json!({"text": "I think about it.", "thought": true}), json!({"text": answer.text})];
    parts.extend(answer.tool.map(|(name, arguments)| json!({"functionCall": {"name": name, "args": arguments}})));
    let finish = if answer.is_cut { "MAX_TOKENS" } else { "STOP" };
    Json(json!({
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": finish, "index": 0}],
        "usageMetadata": {
            "promptTokenCount": prompt, "candidatesTokenCount": completion, "thoughtsTokenCount": 5,
            "totalTokenCount": prompt + completion + 5,
        },
        "modelVersion": model, "responseId": number.to_string(),
    }))
    .into_response()
}

/// Four bytes a token, about.
fn tokens(text: &str) -> u64 {
    text.len() as u64 / 4
}

impl Fake {
    fn note(&self, body: &str) -> u64 {
        let mut bodies = self.seen.bodies.lock();
        if bodies.len() == SEEN_MAX {
            bodies.remove(0);
        }
        bodies.push(body.to_owned());
        self.seen.calls.fetch_add(1, Ordering::Relaxed)
    }

    /// The answers that are none.
    async fn misbehaves(&self, error: fn(StatusCode, &str, &str) -> Response, model: &Value) -> Option<Response> {
        match self.mode {
            // Like DeepSeek, but for nobody else: a model of this name does not know the schema.
            _ if model == "no-such-model" => Some(error(StatusCode::NOT_FOUND, "NOT_FOUND", "there is no such model")),
            FakeMode::Slow => {
                tokio::time::sleep(SLOW).await;
                None
            }
            FakeMode::Busy => {
                let mut response = error(StatusCode::TOO_MANY_REQUESTS, "RESOURCE_EXHAUSTED", "too many requests");
                response.headers_mut().insert(header::RETRY_AFTER, header::HeaderValue::from_static("1"));
                Some(response)
            }
            FakeMode::Broken => Some(error(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL", "something is broken")),
            FakeMode::Redirects => {
                let place = Uri::builder().scheme("http").authority(self.address.to_string()).path_and_query("/elsewhere");
                let place = place.build().map(|place| place.to_string()).unwrap_or_default();
                Some((StatusCode::TEMPORARY_REDIRECT, [(header::LOCATION, place)]).into_response())
            }
            FakeMode::Echo | FakeMode::Obeys | FakeMode::Garbage | FakeMode::Half => None,
        }
    }
}

fn openai_error(status: StatusCode, kind: &str, message: &str) -> Response {
    let body = json!({"error": {"message": message, "type": kind.to_lowercase(), "param": null, "code": null}});
    (status, Json(body)).into_response()
}

fn gemini_error(status: StatusCode, kind: &str, message: &str) -> Response {
    let details = match status {
        StatusCode::TOO_MANY_REQUESTS => json!([{"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "1s"}]),
        _ => json!([]),
    };
    let body = json!({"error": {"code": status.as_u16(), "status": kind, "message": message, "details": details}});
    (status, Json(body)).into_response()
}
