//! The functions that SQL and the lowered search language have beyond DataFusion's own.

mod attribute;
mod bin;
mod json;
mod match_words;
mod matches;
mod member;
mod merge_patterns;
mod percentile;
mod regexp_replace;
mod template;
mod text;

use std::sync::{Arc, LazyLock};

use datafusion::logical_expr::{AggregateUDF, Expr, ScalarUDF, lit};

pub(crate) use bin::Bin;
pub(crate) use json::Part;
pub(crate) use match_words::{MATCH_PHRASE, MATCH_PREFIX};
pub(crate) use matches::{Matches, Spelling};
pub(crate) use member::{members, unquote};
#[cfg(test)]
pub(crate) use merge_patterns::merged;

use attribute::{Attribute, JsonMember};
use json::JsonPart;
use match_words::{MatchPhrase, MatchPrefix};
use merge_patterns::MergePatterns;
use percentile::Percentile;
use regexp_replace::RegexpReplace;
use template::PatternTemplate;

/// What SQL may call.
pub(crate) fn all() -> Vec<Arc<ScalarUDF>> {
    vec![
        PHRASE.clone(),
        PREFIX.clone(),
        TEMPLATE.clone(),
        Arc::new(ScalarUDF::from(Attribute::default())),
        Arc::new(ScalarUDF::from(RegexpReplace::default())),
    ]
}

/// Aggregates that SQL may call.
pub(crate) fn aggregates() -> Vec<Arc<AggregateUDF>> {
    vec![PERCENTILE.clone(), MERGE.clone()]
}

static PERCENTILE: LazyLock<Arc<AggregateUDF>> = LazyLock::new(|| Arc::new(AggregateUDF::from(Percentile::default())));
static MERGE: LazyLock<Arc<AggregateUDF>> = LazyLock::new(|| Arc::new(AggregateUDF::from(MergePatterns::default())));
static PHRASE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(MatchPhrase::default())));
static PREFIX: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(MatchPrefix::default())));
static TEMPLATE: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(PatternTemplate::default())));
static MEMBER: LazyLock<Arc<ScalarUDF>> = LazyLock::new(|| Arc::new(ScalarUDF::from(JsonMember::default())));

/// `match_phrase(text, 'phrase')`.
pub(crate) fn match_phrase(text: Expr, phrase: &str) -> Expr {
    PHRASE.call(vec![text, lit(phrase)])
}

/// `match_prefix(text, 'prefix')`.
pub(crate) fn match_prefix(text: Expr, prefix: &str) -> Expr {
    PREFIX.call(vec![text, lit(prefix)])
}

/// The number below which this part (0 to 1) of all lies.
pub(crate) fn percentile(number: Expr, part: f64) -> Expr {
    PERCENTILE.call(vec![number, lit(part)])
}

/// The start of the stretch of so many microseconds, counted from 1970, in which a time lies.
pub(crate) fn bin(time: Expr, micros: i64) -> Expr {
    ScalarUDF::from(Bin::new(micros)).call(vec![time])
}

/// `merge_patterns(message, count)`.
pub(crate) fn merge_patterns(message: Expr, count: Expr) -> Expr {
    MERGE.call(vec![message, count])
}

/// The value of `name` in the JSON object `attributes`, in its JSON spelling.
pub(crate) fn json_member(attributes: Expr, name: &str) -> Expr {
    MEMBER.call(vec![attributes, lit(name)])
}

/// A part of the value that a text spells.
pub(crate) fn json_part(part: Part, json: Expr) -> Expr {
    ScalarUDF::from(JsonPart::new(part)).call(vec![json])
}
