//! Stores what will be acknowledged.

use std::sync::Arc;
use std::time::Duration;

use intake::{Dialect, Frames, decode_frames};
use lake::{BatchKey, Receipt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::sleep;

use super::inlet::{Ended, Inlet};
use super::resent::Session;
use crate::app::App;
use crate::budget::Reservation;
use crate::store::{Decoded, Work, context, digest, store};

/// Pause between two looks whether the lake takes records again.
const ROOM_PAUSE: Duration = Duration::from_millis(100);

/// What is stored as a whole.
pub(crate) struct Delivery {
    pub(crate) frames: Frames,
    pub(crate) dialect: Dialect,
    /// Makes it recognisable when it is sent again.
    pub(crate) key: Option<BatchKey>,
    /// Bytes as sent.
    pub(crate) wire_bytes: usize,
    pub(crate) reservation: Option<Reservation>,
}

/// Leaves out what the sender stored over an earlier connection, and stores the rest.
pub(crate) async fn deliver_new<S: AsyncRead + AsyncWrite + Unpin>(
    inlet: &Inlet<S>,
    session: &Session,
    mut delivery: Delivery,
) -> Result<(), Ended> {
    let digests: Vec<u128> = delivery.frames.messages().map(|message| digest(message.as_bytes())).collect();
    let mut memory = session.memory().await;
    let keeps: Vec<bool> = digests.iter().map(|message| !memory.repeats(session.id(), *message)).collect();
    delivery.frames.retain(|index| keeps[index]);
    inlet.app.metrics.sockets.repeated(inlet.protocol, (keeps.len() - delivery.frames.len()) as u64);
    if delivery.frames.is_empty() {
        return Ok(());
    }
    deliver(inlet, delivery).await?;
    for (message, _) in digests.iter().zip(&keeps).filter(|(_, keeps)| **keeps) {
        memory.stored(session.id(), *message);
    }
    Ok(())
}

/// Waits until the lake takes records, so that a sender is not read and then refused.
pub(crate) async fn room<S: AsyncRead + AsyncWrite + Unpin>(inlet: &Inlet<S>) {
    while inlet.app.rooms.lake.refuses().is_some() && !inlet.is_stopping() {
        sleep(ROOM_PAUSE).await;
    }
}

/// Returning a receipt means durable. What is refused is not acknowledged: the connection ends, and its sender, who has
/// it still, comes again.
pub(crate) async fn deliver<S: AsyncRead + AsyncWrite + Unpin>(inlet: &Inlet<S>, delivery: Delivery) -> Result<Receipt, Ended> {
    let (app, protocol, count) = (&inlet.app, inlet.protocol, delivery.frames.len() as u64);
    match store_delivery(app, delivery).await {
        Ok(receipt) if receipt.duplicate => {
            app.metrics.sockets.repeated(protocol, count);
            Ok(receipt)
        }
        Ok(receipt) => {
            app.metrics.sockets.messages(protocol, receipt.accepted);
            Ok(receipt)
        }
        Err(error) => {
            tracing::warn!(protocol = protocol.as_str(), %error, "a delivery was not stored and not acknowledged");
            Err(Ended::Refused)
        }
    }
}

async fn store_delivery(app: &Arc<App>, delivery: Delivery) -> Result<Receipt, lake::Error> {
    let Delivery { frames, dialect, key, wire_bytes, reservation } = delivery;
    let bytes = frames.bytes();
    let decode = move |app: &App, received_at| {
        let batch = decode_frames(dialect, &frames, &context(app, None, received_at));
        Ok(Decoded { batch, key, bytes, reservation, answer: () })
    };
    store(app, wire_bytes, Work::of_plain(bytes), decode).await.map(|stored| stored.receipt)
}
