use datafusion::logical_expr::expr::{InList, ScalarFunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator};
use lake::{INDEXED, SegmentIndex};
use record::{Phrase, Prefix};

use crate::functions::{MATCH_PHRASE, MATCH_PREFIX};

/// What a row must have to pass a filter, as far as an index of words can tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Need {
    /// All these words (folded) in the column.
    Words { column: String, words: Vec<String> },
    /// All of these.
    All(Vec<Need>),
    /// One of these.
    Any(Vec<Need>),
}

/// The needs of rows that pass all filters; `None` when an index can say nothing.
pub(super) fn of_filters(filters: &[Expr]) -> Option<Need> {
    all(filters.iter().filter_map(of_filter).collect())
}

fn of_filter(filter: &Expr) -> Option<Need> {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            all([left, right].into_iter().filter_map(|side| of_filter(side)).collect())
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            Some(Need::Any(vec![of_filter(left)?, of_filter(right)?]))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right }) => match (&**left, &**right) {
            (Expr::Column(column), text) | (text, Expr::Column(column)) => words_of(&column.name, literal(text)?),
            _ => None,
        },
        Expr::InList(InList { expr, list, negated: false }) => {
            let Expr::Column(column) = &**expr else { return None };
            let needs: Option<Vec<Need>> = list.iter().map(|text| words_of(&column.name, literal(text)?)).collect();
            needs.map(Need::Any)
        }
        Expr::ScalarFunction(ScalarFunction { func, args }) => match (func.name(), args.as_slice()) {
            (MATCH_PHRASE, [Expr::Column(column), text]) => words_of(&column.name, literal(text)?),
            (MATCH_PREFIX, [Expr::Column(column), text]) => {
                words(&column.name, Prefix::new(literal(text)?).whole_words().to_vec())
            }
            _ => None,
        },
        _ => None,
    }
}

fn all(mut needs: Vec<Need>) -> Option<Need> {
    match needs.len() {
        0 => None,
        1 => needs.pop(),
        _ => Some(Need::All(needs)),
    }
}

/// A text that has the phrase, and so one that is the phrase, has its words.
fn words_of(column: &str, phrase: &str) -> Option<Need> {
    words(column, Phrase::new(phrase).words().to_vec())
}

fn words(column: &str, words: Vec<String>) -> Option<Need> {
    // To ask the index about another column would only cost loading it.
    (INDEXED.contains(&column) && !words.is_empty()).then(|| Need::Words { column: column.to_owned(), words })
}

fn literal(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Literal(value, _) => value.try_as_str().flatten(),
        _ => None,
    }
}

impl Need {
    /// For each page group, whether a row in it may have what is needed; `None` when the index cannot tell.
    pub(super) fn keep(&self, index: &SegmentIndex) -> Option<Vec<bool>> {
        match self {
            Need::Words { column, words } => index.may_contain_words(column, words),
            Need::All(needs) => {
                let known = needs.iter().filter_map(|need| need.keep(index));
                known.reduce(|left, right| join(left, right, |left, right| left && right))
            }
            Need::Any(needs) => {
                let all: Option<Vec<_>> = needs.iter().map(|need| need.keep(index)).collect();
                all?.into_iter().reduce(|left, right| join(left, right, |left, right| left || right))
            }
        }
    }
}

fn join(left: Vec<bool>, right: Vec<bool>, join: fn(bool, bool) -> bool) -> Vec<bool> {
    left.into_iter().zip(right).map(|(left, right)| join(left, right)).collect()
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::*;
    use crate::functions::{match_phrase, match_prefix};

    #[test]
    fn needs_are_read_from_filters() {
        let check = |filter: Expr, need: &str| assert_eq!(show(of_filters(std::slice::from_ref(&filter))), need, "{filter}");
        let phrase = |text: &str| match_phrase(col("message"), text);
        check(phrase("Reset by peer"), "message(reset by peer)");
        check(phrase("->"), "-");
        check(match_prefix(col("message"), "order-12"), "message(order)");
        check(match_prefix(col("message"), "conn"), "-");
        check(phrase("a").and(phrase("b")), "(message(a) & message(b))");
        check(phrase("a").and(col("x").gt(lit(1))), "message(a)");
        check(phrase("a").or(phrase("b")), "(message(a) | message(b))");
        check(phrase("a").or(col("x").gt(lit(1))), "-");
        check(!phrase("a"), "-");
        check(col("message").eq(lit("Out of memory")), "message(out of memory)");
        check(col("message").in_list(vec![lit("a"), lit("b")], false), "(message(a) | message(b))");
        check(col("message").in_list(vec![lit("a")], true), "-");
        check(col("trace_id").eq(lit("4BF9")), "trace_id(4bf9)");
        check(col("host").eq(lit("web-1")), "-"); // not in the index
        check(col("message").like(lit("%a%")), "-");
    }

    fn show(need: Option<Need>) -> String {
        fn join(needs: &[Need], with: &str) -> String {
            format!("({})", needs.iter().map(|need| show(Some(need.clone()))).collect::<Vec<_>>().join(with))
        }
        match need {
            None => "-".into(),
            Some(Need::Words { column, words }) => format!("{column}({})", words.join(" ")),
            Some(Need::All(needs)) => join(&needs, " & "),
            Some(Need::Any(needs)) => join(&needs, " | "),
        }
    }
}
