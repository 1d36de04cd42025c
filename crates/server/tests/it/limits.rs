use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::client::{Ask, parse, raw};
use crate::house::House;

/// A body of one record, of so many bytes.
fn body(len: usize) -> String {
    let frame = "{\"message\":\"\"}".len();
    format!("{{\"message\":\"{}\"}}", "x".repeat(len - frame))
}

#[tokio::test]
async fn bodies_at_the_limit_and_one_beyond() {
    let house = House::limited(|limits| {
        limits.body_bytes = 1000;
        limits.decompressed_bytes = 2000;
        limits.question_bytes = 500;
    })
    .await;
    let check = async |ask: Ask, status: u16| {
        let told = house.send(ask).await;
        if status == 200 { assert_eq!(told.status, 200, "{}", told.text()) } else { told.assert_problem(status) }
    };
    let ingest = |body: Vec<u8>| Ask::post("/api/v1/ingest", body);
    check(ingest(body(1000).into()), 200).await;
    check(ingest(body(1001).into()), 413).await;
    let zstd = |len| ingest(zstd::encode_all(body(len).as_bytes(), 1).expect("zstd")).header("Content-Encoding", "zstd");
    check(zstd(2000), 200).await;
    check(zstd(2001), 413).await;
    let chunked =
        |len: usize| ingest(format!("{len:x}\r\n{}\r\n0\r\n\r\n", body(len)).into()).header("Transfer-Encoding", "chunked");
    check(chunked(1000), 200).await;
    check(chunked(1001), 413).await;
    let question = |len: usize| format!("{:<len$}", "{\"query\":\"1\"}");
    check(Ask::post("/api/v1/sql", question(500)), 200).await;
    check(Ask::post("/api/v1/sql", question(501)), 413).await;
}

#[tokio::test]
async fn a_bomb_is_refused() {
    let house = House::new().await;
    let bomb = zstd::encode_all(&vec![b' '; 32 << 20][..], 1).expect("zstd");
    assert!(bomb.len() < 100 << 10);
    house.send(Ask::post("/api/v1/ingest", bomb).header("Content-Encoding", "zstd")).await.assert_problem(413);
}

#[tokio::test]
async fn the_refusal_of_a_large_body_arrives() {
    let house = House::limited(|limits| limits.body_bytes = 1000).await;
    // Much more than fits the buffers of both ends: the client is still sending when it is refused.
    let told = house.send(Ask::post("/api/v1/ingest", vec![b'x'; 8 << 20])).await;
    told.assert_problem(413);
}

#[tokio::test]
async fn urls_and_headers_at_the_limit_and_one_beyond() {
    let house = House::limited(|limits| {
        limits.url_bytes = 1000;
        limits.head_bytes = 4000;
    })
    .await;
    let url = |len: usize| Ask::get(&format!("/livez?{}", "x".repeat(len - "/livez?".len())));
    assert_eq!(house.send(url(1000)).await.status, 200);
    house.send(url(1001)).await.assert_problem(414);
    let head = |len: usize| {
        let bare = Ask::get("/livez").header("X", "").bytes(house.address).len();
        Ask::get("/livez").header("X", &"x".repeat(len - bare))
    };
    assert_eq!(house.send(head(4000)).await.status, 200);
    house.send(head(4001)).await.assert_problem(431);
    let many = (0..120).fold(Ask::get("/livez"), |ask, index| ask.header(&format!("h{index}"), "x"));
    house.send(many).await.assert_problem(431);
    let endless = [b"GET /livez HTTP/1.1\r\nX: ".as_slice(), &vec![b'x'; 1 << 20]].concat();
    raw(house.address, &endless).await.assert_problem(431);
    let long_url = [b"GET /".as_slice(), &vec![b'x'; 70_000], b" HTTP/1.1\r\nHost: localhost\r\n\r\n"].concat();
    let told = raw(house.address, &long_url).await;
    told.assert_problem(if told.status == 414 { 414 } else { 431 });
}

/// Sends a part of a request, then nothing more.
async fn stall(house: &House, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(house.address).await.expect("connect");
    stream.write_all(bytes).await.expect("write");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("read");
    answer
}

#[tokio::test]
async fn a_client_that_stalls_is_given_up() {
    let house = House::limited(|limits| {
        limits.head_timeout = Duration::from_millis(100);
        limits.body_idle = Duration::from_millis(100);
    })
    .await;
    parse(&stall(&house, b"GET /livez HTT").await).assert_problem(408);
    let head = b"POST /api/v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{\"mess";
    parse(&stall(&house, head).await).assert_problem(408);
    assert!(stall(&house, b"").await.is_empty(), "who says nothing is told nothing");
}

#[tokio::test]
async fn a_trickle_is_given_up() {
    let house = House::limited(|limits| {
        limits.body_grace = Duration::from_millis(100);
        limits.body_rate = 1000;
    })
    .await;
    let mut stream = TcpStream::connect(house.address).await.expect("connect");
    let head = b"POST /api/v1/ingest HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n";
    stream.write_all(head).await.expect("write");
    let (mut read, mut write) = stream.into_split();
    let trickle = tokio::spawn(async move {
        while write.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let mut answer = Vec::new();
    // The answer may be followed by a reset: the client never stops sending.
    let _ = read.read_to_end(&mut answer).await;
    trickle.abort();
    parse(&answer).assert_problem(408);
}

#[tokio::test]
async fn requests_questions_and_bodies_at_work_are_bounded() {
    let house = House::limited(|limits| {
        limits.requests = 2;
        limits.questions = 1;
        limits.question_wait = Duration::from_millis(20);
        limits.bodies_bytes = 5000;
    })
    .await;
    let slow = Ask::json("/api/v1/sql", json!({"query": "slow"}));
    let (one, two, three) = tokio::join!(house.send(slow.clone()), house.send(slow.clone()), async {
        tokio::time::sleep(Duration::from_millis(5)).await;
        (house.send(slow.clone()).await, house.send(Ask::get("/livez")).await, house.send(Ask::get("/metrics")).await)
    });
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 503], "one has its turn, the other waits in vain");
    three.0.assert_problem(503);
    assert_eq!((three.1.status, three.2.status), (200, 200), "health is told all the same");
    let told = house.send(Ask::post("/api/v1/ingest", body(5001))).await;
    told.assert_problem(503);
    assert_eq!(house.send(Ask::post("/api/v1/ingest", body(4900))).await.status, 200);
}

#[tokio::test]
async fn a_question_that_never_ends_is_ended() {
    let house = House::limited(|limits| limits.question_time = Duration::ZERO).await;
    house.send(Ask::json("/api/v1/sql", json!({"query": "for ever"}))).await.assert_problem(422);
}

#[tokio::test]
async fn a_full_lake_refuses_with_a_time_to_come_back() {
    let house = House::with(|_| {}, |lake| lake.memtable_limit_bytes = 0).await;
    let told = house.send(Ask::post("/api/v1/ingest", body(1000))).await;
    told.assert_problem(429);
    assert_eq!(told.header("retry-after"), "1");
    assert_eq!(house.send(Ask::json("/search", json!({"query": "x"}))).await.status, 200, "reading goes on");
}

/// Four places, and three times as many who connect and say nothing: each gives way in its time.
#[tokio::test]
async fn who_only_connects_keeps_nobody_out() {
    let house = House::limited(|limits| limits.connections = 4).await;
    let mut silent = Vec::new();
    for _ in 0..12 {
        silent.push(tokio::net::TcpStream::connect(house.address).await.expect("connect"));
    }
    // Well before the first of them would have had to send its headers.
    let told = tokio::time::timeout(Duration::from_secs(20), house.send(Ask::get("/livez"))).await;
    assert_eq!(told.expect("an answer in time").status, 200);
}
