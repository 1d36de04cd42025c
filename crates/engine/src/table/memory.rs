use std::sync::Arc;

use arrow::array::RecordBatch;
use datafusion::catalog::Session;
use datafusion::common::Result;
use datafusion::datasource::memory::MemorySourceConfig;
use datafusion::datasource::source::DataSourceExec;
use datafusion::physical_plan::ExecutionPlan;
use record::TimeRange;

use super::LakeTable;

/// Rows in memory that are worth a second thread. Fewer are read in less time than it takes to share them out.
const ROWS_PER_PARTITION: usize = 32_768;

impl LakeTable {
    /// The rows in memory whose batch overlaps the range; `None` when there are none.
    pub(super) fn scan_memory(
        &self,
        session: &dyn Session,
        projection: Option<&Vec<usize>>,
        range: &TimeRange,
    ) -> Result<Option<Arc<dyn ExecutionPlan>>> {
        let mut batches = Vec::new();
        let mut bytes = 0;
        // Newest first: most questions want the newest rows, and what they find first rules the rest out.
        for batch in self.view.memory.iter().rev() {
            let (first, last) = batch.time();
            if range.overlaps(first, last) {
                bytes += batch.memory_bytes() as u64;
                batches.push(batch.to_arrow(&self.view.schema));
            }
        }
        self.looked.lock().memory_bytes += bytes;
        if batches.is_empty() {
            return Ok(None);
        }
        let partitions = share_out(batches, session.config().target_partitions());
        let source = MemorySourceConfig::try_new(&partitions, Arc::clone(&self.view.schema), projection.cloned())?;
        Ok(Some(DataSourceExec::from_data_source(source)))
    }
}

/// Deals the batches out to as many partitions as are worth their while.
fn share_out(batches: Vec<RecordBatch>, threads: usize) -> Vec<Vec<RecordBatch>> {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    let count = (rows / ROWS_PER_PARTITION).clamp(1, threads.max(1)).min(batches.len());
    let mut partitions = vec![Vec::new(); count];
    for (index, batch) in batches.into_iter().enumerate() {
        partitions[index % count].push(batch);
    }
    partitions
}
