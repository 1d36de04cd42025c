//! The gateway between the world and the disk.
//!
//! In: [`record::Batch`] as it was decoded. Out: [`Admitted`], and nothing else makes one.
//! Never: network, disk, the clock; text that a policy masks, in any form, once [`Gateway::admit`] has returned.
//! Begin with [`Gateway`]; what counts as secret is the table in [`Policy`]'s default.

mod gateway;
mod key_name;
mod secret_names;
mod secret_value;
mod secrets_in_text;
#[allow(dead_code)] // the scan that calls it comes next
mod values;

pub use gateway::{Admitted, Gateway, MASK, MASKING_ERROR, Masked, Policy};
pub use secret_names::{Reach, SecretClass, SecretName};
