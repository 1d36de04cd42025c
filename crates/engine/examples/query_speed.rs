//! How long the questions of a benchmark take: makes so many records (default 2 million), then asks each question a few
//! times. `cargo run --release -p engine --example query_speed -- 2000000 [folder]`; a folder that exists is asked again.

#![expect(clippy::print_stdout, clippy::unwrap_used, reason = "an example for people")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ask::{Budget, Engine, Question, Scope};
use engine::{Config, LakeEngine};
use lake::{Lake, Location};
use privacy::{Gateway, Policy};
use record::{Batch, Record, Severity, SystemClock, Tenant, TimeRange, Timestamp, Value};

const BATCH: i64 = 10_000;
const DAY_SECONDS: i64 = 86_400;
const ROUNDS: usize = 5;

const QUESTIONS: [(&str, &str); 12] = [
    ("needle_trace", "SELECT * FROM logs WHERE trace_id='0000000000000000000000000001e240'"),
    ("rare_token", "SELECT * FROM logs WHERE match_phrase(message,'needle_777777') ORDER BY timestamp DESC LIMIT 100"),
    (
        "phrase_last100",
        "SELECT * FROM logs WHERE match_phrase(message,'connection reset by peer') ORDER BY timestamp DESC LIMIT 100",
    ),
    ("substring_count", "SELECT count(*) n FROM logs WHERE message LIKE '%tion reset by pe%'"),
    ("regex_count", "SELECT count(*) n FROM logs WHERE regexp_like(message,'retry [3-5]/5 calling http://[a-z-]+\\.prod')"),
    ("last100_errors", "SELECT * FROM logs WHERE severity='ERROR' ORDER BY timestamp DESC LIMIT 100"),
    ("sev_per_minute", "SELECT date_trunc('minute',timestamp) t, severity, count(*) n FROM logs GROUP BY t, severity"),
    (
        "top_sources",
        "SELECT source, count(*) n FROM logs WHERE severity IN ('ERROR','CRITICAL') GROUP BY source ORDER BY n DESC LIMIT 10",
    ),
    (
        "p99_source_hour",
        "SELECT source, date_trunc('hour',timestamp) t, approx_percentile_cont(response_time_ms,0.99) p FROM logs GROUP BY source, t",
    ),
    ("distinct_customers", "SELECT count(DISTINCT customer_id) n FROM logs"),
    ("recent15_tail", "SELECT * FROM logs WHERE timestamp >= '2026-02-06T23:45:00.000Z' ORDER BY timestamp DESC LIMIT 200"),
    (
        "word_scan",
        "SELECT source, count(*) n FROM logs WHERE match_phrase(message,'failed') GROUP BY source ORDER BY n DESC LIMIT 10",
    ),
];

const SEARCHES: [&str; 5] = [
    "*",
    "\"connection reset by peer\"",
    "severity:error customer_id:c17",
    "needle_777777",
    "failed | stats count() as n by source, bin(1h)",
];

#[tokio::main(worker_threads = 2)]
async fn main() {
    let mut args = std::env::args().skip(1);
    let records: i64 = args.next().map_or(2_000_000, |number| number.parse().unwrap());
    let dir = args.next().map_or_else(|| std::env::temp_dir().join("query-speed"), PathBuf::from);
    let fresh = !dir.exists();
    let lake = Lake::open(config(dir), Arc::new(SystemClock)).await.unwrap();
    if fresh {
        fill(&lake, records).await;
    }
    let mebibytes = |number: usize| number << 20;
    let limits = Config {
        memory_bytes: mebibytes(1024),
        partitions: 2,
        questions_max: 4,
        footer_cache_bytes: mebibytes(64),
        index_cache_bytes: mebibytes(128),
    };
    let engine = LakeEngine::new(lake.clone(), limits).unwrap();
    let budget = Budget {
        rows_max: 1000,
        answer_bytes_max: mebibytes(64),
        memory_bytes_max: mebibytes(512),
        time_max: Duration::from_secs(60),
    };
    let scope = Scope { tenant: Tenant::default(), time: TimeRange::ALL, budget };
    for (name, text) in QUESTIONS {
        ask(&engine, &scope, name, &Question::Sql(text.to_owned())).await;
    }
    for text in SEARCHES {
        let query = ask::parse(text, Timestamp::parse("2026-02-07").unwrap().0).unwrap();
        ask(&engine, &scope, text, &Question::Search(query)).await;
    }
}

async fn ask(engine: &LakeEngine, scope: &Scope, name: &str, question: &Question) {
    let mut times = Vec::new();
    let mut last = None;
    for _ in 0..ROUNDS {
        let started = Instant::now();
        last = Some(engine.answer(scope, question, None).await.unwrap());
        times.push(started.elapsed());
    }
    let answer = last.unwrap();
    let first = times[0];
    times.sort();
    let cost = answer.cost;
    println!(
        "{name:46} first {:>7.1} ms, median {:>7.1} ms, {:>6} rows, scanned {:>8} rows {:>6.1} MB in {} of {} files",
        first.as_secs_f64() * 1e3,
        times[ROUNDS / 2].as_secs_f64() * 1e3,
        answer.rows.len(),
        cost.rows_scanned,
        cost.bytes_scanned as f64 / 1e6,
        cost.files_scanned,
        cost.files_scanned + cost.files_pruned
    );
}

fn config(dir: PathBuf) -> lake::Config {
    lake::Config {
        dir,
        tables: Location::Local,
        node: 1,
        seal_after: Duration::from_secs(3),
        seal_bytes: 128 << 20,
        memtable_limit_bytes: 512 << 20,
        disk_reserve_bytes: 0,
        columns_max: 200,
        segment_target_bytes: 128 << 20,
        key_memory: Duration::from_secs(60),
        retention: None,
        vacuum_after: Duration::from_secs(60),
        maintain: true,
    }
}

async fn fill(lake: &Lake, records: i64) {
    let started = Instant::now();
    let gateway = Gateway::new(Policy::default());
    for first in (0..records).step_by(BATCH as usize) {
        lake.append(gateway.admit(batch(first, (first + BATCH).min(records), records)), None).await.unwrap();
    }
    lake.seal().await.unwrap();
    println!("{records} records in {:.1} s", started.elapsed().as_secs_f64());
}

fn batch(first: i64, end: i64, of: i64) -> Batch {
    let midnight = Timestamp::parse("2026-02-06").unwrap().0.as_micros();
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(midnight));
    for index in first..end {
        // A cheap scramble, so that values do not follow each other.
        let chance = (index as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20;
        let mut record = Record::at(Timestamp::from_micros(midnight + index * (DAY_SECONDS * 1_000_000 / of)));
        record.severity = Some(match chance % 100 {
            0 => Severity::Critical,
            1..=3 => Severity::Error,
            4..=10 => Severity::Warn,
            _ => Severity::Info,
        });
        record.source = builder.text(&format!("service-{}", chance % 41));
        record.trace_id = builder.text(&format!("{:032x}", index / 7));
        let message = match chance % 97 {
            0 => format!("read tcp 10.0.{}.{}: connection reset by peer after {} ms", chance % 251, chance % 13, chance % 9000),
            1..=3 => format!("retry {}/5 calling http://pay-eu.prod/charge/{index}", chance % 6),
            4..=9 => format!("request {index} failed with status {}", 400 + chance % 120),
            _ => format!("GET /api/v{}/orders/{index} took {} ms for needle_{index}", chance % 3, chance % 3000),
        };
        record.message = builder.text(&message);
        let name = builder.name("response_time_ms");
        builder.field(name, Value::Float((chance % 30_000) as f64 / 10.0));
        let customer = builder.text(&format!("c{}", chance % 50_000));
        let name = builder.name("customer_id");
        builder.field(name, Value::Text(customer));
        let name = builder.name("http.status_code");
        builder.field(name, Value::Int(200 + (chance % 4) as i64 * 100));
        builder.finish_record(record);
    }
    builder.build()
}
