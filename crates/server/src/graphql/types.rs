//! The types of answers. What the REST doors answer, with names in GraphQL's manner.

mod counts;
mod fields;
mod health;
mod pages;
mod record;
mod scalars;
mod told;

use serde_json::{Map, Value};

use crate::form::Form;

pub(super) use counts::Counts;
pub(super) use fields::Fields;
pub(super) use health::Health;
pub(super) use pages::{LogPage, Patterns, RowPage, Values};
pub(super) use record::LogRecord;
pub(super) use scalars::{DateTime, Long};

/// Arguments as members of a form, which are read as those of a body are.
pub(super) fn form<const N: usize>(members: [(&str, Value); N]) -> Form {
    Form::of_object(Map::from_iter(members.map(|(name, value)| (name.to_owned(), value))))
}
