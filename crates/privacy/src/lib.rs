//! The gateway between the world and the disk.
//!
//! In: [`record::Batch`] as it was decoded. Out: [`Admitted`], and nothing else makes one.
//! On the way out: a text that is to leave the house. Out: [`Cleared`], and nothing else makes one.
//! Never: network, disk, the clock; text that a policy masks, in any form, once [`Gateway::admit`] has returned.
//! Begin with [`Gateway`]; what is looked for and what is done about it is in [`Policy`], how it is found in [`detect`].

mod cleared;
pub mod detect;
mod gateway;
pub mod keys;
mod mask;
mod policy;
mod values;

pub use cleared::Cleared;
pub use gateway::{ACCOUNT_FIELD, AccountEntry, Admitted, Counted, Gateway, Masked, OWN_SOURCE, POLICY_FIELD, read_account};
pub use mask::{MASK, MASKING_ERROR};
pub use policy::{Action, Category, Classification, Epoch, Level, Origin, Policy, PolicyError, Preset};
pub use values::Kind;
