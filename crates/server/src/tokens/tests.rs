use axum::http::{HeaderMap, Uri};

use super::*;
use crate::dialects::{Dialect, presented};

const FILE: &str = "# who may come in\n\n0123456789abcdef  # the agent\r\n  another-token-of-length-30  \n";

#[test]
fn headers() {
    let tokens = Tokens::parse(FILE).expect("tokens");
    let check = |values: &[&str], expected: bool| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::AUTHORIZATION, value.parse().expect("value"));
        }
        let checked = tokens.check(&presented(Dialect::Own, &Uri::from_static("/"), &headers));
        assert_eq!(checked.is_ok(), expected, "{values:?}");
        if let Err(problem) = checked {
            let response = problem.render("id");
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
        }
    };
    check(&["Bearer 0123456789abcdef"], true);
    check(&["bearer   another-token-of-length-30"], true);
    check(&[], false);
    check(&[""], false);
    check(&["Bearer "], false);
    check(&["Bearer 0123456789abcdeF"], false);
    check(&["Bearer 0123456789abcde"], false);
    check(&["Bearer #"], false);
    check(&["Basic 0123456789abcdef"], false);
    check(&["0123456789abcdef"], false);
    check(&["Bearer 0123456789abcdef", "Bearer 0123456789abcdef"], false);
}

#[test]
fn files() {
    let check = |text: &str, expected: &str| {
        let told = Tokens::parse(text).map_or_else(|error| error.to_string(), |tokens| tokens.digests.len().to_string());
        assert!(told.starts_with(expected), "{told}");
    };
    check(FILE, "2");
    check("", "it holds no token");
    check("# only words\n", "it holds no token");
    check("0123456789abcdef\nshort\n", "line 2: a token is 16 to 512");
    check("0123456789 abcdef\n", "line 1");
    check(&"x".repeat(512), "1");
    check(&"x".repeat(513), "line 1");
    check("0123456789abcd\u{e4}f\n", "line 1");
}
