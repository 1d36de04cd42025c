use std::time::Duration;

use crate::crash::{Writer, verify, write_until_killed};
use crate::harness::{Chance, Server, dendro, folder, lines, run, until_async};
use crate::outside::{Questions, READERS, Readers, S3, check_same, own_answer};

const KILLS: u64 = 3;
const BUSY: [&str; 4] = ["--seal-after", "150ms", "--segment-target", "1MiB"];

const LOGS: Questions<'static> = Questions {
    columns: &["record_id", "timestamp", "message", "key"],
    groups: Some("source"),
    sums: &[],
    bounds: &["timestamp", "key"],
    distinct: &["record_id", "key"],
};

/// The tables in an object store: what is true of a folder is true there, kill -9 included (I-1, I-2), and the readers
/// from outside find the same.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn tables_live_in_an_object_store() {
    let s3 = S3::start();
    let tables = s3.place("house");
    let (_temporary, data) = folder();
    let flags = [&BUSY[..], &["--tables", &tables]].concat();
    let start = || Server::start_in(&data, &flags, &s3.environment());
    let on_folder = |command: &str| {
        run(dendro([command, "--data"]).arg(&data).envs(s3.environment()).env("DENDRO_TABLES", &tables)).exits(0).out
    };

    let mut chance = Chance::new();
    let mut writers = vec![Writer::default(); 2];
    for _ in 0..KILLS {
        let server = start();
        verify(&server, &writers).await;
        writers = write_until_killed(server, writers, Duration::from_millis(500 + chance.below(1500))).await;
    }
    let server = start();
    verify(&server, &writers).await;
    assert!(!server.search("crash source:crash").await.is_empty());
    server.stop();
    on_folder("compact");
    let checked = on_folder("check");
    assert!(checked.contains("no damage"), "{checked}");
    assert!(!data.join("tables").exists(), "the tables are not in the bucket");

    let server = Server::start_in(&data, &["--tables", &tables, "--maintain", "false"], &s3.environment());
    verify(&server, &writers).await;
    let (logs, mut readers) = (s3.table("house", "logs"), Readers::start());
    let newest = readers.newest(&logs);
    for version in [newest, newest / 2] {
        let own = own_answer(&server, "logs", Some(version), &LOGS).await;
        println!("version {version}: {}", own["totals"]);
        for reader in READERS {
            check_same(&format!("{reader}, version {version}"), &readers.read(reader, &logs, version, &LOGS), &own);
        }
    }
}

/// Two servers, each with a data folder of its own, write into one table of the object store, grow its columns and merge
/// its segments, all at once. Nobody's commit overwrites another's: every record is there once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_writers_share_a_table_in_an_object_store() {
    const ROUNDS: usize = 12;
    let s3 = S3::start();
    let tables = s3.place("shared");
    let folders = [folder(), folder()];
    let start = |node: usize| {
        let flags = [&BUSY[..], &["--tables", &tables, "--node", ["1", "2"][node]]].concat();
        Server::start_in(&folders[node].1, &flags, &s3.environment())
    };
    let servers = [start(0), start(1)];
    let write = async |node: usize| {
        for round in 0..ROUNDS {
            let prefix = format!("{node}-{round}");
            servers[node].ingest(&lines(&prefix, 0..50)).await;
            servers[node].ingest(&format!("{{\"msg\":\"new\",\"key\":\"{prefix}-new\",\"column_{node}_{round}\":1}}\n")).await;
            tokio::time::sleep(Duration::from_millis(150)).await; // The pace of the sender, so that there are many commits.
        }
    };
    tokio::join!(write(0), write(1));
    let [first, second] = servers;
    first.stop();
    second.stop();

    let expected = (2 * ROUNDS * 51) as u64;
    let server = start(0);
    until_async("what both wrote", || async { (server.count().await == expected).then_some(()) }).await;
    let row = &server.sql("SELECT count(DISTINCT key) AS keys, count(column_0_0) + count(column_1_0) AS new FROM logs").await[0];
    assert_eq!((&row["keys"], &row["new"]), (&expected.into(), &2.into()));
    server.stop();
    let mut check = dendro(["check", "--data"]);
    run(check.arg(&folders[0].1).envs(s3.environment()).env("DENDRO_TABLES", &tables)).exits(0);

    // A number belongs to one data folder: a third one that says it is node 1 does not get to write.
    let (_temporary, third) = folder();
    let mut taken = dendro(["ingest", "-", "--data"]);
    let taken = run(taken.arg(&third).envs(s3.environment()).env("DENDRO_TABLES", &tables).env("DENDRO_NODE", "1")).exits(2);
    assert!(taken.err.contains("node 1") && taken.err.contains("--node"), "{}", taken.err);
}
