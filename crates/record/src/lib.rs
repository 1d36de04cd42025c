//! The words every room speaks.
//!
//! In: nothing. Out: [`Record`], [`Batch`], ids, [`Severity`], [`Timestamp`], [`TimeRange`], [`Clock`], [`Kind`];
//! what a word is ([`words`], [`Phrase`]).
//! Never: async, input or output, a wire format.
//! Begin with [`Batch`]: what travels from `intake` through `privacy` into the lake.

mod batch;
mod clock;
mod id;
mod kind;
mod severity;
mod tenant;
mod time;
mod words;

pub use batch::{
    Batch, BatchBuilder, Field, LeftOut, LeftOutBy, Malformed, NameId, Parts, Record, RecordFields, RejectReason, Rejected, Span,
    TIMESTAMP_ORIGINAL, TimeOrigin, Value, believable,
};
pub use clock::{Clock, SystemClock};
pub use id::{ParseRecordIdError, RecordId};
pub use kind::Kind;
pub use severity::Severity;
pub use tenant::{InvalidTenant, Tenant};
pub use time::{ParseTimeError, TimeRange, Timestamp, parse_duration};
pub use words::{Phrase, Prefix, fold, words};
