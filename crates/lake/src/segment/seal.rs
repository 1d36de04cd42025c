use std::collections::BTreeMap;
use std::sync::Arc;

use arrow::array::RecordBatch;
use arrow::compute::interleave_record_batch;
use object_store::ObjectStore;

use super::encoder::time_column;
use super::output::{Output, on_blocking_thread};
use super::{NewSegment, Options, without_date};
use crate::Error;
use crate::columns::{Table, day_of};

/// Rows that are brought into order and encoded at a time, so that a sorted copy of everything never exists.
const ROWS_AT_A_TIME: usize = 8 << 10;

/// Stores rows as segments: one or more per day, in order of time; rows of the same time keep their order.
///
/// All batches have the same schema, a view of the table (`date` last). When this returns the segments are in the
/// store; they become part of the table by a commit.
pub(crate) async fn write(
    store: &Arc<dyn ObjectStore>,
    rows: Vec<RecordBatch>,
    options: &Options,
) -> Result<Vec<NewSegment>, Error> {
    let (store, options) = (Arc::clone(store), options.clone());
    on_blocking_thread(move |runtime| {
        let rows: Vec<RecordBatch> = rows.iter().map(without_date).collect();
        let rows: Vec<&RecordBatch> = rows.iter().collect();
        let mut segments = Vec::new();
        for (date, order) in order(options.table, &rows) {
            let mut output = Output::new(&store, runtime, &options, date, true);
            for places in order.chunks(ROWS_AT_A_TIME) {
                let sorted = interleave_record_batch(&rows, places);
                let sorted = sorted.map_err(|source| Error::Arrow { doing: "sorting rows by time", source })?;
                output.write(&sorted)?;
            }
            segments.extend(output.finish()?);
        }
        Ok(segments)
    })
    .await
}

/// Per day, the rows in order of time, each as its batch and its place in it.
fn order(table: Table, rows: &[&RecordBatch]) -> BTreeMap<i32, Vec<(usize, usize)>> {
    let mut keys = Vec::with_capacity(rows.iter().map(|rows| rows.num_rows()).sum());
    for (batch, rows) in rows.iter().enumerate() {
        keys.extend(time_column(table, rows).values().iter().enumerate().map(|(row, &time)| (time, batch as u32, row as u32)));
    }
    // Records come nearly in order, which the standard library's stable sort turns to account.
    keys.sort_by_key(|&(time, _, _)| time);
    let mut days = BTreeMap::new();
    for day in keys.chunk_by(|a, b| day_of(a.0) == day_of(b.0)) {
        days.insert(day_of(day[0].0), day.iter().map(|&(_, batch, row)| (batch as usize, row as usize)).collect());
    }
    days
}
