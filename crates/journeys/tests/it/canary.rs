//! The canary sweep: secrets of every class, in every input field and encoding, through the ingest endpoint and the
//! questions; then every byte that the server left is walked, whatever it is compressed with.

mod plant;
mod sweep;

use std::collections::BTreeMap;
use std::io::Write;

use serde_json::json;

use crate::harness::{Server, folder};
use plant::{Canary, Way, plant};

/// Canaries planted. Each class meets each way several times.
const CANARIES: usize = 1200;

/// How a body is sent.
#[derive(Clone, Copy)]
enum Coding {
    Plain,
    Gzip,
    Zstd,
}

#[tokio::test]
async fn no_canary_survives() {
    let canaries = plant(CANARIES);
    let (temporary, data) = folder();
    let server = Server::start_with(&data, &["--seal-after", "1h", "--log", "debug"]);
    let halfway = canaries.len() / 2;
    for (index, canary) in canaries.iter().enumerate() {
        let coding = [Coding::Plain, Coding::Gzip, Coding::Zstd][index % 3];
        send(&server, canary, coding).await;
        if index == halfway {
            // The first half lies in the write-ahead log only, and is asked for there.
            missed(&canaries[..=index], &sweep::sweep(temporary.path()), "the write-ahead log");
        }
    }
    let answers = ask(&server, &canaries).await;
    missed(&canaries, &[("answers".to_owned(), answers)], "answers");
    missed(&canaries, &[("log".to_owned(), server.logged().into_bytes())], "the server's own log");
    server.stop();
    let left = sweep::sweep(temporary.path());
    let bytes: usize = left.iter().map(|(_, bytes)| bytes.len()).sum();
    println!("{} canaries; {} streams of {bytes} bytes walked", canaries.len(), left.len());
    assert!(left.iter().any(|(_, bytes)| sweep::holds(bytes, b"canary-witness")), "the sweep must see what is stored");
    missed(&canaries, &left, "what the server left");
}

async fn send(server: &Server, canary: &Canary, coding: Coding) {
    let (body, format) = canary.body();
    let (bytes, encoding) = match coding {
        Coding::Plain => (body.into_bytes(), None),
        Coding::Gzip => (gzip(body.as_bytes()), Some("gzip")),
        Coding::Zstd => (zstd::encode_all(body.as_bytes(), 3).expect("zstd"), Some("zstd")),
    };
    let mut url = format!("{}/api/v1/ingest?format={format}", server.url);
    if canary.way == Way::SourceParameter {
        url.push_str("&source=");
        url.push_str(&plant::percent(&canary.phrase));
    }
    let mut request = server.client().post(url).header("content-type", "text/plain").body(bytes);
    if let Some(encoding) = encoding {
        request = request.header("content-encoding", encoding);
    }
    let response = request.send().await.expect("sent");
    assert!(response.status().is_success(), "{:?}: {}", canary.way, response.status());
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).expect("gzip");
    encoder.finish().expect("gzip")
}

/// Everything that can be asked, as one text. The questions hold canaries too: they must not be logged.
async fn ask(server: &Server, canaries: &[Canary]) -> Vec<u8> {
    let client = server.client();
    let mut answers = Vec::new();
    for (path, body) in [
        ("/api/v1/sql", json!({"query": "SELECT * FROM logs"})),
        ("/api/v1/sql", json!({"query": "SELECT * FROM quarantine"})),
        ("/api/v1/sql", json!({"query": "SELECT * FROM ledger"})),
        ("/api/v1/sql", json!({"query": "SELECT * FROM log_privacy"})),
        ("/api/v1/query", json!({"query": "* | pattern", "limit": 1000})),
    ] {
        let response = client.post(format!("{}{path}", server.url)).json(&body).send().await.expect("sent");
        answers.extend(response.bytes().await.expect("read"));
    }
    for path in ["/metrics", "/healthz", "/api/v1/fields", "/api/v1/privacy/inventory"] {
        let response = client.get(format!("{}{path}", server.url)).send().await.expect("sent");
        answers.extend(response.bytes().await.expect("read"));
    }
    // What is asked comes back in errors of the asker's own, and nowhere else: these answers are not looked at.
    for canary in canaries.iter().step_by(40) {
        for (path, body) in [
            ("/search", json!({"query": canary.phrase})),
            ("/api/v1/query", json!({"query": format!("\"{}\"", canary.value)})),
            ("/api/v1/sql", json!({"query": format!("SELECT '{}' FROM nowhere", canary.value)})),
            ("/api/v1/privacy/explain", json!({"text": canary.phrase})),
        ] {
            let response = client.post(format!("{}{path}", server.url)).json(&body).send().await.expect("sent");
            response.bytes().await.expect("read");
        }
    }
    answers
}

/// Tells which canaries are in the streams, by class and way.
#[track_caller]
fn missed(canaries: &[Canary], streams: &[(String, Vec<u8>)], what: &str) {
    let mut hits: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for canary in canaries {
        for (name, bytes) in streams {
            if canary.spellings().iter().any(|spelling| sweep::holds(bytes, spelling.as_bytes())) {
                hits.entry(format!("{} by {:?}", canary.class, canary.way))
                    .or_default()
                    .push(format!("{name}: {}", canary.phrase));
            }
        }
    }
    let list: Vec<String> = hits.iter().map(|(of, places)| format!("{of}: {} times, as {}", places.len(), places[0])).collect();
    assert!(hits.is_empty(), "{} kinds of canaries survive in {what}:\n{}", hits.len(), list.join("\n"));
}
