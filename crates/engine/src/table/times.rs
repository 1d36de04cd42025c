use datafusion::common::ScalarValue;
use datafusion::logical_expr::{Between, BinaryExpr, Expr, Operator};
use record::{TimeRange, Timestamp};

/// The stretch of time outside which no row passes all filters. Wider than need be where a filter is not understood.
pub(crate) fn range(filters: &[Expr], column: &str) -> TimeRange {
    filters.iter().fold(TimeRange::ALL, |range, filter| range.intersect(range_of(filter, column)))
}

fn range_of(filter: &Expr, column: &str) -> TimeRange {
    match filter {
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::And, right }) => {
            range_of(left, column).intersect(range_of(right, column))
        }
        Expr::BinaryExpr(BinaryExpr { left, op: Operator::Or, right }) => {
            let (left, right) = (range_of(left, column), range_of(right, column));
            match (left.is_empty(), right.is_empty()) {
                (true, _) => right,
                (_, true) => left,
                _ => TimeRange::new(left.start.min(right.start), left.end.max(right.end)),
            }
        }
        Expr::BinaryExpr(BinaryExpr { left, op, right }) => match (is(left, column), is(right, column)) {
            (true, _) => micros(right).map_or(TimeRange::ALL, |at| side(*op, at)),
            (_, true) => op.swap().zip(micros(left)).map_or(TimeRange::ALL, |(op, at)| side(op, at)),
            _ => TimeRange::ALL,
        },
        Expr::Between(Between { expr, negated: false, low, high }) if is(expr, column) => {
            let bound = |op, bound: &Expr| micros(bound).map_or(TimeRange::ALL, |at| side(op, at));
            bound(Operator::GtEq, low).intersect(bound(Operator::LtEq, high))
        }
        _ => TimeRange::ALL,
    }
}

fn is(expr: &Expr, column: &str) -> bool {
    matches!(expr, Expr::Column(found) if found.name == column)
}

/// A moment between two microseconds.
struct Moment {
    /// The microsecond that has begun.
    floor: i64,
    /// Whether the moment is exactly its beginning.
    exact: bool,
}

fn micros(literal: &Expr) -> Option<Moment> {
    let Expr::Literal(value, _) = literal else { return None };
    let whole = |floor| Moment { floor, exact: true };
    Some(match value {
        ScalarValue::TimestampMicrosecond(Some(at), _) => whole(*at),
        ScalarValue::TimestampMillisecond(Some(at), _) => whole(at.checked_mul(1_000)?),
        ScalarValue::TimestampSecond(Some(at), _) => whole(at.checked_mul(1_000_000)?),
        ScalarValue::TimestampNanosecond(Some(at), _) => Moment { floor: at.div_euclid(1000), exact: at.rem_euclid(1000) == 0 },
        _ => return None,
    })
}

/// Which whole microseconds stand on this side of the moment.
fn side(op: Operator, at: Moment) -> TimeRange {
    let time = Timestamp::from_micros;
    let next = time(at.floor.saturating_add(1));
    match op {
        Operator::Gt => TimeRange::new(next, TimeRange::ALL.end),
        Operator::GtEq => TimeRange::new(if at.exact { time(at.floor) } else { next }, TimeRange::ALL.end),
        Operator::Lt => TimeRange::new(TimeRange::ALL.start, if at.exact { time(at.floor) } else { next }),
        Operator::LtEq => TimeRange::new(TimeRange::ALL.start, next),
        Operator::Eq => TimeRange::new(time(at.floor), next),
        _ => TimeRange::ALL,
    }
}

#[cfg(test)]
mod tests {
    use datafusion::logical_expr::{col, lit};

    use super::*;

    fn at(micros: i64) -> Expr {
        lit(ScalarValue::TimestampMicrosecond(Some(micros), Some("UTC".into())))
    }

    fn nanos(nanos: i64) -> Expr {
        lit(ScalarValue::TimestampNanosecond(Some(nanos), None))
    }

    #[test]
    fn a_stretch_is_read_from_filters() {
        const MIN: i64 = i64::MIN;
        const MAX: i64 = i64::MAX;
        let time = || col("timestamp");
        let check = |filter: Expr, start, end| {
            let range = range(std::slice::from_ref(&filter), "timestamp");
            assert_eq!((range.start.as_micros(), range.end.as_micros()), (start, end), "{filter}");
        };
        check(time().gt_eq(at(5)), 5, MAX);
        check(time().gt(at(5)), 6, MAX);
        check(time().lt(at(5)), MIN, 5);
        check(time().lt_eq(at(5)), MIN, 6);
        check(time().eq(at(5)), 5, 6);
        check(at(5).lt(time()), 6, MAX);
        check(time().gt_eq(at(5)).and(time().lt(at(9))), 5, 9);
        check(time().between(at(5), at(9)), 5, 10);
        check(time().gt_eq(at(5)).and(time().lt(at(9))).or(time().eq(at(20))), 5, 21);
        check(time().lt(at(5)).or(col("source").eq(lit("x"))), MIN, MAX);
        check(time().lt(at(5)).and(col("source").eq(lit("x"))), MIN, 5);
        check(time().not_eq(at(5)), MIN, MAX);
        check(col("observed_at").lt(at(5)), MIN, MAX);
        // Between two microseconds.
        check(time().gt_eq(nanos(5_500)), 6, MAX);
        check(time().gt(nanos(5_500)), 6, MAX);
        check(time().lt(nanos(5_500)), MIN, 6);
        check(time().lt_eq(nanos(5_500)), MIN, 6);
        check(time().lt(nanos(5_000)), MIN, 5);
    }
}
