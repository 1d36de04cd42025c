//! A TCP proxy for connections that stay open: it delays, loses answers, and breaks off in the middle.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::harness::Chance;

/// Pieces of answers that a connection gets before it breaks, at most. Counted in answers and not in bytes, because how many
/// bytes a sender needs for a batch is its own affair: a connection takes this many batches, at most, and so any number of them surely breaks.
const ANSWERS_MAX: u64 = 6;
/// A piece: some acknowledgements of RELP, which come many at a time, or one of the others.
const ANSWER_BYTES: usize = 64;

/// A running proxy. Ends with its runtime.
pub(crate) struct StreamProxy {
    /// Where it listens.
    pub address: SocketAddr,
    breaks: usize,
    broken: Arc<AtomicUsize>,
    lost: Arc<AtomicUsize>,
    passed: Arc<Mutex<Vec<Passed>>>,
}

/// What went through a connection, as far as it came through.
#[derive(Clone, Default)]
pub(crate) struct Passed {
    /// From the client.
    pub up: Vec<u8>,
    /// To the client, with answers that were then lost.
    pub down: Vec<u8>,
}

/// How a connection ends.
#[derive(Clone, Copy)]
struct Fate {
    /// After so many pieces of answers.
    answers: u64,
    /// Of what the client sends then, so much arrives.
    arrives_permille: u64,
    /// Or all of it arrives, and the answer is lost: what was acknowledged is not known to be.
    loses_answer: bool,
}

impl StreamProxy {
    /// Starts in front of a port of this machine. So many connections break, every other one with a lost answer; later
    /// ones pass, or a journey would never end.
    pub(crate) async fn start(port: u16, breaks: usize, chance: Chance) -> StreamProxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        let proxy = StreamProxy { address, breaks, broken: Arc::default(), lost: Arc::default(), passed: Arc::default() };
        let (broken, lost, chance) = (proxy.broken.clone(), proxy.lost.clone(), Mutex::new(chance));
        let all = proxy.passed.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                let before = broken.load(Ordering::Relaxed);
                let fate = (before < breaks).then(|| Fate::of(before, &mut chance.lock().expect("no panic")));
                let (broken, lost, all) = (broken.clone(), lost.clone(), all.clone());
                tokio::spawn(async move {
                    let mut passed = Passed::default();
                    let met = meet(client, port, fate, &mut passed).await;
                    all.lock().expect("no panic").push(passed);
                    // That a connection ends with an error is what this is for.
                    if let Ok(true) = met {
                        broken.fetch_add(1, Ordering::Relaxed);
                        lost.fetch_add(usize::from(fate.is_some_and(|fate| fate.loses_answer)), Ordering::Relaxed);
                    }
                });
            }
        });
        proxy
    }

    /// What went through the connections that have ended.
    pub(crate) fn passed(&self) -> Vec<Passed> {
        self.passed.lock().expect("no panic").clone()
    }

    /// The network was as bad as it should be.
    #[track_caller]
    pub(crate) fn worked(&self) {
        let (broken, lost) = (self.broken.load(Ordering::Relaxed), self.lost.load(Ordering::Relaxed));
        println!("{broken} connections broken, {lost} of them with answers lost");
        assert!(
            broken >= self.breaks && lost >= self.breaks / 2,
            "the proxy did not do its work: {broken} broken, {lost} answers lost"
        );
    }
}

impl Fate {
    /// Of the connection behind so many broken ones.
    fn of(broken: usize, chance: &mut Chance) -> Fate {
        let answers = 1 + chance.below(ANSWERS_MAX);
        Fate { answers, arrives_permille: chance.below(1000), loses_answer: broken.is_multiple_of(2) }
    }
}

/// Returns whether the connection was broken.
async fn meet(mut client: TcpStream, port: u16, fate: Option<Fate>, passed: &mut Passed) -> std::io::Result<bool> {
    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
    let (mut up, mut down) = ([0; 4096], [0; 4096]);
    let mut answers = 0;
    loop {
        // The first answer may be that to a greeting, which is longer.
        let most = if answers == 0 { down.len() } else { ANSWER_BYTES };
        let due = fate.filter(|fate| answers >= fate.answers);
        tokio::select! {
            read = client.read(&mut up) => {
                let read = read?;
                if read == 0 {
                    server.shutdown().await?;
                    return Ok(false);
                }
                if let Some(Fate { arrives_permille, loses_answer: false, .. }) = due {
                    let arrives = &up[..read * arrives_permille as usize / 1000];
                    passed.up.extend_from_slice(arrives);
                    server.write_all(arrives).await?;
                    // What arrived is stored meanwhile, and its sender does not learn of it.
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    return break_off(&client, &server);
                }
                passed.up.extend_from_slice(&up[..read]);
                server.write_all(&up[..read]).await?;
            }
            read = server.read(&mut down[..most]) => {
                let read = read?;
                if read == 0 {
                    client.shutdown().await?;
                    return Ok(false);
                }
                passed.down.extend_from_slice(&down[..read]);
                if due.is_some_and(|fate| fate.loses_answer) {
                    return break_off(&client, &server);
                }
                client.write_all(&down[..read]).await?;
                answers += 1;
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
