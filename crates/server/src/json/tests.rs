use super::*;

fn told(body: &[u8]) -> String {
    match object(body) {
        Ok(map) => Value::Object(map).to_string(),
        Err(problem) => {
            let text = String::from_utf8(problem.body("id")).expect("UTF-8");
            let body: Value = serde_json::from_str(&text).expect("JSON");
            format!("{} {}", body["status"], body["detail"].as_str().expect("detail"))
        }
    }
}

#[test]
fn what_is_read_and_what_is_refused() {
    let check = |body: &str, expected: &str| assert_eq!(told(body.as_bytes()), expected, "{body}");
    check(r#"{"a":1,"b":[null,true,-2,0.5,"x"],"c":{}}"#, r#"{"a":1,"b":[null,true,-2,0.5,"x"],"c":{}}"#);
    check("{} ", "{}");
    check("", "400 the JSON ends too early (line 1, byte 0)");
    check("{\n\"a\":", "400 the JSON ends too early (line 2, byte 5)");
    check("{} {}", "400 this is not JSON (line 1, byte 3)");
    check(r#"{"a":NaN}"#, "400 this is not JSON (line 1, byte 5)");
    check(r#"{"secret":1,"secret":2}"#, "400 a key stands twice in one object (line 1, byte 19)");
    check(r#"{"a":{"b":1,"b":1}}"#, "400 a key stands twice in one object (line 1, byte 14)");
    check(r#"{"a":"\ud800"}"#, "400 this is not JSON (line 1, byte 12)");
    check("[1]", "422 the body must be a JSON object");
    check("\"secret\"", "422 the body must be a JSON object");
}

#[test]
fn bytes_that_are_not_utf8_are_refused() {
    assert!(told(b"{\"a\":\"\xff\"}").starts_with("400 this is not JSON"));
}

#[test]
fn depth_and_width_are_bounded() {
    let nested = |depth: usize| format!("{{\"a\":{}{}}}", "[".repeat(depth - 1), "]".repeat(depth - 1));
    assert!(object(nested(DEPTH_MAX).as_bytes()).is_ok());
    assert!(told(nested(DEPTH_MAX + 1).as_bytes()).starts_with("400 the JSON is nested too deeply"));
    let wide = |keys: usize| format!("{{{}}}", (0..keys).map(|key| format!("\"{key}\":1")).collect::<Vec<_>>().join(","));
    assert!(object(wide(KEYS_MAX).as_bytes()).is_ok());
    assert!(told(wide(KEYS_MAX + 1).as_bytes()).starts_with("400 an object has too many members"));
}
