use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::concat_batches;
use ask::{Budget, Incomplete};
use datafusion::common::{DataFusionError, Result};
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::SessionState;
use datafusion::logical_expr::LogicalPlan;
use datafusion::physical_plan::{ExecutionPlan, execute_stream};
use futures::StreamExt;

use crate::last_wanted::LastWanted;
use crate::rows::{Simplifier, bytes_of};

/// What a plan gave, within the budget.
pub(crate) struct Computed {
    pub(crate) rows: RecordBatch,
    pub(crate) incomplete: Option<Incomplete>,
    /// What ran for it.
    pub(crate) plans: Vec<Arc<dyn ExecutionPlan>>,
}

/// Why a plan gave nothing: it could not be made, or it failed on the way.
pub(crate) enum Failed {
    Planning(DataFusionError),
    Running(DataFusionError),
}

/// Computes a plan until it ends or the answer has reached its bounds.
pub(crate) async fn run(session: &SessionState, plan: &LogicalPlan, budget: &Budget) -> Result<Computed, Failed> {
    let mut plan = session.optimize(plan).map_err(Failed::Planning)?;
    let mut plans = Vec::new();
    if let Some(last) = LastWanted::of(&plan) {
        let times = session.optimize(&last.times().map_err(Failed::Planning)?).map_err(Failed::Planning)?;
        // A question for more rows than an answer may have asks for one more than that.
        let one_more = Budget { rows_max: budget.rows_max.saturating_add(1), ..*budget };
        let (times, incomplete) = compute(session, &times, &one_more, &mut plans).await?;
        // Cut off by a bound, it says nothing of the rest.
        if incomplete.is_none() {
            plan = last.rows(&plan, &times).map_err(Failed::Planning)?;
        }
    }
    let (rows, incomplete) = compute(session, &plan, budget, &mut plans).await?;
    Ok(Computed { rows, incomplete, plans })
}

/// Computes an optimized plan. What ran is added to `plans`.
async fn compute(
    session: &SessionState,
    plan: &LogicalPlan,
    budget: &Budget,
    plans: &mut Vec<Arc<dyn ExecutionPlan>>,
) -> Result<(RecordBatch, Option<Incomplete>), Failed> {
    let plan = session.query_planner().create_physical_plan(plan, session).await.map_err(Failed::Planning)?;
    plans.push(Arc::clone(&plan));
    let stream = execute_stream(plan, session.task_ctx()).map_err(Failed::Running)?;
    collect(stream, budget).await.map_err(Failed::Running)
}

async fn collect(mut stream: SendableRecordBatchStream, budget: &Budget) -> Result<(RecordBatch, Option<Incomplete>)> {
    let simplifier = Simplifier::new(&stream.schema());
    let (mut batches, mut rows, mut bytes) = (Vec::new(), 0, 0);
    let mut incomplete = None;
    while let Some(batch) = stream.next().await {
        let mut batch = batch?;
        if rows + batch.num_rows() > budget.rows_max {
            batch = batch.slice(0, budget.rows_max - rows);
            incomplete = Some(Incomplete::Rows);
        }
        let mut batch = simplifier.simplify(&batch)?;
        let size = bytes_of(&batch);
        if bytes + size > budget.answer_bytes_max {
            batch = batch.slice(0, rows_that_fit(&batch, budget.answer_bytes_max - bytes));
            incomplete = Some(Incomplete::Bytes);
        }
        rows += batch.num_rows();
        bytes += size;
        batches.push(batch);
        if incomplete.is_some() {
            break;
        }
    }
    Ok((concat_batches(simplifier.schema(), &batches)?, incomplete))
}

/// The most rows, from the first on, that take no more than so many bytes.
fn rows_that_fit(batch: &RecordBatch, bytes: usize) -> usize {
    let (mut fit, mut too_many) = (0, batch.num_rows());
    while fit + 1 < too_many {
        let middle = fit + (too_many - fit) / 2;
        if bytes_of(&batch.slice(0, middle)) <= bytes {
            fit = middle;
        } else {
            too_many = middle;
        }
    }
    fit
}
