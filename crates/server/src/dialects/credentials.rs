use axum::http::{HeaderMap, Uri, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Dialect, datadog, firehose, splunk};

/// The tokens that a request shows, in the forms that its dialect has for them. Mostly one; `Basic` has a name and a
/// password, either of which may be it, because agents differ in which of the two can be left empty.
pub(crate) fn presented(dialect: Dialect, uri: &Uri, headers: &HeaderMap) -> Vec<Vec<u8>> {
    let own = match dialect {
        Dialect::Splunk => splunk::token_of(uri).map(String::into_bytes),
        Dialect::Datadog => datadog::token_of(uri, headers),
        Dialect::Firehose => firehose::token_of(headers),
        _ => None,
    };
    own.into_iter().chain(authorized(dialect, headers)).collect()
}

/// The tokens in `Authorization`.
fn authorized(dialect: Dialect, headers: &HeaderMap) -> Vec<Vec<u8>> {
    let Some((scheme, value)) = authorization(headers) else { return Vec::new() };
    let is = |name: &str| scheme.eq_ignore_ascii_case(name.as_bytes());
    match dialect {
        _ if is("bearer") => vec![value.to_vec()],
        Dialect::Own | Dialect::Graphql => Vec::new(),
        Dialect::Splunk if is("splunk") => vec![value.to_vec()],
        _ if is("basic") => halves(value),
        // `ApiKey` is the base64 of `id:key`; what is not is taken as the key itself.
        _ if is("apikey") => halves(value).into_iter().rev().take(1).chain([value.to_vec()]).collect(),
        _ => Vec::new(),
    }
}

fn authorization(headers: &HeaderMap) -> Option<(&[u8], &[u8])> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let value = value.as_bytes();
    let space = value.iter().position(|&b| b == b' ')?;
    Some((&value[..space], value[space..].trim_ascii()))
}

/// What stands before and behind the colon in base64.
fn halves(encoded: &[u8]) -> Vec<Vec<u8>> {
    let Ok(plain) = STANDARD.decode(encoded) else { return Vec::new() };
    match plain.iter().position(|&b| b == b':') {
        Some(colon) => vec![plain[..colon].to_vec(), plain[colon + 1..].to_vec()],
        None => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    #[test]
    fn each_form_shows_the_token() {
        let check = |dialect, value: &str, expected: &[&str]| {
            let uri = Uri::from_static("/x");
            let headers = HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().expect("value"))]);
            let shown: Vec<String> =
                presented(dialect, &uri, &headers).into_iter().map(|token| String::from_utf8(token).expect("text")).collect();
            assert_eq!(shown, expected, "{value}");
        };
        let basic = format!("Basic {}", STANDARD.encode("elastic:token"));
        let key = format!("ApiKey {}", STANDARD.encode("id:token"));
        check(Dialect::Own, "Bearer token", &["token"]);
        check(Dialect::Own, &basic, &[]);
        check(Dialect::Graphql, &basic, &[]);
        check(Dialect::Elasticsearch, "bearer  token ", &["token"]);
        check(Dialect::Elasticsearch, &basic, &["elastic", "token"]);
        check(Dialect::Elasticsearch, &key, &["token", key.strip_prefix("ApiKey ").expect("prefix")]);
        check(Dialect::Elasticsearch, "ApiKey token-as-it-is", &["token-as-it-is"]);
        check(Dialect::Elasticsearch, "Basic ?", &[]);
        check(Dialect::Elasticsearch, "Digest x", &[]);
        check(Dialect::Elasticsearch, "token", &[]);
        check(Dialect::Elasticsearch, "Splunk token", &[]);
        check(Dialect::Splunk, "Splunk token", &["token"]);
        let check = |dialect, uri: &'static str, name: &'static str, value: &'static str| {
            let headers = HeaderMap::from_iter([(HeaderName::from_static(name), HeaderValue::from_static(value))]);
            assert_eq!(presented(dialect, &Uri::from_static(uri), &headers), [b"token"], "{uri} {name}");
        };
        check(Dialect::Splunk, "/services/collector?token=token", "x", "");
        check(Dialect::Datadog, "/api/v2/logs", "dd-api-key", "token");
        check(Dialect::Datadog, "/api/v2/logs?dd-api-key=token", "x", "");
        check(Dialect::Datadog, "/v1/input/token", "x", "");
        check(Dialect::Firehose, "/aws/firehose", "x-amz-firehose-access-key", "token");
    }
}
