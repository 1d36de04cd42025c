//! Queries and records by chance, for the property tests.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::select;
use record::{Batch, Record, Severity, Tenant, Timestamp, Value};

use crate::parse::{column_name, key_name};
use crate::*;

/// Names that need no quotes, that do, and that mean something elsewhere.
const NAMES: [&str; 10] = ["source", "host", "http.status", "my field", "a`b\\c", "NOT", "by", "5xx", "\u{fc}", "@x-y"];
const PATTERNS: [&str; 7] = ["a/b", "^x+$", r"\d\\/", "(?-i)Err", "[/]", "\"", "a|b"];

fn owned(names: &[&str]) -> Vec<String> {
    names.iter().map(|&name| name.to_owned()).collect()
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        select(&["error", "AND", "a-b", "->", "5", "x..y", "a*", "now", "\\", "=="][..]).prop_map(str::to_owned),
        ".{1,8}"
    ]
}

fn comparison() -> impl Strategy<Value = Comparison> {
    select(
        &[
            Comparison::Less,
            Comparison::LessOrEqual,
            Comparison::Greater,
            Comparison::GreaterOrEqual,
            Comparison::Equal,
            Comparison::NotEqual,
        ][..],
    )
}

/// One test of one of these fields, which are neither times nor the severity.
fn leaf(names: Vec<String>) -> impl Strategy<Value = Filter> {
    let field = || select(names.clone());
    let number = prop_oneof![any::<i32>().prop_map(f64::from), prop::num::f64::NORMAL];
    let bound = prop_oneof![number.prop_map(Bound::Number), ".{0,8}".prop_map(Bound::Text)];
    prop_oneof![
        Just(Filter::All),
        (field(), text()).prop_map(|(field, text)| Filter::Phrase { field, text }),
        (field(), text()).prop_map(|(field, prefix)| Filter::Prefix { field, prefix }),
        (field(), ".{0,8}").prop_map(|(field, text)| Filter::Exact { field, text }),
        (field(), select(&PATTERNS[..])).prop_map(|(field, pattern)| Filter::Regex { field, pattern: pattern.to_owned() }),
        (field(), comparison(), bound).prop_map(|(field, comparison, bound)| Filter::Compare { field, comparison, bound }),
        field().prop_map(|field| Filter::Exists { field }),
    ]
}

fn grown(leaf: impl Strategy<Value = Filter> + 'static) -> BoxedStrategy<Filter> {
    let grow = |inner: BoxedStrategy<Filter>| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    };
    // Regular expressions are bounded a query: few leaves keep below the bound.
    leaf.prop_recursive(4, 6, 3, grow).boxed()
}

pub(crate) fn severity() -> impl Strategy<Value = Severity> {
    select(&Severity::ALL[..])
}

fn special_leaf() -> impl Strategy<Value = Filter> {
    let micros = Timestamp::MIN.as_micros()..=Timestamp::MAX.as_micros();
    let time = micros.prop_map(|micros| Bound::Time(Timestamp::from_micros(micros)));
    let compare = |field: &str, comparison, bound| Filter::Compare { field: field.to_owned(), comparison, bound };
    prop_oneof![
        (comparison(), time).prop_map(move |(comparison, bound)| compare("timestamp", comparison, bound)),
        (comparison(), severity()).prop_map(move |(comparison, severity)| compare(
            "severity",
            comparison,
            Bound::Severity(severity)
        )),
        severity().prop_map(|severity| Filter::Phrase { field: "severity".to_owned(), text: severity.as_str().to_lowercase() }),
    ]
}

/// A filter as the parser makes them.
pub(crate) fn filter() -> impl Strategy<Value = Filter> {
    let names = owned(&NAMES).into_iter().chain([MESSAGE.to_owned()]).collect();
    grown(prop_oneof![3 => leaf(names), 1 => special_leaf()])
}

const MESSAGE: &str = "message";

/// A step that keeps the columns.
fn keeping(names: Vec<String>, filter: BoxedStrategy<Filter>) -> impl Strategy<Value = Pipe> {
    let key = (select(names), any::<bool>()).prop_map(|(field, descending)| SortKey { field, descending });
    prop_oneof![
        prop::collection::vec(key, 1..4).prop_map(Pipe::Sort),
        any::<u64>().prop_map(Pipe::Head),
        filter.prop_map(Pipe::Where),
    ]
}

fn function() -> impl Strategy<Value = Function> {
    use Function::*;
    select(
        &[Count, Weighted, Distinct, Sum, Avg, Min, Max, Percentile(50.0), Percentile(99.9), Percentile(0.0), Percentile(100.0)]
            [..],
    )
}

fn aggregate() -> impl Strategy<Value = Aggregate> {
    let named = (function(), select(owned(&NAMES)), prop::option::of("[a-z ]{1,6}"));
    let named = named.prop_map(|(function, field, name)| {
        let name = name.unwrap_or_else(|| column_name(&function.to_string(), Some(&field)));
        Aggregate { function, field: Some(field), name }
    });
    prop_oneof![Just(Aggregate { function: Function::Count, field: None, name: "count".to_owned() }), named]
}

fn key() -> impl Strategy<Value = GroupKey> {
    let length = prop_oneof![1_u64..10_000, Just(90 * 60_000), Just(86_400_000 * 10)];
    prop_oneof![select(owned(&NAMES)).prop_map(GroupKey::Field), length.prop_map(|ms| GroupKey::Bin(Duration::from_millis(ms)))]
}

/// A step that makes new columns, and these columns.
fn making() -> impl Strategy<Value = (Pipe, Vec<String>)> {
    let stats =
        (prop::collection::vec(aggregate(), 1..4), prop::collection::vec(key(), 0..3)).prop_map(|(mut aggregates, mut by)| {
            let mut columns: Vec<String> = Vec::new();
            let mut is_new = |name: &str| {
                !columns.iter().any(|column| column == name) && {
                    columns.push(name.to_owned());
                    true
                }
            };
            by.retain(|key| is_new(key_name(key)));
            aggregates.retain(|aggregate| is_new(&aggregate.name));
            if aggregates.is_empty() {
                aggregates.push(Aggregate { function: Function::Count, field: None, name: "n n".to_owned() });
                columns.push("n n".to_owned());
            }
            (Pipe::Stats { aggregates, by }, columns)
        });
    prop_oneof![
        stats,
        (select(owned(&NAMES)), any::<u64>())
            .prop_map(|(field, limit)| (Pipe::Top { limit, field: field.clone() }, vec![field, "count".to_owned()])),
        prop::sample::subsequence(owned(&NAMES), 1..4).prop_map(|names| (Pipe::Fields(names.clone()), names)),
        Just((Pipe::Pattern, owned(&["pattern_id", "pattern", "count"]))),
    ]
}

/// A query as the parser makes them: later steps use the columns that there are.
pub(crate) fn query() -> impl Strategy<Value = Query> {
    let before = prop::collection::vec(keeping(owned(&NAMES), filter().boxed()), 0..3);
    let after = making().prop_flat_map(|(pipe, columns)| {
        let untimed: Vec<String> = columns.iter().filter(|&column| column != "bin").cloned().collect();
        let names = if untimed.is_empty() { columns } else { untimed };
        let later = prop::collection::vec(keeping(names.clone(), grown(leaf(names))), 0..3);
        later.prop_map(move |later| std::iter::once(pipe.clone()).chain(later).collect::<Vec<Pipe>>())
    });
    (filter(), before, prop::option::of(after)).prop_map(|(filter, mut pipes, after)| {
        pipes.extend(after.unwrap_or_default());
        Query { filter, pipes }
    })
}

/// A record in few words, so that filters in the same words often match.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    pub(crate) second: i64,
    pub(crate) severity: Option<Severity>,
    pub(crate) source: Option<&'static str>,
    pub(crate) message: Option<String>,
    pub(crate) status: Option<Plainly>,
}

/// An attribute's value.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Plainly {
    Int(i64),
    Float(f64),
    Bool(bool),
    Text(&'static str),
}

const WORDS: [&str; 8] = ["error", "Error", "order", "12", "time-out", "->", "ord", "true"];
const STATUS: [Plainly; 8] = [
    Plainly::Int(500),
    Plainly::Float(500.0),
    Plainly::Float(0.5),
    Plainly::Int(-1),
    Plainly::Bool(true),
    Plainly::Text("500"),
    Plainly::Text("true"),
    Plainly::Text("Order 12"),
];

pub(crate) fn record() -> impl Strategy<Value = Plain> {
    let message = prop::collection::vec(select(&WORDS[..]), 0..4).prop_map(|words| words.join(" "));
    let parts = (0_i64..4, prop::option::of(severity()), prop::option::of(select(&["a", "b"][..])), prop::option::of(message));
    (parts, prop::option::weighted(0.9, select(&STATUS[..]))).prop_map(|((second, severity, source, message), status)| Plain {
        second,
        severity,
        source,
        message,
        status,
    })
}

pub(crate) fn batch(records: &[Plain]) -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(9_000_000));
    for plain in records {
        let mut record = Record::at(Timestamp::from_micros(plain.second * 1_000_000));
        record.severity = plain.severity;
        if let Some(source) = plain.source {
            record.source = builder.text(source);
        }
        if let Some(message) = &plain.message {
            record.message = builder.text(message);
        }
        if let Some(status) = plain.status {
            let name = builder.name("status");
            let value = match status {
                Plainly::Int(int) => Value::Int(int),
                Plainly::Float(float) => Value::Float(float),
                Plainly::Bool(truth) => Value::Bool(truth),
                Plainly::Text(text) => Value::Text(builder.text(text)),
            };
            builder.field(name, value);
        }
        builder.finish_record(record);
    }
    builder.build()
}

/// A filter in the words of [`record`].
pub(crate) fn matching_filter() -> impl Strategy<Value = Filter> {
    let field =
        || select(owned(&["message", "message", "message", "status", "status", "status", "source", "severity", "nothing"]));
    let text = || {
        prop_oneof![
            select(&WORDS[..]),
            select(&["500", "5e2", "500.0", "TRUE", "or", "order 12", "a", "warn", "time out 12"][..])
        ]
    };
    let text = move || text().prop_map(str::to_owned);
    let bound = prop_oneof![
        select(&[500.0, 0.5, -1.0][..]).prop_map(Bound::Number),
        select(&["500", "error", ""][..]).prop_map(|text| Bound::Text(text.to_owned())),
        severity().prop_map(Bound::Severity),
    ];
    grown(prop_oneof![
        4 => (field(), text()).prop_map(|(field, text)| Filter::Phrase { field, text }),
        2 => (field(), text()).prop_map(|(field, prefix)| Filter::Prefix { field, prefix }),
        2 => (field(), text()).prop_map(|(field, text)| Filter::Exact { field, text }),
        1 => (field(), select(&["^err", "0", "(?-i)Err"][..])).prop_map(|(field, pattern)| Filter::Regex { field, pattern: pattern.to_owned() }),
        1 => (field(), comparison(), bound).prop_map(|(field, comparison, bound)| Filter::Compare { field, comparison, bound }),
        1 => field().prop_map(|field| Filter::Exists { field }),
    ])
}
