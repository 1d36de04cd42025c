use std::fmt::Write;

use arrow::array::{Array, ArrayRef, AsArray};
use arrow::datatypes::DataType;
use arrow::util::display::{ArrayFormatter, FormatOptions};
use ask::Cell;

/// Writes a text with what JSON wants escaped.
pub(crate) fn write_text(text: &str, out: &mut String) {
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || matches!(c, '"' | '\\')) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            control => write!(out, "\\u{control:04x}").expect("BUG: writing into a String failed"),
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

/// Writes a cell that is there. `Other` is written as a text.
pub(crate) fn write_cell(cell: &Cell<'_>, out: &mut String) {
    match cell {
        Cell::Absent => out.push_str("null"),
        Cell::Text(text) => write_text(text, out),
        Cell::Other(text) => write_text(text, out),
        Cell::Int(int) => write!(out, "{int}").expect("BUG: writing into a String failed"),
        Cell::Float(float) => write_float(*float, out),
        Cell::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        Cell::Time(time) => write!(out, "\"{time}\"").expect("BUG: writing into a String failed"),
    }
}

/// JSON has no word for infinity or for what is no number.
fn write_float(float: f64, out: &mut String) {
    match serde_json::Number::from_f64(float) {
        Some(number) => write!(out, "{number}").expect("BUG: writing into a String failed"),
        None => out.push_str("null"),
    }
}

/// Writes a value of a type that cells have no word for: lists and structs as JSON, the rest in Arrow's spelling.
pub(crate) fn write_other(array: &ArrayRef, row: usize, out: &mut String) {
    if array.is_null(row) {
        return out.push_str("null");
    }
    match array.data_type() {
        DataType::List(_) => write_list(&array.as_list::<i32>().value(row), out),
        DataType::LargeList(_) => write_list(&array.as_list::<i64>().value(row), out),
        DataType::FixedSizeList(..) => write_list(&array.as_fixed_size_list().value(row), out),
        DataType::Struct(fields) => {
            let columns = array.as_struct().columns();
            out.push('{');
            let present = fields.iter().zip(columns).filter(|(_, column)| column.is_valid(row));
            for (index, (field, column)) in present.enumerate() {
                out.push_str(if index == 0 { "" } else { "," });
                write_text(field.name(), out);
                out.push(':');
                write_value(column, row, out);
            }
            out.push('}');
        }
        _ => write_text(&spelled(array, row), out),
    }
}

fn write_list(values: &ArrayRef, out: &mut String) {
    out.push('[');
    for row in 0..values.len() {
        out.push_str(if row == 0 { "" } else { "," });
        write_value(values, row, out);
    }
    out.push(']');
}

fn write_value(array: &ArrayRef, row: usize, out: &mut String) {
    match crate::rows::cell_of(array, row) {
        Cell::Other(_) => write_other(array, row, out),
        cell => write_cell(&cell, out),
    }
}

/// Arrow's own spelling.
pub(crate) fn spelled(array: &ArrayRef, row: usize) -> String {
    let options = FormatOptions::default();
    ArrayFormatter::try_new(array, &options).map_or_else(|_| String::new(), |formatter| formatter.value(row).to_string())
}

/// Whether a value of the type is written as a JSON structure and not as a text.
pub(crate) fn is_nested(data_type: &DataType) -> bool {
    matches!(data_type, DataType::List(_) | DataType::LargeList(_) | DataType::FixedSizeList(..) | DataType::Struct(_))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped() {
        for text in ["", "plain", "a\"b\\c", "line\nbreak\t\r", "\u{1}\u{1f}", "ä€😀", "\"", "a\"\"b"] {
            let mut out = String::new();
            write_text(text, &mut out);
            assert_eq!(serde_json::from_str::<String>(&out).unwrap(), text);
        }
    }
}
