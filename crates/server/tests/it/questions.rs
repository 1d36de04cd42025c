use serde_json::{Value, json};

use crate::client::Ask;
use crate::house::House;

const DAY: &str = r#"{"timestamp":"2026-02-06T14:00:00Z","level":"error","source":"payment-service","message":"Payment authorization timeout"}
{"timestamp":"2026-02-06T14:10:00Z","level":"info","source":"payment-service","message":"Payment ok"}
{"timestamp":"2026-02-06T14:20:00Z","level":"critical","source":"checkout","message":"timeout of payment"}
{"timestamp":"2026-02-06T14:30:00Z","level":"error","source":"checkout","message":"disk full"}
{"timestamp":"2026-02-07T23:59:59Z","source":"checkout","message":"late timeout"}
"#;

async fn house() -> House {
    let house = House::new().await;
    house.ingest(DAY).await;
    house
}

/// The messages found, with their scores.
fn found(answer: &Value) -> Vec<String> {
    let results = answer["results"].as_array().expect("results");
    assert_eq!(answer["count"], results.len());
    assert!(answer["execution_time_ms"].is_u64());
    results
        .iter()
        .map(|result| {
            assert_eq!(result["score"], result["similarity_score"]);
            assert!(result["id"].is_string() && result["timestamp"].is_string());
            format!("{} {:.2}", result["message"].as_str().expect("message"), result["score"].as_f64().expect("score"))
        })
        .collect()
}

#[tokio::test]
async fn words_find_the_best_matches_first() {
    let house = house().await;
    let check = async |body: Value, expected: &[&str]| {
        let told = house.send(Ask::json("/search", body.clone())).await;
        assert_eq!(found(&told.json()), expected, "{body}");
    };
    let both = ["timeout of payment 1.00", "Payment authorization timeout 1.00"];
    check(json!({"query": "payment timeout", "limit": 2}), &both).await;
    check(json!({"query": "TIMEOUT, payment!", "limit": 2}), &both).await;
    check(
        json!({"query": "payment timeout"}),
        &["timeout of payment 1.00", "Payment authorization timeout 1.00", "late timeout 0.50", "Payment ok 0.50"],
    )
    .await;
    check(json!({"query": "service"}), &["Payment ok 1.00", "Payment authorization timeout 1.00"]).await;
    check(json!({"query": "nowhere"}), &[]).await;
    check(json!({"query": "", "limit": 1}), &["late timeout 1.00"]).await;
    let filtered = |filters: Value| json!({"query": "timeout", "filters": filters});
    check(
        filtered(json!({"severity": ["ERROR", "CRITICAL"]})),
        &["timeout of payment 1.00", "Payment authorization timeout 1.00"],
    )
    .await;
    check(filtered(json!({"severity": "err"})), &["Payment authorization timeout 1.00"]).await;
    check(filtered(json!({"source": "checkout"})), &["late timeout 1.00", "timeout of payment 1.00"]).await;
    check(filtered(json!({"source": ["Checkout"]})), &[]).await;
    check(filtered(json!({"date_range": ["2026-02-07", "2026-02-07"]})), &["late timeout 1.00"]).await;
    check(filtered(json!({"date_range": ["2026-02-06", "2026-02-06T14:10Z"]})), &["Payment authorization timeout 1.00"]).await;
    check(filtered(json!({"date_range": [null, "2026-02-06"], "source": "checkout"})), &["timeout of payment 1.00"]).await;
}

#[tokio::test]
async fn what_means_the_same_is_found_where_words_do_not() {
    let house = house().await;
    let ask = async |body: Value| house.send(Ask::json("/search", body)).await.json();
    let full = ask(json!({"query": "ran out of space on the volume", "limit": 1})).await;
    assert_eq!((&full["mode"], &full["model"]), (&json!("semantic"), &json!("lexical")));
    assert_eq!(full["results"][0]["message"], "disk full");
    let by_words = ask(json!({"query": "ran out of space on the volume", "mode": "keyword"})).await;
    assert_eq!((&by_words["mode"], &by_words["model"]), (&json!("keyword"), &Value::Null));
    assert!(by_words["results"].as_array().is_some_and(|found| found.iter().all(|result| result["message"] != "disk full")));
    let words = ask(json!({"query": "payment timeout"})).await;
    assert_eq!(words["mode"], "keyword", "what has all the words needs no guessing");
    let named = ask(json!({"query": "disk txn-17"})).await;
    assert_eq!(named["mode"], "keyword", "an identifier means nothing but itself");
    let filtered = ask(json!({"query": "no space", "mode": "semantic", "filters": {"source": "payment-service"}})).await;
    assert!(filtered["results"].as_array().is_some_and(|found| found.iter().all(|result| result["source"] == "payment-service")));
    house.send(Ask::json("/search", json!({"query": "x", "mode": "magic"}))).await.assert_problem(422);
}

#[tokio::test]
async fn the_total_is_told_where_it_is_known() {
    let house = house().await;
    let total = async |limit: u32| {
        house.send(Ask::json("/search", json!({"query": "timeout", "limit": limit}))).await.json()["total"].clone()
    };
    assert_eq!(total(100).await, 3);
    assert_eq!(total(2).await, Value::Null);
}

#[tokio::test]
async fn pages_hold_every_record_once() {
    let house = House::new().await;
    // Ten records at one moment, ten at others: the record id breaks the ties.
    let line = |n: usize| format!("{{\"timestamp\":\"2026-02-06T14:00:{:02}Z\",\"message\":\"m{n}\"}}\n", n.saturating_sub(9));
    house.ingest(&(0..20).map(line).collect::<String>()).await;
    for limit in [1, 3, 7, 19, 20, 21] {
        let mut seen = Vec::new();
        let mut cursor = Value::Null;
        loop {
            let body = json!({"query": "*", "start": "2026-02-06", "limit": limit, "cursor": cursor});
            let page = house.send(Ask::json("/api/v1/query", body)).await.json();
            let rows = page["rows"].as_array().unwrap_or_else(|| panic!("{page}"));
            seen.extend(rows.iter().map(|row| row["message"].as_str().expect("message").to_owned()));
            // A record that comes in between pages does not disturb them.
            house.ingest("{\"timestamp\":\"2026-02-06T14:59:00Z\",\"message\":\"new\"}").await;
            cursor = page["next_cursor"].clone();
            assert_eq!(page["complete"], cursor.is_null());
            if cursor.is_null() {
                break;
            }
        }
        let old: Vec<String> = seen.iter().filter(|message| *message != "new").cloned().collect();
        let mut expected: Vec<String> = (0..20).map(|n| format!("m{n}")).collect();
        expected.reverse();
        assert_eq!(old, expected, "limit {limit}");
        assert!(seen.starts_with(&vec!["new".to_owned(); seen.len() - 20]), "limit {limit}: {seen:?}");
    }
}

#[tokio::test]
async fn a_cursor_belongs_to_its_question() {
    let house = house().await;
    let ask = async |body: Value| house.send(Ask::json("/api/v1/query", body)).await;
    let first = ask(json!({"query": "timeout", "limit": 1})).await.json();
    let cursor = first["next_cursor"].as_str().expect("cursor");
    assert_eq!(ask(json!({"query": "timeout", "limit": 2, "cursor": cursor})).await.status, 200);
    ask(json!({"query": "payment", "limit": 1, "cursor": cursor})).await.assert_problem(400);
    ask(json!({"query": "timeout", "start": "now-9h", "limit": 1, "cursor": cursor})).await.assert_problem(400);
    ask(json!({"query": "timeout", "limit": 1, "cursor": cursor.replace('a', "b")})).await.assert_problem(410);
    let counted = ask(json!({"query": "* | stats count() by source", "limit": 1})).await.json();
    assert_eq!((&counted["complete"], &counted["next_cursor"]), (&json!(false), &Value::Null), "groups have no pages");
}

#[tokio::test]
async fn queries_have_pipes_and_times() {
    let house = house().await;
    let rows = async |body: Value| house.send(Ask::json("/api/v1/query", body)).await.json()["rows"].clone();
    let counted = rows(json!({"query": "* | stats count() as n by source | sort -n"})).await;
    assert_eq!(counted, json!([{"source": "checkout", "n": 3}, {"source": "payment-service", "n": 2}]));
    let found = rows(json!({"query": "timeout", "start": "now-34h", "end": "now-33h"})).await;
    assert_eq!(found.as_array().map(Vec::len), Some(2), "the second day before {}, from 14 to 15 h", crate::house::NOW);
    assert_eq!(rows(json!({})).await.as_array().map(Vec::len), Some(5));
}

#[tokio::test]
async fn rows_come_in_three_forms() {
    let house = House::new().await;
    let ask = async |accept: &str, limit: u32| {
        house.send(Ask::json("/api/v1/sql", json!({"query": "3", "limit": limit})).header("Accept", accept)).await
    };
    let json = ask("application/json", 2).await;
    assert_eq!(json.header("content-type"), "application/json");
    let body = json.json();
    assert_eq!(body["columns"], json!([{"name": "n", "kind": "int", "level": "confidential"}]));
    assert_eq!(body["rows"], json!([{"n": 0}, {"n": 1}]));
    assert_eq!((&body["complete"], &body["incomplete_reason"]), (&json!(false), &json!("row limit reached")));
    assert_eq!((&body["version"], &body["stats"]["rows_scanned"]), (&json!(7), &json!(3)));
    let lines = ask("application/x-ndjson", 3).await;
    assert_eq!(lines.text(), "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n");
    assert_eq!((lines.header("x-dendro-complete"), lines.header("x-dendro-rows-scanned")), ("true", "3"));
    let arrow = ask("application/vnd.apache.arrow.stream", 3).await;
    assert_eq!((arrow.text(), arrow.header("x-dendro-version")), ("ARROW", "7"));
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let house = House::new().await;
    let told = house.send(Ask::json("/api/v1/sql", json!({"query": "200000"}))).await.json();
    assert_eq!(told["rows"].as_array().map(Vec::len), Some(100_000));
    assert_eq!(told["complete"], false);
}

#[tokio::test]
async fn histograms_count_every_bin() {
    let house = house().await;
    let told = house
        .send(Ask::get("/api/v1/histogram?query=*&start=2026-02-06T14:05:00Z&end=2026-02-06T14:45:00Z&bin=10m"))
        .await
        .json();
    let bins: Vec<(String, u64, Value)> = told["bins"]
        .as_array()
        .expect("bins")
        .iter()
        .map(|bin| {
            (
                bin["start"].as_str().expect("start")[11..16].to_owned(),
                bin["total"].as_u64().expect("total"),
                bin["by_severity"].clone(),
            )
        })
        .collect();
    let bin = |start: &str, total, by| (start.to_owned(), total, by);
    assert_eq!(
        bins,
        [
            bin("14:00", 0, json!({})),
            bin("14:10", 1, json!({"INFO": 1})),
            bin("14:20", 1, json!({"CRITICAL": 1})),
            bin("14:30", 1, json!({"ERROR": 1})),
            bin("14:40", 0, json!({})),
        ]
    );
    assert_eq!((&told["total"], &told["bin_seconds"], &told["complete"]), (&json!(3), &json!(600.0), &json!(true)));
    let told = house.send(Ask::get("/api/v1/histogram?start=2026-02-07&end=2026-02-08&query=late")).await.json();
    assert_eq!(told["bins"].as_array().expect("bins").last().expect("bin")["by_severity"], json!({"UNSPECIFIED": 1}));
    assert_eq!(house.send(Ask::get("/api/v1/histogram")).await.json()["bins"].as_array().map(Vec::len), Some(120));
}

#[tokio::test]
async fn fields_are_told_with_their_kinds() {
    let house = House::new().await;
    let told = house.send(Ask::get("/api/v1/fields?start=now-1d")).await.json();
    assert_eq!(
        told,
        json!({"fields": [{"name": "timestamp", "kind": "time", "level": "internal", "present": 3}, {"name": "http.status_code", "kind": "int", "level": "internal"}]})
    );
}

#[tokio::test]
async fn a_record_is_shown_among_its_neighbours() {
    let house = House::new().await;
    // At one moment all: the record id gives the order. Every second one is of another source.
    let line = |n: usize| {
        let source = if n.is_multiple_of(2) { "api" } else { "db" };
        format!("{{\"timestamp\":\"2026-02-06T14:00:00Z\",\"source\":\"{source}\",\"message\":\"m{n}\"}}\n")
    };
    house.ingest(&(0..20).map(line).collect::<String>()).await;
    let found = house.send(Ask::json("/search", json!({"query": "m10"}))).await.json();
    let id = found["results"][0]["id"].as_str().expect("id").to_owned();
    let check = async |query: &str, before: &[&str], after: &[&str]| {
        let told = house.send(Ask::get(&format!("/api/v1/context/{id}{query}"))).await.json();
        let names = |list: &Value| -> Vec<String> {
            list.as_array()
                .unwrap_or_else(|| panic!("{told}"))
                .iter()
                .map(|row| row["message"].as_str().expect("message").to_owned())
                .collect()
        };
        assert_eq!(told["record"]["message"], "m10");
        assert_eq!(
            (names(&told["before"]), names(&told["after"])),
            (before.iter().map(|s| s.to_string()).collect(), after.iter().map(|s| s.to_string()).collect()),
            "{query}"
        );
    };
    check("?before=2&after=3", &["m6", "m8"], &["m12", "m14", "m16"]).await;
    check("", &["m0", "m2", "m4", "m6", "m8"], &["m12", "m14", "m16", "m18"]).await;
    check("?before=0&after=0&timestamp=2026-02-06T14:00:00Z", &[], &[]).await;
    let elsewhere = format!("/api/v1/context/{id}?timestamp=2026-02-06T14:00:01Z");
    house.send(Ask::get(&elsewhere)).await.assert_problem(404);
}

#[tokio::test]
async fn a_record_without_a_source_has_neighbours_without_one() {
    let house = House::new().await;
    house.ingest("{\"message\":\"a\"}\n{\"message\":\"b\",\"source\":\"api\"}\n{\"message\":\"c\"}\n").await;
    let found = house.send(Ask::json("/search", json!({"query": "c"}))).await.json();
    let id = found["results"][0]["id"].as_str().expect("id").to_owned();
    let told = house.send(Ask::get(&format!("/api/v1/context/{id}"))).await.json();
    assert_eq!(told["before"].as_array().map(Vec::len), Some(1));
    assert_eq!(told["before"][0]["message"], "a");
}
