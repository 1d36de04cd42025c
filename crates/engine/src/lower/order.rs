use datafusion::arrow::datatypes::DataType;
use datafusion::logical_expr::{Expr, SortExpr, cast, lit, when};
use datafusion::prelude::coalesce;
use record::Severity;

use super::place::{Kind, Place};
use crate::functions::{Part, json_part};

/// Largest first; what is absent comes last.
pub(super) fn descending(expr: Expr) -> SortExpr {
    SortExpr::new(expr, false, false)
}

/// What to sort by so that rows stand in the order of this field's values: numbers, times, truth values, texts, and last
/// what is absent, whichever way the others go.
pub(super) fn keys(place: &Place, name: &str, descending: bool) -> Vec<SortExpr> {
    let exprs = match (&place.column, &place.rest) {
        (None, None) => Vec::new(),
        (Some((column, Kind::Text)), None) if name == "severity" => vec![severity_rank(column), column.clone()],
        (Some((column, _)), None) => vec![column.clone()],
        (_, Some(_)) => across_kinds(place),
    };
    exprs.into_iter().map(|expr| SortExpr::new(expr, !descending, false)).collect()
}

/// First by kind, then within each kind; per row only one of the latter keys has a value.
fn across_kinds(place: &Place) -> Vec<Expr> {
    let Some(rest) = place.rest_alone() else { return Vec::new() };
    let rest_rank = json_part(Part::Rank, rest.clone());
    let rest_text = json_part(Part::Text, rest);
    let Some((column, kind)) = place.column.clone() else {
        return [Some(rest_rank), place.number(), place.int(), Some(rest_text)].into_iter().flatten().collect();
    };
    let rank = when(column.clone().is_not_null(), lit(rank_of(kind))).otherwise(rest_rank).expect("BUG: a CASE was refused");
    let text = |own: Expr| coalesce(vec![cast(own, DataType::Utf8View), rest_text.clone()]);
    match kind {
        Kind::Int | Kind::Float => [Some(rank), place.number(), place.int(), Some(rest_text)].into_iter().flatten().collect(),
        Kind::Text | Kind::Bool => [Some(rank), place.number(), place.int(), Some(text(column))].into_iter().flatten().collect(),
        Kind::Time => [Some(rank), Some(column), place.number(), place.int(), Some(rest_text)].into_iter().flatten().collect(),
    }
}

/// Numbers for the same order as [`Part::Rank`].
fn rank_of(kind: Kind) -> i64 {
    match kind {
        Kind::Int | Kind::Float => 0,
        Kind::Time => 1,
        Kind::Bool => 2,
        Kind::Text => 3,
    }
}

/// How serious; texts that are no severity come before all that are.
fn severity_rank(column: &Expr) -> Expr {
    let mut ranks = when(column.clone().is_null(), lit(datafusion::scalar::ScalarValue::Int64(None)));
    for severity in Severity::ALL {
        ranks = ranks.when(column.clone().eq(lit(severity.as_str())), lit(i64::from(severity.number())));
    }
    ranks.otherwise(lit(0_i64)).expect("BUG: a CASE was refused")
}
