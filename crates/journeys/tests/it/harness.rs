//! Finds the binary, starts and ends servers, asks them.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value, json};

/// How long a condition may take to hold before a journey gives up. Far above every promise, so that a busy machine
/// does not fail a test; journeys that promise a time measure it themselves.
pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

/// The binary of this profile, which must be as new as its sources: an old one would test yesterday's code.
/// `JOURNEY_BINARY` names another one, such as a release.
pub(crate) fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("JOURNEY_BINARY") {
        return named.into();
    }
    let test = std::env::current_exe().expect("path of this executable");
    let profile = test.parent().and_then(Path::parent).expect("target/PROFILE/deps/it");
    let binary = profile.join(format!("dendro{}", std::env::consts::EXE_SUFFIX));
    let command = match profile.ends_with("release") {
        true => "cargo build --release -p dendro",
        false => "cargo build -p dendro",
    };
    let built = modified(&binary).unwrap_or_else(|| panic!("{} is missing: {command}", binary.display()));
    let sources = std::fs::read_to_string(profile.join("dendro.d")).unwrap_or_default();
    let newer = sources.split_whitespace().skip(1).find(|source| modified(Path::new(source)).is_some_and(|at| at > built));
    assert!(newer.is_none(), "{} is older than {}: {command}", binary.display(), newer.unwrap_or_default());
    binary
}

fn modified(path: &Path) -> Option<SystemTime> {
    std::fs::metadata(path).ok()?.modified().ok()
}

/// A command with an environment of its own: settings of the person who runs the tests do not reach it.
pub(crate) fn dendro<A: AsRef<OsStr>>(args: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(binary());
    command.args(args).env_clear().stdin(Stdio::null());
    for name in ["PATH", "HOME", "TMPDIR", "SYSTEMROOT"] {
        if let Some(value) = std::env::var_os(name) {
            command.env(name, value);
        }
    }
    command
}

/// What a finished command left.
pub(crate) struct Done {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Done {
    /// The exit code must be this.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Done {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }
}

/// Runs a command to its end.
pub(crate) fn run(command: &mut Command) -> Done {
    let Output { status, stdout, stderr } = command.output().expect("starting dendro");
    let text = |bytes| String::from_utf8(bytes).expect("output is UTF-8");
    Done { code: code(status), out: text(stdout), err: text(stderr) }
}

fn code(status: ExitStatus) -> i32 {
    status.code().unwrap_or(-1)
}

/// A running server. Killed when dropped.
pub(crate) struct Server {
    child: Child,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    /// What it logs.
    pub log: PathBuf,
    client: reqwest::Client,
}

impl Server {
    /// Starts on a data folder and waits until it answers.
    pub(crate) fn start(data: &Path) -> Server {
        Server::start_with(data, &[])
    }

    /// The same with further flags.
    pub(crate) fn start_with(data: &Path, flags: &[&str]) -> Server {
        Server::start_in(data, flags, &[])
    }

    /// The same with further environment.
    pub(crate) fn start_in(data: &Path, flags: &[&str], environment: &[(&str, &str)]) -> Server {
        let log = data.with_extension("log");
        let stderr = File::options().create(true).append(true).open(&log).expect("log file");
        let any_port: &[&str] = if flags.contains(&"--listen") { &[] } else { &["--listen", "127.0.0.1:0"] };
        let mut child = dendro(["serve", "--data"])
            .arg(data)
            .args(any_port)
            .args(flags)
            .envs(environment.iter().copied())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("starting dendro");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("first line");
        let Some(url) = line.trim_end().strip_prefix("listening on ") else {
            panic!("dendro did not start: {}", std::fs::read_to_string(&log).unwrap_or_default());
        };
        Server { child, url: url.to_owned(), log, client: reqwest::Client::new() }
    }

    /// kill -9.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("kill");
        self.child.wait().expect("wait");
    }

    /// SIGTERM; must end well, and in time.
    pub(crate) fn stop(mut self) {
        let pid = self.child.id().to_string();
        let told = Command::new("kill").args(["-TERM", &pid]).status().expect("kill");
        assert!(told.success());
        let status = until("the server to stop", || self.child.try_wait().expect("wait"));
        let logged = self.logged();
        let end = logged.lines().rev().take(10).collect::<Vec<_>>();
        assert!(status.success(), "{status}; the last lines of the log, newest first:\n{}", end.join("\n"));
    }

    /// Files and sockets that it has open, where the system tells.
    pub(crate) fn open_files(&self) -> Option<usize> {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).ok().map(Iterator::count)
    }

    /// All it has logged.
    pub(crate) fn logged(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Sends records as JSON lines and expects an acknowledgement.
    pub(crate) async fn ingest(&self, lines: &str) -> Value {
        let response = self.client.post(format!("{}/api/v1/ingest?source=journey", self.url)).body(lines.to_owned());
        let response = response.header("content-type", "application/x-ndjson").send().await.expect("ingest");
        let status = response.status();
        let body = response.text().await.expect("body");
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("JSON")
    }

    /// Asks in SQL. One JSON object per row.
    pub(crate) async fn sql(&self, query: &str) -> Vec<Value> {
        self.try_sql(json!({ "query": query })).await.expect("an answer")
    }

    /// Asks in SQL with the whole body given.
    pub(crate) async fn try_sql(&self, body: Value) -> Result<Vec<Value>, String> {
        self.rows("/api/v1/sql", body).await
    }

    /// Searches.
    pub(crate) async fn search(&self, query: &str) -> Vec<Value> {
        self.rows("/api/v1/query", json!({ "query": query, "limit": 1000 })).await.expect("an answer")
    }

    async fn rows(&self, path: &str, body: Value) -> Result<Vec<Value>, String> {
        let request = self.client.post(format!("{}{path}", self.url)).json(&body).header("accept", "application/x-ndjson");
        let response = request.send().await.map_err(|error| error.to_string())?;
        let status = response.status();
        let text = response.text().await.map_err(|error| error.to_string())?;
        if status != 200 {
            return Err(format!("{status}: {text}"));
        }
        Ok(text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect())
    }

    /// How many records there are.
    pub(crate) async fn count(&self) -> u64 {
        self.sql("SELECT count(*) AS n FROM logs").await[0]["n"].as_u64().expect("a count")
    }

    /// Any request.
    pub(crate) fn client(&self) -> &reqwest::Client {
        &self.client
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for a condition, asking often.
pub(crate) fn until<T>(what: &str, mut condition: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = condition() {
            return value;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// The same for conditions that are asked over HTTP.
pub(crate) async fn until_async<T, F: Future<Output = Option<T>>>(what: &str, mut condition: impl FnMut() -> F) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(started.elapsed() < PATIENCE, "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// A data folder in a temporary one, and beside it the server's log.
pub(crate) fn folder() -> (tempfile::TempDir, PathBuf) {
    let temporary = tempfile::tempdir().expect("temporary folder");
    let data = temporary.path().join("data");
    (temporary, data)
}

/// `records` JSON lines; each has a `key` of its own.
pub(crate) fn lines(prefix: &str, records: std::ops::Range<usize>) -> String {
    records
        .map(|i| format!("{{\"level\":\"info\",\"service\":\"shop\",\"msg\":\"order {i} was paid\",\"key\":\"{prefix}-{i}\"}}\n"))
        .collect()
}

/// All files below a folder.
pub(crate) fn files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).expect("reading a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// Chance that can be repeated: splitmix64. `JOURNEY_SEED` replays a run.
pub(crate) struct Chance(u64);

impl Chance {
    /// From the environment, or the clock; printed, so that a failure can be replayed.
    pub(crate) fn new() -> Chance {
        let clock = || SystemTime::UNIX_EPOCH.elapsed().map_or(1, |since| since.as_nanos() as u64);
        let seed = std::env::var("JOURNEY_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or_else(clock);
        println!("JOURNEY_SEED={seed}");
        Chance(seed)
    }

    /// Below `bound`.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }
}
