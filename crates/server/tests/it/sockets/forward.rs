use std::io::Write;

use server::Protocol;
use sha2::{Digest, Sha512};
use tokio::net::UdpSocket;

use super::{answer, connect, house, listen, rest, send};
use crate::house::House;

fn text(text: &str) -> Vec<u8> {
    [&[0xd9, text.len() as u8], text.as_bytes()].concat()
}

fn binary(bytes: &[u8]) -> Vec<u8> {
    [&[0xc5][..], &(bytes.len() as u16).to_be_bytes(), bytes].concat()
}

fn entry(message: &str) -> Vec<u8> {
    [vec![0x92, 0xce], 1_770_387_825u32.to_be_bytes().to_vec(), vec![0x81], text("log"), text(message)].concat()
}

fn packed(entries: &[u8], options: &[(&str, &str)]) -> Vec<u8> {
    let count = 0x80 | options.len() as u8;
    let options: Vec<u8> = options.iter().flat_map(|(name, value)| [text(name), text(value)].concat()).collect();
    [vec![0x93], text("app"), binary(entries), vec![count], options].concat()
}

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(plain).expect("memory");
    encoder.finish().expect("memory")
}

fn acknowledged(chunk: &str) -> Vec<u8> {
    [&[0x81, 0xa3][..], b"ack", &[0xa0 | chunk.len() as u8], chunk.as_bytes()].concat()
}

#[tokio::test]
async fn chunks_are_acknowledged_when_they_are_stored_and_stored_once() {
    let mut house = house(Protocol::Forward, "tcp://127.0.0.1:0").await;
    let mut stream = connect(&house).await;
    let loose = [vec![0x92], text("app"), vec![0x91], entry("loose")].concat();
    let entries = [entry("one"), entry("two")].concat();
    let delivery = packed(&gzip(&entries), &[("compressed", "gzip"), ("chunk", "c1")]);
    send(&mut stream, &delivery).await;
    assert_eq!(answer(&mut stream, 8).await, acknowledged("c1"));
    assert_eq!(house.stored(2).await, ["|app|one", "|app|two"]);
    // The acknowledgement was lost.
    let mut stream = connect(&house).await;
    send(&mut stream, [&delivery[..], &loose, &packed(&entry("three"), &[("chunk", "c2")])].concat()).await;
    assert_eq!(answer(&mut stream, 16).await, [acknowledged("c1"), acknowledged("c2")].concat());
    let mut stored = house.stored(2).await;
    stored.sort();
    assert_eq!(stored, ["|app|loose", "|app|three"]);
    assert_eq!(house.metric("dendro_socket_repeated_total{protocol=\"forward\"}").await, 2.0);
    // The same chunk with another content is kept: rather twice than not at all.
    send(&mut stream, packed(&entry("four"), &[("chunk", "c2")])).await;
    assert_eq!(answer(&mut stream, 8).await, acknowledged("c2"));
    assert_eq!(house.stored(1).await, ["|app|four"]);
}

#[tokio::test]
async fn what_does_not_decompress_goes_to_quarantine_and_is_acknowledged() {
    let mut house = house(Protocol::Forward, "tcp://127.0.0.1:0").await;
    let mut stream = connect(&house).await;
    for (chunk, compressed) in [("c1", "gzip"), ("c2", "zstd"), ("c3", "other")] {
        send(&mut stream, packed(b"damaged", &[("compressed", compressed), ("chunk", chunk)])).await;
        assert_eq!(answer(&mut stream, 8).await, acknowledged(chunk));
        assert_eq!(house.stored(1).await, ["!damaged"]);
    }
    for bad in [&b"\xc1"[..], b"GET / HTTP/1.1\r\n\r\n", b"\x93\xa1t\xdd\xff\xff\xff\xff", b"\xdb\xff\xff\xff\xff"] {
        let mut stream = connect(&house).await;
        send(&mut stream, bad).await;
        assert_eq!(rest(&mut stream).await, b"", "{bad:02x?}");
    }
    house.until_metric("dendro_socket_closed_total{protocol=\"forward\",reason=\"too_long\"}", 2.0).await;
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn both_sides_show_that_they_know_the_key() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("key");
    std::fs::write(&path, "a shared secret key\n").expect("file");
    let mut house = House::with(
        |config| {
            listen(config, Protocol::Forward, "tcp://127.0.0.1:0");
            config.sockets.forward_key_file = Some(path);
        },
        |_| {},
    )
    .await;
    for (key, is_welcome) in [("a shared secret key", true), ("another secret key!", false)] {
        let mut stream = connect(&house).await;
        let hello = answer(&mut stream, 48).await;
        let at = hello.windows(2).position(|pair| pair == [0xc4, 16]).expect("a nonce");
        let nonce = &hello[at + 2..at + 18];
        let digest = Sha512::new().chain_update("salt").chain_update("client").chain_update(nonce).chain_update(key).finalize();
        let ping = [text("PING"), text("client"), text("salt"), text(&hex(&digest)), text(""), text("")].concat();
        send(&mut stream, [vec![0x96], ping, packed(&entry("in"), &[("chunk", "c1")])].concat()).await;
        let pong = answer(&mut stream, 7).await;
        assert_eq!(pong, [&[0x95, 0xa4][..], b"PONG", &[if is_welcome { 0xc3 } else { 0xc2 }]].concat());
        let rest = if is_welcome { answer(&mut stream, 146).await } else { rest(&mut stream).await };
        let digest = Sha512::new().chain_update("salt").chain_update("dendro").chain_update(nonce).chain_update(key).finalize();
        let found = String::from_utf8_lossy(&rest).into_owned();
        assert_eq!(found.contains(&hex(&digest)), is_welcome, "{found}");
        assert_eq!(found.contains("ack"), is_welcome, "{found}");
    }
    assert_eq!(house.stored(1).await, ["|app|in"]);
    assert_eq!(house.metric("dendro_socket_closed_total{protocol=\"forward\",reason=\"denied\"}").await, 1.0);
}

#[tokio::test]
async fn heartbeats_are_answered() {
    let house = house(Protocol::Forward, "tcp://127.0.0.1:0").await;
    let udp = UdpSocket::bind("127.0.0.1:0").await.expect("bind");
    udp.send_to(&[0], house.socket()).await.expect("send");
    let mut buffer = [1; 8];
    assert_eq!(udp.recv_from(&mut buffer).await.expect("an answer"), (1, house.socket()));
    assert_eq!(buffer[0], 0);
}
