//! A TCP proxy that does to connections what networks do.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::Chance;

/// What happens to a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fate {
    /// Nothing.
    Pass,
    /// The request arrives whole and is answered; the answer is lost.
    LoseAnswer,
    /// The connection is reset after so many bytes of the request.
    Reset(usize),
}

/// A running proxy. Ends with its runtime.
pub(crate) struct FaultProxy {
    /// Where it listens.
    pub address: SocketAddr,
    /// Answers lost.
    pub lost: Arc<AtomicUsize>,
    /// Connections reset.
    pub reset: Arc<AtomicUsize>,
}

impl FaultProxy {
    /// Starts in front of a server.
    pub(crate) async fn start(server: SocketAddr, chance: Chance) -> FaultProxy {
        FaultProxy::start_for(server, chance, REQUEST_BYTES_MIN).await
    }

    /// The same for requests that are at least so long.
    pub(crate) async fn start_for(server: SocketAddr, chance: Chance, request_bytes: u64) -> FaultProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let proxy = FaultProxy { address: listener.local_addr().expect("address"), lost: Arc::default(), reset: Arc::default() };
        let (lost, reset, chance) = (proxy.lost.clone(), proxy.reset.clone(), Mutex::new(chance));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let fate = fate(&mut chance.lock().expect("no panic"), request_bytes);
                match fate {
                    Fate::Pass => {}
                    Fate::LoseAnswer => _ = lost.fetch_add(1, Ordering::Relaxed),
                    Fate::Reset(_) => _ = reset.fetch_add(1, Ordering::Relaxed),
                }
                // That a connection ends with an error is what this is for.
                tokio::spawn(async move { _ = meet(client, server, fate).await });
            }
        });
        proxy
    }
}

/// Requests are mostly at least so long; a reset behind its end would never come.
const REQUEST_BYTES_MIN: u64 = 1000;

/// A third of all connections each.
fn fate(chance: &mut Chance, request_bytes: u64) -> Fate {
    match chance.below(3) {
        0 => Fate::Pass,
        1 => Fate::LoseAnswer,
        _ => Fate::Reset(1 + chance.below(request_bytes) as usize),
    }
}

async fn meet(mut client: TcpStream, server: SocketAddr, fate: Fate) -> std::io::Result<()> {
    let mut upstream = TcpStream::connect(server).await?;
    match fate {
        Fate::Pass => _ = copy_bidirectional(&mut client, &mut upstream).await?,
        Fate::LoseAnswer => {
            let (mut from_client, mut to_client) = client.split();
            let (mut from_server, mut to_server) = upstream.split();
            let mut first = [0; 1];
            tokio::select! {
                _ = tokio::io::copy(&mut from_client, &mut to_server) => {}
                answered = from_server.read_exact(&mut first) => { answered?; }
            }
            _ = to_client.shutdown().await;
        }
        Fate::Reset(bytes) => {
            let mut part = [0; 512];
            let mut left = bytes;
            while left > 0 {
                let most = part.len().min(left);
                let read = client.read(&mut part[..most]).await?;
                if read == 0 {
                    break;
                }
                upstream.write_all(&part[..read]).await?;
                left -= read;
            }
            // Zero linger: the peer sees a reset, not an end.
            upstream.set_zero_linger()?;
        }
    }
    Ok(())
}
