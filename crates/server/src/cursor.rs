//! Where the next page of a search begins: signed, so that no client can make one up, and ended by time.
//!
//! ```text
//!  1 byte   version of this layout, 1
//!  8 bytes  end of use, microseconds since 1970
//! 16 bytes  first and end of the time range that was asked for
//!  8 bytes  timestamp of the last record of the page
//! 36 bytes  its record id, as text
//!  8 bytes  Delta version that was read
//! 16 bytes  SHA-256 of the question, cut
//! 32 bytes  HMAC-SHA-256 of all before
//! ```
//!
//! All numbers big-endian; the whole in hexadecimal.

use axum::http::StatusCode;
use record::{RecordId, TimeRange, Timestamp};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use crate::config::CursorKey;
use crate::error::Problem;

const LAYOUT: u8 = 1;
const SIGNED_LEN: usize = 1 + 8 + 16 + 8 + RecordId::TEXT_LEN + 8 + 16;
const LEN: usize = SIGNED_LEN + 32;
/// Length of a cursor's text.
pub(crate) const TEXT_LEN: usize = LEN * 2;

/// What a page leaves for the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) expires_at: Timestamp,
    pub(crate) range: TimeRange,
    pub(crate) timestamp: Timestamp,
    pub(crate) record_id: RecordId,
    pub(crate) version: u64,
    pub(crate) question: [u8; 16],
}

impl Cursor {
    /// Tells questions apart: a cursor belongs to one.
    pub(crate) fn question(parts: &[&str]) -> [u8; 16] {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        let digest: [u8; 32] = hash.finalize().into();
        first_16(&digest)
    }

    /// As the client gets it.
    pub(crate) fn seal(&self, key: &CursorKey) -> String {
        let mut bytes = Vec::with_capacity(LEN);
        bytes.push(LAYOUT);
        for at in [self.expires_at, self.range.start, self.range.end, self.timestamp] {
            bytes.extend(at.as_micros().to_be_bytes());
        }
        bytes.extend(self.record_id.to_string().as_bytes());
        bytes.extend(self.version.to_be_bytes());
        bytes.extend(self.question);
        bytes.extend(hmac_sha256(&key.0, &bytes));
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Reads what a client gives back.
    pub(crate) fn open(text: &str, key: &CursorKey, question: [u8; 16], now: Timestamp) -> Result<Cursor, Problem> {
        let bytes = from_hex(text).ok_or_else(foreign)?;
        let (signed, signature) = bytes.split_at(SIGNED_LEN);
        if !bool::from(hmac_sha256(&key.0, signed).ct_eq(signature)) || signed[0] != LAYOUT {
            return Err(foreign());
        }
        let cursor = Cursor::read(&signed[1..]).ok_or_else(foreign)?;
        if cursor.expires_at < now {
            return Err(gone("the cursor is too old"));
        }
        if cursor.question != question {
            return Err(Problem::bad_request("the cursor belongs to another question")
                .hint("send the same query, start and end with each page; only limit may change"));
        }
        Ok(cursor)
    }

    fn read(mut bytes: &[u8]) -> Option<Cursor> {
        let mut take = |len| bytes.split_off(..len);
        let mut time = || Some(Timestamp::from_micros(i64::from_be_bytes(take(8)?.try_into().ok()?)));
        let (expires_at, start, end, timestamp) = (time()?, time()?, time()?, time()?);
        let record_id = std::str::from_utf8(take(RecordId::TEXT_LEN)?).ok()?.parse().ok()?;
        let version = u64::from_be_bytes(take(8)?.try_into().ok()?);
        let question = take(16)?.try_into().ok()?;
        Some(Cursor { expires_at, range: TimeRange::new(start, end), timestamp, record_id, version, question })
    }
}

fn first_16(digest: &[u8; 32]) -> [u8; 16] {
    let mut first = [0; 16];
    first.copy_from_slice(&digest[..16]);
    first
}

/// RFC 2104 over SHA-256, for keys no longer than a block.
fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    const BLOCK: usize = 64;
    let pad = |with: u8| {
        let mut block = [with; BLOCK];
        block.iter_mut().zip(key).for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(pad(0x5c)).chain_update(inner).finalize().into()
}

fn from_hex(text: &str) -> Option<[u8; LEN]> {
    let text = text.as_bytes();
    let digit = |b: u8| (b as char).to_digit(16).map(|digit| digit as u8);
    let mut bytes = [0; LEN];
    if text.len() != TEXT_LEN {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.chunks_exact(2)) {
        *byte = digit(pair[0])? << 4 | digit(pair[1])?;
    }
    Some(bytes)
}

fn foreign() -> Problem {
    gone("the cursor was not given out by this server since it was started")
}

/// The table went back to an earlier state, or time went by.
pub(crate) fn gone(detail: &'static str) -> Problem {
    Problem::new(StatusCode::GONE, detail).hint("ask again without a cursor, from the first page")
}

#[cfg(test)]
mod tests;
