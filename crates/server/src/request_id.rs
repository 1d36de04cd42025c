use std::sync::atomic::{AtomicU64, Ordering};

use axum::http::HeaderMap;
use record::Timestamp;

/// The header that carries it, both ways.
pub(crate) const HEADER: &str = "x-request-id";

/// Longest id taken over from a client: two UUIDs with a separator.
const LEN_MAX: usize = 80;

/// Gives requests their names. Those it makes up itself are unique per process start.
#[derive(Debug)]
pub(crate) struct RequestIds {
    start: i64,
    next: AtomicU64,
}

impl RequestIds {
    pub(crate) fn new(start: Timestamp) -> RequestIds {
        RequestIds { start: start.as_micros(), next: AtomicU64::new(1) }
    }

    /// The client's own id, if it is sane (it ends up in log lines), else a new one.
    pub(crate) fn of(&self, headers: &HeaderMap) -> String {
        let given = headers.get(HEADER).map(|value| value.as_bytes());
        match given {
            Some(id) if (1..=LEN_MAX).contains(&id.len()) && id.iter().all(is_sane) => String::from_utf8_lossy(id).into_owned(),
            _ => self.fresh(),
        }
    }

    /// A new id.
    pub(crate) fn fresh(&self) -> String {
        format!("{:x}-{:x}", self.start, self.next.fetch_add(1, Ordering::Relaxed))
    }
}

fn is_sane(byte: &u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sane_ids_are_kept_and_others_replaced() {
        let ids = RequestIds::new(Timestamp::from_micros(255));
        let check = |given: &str, kept: bool| {
            let headers = HeaderMap::from_iter([(HEADER.parse().expect("name"), given.parse().expect("value"))]);
            assert_eq!(ids.of(&headers) == given, kept, "{given}");
        };
        check("0191d2f0-0000-7000-8000-000000000001", true);
        check("a.b:c_d", true);
        check("", false);
        check("two words", false);
        check("quote\"", false);
        check(&"x".repeat(LEN_MAX), true);
        check(&"x".repeat(LEN_MAX + 1), false);
        assert!(ids.of(&HeaderMap::new()).starts_with("ff-"));
        assert_ne!(ids.fresh(), ids.fresh());
    }
}
