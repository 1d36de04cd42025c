use async_graphql::{Enum, ID, Object};
use record::Severity as Rank;
use serde_json::{Map, Value};

use super::DateTime;

/// A log record.
#[derive(Debug, Clone, Default)]
pub(in crate::graphql) struct LogRecord(pub(in crate::graphql) Map<String, Value>);

impl LogRecord {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str()
    }

    fn time(&self, name: &str) -> Option<DateTime> {
        self.text(name).map(|at| DateTime(at.to_owned()))
    }
}

/// A log record.
#[Object]
impl LogRecord {
    /// Its name: no other record has it.
    async fn record_id(&self) -> Option<ID> {
        self.text("record_id").map(ID::from)
    }

    /// When it happened.
    async fn timestamp(&self) -> Option<DateTime> {
        self.time("timestamp")
    }

    /// What its sender said beyond the microsecond, in nanoseconds.
    async fn timestamp_nanos(&self) -> Option<i32> {
        self.0.get("timestamp_nanos")?.as_i64()?.try_into().ok()
    }

    /// When it was received. Null in a tail.
    async fn observed_at(&self) -> Option<DateTime> {
        self.time("observed_at")
    }

    /// How serious.
    async fn severity(&self) -> Option<Severity> {
        self.text("severity").and_then(Rank::parse).map(Severity::from)
    }

    /// The service that wrote it.
    async fn source(&self) -> Option<&str> {
        self.text("source")
    }

    /// The machine.
    async fn host(&self) -> Option<&str> {
        self.text("host")
    }

    /// Its text.
    async fn message(&self) -> Option<&str> {
        self.text("message")
    }

    /// The trace it belongs to.
    async fn trace_id(&self) -> Option<&str> {
        self.text("trace_id")
    }

    /// The span it belongs to.
    async fn span_id(&self) -> Option<&str> {
        self.text("span_id")
    }

    /// The transaction it belongs to.
    async fn transaction_id(&self) -> Option<&str> {
        self.text("transaction_id")
    }

    /// What went wrong, in the code of its service.
    async fn error_code(&self) -> Option<&str> {
        self.text("error_code")
    }

    /// The pattern of its message, for `pattern_id:` in a query. Null in a tail.
    async fn pattern_id(&self) -> Option<ID> {
        self.0.get("pattern_id").filter(|id| !id.is_null()).map(|id| ID(id.as_str().map_or(id.to_string(), str::to_owned)))
    }

    /// All further fields, by name.
    async fn attributes(&self) -> Value {
        let further = self.0.iter().filter(|(name, _)| !ask::RECORD_COLUMNS.contains(&name.as_str()));
        Value::Object(further.map(|(name, value)| (name.clone(), value.clone())).collect())
    }

    /// One field.
    async fn field(
        &self,
        #[graphql(desc = "Its name, as `fields` tells it: `http.status_code`.")] name: String,
    ) -> Option<Value> {
        self.0.get(&name).cloned()
    }
}

/// How serious a record is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Enum)]
#[graphql(remote = "record::Severity")]
pub(in crate::graphql) enum Severity {
    /// Finer than debug.
    Trace,
    /// For developers.
    Debug,
    /// Normal working.
    Info,
    /// Normal but significant.
    Notice,
    /// Something may be wrong.
    Warn,
    /// Something failed.
    Error,
    /// A part failed.
    Critical,
    /// Act at once.
    Alert,
    /// The whole is unusable.
    Fatal,
}
