//! The gateway between the world and the disk.
//!
//! In: [`record::Batch`] as it was decoded. Out: [`Admitted`], and nothing else makes one.
//! Never: network, disk, the clock; text that a policy masks, in any form, once [`Gateway::admit`] has returned.
//! Begin with [`Gateway`].

mod gateway;

pub use gateway::{Admitted, Gateway, Masked, Policy};
