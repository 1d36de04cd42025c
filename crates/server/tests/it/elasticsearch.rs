use std::io::Write;

use serde_json::json;
use server::{Dialect, Port};

use crate::client::{Ask, Told};
use crate::house::House;

const BULK: &str = "{\"create\":{\"_index\":\"logs-web-default\"}}\n\
                    {\"@timestamp\":\"2026-02-07T23:00:00.123Z\",\"message\":\"one\"}\n\
                    {\"index\":{\"_index\":\"app\",\"_id\":\"a\\\"1\"}}\n\
                    {\"@timestamp\":\"2026-02-07T23:00:01Z\",\"message\":\"two\"}\n";

fn assert_error(told: &Told, status: u16, kind: &str) {
    assert_eq!(told.status, status, "{}", told.text());
    assert_eq!(told.header("x-elastic-product"), "Elasticsearch");
    let body = told.json();
    assert_eq!((&body["status"], &body["error"]["type"]), (&json!(status), &json!(kind)));
    assert!(body["error"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()));
    assert_eq!(body["error"]["root_cause"][0]["type"], kind);
}

#[tokio::test]
async fn a_bulk_is_answered_item_by_item_as_agents_read_it() {
    let house = House::new().await;
    let told = house.send(Ask::post("/elasticsearch/_bulk", BULK).header("Content-Type", "application/x-ndjson")).await;
    assert_eq!(told.status, 200, "{}", told.text());
    assert_eq!((told.header("x-elastic-product"), told.header("content-type")), ("Elasticsearch", "application/json"));
    // Fluent Bit searches for these letters when its buffer is too small for the whole.
    assert!(told.text().contains("\"errors\":false,\"items\":[{\"create\":{\"_index\":\"logs-web-default\","), "{}", told.text());
    assert!(told.text().starts_with("{\"took\":"));
    let items = told.json()["items"].clone();
    assert_eq!((&items[0]["create"]["status"], &items[0]["create"]["result"]), (&json!(201), &json!("created")));
    assert_eq!((&items[1]["index"]["_id"], &items[1]["index"]["_index"]), (&json!("a\"1"), &json!("app")));
    assert_eq!(items[0]["create"]["_id"].as_str().map(str::len), Some(20));
    assert_eq!(house.taken(), (2, 0, 0));
}

#[tokio::test]
async fn what_cannot_be_read_is_kept_and_answered_as_taken() {
    let house = House::new().await;
    let body = format!("{BULK}{{\"create\":{{}}}}\n{{\"half\":\n{{\"delete\":{{\"_id\":\"7\"}}}}\n");
    let told = house.send(Ask::post("/elasticsearch/app/_bulk", body)).await;
    let items = told.json()["items"].clone();
    assert_eq!((told.json()["errors"].clone(), items.as_array().map(Vec::len)), (json!(false), Some(4)));
    assert_eq!((&items[2]["create"]["status"], &items[2]["create"]["quarantined"]), (&json!(201), &json!("invalid_json")));
    assert_eq!((&items[2]["create"]["_index"], &items[3]["delete"]["status"]), (&json!("app"), &json!(404)));
    assert_eq!(house.taken(), (2, 2, 0));
}

#[tokio::test]
async fn only_what_is_asked_for_is_answered() {
    let house = House::new().await;
    let check = async |filter: &str, expected: &str| {
        let told = house.send(Ask::post(&format!("/elasticsearch/_bulk?filter_path={filter}"), BULK)).await;
        assert_eq!(told.text(), expected, "{filter}");
    };
    check("errors", r#"{"errors":false}"#).await;
    check("errors%2Citems.*.status", r#"{"errors":false,"items":[{"create":{"status":201}},{"index":{"status":201}}]}"#).await;
    check("items.*.error", "{}").await;
    check("items.index._i*", r#"{"items":[{"index":{"_index":"app","_id":"a\"1"}}]}"#).await;
}

#[tokio::test]
async fn a_repeated_bulk_is_stored_once_and_twins_without_fine_times_are_kept() {
    let house = House::new().await;
    let send = async |path: &str, body: &str| {
        let told = house.send(Ask::post(path, body)).await;
        assert!(matches!(told.status, 200 | 201), "{}", told.text());
        told.json()["items"].clone()
    };
    let first = send("/elasticsearch/_bulk", BULK).await;
    assert_eq!(send("/elasticsearch/_bulk", BULK).await, first, "and answered alike");
    assert_eq!(house.taken(), (2, 0, 1));
    send("/elasticsearch/other/_bulk", BULK).await;
    assert_eq!(house.taken(), (4, 0, 1), "another place is another delivery");
    let with_ids = "{\"index\":{\"_id\":\"1\"}}\n{\"message\":\"no time\"}\n";
    let without = "{\"index\":{}}\n{\"message\":\"no time\"}\n";
    let coarse = "{\"index\":{}}\n{\"message\":\"beat\",\"@timestamp\":\"2026-02-07T23:00:00Z\"}\n";
    for (body, stored) in [(with_ids, 1), (without, 2), (coarse, 2)] {
        let (before, ..) = house.taken();
        send("/elasticsearch/app/_bulk", body).await;
        send("/elasticsearch/app/_bulk", body).await;
        assert_eq!(house.taken().0 - before, stored, "{body}");
    }
    let (before, ..) = house.taken();
    for _ in 0..2 {
        send("/elasticsearch/app/_doc/9", "{\"message\":\"document\"}").await;
    }
    assert_eq!(house.taken().0 - before, 1);
}

#[tokio::test]
async fn agents_find_what_they_ask_for_before_they_send() {
    let port = Port { dialect: Dialect::Elasticsearch, address: ([127, 0, 0, 1], 0).into() };
    let house = House::with(|config| config.ports = vec![port], |_| {}).await;
    let native = house.ports[0].address;
    let about = Ask::get("/").header("User-Agent", "Elastic-filebeat/9.1.2 (linux; amd64)").send(native).await;
    assert_eq!((about.status, &about.json()["version"]["number"]), (200, &json!("9.1.2")));
    assert_eq!(about.json()["version"]["build_flavor"], "default");
    let about = house.send(Ask::get("/elasticsearch/").header("User-Agent", "Elastic-x/1")).await;
    assert_eq!(about.json()["version"]["number"], "8.19.0");
    let accept = "application/vnd.elasticsearch+json; compatible-with=9";
    let versioned = Ask::get("/").header("Accept", accept).send(native).await;
    assert_eq!(versioned.header("content-type"), "application/vnd.elasticsearch+json;compatible-with=9");
    for (method, path) in [
        ("HEAD", "/"),
        ("GET", "/_license?human=false"),
        ("GET", "/_xpack"),
        ("HEAD", "/_cat/health"),
        ("GET", "/_cluster/health"),
        ("GET", "/_nodes/http"),
        ("GET", "/_nodes/_all/http"),
        ("HEAD", "/_index_template/logs"),
        ("PUT", "/_index_template/logs"),
        ("GET", "/_template/logs"),
        ("GET", "/_ilm/policy/filebeat"),
        ("PUT", "/_ilm/policy/filebeat"),
        ("PUT", "/_ingest/pipeline/p"),
        ("GET", "/_data_stream/logs"),
        ("PUT", "/_component_template/c"),
        ("HEAD", "/app"),
        ("PUT", "/app"),
    ] {
        let told = Ask::new(method, path).header("Content-Length", "0").send(native).await;
        assert_eq!((told.status, told.header("x-elastic-product")), (200, "Elasticsearch"), "{method} {path}");
        let below = house.send(Ask::new(method, &format!("/elasticsearch{path}")).header("Content-Length", "0")).await;
        assert_eq!(below.status, 200, "{method} {path}");
    }
    let nodes = Ask::get("/_nodes/http").send(native).await.json();
    let node = nodes["nodes"].as_object().and_then(|nodes| nodes.values().next()).expect("a node").clone();
    assert_eq!(node["http"]["publish_address"], native.to_string());
}

#[tokio::test]
async fn errors_are_written_as_elasticsearch_writes_them() {
    let house = House::limited(|limits| limits.body_bytes = 1000).await;
    let send = async |ask: Ask| house.send(ask).await;
    assert_error(&send(Ask::post("/elasticsearch/_bulk", "{\"message\":\"lines\"}\n")).await, 400, "illegal_argument_exception");
    let large = Ask::post("/elasticsearch/_bulk", vec![b' '; 1001]);
    assert_error(&send(large).await, 413, "content_too_long_exception");
    let brotli = Ask::post("/elasticsearch/_bulk", BULK).header("Content-Encoding", "br");
    assert_error(&send(brotli).await, 415, "media_type_header_exception");
    assert_error(&send(Ask::get("/elasticsearch/_snapshot")).await, 404, "resource_not_found_exception");
    assert_error(&send(Ask::post("/elasticsearch/app/_doc/%ff", "{}")).await, 400, "illegal_argument_exception");
    let foreign = Ask::post("/elasticsearch/_bulk", BULK).header("Host", "evil.example");
    assert_error(&send(foreign).await, 403, "security_exception");
    assert_eq!(house.taken(), (0, 0, 0));
}

#[tokio::test]
async fn a_full_house_refuses_whole_and_says_when_to_come_again() {
    let house = House::with(|_| {}, |lake| lake.memtable_limit_bytes = 0).await;
    let told = house.send(Ask::post("/elasticsearch/_bulk", BULK)).await;
    assert_error(&told, 429, "es_rejected_execution_exception");
    assert_eq!(told.header("retry-after"), "1");
    assert_eq!(house.taken().0, 0);
}

#[tokio::test]
async fn tokens_come_in_the_forms_of_its_clients() {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    writeln!(file, "a-token-of-some-length").expect("write");
    let house = House::with(|config| config.token_file = Some(file.path().to_owned()), |_| {}).await;
    let check = async |authorization: &str, status: u16| {
        let told = house.send(Ask::post("/elasticsearch/_bulk", BULK).header("Authorization", authorization)).await;
        if status == 200 {
            assert_eq!(told.status, 200, "{authorization}")
        } else {
            assert_error(&told, status, "security_exception")
        }
    };
    check("ApiKey aWQ6YS10b2tlbi1vZi1zb21lLWxlbmd0aA==", 200).await;
    check("ApiKey a-token-of-some-length", 200).await;
    check("Basic ZWxhc3RpYzphLXRva2VuLW9mLXNvbWUtbGVuZ3Ro", 200).await;
    check("Bearer a-token-of-some-length", 200).await;
    check("Basic ZWxhc3RpYzpjaGFuZ2VtZQ==", 401).await;
    check("ApiKey another-token-of-length", 401).await;
    assert_error(&house.send(Ask::get("/elasticsearch/")).await, 401, "security_exception");
}
