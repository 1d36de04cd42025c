use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{error, post};
use crate::client::Ask;
use crate::house::House;

/// A subscription, read line by line.
struct Events {
    lines: tokio::io::Lines<BufReader<TcpStream>>,
}

impl Events {
    async fn open(house: &House, query: &str) -> Events {
        let mut stream = TcpStream::connect(house.address).await.expect("connect");
        let ask = post(query).header("Accept", "text/event-stream");
        stream.write_all(&ask.bytes(house.address)).await.expect("write");
        let mut events = Events { lines: BufReader::new(stream).lines() };
        assert_eq!(events.until("HTTP/1.1 ").await.as_deref(), Some("HTTP/1.1 200 OK"));
        events.until(":").await.expect("a sign that it is open");
        events
    }

    /// The next line that begins so; none when the stream has ended.
    async fn until(&mut self, start: &str) -> Option<String> {
        let next = async {
            while let Some(line) = self.lines.next_line().await.expect("read") {
                if line.starts_with(start) {
                    return Some(line);
                }
            }
            None
        };
        timeout(Duration::from_secs(10), next).await.expect("it fell silent")
    }

    /// The next event and its data.
    async fn next(&mut self) -> (String, Value) {
        let event = self.until("event: ").await.expect("an event")["event: ".len()..].to_owned();
        let data = self.until("data:").await.expect("data");
        (event, serde_json::from_str(data["data:".len()..].trim_start()).unwrap_or(Value::Null))
    }
}

#[tokio::test]
async fn records_are_followed_as_they_come() {
    let mut house = House::new().await;
    let query = "subscription { tail(query: \"severity:>=error\", source: \"api\") { record { recordId message severity n: field(name: \"n\") } droppedRecords } }";
    let mut events = Events::open(&house, query).await;
    house.ingest("{\"message\":\"a\",\"level\":\"info\",\"source\":\"api\"}\n{\"message\":\"b\\nc\",\"level\":\"error\",\"source\":\"api\",\"n\":5}\n").await;
    let (event, result) = events.next().await;
    let record = &result["data"]["tail"]["record"];
    assert_eq!(
        (event.as_str(), &record["message"], &record["severity"], &record["n"]),
        ("next", &json!("b\nc"), &json!("ERROR"), &json!(5))
    );
    assert_eq!(result["data"]["tail"]["droppedRecords"], 0);
    let found = house.send(Ask::json("/search", json!({"query": "b"}))).await.json();
    assert_eq!(record["recordId"], found["results"][0]["id"], "the id is the stored one");
    timeout(Duration::from_secs(5), house.stopped()).await.expect("ends within its time");
    assert_eq!(events.next().await, ("complete".to_owned(), Value::Null));
    assert_eq!(events.until("event").await, None);
}

#[tokio::test]
async fn a_quiet_subscription_shows_signs_of_life() {
    let house = House::limited(|limits| limits.tail_heartbeat = Duration::from_millis(20)).await;
    let mut events = Events::open(&house, "subscription { tail { droppedRecords } }").await;
    for _ in 0..3 {
        assert_eq!(events.until(":").await.as_deref(), Some(":"));
    }
}

#[tokio::test]
async fn subscriptions_are_bounded_like_tails() {
    let house = House::limited(|limits| limits.tails = 1).await;
    let tail = "subscription { tail { droppedRecords } }";
    let first = Events::open(&house, tail).await;
    let mut second = Events::open(&house, tail).await;
    let (event, refused) = second.next().await;
    assert_eq!(
        (event.as_str(), &refused["errors"][0]["extensions"]["code"]),
        ("next", &json!("SERVICE_UNAVAILABLE")),
        "{refused}"
    );
    assert_eq!(second.next().await.0, "complete");
    assert_eq!(house.send(Ask::get("/api/v1/tail")).await.status, 503, "one bound for both doors");
    drop(first);
    let again = async {
        while house.send(Ask::new("HEAD", "/api/v1/tail")).await.status == 503 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(5), again).await.expect("the place is free again");
}

#[tokio::test]
async fn other_operations_come_as_events_too() {
    let house = House::new().await;
    let check = async |query: &str| {
        let told = house.send(post(query).header("Accept", "text/event-stream")).await;
        assert_eq!((told.status, told.header("content-type")), (200, "text/event-stream; charset=utf-8"), "{query}");
        let text = told.text().to_owned();
        let body = text.strip_prefix("event: next\ndata: ").and_then(|rest| rest.strip_suffix("\n\nevent: complete\ndata:\n\n"));
        serde_json::from_str::<Value>(body.unwrap_or_else(|| panic!("{text}"))).expect("JSON")
    };
    assert_eq!(check("{ health { status } }").await["data"]["health"]["status"], "OK");
    assert_eq!(check("{ health {").await["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    assert_eq!(check("subscription { tail { } }").await["errors"][0]["extensions"]["code"], "GRAPHQL_PARSE_FAILED");
    let mut wrong = Events::open(&house, "subscription { tail(query: \"severity:wran\") { droppedRecords } }").await;
    assert_eq!(wrong.next().await.1["errors"][0]["extensions"]["faults"][0]["argument"], "query");
    let mut wrong = Events::open(&house, "subscription { nothing }").await;
    assert_eq!(wrong.next().await.1["errors"][0]["extensions"]["code"], "GRAPHQL_VALIDATION_FAILED");
}

#[tokio::test]
async fn subscriptions_come_as_events_only() {
    let house = House::new().await;
    let tail = json!({ "query": "subscription { tail { droppedRecords } }" });
    for body in [tail.clone(), json!([tail.clone()])] {
        let told = house.send(Ask::json("/graphql", body)).await;
        assert_eq!((told.status, error(&told)["extensions"]["code"].as_str()), (406, Some("NOT_ACCEPTABLE")));
        assert!(error(&told)["extensions"]["hint"].as_str().is_some_and(|hint| hint.contains("text/event-stream")));
    }
    let told = house.send(Ask::json("/graphql", json!([tail])).header("Accept", "text/event-stream")).await;
    assert_eq!(told.status, 400);
}
