use record::{Batch, Record, Value};

use crate::{Cell, RECORD_COLUMNS};

/// A field, looked up as far as its name allows.
#[derive(Debug, Clone)]
pub(crate) struct Place {
    pub(crate) name: String,
    /// Index in [`RECORD_COLUMNS`]; `None` for attributes.
    fixed: Option<usize>,
}

impl Place {
    pub(crate) fn new(name: &str) -> Place {
        Place { name: name.to_owned(), fixed: RECORD_COLUMNS.iter().position(|&column| column == name) }
    }
}

/// Something that has fields: a record that has just come in, or a row of the reference evaluator.
pub(crate) trait Fields {
    fn cell(&self, place: &Place) -> Cell<'_>;
}

/// A record in its batch. What storing adds (`record_id`, `pattern_id`) it does not have yet.
pub(crate) struct Live<'a> {
    pub(crate) batch: &'a Batch,
    pub(crate) record: &'a Record,
}

impl Fields for Live<'_> {
    fn cell(&self, place: &Place) -> Cell<'_> {
        match place.fixed {
            None => self.attribute(&place.name),
            Some(index) => fixed_cell(self.batch, self.record, RECORD_COLUMNS[index]),
        }
    }
}

impl Live<'_> {
    /// Of two attributes with one name, the first counts.
    fn attribute(&self, name: &str) -> Cell<'_> {
        let named = self.batch.fields(self.record).iter().find(|field| self.batch.name(field.name) == name);
        named.map_or(Cell::Absent, |field| value_cell(self.batch, field.value))
    }
}

/// An array is its JSON text.
pub(crate) fn value_cell(batch: &Batch, value: Value) -> Cell<'_> {
    match value {
        Value::Text(span) | Value::Json(span) => Cell::Text(batch.text(span)),
        Value::Int(int) => Cell::Int(int),
        Value::Float(float) => Cell::Float(float),
        Value::Bool(truth) => Cell::Bool(truth),
    }
}

pub(crate) fn fixed_cell<'a>(batch: &'a Batch, record: &Record, column: &str) -> Cell<'a> {
    let span = match column {
        "timestamp" => return Cell::Time(record.timestamp),
        "timestamp_nanos" => return Cell::Int(i64::from(record.nanos)),
        "observed_at" => return Cell::Time(batch.received_at()),
        "severity" => return record.severity.map_or(Cell::Absent, |severity| Cell::Text(severity.as_str())),
        "source" => record.source,
        "host" => record.host,
        "message" => record.message,
        "trace_id" => record.trace_id,
        "span_id" => record.span_id,
        "transaction_id" => record.transaction_id,
        "error_code" => record.error_code,
        _ => return Cell::Absent,
    };
    batch.text_if(span).map_or(Cell::Absent, Cell::Text)
}
