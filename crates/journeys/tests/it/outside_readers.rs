use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::harness::{Server, dendro, files, folder, run, until, until_async};
use crate::outside::{Questions, READERS, Readers, Table, check_same, own_answer, run_documented};

const WRITERS: usize = 3;
const RECORDS: usize = 20;

/// Versions compared while writers write. `JOURNEY_VERSIONS=50` is a long run.
const VERSIONS: usize = 3;

/// Often sealed, often merged: versions follow one another quickly, and their files go soon.
const BUSY: [&str; 4] = ["--seal-after", "50ms", "--segment-target", "1MiB"];

const HALF_A_DAY_MICROS: u128 = 43_200_000_000;

const LOGS: Questions<'static> = Questions {
    columns: &[
        "record_id",
        "timestamp",
        "observed_at",
        "timestamp_nanos",
        "severity",
        "severity_number",
        "source",
        "message",
        "pattern_id",
        "attributes",
        "key",
        "http.status_code",
        "response_time_ms",
        "ok",
        "user",
        "clash",
    ],
    groups: Some("severity"),
    sums: &["http.status_code", "response_time_ms", "severity_number", "clash"],
    bounds: &["timestamp", "response_time_ms", "message"],
    distinct: &["record_id", "key", "source", "user"],
};

const LEDGER: Questions<'static> = Questions {
    columns: &[],
    groups: None,
    sums: &["received", "stored", "quarantined", "duplicates"],
    bounds: &[],
    distinct: &["source"],
};

const QUARANTINE: Questions<'static> =
    Questions { columns: &["record_id", "reason"], groups: Some("reason"), sums: &[], bounds: &[], distinct: &[] };

/// The tables read from outside, while they are written, by readers that nobody here wrote: the same counts, sums and
/// rows as Dendro's own SQL has at that version, and the same once more when compaction and a checkpoint went over it (I-4).
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn others_read_the_tables_while_they_are_written() {
    let versions = std::env::var("JOURNEY_VERSIONS").map_or(VERSIONS, |text| text.parse().expect("JOURNEY_VERSIONS: a number"));
    let (_temporary, data) = folder();
    let logs = Table::in_folder(&data, "logs");
    let server = Server::start_with(&data, &BUSY);
    let writers = Writers::start(&server.url);
    until_async("a first version", || async { (committed(&server).await > 0).then_some(()) }).await;

    let mut readers = Readers::start();
    let mut first: Option<(u64, Value)> = None;
    let mut pinned = 0;
    for _ in 0..versions {
        pinned = until("a newer version", || Some(readers.newest(&logs)).filter(|&newest| newest > pinned));
        let answer = compare(&mut readers, &server, &logs, pinned).await;
        println!("version {pinned}: {}", answer["totals"]);
        first.get_or_insert((pinned, answer));
    }
    let (version, then) = first.expect("a version");
    until("compaction and a checkpoint behind the first version", || is_overtaken(&data, version).then_some(()));
    assert_eq!(compare(&mut readers, &server, &logs, version).await, then, "version {version} changed");

    let sent = writers.stop().await;
    until_async("everything to be committed", || async { (committed(&server).await == sent).then_some(()) }).await;
    server.stop();
    run(dendro(["check", "--data"]).arg(&data)).exits(0);
    let server = Server::start_with(&data, &["--maintain", "false"]);
    let newest = readers.newest(&logs);
    let last = compare(&mut readers, &server, &logs, newest).await;
    assert_eq!((&last["totals"]["count"], &last["totals"]["distinct key"]), (&sent.into(), &sent.into()));
    println!("version {newest}: {}", last["totals"]);
    assert_eq!(compare(&mut readers, &server, &logs, version).await, then, "version {version} changed");
    check_files(&mut readers, &logs, newest, sent);
    check_other_tables(&mut readers, &server, &data).await;
    run_documented(&data);
}

/// Both readers and Dendro about one version of `logs`.
async fn compare(readers: &mut Readers, server: &Server, logs: &Table, version: u64) -> Value {
    let own = own_answer(server, "logs", Some(version), &LOGS).await;
    for reader in READERS {
        check_same(&format!("{reader}, version {version}"), &readers.read(reader, logs, version, &LOGS), &own);
    }
    own
}

/// The Parquet files hold every row, and times in the one form that all engines agree about.
fn check_files(readers: &mut Readers, logs: &Table, version: u64, rows: u64) {
    let found = readers.files(logs, version, &["timestamp", "observed_at"]);
    assert_eq!(found["rows"], rows, "{found}");
    assert_eq!(found["types"], serde_json::json!(["timestamp[us, tz=UTC] INT64"]), "{found}");
}

async fn check_other_tables(readers: &mut Readers, server: &Server, data: &Path) {
    for (name, questions) in [("ledger", &LEDGER), ("quarantine", &QUARANTINE)] {
        let table = Table::in_folder(data, name);
        let own = own_answer(server, name, None, questions).await;
        assert_ne!(own["totals"]["count"], 0, "{name} is empty");
        let newest = readers.newest(&table);
        for reader in READERS {
            check_same(&format!("{reader}, {name}"), &readers.read(reader, &table, newest, questions), &own);
        }
    }
}

/// Whether a checkpoint was written behind a version, and files that the version needs left the table.
fn is_overtaken(data: &Path, version: u64) -> bool {
    let log = data.join("tables/default/logs/_delta_log");
    let pointer = std::fs::read_to_string(log.join("_last_checkpoint")).unwrap_or_default();
    let checkpoint = serde_json::from_str::<Value>(&pointer).ok().and_then(|pointer| pointer["version"].as_u64());
    let merged = files(&log).into_iter().any(|path| {
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse::<u64>().ok());
        let is_later = path.extension().is_some_and(|kind| kind == "json") && number.is_some_and(|number| number > version);
        is_later && std::fs::read_to_string(&path).is_ok_and(|commit| commit.contains("{\"remove\":"))
    });
    merged && checkpoint.is_some_and(|checkpoint| checkpoint > version)
}

/// Records in the newest version.
async fn committed(server: &Server) -> u64 {
    let asked = server.client().get(format!("{}/healthz", server.url)).send().await.expect("health");
    let health: Value = asked.json().await.expect("JSON");
    let parts = health["parts"].as_array().expect("parts");
    let lake = parts.iter().find(|part| part["name"] == "lake").expect("the lake");
    lake["details"]["logs"]["rows"].as_u64().unwrap_or(0)
}

/// Senders that send until they are told to stop.
struct Writers {
    ended: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
}

impl Writers {
    fn start(url: &str) -> Writers {
        let (ended, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
        let tasks = (0..WRITERS).map(|writer| tokio::spawn(write(url.to_owned(), writer, ended.clone(), sent.clone())));
        Writers { tasks: tasks.collect(), ended, sent }
    }

    /// How many records were acknowledged.
    async fn stop(self) -> u64 {
        self.ended.store(true, Ordering::Relaxed);
        for task in self.tasks {
            task.await.expect("writer");
        }
        self.sent.load(Ordering::Relaxed)
    }
}

async fn write(url: String, writer: usize, ended: Arc<AtomicBool>, sent: Arc<AtomicU64>) {
    let client = reqwest::Client::new();
    for batch in 0.. {
        if ended.load(Ordering::Relaxed) {
            return;
        }
        let key = format!("{writer}-{batch}");
        let mut body: String = (0..RECORDS).map(|i| line(&key, i)).collect();
        body.push_str("{\"this line\": is not JSON\n");
        // Every third batch is sent twice, as agents do that lost the answer.
        for _ in 0..if batch % 3 == 0 { 2 } else { 1 } {
            let request = client.post(format!("{url}/api/v1/ingest?source=journey")).header("idempotency-key", &key);
            let response =
                request.header("content-type", "application/x-ndjson").body(body.clone()).send().await.expect("answer");
            assert_eq!(response.status(), 200);
        }
        sent.fetch_add(RECORDS as u64, Ordering::Relaxed);
        tokio::time::sleep(Duration::from_millis(150)).await; // The pace of the senders, not a wait for something.
    }
}

/// A record with something of everything: two or three days, microseconds and finer, texts that need escapes, fields that
/// are not always there, a number that is a text elsewhere. Fractions are quarters, whose sums are exact in any order.
fn line(key: &str, i: usize) -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().expect("a clock after 1970").as_micros();
    let micros = now - (i % 3) as u128 * HALF_A_DAY_MICROS;
    let time = if i.is_multiple_of(5) { format!("{micros}123") } else { micros.to_string() };
    let severity = ["info", "warn", "error", "debug", "fatal"][i % 5];
    let user = if i.is_multiple_of(4) { String::new() } else { format!(",\"user\":\"Zoë {}\"", i % 7) };
    let clash = if i.is_multiple_of(2) { "17".to_owned() } else { "\"seventeen\"".to_owned() };
    format!(
        "{{\"ts\":{time},\"level\":\"{severity}\",\"service\":\"shop-{}\",\"msg\":\"order {i} of \\\"{key}\\\" → paid\\n✓\",\
         \"key\":\"{key}-{i}\",\"http.status_code\":{},\"response_time_ms\":{}.{},\"ok\":{},\"clash\":{clash}{user}}}\n",
        i % 4,
        200 + i,
        i * 3,
        ["25", "5", "75"][i % 3],
        i.is_multiple_of(2),
    )
}
