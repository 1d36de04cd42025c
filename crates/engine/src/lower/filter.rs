use ask::{Bound, Comparison, Filter};
use datafusion::common::{Result, ScalarValue};
use datafusion::logical_expr::utils::{conjunction, disjunction};
use datafusion::logical_expr::{BinaryExpr, Expr, Operator, binary_expr, lit};
use record::{Severity, Timestamp};

use super::outside;
use super::place::{Fields, Kind, Place};
use crate::functions::{Matches, Spelling, match_phrase, match_prefix};

/// The filter as an expression that is true for the rows it holds for, and false or null for the others.
pub(super) fn predicate(filter: &Filter, fields: &Fields) -> Result<Expr> {
    let each = |parts: &[Filter]| parts.iter().map(|part| predicate(part, fields)).collect::<Result<Vec<Expr>>>();
    match filter {
        Filter::All => Ok(lit(true)),
        Filter::And(parts) => Ok(conjunction(each(parts)?).unwrap_or_else(|| lit(true))),
        Filter::Or(parts) => Ok(any(each(parts)?)),
        Filter::Not(inner) => Ok(predicate(inner, fields)?.is_not_true()),
        Filter::Phrase { field, .. }
        | Filter::Prefix { field, .. }
        | Filter::Exact { field, .. }
        | Filter::Regex { field, .. }
        | Filter::Compare { field, .. }
        | Filter::Exists { field } => test(filter, field, &fields.place(field)),
    }
}

/// Whether one of these holds. What compares one column with many values becomes a list, which is looked up and not gone
/// through; a row of thousands of alternatives would be a plan as deep.
fn any(alternatives: Vec<Expr>) -> Expr {
    let (mut lists, mut others): (Vec<(Expr, Vec<Expr>)>, Vec<Expr>) = Default::default();
    for alternative in alternatives {
        match alternative {
            Expr::BinaryExpr(BinaryExpr { left, op: Operator::Eq, right })
                if matches!((&*left, &*right), (Expr::Column(_), Expr::Literal(..))) =>
            {
                match lists.iter_mut().find(|(column, _)| *column == *left) {
                    Some((_, values)) => values.push(*right),
                    None => lists.push((*left, vec![*right])),
                }
            }
            other => others.push(other),
        }
    }
    let lists = lists.into_iter().map(|(column, values)| column.in_list(values, false));
    disjunction(others.into_iter().chain(lists)).unwrap_or_else(|| lit(false))
}

fn test(test: &Filter, name: &str, place: &Place) -> Result<Expr> {
    let rest = match &place.rest {
        Some(rest) => Some(rest.guarded(Matches::call(test, Spelling::Json, rest.json.clone()).map_err(outside)?)),
        None => None,
    };
    let Some((column, kind)) = &place.column else { return Ok(rest.unwrap_or_else(|| lit(false))) };
    let on_column = test_column(test, name, column, *kind)?;
    Ok(match rest {
        Some(rest) => on_column.or(column.clone().is_null().and(rest)),
        None => on_column,
    })
}

/// One test on a column of one type. What Arrow's kernels cannot say is left to the language's own matcher.
fn test_column(test: &Filter, name: &str, column: &Expr, kind: Kind) -> Result<Expr> {
    let said = match test {
        Filter::Exists { .. } => Some(column.clone().is_not_null()),
        Filter::Phrase { text, .. } if name == "severity" => {
            Some(Severity::parse(text).map_or(lit(false), |severity| column.clone().eq(lit(severity.as_str()))))
        }
        Filter::Phrase { text, .. } => phrase(text, column, kind),
        Filter::Prefix { prefix, .. } if kind == Kind::Text => Some(match_prefix(column.clone(), prefix)),
        Filter::Exact { text, .. } => exact(text, column, kind),
        Filter::Compare { comparison, bound, .. } => compare(*comparison, bound, name, column, kind),
        _ => None,
    };
    match said {
        Some(expr) => Ok(expr),
        None => Matches::call(test, Spelling::Plain, column.clone()).map_err(outside),
    }
}

fn phrase(text: &str, column: &Expr, kind: Kind) -> Option<Expr> {
    match kind {
        Kind::Text => Some(match_phrase(column.clone(), text)),
        Kind::Int => text.parse::<i64>().ok().map(|int| column.clone().eq(lit(int))),
        Kind::Bool => Some(match text.to_ascii_lowercase().as_str() {
            "true" => column.clone().eq(lit(true)),
            "false" => column.clone().eq(lit(false)),
            _ => lit(false),
        }),
        Kind::Float | Kind::Time => None,
    }
}

fn exact(text: &str, column: &Expr, kind: Kind) -> Option<Expr> {
    match kind {
        Kind::Text => Some(column.clone().eq(lit(text))),
        Kind::Int => {
            let int = text.parse::<i64>().ok().filter(|int| int.to_string() == text);
            Some(int.map_or(lit(false), |int| column.clone().eq(lit(int))))
        }
        Kind::Bool => Some(match text {
            "true" => column.clone().eq(lit(true)),
            "false" => column.clone().eq(lit(false)),
            _ => lit(false),
        }),
        Kind::Float | Kind::Time => None,
    }
}

fn compare(comparison: Comparison, bound: &Bound, name: &str, column: &Expr, kind: Kind) -> Option<Expr> {
    match (bound, kind) {
        (Bound::Number(number), Kind::Int) => Some(compare_int(comparison, *number, column)),
        (Bound::Number(number), Kind::Float) => Some(compare_float(comparison, *number, column)),
        (Bound::Time(at), Kind::Time) => Some(plainly(comparison, column, time(*at))),
        (Bound::Severity(severity), Kind::Text) if name == "severity" => Some(compare_severity(comparison, *severity, column)),
        (Bound::Severity(_), Kind::Text) => None,
        (Bound::Text(text), Kind::Text) => Some(plainly(comparison, column, lit(text.as_str()))),
        _ => Some(other_kind(comparison, column)),
    }
}

/// Values of another kind than the bound are on no side of it, and not equal to it.
fn other_kind(comparison: Comparison, column: &Expr) -> Expr {
    if comparison == Comparison::NotEqual { column.clone().is_not_null() } else { lit(false) }
}

fn plainly(comparison: Comparison, column: &Expr, bound: Expr) -> Expr {
    let operator = match comparison {
        Comparison::Less => Operator::Lt,
        Comparison::LessOrEqual => Operator::LtEq,
        Comparison::Greater => Operator::Gt,
        Comparison::GreaterOrEqual => Operator::GtEq,
        Comparison::Equal => Operator::Eq,
        Comparison::NotEqual => Operator::NotEq,
    };
    binary_expr(column.clone(), operator, bound)
}

pub(super) fn time(at: Timestamp) -> Expr {
    lit(ScalarValue::TimestampMicrosecond(Some(at.as_micros()), Some("UTC".into())))
}

/// Whole numbers against a bound that need not be whole: the nearest whole number on the right side stands in for it.
fn compare_int(comparison: Comparison, bound: f64, column: &Expr) -> Expr {
    let whole = bound.fract() == 0.0;
    let (bound, wanted) = match comparison {
        Comparison::Equal | Comparison::NotEqual if !whole => return other_kind(comparison, column),
        Comparison::Less | Comparison::GreaterOrEqual => (bound.ceil(), comparison),
        Comparison::LessOrEqual | Comparison::Greater => (bound.floor(), comparison),
        Comparison::Equal | Comparison::NotEqual => (bound, comparison),
    };
    match int_of(bound) {
        Some(int) => plainly(wanted, column, lit(int)),
        None if bound.is_nan() => other_kind(comparison, column),
        None => {
            let all_are_less = bound > 0.0;
            let holds = match comparison {
                Comparison::Less | Comparison::LessOrEqual => all_are_less,
                Comparison::Greater | Comparison::GreaterOrEqual => !all_are_less,
                Comparison::Equal => false,
                Comparison::NotEqual => true,
            };
            if holds { column.clone().is_not_null() } else { lit(false) }
        }
    }
}

/// A whole float as an integer, if there is such a one.
fn int_of(whole: f64) -> Option<i64> {
    const INT_END: f64 = 9_223_372_036_854_775_808.0;
    (-INT_END..INT_END).contains(&whole).then_some(whole as i64)
}

/// Arrow tells the two zeros apart, people do not.
fn compare_float(comparison: Comparison, bound: f64, column: &Expr) -> Expr {
    if bound != 0.0 {
        return plainly(comparison, column, lit(bound));
    }
    match comparison {
        Comparison::Less | Comparison::GreaterOrEqual => plainly(comparison, column, lit(-0.0_f64)),
        Comparison::LessOrEqual | Comparison::Greater => plainly(comparison, column, lit(0.0_f64)),
        Comparison::Equal => column.clone().eq(lit(0.0_f64)).or(column.clone().eq(lit(-0.0_f64))),
        Comparison::NotEqual => column.clone().not_eq(lit(0.0_f64)).and(column.clone().not_eq(lit(-0.0_f64))),
    }
}

/// By rank. The column holds nothing but the names of severities.
fn compare_severity(comparison: Comparison, bound: Severity, column: &Expr) -> Expr {
    let holds = |severity: &Severity| match comparison {
        Comparison::Less => *severity < bound,
        Comparison::LessOrEqual => *severity <= bound,
        Comparison::Greater => *severity > bound,
        Comparison::GreaterOrEqual => *severity >= bound,
        Comparison::Equal => *severity == bound,
        Comparison::NotEqual => *severity != bound,
    };
    let names: Vec<Expr> = Severity::ALL.into_iter().filter(holds).map(|severity| lit(severity.as_str())).collect();
    if names.is_empty() { lit(false) } else { column.clone().in_list(names, false) }
}
