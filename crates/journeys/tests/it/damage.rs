use std::fs;
use std::path::{Path, PathBuf};

use crate::harness::{Done, Server, dendro, files, folder, lines, run};

/// I-5: a flipped byte is named by file and offset, wherever it is, and the exit code says so.
#[tokio::test]
async fn flipped_bytes_are_found_and_named() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--seal-after", "50ms"]);
    server.ingest(&lines("a", 0..1000)).await;
    server.stop();
    check(&data).exits(0);

    for segment in found(&data, "/logs/", ".parquet") {
        named_when_flipped(&data, &segment);
    }
    let commits = found(&data, "/logs/_delta_log/", ".json");
    named_when_flipped(&data, commits.last().expect("a commit"));

    let server = Server::start_with(&data, &["--seal-after", "1h"]);
    server.ingest(&lines("b", 0..1000)).await;
    server.ingest(&lines("c", 0..1000)).await;
    server.kill();
    let logs = found(&data, "/wal/", "");
    named_when_flipped(&data, logs.iter().max_by_key(|path| size(path)).expect("a write-ahead log"));
}

/// I-5: damage is not guessed over, and does not take the rest with it: the records of whole segments are still answered.
#[tokio::test]
async fn the_rest_is_served() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--seal-after", "50ms", "--maintain", "false"]);
    server.ingest(&lines("a", 0..100)).await;
    server.stop();
    let first = found(&data, "/logs/", ".parquet");
    let server = Server::start_with(&data, &["--seal-after", "50ms", "--maintain", "false"]);
    let yesterday = lines("b", 0..100).replace("{\"level\"", "{\"timestamp\":\"2025-01-01T00:00:00Z\",\"level\"");
    server.ingest(&yesterday).await;
    server.stop();

    flip(&first[0], size(&first[0]) / 2);
    let server = Server::start(&data);
    let whole =
        server.try_sql(serde_json::json!({ "query": "SELECT count(key) AS n FROM logs WHERE date = '2025-01-01'" })).await;
    assert_eq!(whole.expect("an answer")[0]["n"], 100);
}

fn named_when_flipped(data: &Path, file: &Path) {
    let name = file.file_name().expect("name").to_string_lossy().into_owned();
    // In the middle; of a commit, the brace that it begins with.
    let at = if name.ends_with(".json") { 0 } else { size(file) / 2 };
    flip(file, at);
    let told = check(data).exits(1);
    assert!(told.out.contains(&name), "{name} is not named: {}", told.out);
    assert!(told.out.lines().any(|line| line.contains(&name) && line.contains("byte ")), "no offset: {}", told.out);
    flip(file, at);
    check(data).exits(0);
}

fn check(data: &Path) -> Done {
    run(dendro(["check", "--data"]).arg(data))
}

fn found(data: &Path, within: &str, ending: &str) -> Vec<PathBuf> {
    let fits = |path: &PathBuf| {
        let text = path.to_string_lossy();
        text.contains(within) && text.ends_with(ending)
    };
    let found: Vec<PathBuf> = files(data).into_iter().filter(fits).collect();
    assert!(!found.is_empty(), "no file in {within}");
    found
}

fn size(path: &Path) -> u64 {
    fs::metadata(path).expect("metadata").len()
}

fn flip(path: &Path, at: u64) {
    let mut bytes = fs::read(path).expect("read");
    bytes[at as usize] ^= 0x10;
    fs::write(path, bytes).expect("write");
}
