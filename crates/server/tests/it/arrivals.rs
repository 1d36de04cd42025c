use std::io::Write;

use serde_json::json;

use crate::client::Ask;
use crate::house::House;

const LINES: &str = "{\"message\":\"one\"}\n{\"message\":\"two\"}\n";

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("gzip");
    encoder.finish().expect("gzip")
}

#[tokio::test]
async fn records_are_counted_and_bad_ones_spoil_nothing() {
    let house = House::new().await;
    let check = async |body: &str, accepted: u64, quarantined: u64| {
        let told = house.send(Ask::post("/api/v1/ingest?format=json", body)).await;
        let expected = json!({"accepted": accepted, "quarantined": quarantined, "duplicate": false});
        assert_eq!((told.status, told.json()), (200, expected), "{body}");
    };
    check(LINES, 2, 0).await;
    check("", 0, 0).await;
    check("\n\n", 0, 0).await;
    check("{\"message\":\"good\"}\n{\"mess\n{\"message\":\"good\"}", 3, 1).await;
}

#[tokio::test]
async fn bodies_come_encoded() {
    let house = House::new().await;
    let zstd = zstd::encode_all(LINES.as_bytes(), 1).expect("zstd");
    for (encoding, body) in [("gzip", gzip(LINES.as_bytes())), ("zstd", zstd), ("identity", LINES.into())] {
        let told = house.send(Ask::post("/api/v1/ingest", body).header("Content-Encoding", encoding)).await;
        assert_eq!((told.status, &told.json()["accepted"]), (200, &json!(2)), "{encoding}");
    }
    let chunked = format!("{:x}\r\n{}\r\n{:x}\r\n{}\r\n0\r\n\r\n", 10, &LINES[..10], LINES.len() - 10, &LINES[10..]);
    let told = house.send(Ask::post("/api/v1/ingest", chunked).header("Transfer-Encoding", "chunked")).await;
    assert_eq!((told.status, &told.json()["accepted"]), (200, &json!(2)));
}

#[tokio::test]
async fn the_url_names_the_source_of_records_that_do_not() {
    let house = House::new().await;
    house.send(Ask::post("/api/v1/ingest?source=api%20one", "{\"message\":\"hello\"}")).await;
    let told = house.send(Ask::json("/search", json!({"query": "hello"}))).await;
    assert_eq!(told.json()["results"][0]["source"], "api one");
}

#[tokio::test]
async fn a_repeated_request_is_stored_once() {
    let house = House::new().await;
    let send = async |key: &str, body: &str| house.send(Ask::post("/api/v1/ingest", body).header("Idempotency-Key", key)).await;
    let first = send("k-1", LINES).await;
    assert_eq!(first.json(), json!({"accepted": 2, "quarantined": 0, "duplicate": false}));
    let again = send("k-1", LINES).await;
    assert_eq!(again.json(), json!({"accepted": 2, "quarantined": 0, "duplicate": true}));
    assert_eq!(send("k-2", LINES).await.json()["duplicate"], false, "twins under another key are kept");
    let other = send("k-1", "{\"message\":\"three\"}").await;
    other.assert_problem(422);
    let told = house.send(Ask::json("/search", json!({"query": "one"}))).await;
    assert_eq!(told.json()["count"], 2);
}

#[tokio::test]
async fn a_repeated_request_is_known_however_it_is_encoded() {
    let house = House::new().await;
    let ask = |body: Vec<u8>| Ask::post("/api/v1/ingest", body).header("Idempotency-Key", "k");
    assert_eq!(house.send(ask(LINES.into())).await.json()["duplicate"], false);
    let again = house.send(ask(gzip(LINES.as_bytes())).header("Content-Encoding", "gzip")).await;
    assert_eq!(again.json()["duplicate"], true);
}

#[tokio::test]
async fn large_bodies_are_decoded_on_another_thread() {
    let house = House::new().await;
    let body = "{\"message\":\"a record of some length\"}\n".repeat(5_000);
    let told = house.send(Ask::post("/api/v1/ingest", body)).await;
    assert_eq!((told.status, &told.json()["accepted"]), (200, &json!(5_000)));
}
