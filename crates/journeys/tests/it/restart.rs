use crate::harness::{Server, folder, lines};

/// I-1: what was acknowledged is there after a clean stop, and after a kill, without waiting for a commit.
#[tokio::test]
async fn what_was_acknowledged_is_there_after_a_restart() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    assert_eq!(server.ingest(&lines("a", 0..10)).await["accepted"], 10);
    assert_eq!(server.count().await, 10);
    server.stop();

    let server = Server::start_with(&data, &["--seal-after", "1h"]);
    assert_eq!(server.count().await, 10);
    server.ingest(&lines("b", 0..10)).await;
    server.kill();

    let server = Server::start(&data);
    assert_eq!(server.count().await, 20);
    assert_eq!(server.search("source:shop paid key:b-7").await.len(), 1);
}

/// Requests under way are answered before the server ends, and a second server on the same folder is refused.
#[tokio::test]
async fn a_folder_has_one_owner() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let second = crate::harness::run(crate::harness::dendro(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data)).exits(5);
    assert!(second.err.contains("in use") && second.err.contains(&server.url), "{}", second.err);
    assert_eq!(server.ingest(&lines("a", 0..1)).await["accepted"], 1);
    server.stop();
}
