use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use intake::{Flaw, Frames};
use tokio::net::UdpSocket;
use tokio::sync::watch;

use super::bind::Datagrams;
use super::collector::Collector;
use super::config::Protocol;
use super::gelf;
use super::inlet::Terms;

/// The largest datagram there is.
const DATAGRAM_BYTES_MAX: usize = 64 << 10;
/// Datagrams taken in one go, before others are given a turn.
const AT_ONCE: usize = 1024;
/// Datagrams that are still taken at shutdown: more than any receive buffer holds.
const LAST_MAX: usize = 256 << 10;

/// Reads datagrams until the server stops, and then those that came already.
pub(super) async fn run(socket: Datagrams, terms: Terms, collector: Arc<Collector>) {
    if let Datagrams::Udp(socket) = &socket
        && let Ok(address) = socket.local_addr()
    {
        terms.app.metrics.sockets.watch_udp(terms.protocol, address.port());
    }
    let mut reader = Reader {
        buffer: vec![0; DATAGRAM_BYTES_MAX],
        frames: Frames::default(),
        gelf: gelf::Datagrams::new(terms.app.clone()),
        socket,
        terms,
        collector,
    };
    let mut stopping = reader.terms.stopping.clone();
    loop {
        tokio::select! {
            received = reader.socket.receive(&mut reader.buffer) => match received {
                Ok((len, sender)) => reader.take(len, sender),
                // Answers of the network to what was sent earlier; the socket goes on.
                Err(error) => tracing::debug!(%error, "receiving a datagram"),
            },
            _ = stopping.wait_for(|&stopping| stopping) => break,
        }
        reader.take_waiting(AT_ONCE);
        reader.hand_over();
        tokio::task::yield_now().await;
    }
    let mut left = LAST_MAX;
    while left > 0 && reader.take_waiting(AT_ONCE) > 0 {
        left = left.saturating_sub(AT_ONCE);
        let frames = std::mem::take(&mut reader.frames);
        reader.collector.offer(&frames).await;
    }
}

struct Reader {
    socket: Datagrams,
    terms: Terms,
    collector: Arc<Collector>,
    buffer: Vec<u8>,
    frames: Frames,
    gelf: gelf::Datagrams,
}

impl Reader {
    /// Takes what waits in the kernel. Returns how many there were.
    fn take_waiting(&mut self, most: usize) -> usize {
        for count in 0..most {
            match self.socket.try_receive(&mut self.buffer) {
                Ok((len, sender)) => self.take(len, sender),
                Err(_) => return count,
            }
        }
        most
    }

    fn take(&mut self, len: usize, sender: Option<SocketAddr>) {
        let peer = sender.map(|sender| sender.ip().to_canonical().to_string());
        let datagram = &self.buffer[..len];
        if self.terms.protocol == Protocol::Gelf {
            return self.gelf.take(datagram, sender, peer.as_deref(), &mut self.frames);
        }
        let message = without_end(datagram);
        if !message.is_empty() {
            self.frames.push(message, peer.as_deref(), Flaw::None);
        }
    }

    /// There is nobody who could be made to wait: what finds no room is lost, and counted.
    fn hand_over(&mut self) {
        let frames = std::mem::take(&mut self.frames);
        if !frames.is_empty() && !self.collector.try_offer(&frames) {
            self.terms.app.metrics.sockets.lost(self.terms.protocol, "queue_full", frames.len() as u64);
        }
    }
}

/// Some senders end datagrams like lines, or like strings of C.
fn without_end(mut datagram: &[u8]) -> &[u8] {
    while let [rest @ .., b'\n' | b'\r' | 0] = datagram {
        datagram = rest;
    }
    datagram
}

impl Datagrams {
    async fn receive(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<SocketAddr>)> {
        match self {
            Datagrams::Udp(socket) => socket.recv_from(buffer).await.map(|(len, sender)| (len, Some(sender))),
            #[cfg(unix)]
            Datagrams::Unix { socket, .. } => socket.recv(buffer).await.map(|len| (len, None)),
        }
    }

    fn try_receive(&self, buffer: &mut [u8]) -> io::Result<(usize, Option<SocketAddr>)> {
        match self {
            Datagrams::Udp(socket) => socket.try_recv_from(buffer).map(|(len, sender)| (len, Some(sender))),
            #[cfg(unix)]
            Datagrams::Unix { socket, .. } => socket.try_recv(buffer).map(|len| (len, None)),
        }
    }
}

/// Answers each heartbeat of Fluentd with one byte: no more than was sent.
pub(super) async fn echo(socket: UdpSocket, mut stopping: watch::Receiver<bool>) {
    let mut buffer = [0; 16];
    loop {
        tokio::select! {
            received = socket.recv_from(&mut buffer) => {
                if let Ok((1.., sender)) = received {
                    // Whoever asks and is gone needs no answer.
                    let _ = socket.try_send_to(&[0], sender);
                }
            }
            _ = stopping.wait_for(|&stopping| stopping) => return,
        }
    }
}
