use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode};
use datafusion::config::ConfigOptions;
use datafusion::physical_expr::PhysicalSortExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::execution_plan::replace_children_if_necessary;
use datafusion::physical_plan::filter::FilterExec;
use datafusion::physical_plan::repartition::RepartitionExec;
use datafusion::physical_plan::sorts::sort::SortExec;
use datafusion::physical_plan::union::UnionExec;
use datafusion::physical_plan::{ExecutionPlan, SortOrderPushdownResult};

/// Lets segments be read in the order a `ORDER BY ... LIMIT` wants, so that its first rows rule out the rest.
///
/// DataFusion's own rule stops at the union of memory and segments. This one goes through it. It only ever changes the
/// order in which files and row groups are read; the sort above stays, so the answer does not depend on it.
#[derive(Debug)]
pub(crate) struct NewestFirst;

impl PhysicalOptimizerRule for NewestFirst {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        let reorder = |plan: Arc<dyn ExecutionPlan>| {
            let Some(sort) = plan.downcast_ref::<SortExec>().filter(|sort| sort.fetch().is_some()) else {
                return Ok(Transformed::no(plan));
            };
            match below(sort.input(), sort.expr())? {
                Some(input) => replace_children_if_necessary(plan, vec![input]).map(Transformed::yes),
                None => Ok(Transformed::no(plan)),
            }
        };
        plan.transform_down(reorder).data()
    }

    fn name(&self) -> &str {
        "newest_first"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// The same plan, reading in an order closer to the one wanted; `None` when nothing changes.
fn below(plan: &Arc<dyn ExecutionPlan>, order: &[PhysicalSortExpr]) -> Result<Option<Arc<dyn ExecutionPlan>>> {
    let keeps_columns = plan.is::<UnionExec>() || plan.is::<FilterExec>() || plan.is::<RepartitionExec>();
    if !keeps_columns {
        return Ok(match plan.try_pushdown_sort(order)? {
            SortOrderPushdownResult::Inexact { inner } => Some(inner),
            SortOrderPushdownResult::Exact { .. } | SortOrderPushdownResult::Unsupported => None,
        });
    }
    if plan.downcast_ref::<FilterExec>().is_some_and(|filter| filter.projection().is_some()) {
        return Ok(None);
    }
    let children = plan.children().into_iter().map(|child| Ok((below(child, order)?, child)));
    let children = children.collect::<Result<Vec<_>>>()?;
    if children.iter().all(|(changed, _)| changed.is_none()) {
        return Ok(None);
    }
    let children = children.into_iter().map(|(changed, child)| changed.unwrap_or_else(|| Arc::clone(child))).collect();
    replace_children_if_necessary(Arc::clone(plan), children).map(Some)
}
