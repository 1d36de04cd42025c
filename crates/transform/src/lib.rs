//! Filters, changes, thins out and enriches records as their operator says, before the privacy gateway screens them.
//!
//! In: [`record::Batch`] as it was decoded; a rules file, programs and tables as bytes. Out: the batch as it is to be screened,
//! with what was left out of it counted.
//! Never: disk, network, the clock, chance; a language (programs come in through [`Language`]); a record's content in an error.
//! Begin with [`Transforms`], which every batch passes, then [`Rules`].

mod act;
mod event;
mod file;
mod glob;
mod program;
mod rules;
mod table;
mod transforms;
mod when;
mod work;

pub use act::{is_chosen, is_sampled_in, whole_hash};
pub use event::{Datum, Event, PLACES};
pub use program::{Changes, Fate, Language, Program};
pub use rules::{Loaded, Problem, Read, Rules};
pub use table::{Row, Table, Tables};
pub use transforms::{Counts, Transforms};
pub use work::{ERROR_FIELD, WEIGHT_FIELD};
