//! Thousands who connect and say nothing.

use std::time::Instant;

use tokio::net::TcpStream;

use crate::harness::{PATIENCE, Server, folder, lines, until_async};

/// Connections unless `JOURNEY_IDLE` says more (10000 needs `ulimit -n 20000`): more than the server has places for.
const IDLE: usize = 1500;

/// Files that the server has open beside connections, with room.
const OTHER_FILES: usize = 200;

/// Places for connections that the server has.
const PLACES: usize = 768;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_connections_keep_nobody_out() {
    let idle = std::env::var("JOURNEY_IDLE").ok().and_then(|text| text.parse().ok()).unwrap_or(IDLE);
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let address = server.url.trim_start_matches("http://").to_owned();
    // The kernel's queue takes some hundred at a time; the rest connect as those are let in.
    let connecting: Vec<_> = (0..idle).map(|_| tokio::spawn(TcpStream::connect(address.clone()))).collect();
    let started = Instant::now();
    for batch in 0..5 {
        let asked = Instant::now();
        until_async("an answer", || async {
            let body = lines(&format!("{batch}"), 0..10);
            let sent =
                server.client().post(format!("{}/api/v1/ingest", server.url)).header("idempotency-key", format!("k{batch}"));
            let sent = sent.header("content-type", "application/x-ndjson").body(body).send().await.ok()?;
            (sent.status() == 200).then_some(())
        })
        .await;
        println!("batch {batch}: answered in {:?}", asked.elapsed());
        assert!(asked.elapsed() < PATIENCE);
    }
    let open = server.open_files();
    println!("{idle} idle connections: {open:?} files open, five batches in {:?}", started.elapsed());
    assert!(open.is_none_or(|open| open <= PLACES + OTHER_FILES), "{open:?}");
    assert_eq!(server.count().await, 50);
    connecting.iter().for_each(tokio::task::JoinHandle::abort);
    server.stop();
}
