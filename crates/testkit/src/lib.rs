//! Things to try Dendro on, the same again for the same seed.
//!
//! In: a seed. Out: records, a simulated clock, a day of logs, incidents whose cause is known. Never: chance without a seed, the wall clock, a heavy
//! dependency. Begin with [`day::Day`] for logs that look real, or [`SimClock`] for time that a test moves.

mod chance;
mod clock;
pub mod day;
pub mod scenario;

pub use chance::Chance;
pub use clock::SimClock;
