//! Random records, part of them sealed and part in memory, and random queries: the engine answers what the reference
//! evaluator answers.

use std::time::Duration;

use ask::reference::Table;
use ask::{
    Aggregate, Answer, Bound, Budget, Cell, Comparison, Engine, Filter, Function, GroupKey, OwnedCell, Pipe, Query, Question,
    Scope, SortKey,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};
use record::{Severity, Tenant, TimeRange, Timestamp};

use super::house::{Attribute, BUDGET, Entry, House, at, batch};

/// Worlds made, unless the environment asks for more, and questions asked of each. Making a world costs some fsyncs, a
/// question some milliseconds.
const WORLDS: u32 = 4;
const QUESTIONS: usize = 30;

const FIELDS: [&str; 13] =
    ["message", "source", "severity", "n", "f", "mixed", "t", "b", "http.status_code", "User", "timestamp", "list", "missing"];

fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("connection"),
        Just("Reset"),
        Just("by"),
        Just("peer"),
        Just("retry 5"),
        Just("true"),
        Just("7"),
        Just("0.5"),
        Just("ERROR"),
        Just("->"),
        Just("ä"),
    ];
    prop::collection::vec(word, 0..4).prop_map(|words| words.join(" "))
}

fn int() -> impl Strategy<Value = i64> {
    prop_oneof![8 => -3..12i64, 1 => Just(i64::MAX), 1 => Just(1 << 53)]
}

fn mixed() -> impl Strategy<Value = Attribute> {
    prop_oneof![
        int().prop_map(Attribute::Int),
        text().prop_map(Attribute::Text),
        any::<bool>().prop_map(Attribute::Bool),
        prop_oneof![Just(0.5), Just(-7.25), Just(7.0)].prop_map(Attribute::Float),
        Just(Attribute::Json("[1,\"x\"]".into())),
    ]
}

fn attribute(name: &'static str, of: impl Strategy<Value = Attribute> + 'static) -> BoxedStrategy<Option<(String, Attribute)>> {
    prop::option::weighted(0.5, of.prop_map(move |value| (name.to_owned(), value))).boxed()
}

fn entry() -> impl Strategy<Value = Entry> {
    let attributes = vec![
        attribute("n", int().prop_map(Attribute::Int)),
        attribute("f", prop_oneof![Just(0.5), Just(-7.25), Just(1e300), Just(-0.0)].prop_map(Attribute::Float)),
        attribute("mixed", mixed()),
        attribute("t", text().prop_map(Attribute::Text)),
        attribute("b", any::<bool>().prop_map(Attribute::Bool)),
        attribute("http.status_code", (199..504i64).prop_map(Attribute::Int)),
        attribute("User", text().prop_map(Attribute::Text)),
        attribute("list", Just(Attribute::Json("[1,2]".into()))),
    ];
    let fixed = (
        -90_000_000..90_000_000i64,
        1..1000u16,
        prop::option::weighted(0.8, prop::sample::select(&Severity::ALL[..])),
        prop::option::weighted(0.9, prop_oneof![Just("api".to_owned()), Just("db".to_owned()), Just("Web".to_owned())]),
        prop::option::weighted(0.9, text()),
    );
    (fixed, attributes).prop_map(|((at, nanos, severity, source, message), attributes)| Entry {
        // Some share a moment, so that ties are decided by the id.
        at: if at % 3 == 0 { 0 } else { at },
        nanos,
        severity,
        source,
        message,
        attributes: attributes.into_iter().flatten().collect(),
        ..Entry::default()
    })
}

fn field() -> impl Strategy<Value = String> {
    prop::sample::select(&FIELDS[..]).prop_map(str::to_owned)
}

fn comparison() -> impl Strategy<Value = Comparison> {
    prop::sample::select(
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

fn bound() -> impl Strategy<Value = Bound> {
    prop_oneof![
        4 => prop_oneof![Just(0.0), Just(7.0), Just(0.5), Just(-7.25), Just(400.0), Just(1e300), Just(9.3e18)].prop_map(Bound::Number),
        1 => (-90_000_000..90_000_000i64).prop_map(|micros| Bound::Time(noon_plus(micros))),
        1 => prop::sample::select(&Severity::ALL[..]).prop_map(Bound::Severity),
        1 => text().prop_map(Bound::Text),
    ]
}

fn noon_plus(micros: i64) -> Timestamp {
    Timestamp::from_micros(at("12:00:00").as_micros() + micros)
}

fn test() -> impl Strategy<Value = Filter> {
    let pattern = prop_oneof![Just("reset|retry"), Just("^(?-i)R"), Just("[0-9]+"), Just("e$"), Just("true")];
    let compared =
        || (field(), comparison(), bound()).prop_map(|(field, comparison, bound)| Filter::Compare { field, comparison, bound });
    prop_oneof![
        3 => (field(), text()).prop_map(|(field, text)| Filter::Phrase { field, text }),
        1 => (field(), text()).prop_map(|(field, prefix)| Filter::Prefix { field, prefix }),
        2 => (field(), text()).prop_map(|(field, text)| Filter::Exact { field, text }),
        1 => (field(), pattern).prop_map(|(field, pattern)| Filter::Regex { field, pattern: pattern.to_owned() }),
        3 => compared(),
        1 => field().prop_map(|field| Filter::Exists { field }),
        1 => Just(Filter::All),
    ]
}

fn filter() -> impl Strategy<Value = Filter> {
    test().prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 1..3).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 1..3).prop_map(Filter::Or),
            inner.prop_map(|inner| Filter::Not(Box::new(inner))),
        ]
    })
}

fn aggregate() -> impl Strategy<Value = (Function, Option<String>)> {
    let of_field = prop::sample::select(
        &[Function::Count, Function::Distinct, Function::Sum, Function::Avg, Function::Min, Function::Max][..],
    );
    prop_oneof![1 => Just((Function::Count, None)), 4 => (of_field, field()).prop_map(|(function, field)| (function, Some(field)))]
}

fn stats() -> impl Strategy<Value = Pipe> {
    let key = prop_oneof![
        3 => field().prop_map(GroupKey::Field),
        1 => (1..100u64).prop_map(|seconds| GroupKey::Bin(Duration::from_secs(seconds))),
    ];
    (prop::collection::vec(aggregate(), 1..4), prop::collection::vec(key, 0..3)).prop_map(|(functions, mut by)| {
        let name = |key: &GroupKey| match key {
            GroupKey::Field(name) => name.clone(),
            GroupKey::Bin(_) => "bin".to_owned(),
        };
        if by.len() == 2 && name(&by[0]) == name(&by[1]) {
            by.pop();
        }
        let named = |(index, (function, field))| Aggregate { function, field, name: format!("a{index}") };
        Pipe::Stats { aggregates: functions.into_iter().enumerate().map(named).collect(), by }
    })
}

fn pipe() -> impl Strategy<Value = Pipe> {
    let column = || prop_oneof![3 => field(), 1 => Just("a0".to_owned()), 1 => Just("count".to_owned())];
    let key = (column(), any::<bool>()).prop_map(|(field, descending)| SortKey { field, descending });
    prop_oneof![
        3 => stats(),
        2 => prop::collection::vec(key, 1..3).prop_map(Pipe::Sort),
        2 => (0..20u64).prop_map(Pipe::Head),
        1 => filter().prop_map(Pipe::Where),
        1 => prop::collection::hash_set(column(), 1..4).prop_map(|names| Pipe::Fields(names.into_iter().collect())),
        1 => (1..5u64, field()).prop_map(|(limit, field)| Pipe::Top { limit, field }),
        1 => Just(Pipe::Pattern),
    ]
}

#[derive(Debug, Clone)]
struct Asked {
    query: Query,
    range: Option<(i64, i64)>,
    rows_max: usize,
}

fn asked() -> impl Strategy<Value = Asked> {
    let range = prop::option::weighted(0.3, (-90_000_000..90_000_000i64, 0..90_000_000i64));
    let rows_max = prop_oneof![4 => Just(10_000), 1 => 0..10usize];
    (filter(), prop::collection::vec(pipe(), 0..4), range, rows_max).prop_map(|(filter, pipes, range, rows_max)| Asked {
        query: Query { filter, pipes },
        range,
        rows_max,
    })
}

/// Batches, and after which of them the memtable is sealed.
fn world() -> impl Strategy<Value = (Vec<(Vec<Entry>, bool)>, usize)> {
    (prop::collection::vec((prop::collection::vec(entry(), 1..25), any::<bool>()), 1..5), 1..10usize)
}

#[test]
fn the_engine_answers_what_the_reference_answers() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let asked_for = |name: &str| std::env::var(name).ok().and_then(|number| number.parse::<u64>().ok());
    let config = Config {
        cases: asked_for("ORACLE_WORLDS").map_or(WORLDS, |worlds| worlds as u32),
        rng_seed: RngSeed::Fixed(asked_for("ORACLE_SEED").unwrap_or(20_260_206)),
        failure_persistence: None,
        max_shrink_iters: 60,
        ..Config::default()
    };
    let worlds = (world(), prop::collection::vec(asked(), QUESTIONS));
    TestRunner::new(config)
        .run(&worlds, |((batches, columns_max), questions)| runtime.block_on(compare(&batches, columns_max, &questions)))
        .unwrap();
}

async fn compare(batches: &[(Vec<Entry>, bool)], columns_max: usize, questions: &[Asked]) -> Result<(), TestCaseError> {
    let mut house = House::with_columns(columns_max).await;
    let id = |id: pattern::PatternId| OwnedCell::Int(id.0.cast_signed());
    let mut table = Table::with_patterns(
        move |message| id(pattern::pattern_id(message)),
        move |messages| {
            let merged = crate::functions::merged(messages.iter().copied());
            merged.into_iter().map(|shown| (id(shown.id), shown.template, shown.count)).collect()
        },
    );
    for (entries, seal) in batches {
        house.append(batch(entries)).await;
        let fresh = house.fresh.recv().await.unwrap();
        table.add_with_ids(&fresh.batch, |index| fresh.record_id(index));
        if *seal {
            house.seal().await;
        }
    }
    for asked in questions {
        let range = |(start, len)| TimeRange::new(noon_plus(start), noon_plus(start + len));
        let budget = Budget { rows_max: asked.rows_max, ..BUDGET };
        let scope = Scope { tenant: Tenant::default(), time: asked.range.map_or(TimeRange::ALL, range), budget };
        let expected = ask::reference::run(&asked.query, &scope, &table).unwrap();
        let answer = match house.engine.answer(&scope, &Question::Search(asked.query.clone()), None).await {
            Ok(answer) => answer,
            Err(error) => return Err(TestCaseError::fail(format!("{error:?}\n{asked:?}"))),
        };
        let (got, want) = (shown(&answer), shown(&expected));
        prop_assert!(same(&answer, &expected), "{:?}\ngot\n{}\nwant\n{}", asked, got, want);
        prop_assert_eq!(answer.incomplete, expected.incomplete, "{:?}", asked);
    }
    Ok(())
}

fn columns(answer: &Answer) -> Vec<(usize, String)> {
    answer.rows.columns().iter().map(|column| column.name.clone()).enumerate().collect()
}

fn same(a: &Answer, b: &Answer) -> bool {
    let (columns_a, columns_b) = (columns(a), columns(b));
    let names = |columns: &[(usize, String)]| columns.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>();
    names(&columns_a) == names(&columns_b)
        && a.rows.len() == b.rows.len()
        && (0..a.rows.len()).all(|row| {
            columns_a
                .iter()
                .zip(&columns_b)
                .all(|((a_at, _), (b_at, _))| alike(&a.rows.cell(row, *a_at), &b.rows.cell(row, *b_at)))
        })
}

/// Numbers are compared by value: a sum of floats depends on the order of adding, and a whole number in a column of
/// floats has become one.
fn alike(a: &Cell<'_>, b: &Cell<'_>) -> bool {
    let number = |cell: &Cell<'_>| match cell {
        Cell::Int(int) => Some(*int as f64),
        Cell::Float(float) => Some(*float),
        _ => None,
    };
    match (number(a), number(b)) {
        (Some(a), Some(b)) => a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()),
        _ => a == b,
    }
}

fn shown(answer: &Answer) -> String {
    let mut out = format!("{:?}\n", columns(answer).into_iter().map(|(_, name)| name).collect::<Vec<_>>());
    for row in 0..answer.rows.len().min(12) {
        let cells = columns(answer).into_iter().map(|(at, _)| format!("{:?}", answer.rows.cell(row, at)));
        out.push_str(&format!("{}\n", cells.collect::<Vec<_>>().join(" | ")));
    }
    out
}
