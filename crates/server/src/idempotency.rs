use axum::http::HeaderMap;

use crate::error::Problem;

/// Longest idempotency key: room for two UUIDs and a path.
pub(crate) const KEY_MAX_BYTES: usize = 256;

/// The header that carries it.
pub(crate) const HEADER: &str = "idempotency-key";

/// What `Idempotency-Key` says.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut values = headers.get_all(HEADER).iter();
    let (first, second) = (values.next(), values.next());
    let Some(value) = first else { return Ok(None) };
    match is_key(value.as_bytes()) && second.is_none() {
        true => Ok(Some(String::from_utf8_lossy(value.as_bytes()).into_owned())),
        false => Err(no_key("Idempotency-Key")),
    }
}

/// Whether this can be a key.
pub(crate) fn is_key(bytes: &[u8]) -> bool {
    (1..=KEY_MAX_BYTES).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

/// What is called so is none.
pub(crate) fn no_key(name: &str) -> Problem {
    Problem::bad_request(format!("{name} must be one value of 1 to {KEY_MAX_BYTES} visible ASCII characters"))
}
