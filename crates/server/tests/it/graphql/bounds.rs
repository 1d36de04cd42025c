//! What a document may cost, each bound over HTTP. Where exactly they lie is tested in the crate.

use std::time::Duration;

use serde_json::json;

use super::{error, house, post};
use crate::client::Ask;
use crate::house::House;

#[tokio::test]
async fn documents_that_cost_too_much_are_refused() {
    let house = house().await;
    let check = async |document: String, expected: &str| {
        let told = house.send(post(&document).header("Accept", "application/graphql-response+json")).await;
        let error = error(&told);
        assert_eq!((told.status, error["extensions"]["code"].as_str()), (400, Some(expected)), "{error}");
        assert!(told.json().get("data").is_none());
        assert!(error["locations"][0]["column"].is_u64(), "{error}");
    };
    let aliases = (0..1000).map(|n| format!("a{n}: health {{ status }} ")).collect::<String>();
    check(format!("{{ {} x {} }}", "health {".repeat(20), "}".repeat(20)), "QUERY_TOO_DEEP").await;
    check(format!("{{ {aliases} }}"), "TOO_MANY_ALIASES").await;
    check("{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }".to_owned(), "FRAGMENT_CYCLE").await;
    check("{ logs(limit: 1000) { records { message source } } }".to_owned(), "QUERY_TOO_COMPLEX").await;
    check("{".repeat(60_000), "DOCUMENT_TOO_LARGE").await;
    check(format!("{{ logs(query: {}) {{ complete }} }}", "[".repeat(60_000)), "DOCUMENT_TOO_LARGE").await;
}

#[tokio::test]
async fn arrays_hold_ten_requests() {
    let house = house().await;
    let many = |count: usize| Ask::json("/graphql", json!(vec![json!({ "query": "{ health { status } }" }); count]));
    assert_eq!(house.send(many(10)).await.json().as_array().map(Vec::len), Some(10));
    let told = house.send(many(11)).await;
    assert_eq!((told.status, error(&told)["extensions"]["code"].as_str()), (400, Some("BAD_REQUEST")));
}

#[tokio::test]
async fn all_of_a_request_has_one_time() {
    let house = House::limited(|limits| limits.graphql_time = Duration::from_millis(100)).await;
    let told = house.send(post("{ sql(query: \"for ever\") { complete } }")).await;
    let one = error(&told);
    assert_eq!(one["extensions"]["code"], "TIMEOUT");
    assert!(one["message"].as_str().is_some_and(|message| message.contains("100ms")), "{one}");
    let ever = json!({ "query": "{ sql(query: \"for ever\") { complete } }" });
    let told = house.send(Ask::json("/graphql", json!([ever, { "query": "{ health { status } }" }]))).await;
    let answers = told.json();
    assert_eq!(answers[0]["errors"][0]["extensions"]["code"], "TIMEOUT", "{answers}");
}

/// A request takes two turns at the engine, whatever it asks for: the third is left to others, who would otherwise be refused.
#[tokio::test]
async fn one_request_does_not_take_all_turns() {
    let house = House::limited(|limits| {
        limits.questions = 3;
        limits.question_wait = Duration::from_millis(10);
        limits.graphql_time = Duration::from_secs(60);
    })
    .await;
    let slow = (0..6).map(|n| format!("a{n}: sql(query: \"slow\") {{ complete }} ")).collect::<String>();
    let (address, many) = (house.address, post(&format!("{{ {slow} }}")));
    let many = tokio::spawn(async move { many.send(address).await });
    while house.metric("dendro_questions_in_flight").await < 2.0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    for _ in 0..5 {
        assert_eq!(house.send(Ask::json("/api/v1/sql", json!({ "query": "1" }))).await.status, 200);
    }
    let told = many.await.expect("an answer").json();
    assert_eq!(told["errors"], serde_json::Value::Null, "its own wait for each other: {told}");
}
