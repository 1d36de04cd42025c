use std::sync::Arc;

use arrow::array::{ArrayRef, Date32Array, Int64Array, RecordBatch, StringViewArray, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef};
use record::Timestamp;

use super::{DATE, Table, day_of};

/// The counts of the ledger, in the order of its columns: received = the sum of all others, and of [`FILTERED`].
pub(super) const COUNTS: [&str; 7] = ["received", "stored", "quarantined", "duplicates", "sampled_out", "erased", "expired"];

/// The count that tables made by earlier versions do not have. It may be null for their sake: no reader of Delta takes a new
/// column that may not.
const FILTERED: &str = "filtered";

pub(super) fn filtered() -> Field {
    Field::new(FILTERED, DataType::Int64, true)
}

/// The schema of a ledger that may be of an earlier version, with the column that it lacks.
pub(crate) fn with_filtered(schema: &SchemaRef) -> SchemaRef {
    if schema.column_with_name(FILTERED).is_some() {
        return Arc::clone(schema);
    }
    let mut fields = schema.fields().to_vec();
    let before_date = fields.iter().position(|field| field.name() == DATE).unwrap_or(fields.len());
    fields.insert(before_date, Arc::new(filtered()));
    Arc::new(Schema::new(fields))
}

/// What became of the records of one source that came in during one minute. Rows of the same minute and source add up.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct LedgerRow {
    /// Start of the minute.
    pub(crate) minute: Timestamp,
    /// The service, as far as the records say.
    pub(crate) source: Option<String>,
    /// Came in.
    pub(crate) received: i64,
    /// Are in `logs`.
    pub(crate) stored: i64,
    /// Are in `quarantine`.
    pub(crate) quarantined: i64,
    /// Had come before.
    pub(crate) duplicates: i64,
    /// Were left out by a sampling rule.
    pub(crate) sampled_out: i64,
    /// Were left out by a filter.
    pub(crate) filtered: i64,
    /// Were erased on request.
    pub(crate) erased: i64,
    /// Grew too old.
    pub(crate) expired: i64,
}

/// Rows of the `ledger` table.
pub(crate) fn ledger_to_arrow(rows: &[LedgerRow]) -> RecordBatch {
    let count = |of: fn(&LedgerRow) -> i64| -> ArrayRef { Arc::new(Int64Array::from_iter_values(rows.iter().map(of))) };
    let minutes = rows.iter().map(|row| row.minute.as_micros());
    let columns: Vec<ArrayRef> = vec![
        Arc::new(TimestampMicrosecondArray::from_iter_values(minutes.clone()).with_timezone("UTC")),
        Arc::new(StringViewArray::from_iter(rows.iter().map(|row| row.source.as_deref()))),
        count(|row| row.received),
        count(|row| row.stored),
        count(|row| row.quarantined),
        count(|row| row.duplicates),
        count(|row| row.sampled_out),
        count(|row| row.erased),
        count(|row| row.expired),
        count(|row| row.filtered),
        Arc::new(Date32Array::from_iter_values(minutes.map(day_of))),
    ];
    RecordBatch::try_new(Table::Ledger.base_schema(), columns).expect("BUG: the ledger's columns and schema differ")
}
