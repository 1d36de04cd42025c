use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Server, files, folder, lines, until_async};

/// From the acknowledgement to an answer that has the record.
const VISIBLE: Duration = Duration::from_secs(1);
/// From sending to a file of the open table that any reader of Delta finds.
const COMMITTED: Duration = Duration::from_secs(5);

#[tokio::test]
async fn records_are_searchable_at_once_and_committed_soon() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    server.ingest(&lines("warm", 0..1)).await;
    server.search("key:warm-0").await; // The first question of a process also sets up the engine.

    let sent = Instant::now();
    server.ingest(&lines("fresh", 0..5)).await;
    until_async("the records to be visible", || async { (server.search("key:fresh*").await.len() == 5).then_some(()) }).await;
    let visible = sent.elapsed();
    until_async("the records to be committed", || async { (committed_rows(&data) == 6).then_some(()) }).await;
    let committed = sent.elapsed();
    println!("visible after {visible:?}, committed after {committed:?}");
    assert!(visible < VISIBLE && committed < COMMITTED, "visible after {visible:?}, committed after {committed:?}");
}

/// Rows of `logs` by the Delta log alone, read as any other tool would: files added and not removed.
fn committed_rows(data: &std::path::Path) -> u64 {
    let commits = files(data).into_iter().filter(|path| {
        let text = path.to_string_lossy();
        text.contains("/logs/_delta_log/") && text.ends_with(".json")
    });
    let mut rows: std::collections::BTreeMap<String, u64> = Default::default();
    for commit in commits {
        for line in std::fs::read_to_string(commit).unwrap_or_default().lines() {
            let action: Value = serde_json::from_str(line).expect("an action");
            if let Some(add) = action.get("add") {
                let stats: Value = serde_json::from_str(add["stats"].as_str().expect("statistics")).expect("JSON");
                rows.insert(add["path"].to_string(), stats["numRecords"].as_u64().expect("a count"));
            }
            if let Some(remove) = action.get("remove") {
                rows.remove(&remove["path"].to_string());
            }
        }
    }
    rows.values().sum()
}
