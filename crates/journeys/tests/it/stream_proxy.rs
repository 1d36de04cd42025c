//! A TCP proxy for connections that stay open: it delays, loses answers, and breaks off in the middle.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::Chance;

/// Connections that are broken; later ones pass, or a journey would never end.
const BREAKS: usize = 30;
/// Bytes from the client after which a connection breaks, at most.
const BREAK_AFTER_MAX: u64 = 16_000;

/// A running proxy. Ends with its runtime.
pub(crate) struct StreamProxy {
    /// Where it listens.
    pub address: SocketAddr,
    broken: Arc<AtomicUsize>,
    lost: Arc<AtomicUsize>,
}

/// How a connection ends.
#[derive(Clone, Copy)]
struct Fate {
    /// After so many bytes from the client.
    after: u64,
    /// Or with the first answer after half of them, which is lost: what was acknowledged is not known to be.
    loses_answers: bool,
}

impl StreamProxy {
    /// Starts in front of a port of this machine.
    pub(crate) async fn start(port: u16, chance: Chance) -> StreamProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let proxy =
            StreamProxy { address: listener.local_addr().expect("address"), broken: Arc::default(), lost: Arc::default() };
        let (broken, lost, chance) = (proxy.broken.clone(), proxy.lost.clone(), Mutex::new(chance));
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let mut chance = chance.lock().expect("no panic");
                let fate = Fate { after: 1 + chance.below(BREAK_AFTER_MAX), loses_answers: chance.below(2) == 0 };
                drop(chance);
                let breaks = broken.load(Ordering::Relaxed) < BREAKS;
                let (broken, lost) = (broken.clone(), lost.clone());
                tokio::spawn(async move {
                    // That a connection ends with an error is what this is for.
                    if let Ok(true) = meet(client, port, breaks.then_some(fate)).await {
                        broken.fetch_add(1, Ordering::Relaxed);
                        lost.fetch_add(usize::from(fate.loses_answers), Ordering::Relaxed);
                    }
                });
            }
        });
        proxy
    }

    /// The network was as bad as it should be.
    #[track_caller]
    pub(crate) fn worked(&self) {
        let (broken, lost) = (self.broken.load(Ordering::Relaxed), self.lost.load(Ordering::Relaxed));
        println!("{broken} connections broken, {lost} of them with answers lost");
        assert!(broken > BREAKS / 3 && lost > 0, "the proxy did not do its work: {broken} broken, {lost} answers lost");
    }
}

/// Returns whether the connection was broken.
async fn meet(mut client: TcpStream, port: u16, fate: Option<Fate>) -> std::io::Result<bool> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut up, mut passed) = ([0; 4096], 0u64);
    let mut down = [0; 4096];
    loop {
        tokio::select! {
            read = client.read(&mut up) => {
                let read = read?;
                if read == 0 {
                    server.shutdown().await?;
                    return Ok(false);
                }
                let most = fate.map_or(u64::MAX, |fate| fate.after.saturating_sub(passed)) as usize;
                server.write_all(&up[..read.min(most)]).await?;
                passed += read as u64;
                if read >= most {
                    // What arrived is stored meanwhile, and its sender does not learn of it.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    return break_off(&client, &server);
                }
            }
            read = server.read(&mut down) => {
                let read = read?;
                if read == 0 {
                    client.shutdown().await?;
                    return Ok(false);
                }
                if fate.is_some_and(|fate| fate.loses_answers && passed > fate.after / 2) {
                    return break_off(&client, &server);
                }
                client.write_all(&down[..read]).await?;
            }
        }
    }
}

/// Zero linger: the peers see a reset, not an end.
fn break_off(client: &TcpStream, server: &TcpStream) -> std::io::Result<bool> {
    client.set_zero_linger()?;
    server.set_zero_linger()?;
    Ok(true)
}
