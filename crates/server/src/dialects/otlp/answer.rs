use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use http_body_util::{BodyExt, Full};
use intake::otlp::Signal;

use crate::error::Problem;

const GRPC: HeaderValue = HeaderValue::from_static("application/grpc");

/// What the sender is told about records in quarantine: a warning, because they are kept and nothing has to be repeated.
fn words(quarantined: u64) -> String {
    format!("{quarantined} records break a limit and are kept in the table quarantine")
}

/// `ExportLogsServiceResponse`; the one for traces has the same numbers.
pub(super) fn protobuf(quarantined: u64) -> Vec<u8> {
    if quarantined == 0 {
        return Vec::new();
    }
    let mut partial = Vec::new();
    text(&mut partial, 2, words(quarantined).as_bytes());
    let mut answer = Vec::new();
    text(&mut answer, 1, &partial);
    answer
}

pub(super) fn json(signal: Signal, quarantined: u64) -> Vec<u8> {
    if quarantined == 0 {
        return b"{}".to_vec();
    }
    let rejected = match signal {
        Signal::Logs => "rejectedLogRecords",
        Signal::Traces => "rejectedSpans",
    };
    serde_json::json!({ "partialSuccess": { rejected: "0", "errorMessage": words(quarantined) } }).to_string().into_bytes()
}

/// A message and the word that all went well, behind it.
pub(super) fn grpc(message: &[u8]) -> Response {
    let mut framed = vec![0];
    framed.extend((message.len() as u32).to_be_bytes());
    framed.extend_from_slice(message);
    let trailers = HeaderMap::from_iter([(GRPC_STATUS, HeaderValue::from_static("0"))]);
    let body = Full::new(Bytes::from(framed)).with_trailers(async { Some(Ok(trailers)) });
    ([(header::CONTENT_TYPE, GRPC)], Body::new(body)).into_response()
}

const GRPC_STATUS: header::HeaderName = header::HeaderName::from_static("grpc-status");

/// `google.rpc.Status`, as protocol buffers or JSON.
pub(crate) fn error(problem: &Problem, as_json: bool) -> (&'static str, Vec<u8>) {
    let (code, message) = (code(problem.status()), problem.words());
    if as_json {
        return ("application/json", serde_json::json!({ "code": code, "message": message }).to_string().into_bytes());
    }
    ("application/x-protobuf", status(code, &message, false))
}

/// An error in gRPC: all in headers, with when to come again where that helps.
pub(crate) fn grpc_error(problem: Problem) -> Response {
    let (code, message) = (code(problem.status()), problem.words());
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, GRPC);
    headers.insert(GRPC_STATUS, HeaderValue::from(code));
    let escaped = percent_encoding::utf8_percent_encode(&message, percent_encoding::CONTROLS).to_string();
    if let Ok(message) = HeaderValue::from_str(&escaped) {
        headers.insert("grpc-message", message);
    }
    let retry = matches!(problem.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    if let Ok(details) = HeaderValue::from_str(&STANDARD_NO_PAD.encode(status(code, &message, retry))) {
        headers.insert("grpc-status-details-bin", details);
    }
    response
}

/// gRPC's number for a status.
fn code(status: StatusCode) -> u16 {
    match status {
        StatusCode::UNAUTHORIZED => 16,
        StatusCode::FORBIDDEN => 7,
        StatusCode::NOT_FOUND | StatusCode::METHOD_NOT_ALLOWED => 12,
        StatusCode::TOO_MANY_REQUESTS => 8,
        // Clients may try again without being told when; what has to wait has `Retry-After` or retry info.
        StatusCode::SERVICE_UNAVAILABLE => 14,
        status if status.is_server_error() => 13,
        _ => 3,
    }
}

/// `google.rpc.Status`, with a `RetryInfo` of one second.
fn status(code: u16, message: &str, retry: bool) -> Vec<u8> {
    let mut status = vec![0x08, code as u8];
    text(&mut status, 2, message.as_bytes());
    if retry {
        let delay = [0x08, crate::error::RETRY_AFTER_SECONDS as u8];
        let mut info = Vec::new();
        text(&mut info, 1, &delay);
        let mut any = Vec::new();
        text(&mut any, 1, b"type.googleapis.com/google.rpc.RetryInfo");
        text(&mut any, 2, &info);
        text(&mut status, 3, &any);
    }
    status
}

/// A field of bytes.
fn text(out: &mut Vec<u8>, field: u8, bytes: &[u8]) {
    out.push(field << 3 | 2);
    let mut len = bytes.len();
    while len >= 0x80 {
        out.push(len as u8 | 0x80);
        len >>= 7;
    }
    out.push(len as u8);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_says_when_to_come_again() {
        let told = grpc_error(Problem::new(StatusCode::TOO_MANY_REQUESTS, "full"));
        assert_eq!((told.status(), told.headers()["grpc-status"].as_bytes()), (StatusCode::OK, &b"8"[..]));
        assert_eq!(told.headers()["grpc-message"], "full");
        let details = STANDARD_NO_PAD.decode(&told.headers()["grpc-status-details-bin"]).expect("base64");
        let expected = b"\x08\x08\x12\x04full\x1a\x30\x0a\x28type.googleapis.com/google.rpc.RetryInfo\x12\x04\x0a\x02\x08\x01";
        assert_eq!(details, expected);
        let told = grpc_error(Problem::new(StatusCode::NOT_FOUND, "gr\u{fc}n\n"));
        assert_eq!(
            (&told.headers()["grpc-status"], &told.headers()["grpc-message"]),
            (&HeaderValue::from(12), &HeaderValue::from_static("gr%C3%BCn%0A"))
        );
    }

    #[test]
    fn quarantine_is_a_warning() {
        assert_eq!(protobuf(0), b"");
        assert_eq!(json(Signal::Logs, 0), b"{}");
        let long = protobuf(3);
        assert_eq!((long[0], usize::from(long[1]), long[2]), (0x0a, long.len() - 2, 0x12));
        assert!(json(Signal::Traces, 3).starts_with(b"{\"partialSuccess\":{\"errorMessage\":\"3 records"));
    }
}
