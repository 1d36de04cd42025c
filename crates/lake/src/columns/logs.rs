use std::collections::HashMap;
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanBuilder, Date32Array, Float64Builder, Int16Array, Int32Array, Int64Array, Int64Builder, RecordBatch,
    StringViewBuilder, TimestampMicrosecondArray, new_null_array,
};
use arrow::datatypes::{DataType, SchemaRef};
use record::{Batch, Field, Record, Span, TimeOrigin, Value};

use super::arena::Arena;
use super::overflow::Overflow;
use super::plan::Kind;
use super::record_ids::{Numbering, record_ids};
use super::{ATTRIBUTES, DATE, MESSAGE, day_of, fixed_columns};

/// The records of a batch as rows of `logs`, in the order in which they came.
///
/// `schema` is a view of `logs` (see [`ColumnPlan`](super::ColumnPlan)); attributes it has no fitting column for go to
/// `attributes`. Texts are not copied: the rows keep the batch alive.
pub(crate) fn to_arrow(batch: &Arc<Batch>, numbering: &Numbering, schema: &SchemaRef) -> RecordBatch {
    let arena = Arena::of(batch);
    let mut attributes = Attributes::sort(batch, schema);
    let columns = schema.fields().iter().enumerate().map(|(index, field)| match attributes.cells.remove(&index) {
        Some(cells) => attribute_column(&arena, batch.records().len(), &cells),
        None if index >= fixed_columns() && field.name() != DATE => new_null_array(field.data_type(), batch.records().len()),
        None if field.name() == ATTRIBUTES => Arc::clone(&attributes.overflow),
        None => fixed_column(field.name(), batch, &arena, numbering),
    });
    let columns = columns.collect();
    RecordBatch::try_new(Arc::clone(schema), columns).expect("BUG: columns do not fit the schema they were made for")
}

fn fixed_column(name: &str, batch: &Batch, arena: &Arena, numbering: &Numbering) -> ArrayRef {
    let records = batch.records();
    let spans = |place: fn(&Record) -> Span| {
        let mut column = arena.column(records.len());
        records.iter().for_each(|record| column.push(place(record)));
        column.finish()
    };
    match name {
        "record_id" => record_ids(numbering, 0, records.len()),
        "timestamp" => times(records.iter().map(|record| record.timestamp.as_micros())),
        "timestamp_nanos" => Arc::new(Int16Array::from_iter(records.iter().map(nanos_of))),
        "time_origin" => words(records.iter().map(origin_of)),
        "observed_at" => times(records.iter().map(|_| batch.received_at().as_micros())),
        "severity" => words(records.iter().map(|record| Some(record.severity?.as_str()))),
        "severity_number" => {
            Arc::new(Int32Array::from_iter(records.iter().map(|record| Some(i32::from(record.severity?.number())))))
        }
        "source" => spans(|record| record.source),
        "host" => spans(|record| record.host),
        MESSAGE => spans(|record| record.message),
        "trace_id" => spans(|record| record.trace_id),
        "span_id" => spans(|record| record.span_id),
        "transaction_id" => spans(|record| record.transaction_id),
        "error_code" => spans(|record| record.error_code),
        "pattern_id" => Arc::new(Int64Array::from_iter(records.iter().map(|record| pattern_bits(batch, record)))),
        DATE => Arc::new(Date32Array::from_iter_values(records.iter().map(|record| day_of(record.timestamp.as_micros())))),
        other => unreachable!("BUG: logs has no fixed column {other}"),
    }
}

fn times(micros: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(micros).with_timezone("UTC"))
}

/// A column of short words, which lie in the views themselves.
fn words<'a>(words: impl ExactSizeIterator<Item = Option<&'a str>>) -> ArrayRef {
    let mut column = StringViewBuilder::with_capacity(words.len());
    words.for_each(|word| column.append_option(word));
    Arc::new(column.finish())
}

fn nanos_of(record: &Record) -> Option<i16> {
    (record.nanos != 0).then_some(record.nanos as i16)
}

fn origin_of(record: &Record) -> Option<&'static str> {
    match record.origin {
        TimeOrigin::Event => None,
        TimeOrigin::Received => Some("received"),
        TimeOrigin::Anomalous => Some("anomalous"),
    }
}

/// The pattern's hash with its bits taken as a signed number, because Delta has no unsigned ones.
fn pattern_bits(batch: &Batch, record: &Record) -> Option<i64> {
    let message = batch.text_if(record.message)?;
    Some(pattern::pattern_id(message).0.cast_signed())
}

/// The attributes of a batch, sorted by the column they go to. Decided once per name, not per value.
struct Attributes {
    /// By place in the schema: values and their rows, in order.
    cells: HashMap<usize, Cells>,
    overflow: ArrayRef,
}

/// The values of one column.
struct Cells {
    kind: Kind,
    cells: Vec<(u32, Value)>,
}

impl Attributes {
    fn sort(batch: &Batch, schema: &SchemaRef) -> Attributes {
        let mut targets = targets(batch, schema);
        let mut overflow = Overflow::new(batch);
        for (row, record) in batch.records().iter().enumerate() {
            for field in batch.fields(record) {
                let placed = match &mut targets[field.name.0 as usize] {
                    Some((_, cells)) => cells.push(row as u32, field),
                    None => false,
                };
                if !placed {
                    overflow.push(field);
                }
            }
            overflow.end_record();
        }
        let cells = targets.into_iter().flatten().filter(|(_, cells)| !cells.cells.is_empty()).collect();
        Attributes { cells, overflow: overflow.finish() }
    }
}

/// Per name of the batch, the attribute column of this very name.
fn targets(batch: &Batch, schema: &SchemaRef) -> Vec<Option<(usize, Cells)>> {
    let columns: HashMap<&str, (usize, &DataType)> = (schema.fields().iter().enumerate().skip(fixed_columns()))
        .map(|(index, field)| (field.name().as_str(), (index, field.data_type())))
        .collect();
    let target = |name| {
        let &(index, data_type) = columns.get(name)?;
        let kind = Kind::of(data_type)?;
        Some((index, Cells { kind, cells: Vec::new() }))
    };
    batch.names().map(target).collect()
}

impl Cells {
    /// Takes the value if it fits the column and the row has none yet.
    fn push(&mut self, row: u32, field: &Field) -> bool {
        let fits = match (self.kind, &field.value) {
            (Kind::Text, Value::Text(_) | Value::Json(_)) | (Kind::Int, Value::Int(_)) => true,
            (Kind::Float, Value::Float(_)) | (Kind::Bool, Value::Bool(_)) => true,
            (Kind::Float, Value::Int(number)) => is_exact(*number),
            _ => false,
        };
        let fits = fits && self.cells.last().is_none_or(|&(last, _)| last != row);
        if fits {
            self.cells.push((row, field.value));
        }
        fits
    }
}

/// Whether a 64-bit float holds the number as it is.
fn is_exact(number: i64) -> bool {
    (number as f64) as i128 == i128::from(number)
}

fn attribute_column(arena: &Arena, rows: usize, cells: &Cells) -> ArrayRef {
    match cells.kind {
        Kind::Text => text_column(arena, rows, &cells.cells),
        Kind::Int => int_column(rows, &cells.cells),
        Kind::Float => float_column(rows, &cells.cells),
        Kind::Bool => bool_column(rows, &cells.cells),
    }
}

fn text_column(arena: &Arena, rows: usize, cells: &[(u32, Value)]) -> ArrayRef {
    let mut column = arena.column(rows);
    for &(row, value) in cells {
        if let Value::Text(span) | Value::Json(span) = value {
            column.nulls_until(row as usize);
            column.push(span);
        }
    }
    column.nulls_until(rows);
    column.finish()
}

fn int_column(rows: usize, cells: &[(u32, Value)]) -> ArrayRef {
    let mut column = Int64Builder::with_capacity(rows);
    let mut at = 0;
    for &(row, value) in cells {
        if let Value::Int(number) = value {
            column.append_nulls(row as usize - at);
            column.append_value(number);
            at = row as usize + 1;
        }
    }
    column.append_nulls(rows - at);
    Arc::new(column.finish())
}

fn float_column(rows: usize, cells: &[(u32, Value)]) -> ArrayRef {
    let mut column = Float64Builder::with_capacity(rows);
    let mut at = 0;
    for &(row, value) in cells {
        let number = match value {
            Value::Float(number) => number,
            Value::Int(number) => number as f64,
            _ => continue,
        };
        column.append_nulls(row as usize - at);
        column.append_value(number);
        at = row as usize + 1;
    }
    column.append_nulls(rows - at);
    Arc::new(column.finish())
}

fn bool_column(rows: usize, cells: &[(u32, Value)]) -> ArrayRef {
    let mut column = BooleanBuilder::with_capacity(rows);
    let mut at = 0;
    for &(row, value) in cells {
        if let Value::Bool(value) = value {
            column.append_nulls(row as usize - at);
            column.append_value(value);
            at = row as usize + 1;
        }
    }
    column.append_nulls(rows - at);
    Arc::new(column.finish())
}
