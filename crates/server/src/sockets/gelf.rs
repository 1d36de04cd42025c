//! GELF: datagrams, perhaps in chunks and compressed, and streams of messages ended by NUL.

use std::net::SocketAddr;
use std::sync::Arc;

use intake::gelf::{Chunks, Packing as Seen, Whole, packing};
use intake::{Flaw, Frames};
use memchr::memchr;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::collector::Collector;
use super::config::Protocol;
use super::inlet::{Ended, Inlet};
use super::unpack::{Packing, unpack_message};
use crate::app::App;

/// Bytes of a message, decompressed. Larger ones hold texts that no record may hold.
const MESSAGE_BYTES_MAX: usize = 1 << 20;

/// Puts datagrams together.
pub(crate) struct Datagrams {
    app: Arc<App>,
    chunks: Chunks<Option<SocketAddr>>,
    began: Instant,
}

impl Datagrams {
    pub(crate) fn new(app: Arc<App>) -> Datagrams {
        Datagrams { app, chunks: Chunks::default(), began: Instant::now() }
    }

    /// Adds the message that a datagram is, or completes.
    pub(crate) fn take(&mut self, datagram: &[u8], sender: Option<SocketAddr>, peer: Option<&str>, frames: &mut Frames) {
        let whole = self.chunks.take(sender, datagram, self.began.elapsed());
        let figures = &self.app.metrics.sockets;
        match &whole {
            Whole::Datagram(message) => push(&self.app, message, peer, frames),
            Whole::Assembled(message) => push(&self.app, message, peer, frames),
            Whole::Waiting => {}
            Whole::Broken => figures.lost(Protocol::Gelf, "broken_chunk", 1),
        }
        figures.lost(Protocol::Gelf, "incomplete_chunks", self.chunks.abandoned());
    }
}

/// What does not decompress is kept as it came, in quarantine.
fn push(app: &App, message: &[u8], peer: Option<&str>, frames: &mut Frames) {
    let packing = match packing(message) {
        Seen::Plain => return push_plain(app, message, peer, frames),
        Seen::Gzip => Packing::Gzip,
        Seen::Zlib => Packing::Zlib,
    };
    match unpack_message(message, packing, MESSAGE_BYTES_MAX) {
        Ok(plain) => push_plain(app, &plain, peer, frames),
        Err(_) => {
            app.metrics.sockets.flawed(Protocol::Gelf, "undecodable", 1);
            frames.push(message, peer, Flaw::Unreadable);
        }
    }
}

fn push_plain(app: &App, message: &[u8], peer: Option<&str>, frames: &mut Frames) {
    let message = message.trim_ascii_end();
    let message = message.strip_suffix(b"\0").unwrap_or(message);
    if message.is_empty() {
        return;
    }
    let is_long = message.len() > MESSAGE_BYTES_MAX;
    app.metrics.sockets.flawed(Protocol::Gelf, "truncated", u64::from(is_long));
    let flaw = if is_long { Flaw::Unreadable } else { Flaw::None };
    frames.push(&message[..message.len().min(MESSAGE_BYTES_MAX)], peer, flaw);
}

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, collector: &Arc<Collector>) -> Ended {
    let mut skips = false;
    let ended = loop {
        if let Err(ended) = inlet.more().await {
            break ended;
        }
        hand_over(inlet, &mut skips, collector).await;
    };
    if ended == Ended::Stopping {
        while inlet.last_words().await {
            hand_over(inlet, &mut skips, collector).await;
        }
    }
    if !skips {
        let mut frames = Frames::default();
        push_plain(&inlet.app, &inlet.buffer, inlet.peer.as_deref(), &mut frames);
        collector.offer(&frames).await;
    }
    ended
}

async fn hand_over<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, skips: &mut bool, collector: &Arc<Collector>) {
    let (mut frames, mut at) = (Frames::default(), 0);
    while let Some(len) = memchr(0, &inlet.buffer[at..]) {
        if !std::mem::take(skips) {
            push_plain(&inlet.app, &inlet.buffer[at..at + len], inlet.peer.as_deref(), &mut frames);
        }
        at += len + 1;
    }
    // A message that does not end is kept as far as it may be long; the rest is passed over.
    if *skips {
        at = inlet.buffer.len();
    } else if inlet.buffer.len() - at > MESSAGE_BYTES_MAX {
        push_plain(&inlet.app, &inlet.buffer[at..], inlet.peer.as_deref(), &mut frames);
        at = inlet.buffer.len();
        *skips = true;
    }
    inlet.consume(at);
    collector.offer(&frames).await;
}
