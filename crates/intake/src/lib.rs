//! Bytes become records.
//!
//! In: a body as it came, after decompression, in one of six [`Format`]s. Out: a [`Batch`]: the records, and beside
//! them the pieces that could not become one, each with reason, line, byte offset and the raw text.
//! Never: sockets, disk, the clock; a failure; a panic over what a sender wrote; a piece of input that is in neither.
//! Begin with [`decode`]; then `draft` (a record being built), `places` (which name means what) and one file a format.

mod auto;
mod body;
mod cef;
mod clf;
mod cut;
pub mod datadog;
mod draft;
pub mod elastic;
mod event_time;
pub mod firehose;
mod format;
pub mod forward;
mod frames;
pub mod gelf;
mod grade;
pub mod journal;
mod json;
mod json_out;
mod keys;
mod limits;
mod lines;
mod logfmt;
pub mod loki;
pub mod lumberjack;
mod msgpack;
pub mod otlp;
mod places;
mod protobuf;
mod raw;
pub mod relp;
pub mod splunk;
mod stamp;
mod syslog;
mod text;
mod unreadable;
mod utf16;
pub mod webhook;

use record::{Batch, Tenant, Timestamp};

pub use cut::{PIECE_BYTES_MAX, cut_at_record};
pub use format::{Format, UnknownFormat};
pub use frames::{Dialect, Flaw, Frames, TRUNCATED, decode_frames};
pub use limits::{BODY_BYTES_MAX, Limits};
pub use msgpack::{Extent, Malformed};
pub use syslog::{Piece, SyslogStream};
pub use unreadable::Unreadable;

use crate::body::Body;
use crate::draft::Draft;

/// What the decoder has to know beside the bytes.
#[derive(Debug, Clone)]
pub struct Context<'a> {
    /// The owner of the records.
    pub tenant: Tenant,
    /// What the request says about where the records come from; used for records that do not say it themselves.
    pub source: Option<&'a str>,
    /// When the body came in.
    pub received_at: Timestamp,
    /// What a single record may hold.
    pub limits: Limits,
}

/// Reads a body. Bad input is no failure: what cannot be read lies in [`Batch::rejected`].
///
/// # Panics
///
/// When the body is over [`BODY_BYTES_MAX`]: the caller has to bound it first.
pub fn decode(format: Format, bytes: &[u8], context: &Context<'_>) -> Batch {
    assert!(bytes.len() <= BODY_BYTES_MAX, "BUG: the caller did not bound the body");
    let bytes = utf16::as_utf8(bytes);
    let body = Body::read(&bytes);
    let mut draft = Draft::new(&body, context);
    match format {
        Format::Auto => auto::decode(&mut draft),
        Format::Json => json::decode(&mut draft, json::Strangers::Reject),
        Format::Text => text::decode(&mut draft),
        Format::Syslog => syslog::decode(&mut draft),
        Format::Logfmt => logfmt::decode(&mut draft),
        Format::Clf => clf::decode(&mut draft),
    }
    draft.build()
}

#[cfg(test)]
mod tests;
