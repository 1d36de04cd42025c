use std::sync::Arc;

use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::tree_node::{Transformed, TreeNode, TreeNodeRecursion};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::datasource::provider_as_source;
use datafusion::functions::core::expr_fn::coalesce;
use datafusion::functions_aggregate::expr_fn::sum;
use datafusion::logical_expr::utils::{conjunction, split_conjunction};
use datafusion::logical_expr::{
    Aggregate, Expr, Filter, LogicalPlan, LogicalPlanBuilder, Projection, SubqueryAlias, TableScan, Volatility, lit,
};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};
use lake::{MINUTE_MICROS, RECORDS};
use record::{Phrase, TimeRange};

use crate::functions::{Bin, MATCH_PHRASE, match_phrase};
use crate::table::{LakeTable, MESSAGE, MessageWord, RollupTable, range_of_filters};

const TIMESTAMP: &str = "timestamp";

const NANOS_PER_MICRO: i64 = 1000;

const HOUR_MICROS: i64 = 60 * MINUTE_MICROS;

/// Answers counts of records from the rollups that segments carry, where a rollup tells enough: `count(*)` over `logs`,
/// grouped and filtered by nothing but its dimensions and by time, grouped in whole minutes or longer; and counts of the
/// records in whose message a word stands, grouped and filtered by source, severity and whole hours.
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
    let within = Within { range: TimeRange::ALL, grain_micros: finest(&aggregate.group_expr, HOUR_MICROS), word: None };
    let Some(input) = over_rollup(&aggregate.input, within)? else { return Ok(None) };
    if !has_columns_of(&input, &aggregate.group_expr) {
        return Ok(None);
    }
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

/// What the steps above a part of a plan say of time.
#[derive(Debug, Clone)]
struct Within {
    /// What filters leave.
    range: TimeRange,
    /// The longest stretch within which times are not told apart.
    grain_micros: i64,
    /// The word that records must have in their message.
    word: Option<MessageWord>,
}

/// The plan with the rollups in place of `logs`, and its count among the columns; `None` when they do not tell enough.
fn over_rollup(plan: &LogicalPlan, within: Within) -> Result<Option<LogicalPlan>> {
    match plan {
        LogicalPlan::TableScan(scan) => rollup_scan(scan, within),
        LogicalPlan::Filter(filter) => {
            let conditions = split_conjunction(&filter.predicate);
            let Some(within) = within.and(&conditions) else { return Ok(None) };
            let Some(input) = over_rollup(&filter.input, within)? else { return Ok(None) };
            // Whoever counts the records of a word counts no others.
            let Some(rest) = conjunction(conditions.into_iter().filter(|condition| word_of(condition).is_none()).cloned()) else {
                return Ok(Some(input));
            };
            if !has_columns_of(&input, std::slice::from_ref(&rest)) {
                return Ok(None);
            }
            Ok(Some(LogicalPlan::Filter(Filter::try_new(rest, Arc::new(input))?)))
        }
        LogicalPlan::SubqueryAlias(alias) => {
            let Some(input) = over_rollup(&alias.input, within)? else { return Ok(None) };
            Ok(Some(LogicalPlan::SubqueryAlias(SubqueryAlias::try_new(Arc::new(input), alias.alias.clone())?)))
        }
        LogicalPlan::Projection(projection) => {
            let passes = |expr: &Expr| is_timestamp(expr) || is_same_for_all(expr);
            // A time under the name of another would no longer be known as one, and the other way round.
            let hides = |expr: &Expr| expr.name_for_alias().is_ok_and(|name| name == TIMESTAMP) && !is_timestamp(expr);
            if !projection.expr.iter().all(passes) || projection.expr.iter().any(hides) {
                return Ok(None);
            }
            let within = Within { grain_micros: finest(&projection.expr, within.grain_micros), ..within };
            let Some(input) = over_rollup(&projection.input, within)? else { return Ok(None) };
            if !has_columns_of(&input, &projection.expr) {
                return Ok(None);
            }
            let mut columns = projection.expr.clone();
            columns.push(Expr::Column(records_of(&input)));
            Ok(Some(LogicalPlan::Projection(Projection::try_new(columns, Arc::new(input))?)))
        }
        _ => Ok(None),
    }
}

fn rollup_scan(scan: &TableScan, within: Within) -> Result<Option<LogicalPlan>> {
    let Ok(provider) = source_as_provider(&scan.source) else { return Ok(None) };
    let Some(logs) = provider.downcast_ref::<LakeTable>() else { return Ok(None) };
    let filters: Vec<&Expr> = scan.filters.iter().flat_map(split_conjunction).collect();
    let Some(within) = within.and(&filters).filter(|_| scan.fetch.is_none()) else { return Ok(None) };
    let fields = scan.projected_schema.fields().iter().map(|field| field.name().as_str());
    // The message is there for the sake of the word only, or whoever reads it misses it.
    let names: Vec<&str> = fields.filter(|name| within.word.is_none() || *name != MESSAGE).chain([RECORDS]).collect();
    let is_told_by_words = within.grain_micros == HOUR_MICROS && !names.contains(&"error_code");
    if within.word.is_some() && !is_told_by_words {
        return Ok(None);
    }
    let Some(rollup) = RollupTable::of(logs, within.range, within.grain_micros, within.word) else { return Ok(None) };
    let schema = datafusion::catalog::TableProvider::schema(&rollup);
    let columns = names.into_iter().map(|name| schema.index_of(name)).collect::<Result<Vec<_>, _>>();
    let Ok(columns) = columns else { return Ok(None) };
    let filters: Vec<Expr> = filters.into_iter().filter(|filter| word_of(filter).is_none()).cloned().collect();
    let is_known = |column: &&Column| schema.index_of(&column.name).is_ok();
    if !filters.iter().flat_map(Expr::column_refs).all(|column| is_known(&column)) {
        return Ok(None);
    }
    let source = provider_as_source(Arc::new(rollup));
    LogicalPlanBuilder::scan_with_filters(scan.table_name.clone(), source, Some(columns), filters)?.build().map(Some)
}

/// The word that a record must have in its message to pass a condition, when it needs nothing else.
fn word_of(condition: &Expr) -> Option<MessageWord> {
    let Expr::ScalarFunction(function) = condition else { return None };
    let (MATCH_PHRASE, [Expr::Column(column), Expr::Literal(text, _)]) = (function.func.name(), function.args.as_slice()) else {
        return None;
    };
    let phrase = Phrase::new(text.try_as_str()??);
    let [word] = phrase.words() else { return None };
    (column.name == MESSAGE).then(|| {
        let condition = match_phrase(Expr::Column(Column::from_name(MESSAGE)), word);
        MessageWord { word: word.clone(), condition }
    })
}

/// Whether a plan has all columns that these expressions read.
fn has_columns_of(plan: &LogicalPlan, exprs: &[Expr]) -> bool {
    exprs.iter().all(|expr| expr.column_refs().into_iter().all(|column| plan.schema().has_column(column)))
}

/// The column that counts, which stands last.
fn records_of(plan: &LogicalPlan) -> Column {
    plan.schema().columns().pop().expect("BUG: a rollup without its counts")
}

impl Within {
    /// With these conditions; `None` when one of them tells records of the same minute apart in any other way than by
    /// bounds of time.
    fn and(self, conditions: &[&Expr]) -> Option<Within> {
        conditions.iter().try_fold(self, |within, condition| {
            if let Some(word) = word_of(condition) {
                let is_other = within.word.as_ref().is_some_and(|known| *known != word);
                return (!is_other).then_some(Within { word: Some(word), ..within });
            }
            if is_same_for_all(condition) {
                return Some(Within { grain_micros: finest(std::slice::from_ref(*condition), within.grain_micros), ..within });
            }
            let is_bound = match condition {
                Expr::BinaryExpr(binary) => is_timestamp(&binary.left) || is_timestamp(&binary.right),
                Expr::Between(between) => is_timestamp(&between.expr) && !between.negated,
                _ => false,
            };
            let bounds = range_of_filters(std::slice::from_ref(*condition), TIMESTAMP);
            (is_bound && bounds != TimeRange::ALL).then(|| Within { range: within.range.intersect(bounds), ..within })
        })
    }
}

/// The longest stretch, of a minute or an hour, within which neither these expressions tell times apart nor `so_far`.
fn finest(exprs: &[Expr], so_far: i64) -> i64 {
    let mut finest = so_far;
    for expr in exprs {
        let walked = expr.apply(|part| {
            if let Some(grain) = grain_of(part) {
                finest = finest.min(grain);
            }
            Ok(TreeNodeRecursion::Continue)
        });
        debug_assert!(walked.is_ok(), "nothing in the walk fails");
    }
    finest
}

fn is_timestamp(expr: &Expr) -> bool {
    matches!(expr, Expr::Column(column) if column.name == TIMESTAMP)
}

/// Whether the expression has one value for all records that a rollup counts together.
fn is_same_for_all(expr: &Expr) -> bool {
    let mut same = true;
    let walked = expr.apply(|part| {
        if grain_of(part).is_some() {
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

/// [`MINUTE_MICROS`] or [`HOUR_MICROS`], when the expression is the time, cut to whole minutes or hours.
fn grain_of(expr: &Expr) -> Option<i64> {
    let Expr::ScalarFunction(function) = expr else { return None };
    let micros = match (function.func.inner().downcast_ref::<Bin>(), function.func.name(), function.args.as_slice()) {
        (Some(bin), _, [time]) if is_timestamp(time) => bin.micros,
        // In what is counted short units have become bins, in filters handed down to the scan they have not.
        (None, "date_trunc", [Expr::Literal(unit, _), time]) if is_timestamp(time) => length_of_unit(unit)?,
        // It counts in nanoseconds.
        (None, "date_bin", [Expr::Literal(length, _), Expr::Cast(time)]) if is_timestamp(&time.expr) => length_of(length)?,
        _ => return None,
    };
    [HOUR_MICROS, MINUTE_MICROS].into_iter().find(|grain| micros % grain == 0)
}

/// A length that has the same whole minutes and hours as the unit.
fn length_of_unit(unit: &ScalarValue) -> Option<i64> {
    match unit.try_as_str()??.to_ascii_lowercase().as_str() {
        "minute" => Some(MINUTE_MICROS),
        "hour" | "day" | "week" | "month" | "quarter" | "year" => Some(HOUR_MICROS),
        _ => None,
    }
}

/// The part of an interval below days, which are whole hours.
fn length_of(length: &ScalarValue) -> Option<i64> {
    match length {
        ScalarValue::IntervalMonthDayNano(Some(length)) => {
            (length.nanoseconds % NANOS_PER_MICRO == 0).then_some(length.nanoseconds / NANOS_PER_MICRO)
        }
        ScalarValue::IntervalDayTime(Some(length)) => Some(i64::from(length.milliseconds) * 1000),
        _ => None,
    }
}
