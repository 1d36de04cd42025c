use std::cmp::Ordering;
use std::fmt::Write;

use record::{Severity, Timestamp};

use crate::number::{Number, float_text};
use crate::{Cell, Column, ColumnKind, Encoding, Rows};

/// A value that a row owns.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedCell {
    /// There is none.
    Absent,
    /// Text.
    Text(String),
    /// Whole number.
    Int(i64),
    /// Broken number.
    Float(f64),
    /// Truth value.
    Bool(bool),
    /// Time.
    Time(Timestamp),
}

impl OwnedCell {
    /// The same, borrowed.
    pub fn as_cell(&self) -> Cell<'_> {
        match self {
            OwnedCell::Absent => Cell::Absent,
            OwnedCell::Text(text) => Cell::Text(text),
            OwnedCell::Int(int) => Cell::Int(*int),
            OwnedCell::Float(float) => Cell::Float(*float),
            OwnedCell::Bool(truth) => Cell::Bool(*truth),
            OwnedCell::Time(time) => Cell::Time(*time),
        }
    }

    pub(crate) fn number(&self) -> Option<Number> {
        match self {
            OwnedCell::Int(int) => Some(Number::Int(*int)),
            OwnedCell::Float(float) => Some(Number::Float(*float)),
            _ => None,
        }
    }

    /// The order of values in a column: texts by their bytes, severities by rank, numbers by value. Values of
    /// different kinds: numbers, times, truth values, texts, and last what is absent.
    pub(crate) fn order(&self, other: &OwnedCell, column: &str) -> Ordering {
        match (self, other) {
            (OwnedCell::Text(a), OwnedCell::Text(b)) if column == "severity" => {
                Severity::parse(a).cmp(&Severity::parse(b)).then_with(|| a.cmp(b))
            }
            (OwnedCell::Text(a), OwnedCell::Text(b)) => a.cmp(b),
            (OwnedCell::Bool(a), OwnedCell::Bool(b)) => a.cmp(b),
            (OwnedCell::Time(a), OwnedCell::Time(b)) => a.cmp(b),
            _ => match (self.number(), other.number()) {
                (Some(a), Some(b)) => a.order(b),
                _ => self.rank().cmp(&other.rank()),
            },
        }
    }

    fn rank(&self) -> u8 {
        match self {
            OwnedCell::Int(_) | OwnedCell::Float(_) => 0,
            OwnedCell::Time(_) => 1,
            OwnedCell::Bool(_) => 2,
            OwnedCell::Text(_) => 3,
            OwnedCell::Absent => 4,
        }
    }
}

impl From<Cell<'_>> for OwnedCell {
    fn from(cell: Cell<'_>) -> OwnedCell {
        match cell {
            Cell::Absent => OwnedCell::Absent,
            Cell::Text(text) => OwnedCell::Text(text.to_owned()),
            Cell::Int(int) => OwnedCell::Int(int),
            Cell::Float(float) => OwnedCell::Float(float),
            Cell::Bool(truth) => OwnedCell::Bool(truth),
            Cell::Time(time) => OwnedCell::Time(time),
            Cell::Other(text) => OwnedCell::Text(text),
        }
    }
}

/// Rows held as plain values: what the reference evaluator answers, and whoever else has no Arrow.
#[derive(Debug, Clone, PartialEq)]
pub struct PlainRows {
    columns: Vec<Column>,
    rows: Vec<Vec<OwnedCell>>,
}

impl PlainRows {
    /// Every row has one cell a column.
    pub fn new(columns: Vec<Column>, rows: Vec<Vec<OwnedCell>>) -> PlainRows {
        assert!(rows.iter().all(|row| row.len() == columns.len()), "BUG: a row has more or fewer cells than there are columns");
        PlainRows { columns, rows }
    }

    /// Columns by name, their kinds found from what they hold. A column of whole and broken numbers becomes one of
    /// broken ones, one that holds several other kinds is [`ColumnKind::Other`], an empty one is text.
    pub fn from_cells(names: &[String], mut rows: Vec<Vec<OwnedCell>>) -> PlainRows {
        let kinds: Vec<ColumnKind> = (0..names.len()).map(|column| kind_of(rows.iter().map(|row| &row[column]))).collect();
        for row in &mut rows {
            for (cell, kind) in row.iter_mut().zip(&kinds) {
                if let (OwnedCell::Int(int), ColumnKind::Float) = (&*cell, kind) {
                    *cell = OwnedCell::Float(*int as f64);
                }
            }
        }
        let columns = names.iter().zip(kinds).map(|(name, kind)| Column { name: name.clone(), kind }).collect();
        PlainRows::new(columns, rows)
    }

    fn write_object(&self, row: usize, out: &mut String) {
        out.push('{');
        let mut first = true;
        for (column, cell) in self.columns.iter().zip(&self.rows[row]) {
            if *cell == OwnedCell::Absent {
                continue;
            }
            out.push_str(if first { "" } else { "," });
            first = false;
            write_text(&column.name, out);
            out.push(':');
            write_cell(cell, out);
        }
        out.push('}');
    }
}

impl Rows for PlainRows {
    fn columns(&self) -> &[Column] {
        &self.columns
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    fn cell(&self, row: usize, column: usize) -> Cell<'_> {
        self.rows[row][column].as_cell()
    }

    fn encode(&self, encoding: Encoding) -> Option<Vec<u8>> {
        let mut out = String::new();
        match encoding {
            Encoding::ArrowIpc => return None,
            Encoding::Ndjson => (0..self.len()).for_each(|row| {
                self.write_object(row, &mut out);
                out.push('\n');
            }),
            Encoding::Json => {
                out.push('[');
                (0..self.len()).for_each(|row| {
                    out.push_str(if row == 0 { "" } else { "," });
                    self.write_object(row, &mut out);
                });
                out.push(']');
            }
        }
        Some(out.into_bytes())
    }
}

fn kind_of<'a>(cells: impl Iterator<Item = &'a OwnedCell>) -> ColumnKind {
    let kind = |cell: &OwnedCell| match cell {
        OwnedCell::Absent => None,
        OwnedCell::Text(_) => Some(ColumnKind::Text),
        OwnedCell::Int(_) => Some(ColumnKind::Int),
        OwnedCell::Float(_) => Some(ColumnKind::Float),
        OwnedCell::Bool(_) => Some(ColumnKind::Bool),
        OwnedCell::Time(_) => Some(ColumnKind::Time),
    };
    let joined = cells.filter_map(kind).reduce(|a, b| match (a, b) {
        _ if a == b => a,
        (ColumnKind::Int, ColumnKind::Float) | (ColumnKind::Float, ColumnKind::Int) => ColumnKind::Float,
        _ => ColumnKind::Other,
    });
    joined.unwrap_or(ColumnKind::Text)
}

fn write_cell(cell: &OwnedCell, out: &mut String) {
    match cell {
        OwnedCell::Absent => out.push_str("null"),
        OwnedCell::Text(text) => write_text(text, out),
        OwnedCell::Int(int) => out.push_str(&int.to_string()),
        // JSON has no word for infinity; a sum may overflow to it.
        OwnedCell::Float(float) if !float.is_finite() => out.push_str("null"),
        OwnedCell::Float(float) => out.push_str(&float_text(*float)),
        OwnedCell::Bool(truth) => out.push_str(if *truth { "true" } else { "false" }),
        OwnedCell::Time(time) => write_text(&time.to_string(), out),
    }
}

fn write_text(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => write!(out, "\\u{:04x}", u32::from(c)).expect("BUG: writing into a String failed"),
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests;
