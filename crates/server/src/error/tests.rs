use super::*;

#[test]
fn each_kind_has_its_status() {
    let check = |kind, code: u16, retry: bool| {
        assert_eq!(status(kind).as_u16(), code);
        let response = Problem::new(status(kind), "x").render("id");
        assert_eq!(response.headers().contains_key(header::RETRY_AFTER), retry, "{kind:?}");
        assert_eq!(kind.retryable(), retry, "what may be repeated says when");
    };
    check(Kind::Invalid, 400, false);
    check(Kind::Denied, 403, false);
    check(Kind::NotFound, 404, false);
    check(Kind::Conflict, 409, false);
    check(Kind::Overloaded, 429, true);
    check(Kind::Unavailable, 503, true);
    check(Kind::Broken, 500, false);
}

#[test]
fn a_problem_says_what_where_and_what_to_do() {
    let error = ask::Error::Invalid { message: "expected a value".to_owned(), position: Some(7), hint: Some("try x".to_owned()) };
    let body: serde_json::Value = serde_json::from_slice(&Problem::from(error).in_body().body("req-1")).expect("JSON");
    let expected = serde_json::json!({
        "type": "urn:dendro:problem:bad-request", "title": "Bad Request", "status": 400, "detail": "expected a value",
        "instance": "req-1", "hint": "try x",
        "errors": [{"pointer": "/query", "code": "invalid_query", "message": "expected a value", "position": 7}],
    });
    assert_eq!(body, expected);
}

#[test]
fn what_broke_inside_stays_inside() {
    let error = lake::Error::Io { doing: "writing /secret/place".to_owned(), source: std::io::Error::other("why") };
    let problem = Problem::from(error);
    assert_eq!(problem.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!String::from_utf8_lossy(&problem.body("id")).contains("secret"));
    assert_eq!(problem.cause().as_deref(), Some("writing /secret/place: why"));
}

#[test]
fn a_key_used_for_two_bodies_is_unprocessable() {
    assert_eq!(Problem::from(lake::Error::KeyReused).status().as_u16(), 422);
    assert_eq!(Problem::from(lake::Error::Full { used: 1, limit: 1 }).status().as_u16(), 429);
    assert_eq!(Problem::from(lake::Error::DiskFull).status().as_u16(), 503);
}
