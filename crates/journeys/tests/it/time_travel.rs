use serde_json::json;

use crate::harness::{Server, dendro, folder, lines, run, until_async};

/// I-4: an earlier version of the table still answers as it did, and can be made the current one again.
#[tokio::test]
async fn the_past_can_be_asked_and_restored() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--seal-after", "50ms"]);
    server.ingest(&lines("a", 0..10)).await;
    let before = committed(&server, 10).await;
    server.ingest(&lines("b", 0..10)).await;
    let after = committed(&server, 20).await;
    assert!(after > before, "versions {before} and {after}");

    let at = |version| server.try_sql(json!({ "query": "SELECT count(*) AS n FROM logs", "as_of": version }));
    assert_eq!(at(before).await.expect("an answer")[0]["n"], 10);
    assert_eq!(at(after).await.expect("an answer")[0]["n"], 20);
    let missing = at(after + 1000).await.expect_err("there is no such version");
    assert!(missing.starts_with("404"), "{missing}");
    server.stop();

    run(dendro(["restore", "--version", &before.to_string(), "--data"]).arg(&data)).exits(0);
    let count = |as_of: &[&str]| {
        let done = run(dendro(["sql", "SELECT count(*) AS n FROM logs", "-o", "raw", "--data"]).arg(&data).args(as_of));
        done.exits(0).out.trim().to_owned()
    };
    run(dendro(["check", "--data"]).arg(&data)).exits(0);
    assert_eq!(count(&[]), "10");
    assert_eq!(count(&["--as-of", &after.to_string()]), "20");
    run(dendro(["restore", "--version", "4000", "--data"]).arg(&data)).exits(4);
    run(dendro(["sql", "SELECT 1", "--as-of", "last tuesday", "--data"]).arg(&data)).exits(2);
}

/// Waits until so many records are committed, and returns the version that has them.
async fn committed(server: &Server, records: u64) -> u64 {
    until_async("the commit", || async {
        let health: serde_json::Value =
            server.client().get(format!("{}/healthz", server.url)).send().await.ok()?.json().await.ok()?;
        let lake = health["parts"].as_array()?.iter().find(|part| part["name"] == "lake")?;
        let logs = &lake["details"]["logs"];
        (logs["rows"] == records).then(|| logs["version"].as_u64()).flatten()
    })
    .await
}
