use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use crate::app::App;
use crate::budget::Reservation;
use crate::sockets::config::{Protocol, SocketLimits};
use crate::sockets::seats::Seat;

/// Room made before reading. Small, because most connections are idle most of the time.
const READ_BYTES: usize = 4 << 10;
/// Room made at most at a time.
const READ_BYTES_MAX: usize = 256 << 10;
/// What a connection may hold without asking the shared budget.
const OWN_BYTES: usize = 64 << 10;
/// Pause between two looks whether the shared budget has room again.
const BUDGET_PAUSE: Duration = Duration::from_millis(100);
/// At shutdown: how long a stream may be silent until all that was under way is taken to have come.
const LAST_WORDS: Duration = Duration::from_millis(50);

/// Why a connection ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ended {
    /// The peer closed it, between messages or within one.
    Closed,
    /// The server stops.
    Stopping,
    /// Half a message came, and then nothing for too long.
    Stalled,
    /// Another connection needed the place.
    Evicted,
    /// What was sent is not written as the protocol says.
    Malformed,
    /// What was sent is longer than anything may be.
    TooLong,
    /// The peer does not know the shared key.
    Denied,
    /// The peer takes no answers.
    Deaf,
    /// What was sent could not be stored, and was not acknowledged.
    Refused,
}

impl Ended {
    /// The label in metrics; `None` when it is nothing to speak of.
    pub(crate) fn reason(self) -> Option<&'static str> {
        match self {
            Ended::Closed | Ended::Stopping => None,
            Ended::Stalled => Some("stalled"),
            Ended::Evicted => Some("evicted"),
            Ended::Malformed => Some("malformed"),
            Ended::TooLong => Some("too_long"),
            Ended::Denied => Some("denied"),
            Ended::Deaf => Some("no_reader"),
            Ended::Refused => Some("not_stored"),
        }
    }
}

/// A connection: what was read of it and not used yet.
pub(crate) struct Inlet<S> {
    pub(crate) app: Arc<App>,
    pub(crate) protocol: Protocol,
    pub(crate) limits: SocketLimits,
    /// The sender's address, for messages that name no host.
    pub(crate) peer: Option<String>,
    pub(crate) buffer: BytesMut,
    stream: S,
    seat: Seat,
    reservation: Reservation,
    stopping: watch::Receiver<bool>,
    /// Since when the buffer holds half a message.
    half_since: Option<Instant>,
}

/// What connections of a listener have in common.
#[derive(Clone)]
pub(crate) struct Terms {
    pub(crate) app: Arc<App>,
    pub(crate) protocol: Protocol,
    pub(crate) limits: SocketLimits,
    pub(crate) stopping: watch::Receiver<bool>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Inlet<S> {
    pub(crate) fn new(terms: &Terms, stream: S, peer: Option<IpAddr>, seat: Seat) -> Inlet<S> {
        Inlet {
            protocol: terms.protocol,
            limits: terms.limits,
            peer: peer.map(|address| address.to_canonical().to_string()),
            buffer: BytesMut::new(),
            stream,
            seat,
            reservation: terms.app.bodies.open(),
            stopping: terms.stopping.clone(),
            half_since: None,
            app: terms.app.clone(),
        }
    }

    /// Reads what came, waiting for it if nothing did. Returns when the buffer holds more than before.
    pub(crate) async fn more(&mut self) -> Result<(), Ended> {
        self.make_room().await?;
        self.seat.busy(false);
        let deadline = self.deadline()?;
        let read = tokio::select! {
            biased;
            () = self.seat.wanted() => return Err(Ended::Evicted),
            read = self.stream.read_buf(&mut self.buffer) => read,
            _ = self.stopping.wait_for(|&stopping| stopping) => return Err(Ended::Stopping),
            () = sleep_until(deadline.unwrap_or_else(Instant::now)), if deadline.is_some() => return Err(Ended::Stalled),
        };
        self.seat.busy(true);
        match read {
            // That a peer vanishes is no news.
            Ok(0) | Err(_) => Err(Ended::Closed),
            Ok(_) => {
                self.half_since.get_or_insert_with(Instant::now);
                Ok(())
            }
        }
    }

    /// After [`Ended::Stopping`]: reads what had been sent already. For protocols that acknowledge nothing, where it would
    /// be lost.
    pub(crate) async fn last_words(&mut self) -> bool {
        if self.make_room().await.is_err() {
            return false;
        }
        matches!(timeout(LAST_WORDS, self.stream.read_buf(&mut self.buffer)).await, Ok(Ok(1..)))
    }

    /// Forgets what was used.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.buffer.advance(bytes);
        self.used(bytes);
    }

    /// Takes the first bytes out.
    pub(crate) fn take(&mut self, bytes: usize) -> Bytes {
        let taken = self.buffer.split_to(bytes).freeze();
        self.used(bytes);
        taken
    }

    fn used(&mut self, bytes: usize) {
        if bytes > 0 {
            self.seat.spoke();
            self.half_since = (!self.buffer.is_empty()).then(Instant::now);
        }
        if self.buffer.is_empty() {
            self.buffer = BytesMut::new();
            self.reservation = self.app.bodies.open();
        }
    }

    /// Answers.
    pub(crate) async fn write(&mut self, bytes: &[u8]) -> Result<(), Ended> {
        let written = async {
            self.stream.write_all(bytes).await?;
            self.stream.flush().await
        };
        match timeout(self.limits.write_timeout, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(_)) => Err(Ended::Closed),
            Err(_) => Err(Ended::Deaf),
        }
    }

    /// Ends the connection so that the peer can read the last answer.
    pub(crate) async fn part(mut self) {
        // The peer may be gone already.
        let _ = timeout(LAST_WORDS, self.stream.shutdown()).await;
    }

    pub(crate) fn is_stopping(&self) -> bool {
        *self.stopping.borrow()
    }

    async fn make_room(&mut self) -> Result<(), Ended> {
        let len = self.buffer.len();
        if self.buffer.capacity() - len < READ_BYTES {
            self.buffer.reserve(len.clamp(READ_BYTES, READ_BYTES_MAX));
        }
        let began = Instant::now();
        while len > OWN_BYTES && self.reservation.reach(len).is_err() {
            if began.elapsed() > self.limits.stall {
                return Err(Ended::Refused);
            }
            sleep(BUDGET_PAUSE).await;
        }
        Ok(())
    }

    /// When half a message has stood still for too long. A trickle of single bytes never does, and is held against the
    /// rate.
    fn deadline(&self) -> Result<Option<Instant>, Ended> {
        let Some(since) = self.half_since else { return Ok(None) };
        let elapsed = since.elapsed();
        if elapsed > self.limits.stall && (self.buffer.len() as f64) < elapsed.as_secs_f64() * self.limits.rate as f64 {
            return Err(Ended::Stalled);
        }
        Ok(Some(Instant::now() + self.limits.stall))
    }
}
