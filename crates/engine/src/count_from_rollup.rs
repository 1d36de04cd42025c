use std::sync::Arc;

use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::datasource::provider_as_source;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::utils::split_conjunction;
use datafusion::logical_expr::{
    Aggregate, Expr, Filter, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias, TableScan, Volatility, lit,
};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use lake::{MINUTE_MICROS, RECORDS};
use record::TimeRange;

use crate::functions::Bin;
use crate::table::{LakeTable, RollupTable, range_of_filters};

const TIMESTAMP: &str = "timestamp";

/// Microseconds in a nanosecond count of an interval.
const NANOS_PER_MICRO: i64 = 1000;

/// Answers counts of records from the rollups that segments carry, where a rollup tells enough: `count(*)` over `logs`,
/// grouped and filtered by nothing but its dimensions and by time, grouped in whole minutes or longer.
///
/// `count(*)` over records becomes `sum(records)` over [`RollupTable`], which has the same columns.
#[derive(Debug)]
pub(crate) struct CountFromRollup;

impl OptimizerRule for CountFromRollup {
    fn name(&self) -> &str {
        "count_from_rollup"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::TopDown)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let counted = match &plan {
            LogicalPlan::Aggregate(aggregate) => counted(aggregate)?,
            _ => None,
        };
        Ok(counted.map_or_else(|| Transformed::no(plan), Transformed::yes))
    }
}

/// The same aggregation over rollups, if they tell enough.
fn counted(aggregate: &Aggregate) -> Result<Option<LogicalPlan>> {
    let groups = aggregate.group_expr.len();
    let is_plain = !aggregate.group_expr.iter().any(|expr| matches!(expr, Expr::GroupingSet(_)));
    if !is_plain || !aggregate.group_expr.iter().all(is_same_for_all) || !aggregate.aggr_expr.iter().all(counts_records) {
        return Ok(None);
    }
    let Some(input) = over_rollup(&aggregate.input, TimeRange::ALL)? else { return Ok(None) };
    let records = sum(Expr::Column(records_of(&input)));
    let sums = if aggregate.aggr_expr.is_empty() { Vec::new() } else { vec![records] };
    let summed = LogicalPlanBuilder::from(input).aggregate(aggregate.group_expr.clone(), sums)?.build()?;
    let found = summed.schema().columns();
    let columns = aggregate.schema.iter().enumerate().map(|(index, (qualifier, field))| match found.get(index) {
        Some(column) if index < groups => Expr::Column(column.clone()),
        // All counts are the same one. Of no records there are none, where a sum would be null.
        _ => coalesce(vec![Expr::Column(found[groups].clone()), lit(0_i64)]).alias_qualified(qualifier.cloned(), field.name()),
    });
    let columns = columns.collect();
    Ok(Some(LogicalPlan::Projection(Projection::try_new(columns, Arc::new(summed))?)))
}

/// `count(*)`, as plans spell it.
fn counts_records(expr: &Expr) -> bool {
    match expr {
        Expr::Alias(alias) => counts_records(&alias.expr),
        Expr::AggregateFunction(function) => {
            let params = &function.params;
            let of_all = matches!(params.args.as_slice(), [Expr::Literal(value, _)] if !value.is_null());
            let plain = !params.distinct && params.filter.is_none() && params.order_by.is_empty();
            function.func.name() == "count" && of_all && plain
        }
        _ => false,
    }
}

/// The plan with the rollups in place of `logs`, and its count among the columns; `None` when they do not tell enough.
/// `range` is what filters above leave.
fn over_rollup(plan: &LogicalPlan, range: TimeRange) -> Result<Option<LogicalPlan>> {
    match plan {
        LogicalPlan::TableScan(scan) => rollup_scan(scan, range),
        LogicalPlan::Filter(filter) => {
            let Some(range) = narrowed(range, &split_conjunction(&filter.predicate)) else { return Ok(None) };
            let Some(input) = over_rollup(&filter.input, range)? else { return Ok(None) };
            Ok(Some(LogicalPlan::Filter(Filter::try_new(filter.predicate.clone(), Arc::new(input))?)))
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let Some(input) = over_rollup(&alias.input, range)? else { return Ok(None) };
            Ok(Some(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(input), alias.alias.clone())?)))
        }
        LogicalPlan::Projection(projection) => {
            let passes = |expr: &Expr| is_timestamp(expr) || is_same_for_all(expr);
            // A time under the name of another would no longer be known as one, and the other way round.
            let hides = |expr: &Expr| expr.name_for_alias().is_ok_and(|name| name == TIMESTAMP) && !is_timestamp(expr);
            if !projection.expr.iter().all(passes) || projection.expr.iter().any(hides) {
                return Ok(None);
            }
            let Some(input) = over_rollup(&projection.input, range)? else { return Ok(None) };
            let mut columns = projection.expr.clone();
            columns.push(Expr::Column(records_of(&input)));
            Ok(Some(LogicalPlan::Projection(Projection::try_new(columns, Arc::new(input))?)))
        }
        _ => Ok(None),
    }
}

fn rollup_scan(scan: &TableScan, range: TimeRange) -> Result<Option<LogicalPlan>> {
    let Ok(provider) = source_as_provider(&scan.source) else { return Ok(None) };
    let Some(logs) = provider.downcast_ref::<LakeTable>() else { return Ok(None) };
    let filters: Vec<&Expr> = scan.filters.iter().flat_map(split_conjunction).collect();
    let Some(range) = narrowed(range, &filters).filter(|_| scan.fetch.is_none()) else { return Ok(None) };
    let Some(rollup) = RollupTable::of(logs, range) else { return Ok(None) };
    let schema = datafusion::catalog::TableProvider::schema(&rollup);
    let names = scan.projected_schema.fields().iter().map(|field| field.name().as_str()).chain([RECORDS]);
    let Ok(columns) = names.map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>() else { return Ok(None) };
    let source = provider_as_source(Arc::new(rollup));
    LogicalPlanBuilder::scan_with_filters(scan.table_name.clone(), source, Some(columns), scan.filters.clone())?.build().map(Some)
}

/// The column that counts, which stands last.
fn records_of(plan: &LogicalPlan) -> Column {
    plan.schema().columns().pop().expect("BUG: a rollup without its counts")
}

/// The range within these conditions; `None` when one of them tells records of the same minute apart in any other way
/// than by bounds of time.
fn narrowed(range: TimeRange, conditions: &[&Expr]) -> Option<TimeRange> {
    conditions.iter().try_fold(range, |range, condition| {
        if is_same_for_all(condition) {
            return Some(range);
        }
        let is_bound = match condition {
            Expr::BinaryExpr(binary) => is_timestamp(&binary.left) || is_timestamp(&binary.right),
            Expr::Between(between) => is_timestamp(&between.expr) && !between.negated,
            _ => false,
        };
        let bounds = range_of_filters(&[(*condition).clone()], TIMESTAMP);
        (is_bound && bounds != TimeRange::ALL).then(|| range.intersect(bounds))
    })
}

fn is_timestamp(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(column) if column.name == TIMESTAMP)
}

/// Whether the expression has one value for all records that a rollup counts together.
fn is_same_for_all(expr: &Expr) -> bool {
    let mut same = true;
    let walked = expr.apply(|part| {
        if is_whole_minutes(part) {
            return Ok(TreeNodeRecursion::Jump);
        }
        same = match part {
            Expr::Column(column) => column.name != TIMESTAMP && column.name != RECORDS,
            Expr::ScalarFunction(function) => function.func.signature().volatility == Volatility::Immutable,
            Expr::Alias(_) | Expr::Literal(..) | Expr::BinaryExpr(_) | Expr::Like(_) | Expr::InList(_) | Expr::Between(_) => true,
            Expr::Not(_) | Expr::IsNull(_) | Expr::IsNotNull(_) | Expr::Negative(_) | Expr::Case(_) => true,
            Expr::Cast(_) | Expr::TryCast(_) | Expr::IsTrue(_) | Expr::IsFalse(_) | Expr::IsNotTrue(_) => true,
            _ => false,
        };
        Ok(if same { TreeNodeRecursion::Continue } else { TreeNodeRecursion::Stop })
    });
    same && walked.is_ok()
}

/// Whether the expression is the time, cut to whole minutes or longer.
fn is_whole_minutes(expr: &Expr) -> bool {
    let Expr::ScalarFunction(function) = expr else { return false };
    if let Some(bin) = function.func.inner().downcast_ref::<Bin>() {
        return bin.micros % MINUTE_MICROS == 0 && function.args.iter().all(is_timestamp);
    }
    match (function.func.name(), function.args.as_slice()) {
        ("date_trunc", [Expr::Literal(unit, _), time]) => is_timestamp(time) && is_long_unit(unit),
        // It counts in nanoseconds.
        ("date_bin", [Expr::Literal(length, _), Expr::Cast(time)]) => is_timestamp(&time.expr) && is_long_interval(length),
        _ => false,
    }
}

fn is_long_unit(unit: &ScalarValue) -> bool {
    const LONG: [&str; 7] = ["minute", "hour", "day", "week", "month", "quarter", "year"];
    unit.try_as_str().flatten().is_some_and(|unit| LONG.iter().any(|long| unit.eq_ignore_ascii_case(long)))
}

fn is_long_interval(length: &ScalarValue) -> bool {
    match length {
        ScalarValue::IntervalMonthDayNano(Some(length)) => length.nanoseconds % (MINUTE_MICROS * NANOS_PER_MICRO) == 0,
        ScalarValue::IntervalDayTime(Some(length)) => i64::from(length.milliseconds) * 1000 % MINUTE_MICROS == 0,
        _ => false,
    }
}
