use std::sync::atomic::Ordering;

use serde_json::Value;

use crate::fault_proxy::FaultProxy;
use crate::harness::{Chance, Server, folder};

const BATCHES: usize = 200;
const RECORDS: usize = 50;

/// I-2: the answer lost on the way, the connection reset in mid body: the same request with the same key is repeated
/// until it is answered, and nothing is doubled. Identical twins that were sent on purpose stay two.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_repeated_request_stores_nothing_twice() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let address = server.url.strip_prefix("http://").expect("http").parse().expect("address");
    let proxy = FaultProxy::start(address, Chance::new()).await;
    let sends = (0..4).map(|worker| tokio::spawn(send_all(proxy.address, worker)));
    for send in sends.collect::<Vec<_>>() {
        send.await.expect("sender");
    }
    let (lost, reset) = (proxy.lost.load(Ordering::Relaxed), proxy.reset.load(Ordering::Relaxed));
    println!("{lost} answers lost, {reset} connections reset");
    assert!(lost > BATCHES / 10 && reset > BATCHES / 10, "the proxy did not do its work");

    let check = |row: &Value, name: &str, expected: usize| assert_eq!(row[name], expected, "{row}");
    let row = &server.sql("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM logs").await[0];
    check(row, "n", BATCHES * RECORDS);
    check(row, "keys", BATCHES * RECORDS / 2);
    let uneven = server.sql("SELECT key FROM logs GROUP BY key HAVING count(*) <> 2").await;
    assert!(uneven.is_empty(), "keys that are not there twice: {}", uneven.len());
}

/// Every batch of this worker, each until it is acknowledged. Every record is sent twice in its batch, byte for byte.
async fn send_all(proxy: std::net::SocketAddr, worker: usize) {
    // No connection is used twice, so each request meets its own fate.
    let client = reqwest::Client::builder().pool_max_idle_per_host(0).build().expect("client");
    for batch in (worker..BATCHES).step_by(4) {
        let twin = |i| format!("{{\"msg\":\"twin\",\"key\":\"{batch}-{i}\"}}\n");
        let body: String = (0..RECORDS / 2).map(|i| twin(i).repeat(2)).collect();
        let mut attempts = 0;
        while !send(&client, proxy, &format!("batch-{batch}"), &body).await {
            attempts += 1;
            assert!(attempts < 200, "batch {batch} never got through");
        }
    }
}

async fn send(client: &reqwest::Client, proxy: std::net::SocketAddr, key: &str, body: &str) -> bool {
    let request = client.post(format!("http://{proxy}/api/v1/ingest?source=resend")).header("idempotency-key", key);
    let sent = request.header("content-type", "application/x-ndjson").body(body.to_owned()).send().await;
    let Ok(response) = sent else { return false };
    let status = response.status();
    if status == 429 || status == 503 || response.bytes().await.is_err() {
        return false;
    }
    assert_eq!(status, 200);
    true
}
