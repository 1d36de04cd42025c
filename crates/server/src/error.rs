//! How errors become HTTP: the one place where a [`Kind`] becomes a status.

use std::borrow::Cow;
use std::sync::Arc;

use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use record::Kind;
use serde::Serialize;
use utoipa::ToSchema;

/// Seconds after which a refused request is worth repeating. Sealing a memtable and freeing a place both take about one.
pub(crate) const RETRY_AFTER_SECONDS: u64 = 1;

/// The status of a kind of error.
pub(crate) fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::Invalid => StatusCode::BAD_REQUEST,
        Kind::Denied => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::Conflict => StatusCode::CONFLICT,
        Kind::Overloaded => StatusCode::TOO_MANY_REQUESTS,
        Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        Kind::Broken => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

/// What the caller is told about an error (RFC 9457). Made into a response by the door, which knows the request id.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    status: StatusCode,
    detail: Cow<'static, str>,
    hint: Option<Cow<'static, str>>,
    faults: Vec<Fault>,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// For the log, never for the caller.
    cause: Option<Arc<str>>,
}

/// One thing that is wrong with a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(crate) struct Fault {
    /// Where in the body: a JSON Pointer (RFC 6901); empty means the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
    /// Which parameter of the URL.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) parameter: Option<String>,
    /// What is wrong, for programs.
    #[schema(example = "out_of_range")]
    pub(crate) code: &'static str,
    /// What is wrong, for people.
    pub(crate) message: String,
    /// Byte in the value at which it is wrong, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) position: Option<usize>,
}

/// An error (RFC 9457, `application/problem+json`).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct ProblemBody<'a> {
    /// Names the kind of problem.
    #[serde(rename = "type")]
    #[schema(example = "urn:dendro:problem:too-many-requests")]
    kind: String,
    /// The same in words.
    #[schema(example = "Too Many Requests")]
    title: &'a str,
    /// The HTTP status.
    #[schema(example = 429)]
    status: u16,
    /// What happened here.
    detail: &'a str,
    /// Request id, to be found in the server's log.
    instance: &'a str,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<&'a str>,
    /// Each thing that is wrong with the request.
    #[serde(skip_serializing_if = "<[Fault]>::is_empty")]
    errors: &'a [Fault],
}

impl Problem {
    pub(crate) fn new(status: StatusCode, detail: impl Into<Cow<'static, str>>) -> Problem {
        let problem = Problem { status, detail: detail.into(), hint: None, faults: Vec::new(), headers: Vec::new(), cause: None };
        if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
            return problem.header(header::RETRY_AFTER, HeaderValue::from(RETRY_AFTER_SECONDS));
        }
        problem
    }

    /// The request cannot be read.
    pub(crate) fn bad_request(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(StatusCode::BAD_REQUEST, detail)
    }

    /// The request can be read, and asks for something that cannot be.
    pub(crate) fn unprocessable(faults: Vec<Fault>) -> Problem {
        let detail: Cow<'static, str> = match faults.as_slice() {
            [one] => one.message.clone().into(),
            many => format!("{} things are wrong with the request", many.len()).into(),
        };
        Problem { faults, ..Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail) }
    }

    /// What was sent is larger than allowed.
    pub(crate) fn too_large(what: &str, limit: usize) -> Problem {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("{what} is larger than {limit} bytes"))
    }

    /// A bound was reached; the same request may succeed in a moment.
    pub(crate) fn shedding(detail: impl Into<Cow<'static, str>>) -> Problem {
        Problem::new(StatusCode::SERVICE_UNAVAILABLE, detail)
    }

    /// A bug. The cause goes to the log.
    pub(crate) fn broken(detail: impl Into<Cow<'static, str>>, cause: impl ToString) -> Problem {
        Problem { cause: Some(cause.to_string().into()), ..Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail) }
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Problem {
        self.hint = Some(hint.into());
        self
    }

    pub(crate) fn fault(mut self, fault: Fault) -> Problem {
        self.faults.push(fault);
        self
    }

    pub(crate) fn header(mut self, name: HeaderName, value: HeaderValue) -> Problem {
        self.headers.push((name, value));
        self
    }

    /// The status of the answer.
    pub(crate) fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened, and what to do about it, for dialects that have one text for both.
    pub(crate) fn words(&self) -> String {
        match &self.hint {
            Some(hint) => format!("{}; {hint}", self.detail),
            None => self.detail.to_string(),
        }
    }

    /// What happened.
    pub(crate) fn detail(&self) -> &str {
        &self.detail
    }

    /// What to do about it.
    pub(crate) fn to_do(&self) -> Option<&str> {
        self.hint.as_deref()
    }

    /// Each thing that is wrong with the request.
    pub(crate) fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// The headers that belong to it.
    pub(crate) fn into_headers(self) -> Vec<(HeaderName, HeaderValue)> {
        self.headers
    }

    /// The cause, for the log: texts of the rooms' errors, which name files, offsets and limits.
    pub(crate) fn cause(&self) -> Option<Arc<str>> {
        self.cause.clone()
    }

    /// The words of the answer.
    pub(crate) fn body(&self, request_id: &str) -> Vec<u8> {
        let title = self.status.canonical_reason().unwrap_or("Error");
        let body = ProblemBody {
            kind: format!("urn:dendro:problem:{}", slug(title)),
            title,
            status: self.status.as_u16(),
            detail: &self.detail,
            instance: request_id,
            hint: self.hint.as_deref(),
            errors: &self.faults,
        };
        serde_json::to_vec(&body).expect("BUG: a problem is always JSON")
    }

    /// Status, headers and body.
    pub(crate) fn render(self, request_id: &str) -> Response {
        let body = self.body(request_id);
        let mut response = (self.status, [(header::CONTENT_TYPE, PROBLEM_JSON)], body).into_response();
        response.headers_mut().extend(self.headers);
        response
    }
}

/// An answer that says what is wrong in its own words, whatever its status, and what the log should know of it.
#[derive(Debug, Clone)]
pub(crate) struct InOwnWords(pub(crate) Option<Arc<str>>);

/// RFC 9457's media type.
pub(crate) const PROBLEM_JSON: HeaderValue = HeaderValue::from_static("application/problem+json");

/// `Too Many Requests` -> `too-many-requests`.
fn slug(title: &str) -> String {
    title.to_ascii_lowercase().replace(' ', "-")
}

/// The problem travels as an extension, because only the door knows the request id.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<lake::Error> for Problem {
    fn from(error: lake::Error) -> Problem {
        match error {
            lake::Error::KeyReused => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
                .hint("use a new Idempotency-Key for a new body; repeat a request with exactly the body it had"),
            error => of_kind(error.kind(), &error),
        }
    }
}

impl From<ask::Error> for Problem {
    fn from(error: ask::Error) -> Problem {
        match error {
            ask::Error::Invalid { message, position, hint } => {
                let fault = Fault {
                    pointer: None,
                    parameter: Some("query".to_owned()),
                    code: "invalid_query",
                    message: message.clone(),
                    position,
                };
                Problem { hint: hint.map(Cow::Owned), faults: vec![fault], ..Problem::bad_request(message) }
            }
            ask::Error::OverBudget { .. } => Problem::new(StatusCode::UNPROCESSABLE_ENTITY, error.to_string())
                .hint("narrow the time range, or ask for fewer groups"),
            error => of_kind(error.kind(), &error),
        }
    }
}

impl Problem {
    /// The same, in a protocol that has one status for all requests that cannot be understood.
    pub(crate) fn into_bad_request(self) -> Problem {
        Problem { status: StatusCode::BAD_REQUEST, ..self }
    }

    /// The query stood in the body, not in the URL.
    pub(crate) fn in_body(mut self) -> Problem {
        for fault in &mut self.faults {
            fault.pointer = fault.parameter.take().map(|name| format!("/{name}"));
        }
        self
    }
}

/// What broke inside is told to the log; the caller learns that, and the request id to ask about.
fn of_kind(kind: Kind, error: &dyn std::error::Error) -> Problem {
    if kind == Kind::Broken {
        return Problem::broken("something is damaged or broken here; the server's log has the details", chain(error));
    }
    Problem { cause: Some(chain(error).into()), ..Problem::new(status(kind), error.to_string()) }
}

/// An error and all that caused it, on one line.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text = format!("{text}: {error}");
        source = error.source();
    }
    text
}

#[cfg(test)]
mod tests;
