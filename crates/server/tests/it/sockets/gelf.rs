use std::io::Write;

use server::Protocol;
use tokio::net::UdpSocket;

use super::{connect, house, send};

fn zlib(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

#[tokio::test]
async fn datagrams_in_chunks_and_compressed() {
    let mut house = house(Protocol::Gelf, "udp://127.0.0.1:0").await;
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
    let message = |text: &str| format!(r#"{{"version":"1.1","host":"h","short_message":"{text}","level":3,"_service":"s"}}"#);
    let long = "long ".repeat(10_000);
    let packed = zlib(message("three").as_bytes());
    let parts: Vec<&[u8]> = packed.chunks(packed.len().div_ceil(3)).collect();
    let chunk = |number: usize, part: &[u8]| [&[0x1e, 0x0f, 1, 2, 3, 4, 5, 6, 7, 8, number as u8, 3], part].concat();
    let mut datagrams = vec![message("one").into_bytes(), zlib(message(&long).as_bytes())];
    datagrams.extend(parts.iter().enumerate().rev().map(|(number, part)| chunk(number, part)));
    datagrams.extend([b"{\"half".to_vec(), vec![0x78, 0x9c, 1, 2], vec![0x1e, 0x0f, 1], b"".to_vec()]);
    for datagram in &datagrams {
        udp.send_to(datagram, house.socket()).await.expect("send");
    }
    let mut stored = house.stored(5).await;
    stored.sort();
    assert_eq!(stored[0], "!x\u{fffd}\u{1}\u{2}");
    assert_eq!(stored[1..], ["!{\"half".to_owned(), format!("h|s|{long}"), "h|s|one".to_owned(), "h|s|three".to_owned()]);
    assert_eq!(house.metric("dendro_socket_lost_total{protocol=\"gelf\",reason=\"broken_chunk\"}").await, 1.0);
    assert_eq!(house.metric("dendro_socket_flawed_total{protocol=\"gelf\",flaw=\"undecodable\"}").await, 1.0);
}

#[tokio::test]
async fn streams_of_messages_ended_by_nul() {
    let mut house = house(Protocol::Gelf, "tcp://127.0.0.1:0").await;
    let mut stream = connect(&house).await;
    send(&mut stream, b"{\"short_message\":\"one\"}\0\0{\"short_message\":").await;
    send(&mut stream, b"\"two\"}\0no json\0").await;
    let endless = vec![b' '; (1 << 20) + 10];
    send(&mut stream, endless).await;
    send(&mut stream, b"\0{\"short_message\":\"three\"}").await;
    drop(stream);
    let mut stored = house.stored(4).await;
    stored.sort();
    stored.iter_mut().for_each(|text| text.truncate(30));
    assert_eq!(stored, ["!no json", "127.0.0.1||one", "127.0.0.1||three", "127.0.0.1||two"]);
}
