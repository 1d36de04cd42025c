use serde_json::{Value, json};

use super::{error, house, post};
use crate::client::{Ask, Told};
use crate::house::House;

const INGEST: &str = "mutation($records: [JSON!]!, $source: String, $key: ID) { ingest(records: $records, source: $source, idempotencyKey: $key) { accepted quarantined dropped filtered sampledOut duplicate } }";

async fn ingest(house: &House, variables: Value) -> Told {
    house.send(Ask::json("/graphql", json!({ "query": INGEST, "variables": variables }))).await
}

#[tokio::test]
async fn records_go_the_way_of_all_records() {
    let mut house = House::new().await;
    let records = json!([
        { "message": "card 4111 1111 1111 1111", "level": "warn", "n": 9_007_199_254_740_993_u64, "x": 0.1, "tags": ["a", { "b": null }] },
        { "message": "second", "service": "own" },
    ]);
    let told = ingest(&house, json!({ "records": records, "source": "from-graphql" })).await;
    let expected = json!({ "accepted": 2, "quarantined": 0, "dropped": 0, "filtered": 0, "sampledOut": 0, "duplicate": false });
    assert_eq!(told.json()["data"]["ingest"], expected, "{}", told.text());
    assert_eq!(house.taken(), (2, 0, 0));
    let text = house.stored_text();
    assert!(!text.contains("4111"), "privacy stands before the disk: {text}");
    let rows = house.send(Ask::json("/api/v1/query", json!({ "query": "card OR second" }))).await.json()["rows"].clone();
    let of = |message: &str| {
        rows.as_array()
            .and_then(|rows| rows.iter().find(|row| row["message"].as_str().is_some_and(|text| text.starts_with(message))))
            .cloned()
            .expect("a row")
    };
    let (card, second) = (of("card"), of("second"));
    assert_eq!((&card["source"], &card["severity"], &card["x"]), (&json!("from-graphql"), &json!("WARN"), &json!(0.1)));
    assert_eq!(card["n"], 9_007_199_254_740_993_u64, "not as a float");
    assert_eq!(second["source"], "own");
    let literal = post("mutation { ingest(records: [{message: \"third\", level: \"error\"}]) { accepted } }");
    assert_eq!(house.send(literal).await.json()["data"]["ingest"]["accepted"], 1);
}

#[tokio::test]
async fn a_key_makes_it_happen_once() {
    let house = House::new().await;
    let send = async |message: &str, key: &str| ingest(&house, json!({ "records": [{ "message": message }], "key": key })).await;
    assert_eq!(send("a", "k1").await.json()["data"]["ingest"]["duplicate"], false);
    assert_eq!(send("a", "k1").await.json()["data"]["ingest"]["duplicate"], true);
    assert_eq!(send("a", "k2").await.json()["data"]["ingest"]["duplicate"], false);
    assert_eq!(house.taken(), (2, 0, 1));
    let other = error(&send("b", "k1").await);
    assert_eq!(
        (&other["extensions"]["code"], &other["extensions"]["status"]),
        (&json!("UNPROCESSABLE_ENTITY"), &json!(422)),
        "{other}"
    );
    assert!(other["extensions"]["hint"].is_string());
    let bad = error(&send("b", "two words").await);
    assert_eq!(bad["extensions"]["code"], "BAD_REQUEST");
    let in_header =
        Ask::json("/graphql", json!({ "query": "mutation { ingest(records: []) { accepted } }" })).header("Idempotency-Key", "k");
    let told = house.send(in_header).await;
    assert_eq!((told.status, error(&told)["extensions"]["code"].as_str()), (400, Some("BAD_REQUEST")));
    // The same key at the other door is the same key, and the same records are the same body.
    let rest = Ask::post("/api/v1/ingest", "{\"message\":\"a\"}\n").header("Idempotency-Key", "k2");
    assert_eq!(house.send(rest).await.json()["duplicate"], true);
}

#[tokio::test]
async fn what_cannot_be_stored_is_refused_whole() {
    let full = House::with(|_| {}, |lake| lake.memtable_limit_bytes = 0).await;
    let told = ingest(&full, json!({ "records": [{ "message": "hunter2" }] })).await;
    let refused = error(&told);
    assert_eq!((told.status, &told.json()["data"]), (200, &json!({ "ingest": null })));
    let extensions = &refused["extensions"];
    assert_eq!((&extensions["code"], &extensions["status"]), (&json!("TOO_MANY_REQUESTS"), &json!(429)), "{refused}");
    assert_eq!(extensions["retryAfterSeconds"], 1);
    assert!(!told.text().contains("hunter2"));
    let house = house().await;
    let told = ingest(&house, json!({ "records": [{ "message": "fine" }, "hunter2"] })).await;
    assert_eq!(error(&told)["extensions"]["code"], "BAD_REQUEST");
    assert!(!told.text().contains("hunter2"), "{}", told.text());
    let told = ingest(&house, json!({ "records": [], "source": "x".repeat(257) })).await;
    assert_eq!(error(&told)["extensions"]["faults"][0]["argument"], "source");
    assert_eq!(house.taken(), (4, 0, 0), "nothing of it is there");
    assert_eq!(ingest(&house, json!({ "records": [] })).await.json()["data"]["ingest"]["accepted"], 0);
}
