//! What can be asked, and what an answer is.
//!
//! In: the text of a question. Out: [`Query`], and the words for answering it: [`Scope`], [`Engine`], [`Answer`].
//! Never: Arrow, input or output, a guess about what a wrong query may have meant (it suggests, it does not run it).
//! Begin with [`parse`]; [`reference`] is the slow evaluator that says what each query means.

mod answer;
mod engine;
mod query;

pub use answer::{Answer, Cell, Column, ColumnKind, Cost, Encoding, Incomplete, Rows};
pub use engine::{AsOf, Budget, Engine, Error, FieldSummary, Question, Scope};
pub use query::{Aggregate, Bound, Comparison, Filter, Function, GroupKey, Pipe, Query, SortKey};
