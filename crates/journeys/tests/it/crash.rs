use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::harness::{Chance, Server, dendro, folder, run};

const WRITERS: usize = 4;
const RECORDS: usize = 25;

/// Kills in an ordinary run. `JOURNEY_KILLS=200` is the long one (`cargo xtask soak`).
const KILLS: u64 = 12;

/// Small memtables that are sealed often: kills then meet every step of sealing, committing and compacting.
const BUSY: [&str; 4] = ["--seal-after", "150ms", "--segment-target", "1MiB"];

/// A writer sends batches one after the other, each until it is acknowledged, over as many servers as it takes.
#[derive(Default, Clone)]
pub(crate) struct Writer {
    /// Batches 0..acknowledged are acknowledged; the next one may be stored or not.
    acknowledged: usize,
    /// Acknowledgements that said "had that already": the proof that an unanswered batch had been stored.
    duplicates: usize,
}

/// I-1, I-2: kill -9 at random moments while four writers send and compaction runs. Every acknowledged record is there
/// exactly once, a batch that was repeated because its answer never came is not doubled, and `dendro check` finds nothing.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn crash_at_any_moment_loses_and_doubles_nothing() {
    let kills = std::env::var("JOURNEY_KILLS").map_or(KILLS, |text| text.parse().expect("JOURNEY_KILLS: a number"));
    let mut chance = Chance::new();
    let (_temporary, data) = folder();
    let mut writers = vec![Writer::default(); WRITERS];
    for kill in 0..kills {
        let server = Server::start_with(&data, &BUSY);
        verify(&server, &writers).await;
        writers = write_until_killed(server, writers, Duration::from_millis(100 + chance.below(900))).await;
        // Half of the time the next server recovers; else a command does, and the folder is read whole behind it.
        if kill % 2 == 1 {
            run(dendro(["compact", "--data"]).arg(&data)).exits(0);
            check_folder(&data);
        }
    }
    let server = Server::start_with(&data, &BUSY);
    verify(&server, &writers).await;
    server.stop();
    check_folder(&data);
    let total: usize = writers.iter().map(|writer| writer.acknowledged).sum();
    let duplicates: usize = writers.iter().map(|writer| writer.duplicates).sum();
    println!("{kills} kills, {} records acknowledged, {duplicates} batches recognised as repeated", total * RECORDS);
    assert!(total as u64 > kills * WRITERS as u64, "hardly anything was written between the kills");
}

pub(crate) async fn write_until_killed(server: Server, writers: Vec<Writer>, after: Duration) -> Vec<Writer> {
    let ended = Arc::new(AtomicBool::new(false));
    let tasks: Vec<_> = writers
        .into_iter()
        .enumerate()
        .map(|(number, writer)| tokio::spawn(write(server.url.clone(), number, writer, ended.clone())))
        .collect();
    tokio::time::sleep(after).await; // Not a wait for something: the moment of the kill.
    server.kill();
    ended.store(true, Ordering::Relaxed);
    let mut writers = Vec::new();
    for task in tasks {
        writers.push(task.await.expect("writer"));
    }
    writers
}

async fn write(url: String, number: usize, mut writer: Writer, ended: Arc<AtomicBool>) -> Writer {
    let client = reqwest::Client::new();
    while !ended.load(Ordering::Relaxed) {
        let batch = writer.acknowledged;
        let body: String = (0..RECORDS)
            .map(|i| format!("{{\"msg\":\"crash\",\"writer\":{number},\"batch\":{batch},\"key\":\"{number}-{batch}-{i}\"}}\n"))
            .collect();
        let request =
            client.post(format!("{url}/api/v1/ingest?source=crash")).header("idempotency-key", format!("{number}-{batch}"));
        let Ok(response) = request.header("content-type", "application/x-ndjson").body(body).send().await else { continue };
        let status = response.status();
        let Ok(receipt) = response.json::<serde_json::Value>().await else { continue };
        match status.as_u16() {
            200 => {
                writer.acknowledged += 1;
                writer.duplicates += usize::from(receipt["duplicate"] == true);
            }
            429 | 503 => tokio::time::sleep(Duration::from_millis(20)).await,
            other => panic!("{other}: {receipt}"),
        }
    }
    writer
}

/// Every batch that is there is there whole and once; every acknowledged batch is there.
pub(crate) async fn verify(server: &Server, writers: &[Writer]) {
    if writers.iter().all(|writer| writer.acknowledged == 0) {
        return;
    }
    let query = "SELECT writer, batch, count(*) AS n, count(DISTINCT key) AS keys FROM logs GROUP BY writer, batch";
    let rows = server.sql(query).await;
    let mut found = vec![0; writers.len()];
    for row in &rows {
        assert!(row["n"] == RECORDS && row["keys"] == RECORDS, "a batch is torn or doubled: {row}");
        let (writer, batch) = (row["writer"].as_u64().expect("writer") as usize, row["batch"].as_u64().expect("batch") as usize);
        assert!(batch <= writers[writer].acknowledged, "a batch that was never sent: {row}");
        found[writer] += usize::from(batch < writers[writer].acknowledged);
    }
    for (writer, found) in writers.iter().zip(found) {
        assert_eq!(found, writer.acknowledged, "acknowledged batches are missing");
    }
}

fn check_folder(data: &Path) {
    run(dendro(["check", "--data"]).arg(data)).exits(0);
}
