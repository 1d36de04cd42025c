//! What a body says it is.

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::error::Problem;

/// The type without its parameters, in lower case; `None` when the request does not say.
pub(crate) fn essence(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?;
    let essence = value.as_bytes().split(|&b| b == b';').next().unwrap_or_default().trim_ascii();
    (!essence.is_empty()).then(|| String::from_utf8_lossy(essence).to_ascii_lowercase())
}

/// What `charset` says, in lower case.
pub(crate) fn charset(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?.to_ascii_lowercase();
    let mut parameters = value.split(';').skip(1).map(str::trim);
    parameters.find_map(|parameter| parameter.strip_prefix("charset=").map(|charset| charset.trim_matches('"').to_owned()))
}

/// Types under which logs come in. The format is found by looking at the bytes, or named by `format=`.
const LOG_TYPES: [&str; 9] = [
    "application/json",
    "application/jsonl",
    "application/json-lines",
    "application/ndjson",
    "application/x-ndjson",
    "application/x-jsonlines",
    "application/octet-stream",
    "application/stream+json",
    "text/plain",
];

/// Whether this body may be logs.
pub(crate) fn accept_logs(headers: &HeaderMap) -> Result<(), Problem> {
    match essence(headers) {
        None => Ok(()),
        Some(essence) if LOG_TYPES.contains(&essence.as_str()) => Ok(()),
        Some(_) => Err(unsupported(
            "application/json, application/x-ndjson, application/jsonl, text/plain, application/octet-stream",
            "say `-H 'Content-Type: application/x-ndjson'`, or text/plain for lines (curl on its own says it sends a form)",
        )),
    }
}

/// Whether this body may be a question.
pub(crate) fn accept_json(headers: &HeaderMap) -> Result<(), Problem> {
    match essence(headers).as_deref() {
        None | Some("application/json") => Ok(()),
        Some(_) => Err(unsupported("application/json", "say `-H 'Content-Type: application/json'`")),
    }
}

/// The body is of a type that is not taken here.
pub(crate) fn unsupported(accepted: &'static str, hint: &'static str) -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "this Content-Type is not understood here")
        .hint(hint)
        .header(header::ACCEPT, HeaderValue::from_static(accepted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types() {
        let check = |value: &str, logs: bool, question: bool| {
            let mut headers = HeaderMap::new();
            if value != "none" {
                headers.insert(header::CONTENT_TYPE, value.parse().expect("value"));
            }
            assert_eq!((accept_logs(&headers).is_ok(), accept_json(&headers).is_ok()), (logs, question), "{value}");
        };
        check("none", true, true);
        check("", true, true);
        check("application/json", true, true);
        check("Application/JSON; charset=utf-8", true, true);
        check("application/x-ndjson", true, false);
        check("application/jsonl", true, false);
        check("text/plain;charset=utf-8", true, false);
        check("application/octet-stream", true, false);
        check("application/x-www-form-urlencoded", false, false);
        check("multipart/form-data; boundary=x", false, false);
        check("text/html", false, false);
        check("application/jsonx", false, false);
    }
}
