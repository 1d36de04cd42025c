//! What the privacy gateway knows and does: its policy, the inventory of fields, and trials.

mod inventory;
mod policy;
mod trial;

pub(crate) use inventory::{__path_inventory, inventory};
pub(crate) use policy::{__path_explain, __path_policy, __path_replace, explain, policy, replace};
pub(crate) use trial::{__path_trial, trial};

/// Longest policy text.
const POLICY_MAX_BYTES: usize = 1 << 20;

/// Longest text that is explained.
const TEXT_MAX_BYTES: usize = 64 << 10;

/// Longest name of a field.
const NAME_MAX_BYTES: usize = 256;
