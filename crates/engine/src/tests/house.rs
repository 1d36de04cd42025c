//! A lake in a temporary folder, an engine over it, and records to put in.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use crate::{Config, LakeEngine};
use ask::{Answer, AsOf, Budget, Cell, Encoding, Engine, Error, Question, Scope};
use lake::{Fresh, Lake, Location};
use privacy::{Gateway, Policy};
use record::{Batch, BatchBuilder, Clock, Record, Severity, Tenant, TimeRange, Timestamp, Value};
use tokio::sync::broadcast;

pub(crate) const BUDGET: Budget =
    Budget { rows_max: 10_000, answer_bytes_max: 64 << 20, memory_bytes_max: 256 << 20, time_max: Duration::from_secs(60) };

/// A clock that stands still until it is moved.
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn forward(&self, duration: Duration) {
        self.0.fetch_add(duration.as_micros() as i64, Ordering::SeqCst);
    }
}

impl Clock for Hands {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(self.0.load(Ordering::SeqCst))
    }
}

/// What happens in tests happens on this day.
pub(crate) fn at(time: &str) -> Timestamp {
    Timestamp::parse(&format!("2026-02-06T{time}Z")).unwrap().0
}

pub(crate) struct House {
    pub(crate) lake: Lake,
    pub(crate) engine: LakeEngine,
    pub(crate) clock: Arc<Hands>,
    pub(crate) fresh: broadcast::Receiver<Fresh>,
    gateway: Gateway,
    pub(crate) dir: tempfile::TempDir,
}

impl House {
    pub(crate) async fn new() -> House {
        House::with_columns(200).await
    }

    pub(crate) async fn with_columns(columns_max: usize) -> House {
        let dir = tempfile::tempdir().unwrap();
        let clock = Arc::new(Hands(AtomicI64::new(at("12:00:00").as_micros())));
        let config = lake::Config {
            dir: dir.path().to_owned(),
            tables: Location::Local,
            node: 1,
            seal_after: Duration::from_secs(1 << 30),
            seal_bytes: 1 << 30,
            memtable_limit_bytes: 1 << 30,
            disk_reserve_bytes: 0,
            columns_max,
            segment_target_bytes: 128 << 20,
            key_memory: Duration::from_secs(60),
            retention: None,
            vacuum_after: Duration::from_secs(1 << 30),
            maintain: false,
        };
        let lake = Lake::open(config, Arc::clone(&clock) as Arc<dyn Clock>).await.unwrap();
        let config = Config {
            memory_bytes: 512 << 20,
            partitions: 2,
            questions_max: 4,
            footer_cache_bytes: 16 << 20,
            index_cache_bytes: 16 << 20,
        };
        let engine = LakeEngine::new(lake.clone(), config).unwrap();
        House { fresh: lake.subscribe(), lake, engine, clock, gateway: Gateway::new(Policy::default()), dir }
    }

    pub(crate) async fn append(&self, batch: Batch) {
        self.lake.append(self.gateway.admit_own(batch), None).await.unwrap();
    }

    pub(crate) async fn seal(&self) {
        self.lake.seal().await.unwrap();
    }

    pub(crate) fn scope(&self) -> Scope {
        Scope { tenant: Tenant::default(), time: TimeRange::ALL, budget: BUDGET }
    }

    pub(crate) async fn try_sql(&self, text: &str) -> Result<Answer, Error> {
        self.engine.answer(&self.scope(), &Question::Sql(text.to_owned()), None).await
    }

    pub(crate) async fn sql(&self, text: &str) -> Answer {
        match self.try_sql(text).await {
            Ok(answer) => answer,
            Err(error) => panic!("{text}: {error:?}"),
        }
    }

    pub(crate) async fn search(&self, text: &str) -> Answer {
        let query = ask::parse(text, at("12:00:00")).unwrap();
        self.engine.answer(&self.scope(), &Question::Search(query), None).await.unwrap()
    }

    pub(crate) async fn sql_at(&self, text: &str, at: AsOf) -> Result<Answer, Error> {
        self.engine.answer(&self.scope(), &Question::Sql(text.to_owned()), Some(at)).await
    }
}

/// Rows as JSON lines.
pub(crate) fn lines(answer: &Answer) -> Vec<String> {
    let text = String::from_utf8(answer.rows.encode(Encoding::Ndjson).unwrap()).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// The only number of an answer of one row and column.
pub(crate) fn number(answer: &Answer) -> i64 {
    assert_eq!((answer.rows.len(), answer.rows.columns().len()), (1, 1));
    match answer.rows.cell(0, 0) {
        Cell::Int(int) => int,
        other => panic!("{other:?}"),
    }
}

/// A record in words.
#[derive(Debug, Clone, Default)]
pub(crate) struct Entry {
    pub(crate) at: i64,
    pub(crate) nanos: u16,
    pub(crate) severity: Option<Severity>,
    pub(crate) source: Option<String>,
    pub(crate) message: Option<String>,
    pub(crate) trace_id: Option<String>,
    pub(crate) error_code: Option<String>,
    pub(crate) attributes: Vec<(String, Attribute)>,
}

#[derive(Debug, Clone)]
pub(crate) enum Attribute {
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    Json(String),
}

/// Entries as a batch. Their times count in microseconds from noon.
pub(crate) fn batch(entries: &[Entry]) -> Batch {
    let mut builder = Batch::builder(Tenant::default(), at("12:00:00"));
    entries.iter().for_each(|entry| add(&mut builder, entry));
    builder.build()
}

fn add(builder: &mut BatchBuilder, entry: &Entry) {
    let mut record = Record::at(Timestamp::from_micros(at("12:00:00").as_micros() + entry.at));
    record.nanos = entry.nanos;
    record.severity = entry.severity;
    for (place, text) in [
        (&mut record.source, &entry.source),
        (&mut record.message, &entry.message),
        (&mut record.trace_id, &entry.trace_id),
        (&mut record.error_code, &entry.error_code),
    ] {
        if let Some(text) = text {
            *place = builder.text(text);
        }
    }
    for (name, attribute) in &entry.attributes {
        let value = match attribute {
            Attribute::Text(text) => Value::Text(builder.text(text)),
            Attribute::Int(int) => Value::Int(*int),
            Attribute::Float(float) => Value::Float(*float),
            Attribute::Bool(truth) => Value::Bool(*truth),
            Attribute::Json(json) => Value::Json(builder.text(json)),
        };
        let name = builder.name(name);
        builder.field(name, value);
    }
    builder.finish_record(record);
}
