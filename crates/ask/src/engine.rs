use std::time::Duration;

use async_trait::async_trait;
use record::{Kind, Tenant, TimeRange, Timestamp};

use crate::{Answer, Column, Query};

/// Who asks for what stretch of time, and how much it may cost. Every question carries one.
#[derive(Debug, Clone)]
pub struct Scope {
    /// Whose records.
    pub tenant: Tenant,
    /// Which stretch of time; applies to tables that have a `timestamp`.
    pub time: TimeRange,
    /// How much it may cost.
    pub budget: Budget,
}

/// Bounds of one question. An answer that met one says so in [`Answer::incomplete`].
#[derive(Debug, Clone, Copy)]
pub struct Budget {
    /// Rows in the answer.
    pub rows_max: usize,
    /// Bytes in the answer, in memory.
    pub answer_bytes_max: usize,
    /// Bytes of memory while computing.
    pub memory_bytes_max: usize,
    /// Wall time.
    pub time_max: Duration,
}

/// Which state of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AsOf {
    /// After this commit of the Delta log.
    Version(u64),
    /// After the last commit at or before this time.
    Time(Timestamp),
}

/// What is asked.
#[derive(Debug, Clone)]
pub enum Question {
    /// A query of the search language over `logs`.
    Search(Query),
    /// SQL over all tables of the tenant.
    Sql(String),
}

/// What is known of one column of `logs`.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldSummary {
    /// Name and type.
    pub column: Column,
    /// Records that have it, where that is known without a scan.
    pub present: Option<u64>,
}

/// Answers questions. `engine` implements it over the lake; everybody else knows only this.
#[async_trait]
pub trait Engine: Send + Sync + 'static {
    /// Answers a question about the present, or about an earlier state of the table.
    async fn answer(&self, scope: &Scope, question: &Question, as_of: Option<AsOf>) -> Result<Answer, Error>;

    /// The columns of `logs` within the scope.
    async fn fields(&self, scope: &Scope) -> Result<Vec<FieldSummary>, Error>;
}

/// Why there is no answer. Texts name columns, positions and limits, never a record's content.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The question is wrong.
    #[error("{message}")]
    Invalid {
        /// What is wrong.
        message: String,
        /// Byte in the question, where known.
        position: Option<usize>,
        /// What may have been meant.
        hint: Option<String>,
    },
    /// The state asked for does not exist (any more).
    #[error("{0}")]
    NotFound(String),
    /// The question needs more than its budget.
    #[error("the query needs more than its {limit} of {what}")]
    OverBudget {
        /// `memory` or `time`.
        what: &'static str,
        /// The bound, in words (`512 MiB`, `30 s`).
        limit: String,
    },
    /// Something needed does not answer.
    #[error("{what}")]
    Unavailable {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
    /// Damage or a bug.
    #[error("{what}")]
    Broken {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: Option<Box<dyn std::error::Error + Send + Sync>>,
    },
}

impl Error {
    /// What the caller may do about it.
    pub fn kind(&self) -> Kind {
        match self {
            Error::Invalid { .. } => Kind::Invalid,
            Error::NotFound(_) => Kind::NotFound,
            Error::OverBudget { .. } => Kind::Invalid,
            Error::Unavailable { .. } => Kind::Unavailable,
            Error::Broken { .. } => Kind::Broken,
        }
    }
}
