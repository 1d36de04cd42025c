use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::harness::{Server, folder};

/// Stands in every bad input; must never be seen in an error or in the log.
const SECRET: &str = "hunter2";

/// Every kind of bad line has a defined end: a record, or a quarantined line. The good records on both sides are kept.
#[tokio::test]
async fn bad_lines_take_no_neighbour_with_them() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let long = format!("{{\"msg\":\"{SECRET}{}\"}}", "x".repeat(9 << 20));
    let deep = format!("{{\"msg\":\"{SECRET}\",\"a\":{}1{}}}", "[".repeat(100), "]".repeat(100));
    let wide = (0..5000).map(|i| format!("\"field_{i}\":\"{SECRET}\"")).collect::<Vec<_>>().join(",");
    let check = async |name: &str, line: &[u8], quarantined: u64| {
        let good = |side: &str| format!("{{\"msg\":\"good\",\"case\":\"{name}\",\"side\":\"{side}\"}}\n");
        let body = [good("before").as_bytes(), line, b"\n", good("after").as_bytes()].concat();
        let receipt = post(&server, "application/x-ndjson", body).await;
        assert_eq!(receipt.0, 200, "{name}: {}", receipt.1);
        let receipt: Value = serde_json::from_str(&receipt.1).expect("JSON");
        assert_eq!(
            (receipt["accepted"].as_u64(), receipt["quarantined"].as_u64()),
            (Some(3), Some(quarantined)),
            "{name}: {receipt}"
        );
        assert_eq!(server.search(&format!("case:{name} message:good")).await.len(), 2, "{name}");
    };
    check("words", format!("just words, {SECRET}").as_bytes(), 1).await;
    check("half", format!("{{\"msg\":\"{SECRET}").as_bytes(), 1).await;
    check("nan", format!("{{\"msg\":\"{SECRET}\",\"v\":NaN}}").as_bytes(), 1).await;
    check("number", b"42", 1).await;
    check("twice", format!("{{\"msg\":\"{SECRET}\",\"msg\":\"b\"}}").as_bytes(), 1).await;
    check("deep", deep.as_bytes(), 1).await;
    check("wide", format!("{{{wide}}}").as_bytes(), 1).await;
    check("long", long.as_bytes(), 1).await;
    check("bytes", b"{\"msg\":\"hunter2 \xff\xfe\",\"v\":1}", 0).await;
    check("year1", b"{\"msg\":\"hunter2\",\"timestamp\":\"0001-01-01T00:00:00Z\"}", 0).await;
    check("year9999", b"{\"msg\":\"hunter2\",\"timestamp\":\"9999-12-31T23:59:59Z\"}", 0).await;
    check("timeless", b"{\"msg\":\"hunter2\"}", 0).await;
    check("numeric", b"{\"msg\":\"hunter2\",\"mixed\":7}", 0).await;
    check("textual", b"{\"msg\":\"hunter2\",\"mixed\":\"seven\"}", 0).await;
    assert_eq!(server.search("mixed:7").await.len(), 1);
    assert_eq!(server.search("mixed:seven").await.len(), 1);
    let kept = server.sql("SELECT reason, count(*) AS n FROM quarantine GROUP BY reason ORDER BY reason").await;
    let total: u64 = kept.iter().map(|row| row["n"].as_u64().expect("a count")).sum();
    assert_eq!(total, 8, "{kept:?}");
    assert!(!server.logged().contains(SECRET), "content in the log");
}

/// Five thousand different fields over many records: beyond the bound they share one column and are still found.
#[tokio::test]
async fn many_fields_are_all_found() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--columns-max", "50"]);
    for hundred in 0..50 {
        let fields = (0..100).map(|i| format!("\"f{}\":{i}", hundred * 100 + i)).collect::<Vec<_>>().join(",");
        server.ingest(&format!("{{\"msg\":\"wide\",{fields}}}\n")).await;
    }
    for field in [0, 49, 50, 2500, 4999] {
        assert_eq!(server.search(&format!("f{field}:{}", field % 100)).await.len(), 1, "f{field}");
    }
}

/// Requests that are refused as a whole, with the status that says why, and without their content.
#[tokio::test]
async fn requests_are_refused_with_a_reason() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let line = format!("{{\"msg\":\"{SECRET}\"}}\n");
    let check = async |content_type: &str, body: Vec<u8>, status: u16| {
        let (found, text) = post(&server, content_type, body).await;
        assert_eq!(found, status, "{text}");
        assert!(!text.contains(SECRET), "content in the error: {text}");
        let problem: Value = serde_json::from_str(&text).expect("a problem");
        assert_eq!(problem["status"], status);
    };
    check("image/png", line.clone().into_bytes(), 415).await;
    check("application/x-ndjson", vec![b'x'; (10 << 20) + 1], 413).await;
    let bomb = bomb();
    let request = server.client().post(format!("{}/api/v1/ingest", server.url)).header("content-encoding", "gzip");
    let response = request.header("content-type", "application/x-ndjson").body(bomb).send().await.expect("answer");
    assert_eq!(response.status(), 413);
    let sql = server.client().post(format!("{}/api/v1/sql", server.url)).header("content-type", "application/json");
    let response = sql.body(format!("{{\"query\": \"{SECRET}")).send().await.expect("answer");
    assert_eq!(response.status(), 400);
    assert!(!response.text().await.expect("text").contains(SECRET));
    assert_eq!(server.count().await, 0);
    assert!(!server.logged().contains(SECRET), "content in the log");
}

/// A sender that stops in the middle of its body is let go, and nothing of it is stored; others are served meanwhile.
#[tokio::test]
async fn a_slow_sender_is_let_go() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--read-timeout", "1s"]);
    let address = server.url.strip_prefix("http://").expect("http");
    let mut slow = TcpStream::connect(address).await.expect("connect");
    let head = format!(
        "POST /api/v1/ingest HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/x-ndjson\r\ncontent-length: 1000\r\n\r\n{{"
    );
    slow.write_all(head.as_bytes()).await.expect("write");
    let started = Instant::now();
    server.ingest("{\"msg\":\"quick\"}\n").await;
    let mut answer = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(30), slow.read_to_end(&mut answer)).await.expect("let go in time");
    let answer = String::from_utf8_lossy(&answer);
    assert!(started.elapsed() >= Duration::from_millis(900), "let go too early: {answer}");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert_eq!(server.count().await, 1);
}

async fn post(server: &Server, content_type: &str, body: Vec<u8>) -> (u16, String) {
    let request =
        server.client().post(format!("{}/api/v1/ingest?format=json", server.url)).header("content-type", content_type).body(body);
    let response = request.send().await.expect("answer");
    (response.status().as_u16(), response.text().await.expect("text"))
}

/// 100 MiB of one letter, in about 100 kB of gzip.
fn bomb() -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let megabyte = vec![b'x'; 1 << 20];
    for _ in 0..100 {
        packed.write_all(&megabyte).expect("write");
    }
    packed.finish().expect("finish")
}
