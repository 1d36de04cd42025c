//! Without tokens, the address is the only wall: whoever can reach loopback may read. A browser on this machine can,
//! on behalf of any page it shows. So a request must name a loopback host (a page that had its own name rebound to
//! 127.0.0.1 does not), and if it says which page sent it, that page must be ours.

use axum::http::{HeaderMap, StatusCode, Uri, header, uri::Authority};

use crate::error::Problem;

/// Whether a request that shows no token may come in.
pub(crate) fn check(uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let host = headers.get(header::HOST).map(|value| value.as_bytes());
    let host = uri.authority().map(|authority| authority.as_str().as_bytes()).or(host);
    // No Host at all: HTTP/1.0, which no browser speaks.
    let Some(host) = host else { return Ok(()) };
    let Some(authority) = Authority::try_from(host).ok().filter(|authority| is_loopback(authority.host())) else {
        return Err(Problem::new(StatusCode::FORBIDDEN, "without a token, only loopback names lead here")
            .hint("use http://127.0.0.1 or http://localhost, or configure TLS and a token file"));
    };
    match headers.get(header::ORIGIN) {
        Some(origin) if !is_origin_of(origin.as_bytes(), &authority) => {
            Err(Problem::new(StatusCode::FORBIDDEN, "a page from elsewhere may not ask without a token"))
        }
        _ => Ok(()),
    }
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
}

fn is_origin_of(origin: &[u8], authority: &Authority) -> bool {
    let rest = [&b"http://"[..], b"https://"].into_iter().find_map(|scheme| origin.strip_prefix(scheme));
    rest.is_some_and(|rest| rest.eq_ignore_ascii_case(authority.as_str().as_bytes()))
}

#[cfg(test)]
mod tests;
