//! Agents that do not speak HTTP, written by nobody of this project: what they send is there, once.

use std::collections::HashSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Chance, Server, folder, until};
use crate::outside::python_script;
use crate::stream_proxy::{Passed, StreamProxy};

/// Records that each sender sends where the protocol has acknowledgements.
const RECORDS: usize = 10_000;
/// What rsyslog sends by RELP, unless `JOURNEY_RELP_RECORDS` says more: after each break it waits a second or more.
const RELP_RECORDS: usize = 2_000;
/// Connections that break on the way.
const BREAKS: usize = 30;
/// The same for rsyslog: it waits after each, and after the tenth in a row for longer each time.
const RELP_BREAKS: usize = 9;
/// Records where there are no acknowledgements.
const UNACKNOWLEDGED: usize = 2_000;

/// The port that the kernel chose for a socket.
fn port(server: &Server, protocol: &str, scheme: &str) -> u16 {
    let find = || {
        let logged = server.logged();
        let lines = logged.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut opened = lines.filter(|line| line["message"] == "socket is open" && line["protocol"] == protocol);
        opened.find_map(|line| line["at"].as_str()?.strip_prefix(scheme)?.rsplit_once(':')?.1.parse().ok())
    };
    until("the socket to open", find)
}

/// How many messages there are that begin with a word, and how many different ones.
async fn counted(server: &Server, word: &str) -> (u64, u64) {
    let query = format!("SELECT count(*) AS n, count(DISTINCT message) AS d FROM logs WHERE message LIKE '{word} %'");
    let row = &server.sql(&query).await[0];
    (row["n"].as_u64().expect("a count"), row["d"].as_u64().expect("a count"))
}

/// Waits until all is there. Acknowledged records are there at once; others may be under way for a moment.
async fn check(server: &Server, word: &str, records: usize) {
    // Senders that were broken off wait before they try again, for longer each time.
    for _ in 0..2400 {
        if counted(server, word).await.0 >= records as u64 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    assert_eq!(counted(server, word).await, (records as u64, records as u64), "{word}");
    assert!(server.sql("SELECT * FROM quarantine").await.is_empty());
}

/// A program that is ended when the journey ends.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn rsyslogd(folder: &Path, action: &str, records: usize) -> Running {
    let folder = folder.join("rsyslog");
    std::fs::create_dir_all(&folder).expect("folder");
    let lines: String = (0..records).map(|number| format!("rsyslog {number}\n")).collect();
    std::fs::write(folder.join("input.log"), lines).expect("write");
    let place = folder.display();
    let configuration = format!(
        "global(workDirectory=\"{place}\")\nmodule(load=\"imfile\")\nmodule(load=\"omrelp\")\n\
         input(type=\"imfile\" File=\"{place}/input.log\" Tag=\"journey:\")\n{action}\n"
    );
    std::fs::write(folder.join("rsyslog.conf"), configuration).expect("write");
    let mut command = Command::new("rsyslogd");
    command.arg("-n").arg("-f").arg(folder.join("rsyslog.conf")).arg("-i").arg(folder.join("pid"));
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    Running(child.expect("rsyslogd is missing: apt-get install rsyslog rsyslog-relp"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rsyslog_sends_with_acknowledgements_over_a_bad_network() {
    let (temporary, data) = folder();
    let server = Server::start_with(&data, &["--relp", "tcp://127.0.0.1:0"]);
    let proxy = StreamProxy::start(port(&server, "relp", "tcp://"), RELP_BREAKS, Chance::new()).await;
    // rsyslog 8.2302 forgets a message now and then when a session breaks, with larger batches many: it is not sent again.
    let action = format!(
        "action(type=\"omrelp\" target=\"127.0.0.1\" port=\"{}\" template=\"RSYSLOG_SyslogProtocol23Format\" \
         action.resumeRetryCount=\"-1\" action.resumeInterval=\"1\" queue.type=\"LinkedList\" queue.dequeueBatchSize=\"1\")",
        proxy.address.port()
    );
    let asked = std::env::var("JOURNEY_RELP_RECORDS").map(|records| records.parse().expect("JOURNEY_RELP_RECORDS: a number"));
    let records = asked.unwrap_or(RELP_RECORDS);
    let rsyslogd = rsyslogd(temporary.path(), &action, records);
    let stored = all_or_at_rest(&server, "rsyslog", records).await;
    assert_eq!(counted(&server, "rsyslog").await.0, stored.len() as u64, "stored twice");
    drop(rsyslogd);
    if stored.len() < records {
        // Each break makes it forget one message at most, and none that was acknowledged.
        let acknowledged = until("the last connection to end", || {
            Some(acknowledged(&proxy)).filter(|known| known.len() + RELP_BREAKS >= records)
        });
        let missing: Vec<_> = (0..records).filter(|number| !stored.contains(number)).collect();
        println!("forgotten by rsyslog: {missing:?}");
        assert!(missing.len() <= RELP_BREAKS && !missing.iter().any(|number| acknowledged.contains(number)), "{missing:?}");
    }
    proxy.worked();
    server.stop();
}

/// The numbers behind a word that are stored: once all are, or once there have been no new ones for longer than any sender rests.
async fn all_or_at_rest(server: &Server, word: &str, records: usize) -> HashSet<usize> {
    let (mut stored, mut since) = (HashSet::new(), Instant::now());
    while stored.len() < records && since.elapsed() < Duration::from_secs(60) {
        let rows = server.sql(&format!("SELECT message FROM logs WHERE message LIKE '{word} %'")).await;
        let now: HashSet<usize> = rows.iter().filter_map(|row| number_of(row["message"].as_str()?)).collect();
        if now.len() > stored.len() {
            since = Instant::now();
        }
        stored = now;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    stored
}

/// The number at the end of a message.
fn number_of(message: &str) -> Option<usize> {
    message.trim_end().rsplit_once(' ')?.1.parse().ok()
}

/// The numbers of messages that were acknowledged, whether the sender learned of it or not.
fn acknowledged(proxy: &StreamProxy) -> HashSet<usize> {
    let mut known = HashSet::new();
    for Passed { up, down } in proxy.passed() {
        let stored: HashSet<u64> = frames(&down)
            .filter(|(_, command, data)| command == "rsp" && data.starts_with("200"))
            .map(|(number, ..)| number)
            .collect();
        let messages = frames(&up).filter(|(number, command, _)| command == "syslog" && stored.contains(number));
        known.extend(messages.filter_map(|(_, _, data)| number_of(&data)));
    }
    known
}

/// Whole frames of RELP: number, command, data (`NUMBER COMMAND LENGTH[ DATA]LF`).
fn frames(mut bytes: &[u8]) -> impl Iterator<Item = (u64, String, String)> {
    std::iter::from_fn(move || {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut word = || {
            let end = bytes.iter().position(|byte| matches!(byte, b' ' | b'\n'))?;
            let word = text(&bytes[..end]);
            // A frame without data ends behind its length.
            bytes = &bytes[end + usize::from(bytes[end] == b' ')..];
            Some(word)
        };
        let (number, command, length) = (word()?.parse().ok()?, word()?, word()?.parse::<usize>().ok()?);
        let data = text(bytes.get(..length)?);
        bytes = bytes.get(length + 1..)?;
        Some((number, command, data))
    })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn rsyslog_and_logger_send_plain_syslog() {
    let (temporary, data) = folder();
    let socket = temporary.path().join("log");
    let sockets = format!("tcp://127.0.0.1:0,udp://127.0.0.1:0,unixgram:{}", socket.display());
    let server = Server::start_with(&data, &["--syslog", &sockets]);
    let (tcp, udp) = (port(&server, "syslog", "tcp://").to_string(), port(&server, "syslog", "udp://").to_string());
    let action = format!(
        "action(type=\"omfwd\" target=\"127.0.0.1\" port=\"{tcp}\" protocol=\"tcp\" TCP_Framing=\"octet-counted\" \
         template=\"RSYSLOG_SyslogProtocol23Format\" action.resumeRetryCount=\"-1\")"
    );
    let _rsyslogd = rsyslogd(temporary.path(), &action, RECORDS);
    let socket = socket.to_string_lossy().into_owned();
    let logger = |word: &str, args: &[&str]| {
        for number in 0..10 {
            let status = Command::new("logger").args(args).arg(format!("{word} {number}")).status();
            assert!(status.expect("logger is missing: apt-get install bsdutils").success());
        }
    };
    logger("udp", &["--server", "127.0.0.1", "--port", &udp, "--udp", "--rfc5424"]);
    logger("tcp", &["--server", "127.0.0.1", "--port", &tcp, "--tcp", "--rfc3164"]);
    logger("counted", &["--server", "127.0.0.1", "--port", &tcp, "--tcp", "--octet-count"]);
    logger("unix", &["--socket", &socket]);
    for word in ["udp", "tcp", "counted", "unix"] {
        check(&server, word, 10).await;
    }
    check(&server, "rsyslog", RECORDS).await;
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn loggers_of_python_send_what_they_are_told() {
    let (temporary, data) = folder();
    let socket = temporary.path().join("log").to_string_lossy().into_owned();
    let syslog = format!("tcp://127.0.0.1:0,udp://127.0.0.1:0,unixgram:{socket}");
    let both = "tcp://127.0.0.1:0,udp://127.0.0.1:0";
    let server = Server::start_with(&data, &["--syslog", &syslog, "--gelf", both, "--forward", "tcp://127.0.0.1:0"]);
    let at = |protocol, scheme| port(&server, protocol, scheme).to_string();
    let senders = [
        ("syslog-udp", at("syslog", "udp://")),
        ("syslog-tcp", at("syslog", "tcp://")),
        ("syslog-unix", socket),
        ("gelf-udp", at("gelf", "udp://")),
        ("gelf-tcp", at("gelf", "tcp://")),
        ("fluent", at("forward", "tcp://")),
    ];
    for (what, place) in &senders {
        python_script("socket_senders.py", &[what, place, &UNACKNOWLEDGED.to_string()]);
        check(&server, what, UNACKNOWLEDGED).await;
    }
    let sources = server.sql("SELECT DISTINCT source FROM logs WHERE message LIKE 'fluent %'").await;
    assert_eq!(sources[0]["source"], "web.access");
    server.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn chunks_and_windows_are_stored_once_over_a_bad_network() {
    let (_temporary, data) = folder();
    let server = Server::start_with(&data, &["--forward", "tcp://127.0.0.1:0", "--lumberjack", "tcp://127.0.0.1:0"]);
    for (what, protocol) in [("chunk", "forward"), ("beat", "lumberjack")] {
        let proxy = StreamProxy::start(port(&server, protocol, "tcp://"), BREAKS, Chance::new()).await;
        let place = proxy.address.port().to_string();
        tokio::task::block_in_place(|| python_script("socket_senders.py", &[what, &place, &RECORDS.to_string()]));
        check(&server, what, RECORDS).await;
        proxy.worked();
    }
    server.stop();
}
