use arrow::array::AsArray;
use arrow::datatypes::TimestampMicrosecondType;
use datafusion::catalog::default_table_source::source_as_provider;
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{Column, Result, ScalarValue};
use datafusion::logical_expr::{Expr, LogicalPlan, LogicalPlanBuilder, Sort, TableScan, lit};

use crate::table::LakeTable;

const TIMESTAMP: &str = "timestamp";

/// Rows that a question may want of the newest (or oldest) to be worth looking for the last of them first.
const WANTED_MAX: usize = 10_000;

/// Columns that are most of a record's bytes. A filter on them is what a question costs, and would be paid twice; and where few
/// rows pass it, the decoder reads little else of the others anyway.
const TEXTS: [&str; 2] = ["message", "attributes"];

/// Columns that a scan must have beyond those that its filters need: reading fewer for all rows first saves nothing.
const COLUMNS_SPARED_MIN: usize = 3;

/// `ORDER BY timestamp DESC LIMIT n` over `logs` (or ascending), in two steps: first the times alone, by which the last row
/// that is wanted is known, then the rows from there on, in all their columns. Rows of logs have many columns, and of what a
/// scan decodes before it has seen the newest, few are among the newest.
pub(crate) struct LastWanted<'p> {
    sort: &'p Sort,
    scan: &'p TableScan,
    /// The conditions on rows of the scan.
    filters: Vec<&'p Expr>,
    descending: bool,
}

impl<'p> LastWanted<'p> {
    /// Finds the two steps in an optimized plan.
    pub(crate) fn of(plan: &'p LogicalPlan) -> Option<LastWanted<'p>> {
        match plan {
            LogicalPlan::Sort(sort) => LastWanted::of_sort(sort),
            // Above may be what changes no row.
            LogicalPlan::Projection(_) | LogicalPlan::Limit(_) | LogicalPlan::SubqueryAlias(_) => {
                LastWanted::of(plan.inputs()[0])
            }
            _ => None,
        }
    }

    fn of_sort(sort: &'p Sort) -> Option<LastWanted<'p>> {
        sort.fetch.filter(|wanted| *wanted <= WANTED_MAX)?;
        let first = sort.expr.first()?;
        let Expr::Column(mut column) = first.expr.clone() else { return None };
        let (mut below, mut filters) = (&*sort.input, Vec::new());
        loop {
            match below {
                LogicalPlan::Projection(projection) if filters.is_empty() => {
                    let place = projection.schema.index_of_column(&column).ok()?;
                    let Expr::Column(passed) = projection.expr[place].clone().unalias() else { return None };
                    (column, below) = (passed, &projection.input);
                }
                LogicalPlan::Filter(filter) => {
                    filters.push(&filter.predicate);
                    below = &filter.input;
                }
                LogicalPlan::TableScan(scan) if scan.fetch.is_none() && column.name == TIMESTAMP && is_logs(scan) => {
                    let needed: std::collections::HashSet<&Column> =
                        filters.iter().flat_map(|filter| filter.column_refs()).collect();
                    if needed.iter().any(|column| TEXTS.contains(&column.name.as_str())) {
                        return None;
                    }
                    let spared = scan.projected_schema.fields().len().saturating_sub(needed.len() + 1);
                    return (spared >= COLUMNS_SPARED_MIN).then_some(LastWanted { sort, scan, filters, descending: !first.asc });
                }
                _ => return None,
            }
        }
    }

    /// The first step: as many times as rows are wanted.
    pub(crate) fn times(&self) -> Result<LogicalPlan> {
        let TableScan { table_name, source, filters, .. } = self.scan.clone();
        let mut plan = LogicalPlanBuilder::scan_with_filters(table_name, source, None, filters)?;
        for filter in self.filters.iter().rev() {
            plan = plan.filter((*filter).clone())?;
        }
        let time = self.time();
        plan.project([time.clone()])?.sort_with_limit([time.sort(!self.descending, false)], self.sort.fetch)?.build()
    }

    /// The second step: the whole plan, over rows from the last wanted time on. `times` is what the first one gave.
    pub(crate) fn rows(&self, plan: &LogicalPlan, times: &arrow::array::RecordBatch) -> Result<LogicalPlan> {
        let column = times.column(0).as_primitive::<TimestampMicrosecondType>();
        let last = column.values().iter().copied();
        let last = if self.descending { last.min() } else { last.max() };
        let Some(last) = last else { return Ok(plan.clone()) };
        let last = ScalarValue::TimestampMicrosecond(Some(last), column.timezone().map(Into::into));
        let wanted = if self.descending { self.time().gt_eq(lit(last)) } else { self.time().lt_eq(lit(last)) };
        let bound = plan.clone().transform_up(|node| match node {
            LogicalPlan::TableScan(mut scan) if scan.table_name == self.scan.table_name => {
                scan.filters.push(wanted.clone());
                let scan = LogicalPlanBuilder::from(LogicalPlan::TableScan(scan));
                Ok(Transformed::yes(scan.filter(wanted.clone())?.build()?))
            }
            other => Ok(Transformed::no(other)),
        });
        Ok(bound?.data)
    }

    fn time(&self) -> Expr {
        Expr::Column(Column::new(Some(self.scan.table_name.clone()), TIMESTAMP))
    }
}

fn is_logs(scan: &TableScan) -> bool {
    source_as_provider(&scan.source).is_ok_and(|provider| provider.downcast_ref::<LakeTable>().is_some_and(LakeTable::is_logs))
}
