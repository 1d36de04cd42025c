use std::io::Write;

use server::Protocol;

use super::{answer, connect, house, rest, send};

fn window(size: u32) -> Vec<u8> {
    [&b"2W"[..], &size.to_be_bytes()].concat()
}

fn event(sequence: u32, json: &str) -> Vec<u8> {
    [&b"2J"[..], &sequence.to_be_bytes(), &(json.len() as u32).to_be_bytes(), json.as_bytes()].concat()
}

fn compressed(frames: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(frames).expect("memory");
    let packed = encoder.finish().expect("memory");
    [&b"2C"[..], &(packed.len() as u32).to_be_bytes(), &packed].concat()
}

fn json(message: &str) -> String {
    format!(r#"{{"@timestamp":"2026-02-07T00:00:00Z","message":"{message}","host":{{"name":"h"}},"log":{{"offset":7}}}}"#)
}

#[tokio::test]
async fn windows_are_acknowledged_when_they_are_stored() {
    let mut house = house(Protocol::Lumberjack, "tcp://127.0.0.1:0").await;
    let mut stream = connect(&house).await;
    send(&mut stream, [window(2), event(1, &json("one")), event(2, &json("two"))].concat()).await;
    assert_eq!(answer(&mut stream, 6).await, *b"2A\0\0\0\x02");
    assert_eq!(house.stored(2).await, ["h||one", "h||two"]);
    let frames = [event(1, &json("three")), event(2, "{broken"), event(3, &json("four"))].concat();
    let second = [window(3), compressed(&frames)].concat();
    send(&mut stream, &second).await;
    assert_eq!(answer(&mut stream, 6).await, *b"2A\0\0\0\x03");
    assert_eq!(house.stored(3).await, ["h||three", "h||four", "!{broken"]);
    // The acknowledgement was lost, so the window comes again over another connection.
    let mut stream = connect(&house).await;
    send(&mut stream, &second).await;
    assert_eq!(answer(&mut stream, 6).await, *b"2A\0\0\0\x03");
    let pair = b"1D\0\0\0\x01\0\0\0\x01\0\0\0\x04line\0\0\0\x03old";
    send(&mut stream, [&window(1), &pair[..]].concat()).await;
    assert_eq!(answer(&mut stream, 6).await, *b"2A\0\0\0\x01");
    assert_eq!(house.stored(1).await.len(), 1, "nothing of the repeated window");
    assert_eq!(house.metric("dendro_socket_repeated_total{protocol=\"lumberjack\"}").await, 3.0);
}

#[tokio::test]
async fn what_is_no_window_ends_the_connection() {
    let house = house(Protocol::Lumberjack, "tcp://127.0.0.1:0").await;
    let nested = [window(1), compressed(&compressed(&event(1, "{}")))].concat();
    let cut = compressed(&event(1, &json("x"))[..20]);
    for bad in [b"GET / HTTP/1.1\r\n".to_vec(), b"2C\0\0\0\x02xx".to_vec(), b"2J\0\0\0\x01\xff\xff\xff\xff".to_vec(), nested, cut]
    {
        let mut stream = connect(&house).await;
        send(&mut stream, bad).await;
        assert_eq!(rest(&mut stream).await, b"");
    }
    assert_eq!(house.metric("dendro_socket_closed_total{protocol=\"lumberjack\",reason=\"malformed\"}").await, 4.0);
    assert_eq!(house.metric("dendro_socket_messages_total{protocol=\"lumberjack\"}").await, 0.0);
}
