//! The GraphQL door, judged by a client and a reader of events that nobody of this project wrote, and by the reference
//! implementation's reading of the schema.

use crate::harness::{Server, folder};
use crate::outside::python_script;

fn documents() -> String {
    format!("{}/../../docs", env!("CARGO_MANIFEST_DIR"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_official_client_asks_ingests_and_subscribes() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let url = server.url.clone();
    tokio::task::spawn_blocking(move || python_script("graphql_client.py", &[&url, &documents()])).await.expect("the client");
    let row = &server.sql("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM logs WHERE source = 'gql'").await[0];
    assert_eq!((row["n"].as_u64(), row["keys"].as_u64()), (Some(100), Some(100)), "what was sent twice is there once");
    server.stop();
}
