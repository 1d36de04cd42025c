use std::collections::HashMap;

use serde_json::Value as Json;

use super::networks::Networks;
use super::{Row, Told};
use crate::Datum;

/// Most rows of a table.
const ROWS_MAX: usize = 1_000_000;

/// Rows by key. Keys that are networks hold addresses.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: Vec<Box<[(String, Datum<'static>)]>>,
    by_key: HashMap<String, usize>,
    networks: Networks,
}

impl Rows {
    pub(super) fn of_csv(bytes: &[u8], key: &str) -> Result<(Rows, Vec<String>), String> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(bytes);
        let header = reader.headers().map_err(|error| format!("line 1: {}", what_is_wrong(&error)))?.clone();
        let at = header.iter().position(|name| name == key);
        let at = at.ok_or_else(|| format!("the first line has no column `{key}`"))?;
        let (mut rows, mut told) = (Rows::default(), Told::default());
        for read in reader.records() {
            match read {
                Ok(record) => {
                    let line = record.position().map_or(0, csv::Position::line);
                    let cells = header.iter().zip(&record).filter(|(name, cell)| *name != key && !cell.is_empty());
                    let row = cells.map(|(name, cell)| (name.to_owned(), typed(cell)));
                    rows.put(record.get(at), row.collect(), line, &mut told)?;
                }
                Err(error) => told.tell(error.position().map_or(0, csv::Position::line), &what_is_wrong(&error)),
            }
        }
        rows.done(told)
    }

    /// An array of objects, or an object a line.
    pub(super) fn of_json(bytes: &[u8], key: &str) -> Result<(Rows, Vec<String>), String> {
        let (mut rows, mut told) = (Rows::default(), Told::default());
        if bytes.trim_ascii_start().starts_with(b"[") {
            let items: Vec<Json> = serde_json::from_slice(bytes).map_err(|error| {
                format!("line {}, column {}: this is not an array of JSON objects", error.line(), error.column())
            })?;
            for (index, item) in items.iter().enumerate() {
                rows.put_json(item, key, format_args!("(item {})", index + 1), &mut told)?;
            }
            return rows.done(told);
        }
        for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
            if line.trim_ascii().is_empty() {
                continue;
            }
            match serde_json::from_slice::<Json>(line) {
                Ok(item) => rows.put_json(&item, key, index + 1, &mut told)?,
                Err(error) => told.tell(index + 1, &format!("this is not JSON, at column {}", error.column())),
            }
        }
        rows.done(told)
    }

    pub(super) fn find(&self, key: &str) -> Option<Row> {
        let row = self.by_key.get(key).copied().or_else(|| self.networks.row(key))?;
        Some(self.rows[row].to_vec())
    }

    fn put_json(&mut self, item: &Json, key: &str, line: impl std::fmt::Display, told: &mut Told) -> Result<(), String> {
        let Some(object) = item.as_object() else {
            told.tell(line, "this is not an object");
            return Ok(());
        };
        let at = object.get(key).and_then(|value| match value {
            Json::String(text) => Some(text.clone()),
            Json::Number(number) => Some(number.to_string()),
            _ => None,
        });
        let mut row = Vec::new();
        for (name, value) in object.iter().filter(|(name, _)| *name != key) {
            flatten(name, value, &mut row);
        }
        self.put(at.as_deref(), row, line, told)
    }

    fn put(&mut self, key: Option<&str>, row: Row, line: impl std::fmt::Display, told: &mut Told) -> Result<(), String> {
        let Some(key) = key.filter(|key| !key.is_empty()) else {
            told.tell(line, "it has no key");
            return Ok(());
        };
        if self.rows.len() == ROWS_MAX {
            return Err(format!("at most {ROWS_MAX} rows"));
        }
        let number = self.rows.len();
        if self.by_key.contains_key(key) {
            told.tell(line, "its key stands further up already; that row counts");
            return Ok(());
        }
        self.by_key.insert(key.to_owned(), number);
        self.networks.put_network(key, number);
        self.rows.push(row.into_boxed_slice());
        Ok(())
    }

    fn done(self, told: Told) -> Result<(Rows, Vec<String>), String> {
        let told = told.into_lines();
        match self.rows.is_empty() {
            true => Err(told
                .first()
                .map_or_else(|| "there are no rows".to_owned(), |first| format!("there are no rows that can be used; {first}"))),
            false => Ok((self, told)),
        }
    }
}

/// A cell: a number where it is one and would be written the same, else text.
fn typed(cell: &str) -> Datum<'static> {
    match cell.parse::<i64>() {
        Ok(number) if number.to_string() == cell => Datum::Int(number),
        _ => match cell {
            "true" => Datum::Bool(true),
            "false" => Datum::Bool(false),
            _ => Datum::Text(cell.to_owned().into()),
        },
    }
}

/// Objects become dotted names, as in records.
pub(super) fn flatten(name: &str, value: &Json, row: &mut Row) {
    match value {
        Json::Null => {}
        Json::Object(object) => object.iter().for_each(|(inner, value)| flatten(&format!("{name}.{inner}"), value, row)),
        Json::Array(_) => row.push((name.to_owned(), Datum::Json(value.to_string().into()))),
        Json::String(text) => row.push((name.to_owned(), Datum::Text(text.clone().into()))),
        Json::Bool(truth) => row.push((name.to_owned(), Datum::Bool(*truth))),
        Json::Number(number) => {
            let datum = number.as_i64().map(Datum::Int).or_else(|| number.as_f64().map(Datum::Float));
            row.extend(datum.map(|datum| (name.to_owned(), datum)));
        }
    }
}

/// Without the cells that the reader of CSV quotes.
fn what_is_wrong(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { expected_len, len, .. } => format!("{len} cells instead of {expected_len}"),
        csv::ErrorKind::Utf8 { .. } => "it is not UTF-8".to_owned(),
        _ => "it cannot be read".to_owned(),
    }
}
