//! Writes answers down.

use std::fmt::Write;

use ask::{Answer, Cell, Column, ColumnKind, Cost, Encoding, Rows};
use axum::body::Body;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use privacy::{Level, Policy};
use serde::Serialize;
use utoipa::ToSchema;

use crate::accept::{RowFormat, no_such_encoding};
use crate::error::Problem;

/// An answer, and where the next page begins.
pub(crate) struct Page {
    pub(crate) answer: Answer,
    pub(crate) next_cursor: Option<String>,
}

/// What an answer cost.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
pub(crate) struct Stats {
    /// Rows decoded, after pruning by statistics and index.
    pub(crate) rows_scanned: u64,
    /// Bytes read from segments, and bytes of memtable looked at.
    pub(crate) bytes_scanned: u64,
    /// Segments opened.
    pub(crate) files_scanned: u64,
    /// Segments left out without opening them.
    pub(crate) files_pruned: u64,
    /// Wall time in milliseconds.
    pub(crate) elapsed_ms: f64,
}

impl From<Cost> for Stats {
    fn from(cost: Cost) -> Stats {
        let Cost { rows_scanned, bytes_scanned, files_scanned, files_pruned, elapsed } = cost;
        let elapsed_ms = elapsed.as_micros() as f64 / 1000.0;
        Stats { rows_scanned, bytes_scanned, files_scanned, files_pruned, elapsed_ms }
    }
}

/// Two costs as one.
pub(crate) fn add(a: Cost, b: Cost) -> Cost {
    Cost {
        rows_scanned: a.rows_scanned + b.rows_scanned,
        bytes_scanned: a.bytes_scanned + b.bytes_scanned,
        files_scanned: a.files_scanned + b.files_scanned,
        files_pruned: a.files_pruned + b.files_pruned,
        elapsed: a.elapsed + b.elapsed,
    }
}

/// A column of an answer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ColumnBody {
    /// Its name.
    #[schema(example = "message")]
    pub(crate) name: String,
    /// What it holds.
    pub(crate) kind: KindBody,
    /// How far it may be shown around: `public`, `internal`, `confidential` or `restricted`. A column that is no field of
    /// a known name is confidential.
    #[schema(value_type = String, example = "internal")]
    pub(crate) level: Level,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ColumnKind)]
pub(crate) enum KindBody {
    /// UTF-8 text.
    Text,
    /// 64-bit whole number.
    Int,
    /// 64-bit floating point.
    Float,
    /// True or false.
    Bool,
    /// RFC 3339 in UTC.
    Time,
    /// Anything else, spelled out.
    Other,
}

impl KindBody {
    /// The name in answers.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            KindBody::Text => "text",
            KindBody::Int => "int",
            KindBody::Float => "float",
            KindBody::Bool => "bool",
            KindBody::Time => "time",
            KindBody::Other => "other",
        }
    }
}

impl ColumnBody {
    /// A column, classified by the policy in force.
    pub(crate) fn of(column: &Column, policy: &Policy) -> ColumnBody {
        let kind = match column.kind {
            ColumnKind::Text => KindBody::Text,
            ColumnKind::Int => KindBody::Int,
            ColumnKind::Float => KindBody::Float,
            ColumnKind::Bool => KindBody::Bool,
            ColumnKind::Time => KindBody::Time,
            ColumnKind::Other => KindBody::Other,
        };
        ColumnBody { name: column.name.clone(), kind, level: policy.classify(&column.name).level }
    }
}

/// Rows, what they are, what they cost, and whether they are all. Only described here: it is written by hand around
/// rows that are JSON already.
#[derive(ToSchema)]
#[schema(as = Rows)]
#[expect(dead_code, reason = "describes what `envelope` writes")]
pub(crate) struct RowsBody {
    columns: Vec<ColumnBody>,
    /// One object a row; absent values are left out; times are RFC 3339 in UTC.
    rows: Vec<std::collections::HashMap<String, serde_json::Value>>,
    stats: Stats,
    /// Whether nothing is missing.
    complete: bool,
    /// Why rows may be missing: a bound was met, or a file is damaged, named with the byte.
    #[schema(example = "row limit reached")]
    incomplete_reason: Option<String>,
    /// Version of the Delta table that was read.
    version: u64,
    /// Give it as `cursor` for the next page.
    next_cursor: Option<String>,
}

/// Writes the page in the form asked for. Takes CPU time in proportion to the rows.
pub(crate) fn write(page: &Page, format: RowFormat, policy: &Policy) -> Result<Response, Problem> {
    let rows = &*page.answer.rows;
    let (body, mut headers) = match format {
        RowFormat::Json => (envelope(page, policy), HeaderMap::new()),
        RowFormat::Ndjson => (rows.encode(Encoding::Ndjson).unwrap_or_else(|| lines(rows)), figures(page)),
        RowFormat::Arrow => (rows.encode(Encoding::ArrowIpc).ok_or_else(no_such_encoding)?, figures(page)),
    };
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(format.media_type()));
    headers.insert(header::VARY, HeaderValue::from_static("Accept"));
    Ok((headers, Body::from(body)).into_response())
}

fn envelope(page: &Page, policy: &Policy) -> Vec<u8> {
    let Page { answer, next_cursor } = page;
    let columns: Vec<ColumnBody> = answer.rows.columns().iter().map(|column| ColumnBody::of(column, policy)).collect();
    let rows = answer.rows.encode(Encoding::Json).unwrap_or_else(|| array(&*answer.rows));
    let mut out = Vec::with_capacity(rows.len() + 1024);
    let mut member = |name: &str, value: &[u8]| {
        out.extend_from_slice(if out.is_empty() { b"{\"" } else { b",\"" });
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(b"\":");
        out.extend_from_slice(value);
    };
    member("columns", &json(&columns));
    member("rows", &rows);
    member("stats", &json(&Stats::from(answer.cost)));
    member("complete", &json(&answer.complete()));
    if let Some(why) = answer.incomplete_reason() {
        member("incomplete_reason", &json(&why));
    }
    member("version", &json(&answer.version));
    if let Some(cursor) = next_cursor {
        member("next_cursor", &json(cursor));
    }
    out.push(b'}');
    out
}

fn json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("BUG: texts and numbers are always JSON")
}

/// The figures of the envelope, for forms that have no place for them.
fn figures(page: &Page) -> HeaderMap {
    let Page { answer, next_cursor } = page;
    let stats = Stats::from(answer.cost);
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: String| {
        let value = HeaderValue::from_str(&value).expect("BUG: figures are visible ASCII");
        headers.insert(HeaderName::from_static(name), value);
    };
    put("x-dendro-rows", answer.rows.len().to_string());
    put("x-dendro-rows-scanned", stats.rows_scanned.to_string());
    put("x-dendro-bytes-scanned", stats.bytes_scanned.to_string());
    put("x-dendro-files-scanned", stats.files_scanned.to_string());
    put("x-dendro-files-pruned", stats.files_pruned.to_string());
    put("x-dendro-elapsed-ms", stats.elapsed_ms.to_string());
    put("x-dendro-version", answer.version.to_string());
    put("x-dendro-complete", answer.complete().to_string());
    if let Some(why) = answer.incomplete_reason() {
        // Files of other writers may be called anything, headers may not.
        put(
            "x-dendro-incomplete-reason",
            why.chars().map(|c| if c.is_ascii() && !c.is_ascii_control() { c } else { '?' }).collect(),
        );
    }
    if let Some(cursor) = next_cursor {
        put("x-dendro-next-cursor", cursor.clone());
    }
    headers
}

fn lines(rows: &dyn Rows) -> Vec<u8> {
    let mut out = String::new();
    for row in 0..rows.len() {
        write_object(rows, row, &mut out);
        out.push('\n');
    }
    out.into_bytes()
}

fn array(rows: &dyn Rows) -> Vec<u8> {
    array_of(rows, 0..rows.len()).into_bytes()
}

/// These rows, in this order, as a JSON array.
pub(crate) fn array_of(rows: &dyn Rows, order: impl Iterator<Item = usize>) -> String {
    let mut out = String::from("[");
    for row in order {
        if out.len() > 1 {
            out.push(',');
        }
        write_object(rows, row, &mut out);
    }
    out.push(']');
    out
}

fn write_object(rows: &dyn Rows, row: usize, out: &mut String) {
    let start = out.len();
    for (index, column) in rows.columns().iter().enumerate() {
        let cell = rows.cell(row, index);
        if cell == Cell::Absent {
            continue;
        }
        out.push(if out.len() == start { '{' } else { ',' });
        write_text(&column.name, out);
        out.push(':');
        write_cell(cell, out);
    }
    out.push_str(if out.len() == start { "{}" } else { "}" });
}

fn write_cell(cell: Cell<'_>, out: &mut String) {
    // Writing into a String does not fail.
    let _ = match cell {
        Cell::Absent => write!(out, "null"),
        Cell::Int(value) => write!(out, "{value}"),
        Cell::Bool(value) => write!(out, "{value}"),
        Cell::Time(at) => write!(out, "\"{at}\""),
        Cell::Float(value) => write!(out, "{}", serde_json::Value::from(value)),
        Cell::Text(text) => return write_text(text, out),
        Cell::Other(text) => return write_text(&text, out),
    };
}

/// A JSON string.
pub(crate) fn write_text(text: &str, out: &mut String) {
    let quoted = serde_json::to_string(text).expect("BUG: a text is always JSON");
    out.push_str(&quoted);
}

/// The place of a column.
pub(crate) fn column(rows: &dyn Rows, name: &str) -> Option<usize> {
    rows.columns().iter().position(|column| column.name == name)
}

#[cfg(test)]
mod tests;
