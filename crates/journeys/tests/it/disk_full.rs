use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::harness::{Server, dendro, run, until_async};

const WRITERS: usize = 4;
const RECORDS: usize = 500;

/// A full disk refuses writes in a way that agents understand, keeps answering, loses nothing that was acknowledged, and
/// takes writes again by itself when there is room. Needs root, for a file system small enough to be filled.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn disk_full_refuses_and_recovers() {
    if std::env::var_os("JOURNEY_DISK_FULL").is_none() {
        println!("NOT RUN: disk_full mounts a small file system; JOURNEY_DISK_FULL=1 as root (cargo xtask soak)");
        return;
    }
    let disk = SmallDisk::mount();
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![1; 64 << 20]).expect("ballast");
    let data = disk.path().join("data");
    let server = Server::start_with(&data, &["--disk-reserve", "16MiB"]);

    let (acknowledged, refused) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let writers: Vec<_> = (0..WRITERS)
        .map(|number| tokio::spawn(fill(server.url.clone(), number, acknowledged.clone(), refused.clone())))
        .collect();
    until_async("the disk to be full", || async { (refused.load(Ordering::Relaxed) > 20).then_some(()) }).await;
    writers.iter().for_each(tokio::task::JoinHandle::abort);
    let before = acknowledged.load(Ordering::Relaxed);
    let there = server.count().await;
    assert!(there >= before, "{before} acknowledged, {there} there");

    std::fs::remove_file(&ballast).expect("remove");
    until_async("writes to be taken again", || async { send(&server.url, "again", RECORDS).await.is_ok().then_some(()) }).await;
    let after = server.count().await;
    assert!(after >= there + RECORDS as u64);
    server.stop();
    run(dendro(["check", "--data"]).arg(&data)).exits(0);
}

/// Sends until told to stop. Every refusal must say when to come again.
async fn fill(url: String, number: usize, acknowledged: Arc<AtomicU64>, refused: Arc<AtomicU64>) {
    for batch in 0.. {
        match send(&url, &format!("{number}-{batch}"), RECORDS).await {
            Ok(records) => _ = acknowledged.fetch_add(records, Ordering::Relaxed),
            Err(retry_after) => {
                assert!(retry_after, "a refusal without Retry-After");
                refused.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// Records accepted, or whether the refusal had a Retry-After.
async fn send(url: &str, prefix: &str, records: usize) -> Result<u64, bool> {
    // Text that does not compress, so that the disk fills.
    let noise = |i: usize| prefix.bytes().fold(i as u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let line = |i| {
        format!(
            "{{\"msg\":\"{}\",\"key\":\"{prefix}-{i}\"}}\n",
            (0..40).map(|j| format!("{:x}", noise(i * 64 + j))).collect::<String>()
        )
    };
    let body: String = (0..records).map(line).collect();
    let client = reqwest::Client::new();
    let request =
        client.post(format!("{url}/api/v1/ingest?source=full")).header("content-type", "application/x-ndjson").body(body);
    let response = request.timeout(Duration::from_secs(30)).send().await.expect("the server answers");
    match response.status().as_u16() {
        200 => Ok(response.json::<serde_json::Value>().await.expect("JSON")["accepted"].as_u64().expect("a count")),
        429 | 503 => Err(response.headers().contains_key("retry-after")),
        other => panic!("{other}: {}", response.text().await.unwrap_or_default()),
    }
}

/// A mounted file system of its own. Unmounted when dropped.
struct SmallDisk {
    dir: tempfile::TempDir,
}

impl SmallDisk {
    fn mount() -> SmallDisk {
        let dir = tempfile::tempdir().expect("temporary folder");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=256m", "tmpfs"]).arg(dir.path()).status();
        assert!(mounted.is_ok_and(|status| status.success()), "cannot mount a tmpfs: this journey needs root");
        SmallDisk { dir }
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let started = Instant::now();
        // The server that had files open may take a moment to be gone.
        while started.elapsed() < Duration::from_secs(10) {
            if Command::new("umount").arg(self.dir.path()).status().is_ok_and(|status| status.success()) {
                return;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
