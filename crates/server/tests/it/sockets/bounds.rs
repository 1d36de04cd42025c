use std::time::Duration;

use server::Protocol;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use super::{answer, connect, listen, rest, send};
use crate::house::House;

const OPEN: &str = "1 open 30 relp_version=0\ncommands=syslog\n";

#[tokio::test]
async fn who_says_nothing_makes_room_for_who_speaks() {
    let mut house = House::with(
        |config| {
            config.sockets.limits.connections = 4;
            listen(config, Protocol::Syslog, "tcp://127.0.0.1:0");
        },
        |_| {},
    )
    .await;
    let mut speaker = connect(&house).await;
    send(&mut speaker, "<14>one\n").await;
    assert_eq!(house.stored(1).await, ["127.0.0.1||one"]);
    let mut idle = Vec::new();
    for _ in 0..40 {
        idle.push(connect(&house).await);
    }
    // None of the idle ones is served longer than a second while others want its place.
    let messages = "dendro_socket_messages_total{protocol=\"syslog\"}";
    while house.metric(messages).await < 2.0 {
        let mut late = connect(&house).await;
        // It may be refused at once.
        let _ = late.write_all(b"<14>two\n").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(house.stored(1).await, ["127.0.0.1||two"]);
    send(&mut speaker, "<14>three\n").await;
    while house.stored(1).await != ["127.0.0.1||three"] {}
    let closed = |reason: &str| format!("dendro_socket_closed_total{{protocol=\"syslog\",reason=\"{reason}\"}}");
    assert!(house.metric(&closed("evicted")).await >= 1.0);
    assert!(house.metric(&closed("evicted")).await + house.metric(&closed("no_place")).await >= 37.0);
    assert!(house.metric("dendro_socket_connections{protocol=\"syslog\"}").await <= 4.0);
}

#[tokio::test]
async fn half_a_message_is_not_waited_for_for_ever() {
    let mut house = House::with(
        |config| {
            config.sockets.limits.stall = Duration::from_millis(200);
            listen(config, Protocol::Relp, "tcp://127.0.0.1:0");
            listen(config, Protocol::Syslog, "tcp://127.0.0.1:0");
        },
        |_| {},
    )
    .await;
    let mut half = connect(&house).await;
    send(&mut half, "1 op").await;
    assert_eq!(rest(&mut half).await, b"");
    house.until_metric("dendro_socket_closed_total{protocol=\"relp\",reason=\"stalled\"}", 1.0).await;
    let mut line = TcpStream::connect(house.socket_at(1)).await.expect("connect");
    send(&mut line, "<14>without an end").await;
    assert_eq!(house.stored(1).await, ["127.0.0.1||without an end"]);
    // Who is silent between messages is left alone.
    let mut quiet = connect(&house).await;
    send(&mut quiet, OPEN).await;
    assert!(answer(&mut quiet, 10).await.starts_with(b"1 rsp "));
    tokio::time::sleep(Duration::from_millis(500)).await;
    send(&mut quiet, "2 syslog 3 abc\n").await;
    assert_eq!(house.stored(1).await, ["127.0.0.1||abc"]);
}

#[tokio::test]
async fn a_lake_that_takes_nothing_is_told_by_silence() {
    let mut house = House::with(|config| listen(config, Protocol::Relp, "tcp://127.0.0.1:0"), |_| {}).await;
    let mut stream = connect(&house).await;
    send(&mut stream, OPEN).await;
    assert!(answer(&mut stream, 10).await.starts_with(b"1 rsp "));
    house.lake.close().await.expect("closed");
    send(&mut stream, "2 syslog 3 abc\n").await;
    let text = String::from_utf8_lossy(&rest(&mut stream).await).into_owned();
    assert!(!text.contains("2 rsp"), "{text}");
    assert_eq!(house.metric("dendro_socket_closed_total{protocol=\"relp\",reason=\"not_stored\"}").await, 1.0);
    house.stopped().await;
}
