//! Agents that do not speak HTTP.

mod bounds;
mod forward;
mod gelf;
mod lumberjack;
mod relp;
mod syslog;

use server::{Config, Listener, Protocol};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::house::House;

/// A house with one socket more.
async fn house(protocol: Protocol, endpoint: &str) -> House {
    House::with(|config| listen(config, protocol, endpoint), |_| {}).await
}

fn listen(config: &mut Config, protocol: Protocol, endpoint: &str) {
    config.sockets.listeners.push(Listener { protocol, endpoint: endpoint.parse().expect("an endpoint") });
}

async fn connect(house: &House) -> TcpStream {
    TcpStream::connect(house.socket()).await.expect("connect")
}

async fn send(stream: &mut TcpStream, bytes: impl AsRef<[u8]>) {
    stream.write_all(bytes.as_ref()).await.expect("write");
}

/// Exactly so many bytes of answer.
async fn answer(stream: &mut TcpStream, len: usize) -> Vec<u8> {
    let mut answer = vec![0; len];
    let read = tokio::time::timeout(std::time::Duration::from_secs(30), stream.read_exact(&mut answer));
    read.await.expect("an answer in time").expect("an answer");
    answer
}

/// All that still comes until the server closes.
async fn rest(stream: &mut TcpStream) -> Vec<u8> {
    let mut rest = Vec::new();
    let read = tokio::time::timeout(std::time::Duration::from_secs(30), stream.read_to_end(&mut rest));
    // A reset ends it too.
    let _ = read.await.expect("an end in time");
    rest
}
