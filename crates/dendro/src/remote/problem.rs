use record::Kind;
use reqwest::{Response, StatusCode};
use serde::Deserialize;

use crate::exit::Failure;

/// What a server says is wrong (RFC 9457).
#[derive(Deserialize, Default)]
struct Problem {
    detail: Option<String>,
    hint: Option<String>,
    instance: Option<String>,
    #[serde(default)]
    errors: Vec<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    message: String,
    position: Option<usize>,
}

/// Bytes of an error that are looked at; ours are far smaller, and a proxy's page says nothing.
const PROBLEM_BYTES_MAX: usize = 64 << 10;

/// Turns an answer that is an error into a failure.
pub(crate) async fn checked(response: Response) -> Result<Response, Failure> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let body = response.bytes().await.unwrap_or_default();
    let problem: Problem = match body.len() {
        0..=PROBLEM_BYTES_MAX => serde_json::from_slice(&body).unwrap_or_default(),
        _ => Problem::default(),
    };
    Err(problem.into_failure(status))
}

impl Problem {
    fn into_failure(self, status: StatusCode) -> Failure {
        let mut text = self.detail.unwrap_or_else(|| format!("the server answered {status}"));
        if self.errors.len() > 1 {
            self.errors.iter().for_each(|fault| text.push_str(&format!("\n  - {}", fault.message)));
        }
        let mut failure = Failure::new(kind(status), text).positioned(self.errors.iter().find_map(|fault| fault.position));
        if let Some(hint) = self.hint {
            failure = failure.hint(hint);
        } else if let (Kind::Broken, Some(id)) = (kind(status), self.instance) {
            failure = failure.hint(format!("the server's log has the details under request {id}"));
        }
        failure
    }
}

/// The inverse of the server's table.
fn kind(status: StatusCode) -> Kind {
    match status.as_u16() {
        401 | 403 => Kind::Denied,
        404 | 410 => Kind::NotFound,
        409 | 412 => Kind::Conflict,
        429 => Kind::Overloaded,
        408 | 502 | 503 | 504 => Kind::Unavailable,
        400..500 => Kind::Invalid,
        _ => Kind::Broken,
    }
}
