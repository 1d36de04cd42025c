use serde_json::json;
use server::{Dialect, Port};

use crate::client::Ask;
use crate::house::House;

const PUSH: &str = r#"{"streams":[{"stream":{"app":"shop"},"values":[["1770505200123000000","one"],["1770505200124000000","two",{"user":"u"}]]}]}"#;

fn push(path: &str, body: &str) -> Ask {
    Ask::post(path, body).header("Content-Type", "application/json")
}

/// `streams { labels: "{app=\"shop\"}" entries { timestamp { seconds: 1770505200 nanos: 5 } line: "three" } }`
fn binary() -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8][..], bytes].concat();
    let time = [0x08, 0xf0, 0x87, 0x9f, 0xcc, 0x06, 0x10, 5];
    let entry = [field(1, &time), field(2, b"three")].concat();
    field(1, &[field(1, b"{app=\"shop\"}"), field(2, &entry)].concat())
}

fn snappy(plain: &[u8]) -> Vec<u8> {
    snap::raw::Encoder::new().compress_vec(plain).expect("snappy")
}

#[tokio::test]
async fn pushes_are_taken_in_both_forms_once() {
    let port = Port { dialect: Dialect::Loki, address: ([127, 0, 0, 1], 0).into() };
    let house = House::with(|config| config.ports = vec![port], |_| {}).await;
    for _ in 0..2 {
        let told = house.send(push("/loki/api/v1/push", PUSH)).await;
        assert_eq!((told.status, told.body.len()), (204, 0), "{}", told.text());
        let told = push("/api/prom/push", PUSH).send(house.ports[0].address).await;
        assert_eq!(told.status, 204);
        let binary = Ask::post("/loki/api/v1/push", snappy(&binary())).header("Content-Type", "application/x-protobuf");
        assert_eq!(house.send(binary).await.status, 204);
    }
    assert_eq!(house.taken(), (3, 0, 4));
    let found = house.send(Ask::json("/search", json!({"query": "source:shop three"}))).await.json();
    assert_eq!(found["results"][0]["message"], "three");
    assert_eq!(house.send(Ask::get("/ready")).await.status, 200);
}

#[tokio::test]
async fn errors_are_plain_text() {
    let house = House::new().await;
    let check = async |ask: Ask, status: u16, words: &str| {
        let told = house.send(ask).await;
        assert_eq!((told.status, told.header("content-type")), (status, "text/plain; charset=utf-8"), "{}", told.text());
        assert!(told.text().starts_with(words), "{}", told.text());
    };
    let protobuf = |body: Vec<u8>| Ask::post("/loki/api/v1/push", body).header("Content-Type", "application/x-protobuf");
    check(push("/loki/api/v1/push", "{\"streams\":7}"), 400, "byte 11 of the body: expected Loki's").await;
    check(protobuf(binary()), 400, "the body is not a block of snappy").await;
    check(protobuf(snappy(b"\x0a\x7f")), 400, "byte 2 of the body").await;
    // A block that says that it holds four gigabytes.
    check(protobuf(vec![0xff, 0xff, 0xff, 0xff, 0x0f, 0]), 413, "the body decompresses to more than").await;
    check(Ask::post("/loki/api/v1/push", PUSH).header("Content-Type", "text/plain"), 415, "this Content-Type").await;
    check(Ask::get("/loki/api/v1/push"), 405, "this path has other methods").await;
    assert_eq!(house.taken(), (0, 0, 0));
    let house = House::with(|_| {}, |lake| lake.memtable_limit_bytes = 0).await;
    let told = house.send(push("/loki/api/v1/push", PUSH)).await;
    assert_eq!((told.status, told.header("retry-after")), (429, "1"));
}
