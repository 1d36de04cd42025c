use crate::harness::{Server, dendro, files, folder, run};

const SECRET: &str = "correct-horse-battery-staple";

/// I-3: what is named like a secret lies in no file of the data folder, neither in the write-ahead log nor in a table, and
/// stands in no answer and no log line.
#[tokio::test]
async fn secrets_reach_no_file() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--seal-after", "1h"]);
    let record =
        format!("{{\"msg\":\"login with password={SECRET} was refused\",\"user\":{{\"password\":\"{SECRET}\"}},\"id\":1}}\n");
    server.ingest(&record).await;
    server.ingest(&format!("{{\"password\":\"{SECRET}\",\"password\":\"{SECRET}\"}}\n")).await; // This one goes to quarantine.
    assert_nowhere(&data, "the write-ahead log");
    let found = server.search("id:1").await;
    assert!(!found[0].to_string().contains(SECRET) && found[0].to_string().contains("[MASKED]"), "{}", found[0]);
    assert!(!server.logged().contains(SECRET));
    server.stop();
    assert_nowhere(&data, "the tables");
    let kept = run(dendro(["sql", "SELECT * FROM quarantine", "-o", "json", "--data"]).arg(&data)).exits(0);
    assert!(!kept.out.is_empty() && !kept.out.contains(SECRET), "{}", kept.out);
}

fn assert_nowhere(data: &std::path::Path, what: &str) {
    for file in files(data) {
        let bytes = std::fs::read(&file).expect("read");
        let found = bytes.windows(SECRET.len()).any(|window| window == SECRET.as_bytes());
        assert!(!found, "the secret is in {what}: {}", file.display());
    }
}
