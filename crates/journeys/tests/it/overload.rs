use crate::harness::{Server, folder, lines};

/// I-7: a full memory refuses whole requests, early, and says when to come again; what was acknowledged before stays.
#[tokio::test]
async fn a_full_memtable_asks_senders_to_wait() {
    let (_temporary, data) = folder();
    let flags = ["--seal-after", "1h", "--seal-bytes", "256KiB", "--memtable-limit", "512KiB", "--maintain", "false"];
    let server = Server::start_with(&data, &flags);
    let (mut accepted, mut refused) = (0, 0);
    for batch in 0..60 {
        let body = lines(&format!("b{batch}"), 0..1000);
        let request =
            server.client().post(format!("{}/api/v1/ingest", server.url)).header("content-type", "application/x-ndjson");
        let response = request.body(body).send().await.expect("an answer");
        match response.status().as_u16() {
            200 => accepted += 1000,
            429 => {
                refused += 1;
                assert!(response.headers().contains_key("retry-after"), "429 without Retry-After");
            }
            other => panic!("{other}: {}", response.text().await.unwrap_or_default()),
        }
    }
    println!("{accepted} records accepted, {refused} requests refused");
    assert_eq!(server.count().await, accepted);
}

/// I-6: an answer says what was read for it, and that it was cut.
#[tokio::test]
async fn answers_say_what_they_cost_and_whether_they_are_all() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    server.ingest(&lines("a", 0..100)).await;
    let ask = async |limit: u32| {
        let body = serde_json::json!({ "query": "paid", "limit": limit });
        let request = server.client().post(format!("{}/api/v1/query", server.url)).json(&body);
        request.send().await.expect("an answer").json::<serde_json::Value>().await.expect("JSON")
    };
    let cut = ask(10).await;
    assert_eq!((cut["rows"].as_array().map(Vec::len), &cut["complete"]), (Some(10), &false.into()), "{cut}");
    let whole = ask(200).await;
    assert_eq!((whole["rows"].as_array().map(Vec::len), &whole["complete"]), (Some(100), &true.into()));
    assert!(whole["stats"]["bytes_scanned"].as_u64() > Some(0), "{}", whole["stats"]);
}
