use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use intake::Context;
use lake::BatchKey;
use record::{Batch, Record, TimeOrigin};

use super::Dialect;
use super::framing::Framing;
use crate::app::App;
use crate::body::{Bounds, receive};
use crate::error::Problem;
use crate::idempotency::idempotency_key;
use crate::store::{Decoded, Stored, Work, context, digest, store};

/// A request that carries records.
pub(crate) struct Delivery {
    pub(crate) dialect: Dialect,
    /// What of the URL decides about the records: the same body sent elsewhere is another delivery.
    pub(crate) scope: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) framing: Framing,
}

/// What a dialect reads out of a body.
pub(crate) struct Reading<T> {
    pub(crate) batch: Batch,
    pub(crate) identity: Identity,
    pub(crate) answer: T,
}

/// How a delivery that comes again is told from a twin, which is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    /// The sender names its deliveries.
    Named(String),
    /// Its records have ids, or the protocol itself takes the same for one.
    Body,
    /// Only by the times that the sender wrote: see [`is_stamped`].
    Times,
}

/// Takes a request's records through the house. `decode` is given the plain body and its digest.
pub(crate) async fn deliver<T, D>(app: &Arc<App>, delivery: Delivery, decode: D) -> Result<Stored<T>, Problem>
where
    T: Send + 'static,
    D: FnOnce(&[u8], u128, &Context<'_>) -> Result<Reading<T>, Problem> + Send + 'static,
{
    let Delivery { dialect, scope, headers, body, framing } = delivery;
    let named = idempotency_key(&headers)?;
    // A body that cannot be stored need not be read.
    if let Some(error) = app.rooms.lake.refuses() {
        return Err(error.into());
    }
    let received = receive(&headers, body, &Bounds::logs(&app.limits), &app.bodies).await?;
    let wire_bytes = received.wire_bytes();
    let work = if received.is_plain() && framing == Framing::None { Work::of_plain(wire_bytes) } else { Work::Long };
    store(app, wire_bytes, work, move |app, received_at| {
        let caps = received.caps();
        let plain = framing.undo(received.into_plain()?, caps)?;
        let digest = digest(&plain.bytes);
        let Reading { batch, identity, answer } = decode(&plain.bytes, digest, &context(app, None, received_at))?;
        let key = match named {
            Some(key) => Some(BatchKey { key, body: digest }),
            None => key(dialect, &scope, identity, digest, &batch),
        };
        Ok(Decoded { batch, key, bytes: plain.bytes.len(), reservation: Some(plain.reservation), answer })
    })
    .await
}

fn key(dialect: Dialect, scope: &str, identity: Identity, digest: u128, batch: &Batch) -> Option<BatchKey> {
    let dialect = dialect.as_str();
    match identity {
        // The sender's word for it is enough: the same event may come in other letters.
        Identity::Named(name) => Some(BatchKey { key: format!("{dialect}:{name}"), body: 0 }),
        Identity::Times if !is_stamped(batch) => None,
        Identity::Body | Identity::Times => Some(BatchKey { key: format!("{dialect}:{scope}:{digest:032x}"), body: digest }),
    }
}

/// Whether a delivery with these very bytes can hardly be a twin: a record in it has the sender's own time, and the
/// sender's clock is finer than a second. Where it is not, a heartbeat may well be sent twice in the same words, and
/// keeping a record twice is the smaller loss.
fn is_stamped(batch: &Batch) -> bool {
    const SECOND_MICROS: i64 = 1_000_000;
    let is_fine = |record: &Record| record.nanos > 0 || record.timestamp.as_micros() % SECOND_MICROS != 0;
    batch.records().iter().any(|record| record.origin == TimeOrigin::Event && is_fine(record))
}
