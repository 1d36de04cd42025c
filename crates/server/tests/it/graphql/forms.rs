//! GraphQL over HTTP: methods, media types, statuses.

use std::io::Write;

use serde_json::{Value, json};

use super::{error, house, post};
use crate::client::{Ask, Told};
use crate::house::House;

const JSON: &str = "application/json";
const GRAPHQL: &str = "application/graphql-response+json";
const FINE: &str = "{ health { status } }";

fn code(told: &Told) -> String {
    error(told)["extensions"]["code"].as_str().unwrap_or_else(|| panic!("{}", told.text())).to_owned()
}

#[tokio::test]
async fn the_type_of_the_answer_decides_the_status() {
    let house = house().await;
    let check = async |query: &str, accept: &str, status: u16, has_data: bool| {
        let told = house.send(post(query).header("Accept", accept)).await;
        assert_eq!(told.status, status, "{accept} {}", told.text());
        let sent = if accept == GRAPHQL { GRAPHQL } else { JSON };
        assert_eq!(told.header("content-type"), format!("{sent}; charset=utf-8"));
        assert_eq!(told.json().get("data").is_some(), has_data, "{query}: {}", told.text());
    };
    for accept in [GRAPHQL, JSON, "*/*"] {
        let refused = if accept == GRAPHQL { 400 } else { 200 };
        check(FINE, accept, 200, true).await;
        check("{ logs(limit: 0) { complete } }", accept, 200, true).await;
        check("{ health {", accept, refused, false).await;
        check("{ unknown }", accept, refused, false).await;
        check("query($n: Int!) { logs(limit: $n) { complete } }", accept, refused, false).await;
        check("{ a: health { status } b: health { status } ...f } fragment f on Query { ...f }", accept, refused, false).await;
    }
    let told = house.send(post(FINE).header("Accept", "text/html")).await;
    assert_eq!((told.status, code(&told).as_str()), (406, "NOT_ACCEPTABLE"));
}

/// What is wrong is told with a code, and the place, and without what was sent.
#[tokio::test]
async fn mistakes_in_documents() {
    let house = house().await;
    let check = async |body: Value, expected: &str| {
        let told = house.send(Ask::json("/graphql", body).header("Accept", GRAPHQL)).await;
        assert_eq!((told.status, code(&told).as_str()), (400, expected), "{}", told.text());
        assert!(!told.text().contains("hunter2"), "{}", told.text());
        told
    };
    let invalid = "GRAPHQL_VALIDATION_FAILED";
    check(json!({ "query": "{ logs(query: \"hunter2\" { complete } }" }), "GRAPHQL_PARSE_FAILED").await;
    let told = check(json!({ "query": "{ health { state } }" }), invalid).await;
    assert!(error(&told)["message"].as_str().is_some_and(|message| message.contains("status")), "{}", told.text());
    assert_eq!(error(&told)["locations"], json!([{ "line": 1, "column": 12 }]));
    check(json!({ "query": "{ logs(limit: \"hunter2\") { complete } }" }), invalid).await;
    check(json!({ "query": "{ logs(query: 5) { complete } }" }), invalid).await;
    check(json!({ "query": "{ logs }" }), invalid).await;
    check(json!({ "query": "{ logs(hunter: 2) { complete } }" }), invalid).await;
    let variables =
        |variables: Value| json!({ "query": "query($n: Int!) { logs(limit: $n) { complete } }", "variables": variables });
    check(variables(json!({ "n": "hunter2" })), invalid).await;
    check(variables(json!({ "n": 1.5 })), invalid).await;
    check(variables(json!({})), invalid).await;
    let two = "query a { health { status } } query b { health { version } }";
    check(json!({ "query": two }), "OPERATION_NOT_FOUND").await;
    check(json!({ "query": two, "operationName": "c" }), "OPERATION_NOT_FOUND").await;
    let told = house.send(Ask::json("/graphql", json!({ "query": two, "operationName": "b" }))).await;
    assert!(told.json()["data"]["health"]["version"].is_string(), "{}", told.text());
}

#[tokio::test]
async fn requests_that_are_not_well_formed() {
    let house = house().await;
    let check = async |body: &str, status: u16| {
        for accept in [GRAPHQL, JSON] {
            let ask = Ask::post("/graphql", body).header("Content-Type", "application/json").header("Accept", accept);
            let told = house.send(ask).await;
            assert_eq!(told.status, status, "{body}: {}", told.text());
            if status == 200 {
                continue;
            }
            assert_eq!(error(&told)["extensions"]["requestId"], told.header("x-request-id"));
            assert!(!told.text().contains("hunter2"), "{}", told.text());
        }
    };
    check("", 400).await;
    check("hunter2", 400).await;
    check("{\"query\":\"{ health { status } }\",\"query\":\"hunter2\"}", 400).await;
    check("{}", 400).await;
    check("\"{ health { status } }\"", 400).await;
    check("{\"query\":{\"hunter2\":1}}", 400).await;
    check("{\"query\":\"\",\"variables\":\"hunter2\"}", 400).await;
    check("{\"query\":\"\",\"extensions\":[]}", 400).await;
    check("{\"query\":\"\",\"operationName\":5}", 400).await;
    check("{\"query\":\"\",\"hunter2\":5}", 400).await;
    check("[]", 400).await;
    check("[5]", 400).await;
    check(&format!("{{\"query\":\"{}\"}}", " ".repeat((64 << 10) + 1)), 400).await;
    check(&format!("{{\"query\":\"{}\"}}", " ".repeat(1 << 20)), 413).await;
    check("{\"query\":\"{health{status}}\",\"variables\":null,\"operationName\":null,\"extensions\":{\"a\":1}}", 200).await;
}

/// A page in a browser can send forms and plain text anywhere, and links: none of them does anything here.
#[tokio::test]
async fn pages_from_elsewhere_cannot_send() {
    let house = house().await;
    let body = json!({ "query": "mutation { ingest(records: [{a: 1}]) { accepted } }" }).to_string();
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/graphql", ""]
    {
        let told = house.send(Ask::post("/graphql", &body).header("Content-Type", kind)).await;
        assert_eq!((told.status, code(&told).as_str()), (415, "UNSUPPORTED_MEDIA_TYPE"), "{kind}");
    }
    let told = house.send(Ask::post("/graphql", &body)).await;
    assert_eq!(told.status, 415, "no type at all");
    let told = house.send(Ask::post("/graphql", &body).header("Content-Type", "application/json; charset=utf-16")).await;
    assert_eq!(told.status, 415);
    let told = house.send(Ask::get("/graphql?query=mutation%7Bingest(records:[%7Ba:1%7D])%7Baccepted%7D%7D")).await;
    assert_eq!((told.status, told.header("allow"), code(&told).as_str()), (405, "POST", "METHOD_NOT_ALLOWED"));
    let told = house.send(Ask::json("/graphql", json!({ "query": FINE })).header("Origin", "http://elsewhere.example")).await;
    assert_eq!((told.status, code(&told).as_str()), (403, "FORBIDDEN"));
    assert_eq!(house.taken(), (4, 0, 0), "nothing came in");
    let told = house
        .send(
            Ask::post("/graphql", json!({ "query": FINE }).to_string())
                .header("Content-Type", "application/json;charset=\"UTF-8\""),
        )
        .await;
    assert_eq!(told.status, 200);
}

#[tokio::test]
async fn queries_by_url() {
    let house = house().await;
    let told = house.send(Ask::get("/graphql?query=%7B%20health%20%7B%20status%20%7D%20%7D")).await;
    assert_eq!((told.status, told.json()["data"]["health"]["status"].as_str()), (200, Some("OK")), "{}", told.text());
    let named = "/graphql?query=query%20a(%24q:String)%7Blogs(query:%24q)%7Brecords%7Bmessage%7D%7D%7D%20query%20b%7Bhealth%7Bstatus%7D%7D&operationName=a";
    let told = house.send(Ask::get(&format!("{named}&variables=%7B%22q%22:%22late%22%7D"))).await;
    assert_eq!(told.json()["data"]["logs"]["records"], json!([{ "message": "late" }]), "{}", told.text());
    for wrong in
        ["", "?query=", "?quer=x", "?query=%7Bhealth%7Bstatus%7D%7D&variables=5", "?query=%7Bhealth%7Bstatus%7D%7D&variables=%7B"]
    {
        let told = house.send(Ask::get(&format!("/graphql{wrong}"))).await;
        assert_eq!((told.status, code(&told).as_str()), (400, "BAD_REQUEST"), "{wrong}");
    }
    let told = house.send(Ask::new("DELETE", "/graphql")).await;
    assert_eq!(told.status, 405);
    assert_eq!(code(&told), "METHOD_NOT_ALLOWED");
}

#[tokio::test]
async fn requests_in_an_array_are_answered_in_an_array() {
    let house = house().await;
    let many = json!([{ "query": FINE }, { "query": "{ nothing }" }, { "query": "{ logs(limit: 0) { complete } }" }]);
    for accept in [JSON, GRAPHQL] {
        let told = house.send(Ask::json("/graphql", many.clone()).header("Accept", accept)).await;
        let answers = told.json();
        assert_eq!((told.status, answers.as_array().map(Vec::len)), (200, Some(3)), "{answers}");
        assert_eq!(answers[0], json!({ "data": { "health": { "status": "OK" } } }));
        assert_eq!(
            (answers[1].get("data"), &answers[1]["errors"][0]["extensions"]["code"]),
            (None, &json!("GRAPHQL_VALIDATION_FAILED"))
        );
        assert_eq!(answers[2]["data"], json!({ "logs": null }));
    }
}

#[tokio::test]
async fn the_schema_is_told_to_people_and_to_tools() {
    let house = house().await;
    let told = house.send(Ask::get("/graphql/schema")).await;
    assert_eq!((told.status, told.header("content-type")), (200, "text/plain; charset=utf-8"));
    assert!(told.text().contains("type Query {") && told.text().contains("ingest("), "{}", told.text());
    let told = house.send(post("{ __schema { queryType { name } mutationType { name } subscriptionType { name } } __type(name: \"LogRecord\") { description } }")).await;
    let schema = &told.json()["data"];
    assert_eq!(schema["__schema"]["subscriptionType"]["name"], "Subscription", "{schema}");
    assert_eq!(schema["__type"]["description"], "A log record.");
}

/// With tokens nobody learns anything without one, the schema included.
#[tokio::test]
async fn tokens_stand_before_everything() {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    writeln!(file, "a-token-of-some-length").expect("write");
    let house = House::with(|config| config.token_file = Some(file.path().to_owned()), |_| {}).await;
    let schema = post("{ __schema { queryType { name } } }");
    for ask in
        [schema.clone(), post(FINE), Ask::get("/graphql?query=%7Bhealth%7Bstatus%7D%7D"), post(FINE).header("Accept", GRAPHQL)]
    {
        let told = house.send(ask).await;
        assert_eq!((told.status, code(&told).as_str()), (401, "UNAUTHORIZED"));
        assert!(told.header("www-authenticate").starts_with("Bearer"));
        assert!(told.json().get("data").is_none());
    }
    assert_eq!(house.send(Ask::get("/graphql/schema")).await.status, 401);
    let told = house.send(schema.header("Authorization", "Bearer a-token-of-some-length")).await;
    assert_eq!(told.json()["data"]["__schema"]["queryType"]["name"], "Query");
}
