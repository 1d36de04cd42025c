use ask::{Encoding, Rows};
use async_graphql::{ID, Object, SimpleObject};
use serde_json::{Map, Value};

use super::told::Told;
use super::{LogRecord, Long};
use crate::app::App;
use crate::rows::{self, ColumnBody, Page};

/// Rows as objects, as the other doors write them.
fn objects(rows: &dyn Rows) -> Vec<Map<String, Value>> {
    let json = rows.encode(Encoding::Json).unwrap_or_else(|| rows::array_of(rows, 0..rows.len()).into_bytes());
    serde_json::from_slice(&json).expect("BUG: rows are written as an array of objects")
}

/// Records, newest first, and how far they go.
pub(in crate::graphql) struct LogPage(pub(in crate::graphql) Page);

/// Records, newest first, and how far they go.
#[Object]
impl LogPage {
    /// The records.
    async fn records(&self) -> Vec<LogRecord> {
        objects(&*self.0.answer.rows).into_iter().map(LogRecord).collect()
    }

    /// Give it as `cursor` for the next page; null when there is none.
    async fn next_cursor(&self) -> Option<&str> {
        self.0.next_cursor.as_deref()
    }

    #[graphql(flatten)]
    async fn told(&self) -> Told {
        Told::of(&self.0.answer)
    }
}

/// Rows of any columns, and how far they go.
pub(in crate::graphql) struct RowPage {
    page: Page,
    columns: Vec<Column>,
}

impl RowPage {
    /// With the columns classified by the policy in force.
    pub(in crate::graphql) fn of(page: Page, app: &App) -> RowPage {
        let policy = app.rooms.gateway.policy();
        let columns = page.answer.rows.columns().iter().map(|column| Column::from(ColumnBody::of(column, &policy))).collect();
        RowPage { page, columns }
    }
}

/// Rows of any columns, and how far they go.
#[Object]
impl RowPage {
    /// The columns.
    async fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// One object a row; absent values are left out.
    async fn rows(&self) -> Vec<Value> {
        objects(&*self.page.answer.rows).into_iter().map(Value::Object).collect()
    }

    /// Give it as `cursor` for the next page; null when there is none, and for rows that are no records.
    async fn next_cursor(&self) -> Option<&str> {
        self.page.next_cursor.as_deref()
    }

    #[graphql(flatten)]
    async fn told(&self) -> Told {
        Told::of(&self.page.answer)
    }
}

/// A column.
#[derive(Debug, Clone, SimpleObject)]
pub(in crate::graphql) struct Column {
    /// Its name.
    name: String,
    /// What it holds: `text`, `int`, `float`, `bool`, `time` or `other`.
    kind: &'static str,
    /// How far it may be shown around: `public`, `internal`, `confidential` or `restricted`.
    level: &'static str,
}

impl From<ColumnBody> for Column {
    fn from(ColumnBody { name, kind, level }: ColumnBody) -> Column {
        Column { name, kind: kind.as_str(), level: level.name() }
    }
}

/// Values of a field.
pub(in crate::graphql) struct Values(pub(in crate::graphql) Page);

/// Values of a field, and how far they go.
#[Object]
impl Values {
    /// The most frequent first.
    async fn values(&self) -> Vec<CountedValue> {
        let rows = &*self.0.answer.rows;
        let names: Vec<&str> = rows.columns().iter().map(|column| column.name.as_str()).collect();
        let [value, count] = *names.as_slice() else { return Vec::new() };
        let counted = |mut row: Map<String, Value>| {
            let count = Long(row.get(count).and_then(Value::as_u64).unwrap_or_default());
            CountedValue { value: row.remove(value).unwrap_or_default(), count }
        };
        objects(rows).into_iter().map(counted).collect()
    }

    #[graphql(flatten)]
    async fn told(&self) -> Told {
        Told::of(&self.0.answer)
    }
}

/// A value, and how often it is there.
#[derive(Debug, SimpleObject)]
struct CountedValue {
    /// The value.
    value: Value,
    /// Records that have it.
    count: Long,
}

/// Patterns of messages.
pub(in crate::graphql) struct Patterns(pub(in crate::graphql) Page);

/// Patterns of messages, and how far they go.
#[Object]
impl Patterns {
    /// The most frequent first.
    async fn patterns(&self) -> Vec<CountedPattern> {
        let counted = |row: Map<String, Value>| CountedPattern {
            pattern_id: row.get("pattern_id").map(|id| ID(id.as_str().map_or(id.to_string(), str::to_owned))),
            pattern: row.get("pattern").and_then(Value::as_str).unwrap_or_default().to_owned(),
            count: Long(row.get("count").and_then(Value::as_u64).unwrap_or_default()),
        };
        objects(&*self.0.answer.rows).into_iter().map(counted).collect()
    }

    #[graphql(flatten)]
    async fn told(&self) -> Told {
        Told::of(&self.0.answer)
    }
}

/// A pattern, and how often it is there.
#[derive(Debug, SimpleObject)]
struct CountedPattern {
    /// For `pattern_id:` in a query. A pattern that was merged from several has one of its own, by which no record is found.
    pattern_id: Option<ID>,
    /// The constant text, with `<*>` for what varies.
    pattern: String,
    /// Records of it.
    count: Long,
}
