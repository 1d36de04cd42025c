//! Turns admitted batches into durable, queryable segments of an open Delta table.
//!
//! In: [`privacy::Admitted`]. Out: [`Snapshot`], an unchanging view of all that was acknowledged.
//! Never: a query engine, a network listener, a guess about damaged bytes.
//! Begin with [`Lake::append`] (fast path), then `lake/seal.rs` (slow path), then `lake/open.rs` (recovery).

mod check;
mod columns;
mod config;
mod delta;
/// Open for `examples/wal_speed.rs` alone.
#[doc(hidden)]
pub mod disk;
mod error;
mod keys;
mod lake;
mod lease;
mod ledger;
mod segment;
mod side_by_side;
mod snapshot;
mod state;
mod store;
mod visible;
/// Open for `examples/wal_speed.rs` alone.
#[doc(hidden)]
pub mod wal;

pub use check::{CheckReport, Finding, check};
pub use config::{Config, Location};
pub use error::Error;
pub use lake::{BatchKey, Fresh, Lake, Receipt, Status, TenantStatus};
pub use lease::Lease;
pub use segment::{Cuboid, DIMENSIONS, INDEXED, MINUTE_MICROS, PAGE_GROUP_ROWS, RECORDS, SegmentIndex, WordCounts, load_rollups};
pub use snapshot::{MemoryBatch, Segment, Snapshot, TableView};
pub use store::DamageFound;
