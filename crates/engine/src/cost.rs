use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use ask::Cost;
use datafusion::physical_plan::ExecutionPlan;
use datafusion::physical_plan::metrics::{MetricValue, MetricsSet};

use crate::table::Looked;

/// What plans read, after they have run as far as they were needed.
pub(crate) fn of(plans: &[Arc<dyn ExecutionPlan>], looked: &Looked, elapsed: Duration) -> Cost {
    let mut read = Read::default();
    plans.iter().for_each(|plan| read.add_plan(plan));
    let opened = read.files.len() as u64;
    Cost {
        rows_scanned: read.rows,
        bytes_scanned: read.bytes + looked.memory_bytes + looked.index_bytes,
        files_scanned: opened,
        files_pruned: (looked.segments() as u64).saturating_sub(opened),
        elapsed,
    }
}

#[derive(Default)]
struct Read {
    rows: u64,
    bytes: u64,
    /// Segments of which more was read than a footer that was at hand.
    files: HashSet<String>,
}

impl Read {
    fn add_plan(&mut self, plan: &Arc<dyn ExecutionPlan>) {
        let children = plan.children();
        if children.is_empty()
            && let Some(metrics) = plan.metrics()
        {
            self.add_scan(&metrics);
        }
        children.into_iter().for_each(|child| self.add_plan(child));
    }

    /// Rows that leave a scan, and those that its filters dropped inside the decoder, were decoded.
    fn add_scan(&mut self, metrics: &MetricsSet) {
        self.rows += metrics.output_rows().unwrap_or(0) as u64;
        for metric in metrics.iter() {
            let MetricValue::Count { name, count } = metric.value() else { continue };
            let count = count.value() as u64;
            match name.as_ref() {
                "pushdown_rows_pruned" => self.rows += count,
                "bytes_scanned" if count > 0 => {
                    self.bytes += count;
                    let file = metric.labels().iter().find(|label| label.name() == "filename");
                    self.files.extend(file.map(|label| label.value().to_owned()));
                }
                _ => {}
            }
        }
    }
}
