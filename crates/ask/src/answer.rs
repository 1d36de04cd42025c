use std::sync::Arc;
use std::time::Duration;

use record::Timestamp;

/// Rows, what they cost, and whether they are all.
pub struct Answer {
    /// The rows.
    pub rows: Box<dyn Rows>,
    /// What was read for them.
    pub cost: Cost,
    /// Which bound of the budget was met, so that there is more to be had.
    pub incomplete: Option<Incomplete>,
    /// What could not be read: damaged files, each with its name and the byte. Everything else was.
    pub damage: Vec<Arc<str>>,
    /// Version of the Delta table that was read.
    pub version: u64,
}

impl Answer {
    /// Whether nothing is missing.
    pub fn complete(&self) -> bool {
        self.incomplete.is_none() && self.damage.is_empty()
    }

    /// Why rows may be missing, in words.
    pub fn incomplete_reason(&self) -> Option<String> {
        let met = self.incomplete.map(Incomplete::as_str);
        let reasons: Vec<&str> = met.into_iter().chain(self.damage.iter().map(AsRef::as_ref)).collect();
        (!reasons.is_empty()).then(|| reasons.join("; "))
    }
}

/// Why rows may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Incomplete {
    /// There are more rows than the budget allows in an answer.
    Rows,
    /// The answer would be larger than the budget allows.
    Bytes,
}

impl Incomplete {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Incomplete::Rows => "row limit reached",
            Incomplete::Bytes => "answer size limit reached",
        }
    }
}

/// What an answer cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Cost {
    /// Rows decoded, after pruning by statistics and index.
    pub rows_scanned: u64,
    /// Bytes read from segments, and bytes of memtable looked at.
    pub bytes_scanned: u64,
    /// Segments opened.
    pub files_scanned: u64,
    /// Segments left out without opening them, by time or statistics.
    pub files_pruned: u64,
    /// Wall time.
    pub elapsed: Duration,
}

/// A column of an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnKind,
}

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnKind {
    /// UTF-8 text.
    Text,
    /// 64-bit whole number.
    Int,
    /// 64-bit floating point.
    Float,
    /// True or false.
    Bool,
    /// UTC, microseconds.
    Time,
    /// Anything else (lists, decimals, ...): shown as JSON or in the engine's own spelling.
    Other,
}

/// One value of an answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell<'a> {
    /// There is none.
    Absent,
    /// Text.
    Text(&'a str),
    /// Whole number.
    Int(i64),
    /// Broken number.
    Float(f64),
    /// Truth value.
    Bool(bool),
    /// Time.
    Time(Timestamp),
    /// A value of another type, spelled out.
    Other(String),
}

/// How rows are written for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// A JSON array of objects.
    Json,
    /// One JSON object a line.
    Ndjson,
    /// Arrow's streaming format.
    ArrowIpc,
}

/// The rows of an answer, held in memory (answers are bounded).
pub trait Rows: Send + Sync {
    /// The columns.
    fn columns(&self) -> &[Column];
    /// How many rows.
    fn len(&self) -> usize;
    /// Whether there are none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    /// The value at a row and column, both counted from 0.
    fn cell(&self, row: usize, column: usize) -> Cell<'_>;
    /// All rows, written down. Absent cells are left out of JSON objects; times are RFC 3339 in UTC.
    /// `None` when this implementation does not know the encoding.
    fn encode(&self, encoding: Encoding) -> Option<Vec<u8>>;
}
