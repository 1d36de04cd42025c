//! Dialects of which each is a handful of paths: Splunk, Datadog, GELF, CloudEvents, Firehose.

use std::io::Write;

use serde_json::json;

use crate::client::{Ask, Told};
use crate::house::House;

const TOKEN: &str = "a-token-of-some-length";

async fn guarded() -> (House, tempfile::NamedTempFile) {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    writeln!(file, "{TOKEN}").expect("write");
    let path = file.path().to_owned();
    (House::with(|config| config.token_file = Some(path), |_| {}).await, file)
}

async fn full() -> House {
    House::with(|_| {}, |lake| lake.memtable_limit_bytes = 0).await
}

const EVENTS: &str = r#"{"time":1770505200.123,"event":"one"}{"time":1770505200.124,"host":"h","event":{"message":"two"}}"#;

fn assert_said(told: &Told, status: u16, expected: &serde_json::Value) {
    assert_eq!((told.status, told.header("content-type")), (status, "application/json"), "{}", told.text());
    assert_eq!(&told.json(), expected);
}

#[tokio::test]
async fn splunk_takes_events_and_raw_lines_and_acknowledges_what_is_on_disk() {
    let house = House::new().await;
    let success = json!({"text": "Success", "code": 0});
    for path in ["/services/collector", "/services/collector/event", "/services/collector/event/1.0"] {
        assert_said(&house.send(Ask::post(path, EVENTS)).await, 200, &success);
    }
    assert_said(&house.send(Ask::post("/services/collector/raw?host=h&sourcetype=st", "a\nb\n")).await, 200, &success);
    assert_eq!(house.taken(), (8, 0, 0));
    let channelled = |path: &str, body: &str| Ask::post(path, body).header("X-Splunk-Request-Channel", "c-1");
    let told = house.send(channelled("/services/collector", EVENTS)).await.json();
    let first = told["ackId"].as_u64().expect("a number");
    let told = house.send(channelled("/services/collector", EVENTS)).await.json();
    assert_eq!(told["ackId"], first + 1);
    assert_eq!(house.taken(), (10, 0, 1), "the same events on the same channel are one delivery");
    let asked = json!({"acks": [first, first + 1, first + 2, 7]}).to_string();
    let told = house.send(channelled("/services/collector/ack", &asked)).await;
    let expected =
        json!({"acks": {first.to_string(): true, (first + 1).to_string(): true, (first + 2).to_string(): false, "7": true}});
    assert_said(&told, 200, &expected);
}

#[tokio::test]
async fn splunk_says_what_is_wrong_by_number() {
    let house = House::new().await;
    assert_said(&house.send(Ask::post("/services/collector", " \n")).await, 400, &json!({"text": "No data", "code": 5}));
    let told = house.send(Ask::post("/services/collector/ack", "{\"acks\":[1]}")).await;
    assert_said(&told, 400, &json!({"text": "Data channel is missing", "code": 10}));
    let told = house.send(Ask::post("/services/collector/ack?channel=c", "[]")).await;
    assert_eq!((told.status, &told.json()["code"]), (400, &json!(6)));
    assert_said(&house.send(Ask::get("/services/collector/health")).await, 200, &json!({"text": "HEC is healthy", "code": 17}));
    let told = house.send(Ask::post("/services/collector", "{\"event\":\"a\"}{\"half\":")).await;
    assert_eq!((told.status, house.taken()), (200, (1, 1, 0)), "what cannot be read is kept");
    let busy = full().await;
    let told = busy.send(Ask::post("/services/collector", EVENTS)).await;
    assert_said(&told, 503, &json!({"text": "Server is busy", "code": 9}));
    assert_eq!(told.header("retry-after"), "1");
}

#[tokio::test]
async fn each_shows_its_token_in_its_own_way() {
    let (house, _file) = guarded().await;
    let check = async |ask: Ask, status: u16| {
        let told = house.send(ask).await;
        assert_eq!(told.status, status, "{}", told.text());
        told
    };
    let hec = || Ask::post("/services/collector", EVENTS);
    check(hec().header("Authorization", &format!("Splunk {TOKEN}")), 200).await;
    check(Ask::post(&format!("/services/collector?token={TOKEN}"), EVENTS), 200).await;
    assert_eq!(check(hec(), 401).await.json(), json!({"text": "Token is required", "code": 2}));
    let wrong = check(hec().header("Authorization", "Splunk another-token"), 403).await;
    assert_eq!(wrong.json(), json!({"text": "Invalid token", "code": 4}));
    check(Ask::get("/services/collector/health"), 200).await;
    let logs = || Ask::post("/api/v2/logs", "{\"message\":\"m\"}");
    check(logs().header("DD-API-KEY", TOKEN), 202).await;
    check(Ask::post(&format!("/v1/input/{TOKEN}"), "[]"), 202).await;
    check(Ask::get(&format!("/api/v1/validate?api_key={TOKEN}")), 200).await;
    assert!(check(logs().header("DD-API-KEY", "wrong"), 401).await.json()["errors"][0]["title"].is_string());
    check(Ask::get("/api/v1/validate"), 401).await;
    let firehose = || Ask::post("/aws/firehose", "{\"records\":[]}").header("X-Amz-Firehose-Request-Id", "r-1");
    check(firehose().header("X-Amz-Firehose-Access-Key", TOKEN), 200).await;
    assert_eq!(check(firehose(), 401).await.json()["requestId"], "r-1");
    check(Ask::post("/gelf", "{}"), 401).await.assert_problem(401);
    check(Ask::post("/api/v1/ingest", "{}").header("DD-API-KEY", TOKEN), 401).await;
}

#[tokio::test]
async fn datadog_is_answered_202_with_an_empty_object() {
    let house = House::new().await;
    let body = r#"[{"message":"m","ddtags":"env:prod","service":"shop","timestamp":1770505200123},{}]"#;
    for _ in 0..2 {
        let told = house.send(Ask::post("/api/v2/logs", body).header("Content-Type", "application/json")).await;
        assert_said(&told, 202, &json!({}));
    }
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(b"{\"message\":\"packed\"}").expect("deflate");
    let packed = Ask::post("/v1/input", encoder.finish().expect("deflate")).header("Content-Encoding", "deflate");
    assert_said(&house.send(packed).await, 202, &json!({}));
    assert_eq!(house.taken(), (2, 0, 1));
    let told = house.send(Ask::post("/api/v2/logs", "text")).await;
    assert!(told.status == 400 && told.json()["errors"][0]["title"].as_str().is_some_and(|title| title.starts_with("byte 0")));
    assert_eq!(full().await.send(Ask::post("/api/v2/logs", body)).await.status, 429);
}

#[tokio::test]
async fn gelf_is_answered_202_with_nothing() {
    let house = House::new().await;
    let body = r#"{"version":"1.1","host":"h","short_message":"m","timestamp":1770505200.123,"level":3,"_user":"u"}"#;
    for _ in 0..2 {
        let told = house.send(Ask::post("/gelf", body)).await;
        assert_eq!((told.status, told.body.len()), (202, 0));
    }
    assert_eq!(house.taken(), (1, 0, 1));
    assert_eq!(house.send(Ask::post("/gelf", "half {")).await.status, 202);
    assert_eq!(house.taken(), (1, 1, 1), "what cannot be read is kept");
    full().await.send(Ask::post("/gelf", body)).await.assert_problem(429);
}

#[tokio::test]
async fn an_event_is_stored_once_in_whatever_form_it_comes() {
    let mut house = House::new().await;
    let event = r#"{"specversion":"1.0","id":"1","source":"/shop","type":"paid","time":"2026-02-07T23:00:00Z","data":{"n":1}}"#;
    let structured = || Ask::post("/cloudevents", event).header("Content-Type", "application/cloudevents+json");
    let binary = |id: &str| {
        let ask = Ask::post("/cloudevents", "{\"n\":1}").header("Content-Type", "application/json").header("ce-id", id);
        ask.header("ce-source", "/shop").header("ce-type", "paid").header("ce-subject", "Euro%20%E2%82%AC")
    };
    let batch = format!("[{},{}]", event.replace("\"1\"", "\"3\""), event.replace("\"1\"", "\"4\""));
    let batch = || Ask::post("/cloudevents", &batch).header("Content-Type", "application/cloudevents-batch+json");
    for ask in [structured(), binary("1"), structured(), binary("2"), batch(), batch()] {
        let told = house.send(ask).await;
        assert_eq!(told.status, 202, "{}", told.text());
    }
    assert_eq!(house.taken(), (4, 0, 3));
    house.stored_text();
    let binary = house.stored_text();
    assert!(binary.contains("Euro \u{20ac}") && binary.contains("data.n"), "{binary}");
    house
        .send(Ask::post("/cloudevents", "{\"id\":\"1\"}").header("Content-Type", "application/cloudevents+json"))
        .await
        .assert_problem(400);
    house.send(Ask::post("/cloudevents", "x")).await.assert_problem(400);
    house.send(structured().header("Content-Encoding", "br")).await.assert_problem(415);
    let asked = Ask::new("OPTIONS", "/cloudevents").header("WebHook-Request-Origin", "events.example");
    let told = house.send(asked).await;
    assert_eq!((told.status, told.header("webhook-allowed-origin")), (200, "events.example"));
}

#[tokio::test]
async fn firehose_hears_its_own_id_again() {
    let house = House::new().await;
    let delivery = |id: &str, body: &str| Ask::post("/aws/firehose", body).header("X-Amz-Firehose-Request-Id", id);
    let body = r#"{"requestId":"r-1","timestamp":1,"records":[{"data":"b25lCnR3bwo="}]}"#;
    for _ in 0..2 {
        let told = house.send(delivery("r-1", body)).await;
        assert_eq!((told.status, &told.json()["requestId"]), (200, &json!("r-1")));
        assert!(told.json()["timestamp"].is_i64() && told.json()["errorMessage"].is_null());
    }
    assert_eq!(house.taken(), (2, 0, 1));
    let told = house.send(delivery("r-2", "{\"records\":[{\"data\":\"?\"}]}")).await;
    assert_eq!((told.status, &told.json()["requestId"]), (400, &json!("r-2")));
    assert!(told.json()["errorMessage"].as_str().is_some_and(|words| words.starts_with("byte 20")), "{}", told.text());
    assert_eq!(house.send(Ask::post("/aws/firehose", body)).await.status, 400);
}
