use std::fs;
use std::io::Write;
use std::process::Stdio;

use crate::harness::{Server, dendro, folder, lines, run};

/// Everything works on a data folder with no server running, and through the server when one has the folder open.
#[tokio::test]
async fn a_folder_needs_no_server() {
    let (temporary, data) = folder();
    let file = temporary.path().join("orders.jsonl");
    fs::write(&file, lines("a", 0..100)).expect("write");
    let on = |args: &[&str]| run(dendro(args).arg("--data").arg(&data));

    on(&["search", "paid"]).exits(4); // There is no folder yet, and asking does not make one.
    assert!(!data.exists());
    let stored = run(dendro(["ingest", "--data"]).arg(&data).arg(&file)).exits(0);
    assert!(stored.out.contains("stored 100 records"), "{}", stored.out);
    assert_eq!(on(&["search", "key:a-7", "-o", "raw"]).exits(0).out, "order 7 was paid\n");
    assert_eq!(on(&["search", "paid", "-n", "3", "-o", "json"]).exits(0).out.lines().count(), 3);
    assert_eq!(on(&["search", "nothing-like-this", "-o", "json"]).exits(0).out, "");
    assert_eq!(on(&["search", "* | stats count() as n", "-o", "json"]).exits(0).out, "{\"n\":100}\n");
    assert_eq!(on(&["sql", "SELECT count(*) AS n FROM logs", "-o", "json"]).exits(0).out, "{\"n\":100}\n");
    for upkeep in ["compact", "vacuum", "check"] {
        on(&[upkeep]).exits(0);
    }
    let tail = on(&["tail"]).exits(5);
    assert!(tail.err.contains("dendro serve"), "{}", tail.err);

    let server = Server::start(&data);
    assert_eq!(on(&["search", "key:a-7", "-o", "raw"]).exits(0).out, "order 7 was paid\n");
    assert_eq!(on(&["sql", "SELECT count(*) AS n FROM logs", "-o", "json"]).exits(0).out, "{\"n\":100}\n");
    let refused = on(&["compact"]).exits(5);
    assert!(refused.err.contains(&server.url), "{}", refused.err);
    server.stop();
    on(&["expire", "--older-than", "0s"]).exits(0);
    assert_eq!(on(&["sql", "SELECT count(*) AS n FROM logs", "-o", "raw"]).exits(0).out, "0\n");
    on(&["check"]).exits(0);
}

/// Old records go, young ones stay.
#[test]
fn expiry_goes_by_age() {
    let (temporary, data) = folder();
    let file = temporary.path().join("old.jsonl");
    let old = "{\"timestamp\":\"2024-05-01T00:00:00Z\",\"msg\":\"old\"}\n";
    fs::write(&file, format!("{old}{}", lines("young", 0..1))).expect("write");
    run(dendro(["ingest", "--data"]).arg(&data).arg(&file)).exits(0);
    let expired = run(dendro(["expire", "--older-than", "30d", "--data"]).arg(&data)).exits(0);
    assert!(expired.out.starts_with("expired 1 record;"), "{}", expired.out);
    let left = run(dendro(["search", "*", "-o", "raw", "--data"]).arg(&data)).exits(0);
    assert_eq!(left.out, "order 0 was paid\n");
}

/// Standard input works, and a reader that goes away early (`| head`) is no error.
#[test]
fn pipes_work_on_both_sides() {
    let (_temporary, data) = folder();
    let mut ingest = dendro(["ingest", "-", "--source", "pipe", "--data"])
        .arg(&data)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("start");
    ingest.stdin.take().expect("stdin").write_all(lines("a", 0..5000).as_bytes()).expect("write");
    assert!(ingest.wait_with_output().expect("wait").status.success());

    let mut search = dendro(["search", "paid", "-n", "5000", "-o", "json", "--data"])
        .arg(&data)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start");
    drop(search.stdout.take());
    let output = search.wait_with_output().expect("wait");
    assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}
