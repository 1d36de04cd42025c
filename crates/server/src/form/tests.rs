use super::*;

/// Reads one member of each sort, and tells all that came out.
fn read(mut form: Form) -> String {
    let now = Timestamp::parse("2026-02-06T12:00:00Z").expect("time").0;
    let query = form.required_text("query", 8);
    let limit = form.number("limit", 1..=1000, 100);
    let range = form.time_range(now);
    let severity = form.inside("filters", |form| form.texts("severity", 2, 8));
    let end = if range.end == TimeRange::ALL.end { "-".to_owned() } else { range.end.to_string() };
    match form.finish() {
        Ok(()) => format!("{query} {limit} {end} {severity:?}"),
        Err(problem) => {
            let body: Value = serde_json::from_slice(&problem.body("id")).expect("JSON");
            let errors = body["errors"].as_array().expect("errors").clone();
            let place = |error: &Value| match error["pointer"].as_str() {
                Some(pointer) => pointer.to_owned(),
                None => format!("?{}", error["parameter"].as_str().expect("place")),
            };
            let told = errors.iter().map(|error| format!("{} {}", place(error), error["code"].as_str().expect("code")));
            format!("{}: {}", body["status"], told.collect::<Vec<_>>().join(", "))
        }
    }
}

#[test]
fn bodies() {
    let check = |body: &str, expected: &str| {
        assert_eq!(read(Form::from_json(body.as_bytes()).unwrap_or_else(|_| panic!("{body}"))), expected, "{body}");
    };
    check(r#"{"query":"x"}"#, "x 100 - []");
    check(r#"{"query":"x","limit":1,"end":"now","filters":{"severity":"a"}}"#, r#"x 1 2026-02-06T12:00:00Z ["a"]"#);
    check(r#"{"query":"x","limit":null,"filters":{"severity":["a","b"]}}"#, r#"x 100 - ["a", "b"]"#);
    check(r#"{"query":"12345678","limit":1000}"#, "12345678 1000 - []");
    check("{}", "422: /query missing");
    check(r#"{"query":"123456789","limit":1001}"#, "422: /query too_long, /limit out_of_range");
    check(r#"{"query":1,"limit":0}"#, "422: /query wrong_type, /limit out_of_range");
    check(r#"{"query":"x","limit":"5"}"#, "422: /limit out_of_range");
    check(r#"{"query":"x","limit":1.5}"#, "422: /limit out_of_range");
    check(r#"{"query":"x","start":"soon"}"#, "422: /start not_a_time");
    check(r#"{"query":"x","start":"now","end":"now-1h"}"#, "422: /end empty_range");
    check(r#"{"query":"x","limt":5}"#, "422:  unknown");
    check(r#"{"query":"x","filters":[]}"#, "422: /filters wrong_type");
    check(r#"{"query":"x","filters":{"severity":["a",1]}}"#, "422: /filters/severity/1 wrong_type");
    check(r#"{"query":"x","filters":{"severity":["a","b","c"]}}"#, "422: /filters/severity too_many");
    check(r#"{"query":"x","filters":{"sevrity":"a"}}"#, "422: /filters unknown");
}

#[test]
fn urls() {
    let form = |query: &str| Form::from_url(&format!("/x?{query}").parse().expect("URI"));
    let check = |query: &str, expected: &str| {
        assert_eq!(read(form(query).unwrap_or_else(|_| panic!("{query}"))), expected, "{query}");
    };
    check("query=a%20b+c&limit=5", "a b c 5 - []");
    check("query=a&end=now-1h", "a 100 2026-02-06T11:00:00Z []");
    check("query=a&limit=&end=", "a 100 - []");
    check("limit=x", "422: ?query missing, ?limit out_of_range");
    check("query=a&lmit=1", "422: ? unknown");
    assert_eq!(form("a=1&a=2").err().map(|problem| problem.status().as_u16()), Some(400));
}
