use ask::{FieldSummary, RECORD_COLUMNS};
use lake::TableView;
use record::TimeRange;

use crate::rows::column_of;

/// Columns of `logs` that are there for other readers of the table, and that no search names.
const HIDDEN: [&str; 4] = ["date", "time_origin", "severity_number", "attributes"];

/// The columns of `logs` that searches know, and in how many records each stands, where that is known without looking
/// at records: for those that every record has, when the scope cuts no segment or batch in two.
pub(crate) fn of(logs: &TableView, range: TimeRange) -> Vec<FieldSummary> {
    let records = records_within(logs, range);
    let fields = logs.schema.fields().iter().filter(|field| !HIDDEN.contains(&field.name().as_str()));
    let mut fields: Vec<FieldSummary> = fields
        .map(|field| FieldSummary { column: column_of(field), present: records.filter(|_| !field.is_nullable()) })
        .collect();
    let place = |name: &str| RECORD_COLUMNS.iter().position(|&column| column == name).unwrap_or(RECORD_COLUMNS.len());
    fields.sort_by(|a, b| place(&a.column.name).cmp(&place(&b.column.name)).then_with(|| a.column.name.cmp(&b.column.name)));
    fields
}

fn records_within(logs: &TableView, range: TimeRange) -> Option<u64> {
    let segments = logs.segments.iter().map(|segment| (segment.time, segment.rows));
    let memory = logs.memory.iter().map(|batch| (batch.time(), batch.rows() as u64));
    let mut records = 0;
    for ((first, last), rows) in segments.chain(memory) {
        if range.contains(first) && range.contains(last) {
            records += rows;
        } else if range.overlaps(first, last) {
            return None;
        }
    }
    Some(records)
}
