use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringViewBuilder, TimestampMicrosecondArray};
use record::{Batch, Rejected, Span};

use super::arena::Arena;
use super::record_ids::{Numbering, record_ids};
use super::{Table, day_of};

/// The rejected lines of a batch as rows of `quarantine`. Texts are not copied: the rows keep the batch alive.
pub(crate) fn quarantine_to_arrow(batch: &Arc<Batch>, numbering: &Numbering) -> RecordBatch {
    let rejected = batch.rejected();
    let rows = rejected.len();
    let received_at = batch.received_at().as_micros();
    let arena = Arena::of(batch);
    let spans = |place: fn(&Rejected) -> Span| {
        let mut column = arena.column(rows);
        rejected.iter().for_each(|line| column.push(place(line)));
        column.finish()
    };
    let numbers = |of: fn(&Rejected) -> u64| -> ArrayRef {
        Arc::new(Int64Array::from_iter_values(rejected.iter().map(|line| i64::try_from(of(line)).unwrap_or(i64::MAX))))
    };
    let mut reasons = StringViewBuilder::with_capacity(rows);
    rejected.iter().for_each(|line| reasons.append_value(line.reason.as_str()));
    let columns: Vec<ArrayRef> = vec![
        record_ids(numbering, batch.records().len(), rows),
        Arc::new(TimestampMicrosecondArray::from_value(received_at, rows).with_timezone("UTC")),
        spans(|line| line.source),
        Arc::new(reasons.finish()),
        numbers(|line| line.line),
        numbers(|line| line.offset),
        spans(|line| line.raw),
        Arc::new(Date32Array::from_value(day_of(received_at), rows)),
    ];
    RecordBatch::try_new(Table::Quarantine.base_schema(), columns).expect("BUG: quarantine's columns and schema differ")
}
