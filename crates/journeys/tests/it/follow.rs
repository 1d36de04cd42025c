//! `dendro ingest --follow`: what programs write to files is stored once, whatever happens to the files and the follower.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::harness::{Chance, Server, dendro, folder, run};

/// Kills in an ordinary run; `JOURNEY_FOLLOW_KILLS` says another number.
const KILLS: u64 = 12;

/// A follower; killed when dropped.
struct Follower(Child);

impl Follower {
    fn start(server: &Server, home: &Path, files: &[&str]) -> Follower {
        let mut command = dendro(["ingest", "--follow", "--url", &server.url, "--checkpoint"]);
        command.arg(home.join("follow.json")).args(files.iter().map(|file| home.join("logs").join(file)));
        let log = File::options().create(true).append(true).open(home.join("follow.log")).expect("log");
        Follower(command.stdout(Stdio::null()).stderr(log).spawn().expect("start"))
    }

    /// SIGTERM; must end well.
    fn stop(mut self) {
        assert!(std::process::Command::new("kill").args(["-TERM", &self.0.id().to_string()]).status().expect("kill").success());
        assert!(self.0.wait().expect("wait").success());
    }
}

impl Drop for Follower {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A program that writes a log, and what rotates it.
struct Writer {
    path: PathBuf,
    file: File,
    word: &'static str,
    written: usize,
    rotations: usize,
    /// Number under which the follower knew what was rotated last.
    serial: Option<u64>,
}

impl Writer {
    fn new(logs: &Path, name: &str, word: &'static str) -> Writer {
        let path = logs.join(name);
        Writer { file: append(&path), path, word, written: 0, rotations: 0, serial: None }
    }

    /// Some records in one go; every seventh has a stack trace.
    fn write(&mut self, records: u64) {
        let mut text = String::new();
        for number in self.written..self.written + records as usize {
            text.push_str(&format!("2026-02-06T14:23:45.123Z ERROR {} {number}\n", self.word));
            if number % 7 == 0 {
                text.push_str(
                    "java.lang.IllegalStateException: no\n\tat shop.Cart.pay(Cart.java:7)\n\tat shop.Main.main(Main.java:1)\n",
                );
            }
        }
        self.file.write_all(text.as_bytes()).expect("write");
        self.written += records as usize;
    }

    /// Whether the follower has begun to take what is in the file now. What comes and goes under a name that no pattern has while
    /// nobody looks cannot be known to anybody.
    fn was_seen(&mut self, checkpoint: &Path) -> bool {
        let inode = std::os::unix::fs::MetadataExt::ino(&self.file.metadata().expect("metadata"));
        let kept: serde_json::Value =
            fs::read(checkpoint).map_or_else(|_| json!({}), |text| serde_json::from_slice(&text).expect("JSON"));
        let mut files =
            kept["files"].as_array().into_iter().flatten().filter(|file| file["taken"] != 0 || file["pending"] != json!(null));
        let serial = files.find(|file| file["inode"] == inode).and_then(|file| file["serial"].as_u64());
        let seen = serial.is_some() && serial != self.serial;
        if seen {
            self.serial = serial;
        }
        seen
    }

    fn rotated(&mut self) -> PathBuf {
        self.rotations += 1;
        self.path.with_extension(format!("log.{}", self.rotations))
    }

    fn rename(&mut self) {
        let to = self.rotated();
        fs::rename(&self.path, to).expect("rename");
        self.file = append(&self.path);
    }

    fn copy_and_truncate(&mut self, pause: Duration) {
        let to = self.rotated();
        fs::copy(&self.path, to).expect("copy");
        std::thread::sleep(pause); // The follower may see the copy before the truncation.
        self.file.set_len(0).expect("truncate");
    }
}

fn append(path: &Path) -> File {
    File::options().create(true).append(true).open(path).expect("open")
}

/// All that was written is there, once, and stack traces belong to their records.
async fn check(server: &Server, home: &Path, writers: &[Writer]) {
    for Writer { word, written, .. } in writers {
        let query = format!(
            "SELECT count(*) AS n, count(DISTINCT substr(message, 1, strpos(message || chr(10), chr(10)))) AS d, \
             count(*) FILTER (WHERE message LIKE '%Main.main%') AS traces FROM logs WHERE message LIKE '%{word} %'"
        );
        let mut row = server.sql(&query).await.remove(0);
        for _ in 0..600 {
            if row["n"].as_u64() >= Some(*written as u64) {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
            row = server.sql(&query).await.remove(0);
        }
        let log = fs::read_to_string(home.join("follow.log")).unwrap_or_default();
        let expected = json!({ "n": written, "d": written, "traces": written.div_ceil(7) });
        assert_eq!(row, expected, "{word}; the follower said:\n{log}");
    }
    assert_eq!(server.sql("SELECT count(*) AS n FROM logs").await[0]["n"], writers.iter().map(|w| w.written).sum::<usize>());
}

/// I-2: kill -9 of the follower at random moments while two programs write and their logs are rotated in both ways, within
/// the pattern and out of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_may_die_at_any_moment() {
    let kills = std::env::var("JOURNEY_FOLLOW_KILLS").map_or(KILLS, |text| text.parse().expect("JOURNEY_FOLLOW_KILLS: a number"));
    let (temporary, data) = folder();
    let home = temporary.path();
    fs::create_dir(home.join("logs")).expect("folder");
    let server = Server::start(&data);
    let mut chance = Chance::new();
    let logs = home.join("logs");
    let mut writers = [Writer::new(&logs, "app.log", "inside"), Writer::new(&logs, "web.log", "outside")];
    let files = ["app.log*", "web.log"];
    for _ in 0..kills {
        let follower = Follower::start(&server, home, &files);
        for _ in 0..2 + chance.below(12) {
            for writer in &mut writers {
                writer.write(1 + chance.below(200));
                match chance.below(4) {
                    _ if writer.word == "outside" && !writer.was_seen(&home.join("follow.json")) => {}
                    0 => writer.rename(),
                    1 => writer.copy_and_truncate(Duration::from_millis(chance.below(60))),
                    _ => {}
                }
            }
            std::thread::sleep(Duration::from_millis(chance.below(120)));
        }
        drop(follower); // The moment of the kill.
    }
    let follower = Follower::start(&server, home, &files);
    check(&server, home, &writers).await;
    let rotations: usize = writers.iter().map(|writer| writer.rotations).sum();
    let written: usize = writers.iter().map(|writer| writer.written).sum();
    println!("{kills} kills, {rotations} rotations, {written} records");
    assert!(rotations as u64 > kills, "hardly anything was rotated");
    // Stopped and started again, it goes on where it was.
    follower.stop();
    writers[0].write(3);
    let follower = Follower::start(&server, home, &files);
    check(&server, home, &writers).await;
    follower.stop();
    server.stop();
}

/// A server that is away is waited for, and what was written meanwhile is not lost; packed files are left alone.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_follower_waits_for_its_server() {
    let (temporary, data) = folder();
    let home = temporary.path();
    fs::create_dir(home.join("logs")).expect("folder");
    fs::write(home.join("logs/app.log.1.gz"), [0x1f, 0x8b, 8, 0]).expect("write");
    let mut server = Server::start(&data);
    let mut writers = [Writer::new(&home.join("logs"), "app.log", "waits")];
    let follower = Follower::start(&server, home, &["app.log*"]);
    writers[0].write(100);
    check(&server, home, &writers).await;
    let listen = server.url.trim_start_matches("http://").to_owned();
    server.kill();
    writers[0].write(1000);
    writers[0].rename();
    writers[0].write(1000);
    std::thread::sleep(Duration::from_millis(500)); // Long enough to be refused.
    server = Server::start_with(&data, &["--listen", &listen]);
    check(&server, home, &writers).await;
    assert!(server.sql("SELECT * FROM quarantine").await.is_empty());
    follower.stop();
    server.stop();
}

#[test]
fn what_cannot_be_followed_is_told() {
    let (temporary, data) = folder();
    let home = temporary.path();
    let checkpoint = home.join("follow.json");
    let follow = |file: &str| {
        let mut command = dendro(["ingest", "--follow", "--data"]);
        command.arg(&data).arg("--checkpoint").arg(&checkpoint).arg(file).current_dir(home);
        run(&mut command)
    };
    assert!(follow("-").exits(2).err.contains("standard input cannot be followed"));
    assert!(follow(".").exits(2).err.contains("is a folder"));
    assert!(follow("logs/[a").exits(2).err.contains("logs/[a"));
    fs::write(&checkpoint, "{").expect("write");
    assert!(follow("app.log").exits(2).err.contains("is no checkpoint"));
    fs::remove_file(&checkpoint).expect("remove");
    let held = File::create(home.join("follow.json.lock")).expect("lock");
    held.lock().expect("lock");
    assert!(follow("app.log").exits(5).err.contains("another `dendro ingest --follow`"));
}
