use serde_json::json;

use crate::client::Ask;
use crate::house::House;

#[tokio::test]
async fn health_is_told_part_by_part() {
    let house = House::new().await;
    assert_eq!(house.send(Ask::get("/livez")).await.text(), "ok\n");
    assert_eq!(house.send(Ask::get("/readyz")).await.text(), "ready\n");
    let told = house.send(Ask::get("/healthz")).await.json();
    assert_eq!(told["status"], "ok");
    let names: Vec<&str> = told["parts"].as_array().expect("parts").iter().filter_map(|part| part["name"].as_str()).collect();
    assert_eq!(names, ["server", "ingest", "questions", "lake"]);
    house.lake.close().await.expect("close");
    let told = house.send(Ask::get("/healthz")).await.json();
    assert_eq!((&told["status"], &told["parts"][3]["reason"]), (&json!("failed"), &json!("closed")));
    house.send(Ask::get("/readyz")).await.assert_problem(503);
    assert_eq!(house.send(Ask::get("/livez")).await.status, 200);
    house.send(Ask::post("/api/v1/ingest", "{\"message\":\"x\"}")).await.assert_problem(503);
}

#[tokio::test]
async fn metrics_count_what_happened_and_show_no_content() {
    let house = House::new().await;
    house.ingest("{\"message\":\"hello s3cr3t\"}\n{\"mess\n").await;
    house.send(Ask::json("/search", json!({"query": "s3cr3t"}))).await;
    house.send(Ask::get("/s3cr3t")).await;
    house.send(Ask::new("S3CR3T", "/livez")).await;
    let told = house.send(Ask::get("/metrics")).await;
    assert_eq!(told.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = told.text();
    let check = |line: &str| assert!(text.lines().any(|found| found == line), "{line} is missing in\n{text}");
    check("dendro_ingest_records_total 2");
    check("dendro_ingest_quarantined_total 1");
    check("dendro_http_requests_total{route=\"/search\",method=\"POST\",status=\"200\"} 1");
    check("dendro_http_requests_total{route=\"other\",method=\"GET\",status=\"404\"} 1");
    check("dendro_http_requests_total{route=\"/livez\",method=\"other\",status=\"405\"} 1");
    assert!(!text.to_lowercase().contains("s3cr3t"));
}

#[tokio::test]
async fn the_way_on_is_shown() {
    let house = House::new().await;
    let told = house.send(Ask::get("/")).await.json();
    let path = told["openapi"].as_str().expect("path").to_owned();
    let described = house.send(Ask::get(&path)).await.json();
    assert_eq!(described, serde_json::from_str::<serde_json::Value>(&server::openapi_document()).expect("JSON"));
    let head = house.send(Ask::new("HEAD", "/")).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
}
