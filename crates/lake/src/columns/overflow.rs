use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::array::StringViewBuilder;
use record::{Batch, Field, Value};

/// Collects, per record, the attributes that have no column into one JSON object.
pub(super) struct Overflow<'a> {
    batch: &'a Batch,
    column: StringViewBuilder,
    /// The object being written; empty when the record has none.
    object: Vec<u8>,
}

impl<'a> Overflow<'a> {
    pub(super) fn new(batch: &'a Batch) -> Overflow<'a> {
        Overflow { batch, column: StringViewBuilder::with_capacity(batch.records().len()), object: Vec::new() }
    }

    /// Adds an attribute to the present record.
    pub(super) fn push(&mut self, field: &Field) {
        self.object.push(if self.object.is_empty() { b'{' } else { b',' });
        write_json(&mut self.object, self.batch.name(field.name));
        self.object.push(b':');
        match field.value {
            Value::Text(text) => write_json(&mut self.object, self.batch.text(text)),
            Value::Json(json) => self.object.extend_from_slice(self.batch.text(json).as_bytes()),
            Value::Int(number) => write_json(&mut self.object, &number),
            Value::Float(number) => write_json(&mut self.object, &number),
            Value::Bool(value) => write_json(&mut self.object, &value),
        }
    }

    /// Ends the present record.
    pub(super) fn end_record(&mut self) {
        if self.object.is_empty() {
            return self.column.append_null();
        }
        self.object.push(b'}');
        self.column.append_value(std::str::from_utf8(&self.object).expect("BUG: JSON made of text is not text"));
        self.object.clear();
    }

    pub(super) fn finish(mut self) -> ArrayRef {
        Arc::new(self.column.finish())
    }
}

fn write_json<T: serde::Serialize + ?Sized>(out: &mut Vec<u8>, value: &T) {
    serde_json::to_writer(out, value).expect("BUG: writing a plain value into memory failed");
}
