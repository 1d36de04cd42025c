//! Syslog over streams. Nothing is acknowledged: what was read is stored, and reading stops while there is no room.

use std::sync::Arc;

use intake::{Flaw, Frames, SyslogStream};
use tokio::io::{AsyncRead, AsyncWrite};

use super::collector::Collector;
use super::inlet::{Ended, Inlet};

/// Messages are handed over at the latest when they are so many bytes.
const HAND_OVER_BYTES: usize = 256 << 10;
/// What is read at most at shutdown, of each connection.
const LAST_WORDS_BYTES: usize = 4 << 20;
/// A TLS handshake on a port without TLS: no message begins so.
const TLS: [u8; 2] = [0x16, 0x03];

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, collector: &Arc<Collector>) -> Ended {
    let mut cutter = SyslogStream::new(inlet.limits.message_bytes);
    let ended = loop {
        if let Err(ended) = inlet.more().await {
            break ended;
        }
        if inlet.buffer.starts_with(&TLS) {
            return Ended::Malformed;
        }
        hand_over(inlet, &mut cutter, collector).await;
    };
    if ended == Ended::Stopping {
        let mut read = 0;
        while read < LAST_WORDS_BYTES && inlet.last_words().await {
            read += inlet.buffer.len();
            hand_over(inlet, &mut cutter, collector).await;
        }
    }
    hand_over_last(inlet, &mut cutter, collector).await;
    inlet.app.metrics.sockets.flawed(inlet.protocol, "misframed", cutter.misframed());
    ended
}

async fn hand_over<S: AsyncRead + AsyncWrite + Unpin>(
    inlet: &mut Inlet<S>,
    cutter: &mut SyslogStream,
    collector: &Arc<Collector>,
) {
    let (mut frames, mut at, mut truncated) = (Frames::default(), 0, 0);
    while let Some(piece) = cutter.next(&inlet.buffer, &mut at) {
        truncated += u64::from(piece.is_truncated);
        let flaw = if piece.is_truncated { Flaw::Truncated } else { Flaw::None };
        frames.push(&inlet.buffer[piece.message], inlet.peer.as_deref(), flaw);
        if frames.bytes() >= HAND_OVER_BYTES {
            collector.offer(&std::mem::take(&mut frames)).await;
        }
    }
    inlet.consume(at);
    inlet.app.metrics.sockets.flawed(inlet.protocol, "truncated", truncated);
    collector.offer(&frames).await;
}

/// What a stream ends with is a message if its sender ends messages by line; a counted one that did not come whole goes
/// to quarantine.
async fn hand_over_last<S: AsyncRead + AsyncWrite + Unpin>(
    inlet: &mut Inlet<S>,
    cutter: &mut SyslogStream,
    collector: &Arc<Collector>,
) {
    let mut frames = Frames::default();
    if let Some((message, is_cut)) = cutter.last(&inlet.buffer, 0) {
        let flaw = if is_cut { Flaw::Unreadable } else { Flaw::None };
        inlet.app.metrics.sockets.flawed(inlet.protocol, "cut_off", u64::from(is_cut));
        frames.push(&inlet.buffer[message], inlet.peer.as_deref(), flaw);
    }
    collector.offer(&frames).await;
}
