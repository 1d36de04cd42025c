use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;

use crate::harness::{Server, dendro, folder, lines, run, until_async};

/// A tail shows matching records as they come in, and only those.
#[tokio::test]
async fn a_tail_follows_what_matches() {
    let (_temporary, data) = folder();
    let server = Server::start(&data);
    let mut tail =
        dendro(["tail", "key:yes*", "-o", "json", "--url", &server.url]).stdout(Stdio::piped()).spawn().expect("start");
    let (sender, received) = mpsc::channel();
    let output = BufReader::new(tail.stdout.take().expect("stdout"));
    std::thread::spawn(move || output.lines().map_while(Result::ok).try_for_each(|line| sender.send(line)));
    let mut round = 0;
    let first = until_async("the tail to show a record", || {
        round += 1;
        let body = lines("no", 0..10) + &lines("yes", round..round + 1);
        let (server, received) = (&server, &received);
        async move {
            server.ingest(&body).await;
            received.try_recv().ok()
        }
    })
    .await;
    let shown: Vec<String> = std::iter::once(first).chain(received.try_iter()).collect();
    assert!(shown.iter().all(|line| line.contains("\"yes-") && line.contains("was paid")), "{shown:?}");
    tail.kill().expect("kill");
    tail.wait().expect("wait");
    run(&mut dendro(["tail", "a | stats count()", "--url", &server.url])).exits(2);
}
