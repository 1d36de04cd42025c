mod shape;
mod simple;

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringBuilder, new_null_array};
use arrow::datatypes::{DataType, Field, Float64Type, Int64Type, Schema, TimeUnit, TimestampMicrosecondType};
use ask::{Cell, Column, ColumnKind, Encoding, OwnedCell, Rows};
use record::Timestamp;

use crate::json;

pub(crate) use shape::{json_cell, shape};
pub(crate) use simple::{Simplifier, bytes_of};

/// The rows of an answer: Arrow columns, and cells where a column holds values of several kinds.
pub(crate) struct ArrowRows {
    columns: Vec<Column>,
    values: Vec<Values>,
    len: usize,
}

/// The values of one column.
enum Values {
    /// Of one type, see [`Simplifier`].
    Array(ArrayRef),
    /// Of several, or of few rows: the rows that have one, in ascending order.
    Cells(Vec<(usize, OwnedCell)>),
}

impl ArrowRows {
    fn new(columns: Vec<(String, ColumnKind, Values)>, len: usize) -> ArrowRows {
        let (columns, values) = columns.into_iter().map(|(name, kind, values)| (Column { name, kind }, values)).unzip();
        ArrowRows { columns, values, len }
    }

    fn write_object(&self, row: usize, out: &mut String) {
        out.push('{');
        let mut first = true;
        for (index, column) in self.columns.iter().enumerate() {
            let cell = self.cell(row, index);
            if cell == Cell::Absent || matches!(cell, Cell::Float(float) if !float.is_finite()) {
                continue;
            }
            out.push_str(if first { "" } else { "," });
            first = false;
            json::write_text(&column.name, out);
            out.push(':');
            match (&cell, &self.values[index]) {
                (Cell::Other(_), Values::Array(array)) => json::write_other(array, row, out),
                _ => json::write_cell(&cell, out),
            }
        }
        out.push('}');
    }

    fn to_arrow(&self) -> Result<RecordBatch, arrow::error::ArrowError> {
        let arrays: Vec<ArrayRef> =
            self.values.iter().zip(&self.columns).map(|(values, column)| self.array(values, column.kind)).collect();
        let fields =
            self.columns.iter().zip(&arrays).map(|(column, array)| Field::new(&column.name, array.data_type().clone(), true));
        let options = arrow::array::RecordBatchOptions::new().with_row_count(Some(self.len));
        RecordBatch::try_new_with_options(Arc::new(Schema::new(fields.collect::<Vec<_>>())), arrays, &options)
    }

    /// A column of one type; values of several kinds become texts.
    fn array(&self, values: &Values, kind: ColumnKind) -> ArrayRef {
        let cells = match values {
            Values::Array(array) => return Arc::clone(array),
            Values::Cells(cells) => cells,
        };
        let mut texts = StringBuilder::new();
        let mut next = cells.iter().peekable();
        for row in 0..self.len {
            match next.next_if(|(at, _)| *at == row) {
                Some((_, cell)) => texts.append_value(spell(&cell.as_cell())),
                None => texts.append_null(),
            }
        }
        let texts: ArrayRef = Arc::new(texts.finish());
        let wanted = match kind {
            ColumnKind::Int => DataType::Int64,
            ColumnKind::Float => DataType::Float64,
            ColumnKind::Bool => DataType::Boolean,
            ColumnKind::Time => DataType::Timestamp(TimeUnit::Microsecond, Some("UTC".into())),
            ColumnKind::Text | ColumnKind::Other => return texts,
        };
        arrow::compute::cast(&texts, &wanted).unwrap_or_else(|_| new_null_array(&wanted, self.len))
    }
}

/// A cell as a text.
fn spell(cell: &Cell<'_>) -> String {
    match cell {
        Cell::Absent => String::new(),
        Cell::Text(text) => (*text).to_owned(),
        Cell::Other(text) => text.clone(),
        Cell::Time(time) => time.to_string(),
        plain => {
            let mut out = String::new();
            json::write_cell(plain, &mut out);
            out
        }
    }
}

impl Rows for ArrowRows {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn len(&self) -> usize {
        self.len
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        match &self.values[column] {
            Values::Array(array) => cell_of(array, row),
            Values::Cells(cells) => match cells.binary_search_by_key(&row, |(at, _)| *at) {
                Ok(index) => cells[index].1.as_cell(),
                Err(_) => Cell::Absent,
            },
        }
    }

    fn encode(&self, encoding: Encoding) -> Option<Vec<u8>> {
        let mut out = String::new();
        match encoding {
            Encoding::ArrowIpc => return self.to_arrow().and_then(|rows| ipc(&rows)).ok(),
            Encoding::Ndjson => (0..self.len).for_each(|row| {
                self.write_object(row, &mut out);
                out.push('\n');
            }),
            Encoding::Json => {
                out.push('[');
                (0..self.len).for_each(|row| {
                    out.push_str(if row == 0 { "" } else { "," });
                    self.write_object(row, &mut out);
                });
                out.push(']');
            }
        }
        Some(out.into_bytes())
    }
}

fn ipc(rows: &RecordBatch) -> Result<Vec<u8>, arrow::error::ArrowError> {
    let mut writer = arrow::ipc::writer::StreamWriter::try_new(Vec::new(), rows.schema_ref())?;
    writer.write(rows)?;
    writer.into_inner()
}

/// The value at a row.
pub(crate) fn cell_of(array: &ArrayRef, row: usize) -> Cell<'_> {
    if array.is_null(row) {
        return Cell::Absent;
    }
    match array.data_type() {
        DataType::Utf8 => Cell::Text(array.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => Cell::Text(array.as_string::<i64>().value(row)),
        DataType::Utf8View => Cell::Text(array.as_string_view().value(row)),
        DataType::Int64 => Cell::Int(array.as_primitive::<Int64Type>().value(row)),
        DataType::Float64 => Cell::Float(array.as_primitive::<Float64Type>().value(row)),
        DataType::Boolean => Cell::Bool(array.as_boolean().value(row)),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            Cell::Time(Timestamp::from_micros(array.as_primitive::<TimestampMicrosecondType>().value(row)))
        }
        DataType::Null => Cell::Absent,
        nested if json::is_nested(nested) => {
            let mut out = String::new();
            json::write_other(array, row, &mut out);
            Cell::Other(out)
        }
        _ => Cell::Other(json::spelled(array, row)),
    }
}

pub(crate) fn column_kind(data_type: &DataType) -> ColumnKind {
    match data_type {
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View | DataType::Null => ColumnKind::Text,
        DataType::Int64 => ColumnKind::Int,
        DataType::Float64 => ColumnKind::Float,
        DataType::Boolean => ColumnKind::Bool,
        DataType::Timestamp(TimeUnit::Microsecond, _) => ColumnKind::Time,
        _ => ColumnKind::Other,
    }
}

/// What a column holds, from the schema alone.
pub(crate) fn column_of(field: &Field) -> Column {
    Column { name: field.name().clone(), kind: column_kind(&simple::simple(field.data_type())) }
}
