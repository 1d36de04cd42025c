//! Reads a request's body under bounds of size, time and shared memory.

use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use bytes::Bytes;
use futures::StreamExt;
use tokio::time::{Instant, timeout};

use crate::budget::{ByteBudget, Reservation};
use crate::config::Limits;
use crate::decompress::{Caps, ContentEncoding, full};
use crate::error::Problem;

/// Room made for a body that does not say how long it is.
const UNKNOWN_LENGTH_BYTES: usize = 64 << 10;

/// A body as sent.
#[derive(Debug)]
pub(crate) struct Received {
    encoded: Vec<u8>,
    encoding: ContentEncoding,
    caps: Caps,
    reservation: Reservation,
}

/// A body as meant.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) bytes: Vec<u8>,
    /// Held as long as the bytes, or what was made of them, are at work.
    pub(crate) reservation: Reservation,
}

/// What a body may cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bounds {
    /// As sent.
    pub(crate) bytes: usize,
    /// Decompressed.
    pub(crate) caps: Caps,
    pace: Pace,
}

#[derive(Debug, Clone, Copy)]
struct Pace {
    idle: Duration,
    grace: Duration,
    rate: usize,
}

impl Bounds {
    /// Of a body of logs.
    pub(crate) fn logs(limits: &Limits) -> Bounds {
        Bounds::new(limits, limits.body_bytes, limits.decompressed_bytes)
    }

    /// Of a question.
    pub(crate) fn question(limits: &Limits) -> Bounds {
        Bounds::new(limits, limits.question_bytes, limits.question_bytes)
    }

    fn new(limits: &Limits, bytes: usize, decompressed: usize) -> Bounds {
        let pace = Pace { idle: limits.body_idle, grace: limits.body_grace, rate: limits.body_rate };
        Bounds { bytes, caps: Caps { bytes: decompressed, ratio: limits.compression_ratio }, pace }
    }
}

/// Reads the whole body. What can be refused by looking at the headers is refused before a byte is read.
pub(crate) async fn receive(headers: &HeaderMap, body: Body, bounds: &Bounds, budget: &ByteBudget) -> Result<Received, Problem> {
    let encoding = ContentEncoding::of(headers)?;
    let declared = declared_length(headers);
    if declared.is_some_and(|declared| declared > bounds.bytes as u64) {
        return Err(Problem::too_large("the body", bounds.bytes));
    }
    let expected = declared.map_or(UNKNOWN_LENGTH_BYTES, |declared| declared as usize);
    let mut reservation = budget.open();
    reservation.reach(expected).map_err(|_| full())?;
    let mut encoded = Vec::with_capacity(expected);
    let mut reader = Reader { pieces: body.into_data_stream(), pace: bounds.pace, started: Instant::now() };
    while let Some(piece) = reader.next(encoded.len()).await? {
        if encoded.len() + piece.len() > bounds.bytes {
            return Err(Problem::too_large("the body", bounds.bytes));
        }
        reservation.reach(encoded.len() + piece.len()).map_err(|_| full())?;
        encoded.extend_from_slice(&piece);
    }
    Ok(Received { encoded, encoding, caps: bounds.caps, reservation })
}

impl Received {
    /// Bytes as sent.
    pub(crate) fn wire_bytes(&self) -> usize {
        self.encoded.len()
    }

    /// Whether undoing the encoding costs nothing.
    pub(crate) fn is_plain(&self) -> bool {
        self.encoding == ContentEncoding::Identity
    }

    /// What the body may become.
    pub(crate) fn caps(&self) -> Caps {
        self.caps
    }

    /// Undoes the encoding. Takes CPU time in proportion to the body.
    pub(crate) fn into_plain(mut self) -> Result<Plain, Problem> {
        let bytes = self.encoding.decode(self.encoded, self.caps, &mut self.reservation)?;
        Ok(Plain { bytes, reservation: self.reservation })
    }
}

fn declared_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

struct Reader {
    pieces: BodyDataStream,
    pace: Pace,
    started: Instant,
}

impl Reader {
    async fn next(&mut self, got: usize) -> Result<Option<Bytes>, Problem> {
        if self.is_too_slow(got) {
            return Err(slow("the body comes too slowly"));
        }
        match timeout(self.pace.idle, self.pieces.next()).await {
            Err(_) => Err(slow("no more of the body came")),
            Ok(None) => Ok(None),
            Ok(Some(Ok(piece))) => Ok(Some(piece)),
            Ok(Some(Err(_))) => Err(Problem::bad_request("the body is cut off or its framing is wrong")),
        }
    }

    /// A trickle of single bytes never idles, and would hold its place for days.
    fn is_too_slow(&self, got: usize) -> bool {
        let elapsed = self.started.elapsed();
        elapsed > self.pace.grace && (got as f64) < elapsed.as_secs_f64() * self.pace.rate as f64
    }
}

fn slow(detail: &'static str) -> Problem {
    Problem::new(StatusCode::REQUEST_TIMEOUT, detail).header(header::CONNECTION, HeaderValue::from_static("close"))
}

#[cfg(test)]
mod tests;
