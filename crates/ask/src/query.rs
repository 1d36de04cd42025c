use std::time::Duration;

use record::Timestamp;

/// A search, as understood: which records, and what to make of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Which records.
    pub filter: Filter,
    /// What to make of them, first to last. Without any, the records come newest first
    /// (timestamp descending, then record id descending), and in this order they enter the first step.
    pub pipes: Vec<Pipe>,
}

/// The columns that every table of records has, in the order in which a search shows them. A record's attributes follow,
/// by name. `severity` is shown as its name; `observed_at` is when the record was received.
pub const RECORD_COLUMNS: [&str; 13] = [
    "record_id",
    "timestamp",
    "timestamp_nanos",
    "observed_at",
    "severity",
    "source",
    "host",
    "message",
    "trace_id",
    "span_id",
    "transaction_id",
    "error_code",
    "pattern_id",
];

impl Query {
    /// How many records match, in each stretch of time of this length that has any: columns `bin` and `count`, in order of time.
    pub fn histogram(filter: Filter, bin: Duration) -> Query {
        let count = Aggregate { function: Function::Count, field: None, name: "count".to_owned() };
        let by_time = SortKey { field: "bin".to_owned(), descending: false };
        Query {
            filter,
            pipes: vec![Pipe::Stats { aggregates: vec![count], by: vec![GroupKey::Bin(bin)] }, Pipe::Sort(vec![by_time])],
        }
    }
}

/// Which records. A field that a record does not have matches nothing, so `NOT field:x` includes records without it.
///
/// Field names are the stored ones (`message`, `source`, `http.status_code`), compared exactly.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// Every record.
    All,
    /// All of these hold.
    And(Vec<Filter>),
    /// At least one of these holds.
    Or(Vec<Filter>),
    /// This does not hold.
    Not(Box<Filter>),
    /// The words of `text` stand in the field, whole, next to each other, in order, in any case (see [`record::Phrase`]).
    /// A number is equal to `text` read as a number; a truth value is `true` or `false`; a severity is matched by any
    /// of its spellings. Bare words and phrases are this, on `message`.
    Phrase {
        /// Where to look.
        field: String,
        /// The words, as written.
        text: String,
    },
    /// A word of the field begins with `prefix`, in any case.
    Prefix {
        /// Where to look.
        field: String,
        /// What the word begins with; words before the last must stand whole (see [`record::Prefix`]).
        prefix: String,
    },
    /// The field's text is exactly this, in this case. A number or truth value is compared in its JSON spelling.
    Exact {
        /// Where to look.
        field: String,
        /// The whole text.
        text: String,
    },
    /// The regular expression (crate `regex`, case-insensitive unless it says `(?-i)`) is found somewhere in the field.
    Regex {
        /// Where to look.
        field: String,
        /// The expression, without slashes around it.
        pattern: String,
    },
    /// The field is a number, time or severity on this side of the bound.
    Compare {
        /// What to compare.
        field: String,
        /// Which side.
        comparison: Comparison,
        /// With what.
        bound: Bound,
    },
    /// The record has the field.
    Exists {
        /// What must be there.
        field: String,
    },
}

/// Which side of a bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Less.
    Less,
    /// Less or equal.
    LessOrEqual,
    /// Greater.
    Greater,
    /// Greater or equal.
    GreaterOrEqual,
    /// Equal.
    Equal,
    /// Has the field, and is not equal.
    NotEqual,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Bound {
    /// Whole and broken numbers compare by value.
    Number(f64),
    /// For `timestamp` and `observed_at`.
    Time(Timestamp),
    /// For `severity`: compared by OpenTelemetry number.
    Severity(record::Severity),
    /// Compared byte by byte.
    Text(String),
}

/// One step after the filter.
#[derive(Debug, Clone, PartialEq)]
pub enum Pipe {
    /// Numbers over groups. Columns: the keys in order (a bin is called `bin`), then the aggregates.
    /// Without keys there is exactly one row. Groups in which a key is absent are kept, with an absent cell.
    /// Rows come in ascending order of the keys, as `Sort` orders them.
    Stats {
        /// The numbers.
        aggregates: Vec<Aggregate>,
        /// What makes a group.
        by: Vec<GroupKey>,
    },
    /// Orders rows; absent cells last. Ties keep their order. Numbers by value, texts by their bytes, the column
    /// `severity` by rank.
    Sort(Vec<SortKey>),
    /// The first so many rows.
    Head(u64),
    /// Only rows for which the filter holds (columns made by earlier steps are fields too).
    Where(Filter),
    /// Only these columns, in this order.
    Fields(Vec<String>),
    /// The most frequent values of a field, with `count`, most frequent first; ties by value. Absent values do not count.
    Top {
        /// How many values.
        limit: u64,
        /// Of which field.
        field: String,
    },
    /// Groups records by message pattern: columns `pattern_id`, `pattern`, `count`, most frequent first; ties by id.
    ///
    /// A record's own `pattern_id` tells messages apart by every word. Here those that differ only in words that vary (names
    /// of users, hosts, files) are one pattern, judged by all messages that are grouped. A pattern made of a single
    /// `pattern_id` is shown under it, any other under a hash of its text.
    Pattern,
}

/// One number per group.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// Which number.
    pub function: Function,
    /// Of which field; `None` only for `count()`.
    pub field: Option<String>,
    /// Name of the column.
    pub name: String,
}

/// The field that says for how many records a sampled one stands.
pub const WEIGHT_FIELD: &str = "sample_weight";

/// Largest weight that is believed. Sums of weights are exact below 2^53, which two million records of this one reach.
pub const WEIGHT_MAX: u32 = u32::MAX;

/// What is computed over a group. All but `Count`, `Weighted` and `Distinct` look at numbers only, `Min` and `Max` at times too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Function {
    /// Records, or records that have the field.
    Count,
    /// Records, each as often as this field says: a whole number from 1 to [`WEIGHT_MAX`]; any other record once.
    Weighted,
    /// Different values, exactly.
    Distinct,
    /// Sum.
    Sum,
    /// Arithmetic mean.
    Avg,
    /// Smallest, or earliest.
    Min,
    /// Largest, or latest.
    Max,
    /// The value below which so many per cent lie, 0..=100; may be approximate.
    Percentile(f64),
}

/// What rows are grouped by.
#[derive(Debug, Clone, PartialEq)]
pub enum GroupKey {
    /// A field's value.
    Field(String),
    /// The start of the stretch of this length that the timestamp lies in, counted from 1970.
    Bin(Duration),
}

/// One key of an order.
#[derive(Debug, Clone, PartialEq)]
pub struct SortKey {
    /// Column.
    pub field: String,
    /// Largest first.
    pub descending: bool,
}
