//! Turns a question and a snapshot of the lake into an answer.
//!
//! In: [`ask::Question`] within an [`ask::Scope`]. Out: [`ask::Answer`], bounded, with what it cost.
//! Never: HTTP, the wall clock, a write of any kind, a file outside the snapshot, a record's content in an error.
//! Begin with [`LakeEngine`]: `sql` and `lower` turn questions into plans, `table` turns a snapshot into tables,
//! `run` computes within the budget, `rows` holds the result.

mod budget;
mod cost;
mod count_from_rollup;
mod damage;
mod engine;
mod error;
mod fields;
mod functions;
mod json;
mod last_wanted;
mod lower;
mod newest_first;
mod rows;
mod run;
mod session;
mod sql;
mod table;
mod utc_truncation;
mod views;

pub use engine::{Config, LakeEngine};

#[cfg(test)]
mod tests;
