//! What the tables' columns are, and how records become them.
//!
//! Every schema here is the *view* of a table: all columns of its files, and last the partition column `date`, which is
//! not in the files. Text columns are Arrow views, so that the rows of a memtable point into their batch's arena
//! instead of holding a second copy of all text, and sorting moves 16 bytes a value. In the files they are plain UTF-8.

use std::sync::Arc;

use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};

mod arena;
mod ledger;
mod logs;
mod overflow;
mod plan;
mod quarantine;
mod record_ids;

pub(crate) use ledger::{LedgerRow, ledger_to_arrow, with_filtered};
pub(crate) use logs::to_arrow;
pub(crate) use plan::{ColumnPlan, KindsSeen};
pub(crate) use quarantine::quarantine_to_arrow;
pub(crate) use record_ids::Numbering;

/// The partition column.
pub(crate) const DATE: &str = "date";

/// The column of `logs` that holds, as one JSON object, what has no column of its own.
pub(crate) const ATTRIBUTES: &str = "attributes";

/// The column of `logs` whose words the index holds.
pub(crate) const MESSAGE: &str = "message";

/// The column of the message's pattern.
pub(crate) const PATTERN_ID: &str = "pattern_id";

/// Microseconds in a day of the partition column.
const MICROS_PER_DAY: i64 = 86_400_000_000;

/// The tables of a tenant that have segments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Table {
    /// What was admitted.
    Logs,
    /// What could not become a record.
    Quarantine,
    /// How many came in and what became of them.
    Ledger,
}

impl Table {
    /// Every table.
    pub(crate) const ALL: [Table; 3] = [Table::Logs, Table::Quarantine, Table::Ledger];

    /// Its name, in SQL and as a folder.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Table::Logs => "logs",
            Table::Quarantine => "quarantine",
            Table::Ledger => "ledger",
        }
    }

    /// The column its rows are ordered and partitioned by.
    pub(crate) fn time_column(self) -> &'static str {
        match self {
            Table::Logs => "timestamp",
            Table::Quarantine => "received_at",
            Table::Ledger => "minute",
        }
    }

    /// Its columns when it is new: the fixed ones, and `date` last.
    pub(crate) fn base_schema(self) -> SchemaRef {
        let mut fields = match self {
            Table::Logs => log_fields(),
            Table::Quarantine => quarantine_fields(),
            Table::Ledger => ledger_fields(),
        };
        fields.push(Field::new(DATE, DataType::Date32, false));
        Arc::new(Schema::new(fields))
    }
}

/// Type of the text columns.
fn text() -> DataType {
    DataType::Utf8View
}

/// Type of the time columns.
fn time() -> DataType {
    DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into()))
}

fn log_fields() -> Vec<Field> {
    vec![
        Field::new("record_id", text(), false),
        Field::new("timestamp", time(), false),
        // The 0..=999 nanoseconds that a microsecond timestamp cannot hold; null when there are none.
        Field::new("timestamp_nanos", DataType::Int16, true),
        // Null when the sender wrote the time; else `received` or `anomalous`.
        Field::new("time_origin", text(), true),
        Field::new("observed_at", time(), false),
        Field::new("severity", text(), true),
        Field::new("severity_number", DataType::Int32, true),
        Field::new("source", text(), true),
        Field::new("host", text(), true),
        Field::new(MESSAGE, text(), true),
        Field::new("trace_id", text(), true),
        Field::new("span_id", text(), true),
        Field::new("transaction_id", text(), true),
        Field::new("error_code", text(), true),
        Field::new(PATTERN_ID, DataType::Int64, true),
        Field::new(ATTRIBUTES, text(), true),
    ]
}

fn quarantine_fields() -> Vec<Field> {
    vec![
        Field::new("record_id", text(), false),
        Field::new("received_at", time(), false),
        Field::new("source", text(), true),
        Field::new("reason", text(), false),
        Field::new("line", DataType::Int64, false),
        Field::new("offset", DataType::Int64, false),
        Field::new("raw", text(), true),
    ]
}

fn ledger_fields() -> Vec<Field> {
    let mut fields = vec![Field::new("minute", time(), false), Field::new("source", text(), true)];
    fields.extend(ledger::COUNTS.map(|name| Field::new(name, DataType::Int64, false)));
    fields.push(ledger::filtered());
    fields
}

/// How many columns of `logs` stand before the attributes.
fn fixed_columns() -> usize {
    log_fields().len()
}

/// The day of a moment, in days since 1970.
pub(crate) fn day_of(micros: i64) -> i32 {
    micros.div_euclid(MICROS_PER_DAY) as i32
}

/// `2026-02-06`, the value of the partition column in paths and in the Delta log.
pub(crate) fn date_text(days: i32) -> String {
    let (year, month, day) = record::Timestamp::from_micros(i64::from(days) * MICROS_PER_DAY).civil();
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests;
