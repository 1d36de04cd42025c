use std::collections::BTreeMap;

use record::{Batch, Record, RecordId, Timestamp};

use crate::place::{Fields, Place, fixed_cell, value_cell};
use crate::{Cell, OwnedCell, RECORD_COLUMNS};

/// What a message's `pattern_id` is.
type PatternOf = dyn Fn(&str) -> OwnedCell;

/// Messages that stand for all with their `pattern_id`, and how many those are, as patterns: the id to show, the text,
/// and the count.
type MergeOf = dyn Fn(&[(&str, u64)]) -> Vec<(OwnedCell, String, u64)>;

/// Records of one tenant, as they are stored.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
    patterns: Option<(Box<PatternOf>, Box<MergeOf>)>,
}

impl Table {
    /// No records.
    pub fn new() -> Table {
        Table::default()
    }

    /// No records; those added get `pattern_id` from their message, and `| pattern` shows what is made of them.
    pub fn with_patterns(
        pattern_of: impl Fn(&str) -> OwnedCell + 'static,
        merge_of: impl Fn(&[(&str, u64)]) -> Vec<(OwnedCell, String, u64)> + 'static,
    ) -> Table {
        Table { rows: Vec::new(), patterns: Some((Box::new(pattern_of), Box::new(merge_of))) }
    }

    /// Adds a batch that was made durable `at` this time on a node, its first record with this running number.
    pub fn add(&mut self, batch: &Batch, at: Timestamp, node: u16, first_sequence: u64) {
        self.add_with_ids(batch, |index| RecordId::new(at, node, first_sequence + index as u64));
    }

    /// Adds a batch whose records have these ids.
    pub fn add_with_ids(&mut self, batch: &Batch, id_of: impl Fn(usize) -> RecordId) {
        for (index, record) in batch.records().iter().enumerate() {
            let mut row = Row::of(batch, record, id_of(index));
            if let (Some((pattern_of, _)), Some(message)) = (&self.patterns, batch.text_if(record.message)) {
                row.cells.insert("pattern_id".to_owned(), pattern_of(message));
                row.message = Some(message.to_owned());
            }
            self.rows.push(row);
        }
    }

    pub(super) fn merge(&self, messages: &[(&str, u64)]) -> Vec<(OwnedCell, String, u64)> {
        self.patterns.as_ref().map_or_else(Vec::new, |(_, merge_of)| merge_of(messages))
    }

    pub(super) fn rows(&self) -> &[Row] {
        &self.rows
    }
}

/// A record, or what a step made of records.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// Of records only: by these they come newest first.
    pub(super) timestamp: Timestamp,
    pub(super) id: RecordId,
    /// The message it came with, for `| pattern`, whatever became of its columns.
    pub(super) message: Option<String>,
    cells: BTreeMap<String, OwnedCell>,
}

impl Row {
    fn of(batch: &Batch, record: &Record, id: RecordId) -> Row {
        let mut cells = BTreeMap::new();
        for field in batch.fields(record) {
            // Of two attributes with one name, the first counts.
            cells.entry(batch.name(field.name).to_owned()).or_insert_with(|| value_cell(batch, field.value).into());
        }
        for column in RECORD_COLUMNS {
            cells.remove(column);
            match fixed_cell(batch, record, column) {
                Cell::Absent => {}
                cell => drop(cells.insert(column.to_owned(), cell.into())),
            }
        }
        cells.insert("record_id".to_owned(), OwnedCell::Text(id.to_string()));
        Row { timestamp: record.timestamp, id, message: None, cells }
    }

    /// A row that is no record.
    pub(super) fn made(columns: &[String], values: Vec<OwnedCell>) -> Row {
        let cells = columns.iter().cloned().zip(values).filter(|(_, value)| *value != OwnedCell::Absent).collect();
        Row { timestamp: Timestamp::MIN, id: RecordId::new(Timestamp::MIN, 0, 0), message: None, cells }
    }

    pub(super) fn get(&self, column: &str) -> OwnedCell {
        self.cells.get(column).cloned().unwrap_or(OwnedCell::Absent)
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.cells.keys().map(String::as_str)
    }
}

impl Fields for Row {
    fn cell(&self, place: &Place) -> Cell<'_> {
        self.cells.get(&place.name).map_or(Cell::Absent, OwnedCell::as_cell)
    }
}
