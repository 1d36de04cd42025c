use arrow::datatypes::{DataType, TimeUnit};
use datafusion::common::tree_node::{Transformed, TreeNode};
use datafusion::common::{DFSchema, Result};
use datafusion::logical_expr::expr_rewriter::NamePreserver;
use datafusion::logical_expr::utils::merge_schema;
use datafusion::logical_expr::{Expr, ExprSchemable, LogicalPlan};
use datafusion::optimizer::optimizer::ApplyOrder;
use datafusion::optimizer::{OptimizerConfig, OptimizerRule};

use crate::functions;

/// Cuts times in UTC to seconds, minutes, hours and days by arithmetic. DataFusion's `date_trunc` asks a time zone about
/// each value, by its name: over ten million rows that took two seconds.
#[derive(Debug)]
pub(crate) struct UtcTruncation;

impl OptimizerRule for UtcTruncation {
    fn name(&self) -> &str {
        "utc_truncation"
    }

    fn apply_order(&self) -> Option<ApplyOrder> {
        Some(ApplyOrder::BottomUp)
    }

    fn rewrite(&self, plan: LogicalPlan, _: &dyn OptimizerConfig) -> Result<Transformed<LogicalPlan>> {
        let schema = merge_schema(&plan.inputs());
        let names = NamePreserver::new(&plan);
        plan.map_expressions(|expr| {
            let name = names.save(&expr);
            let cut = |part: Expr| Ok(arithmetic(&part, &schema).map_or_else(|| Transformed::no(part), Transformed::yes));
            Ok(expr.transform_up(cut)?.update_data(|expr| name.restore(expr)))
        })
    }
}

/// The same by arithmetic, where that is the same.
fn arithmetic(expr: &Expr, schema: &DFSchema) -> Option<Expr> {
    let Expr::ScalarFunction(function) = expr else { return None };
    let [Expr::Literal(unit, _), time] = function.args.as_slice() else { return None };
    if function.func.name() != "date_trunc" {
        return None;
    }
    let seconds = match unit.try_as_str()??.to_ascii_lowercase().as_str() {
        "second" => 1,
        "minute" => 60,
        "hour" => 3600,
        "day" => 86_400,
        _ => return None,
    };
    let utc = DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()));
    (time.get_type(schema).ok()? == utc).then(|| functions::bin(time.clone(), seconds * 1_000_000))
}
