//! Analyses in a language model's words, with the fake one of the binary, which the official clients have judged.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Server, dendro, folder, run, until_async};
use crate::outside::python_script;

/// `dendro llm fake`. Killed when dropped.
struct Fake {
    child: Child,
    url: String,
}

impl Fake {
    fn start(mode: &str) -> Fake {
        let mut command = dendro(["llm", "fake", "--listen", "127.0.0.1:0", "--mode", mode]);
        let mut child = command.stdout(Stdio::piped()).spawn().expect("starting dendro");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("stdout")).read_line(&mut line).expect("first line");
        let url = line.trim_end().strip_prefix("listening on ").expect("an address").to_owned();
        Fake { child, url }
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The clients that OpenAI and Google publish read every answer of the fake as one of their servers'.
#[test]
fn the_fake_model_answers_as_the_real_ones_do() {
    for mode in ["echo", "half", "obeys", "429", "500"] {
        let fake = Fake::start(mode);
        for client in ["openai", "gemini"] {
            python_script("model_clients.py", &[client, mode, &fake.url]);
        }
    }
}

/// Two hours in which the ledger's disk fills up at 14:02.
pub(crate) fn incident() -> String {
    let mut lines = String::new();
    let mut say = |minute: u32, second: u32, source: &str, level: &str, text: &str| {
        let (hour, minute) = (12 + minute / 60, minute % 60);
        let record = json!({"timestamp": format!("2026-02-06T{hour:02}:{minute:02}:{second:02}Z"), "level": level, "service": source, "message": text});
        lines.push_str(&format!("{record}\n"));
    };
    for minute in 0..150 {
        for n in 0..4 {
            say(minute, n, "edge", "info", &format!("answered 200 in {n} ms"));
            say(minute, n, "ledger", "info", &format!("posted entry {minute}-{n}"));
        }
        if (122..132).contains(&minute) {
            for n in 0..5 {
                say(minute, 10 + n, "ledger", "error", &format!("could not write entry {minute}: no space left on device"));
                say(minute, 20 + n, "payments", "error", &format!("payment {minute}-{n} failed: ledger did not answer"));
            }
        }
    }
    lines
}

async fn analyzed(server: &Server) -> Value {
    let body = json!({"query": "why did payments fail at 2 PM?", "date_range": ["2026-02-06T13:50:00Z", "2026-02-06T14:15:00Z"]});
    let response = server.client().post(format!("{}/analyze", server.url)).json(&body).send().await.expect("an answer");
    response.json().await.expect("JSON")
}

/// From the settings to the page's answer, the terminal, the table of calls and the metrics; and the tokens of a day are
/// counted over a restart.
#[tokio::test]
async fn an_analysis_is_narrated_end_to_end() {
    let (temporary, data) = folder();
    let fake = Fake::start("echo");
    let key = temporary.path().join("model.key");
    std::fs::write(&key, "sk-journey-key\n").expect("write");
    #[cfg(unix)]
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o600)).expect("mode");
    let (key, url) = (key.to_string_lossy().into_owned(), format!("{}/v1", fake.url));
    let flags = ["--model", "fake-1", "--model-url", &url, "--model-key-file", &key, "--model-tokens", "9000"];
    let server = Server::start_with(&data, &flags);
    server.ingest(&incident()).await;
    let answer = analyzed(&server).await;
    let narration = &answer["narration"];
    assert!(narration["sentences"].as_array().is_some_and(|sentences| sentences.len() >= 3), "{answer:#}");
    assert_eq!((&narration["model"], &narration["dropped"]), (&json!("fake-1"), &json!(0)), "{narration:#}");
    println!("{} tokens of a prompt, {} ms", narration["tokens_in"], narration["execution_time_ms"]);
    let printed = run(&mut dendro(["ask", "why did payments fail at 2 PM on Feb 6?", "--url", &server.url])).exits(0).out;
    assert!(printed.contains("In the words of fake-1, held against the evidence"), "{printed}");
    let calls = server.sql("SELECT model, provider, purpose, outcome, input_tokens, output_tokens, sentences_kept FROM llm_calls ORDER BY \"timestamp\"").await;
    assert_eq!(calls.len(), 2, "{calls:?}");
    assert_eq!(
        (&calls[0]["model"], &calls[0]["provider"], &calls[0]["outcome"]),
        (&json!("fake-1"), &json!("openai"), &json!("narrated"))
    );
    assert_eq!(calls[0]["input_tokens"], narration["tokens_in"], "{calls:?}");
    let metrics =
        server.client().get(format!("{}/metrics", server.url)).send().await.expect("metrics").text().await.expect("text");
    assert!(metrics.contains("dendro_model_calls_total{outcome=\"narrated\"} 2"), "{metrics}");
    assert!(!server.logged().contains("sk-journey-key") && !metrics.contains("sk-journey-key"));
    // Some more, until the day's tokens are used up; then by a new process, which knows that.
    let out = until_async("the tokens to be used up", || async {
        let notes = analyzed(&server).await["notes"].to_string();
        notes.contains("tokens of today are used up").then_some(notes)
    });
    out.await;
    server.stop();
    let server = Server::start_with(&data, &flags);
    let answer = analyzed(&server).await;
    assert!(answer["notes"].to_string().contains("the 9000 tokens of today are used up"), "{}", answer["notes"]);
    assert!(answer["narration"].is_null() && answer["root_cause"].as_str().is_some_and(|cause| cause.starts_with("ledger")));
    server.stop();
    // Without a server, on the folder itself.
    let mut command = dendro(["ask", "why did payments fail at 2 PM on Feb 6?", "--json", "--data"]);
    let done = run(command.arg(&data).envs([("DENDRO_MODEL", "fake-2"), ("DENDRO_MODEL_URL", &*url)])).exits(0);
    let answer: Value = serde_json::from_str(&done.out).expect("JSON");
    assert_eq!(answer["narration"]["model"], "fake-2", "{answer:#}");
}

/// What the settings must not be, told together and without the key.
#[test]
fn wrong_settings_of_a_model_are_told() {
    let (temporary, data) = folder();
    let mut command = dendro(["serve", "--print-config", "--model", "m", "--model-kind", "clippy", "--data"]);
    command.arg(&data).args(["--model-url", "http://user:hunter2@models.example/v1", "--model-key-env", "sk-live-1234"]);
    let told = run(command.args(["--model-timeout", "0s"])).exits(2).err;
    for expected in [
        "model_kind: expected openai or gemini, found `clippy`",
        "model_url: a key belongs into model_key_env or model_key_file",
        "model_url: without TLS evidence is sent to this machine only",
        "model_key_env: the name of an environment variable is needed, not the key",
        "model_timeout: more than 0s",
    ] {
        assert!(told.contains(expected), "{expected} is missing in\n{told}");
    }
    assert!(!told.contains("sk-live-1234") && !told.contains("hunter2"), "{told}");
    let key = temporary.path().join("model.key");
    std::fs::write(&key, "sk-open-to-all").expect("write");
    #[cfg(unix)]
    std::fs::set_permissions(&key, std::os::unix::fs::PermissionsExt::from_mode(0o644)).expect("mode");
    let mut command = dendro(["serve", "--listen", "127.0.0.1:0", "--model", "m", "--data"]);
    let told = run(command.arg(&data).arg("--model-key-file").arg(&key));
    assert!(told.code != 0 && told.err.contains("can be read by others (mode 644)"), "{}", told.err);
    let mut command = dendro(["serve", "--listen", "127.0.0.1:0", "--model", "m", "--model-key-env", "NO_SUCH_KEY", "--data"]);
    let told = run(command.arg(&data)).exits(2).err;
    assert!(told.contains("there is no environment variable NO_SUCH_KEY"), "{told}");
    let told = run(&mut dendro(["llm", "fake", "--listen", "0.0.0.0:0"]));
    assert!(told.code != 0 && told.err.contains("a fake model listens on loopback"), "{}", told.err);
}

/// A model that does not answer costs its time and no more, and the counted answer says what is missing.
#[tokio::test]
async fn a_slow_model_does_not_keep_an_answer() {
    let (_temporary, data) = folder();
    let fake = Fake::start("slow");
    let url = format!("{}/v1beta", fake.url);
    let server =
        Server::start_with(&data, &["--model", "m", "--model-kind", "gemini", "--model-url", &url, "--model-timeout", "1s"]);
    server.ingest(&incident()).await;
    analyzed(&server).await;
    let started = Instant::now();
    let answer = analyzed(&server).await;
    assert!(answer["notes"].to_string().contains("no answer came in time"), "{}", answer["notes"]);
    assert!(answer["root_cause"].as_str().is_some_and(|cause| cause.starts_with("ledger")));
    assert!(started.elapsed() < Duration::from_secs(8), "{:?}", started.elapsed());
}
