//! Turns admitted batches into durable, queryable segments of an open Delta table.
//!
//! In: [`privacy::Admitted`]. Out: [`Snapshot`], an unchanging view of all that was acknowledged.
//! Never: a query engine, a network listener, a guess about damaged bytes.
//! Begin with [`Lake::append`] (fast path), then `seal` (slow path), then `recover`.

mod columns;
mod config;
/// Open for `examples/wal_speed.rs` alone.
#[doc(hidden)]
pub mod disk;
mod error;
mod lake;
mod segment;
mod snapshot;
/// Open for `examples/wal_speed.rs` alone.
#[doc(hidden)]
pub mod wal;

pub use config::Config;
pub use error::Error;
pub use lake::{BatchKey, Lake, Receipt, Status, TenantStatus};
pub use segment::{PruneResult, SegmentIndex};
pub use snapshot::{MemoryBatch, Segment, Snapshot, TableView};
