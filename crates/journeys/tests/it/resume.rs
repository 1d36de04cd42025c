use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use crate::harness::{Chance, Server, dendro, folder, lines, run};

/// Large enough for several pieces of 4 MiB.
const RECORDS: usize = 150_000;

/// I-2: `dendro ingest` may be killed and run again: nothing is stored twice and nothing is missing.
#[test]
fn an_interrupted_ingest_goes_on() {
    let (temporary, data) = folder();
    let file = temporary.path().join("orders.jsonl");
    fs::write(&file, lines("a", 0..RECORDS)).expect("write");
    let ingest = || {
        let mut command = dendro(["ingest", "--data"]);
        command.arg(&data).arg(&file);
        command
    };
    let mut chance = Chance::new();
    for _ in 0..3 {
        let mut child = ingest().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("start");
        std::thread::sleep(Duration::from_millis(100 + chance.below(1500))); // The moment of the kill.
        child.kill().expect("kill");
        child.wait().expect("wait");
    }
    run(&mut ingest()).exits(0);
    assert_eq!(counted(&data), format!("{RECORDS}\t{RECORDS}\n"));

    let again = run(&mut ingest()).exits(0);
    assert!(again.out.contains("stored 0 records") && again.out.contains("were not stored again"), "{}", again.out);
    run(ingest().arg("--again")).exits(0);
    assert_eq!(counted(&data), format!("{}\t{RECORDS}\n", 2 * RECORDS));
}

fn counted(data: &Path) -> String {
    run(dendro(["sql", "SELECT count(*), count(DISTINCT key) FROM logs", "-o", "raw", "--data"]).arg(data)).exits(0).out
}

/// gzip and zstd are recognised by their first bytes, whatever the name; several members in a row are one file.
#[tokio::test]
async fn compressed_files_are_read() {
    let (temporary, data) = folder();
    let server = Server::start(&data);
    let (first, second) = (lines("a", 0..1000), lines("a", 1000..2000));
    let zstd = |text: &str| zstd::encode_all(text.as_bytes(), 3).expect("compress");
    let check = async |name: &str, packed: Vec<u8>, times: u64| {
        let file = temporary.path().join(name);
        fs::write(&file, packed).expect("write");
        run(dendro(["ingest", "--again", "--url", &server.url]).arg(&file)).exits(0);
        let all = &server.sql("SELECT count(*) AS n, count(DISTINCT key) AS keys FROM logs").await[0];
        assert_eq!((all["n"].as_u64(), all["keys"].as_u64()), (Some(2000 * times), Some(2000)), "{name}");
    };
    check("gzip.bin", [gzip(&first), gzip(&second)].concat(), 1).await;
    check("zstd.bin", [zstd(&first), zstd(&second)].concat(), 2).await;
    check("plain.gz", [first.clone(), second.clone()].concat().into_bytes(), 3).await;
}

/// A file that ends in the middle of its compression is told, with the place.
#[test]
fn a_cut_off_file_is_told() {
    let (temporary, data) = folder();
    let file = temporary.path().join("cut.gz");
    let mut packed = gzip(&lines("a", 0..1000));
    packed.truncate(packed.len() / 2);
    fs::write(&file, packed).expect("write");
    let done = run(dendro(["ingest", "--data"]).arg(&data).arg(&file)).exits(2);
    assert!(done.err.contains("cut.gz") && done.err.contains("behind byte 0"), "{}", done.err);
}

fn gzip(text: &str) -> Vec<u8> {
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(text.as_bytes()).expect("compress");
    packed.finish().expect("compress")
}
