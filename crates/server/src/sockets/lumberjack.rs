//! Lumberjack, spoken by Beats and Logstash: a window of events is acknowledged once it is durable. What a window holds
//! is its idempotency key: Beats send the same events again, byte for byte, when no acknowledgement reached them.

use bytes::Bytes;
use intake::lumberjack::{Frame, NoFrame, ack, frame, json_of_pairs};
use intake::{Dialect, Flaw, Frames};
use lake::BatchKey;
use tokio::io::{AsyncRead, AsyncWrite};

use super::deliver::{Delivery, deliver_new, room};
use super::inlet::{Ended, Inlet};
use super::resent::{Resent, Session};
use super::unpack::{NotUnpacked, Packing, unpack};
use crate::budget::Reservation;
use crate::store::digest;

/// Serves a connection to its end.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite + Unpin>(inlet: &mut Inlet<S>, resent: &Resent) -> Ended {
    let (mut window, session) = (Window::default(), resent.session(inlet.peer.as_deref()));
    loop {
        room(inlet).await;
        if let Err(ended) = window.turn(inlet, &session).await {
            return ended;
        }
    }
}

/// Events that are not acknowledged yet.
#[derive(Default)]
struct Window {
    /// How many events it will have.
    size: u32,
    events: Frames,
    last: u32,
    wire_bytes: usize,
    reservations: Vec<Reservation>,
}

impl Window {
    /// Takes a frame; stores and acknowledges when the window is complete, or holds as much as may be held.
    async fn turn<S: AsyncRead + AsyncWrite + Unpin>(&mut self, inlet: &mut Inlet<S>, session: &Session) -> Result<(), Ended> {
        let most = inlet.limits.delivery_bytes;
        let (found, end) = loop {
            match frame(&inlet.buffer, most) {
                Ok(found) => break found,
                Err(NoFrame::Unfinished) => inlet.more().await?,
                Err(NoFrame::TooLong) => return Err(Ended::TooLong),
                Err(NoFrame::Malformed) => return Err(Ended::Malformed),
            }
        };
        let bytes = inlet.take(end);
        self.wire_bytes += end;
        match found {
            Frame::Window(size) => self.size = size,
            Frame::Compressed(payload) => self.unpack(inlet, bytes.slice(payload)).await?,
            event => self.event(&bytes, event),
        }
        let is_complete = self.size > 0 && self.events.len() as u64 >= u64::from(self.size);
        if is_complete || self.events.bytes() > most {
            self.store(inlet, session).await?;
        }
        Ok(())
    }

    fn event(&mut self, bytes: &[u8], event: Frame) {
        match event {
            Frame::Json { sequence, payload } => {
                self.events.push(&bytes[payload], None, Flaw::None);
                self.last = sequence;
            }
            Frame::Pairs { sequence, texts } => {
                self.events.push(json_of_pairs(bytes, &texts).as_bytes(), None, Flaw::None);
                self.last = sequence;
            }
            Frame::Window(size) => self.size = size,
            Frame::Compressed(_) => {}
        }
    }

    /// Further frames, in a compressed one. They are not compressed again.
    async fn unpack<S: AsyncRead + AsyncWrite + Unpin>(&mut self, inlet: &Inlet<S>, packed: Bytes) -> Result<(), Ended> {
        let (plain, reservation) =
            unpack(&inlet.app, packed, Packing::Zlib, inlet.limits).await.map_err(|error| match error {
                NotUnpacked::Damaged => Ended::Malformed,
                NotUnpacked::TooLarge => Ended::TooLong,
                NotUnpacked::NoRoom => Ended::Refused,
            })?;
        self.reservations.push(reservation);
        let mut rest = &plain[..];
        while !rest.is_empty() {
            match frame(rest, inlet.limits.delivery_bytes) {
                Ok((Frame::Compressed(_), _)) => return Err(Ended::Malformed),
                Ok((event, end)) => {
                    self.event(rest, event);
                    rest = &rest[end..];
                }
                Err(NoFrame::TooLong) => return Err(Ended::TooLong),
                Err(NoFrame::Unfinished | NoFrame::Malformed) => return Err(Ended::Malformed),
            }
        }
        Ok(())
    }

    async fn store<S: AsyncRead + AsyncWrite + Unpin>(&mut self, inlet: &mut Inlet<S>, session: &Session) -> Result<(), Ended> {
        let Window { size, events, last, wire_bytes, mut reservations } = std::mem::take(self);
        self.size = size.saturating_sub(events.len() as u32);
        let body =
            events.messages().fold(0, |so_far: u128, event| digest(&[&so_far.to_be_bytes()[..], event.as_bytes()].concat()));
        let key = Some(BatchKey { key: format!("lumberjack:{body:032x}"), body });
        // Those of the other compressed frames end here; their text is held as the batch's.
        let reservation = reservations.pop();
        let delivery = Delivery { frames: events, dialect: Dialect::Object, key, wire_bytes, reservation };
        deliver_new(inlet, session, delivery).await?;
        inlet.write(&ack(last)).await
    }
}
