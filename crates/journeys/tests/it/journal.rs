//! systemd's own programs: a journal is written by one and uploaded by the other, over a network that breaks.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::Ordering;

use crate::fault_proxy::FaultProxy;
use crate::harness::{Chance, Server, folder};

const ENTRIES: usize = 10_000;

/// Connections of each kind that have to break.
const FAULTS: usize = 3;

/// Uploads after which the network was surely bad enough.
const UPLOADS_MAX: usize = 60;

/// The programs of Debian's `systemd-journal-remote`, or where `JOURNEY_SYSTEMD` says they are.
fn program(name: &str) -> Option<PathBuf> {
    let folder = std::env::var_os("JOURNEY_SYSTEMD").map_or_else(|| PathBuf::from("/lib/systemd"), PathBuf::from);
    let path = folder.join(name);
    path.exists().then_some(path)
}

fn write_journal(remote: &Path, folder: &Path) -> PathBuf {
    let entry = |i: usize| {
        let micros = 1_770_387_825_000_000 + i * 1000;
        format!(
            "__REALTIME_TIMESTAMP={micros}\n__MONOTONIC_TIMESTAMP={}\n_BOOT_ID=6c7c6013a26343b29e964691ff25d04c\n\
             PRIORITY=6\nSYSLOG_IDENTIFIER=journey\nKEY={i}\nMESSAGE=order {i}\n\n",
            1000 + i * 1000
        )
    };
    let (export, journal) = (folder.join("export"), folder.join("journey.journal"));
    std::fs::write(&export, (1..=ENTRIES).map(entry).collect::<String>()).expect("write");
    let done = Command::new(remote).arg("-o").arg(&journal).arg(&export).output().expect("starting systemd-journal-remote");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    journal
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn systemd_journal_upload_on_a_broken_network() {
    let (Some(remote), Some(upload)) = (program("systemd-journal-remote"), program("systemd-journal-upload")) else {
        println!("not run: systemd-journal-upload is missing (apt-get install systemd-journal-remote)");
        return;
    };
    let (temporary, data) = folder();
    let server = Server::start(&data);
    let journal = write_journal(&remote, temporary.path());
    let address = server.url.trim_start_matches("http://").parse().expect("an address");
    // An upload of all entries is more than a megabyte.
    let proxy = FaultProxy::start_for(address, Chance::new(), 1 << 20).await;
    let (url, file) = (format!("--url=http://{}", proxy.address), format!("--file={}", journal.display()));
    let mut whole = false;
    for _ in 0..UPLOADS_MAX {
        let mut command = Command::new(&upload);
        command.args([url.as_str(), file.as_str(), "--follow=no"]).stdout(Stdio::null()).stderr(Stdio::null());
        // Without saved state it begins at the first entry each time, which is the worst that can be.
        whole = tokio::task::spawn_blocking(move || command.status()).await.expect("no panic").expect("starting").success();
        let faults = [&proxy.lost, &proxy.reset].map(|count| count.load(Ordering::Relaxed));
        if whole && faults.iter().all(|count| *count >= FAULTS) {
            break;
        }
    }
    let faults = [&proxy.lost, &proxy.reset].map(|count| count.load(Ordering::Relaxed));
    println!("{} answers lost, {} uploads reset", faults[0], faults[1]);
    assert!(whole && faults.iter().all(|count| *count >= FAULTS), "{whole} {faults:?}");
    let row = &server.sql("SELECT count(*) AS n, count(DISTINCT \"KEY\") AS keys FROM logs").await[0];
    assert_eq!((row["n"].as_u64(), row["keys"].as_u64()), (Some(ENTRIES as u64), Some(ENTRIES as u64)));
    let row = &server.sql("SELECT DISTINCT source, severity FROM logs").await[0];
    assert_eq!((&row["source"], &row["severity"]), (&"journey".into(), &"INFO".into()));
    server.stop();
}
