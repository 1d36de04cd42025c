use std::io::Write;

use server::{Dialect, Port};

use crate::client::{Ask, raw};
use crate::house::House;

const LOGS: &str = r#"{"resourceLogs":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"shop"}}]},"scopeLogs":[{"logRecords":[{"timeUnixNano":"1770505200123000000","severityNumber":9,"body":{"stringValue":"one"}},{"timeUnixNano":"1770505200124000000","body":{"stringValue":"two"}}]}]}]}"#;
const SPANS: &str = r#"{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"0102030405060708090a0b0c0d0e0f10","spanId":"0102030405060708","name":"GET","startTimeUnixNano":"1770505200123000000","endTimeUnixNano":"1770505200124000000"}]}]}]}"#;

/// `resource_logs { scope_logs { log_records { time_unix_nano: .., body { string_value: "one" } } } }`
fn binary() -> Vec<u8> {
    let field = |number: u8, bytes: &[u8]| [&[number << 3 | 2, bytes.len() as u8][..], bytes].concat();
    let time = [&[0x09][..], &1_770_505_200_123_000_000_u64.to_le_bytes()].concat();
    let record = [time, field(5, &field(1, b"one"))].concat();
    field(1, &field(2, &field(2, &record)))
}

fn json(path: &str, body: &str) -> Ask {
    Ask::post(path, body).header("Content-Type", "application/json")
}

fn protobuf(body: &[u8]) -> Ask {
    Ask::post("/v1/logs", body).header("Content-Type", "application/x-protobuf")
}

fn framed(flag: u8, message: &[u8]) -> Vec<u8> {
    [&[flag][..], &(message.len() as u32).to_be_bytes(), message].concat()
}

#[tokio::test]
async fn logs_and_spans_are_taken_in_both_forms_and_answered_in_the_same() {
    let house = House::new().await;
    let told = house.send(json("/v1/logs", LOGS)).await;
    assert_eq!((told.status, told.text(), told.header("content-type")), (200, "{}", "application/json"));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&binary()).expect("gzip");
    let told = house.send(protobuf(&encoder.finish().expect("gzip")).header("Content-Encoding", "gzip")).await;
    assert_eq!((told.status, told.body.len(), told.header("content-type")), (200, 0, "application/x-protobuf"));
    assert_eq!(house.send(json("/v1/traces", SPANS)).await.status, 200);
    assert_eq!(house.taken(), (4, 0, 0));
    let found = house.send(Ask::json("/search", serde_json::json!({"query": "one source:shop"}))).await.json();
    assert_eq!((&found["results"][0]["severity"], &found["results"][0]["source"]), (&"INFO".into(), &"shop".into()));
}

#[tokio::test]
async fn a_repeated_export_is_stored_once() {
    let house = House::new().await;
    for _ in 0..3 {
        assert_eq!(house.send(json("/v1/logs", LOGS)).await.status, 200);
    }
    assert_eq!(house.taken(), (2, 0, 2));
    let timeless = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"beat"}}]}]}]}"#;
    for _ in 0..2 {
        house.send(json("/v1/logs", timeless)).await;
    }
    assert_eq!(house.taken(), (4, 0, 2), "twins without a time are kept");
}

#[tokio::test]
async fn a_record_over_a_limit_is_a_warning() {
    let house = House::new().await;
    let long = LOGS.replace("one", &"x".repeat((1 << 20) + 1));
    let told = house.send(json("/v1/logs", &long)).await;
    let partial = told.json()["partialSuccess"].clone();
    assert_eq!((told.status, &partial["rejectedLogRecords"]), (200, &"0".into()));
    assert!(partial["errorMessage"].as_str().is_some_and(|words| words.starts_with("1 records")), "{partial}");
    assert_eq!(house.taken(), (1, 1, 0));
}

#[tokio::test]
async fn errors_are_a_status_in_the_form_of_the_request() {
    let house = House::limited(|limits| limits.body_bytes = 2000).await;
    let told = house.send(json("/v1/logs", "{\"resourceLogs\":[7]}")).await;
    assert_eq!((told.status, &told.json()["code"]), (400, &3.into()));
    assert!(told.json()["message"].as_str().is_some_and(|words| words.starts_with("byte 17 of the body")), "{}", told.text());
    let told = house.send(protobuf(b"\x0a\x7f")).await;
    assert_eq!((told.status, told.header("content-type"), &told.body[..2]), (400, "application/x-protobuf", &b"\x08\x03"[..]));
    assert_eq!(house.send(protobuf(&vec![0; 2001])).await.status, 413);
    assert_eq!(house.send(Ask::post("/v1/logs", LOGS)).await.status, 415);
    assert_eq!(house.send(json("/v1/metrics", "{}")).await.status, 404);
    assert_eq!(house.send(json("/v1/logs", LOGS).header("Content-Encoding", "br")).await.status, 415);
    let house = House::with(|_| {}, |lake| lake.memtable_limit_bytes = 0).await;
    let told = house.send(json("/v1/logs", LOGS)).await;
    assert_eq!((told.status, told.header("retry-after"), &told.json()["code"]), (429, "1", &8.into()));
}

/// A client of gRPC, made of what hyper has.
mod grpc {
    use std::net::SocketAddr;

    use axum::body::Bytes;
    use axum::http::{HeaderMap, Request, header};
    use http_body_util::{BodyExt, Full};
    use hyper_util::rt::{TokioExecutor, TokioIo};
    use tokio::net::TcpStream;

    /// The message of the answer, and its `grpc-status` with all headers and trailers.
    pub(super) async fn call(address: SocketAddr, method: &str, headers: &[(&str, &str)], body: Vec<u8>) -> (Vec<u8>, HeaderMap) {
        let stream = TcpStream::connect(address).await.expect("connect");
        let (mut sender, connection) =
            hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.expect("handshake");
        let driver = tokio::spawn(connection);
        let uri = format!("http://{address}{method}");
        let mut request = Request::post(uri).header(header::CONTENT_TYPE, "application/grpc").header("te", "trailers");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = sender.send_request(request.body(Full::new(Bytes::from(body))).expect("request")).await.expect("answer");
        let mut told = response.headers().clone();
        let collected = response.into_body().collect().await.expect("body");
        told.extend(collected.trailers().cloned().unwrap_or_default());
        driver.abort();
        (collected.to_bytes().to_vec(), told)
    }
}

const EXPORT: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

async fn grpc_house(change: impl FnOnce(&mut lake::Config)) -> House {
    let port = Port { dialect: Dialect::OtlpGrpc, address: ([127, 0, 0, 1], 0).into() };
    House::with(|config| config.ports = vec![port], change).await
}

#[tokio::test]
async fn grpc_has_its_port() {
    let house = grpc_house(|_| {}).await;
    let address = house.ports[0].address;
    let (answer, told) = grpc::call(address, EXPORT, &[], framed(0, &binary())).await;
    assert_eq!((answer.as_slice(), &told["grpc-status"]), (&[0, 0, 0, 0, 0][..], &"0".parse().expect("value")));
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&binary()).expect("gzip");
    let gzip = framed(1, &encoder.finish().expect("gzip"));
    let (_, told) = grpc::call(address, EXPORT, &[("grpc-encoding", "gzip")], gzip).await;
    assert_eq!(told["grpc-status"], "0");
    assert_eq!(house.taken(), (1, 0, 1), "the same once more, only packed");
    let check = async |method: &str, headers: &[(&str, &str)], body: Vec<u8>, status: &str| {
        let (_, told) = grpc::call(address, method, headers, body).await;
        assert_eq!(told["grpc-status"], status, "{method} {told:?}");
        assert!(told.contains_key("grpc-message") && told.contains_key("grpc-status-details-bin"), "{told:?}");
    };
    check("/nothing.Service/Export", &[], framed(0, b""), "12").await;
    check(EXPORT, &[], framed(0, b"\x0a\x7f"), "3").await;
    check(EXPORT, &[], framed(0, &binary())[..9].to_vec(), "3").await;
    check(EXPORT, &[], Vec::new(), "3").await;
    check(EXPORT, &[], framed(7, &binary()), "3").await;
    check(EXPORT, &[("grpc-encoding", "br")], framed(0, &binary()), "12").await;
    check(EXPORT, &[("grpc-encoding", "gzip")], framed(1, b"not gzip"), "3").await;
    let mut lie = framed(0, &binary());
    lie[1..5].fill(0xff);
    check(EXPORT, &[], lie, "3").await;
    assert_eq!(house.taken(), (1, 0, 1));
}

#[tokio::test]
async fn grpc_is_told_when_to_come_again() {
    let house = grpc_house(|lake| lake.memtable_limit_bytes = 0).await;
    let (_, told) = grpc::call(house.ports[0].address, EXPORT, &[], framed(0, &binary())).await;
    assert_eq!(told["grpc-status"], "8");
    assert!(!told["grpc-status-details-bin"].is_empty());
}

#[tokio::test]
async fn a_connection_that_is_no_http2_ends() {
    let house = grpc_house(|_| {}).await;
    let mut stream = tokio::net::TcpStream::connect(house.ports[0].address).await.expect("connect");
    let answer = async {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n").await.expect("write");
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        answer
    };
    let answer = answer.await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{answer:?}");
    let told =
        raw(house.address, format!("GET /livez HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", house.address).as_bytes())
            .await;
    assert_eq!(told.status, 200);
}
