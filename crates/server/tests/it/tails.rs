use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Ask;
use crate::house::House;

/// A live tail, read line by line.
struct Tail {
    lines: tokio::io::Lines<BufReader<TcpStream>>,
}

impl Tail {
    /// Opens a tail and waits until it is open.
    async fn open(house: &House, query: &str) -> Tail {
        let mut stream = TcpStream::connect(house.address).await.expect("connect");
        let ask = Ask::get(&format!("/api/v1/tail{query}"));
        stream.write_all(&ask.bytes(house.address)).await.expect("write");
        let mut tail = Tail { lines: BufReader::new(stream).lines() };
        tail.until(": tail").await;
        tail
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
        timeout(Duration::from_secs(10), next).await.expect("the tail fell silent")
    }

    async fn next(&mut self) -> Value {
        let line = self.until("data: ").await.expect("an event");
        serde_json::from_str(&line["data: ".len()..]).expect("JSON")
    }
}

#[tokio::test]
async fn records_are_followed_as_they_come() {
    let house = House::new().await;
    let mut errors = Tail::open(&house, "?query=severity:%3E%3Derror").await;
    let mut api = Tail::open(&house, "?source=api").await;
    house
        .ingest(
            "{\"message\":\"a\",\"level\":\"info\",\"source\":\"api\"}\n{\"message\":\"b\",\"level\":\"error\",\"status\":500}\n",
        )
        .await;
    house.ingest("{\"message\":\"c\",\"level\":\"fatal\",\"source\":\"api\"}\n").await;
    let (b, c) = (errors.next().await, errors.next().await);
    assert_eq!((&b["message"], &b["severity"], &b["status"]), (&"b".into(), &"ERROR".into(), &500.into()));
    assert_eq!(c["message"], "c");
    assert_eq!((api.next().await["message"].clone(), api.next().await["message"].clone()), ("a".into(), "c".into()));
    let found = house.send(Ask::json("/search", serde_json::json!({"query": "b"}))).await.json();
    assert_eq!(b["record_id"], found["results"][0]["id"], "the id is the stored one");
}

#[tokio::test]
async fn a_quiet_tail_shows_signs_of_life() {
    let house = House::limited(|limits| limits.tail_heartbeat = Duration::from_millis(20)).await;
    let mut tail = Tail::open(&house, "").await;
    assert!(tail.until(": still here").await.is_some());
}

#[tokio::test]
async fn a_slow_reader_is_told_how_many_it_missed() {
    let house = House::limited(|limits| limits.tail_queue_records = 10).await;
    let mut tail = Tail::open(&house, "").await;
    // More than the sockets hold, in batches the server looks at while the reader sleeps.
    let line = format!("{{\"message\":\"{}\"}}\n", "x".repeat(1000));
    let sent = 20 * 1000;
    for _ in 0..20 {
        house.ingest(&line.repeat(1000)).await;
    }
    let (mut got, mut missed) = (0, 0);
    while got + missed < sent {
        let event = tail.next().await;
        missed += event["records"].as_u64().unwrap_or(0);
        got += u64::from(event["message"].is_string());
        if got + missed + 2000 > sent {
            // What was left out last is told with the next record that gets through.
            house.ingest("{\"message\":\"one more\"}\n").await;
        }
        if event["message"] == "one more" {
            break;
        }
    }
    assert!(missed > 0 && got > 10, "{got} {missed}");
}

#[tokio::test]
async fn tails_are_bounded_and_give_their_place_back() {
    let house = House::limited(|limits| limits.tails = 1).await;
    let first = Tail::open(&house, "").await;
    house.send(Ask::get("/api/v1/tail")).await.assert_problem(503);
    drop(first);
    // The server notices when it next writes, or at once when it reads the end of the connection.
    let reopened = timeout(Duration::from_secs(5), async {
        while house.send(Ask::new("HEAD", "/api/v1/tail")).await.status == 503 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    reopened.await.expect("the place is free again");
}

#[tokio::test]
async fn shutting_down_ends_tails_and_finishes_requests() {
    let mut house = House::new().await;
    let mut tail = Tail::open(&house, "").await;
    let address = house.address;
    let slow = tokio::spawn(async move { Ask::json("/api/v1/sql", serde_json::json!({"query": "slow"})).send(address).await });
    tokio::time::sleep(Duration::from_millis(50)).await;
    timeout(Duration::from_secs(5), house.stopped()).await.expect("ends within its time");
    assert_eq!(slow.await.expect("slow").status, 200);
    assert_eq!(tail.until("data: ").await, None);
    assert!(TcpStream::connect(address).await.is_err());
}
