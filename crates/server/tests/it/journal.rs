//! What `systemd-journal-upload` sends.

use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::client::{Ask, Told};
use crate::house::House;

const RUN: &str = "739ad463348b4ceca5a9e69c95a3c93f";

fn entry(number: u64) -> String {
    format!("__CURSOR=s={RUN};i={number:x};b=0;m=0;t=0;x=0\n__REALTIME_TIMESTAMP=1770505200000000\nMESSAGE=entry {number}\n\n")
}

fn entries(numbers: std::ops::Range<u64>) -> String {
    numbers.map(entry).collect()
}

fn ask(body: impl AsRef<[u8]>) -> Ask {
    Ask::post("/upload", body).header("Content-Type", "application/vnd.fdo.journal")
}

fn assert_taken(told: &Told) {
    assert_eq!((told.status, told.text()), (202, "OK.\n"));
}

#[tokio::test]
async fn what_comes_again_is_stored_once_entry_by_entry() {
    let house = House::new().await;
    assert_taken(&house.send(ask(entries(1..11))).await);
    // The sender begins again where its last whole upload ended, and has more by then.
    assert_taken(&house.send(ask(entries(5..21))).await);
    assert_taken(&house.send(ask(entries(1..21))).await);
    assert_eq!(house.taken().0, 20);
    let other_run = entries(1..4).replace(RUN, &"a".repeat(32));
    assert_taken(&house.send(ask(other_run)).await);
    // Without a cursor nothing says that it was there before.
    for _ in 0..2 {
        assert_taken(&house.send(ask("MESSAGE=no cursor\n")).await);
    }
    assert_eq!(house.taken(), (25, 0, 0));
    assert_taken(&house.send(ask("")).await);
}

#[tokio::test]
async fn numbers_that_go_back_within_a_stream_lose_nothing() {
    let house = House::new().await;
    let mixed = [entry(5), entry(3), entry(4), entry(9)].concat();
    assert_taken(&house.send(ask(mixed)).await);
    assert_eq!(house.taken().0, 4);
}

#[tokio::test]
async fn entries_are_stored_while_the_stream_goes_on() {
    let mut house = House::new().await;
    let mut stream = TcpStream::connect(house.address).await.expect("connect");
    let head = format!(
        "POST /upload HTTP/1.1\r\nHost: {}\r\nContent-Type: application/vnd.fdo.journal\r\nTransfer-Encoding: chunked\r\n\r\n",
        house.address
    );
    stream.write_all(head.as_bytes()).await.expect("write");
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    stream.write_all(chunk(&entries(1..3)).as_bytes()).await.expect("write");
    assert_eq!(house.stored(2).await, ["||entry 1", "||entry 2"]);
    let half = entry(3);
    stream.write_all(chunk(&half[..half.len() / 2]).as_bytes()).await.expect("write");
    stream.write_all(chunk(&half[half.len() / 2..]).as_bytes()).await.expect("write");
    assert_eq!(house.stored(1).await, ["||entry 3"]);
    // Cut off in the middle of an entry: what came whole is there, and the rest comes with the next upload.
    stream.write_all(chunk(&[entry(4), "MESSAGE=ha".to_owned()].concat()).as_bytes()).await.expect("write");
    drop(stream);
    assert_eq!(house.stored(1).await, ["||entry 4"]);
    assert_taken(&house.send(ask(entries(1..6))).await);
    assert_eq!(house.stored(1).await, ["||entry 5"]);
}

#[tokio::test]
async fn what_is_no_journal_is_refused_and_what_came_before_it_is_kept() {
    let house = House::new().await;
    let told = house.send(ask([entries(1..3), "=nothing\n".to_owned()].concat())).await;
    told.assert_problem(400);
    assert_eq!(told.json()["detail"], json!("byte 247 of the stream: expected the name of a field"));
    assert_eq!(house.taken().0, 2);
    assert_taken(&house.send(ask(entries(1..3))).await);
    assert_eq!(house.taken().0, 2);
    house.send(Ask::post("/upload", "{}").header("Content-Type", "application/json")).await.assert_problem(415);
    house.send(ask("").header("Content-Encoding", "gzip")).await.assert_problem(415);
}
