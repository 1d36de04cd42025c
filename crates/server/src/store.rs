//! The one way of a delivery through the house, whatever dialect it came in: decode, transform, admit, append.

use std::sync::Arc;

use intake::Context;
use lake::{BatchKey, Receipt};
use privacy::Admitted;
use record::{Batch, LeftOutBy, Timestamp};
use sha2::{Digest, Sha256};

use crate::app::App;
use crate::budget::Reservation;

/// Bodies up to here are decoded where they are (about 0.2 ms): handing them to another thread costs as much.
pub(crate) const INLINE_MAX_BYTES: usize = 16 << 10;

/// What a dialect makes of a delivery.
pub(crate) struct Decoded<T> {
    /// Records, and beside them what could not become one.
    pub(crate) batch: Batch,
    /// What makes the delivery recognisable when it is repeated.
    pub(crate) key: Option<BatchKey>,
    /// Size of the delivery, decompressed.
    pub(crate) bytes: usize,
    /// The body is gone by then, but the batch that was made of it is of the same size.
    pub(crate) reservation: Option<Reservation>,
    /// What the dialect's answer needs beside the receipt.
    pub(crate) answer: T,
}

/// What became of a delivery.
#[derive(Debug)]
pub(crate) struct Stored<T> {
    pub(crate) receipt: Receipt,
    /// Records that the privacy policy wants dropped.
    pub(crate) dropped: u64,
    /// Records that a rule does not want.
    pub(crate) filtered: u64,
    /// Records that stand aside for others of their kind.
    pub(crate) sampled_out: u64,
    pub(crate) answer: T,
}

/// How much work decoding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// So little that it is done where the caller is.
    Quick,
    /// For a thread that may compute for long; as many at once as there are cores.
    Long,
}

impl Work {
    /// Of a body of so many bytes that has not to be decompressed.
    pub(crate) fn of_plain(bytes: usize) -> Work {
        if bytes <= INLINE_MAX_BYTES { Work::Quick } else { Work::Long }
    }
}

/// Takes one delivery through the house. Returning means durable.
///
/// `decode` is told the time of receipt; what it refuses is returned and nothing is stored.
pub(crate) async fn store<T, E, D>(app: &Arc<App>, wire_bytes: usize, work: Work, decode: D) -> Result<Stored<T>, E>
where
    T: Send + 'static,
    E: From<lake::Error> + Send + 'static,
    D: FnOnce(&App, Timestamp) -> Result<Decoded<T>, E> + Send + 'static,
{
    let screened = screen(app, work, decode).await?;
    app.key_watch.look(&app.rooms.gateway);
    let masked = screened.admitted.masked().clone();
    let left_out = |by| screened.admitted.batch().records_left_out(by);
    let (filtered, sampled_out) = (left_out(LeftOutBy::Filter), left_out(LeftOutBy::Sampling));
    let receipt = app.rooms.lake.append(screened.admitted, screened.key).await?;
    app.metrics.ingest(wire_bytes, screened.bytes, &receipt);
    if !receipt.duplicate {
        app.metrics.screened(&masked);
    }
    Ok(Stored { receipt, dropped: masked.dropped, filtered, sampled_out, answer: screened.answer })
}

struct Screened<T> {
    admitted: Admitted,
    key: Option<BatchKey>,
    bytes: usize,
    answer: T,
    _reservation: Option<Reservation>,
}

async fn screen<T, E, D>(app: &Arc<App>, work: Work, decode: D) -> Result<Screened<T>, E>
where
    T: Send + 'static,
    E: Send + 'static,
    D: FnOnce(&App, Timestamp) -> Result<Decoded<T>, E> + Send + 'static,
{
    let now = app.now();
    if work == Work::Quick {
        return compute(app, now, decode);
    }
    let turn = app.decoders.clone().acquire_owned().await;
    let app = app.clone();
    let computed = tokio::task::spawn_blocking(move || {
        let computed = compute(&app, now, decode);
        drop(turn);
        computed
    });
    computed.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

fn compute<T, E, D>(app: &App, now: Timestamp, decode: D) -> Result<Screened<T>, E>
where
    D: FnOnce(&App, Timestamp) -> Result<Decoded<T>, E>,
{
    let Decoded { batch, key, bytes, reservation, answer } = decode(app, now)?;
    let admitted = app.rooms.gateway.admit(app.rooms.transforms.apply(batch));
    Ok(Screened { admitted, key, bytes, answer, _reservation: reservation })
}

/// What decoders have to know beside the bytes.
pub(crate) fn context<'a>(app: &App, source: Option<&'a str>, received_at: Timestamp) -> Context<'a> {
    Context { tenant: app.tenant.clone(), source, received_at, limits: intake::Limits::default() }
}

/// SHA-256, cut to 128 bits: nobody finds two bodies that share it, so nobody can pass off one for the other.
pub(crate) fn digest(body: &[u8]) -> u128 {
    let digest: [u8; 32] = Sha256::digest(body).into();
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    u128::from_be_bytes(first)
}
