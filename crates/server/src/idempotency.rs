use axum::http::HeaderMap;

use crate::error::Problem;

/// Longest idempotency key: room for two UUIDs and a path.
pub(crate) const KEY_MAX_BYTES: usize = 256;

/// What `Idempotency-Key` says.
pub(crate) fn idempotency_key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
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
