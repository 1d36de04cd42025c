//! The web pages: what `web/` was built into, embedded in the binary.
//!
//! They hold no data, so they need no token: what they ask for does. The page at `/` is for who prefers HTML; others get
//! the pointers that programs want. Pages have a policy of their own, under which the browser runs their scripts and
//! nothing else, and talks to this server and nobody else.

use std::io::Write;
use std::sync::OnceLock;

use axum::body::Bytes;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// The path of files with a hash in their names, as labels of metrics write it.
pub(crate) const ROUTE: &str = "/ui/{file}";

/// What the pages may do. Scripts and styles come from files only, no text becomes a script (Trusted Types without any
/// policy), and no other host is asked for anything.
const CONTENT_SECURITY_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types 'none'";

/// A page, or a part of one.
struct File {
    path: &'static str,
    media_type: &'static str,
    bytes: &'static [u8],
}

static FILES: &[File] = &include!("../../../web/dist/files.rs");

/// A file as it goes out.
struct Ready {
    file: &'static File,
    etag: HeaderValue,
    gzip: Bytes,
}

/// Compressed once, when the first page is asked for: some milliseconds, against one more copy in the repository.
fn ready() -> &'static [Ready] {
    static READY: OnceLock<Vec<Ready>> = OnceLock::new();
    READY.get_or_init(|| FILES.iter().map(Ready::new).collect())
}

impl Ready {
    fn new(file: &'static File) -> Ready {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(file.bytes).expect("BUG: writing into memory does not fail");
        let gzip = encoder.finish().expect("BUG: writing into memory does not fail").into();
        let digest = Sha256::digest(file.bytes);
        let hex: String = digest[..16].iter().map(|byte| format!("{byte:02x}")).collect();
        let etag = HeaderValue::from_str(&format!("W/\"{hex}\"")).expect("BUG: hexadecimal digits are visible ASCII");
        Ready { file, etag, gzip }
    }

    fn answer(&self, headers: &HeaderMap) -> Response {
        let mut told = HeaderMap::new();
        let mut put = |name: HeaderName, value: &'static str| drop(told.insert(name, HeaderValue::from_static(value)));
        put(header::CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY);
        put(header::VARY, "Accept, Accept-Encoding");
        // Names with a hash never mean other bytes; the others are asked for again each time.
        let hashed = !FIXED.contains(&self.file.path);
        put(header::CACHE_CONTROL, if hashed { "public, max-age=31536000, immutable" } else { "no-cache" });
        told.insert(header::ETAG, self.etag.clone());
        if names(headers, &header::IF_NONE_MATCH, &self.etag) {
            return (StatusCode::NOT_MODIFIED, told).into_response();
        }
        told.insert(header::CONTENT_TYPE, HeaderValue::from_static(self.file.media_type));
        if !accepts(headers, &header::ACCEPT_ENCODING, "gzip") {
            return (told, self.file.bytes).into_response();
        }
        told.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        (told, self.gzip.clone()).into_response()
    }
}

const INDEX: &str = "/index.html";
/// Files whose names have no hash.
const FIXED: [&str; 2] = [INDEX, "/ui/licences.md"];

/// Whether the request is for a page or a part of one.
pub(crate) fn wants_page(request: &Request) -> bool {
    find(request).is_some()
}

/// The page or the part of one that is asked for.
pub(crate) fn answer(request: &Request) -> Option<Response> {
    find(request).map(|ready| ready.answer(request.headers()))
}

fn find(request: &Request) -> Option<&'static Ready> {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return None;
    }
    let path = match request.uri().path() {
        "/" if accepts(request.headers(), &header::ACCEPT, "text/html") => INDEX,
        path if path.starts_with("/ui/") => path,
        _ => return None,
    };
    ready().iter().find(|ready| ready.file.path == path)
}

/// Whether a list such as `Accept` has the item, and not with a weight of zero. Wildcards do not count: a program that
/// takes everything wants the form for programs.
fn accepts(headers: &HeaderMap, name: &HeaderName, item: &str) -> bool {
    let mut items = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    items.any(|entry| {
        let mut parts = entry.split(';').map(str::trim);
        let is_item = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(item));
        let refused = |part: &str| part.strip_prefix("q=").is_some_and(|weight| weight.parse() == Ok(0.0_f32));
        is_item && !parts.any(refused)
    })
}

fn names(headers: &HeaderMap, name: &HeaderName, etag: &HeaderValue) -> bool {
    let etag = etag.to_str().unwrap_or_default();
    let mut items = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).flat_map(|list| list.split(','));
    items.any(|item| matches!(item.trim(), "*") || item.trim() == etag)
}

#[cfg(test)]
mod tests;
