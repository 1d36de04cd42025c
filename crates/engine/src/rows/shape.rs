use std::collections::BTreeMap;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use ask::{ColumnKind, OwnedCell, RECORD_COLUMNS};

use super::{ArrowRows, Values, cell_of, column_kind};
use crate::functions::{members, unquote};
use crate::lower::Shape;

/// Makes the columns of an answer out of those of its plan.
pub(crate) fn shape(batch: &RecordBatch, shape: &Shape) -> ArrowRows {
    let columns = match shape {
        Shape::Plain => plain(batch),
        Shape::Records => records(batch),
        Shape::Fields(fields) => fields
            .iter()
            .map(|field| {
                let at = |index: Option<usize>| index.map(|index| batch.column(index));
                let (kind, values) = merged(at(field.column), at(field.rest));
                (field.name.clone(), kind, values)
            })
            .collect(),
    };
    ArrowRows::new(columns, batch.num_rows())
}

/// SQL may give two columns one name, JSON may not: later ones get a number.
fn plain(batch: &RecordBatch) -> Vec<(String, ColumnKind, Values)> {
    let mut columns: Vec<(String, ColumnKind, Values)> = Vec::new();
    for (field, array) in batch.schema_ref().fields().iter().zip(batch.columns()) {
        let taken = |name: &str| columns.iter().any(|(taken, ..)| taken == name);
        let mut name = field.name().clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{}_{number}", field.name());
            number += 1;
        }
        columns.push((name, column_kind(array.data_type()), Values::Array(array.clone())));
    }
    columns
}

/// Records: the last column is `attributes`. Columns in which no row has a value are left out; attributes stand behind
/// the fixed columns, by name.
fn records(batch: &RecordBatch) -> Vec<(String, ColumnKind, Values)> {
    let Some((overflow, arrays)) = batch.columns().split_last() else { return Vec::new() };
    let mut extra = expanded(overflow);
    let mut fixed = Vec::new();
    let mut attributes = BTreeMap::new();
    for (field, array) in batch.schema_ref().fields().iter().zip(arrays) {
        let name = field.name().clone();
        if RECORD_COLUMNS.contains(&name.as_str()) {
            if array.null_count() < array.len() {
                fixed.push((name, column_kind(array.data_type()), Values::Array(array.clone())));
            }
        } else {
            let extra = extra.remove(&name).unwrap_or_default();
            if array.null_count() < array.len() || !extra.is_empty() {
                attributes.insert(name, with_cells(array, extra));
            }
        }
    }
    attributes.extend(extra.into_iter().map(|(name, cells)| (name, of_cells(cells))));
    fixed.extend(attributes.into_iter().map(|(name, (kind, values))| (name, kind, values)));
    fixed
}

/// The members of JSON objects as columns.
fn expanded(objects: &ArrayRef) -> BTreeMap<String, Vec<(usize, OwnedCell)>> {
    let mut columns: BTreeMap<String, Vec<(usize, OwnedCell)>> = BTreeMap::new();
    for (row, object) in objects.as_string::<i32>().iter().enumerate() {
        for (name, json) in object.into_iter().flat_map(members) {
            if RECORD_COLUMNS.contains(&&*name) {
                continue;
            }
            let Some(cell) = json_cell(json) else { continue };
            let column = columns.entry(name.into_owned()).or_default();
            // Of two members with one name, the first counts.
            if column.last().is_none_or(|(last, _)| *last != row) {
                column.push((row, cell));
            }
        }
    }
    columns
}

/// The value that a text spells; arrays and objects are their text. `None` for null.
pub(crate) fn json_cell(json: &str) -> Option<OwnedCell> {
    Some(match json.as_bytes().first()? {
        b'"' => OwnedCell::Text(unquote(json)?.into_owned()),
        b't' => OwnedCell::Bool(true),
        b'f' => OwnedCell::Bool(false),
        b'n' => return None,
        b'-' | b'0'..=b'9' => match json.parse() {
            Ok(int) => OwnedCell::Int(int),
            Err(_) => OwnedCell::Float(json.parse().ok()?),
        },
        _ => OwnedCell::Text(json.to_owned()),
    })
}

/// A column, and values of other kinds spelled as JSON.
fn merged(column: Option<&ArrayRef>, rest: Option<&ArrayRef>) -> (ColumnKind, Values) {
    let spelled = rest.filter(|rest| rest.null_count() < rest.len());
    let cells = |rest: &ArrayRef| {
        let texts = rest.as_string::<i32>().iter().enumerate();
        texts.filter_map(|(row, json)| Some((row, json_cell(json?)?))).collect::<Vec<_>>()
    };
    match (column, spelled) {
        (Some(column), None) => (column_kind(column.data_type()), Values::Array(column.clone())),
        (Some(column), Some(rest)) => with_cells(column, cells(rest)),
        (None, Some(rest)) => of_cells(cells(rest)),
        (None, None) => (ColumnKind::Text, Values::Cells(Vec::new())),
    }
}

/// A column whose empty rows may have values of other kinds.
fn with_cells(column: &ArrayRef, cells: Vec<(usize, OwnedCell)>) -> (ColumnKind, Values) {
    if cells.is_empty() {
        return (column_kind(column.data_type()), Values::Array(column.clone()));
    }
    let mut all: BTreeMap<usize, OwnedCell> = cells.into_iter().collect();
    for row in (0..column.len()).filter(|&row| column.is_valid(row)) {
        all.insert(row, cell_of(column, row).into());
    }
    of_cells(all.into_iter().collect())
}

/// Whole and broken numbers together are broken numbers; other kinds together are `Other`.
fn of_cells(mut cells: Vec<(usize, OwnedCell)>) -> (ColumnKind, Values) {
    let kind = |cell: &OwnedCell| match cell {
        OwnedCell::Absent | OwnedCell::Text(_) => ColumnKind::Text,
        OwnedCell::Int(_) => ColumnKind::Int,
        OwnedCell::Float(_) => ColumnKind::Float,
        OwnedCell::Bool(_) => ColumnKind::Bool,
        OwnedCell::Time(_) => ColumnKind::Time,
    };
    let joined = cells.iter().map(|(_, cell)| kind(cell)).reduce(|a, b| match (a, b) {
        _ if a == b => a,
        (ColumnKind::Int, ColumnKind::Float) | (ColumnKind::Float, ColumnKind::Int) => ColumnKind::Float,
        _ => ColumnKind::Other,
    });
    let joined = joined.unwrap_or(ColumnKind::Text);
    if joined == ColumnKind::Float {
        for (_, cell) in &mut cells {
            if let OwnedCell::Int(int) = cell {
                *cell = OwnedCell::Float(*int as f64);
            }
        }
    }
    (joined, Values::Cells(cells))
}
