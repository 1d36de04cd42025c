use ask::{Answer, Cell, ColumnKind};
use serde_json::{Number, Value};

/// An answer as it is printed, wherever it comes from.
pub(crate) struct Table {
    /// Names of the columns.
    pub columns: Vec<String>,
    /// Whether a column holds numbers, which are set to the right.
    pub numeric: Vec<bool>,
    /// Cells by row; `None` where there is no value.
    pub rows: Vec<Vec<Option<Value>>>,
    /// What it cost and whether it is all.
    pub footing: Footing,
}

/// What stands below an answer.
#[derive(Debug, Default, Clone)]
pub(crate) struct Footing {
    /// Rows decoded for it.
    pub rows_scanned: u64,
    /// Bytes read for it.
    pub bytes_scanned: u64,
    /// Segments opened.
    pub files_scanned: u64,
    /// Segments left out.
    pub files_pruned: u64,
    /// How long it took.
    pub elapsed_ms: f64,
    /// Why rows may be missing, in words.
    pub incomplete: Option<String>,
    /// Version of the table.
    pub version: u64,
}

impl Table {
    /// From the engine's answer.
    pub(crate) fn from_answer(answer: &Answer) -> Table {
        let rows = &*answer.rows;
        let columns = rows.columns();
        let cells = |row| (0..columns.len()).map(|column| value(rows.cell(row, column))).collect();
        Table {
            columns: columns.iter().map(|column| column.name.clone()).collect(),
            numeric: columns.iter().map(|column| matches!(column.kind, ColumnKind::Int | ColumnKind::Float)).collect(),
            rows: (0..rows.len()).map(cells).collect(),
            footing: Footing {
                rows_scanned: answer.cost.rows_scanned,
                bytes_scanned: answer.cost.bytes_scanned,
                files_scanned: answer.cost.files_scanned,
                files_pruned: answer.cost.files_pruned,
                elapsed_ms: answer.cost.elapsed.as_secs_f64() * 1e3,
                incomplete: answer.incomplete_reason(),
                version: answer.version,
            },
        }
    }

    /// Adds a further page. Its columns may differ: each page has those that its rows have.
    pub(crate) fn append(&mut self, page: Table) {
        for (name, numeric) in page.columns.iter().zip(&page.numeric) {
            if self.column(name).is_none() {
                self.columns.push(name.clone());
                self.numeric.push(*numeric);
                self.rows.iter_mut().for_each(|row| row.push(None));
            }
        }
        let places: Vec<Option<usize>> = self.columns.iter().map(|name| page.column(name)).collect();
        for mut row in page.rows {
            self.rows.push(places.iter().map(|place| row[(*place)?].take()).collect());
        }
        self.footing.add(&page.footing);
    }

    /// Index of a column.
    pub(crate) fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }
}

impl Footing {
    fn add(&mut self, page: &Footing) {
        self.rows_scanned += page.rows_scanned;
        self.bytes_scanned += page.bytes_scanned;
        self.files_scanned += page.files_scanned;
        self.files_pruned += page.files_pruned;
        self.elapsed_ms += page.elapsed_ms;
        self.incomplete.clone_from(&page.incomplete);
    }
}

fn value(cell: Cell<'_>) -> Option<Value> {
    match cell {
        Cell::Absent => None,
        Cell::Text(text) => Some(Value::from(text)),
        Cell::Int(number) => Some(Value::from(number)),
        // JSON has no words for these, the screen does.
        Cell::Float(number) => Some(Number::from_f64(number).map_or_else(|| Value::from(number.to_string()), Value::Number)),
        Cell::Bool(truth) => Some(Value::from(truth)),
        Cell::Time(at) => Some(Value::from(at.to_string())),
        Cell::Other(text) => Some(Value::from(text)),
    }
}
