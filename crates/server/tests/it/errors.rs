use serde_json::json;

use crate::client::{Ask, raw};
use crate::house::House;

/// A word that must not come back in any error.
const SECRET: &str = "s3cr3t";

async fn check(house: &House, ask: Ask, status: u16) {
    let told = house.send(ask).await;
    told.assert_problem(status);
    assert!(!told.text().contains(SECRET), "{}", told.text());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn every_documented_error_is_a_problem() {
    let house = House::new().await;
    let check = async |ask: Ask, status| check(&house, ask, status).await;
    let ingest = |path: &str| Ask::post(&format!("/api/v1/ingest{path}"), format!("{{\"message\":\"{SECRET}\"}}"));
    check(Ask::get("/nothing"), 404).await;
    check(Ask::get("/api/v1/ingest/"), 404).await;
    check(Ask::get("/api/v1/ingest"), 405).await;
    check(Ask::new("DELETE", "/search"), 405).await;
    check(ingest("?format=xml"), 422).await;
    check(ingest("?sauce=x"), 422).await;
    check(ingest("?source=a&source=b"), 400).await;
    check(ingest("").header("Content-Type", "application/x-www-form-urlencoded"), 415).await;
    check(ingest("").header("Content-Encoding", "br"), 415).await;
    check(ingest("").header("Content-Encoding", "gzip"), 400).await;
    check(ingest("").header("Idempotency-Key", "two words"), 400).await;
    check(ingest("").header("Idempotency-Key", "a").header("Idempotency-Key", "a"), 400).await;
    for path in ["/search", "/api/v1/query", "/api/v1/sql"] {
        check(Ask::post(path, format!("{{\"query\":\"{SECRET}")), 400).await;
        check(Ask::post(path, format!("{{\"query\":\"{SECRET}\",\"query\":\"{SECRET}\"}}")), 400).await;
        check(Ask::post(path, format!("[\"{SECRET}\"]")), 422).await;
        check(Ask::json(path, json!({"query": [SECRET]})), 422).await;
        check(Ask::json(path, json!({"query": "1", SECRET: 1})), 422).await;
        check(Ask::json(path, json!({"query": "1", "limit": 0})), 422).await;
        check(Ask::json(path, json!({"query": "1", "limit": SECRET})), 422).await;
        check(Ask::post(path, "{\"query\":\"1\"}").header("Content-Type", "text/plain"), 415).await;
        check(Ask::json(&format!("{path}?query=1"), json!({"query": "1"})), 422).await;
    }
    check(Ask::json("/search", json!({})), 422).await;
    check(Ask::json("/search", json!({"query": "x", "filters": {"severity": SECRET}})), 422).await;
    check(Ask::json("/search", json!({"query": "x", "filters": {"date_range": ["2026-02-07"]}})), 422).await;
    check(Ask::json("/search", json!({"query": "x", "filters": {"date_range": [SECRET, null]}})), 422).await;
    check(Ask::json("/search", json!({"query": "x", "filters": {"date_range": ["2026-02-08", "2026-02-07"]}})), 422).await;
    check(Ask::json("/api/v1/query", json!({"query": "message:"})), 400).await;
    check(Ask::json("/api/v1/query", json!({"query": "x", "start": "soon"})), 422).await;
    check(Ask::json("/api/v1/query", json!({"query": "x", "start": "now", "end": "now-1h"})), 422).await;
    check(Ask::json("/api/v1/query", json!({"query": "x", "cursor": SECRET})), 410).await;
    check(Ask::json("/api/v1/query", json!({"query": "x"})).header("Accept", "text/html"), 406).await;
    check(Ask::json("/api/v1/sql", json!({"query": "1"})).header("Accept", "image/png"), 406).await;
    check(Ask::json("/api/v1/sql", json!({"query": "1", "as_of": 100})), 404).await;
    check(Ask::json("/api/v1/sql", json!({"query": "1", "as_of": SECRET})), 422).await;
    check(Ask::json("/api/v1/sql", json!({"query": "1", "as_of": -1})), 422).await;
    check(Ask::json("/api/v1/sql", json!({"query": "1", "as_of": true})), 422).await;
    check(Ask::json("/api/v1/sql", json!({"query": "invalid"})), 400).await;
    check(Ask::json("/api/v1/sql", json!({"query": "not found"})), 404).await;
    check(Ask::json("/api/v1/sql", json!({"query": "over budget"})), 422).await;
    check(Ask::json("/api/v1/sql", json!({"query": "unavailable"})), 503).await;
    check(Ask::json("/api/v1/sql", json!({"query": "broken"})), 500).await;
    check(Ask::json("/api/v1/sql", json!({"query": "panic"})), 500).await;
    check(Ask::get("/api/v1/tail?query=message:"), 400).await;
    check(Ask::get("/api/v1/tail?query=*|head"), 400).await;
    check(Ask::get("/api/v1/tail?qery=x"), 422).await;
    check(Ask::get("/api/v1/fields?start=soon"), 422).await;
    check(Ask::get("/api/v1/histogram?query=message:"), 400).await;
    check(Ask::get("/api/v1/histogram?query=*|head"), 400).await;
    check(Ask::get("/api/v1/histogram?bin=soon"), 422).await;
    check(Ask::get("/api/v1/histogram?start=2026-01-01&end=2026-02-01&bin=1s"), 422).await;
    check(Ask::get("/api/v1/context/not-an-id"), 422).await;
    check(Ask::get("/api/v1/context/019c3a5e-1b00-7000-8000-000000000001"), 404).await;
    check(Ask::get("/api/v1/context/019c3a5e-1b00-7000-8000-000000000001?before=1001"), 422).await;
}

#[tokio::test]
async fn errors_say_where_and_what_to_do() {
    let house = House::new().await;
    let wrong = house.send(Ask::json("/api/v1/sql", json!({"query": "invalid"}))).await.json();
    assert_eq!(wrong["hint"], "a hint");
    assert_eq!(wrong["errors"][0], json!({"pointer": "/query", "code": "invalid_query", "message": "invalid", "position": 3}));
    let wrong = house.send(Ask::json("/api/v1/query", json!({"query": "x", "limit": 0, "start": "soon"}))).await.json();
    let pointers: Vec<&str> = wrong["errors"].as_array().expect("errors").iter().filter_map(|e| e["pointer"].as_str()).collect();
    assert_eq!(pointers, ["/start", "/limit"], "all faults at once");
    let wrong = house.send(Ask::get("/api/v1/tail?query=message:")).await.json();
    assert_eq!(wrong["errors"][0]["parameter"], "query");
    let wrong = house.send(Ask::new("PUT", "/api/v1/query")).await;
    assert_eq!(wrong.header("allow"), "POST");
    let wrong = house.send(Ask::post("/api/v1/ingest", "").header("Content-Encoding", "br")).await;
    assert_eq!(wrong.header("accept-encoding"), "gzip, deflate, zstd, identity");
}

#[tokio::test]
async fn what_is_no_request_is_answered_all_the_same() {
    let house = House::new().await;
    let check = async |bytes: &[u8], status| raw(house.address, bytes).await.assert_problem(status);
    check(b"nonsense\r\n\r\n", 400).await;
    check(b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n", 400).await;
    check(b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", 400).await; // no Host
    check(b"GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400).await;
    check(b"GET /\x01 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400).await;
    check(
        b"POST /api/v1/ingest HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        400,
    )
    .await;
}

#[tokio::test]
async fn every_answer_has_a_name_and_is_not_kept() {
    let house = House::new().await;
    for path in ["/livez", "/nothing", "/metrics"] {
        let told = house.send(Ask::get(path).header("X-Request-Id", "mine-1")).await;
        assert_eq!((told.header("x-request-id"), told.header("cache-control")), ("mine-1", "no-store"), "{path}");
        assert_eq!(told.header("x-content-type-options"), "nosniff");
        assert!(told.header("content-security-policy").contains("default-src 'none'"));
        let told = house.send(Ask::get(path).header("X-Request-Id", "not \"sane\"")).await;
        assert!(!told.header("x-request-id").contains("sane") && !told.header("x-request-id").is_empty());
    }
}

#[tokio::test]
async fn a_panic_takes_nobody_else_with_it() {
    let house = House::new().await;
    house.send(Ask::json("/api/v1/sql", json!({"query": "panic"}))).await.assert_problem(500);
    assert_eq!(house.send(Ask::json("/api/v1/sql", json!({"query": "1"}))).await.status, 200);
    let metrics = house.send(Ask::get("/metrics")).await;
    assert!(metrics.text().contains("\ndendro_http_panics_total 1\n"));
}
