use crate::Format;
use crate::tests::{rejected, shown};

fn check(body: &str, records: &[&str], rejects: &[&str]) {
    assert_eq!(shown(Format::Json, body), records, "{body}");
    assert_eq!(rejected(Format::Json, body), rejects, "{body}");
}

fn one(body: &str, record: &str) {
    check(body, &[record], &[]);
}

#[test]
fn places_are_found_under_their_usual_names() {
    one(
        r#"{"timestamp":"2026-02-06T14:00:00.5Z","severity":"INFO","source":"api","host":"h1","message":"hi","trace_id":"t","span_id":"s","transaction_id":"x","error_code":"E1","n":1}"#,
        r#"2026-02-06T14:00:00.500Z INFO source="api" host="h1" message="hi" trace="t" span="s" transaction="x" code="E1" | n=1"#,
    );
    one(r#"{"ts":1770387825.25,"lvl":"warn","msg":"m","app":"a"}"#, r#"2026-02-06T14:23:45.250Z WARN source="a" message="m" |"#);
    one(
        r#"{"@timestamp":"2026-02-06T14:00:00Z","log.level":"error","service":{"name":"s"},"host":{"name":"h","ip":"::1"}}"#,
        r#"2026-02-06T14:00:00Z ERROR source="s" host="h" | host.ip="::1""#,
    );
    one(
        r#"{"timeUnixNano":"1770387825000000007","severityNumber":17,"body":"b","traceId":"t"}"#,
        r#"2026-02-06T14:23:45Z+7ns ERROR message="b" trace="t" |"#,
    );
    one(
        r#"{"version":"1.1","host":"h","short_message":"s","timestamp":1770387825.5,"level":3,"_user":"u"}"#,
        r#"2026-02-06T14:23:45.500Z ERROR host="h" message="s" | version="1.1" _user="u""#,
    );
    one(
        r#"{"__REALTIME_TIMESTAMP":"1770387825000000","PRIORITY":"4","SYSLOG_IDENTIFIER":"cron","_HOSTNAME":"h","MESSAGE":"m"}"#,
        r#"2026-02-06T14:23:45Z WARN source="cron" host="h" message="m" |"#,
    );
    one(
        r#"{"name":"shop","hostname":"h","pid":7,"level":50,"msg":"m","time":"2026-02-06T14:00:00Z","v":0}"#,
        r#"2026-02-06T14:00:00Z ERROR source="shop" host="h" message="m" | pid=7 v=0"#,
    );
    one(r#"{"level":30,"time":1770387825123,"msg":"pino"}"#, r#"2026-02-06T14:23:45.123Z INFO message="pino" |"#);
}

#[test]
fn the_best_name_wins_and_the_others_are_kept() {
    one(r#"{"msg":"b","message":"a","log":"c"}"#, r#"received message="a" | msg="b" log="c""#);
    one(r#"{"traceId":"a","trace_id":"b"}"#, r#"received trace="a" | trace_id="b""#);
    one(r#"{"logger":"l","service":"s"}"#, r#"received source="s" | logger="l""#);
    one(r#"{"time":"never","ts":1770387825}"#, r#"2026-02-06T14:23:45Z | time="never""#);
    one(r#"{"severity":"gold","level":"warn"}"#, r#"received WARN | severity="gold""#);
    one(r#"{"name":"Ann","level":"info"}"#, r#"received INFO | name="Ann""#);
}

#[test]
fn values_that_are_no_text_in_text_places() {
    one(
        r#"{"message":5,"host":true,"trace_id":12345678901234567890}"#,
        r#"received host="true" message="5" trace="12345678901234567890" |"#,
    );
    one(r#"{"message":{"a":1,"b":{"c":"d"}}}"#, r#"received | message.a=1 message.b.c="d""#);
    one(r#"{"message":["a", 1],"source":["s"],"host":{}}"#, r#"received message="[\"a\",1]" | source=json["s"] host=json{}"#);
    one(r#"{"message":null,"msg":"x"}"#, r#"received message="x" |"#);
}

#[test]
fn values() {
    one(
        r#"{"a":1,"b":-2.5,"c":true,"d":false,"e":null,"f":"t","g":[1, {"x": "y z"} ],"h":{},"i":{ }}"#,
        r#"received | a=1 b=-2.5 c=true d=false f="t" g=json[1,{"x":"y z"}] h=json{} i=json{}"#,
    );
    one(r#"{"a":9223372036854775808,"b":1e400,"c":5.0,"d":-0}"#, r#"received | a=9.223372036854776e18 b="1e400" c=5.0 d=-0.0"#);
    one(r#"{"a":"x\ty\u00e4\ud83d\ude00\/","\u0062":1,"c\"d":2,"":3}"#, "received | a=\"x\\ty\u{e4}\u{1f600}/\" b=1 c\"d=2 =3");
    one(
        r#"{"http":{"status_code":5,"request":{"method":"GET"}},"http.version":"1.1"}"#,
        r#"received | http.status_code=5 http.request.method="GET" http.version="1.1""#,
    );
    one("{}", "received |");
}

#[test]
fn bodies_of_every_shape() {
    let two = ["received | a=1", "received | b=2"];
    for body in [
        "{\"a\":1}\n{\"b\":2}",
        "{\"a\":1}\r\n{\"b\":2}\r\n",
        "\u{feff}\n\n{\"a\":1}\n\n{\"b\":2}\n \n",
        "{\"a\":1}{\"b\":2}",
        "[{\"a\":1},{\"b\":2}]",
        " [\n {\"a\":1} ,\n {\"b\":2}\n]\n",
        "{\n  \"a\": 1\n}\n{\n  \"b\": 2\n}\n",
        "{ \"a\" : 1 } \n\t{ \"b\" :2 }",
        "[{\"a\":1},\n",
    ] {
        let expected = if body.ends_with(",\n") { &two[..1] } else { &two[..] };
        check(body, expected, &[]);
    }
    check("", &[], &[]);
    check("[]", &[], &[]);
    check("{\"b\":2}]", &two[1..], &[]);
}

#[test]
fn a_bad_line_never_hurts_its_neighbours() {
    let around = |bad: &str, reject: &str| {
        check(
            &format!("{{\"a\":1}}\n{bad}\n{{\"b\":2}}\n"),
            &["received | a=1", "received | b=2"],
            &[&format!("2:{reject} {bad}")],
        );
    };
    around("nonsense", "8 invalid_json");
    around("{\"x\":NaN}", "13 invalid_json");
    around("{\"x\":1", "14 invalid_json");
    around("{\"x\":\"1", "15 invalid_json");
    around("{\"x\":", "13 invalid_json");
    around("{\"x\"", "12 invalid_json");
    around("{", "9 invalid_json");
    around("{\"x\":1} trailing", "16 invalid_json");
    around("{\"x\":1,}", "15 invalid_json");
    around("{,\"x\":1}", "9 invalid_json");
    around("{\"x\":01}", "15 invalid_json");
    around("{\"x\":'1'}", "13 invalid_json");
    around("{x:1}", "9 invalid_json");
    around("{\"x\":\"\\q\"}", "14 invalid_json");
    around("{\"x\":\"\\u12g4\"}", "14 invalid_json");
    around("{\"x\":\"tab\there\"}", "17 invalid_json");
    around("{\"x\":truth}", "13 invalid_json");
    around("{\"x\":[1,]}", "16 invalid_json");
    around("{\"x\":[1 2]}", "16 invalid_json");
    around("{\"x\":[{\"y\":1,\"y\":2}]}", "26 duplicate_key");
    around("{\"x\":1,\"x\":2}", "15 duplicate_key");
    around("{\"message\":1,\"n\":2,\"message\":2}", "27 duplicate_key");
    around("{\"x\":{\"y\":1},\"x.y\":2}", "21 duplicate_key");
    around("{\"x\":1,\"\\u0078\":2}", "15 duplicate_key");
    around("[1,2]", "8 not_an_object");
    around("5", "8 not_an_object");
    around("null", "8 not_an_object");
    around("\"text\"", "8 not_an_object");
    around("NaN", "8 invalid_json");
}

#[test]
fn a_bad_item_never_hurts_its_neighbours() {
    let around = |bad: &str, reject: &str| {
        check(
            &format!("[{{\"a\":1}},{bad},{{\"b\":2}}]"),
            &["received | a=1", "received | b=2"],
            &[&format!("2:{reject} {bad}")],
        );
    };
    around("5", "9 not_an_object");
    around("[{}]", "9 not_an_object");
    around("nonsense", "9 invalid_json");
    around("{\"x\":NaN}", "14 invalid_json");
    around("{\"x\":1,\"x\":{\"y\":2}}", "16 duplicate_key");
    around("{\"x\":1} y", "17 invalid_json");
    check("[{\"a\":1},{\"x\":\"1},{\"b\":2}]", &["received | a=1"], &["2:20 invalid_json {\"x\":\"1},{\"b\":2}]"]);
    check("[{\"a\":1},{\"x\":", &["received | a=1"], &["2:14 invalid_json {\"x\":"]);
}

#[test]
fn a_bracket_that_closes_nothing_is_a_piece_of_its_own() {
    check("[{\"a\":1}\n},{\"b\":2}]", &["received | a=1", "received | b=2"], &["2:9 invalid_json }"]);
    check(
        "[{\"a\":1}\n} } x ,{\"b\":2}]",
        &["received | a=1", "received | b=2"],
        &["2:9 invalid_json }", "3:11 invalid_json } x"],
    );
    check("[{\"a\":1},\u{c},{\"b\":2}]", &["received | a=1", "received | b=2"], &["2:9 invalid_json \u{c}"]);
}

#[test]
fn an_object_over_a_limit_is_one_piece_even_when_it_spans_lines() {
    let object = "{\n \"x\": 1,\n \"x\": 2\n}";
    check(&format!("{object}\n{{\"b\":2}}"), &["received | b=2"], &[&format!("1:12 duplicate_key {object}")]);
}

#[test]
fn lone_surrogates_are_mended_and_counted() {
    let batch = crate::tests::read(Format::Json, r#"{"a":"\ud83d x","b":["\ud83d"]}"#);
    assert_eq!((batch.parts().repaired, batch.rejected().len()), (2, 0));
    one(r#"{"a":"\ud83d x","b":["\ud83d"]}"#, "received | a=\"\u{fffd} x\" b=json[\"\\ufffd\"]");
}

#[test]
fn shapes_that_change_are_read_all_the_same() {
    let mut body = String::new();
    let mut expected = Vec::new();
    for n in 0..40 {
        let (inner, shown) = match n % 5 {
            0 => (format!(r#""a":{n},"b":{{"c":{n},"d":1}},"e":2"#), format!("a={n} b.c={n} b.d=1 e=2")),
            1 => (format!(r#""b":{{"c":{n}}},"d":1,"e":2"#), format!("b.c={n} d=1 e=2")),
            2 => (format!(r#""e":{n},"d":{{"d":1,"c":2}},"b.c":3"#), format!("e={n} d.d=1 d.c=2 b.c=3")),
            3 => (format!(r#" "a" : {n} , "e":"x""#), format!("a={n} e=\"x\"")),
            _ => (format!(r#""new{n}":1,"a":{{"e":1}},"e":2"#), format!("new{n}=1 a.e=1 e=2")),
        };
        body += &format!("{{{inner}}}\n");
        if n % 7 == 3 {
            body += "{\"gone\":{\"c\":1,\"d\":2},\"b\":{\"c\":1,\"new\":}}\n";
        }
        expected.push(format!("received | {shown}"));
    }
    assert_eq!(shown(Format::Json, body), expected);
}
