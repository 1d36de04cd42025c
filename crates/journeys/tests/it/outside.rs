//! Programs that nobody of this project wrote: readers of the open table, an S3 server, senders of logs. They come from Python's
//! package index (`outside/requirements.txt`) into an environment of their own, which `cargo xtask python` makes.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

mod own_answer;

pub(crate) use own_answer::{check_same, own_answer};

/// A Python that has the packages. A missing one fails the journey: it is never skipped.
fn python() -> PathBuf {
    if let Some(named) = std::env::var_os("JOURNEY_PYTHON") {
        return named.into();
    }
    let test = std::env::current_exe().expect("path of this executable");
    let target = test.ancestors().nth(3).expect("target/PROFILE/deps/it");
    let python = target.join("python/bin/python3");
    assert!(python.exists(), "{} is missing: cargo xtask python", python.display());
    python
}

/// A Python script of `outside/`. Its input is ours: when we end, however we end, its input ends, and then it ends too.
struct Script {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Script {
    fn start(name: &str, args: &[&str]) -> Script {
        Script::start_in(&python(), name, args)
    }

    /// With the packages of another Python.
    fn start_in(python: &Path, name: &str, args: &[&str]) -> Script {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/outside").join(name);
        let mut command = Command::new(python);
        command.arg(path).args(args).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("starting Python");
        let output = BufReader::new(child.stdout.take().expect("stdout"));
        Script { input: child.stdin.take(), output, child }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a line");
        assert!(line.ends_with('\n'), "Python ended; what it said stands above");
        line
    }
}

impl Drop for Script {
    fn drop(&mut self) {
        drop(self.input.take());
        // Failing here would hide the failure that brought us here.
        let _ = self.child.wait();
    }
}

/// Runs a script of `outside/` to its end, which must be a good one.
pub(crate) fn python_script(name: &str, args: &[&str]) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/outside").join(name);
    let done = Command::new(python()).arg(path).args(args).stdin(Stdio::null()).output().expect("starting Python");
    assert!(done.status.success(), "{args:?}: {}", String::from_utf8_lossy(&done.stderr));
}

/// Runs the Python lines of `docs/open-table.md` on a data folder.
pub(crate) fn run_documented(data: &Path) {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/open-table.md");
    let document = std::fs::read_to_string(document).expect("docs/open-table.md");
    let blocks: Vec<&str> = document.split("```python\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 2, "python in docs/open-table.md");
    for block in blocks {
        let lines = block.replace("/srv/dendro-data", &data.to_string_lossy());
        // ClickHouse opens local tables only below the folder it runs in.
        let done = Command::new(python()).args(["-c", &lines]).current_dir("/").output().expect("starting Python");
        assert!(done.status.success(), "{block}{}", String::from_utf8_lossy(&done.stderr));
    }
}

/// Has one of the client libraries of `senders.py` send records. Returns how many it says it has sent.
pub(crate) fn send(sender: &str, url: &str, count: usize) -> usize {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/outside/senders.py");
    let done = Command::new(python()).arg(path).args([sender, url, &count.to_string()]).output().expect("starting Python");
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{sender}:\n{out}{err}");
    out.lines().last().and_then(|line| line.parse().ok()).unwrap_or_else(|| panic!("{sender} said no number:\n{out}{err}"))
}

/// A language model on this machine, until it is dropped.
pub(crate) struct LocalModel {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    _server: Script,
}

impl LocalModel {
    /// Starts it, with so many tokens of context, if `JOURNEY_MODEL` names a Python that has its packages: they are too large for
    /// every run.
    pub(crate) fn start(context: u32) -> Option<LocalModel> {
        let python = PathBuf::from(std::env::var_os("JOURNEY_MODEL")?);
        let mut server = Script::start_in(&python, "local_model.py", &[&context.to_string()]);
        let url = server.line().trim_end().to_owned();
        Some(LocalModel { url, _server: server })
    }
}

/// A table to be read: a folder or a URL, and what it takes to get there.
pub(crate) struct Table {
    place: String,
    options: Option<Value>,
}

impl Table {
    /// A table in a data folder.
    pub(crate) fn in_folder(data: &Path, name: &str) -> Table {
        let place = data.join("tables/default").join(name).to_string_lossy().into_owned();
        Table { place, options: None }
    }
}

/// What is asked of a table.
pub(crate) struct Questions<'a> {
    /// Columns of the rows, and the one they are ordered by, which is the first.
    pub columns: &'a [&'a str],
    /// Column by whose values rows are counted.
    pub groups: Option<&'a str>,
    /// Columns to be summed.
    pub sums: &'a [&'a str],
    /// Columns whose least and greatest value are wanted.
    pub bounds: &'a [&'a str],
    /// Columns whose different values are counted.
    pub distinct: &'a [&'a str],
}

/// Readers of the open table, in one process.
pub(crate) struct Readers(Script);

/// The two of them.
pub(crate) const READERS: [&str; 2] = ["deltalake", "clickhouse"];

impl Readers {
    pub(crate) fn start() -> Readers {
        Readers(Script::start("readers.py", &[]))
    }

    /// The newest version of a table at this moment.
    pub(crate) fn newest(&mut self, table: &Table) -> u64 {
        self.ask(table, json!({ "do": "newest" }))["version"].as_u64().expect("a version")
    }

    /// One reader's answers about a version: `totals`, `groups`, `rows`.
    pub(crate) fn read(&mut self, reader: &str, table: &Table, version: u64, questions: &Questions<'_>) -> Value {
        let Questions { columns, groups, sums, bounds, distinct } = questions;
        let ask = json!({
            "do": "read", "reader": reader, "version": version, "columns": columns, "order": columns.first(),
            "groups": groups, "sums": sums, "bounds": bounds, "distinct": distinct,
        });
        self.ask(table, ask)
    }

    /// What lies in the Parquet files of a version: how many `files` and `rows`, and the `types` of some columns.
    pub(crate) fn files(&mut self, table: &Table, version: u64, times: &[&str]) -> Value {
        self.ask(table, json!({ "do": "files", "version": version, "times": times }))
    }

    fn ask(&mut self, table: &Table, mut ask: Value) -> Value {
        ask["table"] = json!(table.place);
        ask["options"] = json!(table.options);
        let input = self.0.input.as_mut().expect("input");
        writeln!(input, "{ask}").expect("asking");
        let answer: Value = serde_json::from_str(&self.0.line()).expect("JSON");
        assert!(answer["error"].is_null(), "{ask}\n{}", answer["error"].as_str().unwrap_or_default());
        answer
    }
}

/// A real S3 server in a process of its own, with one bucket.
pub(crate) struct S3 {
    _script: Script,
    url: String,
}

impl S3 {
    const BUCKET: &str = "journey";

    pub(crate) fn start() -> S3 {
        let mut script = Script::start("s3_server.py", &[S3::BUCKET]);
        let url = script.line().trim_end().to_owned();
        S3 { _script: script, url }
    }

    /// What a client needs to know, as all tools for S3 take it from the environment.
    pub(crate) fn environment(&self) -> [(&'static str, &str); 5] {
        [
            ("AWS_ENDPOINT_URL", &self.url),
            ("AWS_ALLOW_HTTP", "true"),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ACCESS_KEY_ID", "journey"),
            ("AWS_SECRET_ACCESS_KEY", "journey-key"),
        ]
    }

    /// URL of a folder of the bucket.
    pub(crate) fn place(&self, prefix: &str) -> String {
        format!("s3://{}/{prefix}", S3::BUCKET)
    }

    /// A table below such a folder.
    pub(crate) fn table(&self, prefix: &str, name: &str) -> Table {
        let options = self.environment().into_iter().map(|(name, value)| (name.to_owned(), json!(value)));
        Table { place: self.place(&format!("{prefix}/default/{name}")), options: Some(Value::Object(options.collect())) }
    }
}
