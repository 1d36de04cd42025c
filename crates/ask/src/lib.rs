//! What can be asked, and what an answer is.
//!
//! In: the text of a question. Out: [`Query`], and the words for answering it: [`Scope`], [`Engine`], [`Answer`].
//! Never: Arrow, input or output, a guess about what a wrong query may have meant (it suggests, it does not run it).
//! Begin with [`parse`]; [`reference`] is the slow evaluator that says what each query means.

mod answer;
mod display;
mod engine;
mod matcher;
mod number;
mod parse;
mod place;
mod query;
pub mod reference;
mod required;
mod rows;
#[cfg(test)]
mod sample;

pub use answer::{Answer, Cell, Column, ColumnKind, Cost, Encoding, Incomplete, Rows};
pub use engine::{AsOf, Budget, Engine, Error, FieldSummary, Question, Scope};
pub use matcher::Matcher;
pub use parse::{
    AGGREGATES_MAX, FIELDS_MAX, KEYS_MAX, NESTING_MAX, PIPES_MAX, QUERY_MAX_BYTES, REGEX_SIZE_MAX_BYTES, REGEXES_MAX,
    compile_regex, parse,
};
pub use query::{
    Aggregate, Bound, Comparison, Filter, Function, GroupKey, Pipe, Query, RECORD_COLUMNS, SortKey, WEIGHT_FIELD, WEIGHT_MAX,
};
pub use rows::{OwnedCell, PlainRows};
