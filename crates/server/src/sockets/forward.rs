//! Fluent Forward. A delivery with a chunk is acknowledged once it is durable, and the chunk is its idempotency key;
//! deliveries without one are brought together with those of other connections.

use std::fmt::Write;
use std::sync::Arc;

use bytes::Bytes;
use intake::forward::{Compression, Delivery as Sent, Ping, ack, hello, pong};
use intake::{Dialect, Extent, Flaw, Frames};
use lake::BatchKey;
use rustls::crypto::SecureRandom;
use sha2::{Digest, Sha512};
use subtle::ConstantTimeEq;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::timeout;

use super::collector::Collector;
use super::deliver::{Delivery, deliver, room};
use super::inlet::{Ended, Inlet};
use super::unpack::{NotUnpacked, Packing, unpack};
use crate::budget::Reservation;
use crate::store::digest;

/// Chunk ids in use have 24 to 64 characters.
const CHUNK_BYTES_MAX: usize = 256;
/// A greeting is some two hundred bytes.
const PING_BYTES_MAX: u64 = 4 << 10;
/// Bytes that are kept of what does not decompress.
const UNREADABLE_BYTES_MAX: usize = 1 << 10;
/// The name this server greets with.
const HOSTNAME: &str = "dendro";

/// The key that clients share with the server. It prints as stars.
pub(crate) struct SharedKey(pub(crate) Vec<u8>);

impl std::fmt::Debug for SharedKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SharedKey(***)")
    }
}

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(
    inlet: &mut Inlet<S>,
    collector: &Arc<Collector>,
    key: Option<&SharedKey>,
) -> Ended {
    let served = async {
        if let Some(key) = key {
            let patience = inlet.limits.stall;
            timeout(patience, greet(inlet, key)).await.map_err(|_| Ended::Stalled)??;
        }
        loop {
            room(inlet).await;
            take(inlet, collector).await?;
        }
    };
    let Err(ended): Result<std::convert::Infallible, Ended> = served.await;
    ended
}

/// HELO, PING, PONG: both sides show that they know the key.
async fn greet<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, key: &SharedKey) -> Result<(), Ended> {
    let mut nonce = [0; 16];
    let random: &dyn SecureRandom = rustls::crypto::ring::default_provider().secure_random;
    random.fill(&mut nonce).map_err(|_| Ended::Refused)?;
    inlet.write(&hello(&nonce)).await?;
    let end = whole(inlet, PING_BYTES_MAX).await?;
    let bytes = inlet.take(end);
    let ping = Ping::parse(&bytes).map_err(|_| Ended::Malformed)?;
    let expected = hex(&Sha512::new()
        .chain_update(ping.salt)
        .chain_update(ping.hostname)
        .chain_update(nonce)
        .chain_update(&key.0)
        .finalize());
    if !bool::from(expected.as_bytes().ct_eq(ping.digest)) {
        inlet.write(&pong(false, "shared_key mismatch", "", "")).await?;
        return Err(Ended::Denied);
    }
    let answer =
        hex(&Sha512::new().chain_update(ping.salt).chain_update(HOSTNAME).chain_update(nonce).chain_update(&key.0).finalize());
    inlet.write(&pong(true, "", HOSTNAME, &answer)).await
}

/// Takes all deliveries that came.
async fn take<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, collector: &Arc<Collector>) -> Result<(), Ended> {
    let most = inlet.limits.delivery_bytes as u64;
    let mut end = whole(inlet, most).await?;
    let mut loose = Frames::default();
    loop {
        let bytes = inlet.take(end);
        let sent = Sent::parse(&bytes).map_err(|_| Ended::Malformed);
        match sent {
            Ok(sent) if sent.chunk.is_some() => {
                collector.offer(&std::mem::take(&mut loose)).await;
                let chunk = sent.chunk.unwrap_or_default();
                let (frames, reservation) = frames_of(inlet, &bytes, &sent).await?;
                let key = Some(key_of(chunk, &bytes));
                let delivery = Delivery { frames, dialect: Dialect::Object, key, wire_bytes: bytes.len(), reservation };
                deliver(inlet, delivery).await?;
                inlet.write(&ack(chunk)).await?;
            }
            Ok(sent) => {
                let (frames, _reservation) = frames_of(inlet, &bytes, &sent).await?;
                loose.append(&frames);
            }
            Err(malformed) => {
                collector.offer(&loose).await;
                return Err(malformed);
            }
        }
        match next(inlet, most) {
            Ok(Some(next)) if loose.bytes() < inlet.limits.message_bytes => end = next,
            Ok(_) => break,
            Err(ended) => {
                collector.offer(&loose).await;
                return Err(ended);
            }
        }
    }
    collector.offer(&loose).await;
    Ok(())
}

/// Waits until a value is there as a whole, and tells where it ends.
async fn whole<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, most: u64) -> Result<usize, Ended> {
    let mut extent = Extent::default();
    loop {
        if !inlet.buffer.is_empty() && extent.reach(&inlet.buffer).map_err(|_| Ended::Malformed)? {
            return extent.end().ok_or(Ended::Malformed);
        }
        if extent.at_least() > most || inlet.buffer.len() as u64 > most {
            return Err(Ended::TooLong);
        }
        inlet.more().await?;
    }
}

/// Where the value at the beginning of the buffer ends, if all of it is there.
fn next<S: AsyncRead + AsyncWrite + Unpin>(inlet: &Inlet<S>, most: u64) -> Result<Option<usize>, Ended> {
    if inlet.buffer.is_empty() {
        return Ok(None);
    }
    let mut extent = Extent::default();
    extent.reach(&inlet.buffer).map_err(|_| Ended::Malformed)?;
    if extent.at_least() > most { Err(Ended::TooLong) } else { Ok(extent.end()) }
}

/// The entries, decompressed if need be. What does not decompress goes to quarantine: refused, it would come again for
/// ever.
async fn frames_of<S: AsyncRead + AsyncWrite + Unpin>(
    inlet: &Inlet<S>,
    bytes: &Bytes,
    sent: &Sent<'_>,
) -> Result<(Frames, Option<Reservation>), Ended> {
    let mut frames = Frames::default();
    let Some((packed, compression)) = sent.compressed() else {
        sent.write(None, &mut frames);
        return Ok((frames, None));
    };
    let packing = match compression {
        Compression::Gzip => Some(Packing::Gzip),
        Compression::Zstd => Some(Packing::Zstd),
        Compression::None | Compression::Unknown => None,
    };
    let unpacked = match packing {
        Some(packing) => unpack(&inlet.app, bytes.slice_ref(packed), packing, inlet.limits).await,
        None => Err(NotUnpacked::Damaged),
    };
    match unpacked {
        Ok((plain, reservation)) => {
            sent.write(Some(&plain), &mut frames);
            Ok((frames, Some(reservation)))
        }
        Err(NotUnpacked::NoRoom) => Err(Ended::Refused),
        Err(NotUnpacked::Damaged | NotUnpacked::TooLarge) => {
            inlet.app.metrics.sockets.flawed(inlet.protocol, "undecodable", 1);
            frames.push(&packed[..packed.len().min(UNREADABLE_BYTES_MAX)], None, Flaw::Unreadable);
            Ok((frames, None))
        }
    }
}

/// The same chunk with another content is another delivery: rather kept twice than lost.
fn key_of(chunk: &[u8], bytes: &[u8]) -> BatchKey {
    let body = digest(bytes);
    let name = match std::str::from_utf8(chunk) {
        Ok(name) if name.len() <= CHUNK_BYTES_MAX && name.bytes().all(|b| b.is_ascii_graphic()) => name.to_owned(),
        _ => format!("{:032x}", digest(chunk)),
    };
    BatchKey { key: format!("forward:{name}:{body:032x}"), body }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("BUG: a string takes all");
        text
    })
}
