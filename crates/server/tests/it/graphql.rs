//! GraphQL: the same answers as the other doors give, in its own forms and within its bounds.

mod bounds;
mod forms;
mod ingest;
mod tail;

use serde_json::{Value, json};

use crate::client::{Ask, Told};
use crate::house::House;
use crate::own_log::OwnLog;

const DAY: &str = r#"{"timestamp":"2026-02-06T14:00:00Z","level":"error","source":"payment","message":"user 17 timed out","http.status":504,"trace_id":"t1"}
{"timestamp":"2026-02-06T14:10:00Z","level":"info","source":"payment","message":"user 18 paid","http.status":200}
{"timestamp":"2026-02-06T14:20:00Z","level":"critical","source":"checkout","message":"user 19 timed out","http.status":504}
{"timestamp":"2026-02-06T14:30:00Z","source":"checkout","message":"late"}
"#;

async fn house() -> House {
    let house = House::new().await;
    house.ingest(DAY).await;
    house
}

fn post(query: &str) -> Ask {
    Ask::json("/graphql", json!({ "query": query }))
}

/// The data of a query that must succeed.
async fn data(house: &House, query: &str) -> Value {
    let told = house.send(post(query)).await;
    assert_eq!(told.status, 200, "{}", told.text());
    let answer = told.json();
    assert_eq!(answer["errors"], Value::Null, "{query}");
    answer["data"].clone()
}

/// The only error of an answer.
fn error(told: &Told) -> Value {
    let answer = told.json();
    let errors = answer["errors"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert_eq!(errors.len(), 1, "{answer}");
    assert!(errors[0]["message"].as_str().is_some_and(|message| !message.is_empty()), "{answer}");
    errors[0].clone()
}

#[tokio::test]
async fn records_have_their_fields() {
    let house = house().await;
    let query = r#"{ logs(query: "timed", start: "2026-02-06", end: "2026-02-07") {
        records { recordId timestamp observedAt severity source host message traceId patternId attributes status: field(name: "http.status") }
        nextCursor complete incompleteReason version stats { rowsScanned elapsedMs }
    } }"#;
    let logs = data(&house, query).await["logs"].clone();
    let records = logs["records"].as_array().expect("records");
    assert_eq!(records.len(), 2);
    let first = &records[1];
    assert_eq!(first["timestamp"], "2026-02-06T14:00:00Z");
    assert_eq!((&first["severity"], &first["source"], &first["host"]), (&json!("ERROR"), &json!("payment"), &Value::Null));
    assert_eq!((&first["message"], &first["traceId"]), (&json!("user 17 timed out"), &json!("t1")));
    assert_eq!((&first["attributes"], &first["status"]), (&json!({ "http.status": 504 }), &json!(504)));
    assert!(first["recordId"].is_string() && first["observedAt"].is_string() && first["patternId"].is_string(), "{first}");
    assert_eq!((&logs["complete"], &logs["incompleteReason"], &logs["nextCursor"]), (&json!(true), &Value::Null, &Value::Null));
    assert!(logs["version"].is_u64() && logs["stats"]["rowsScanned"].is_u64());
}

#[tokio::test]
async fn pages_follow_each_other() {
    let house = house().await;
    let (mut cursor, mut seen) = (Value::Null, Vec::new());
    for _ in 0..4 {
        let variables = json!({ "cursor": cursor });
        let query = "query($cursor: String) { logs(start: \"2026-02-06\", limit: 1, cursor: $cursor) { records { message } nextCursor complete } }";
        let page = house.send(Ask::json("/graphql", json!({ "query": query, "variables": variables }))).await.json();
        let logs = &page["data"]["logs"];
        seen.push(logs["records"][0]["message"].as_str().unwrap_or_else(|| panic!("{page}")).to_owned());
        cursor = logs["nextCursor"].clone();
        assert_eq!(logs["complete"], cursor.is_null());
    }
    assert_eq!(seen, ["late", "user 19 timed out", "user 18 paid", "user 17 timed out"]);
    assert!(cursor.is_null());
}

/// Each question of GraphQL, and what the other doors answer to the same.
#[tokio::test]
async fn the_other_doors_say_the_same() {
    let house = house().await;
    let query = r#"{
        rows(query: "* | stats count() by source", start: "2026-02-06", limit: 10) { columns { name kind level } rows complete version }
        records: rows(query: "timed", limit: 1) { rows complete incompleteReason nextCursor }
        histogram(start: "2026-02-06T14:00:00Z", end: "2026-02-06T15:00:00Z", bin: "30m", limit: 10) { binSeconds total bins { start total bySeverity { info error critical unspecified } } }
        fields(limit: 100) { fields { name kind level } complete }
        sql(query: "3", limit: 2) { rows complete incompleteReason }
        values(field: "http.status", limit: 1) { values { value count } complete incompleteReason }
        all: values(field: "http.status") { values { value count } complete }
        patterns(query: "user", limit: 5) { patterns { patternId pattern count } }
        health { status version parts { name status reason } }
    }"#;
    let told = data(&house, query).await;
    let rest = async |path: &str, body: Value| house.send(Ask::json(path, body)).await.json();
    let rows = rest("/api/v1/query", json!({ "query": "* | stats count() by source", "start": "2026-02-06" })).await;
    for name in ["columns", "rows", "complete", "version"] {
        assert_eq!(told["rows"][name], rows[name], "{name}");
    }
    let one = rest("/api/v1/query", json!({ "query": "timed", "limit": 1 })).await;
    assert_eq!((&told["records"]["rows"], &told["records"]["incompleteReason"]), (&one["rows"], &one["incomplete_reason"]));
    assert!(told["records"]["nextCursor"].is_string());
    let bins = house.send(Ask::get("/api/v1/histogram?start=2026-02-06T14:00:00Z&end=2026-02-06T15:00:00Z&bin=30m")).await.json();
    let counts = &told["histogram"];
    assert_eq!((&counts["total"], &counts["binSeconds"]), (&bins["total"], &bins["bin_seconds"]));
    assert_eq!(counts["bins"][0]["start"], bins["bins"][0]["start"]);
    assert_eq!(counts["bins"][0]["bySeverity"], json!({ "info": 1, "error": 1, "critical": 1, "unspecified": 0 }));
    assert_eq!(counts["bins"][1]["bySeverity"], json!({ "info": 0, "error": 0, "critical": 0, "unspecified": 1 }));
    let fields = house.send(Ask::get("/api/v1/fields")).await.json();
    let names = |fields: &Value| fields.as_array().expect("fields").iter().map(|field| field["name"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&told["fields"]["fields"]), names(&fields["fields"]));
    assert_eq!(
        told["sql"],
        json!({ "rows": [{ "n": 0 }, { "n": 1 }], "complete": false, "incompleteReason": "row limit reached" })
    );
    assert_eq!(
        told["values"],
        json!({ "values": [{ "value": 504, "count": 2 }], "complete": false, "incompleteReason": "row limit reached" })
    );
    assert_eq!(told["all"]["values"], json!([{ "value": 504, "count": 2 }, { "value": 200, "count": 1 }]));
    assert_eq!(told["all"]["complete"], true);
    let patterns = rest("/api/v1/query", json!({ "query": "user | pattern" })).await;
    let counted = |patterns: &Value| {
        patterns
            .as_array()
            .expect("patterns")
            .iter()
            .map(|one| (one["pattern"].clone(), one["count"].clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(counted(&told["patterns"]["patterns"]), counted(&patterns["rows"]));
    assert_eq!((&told["health"]["status"], told["health"]["parts"].as_array().map(Vec::len)), (&json!("OK"), Some(4)));
}

#[tokio::test]
async fn a_mistake_is_told_as_the_other_doors_tell_it() {
    let house = house().await;
    let check = async |query: &str, code: &str, status: u16, argument: Value| {
        let told = house.send(post(query)).await;
        assert_eq!(told.status, 200, "{}", told.text());
        let error = error(&told);
        assert_eq!((&error["extensions"]["code"], &error["extensions"]["status"]), (&json!(code), &json!(status)), "{error}");
        assert_eq!(error["extensions"]["faults"][0]["argument"], argument, "{error}");
        assert!(error["path"].is_array() && error["locations"][0]["line"].is_u64(), "{error}");
        error
    };
    let error = check("{ logs(query: \"severity:wran\") { complete } }", "BAD_REQUEST", 400, json!("query")).await;
    assert_eq!(error["extensions"]["faults"][0]["position"], 9);
    assert!(error["extensions"]["hint"].as_str().is_some_and(|hint| hint.contains("WARN")), "{error}");
    check("{ histogram(query: \"severity:wran\") { total } }", "BAD_REQUEST", 400, json!("query")).await;
    check("{ logs(query: \"* | stats count()\") { complete } }", "BAD_REQUEST", 400, Value::Null).await;
    check("{ values(field: \"a\", query: \"* | head 2\") { complete } }", "BAD_REQUEST", 400, Value::Null).await;
    check("{ logs(start: \"yesterday\") { complete } }", "UNPROCESSABLE_ENTITY", 422, json!("start")).await;
    check("{ logs(limit: 0) { complete } }", "UNPROCESSABLE_ENTITY", 422, json!("limit")).await;
    check("{ logs(limit: 1001) { complete } }", "UNPROCESSABLE_ENTITY", 422, json!("limit")).await;
    check("{ histogram(limit: 1) { total } }", "UNPROCESSABLE_ENTITY", 422, json!("limit")).await;
    check("{ histogram(start: \"now-1h\", bin: \"1m\", limit: 59) { total } }", "UNPROCESSABLE_ENTITY", 422, json!("bin")).await;
    check("{ logs(cursor: \"mine\") { complete } }", "GONE", 410, Value::Null).await;
    check("{ sql(query: \"not found\") { complete } }", "NOT_FOUND", 404, Value::Null).await;
    check("{ sql(query: \"invalid\") { complete } }", "BAD_REQUEST", 400, json!("query")).await;
    check("{ sql(query: \"1\", asOf: \"soon\") { complete } }", "UNPROCESSABLE_ENTITY", 422, json!("as_of")).await;
    check("{ sql(query: \"unavailable\") { complete } }", "SERVICE_UNAVAILABLE", 503, Value::Null).await;
}

/// What is damaged inside is told to the log, by the name of the request.
#[tokio::test]
async fn what_broke_is_not_told() {
    let house = house().await;
    let log = OwnLog::new();
    let told = house.send(post("{ sql(query: \"broken\") { complete } health { status } }")).await;
    let error = error(&told);
    assert_eq!(told.json()["data"], json!({ "sql": null, "health": { "status": "OK" } }), "what did not break is answered");
    assert_eq!((&error["extensions"]["code"], &error["path"]), (&json!("INTERNAL_SERVER_ERROR"), &json!(["sql"])));
    assert!(!told.text().contains("a secret"), "{}", told.text());
    let (text, id) = (log.text(), told.header("x-request-id").to_owned());
    assert!(text.lines().any(|line| line.contains("a secret") && line.contains(&id)), "{text}");
    let told = house.send(post("{ sql(query: \"panic\") { complete } }")).await;
    assert_eq!(told.status, 500, "{}", told.text());
    assert_eq!(crate::graphql::error(&told)["extensions"]["code"], "INTERNAL_SERVER_ERROR");
}
