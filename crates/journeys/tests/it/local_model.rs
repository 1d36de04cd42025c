//! Analyses in the words of a real model that runs on this machine: SmolLM2 with 135 million parameters, behind llama.cpp's
//! server. It is far too small to be of use, and therefore says everything that a model should not: what is shown must hold
//! all the same.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::harness::{Server, dendro, folder, run};
use crate::models::incident;
use crate::outside::LocalModel;

/// How long an answer may wait for the model: six sentences take a minute on one processor that others use too.
const TIMEOUT: Duration = Duration::from_secs(300);
/// What else an answer takes.
const MARGIN: Duration = Duration::from_secs(30);
/// Tokens that the model reads and writes in one call: prompt, evidence and answer fit in.
const CONTEXT: u32 = 4_096;
/// Too few for the prompt alone.
const SMALL_CONTEXT: u32 = 512;

const QUESTIONS: [&str; 3] = ["why did payments fail at 2 PM?", "What went wrong in the ledger?", "was the disk full?"];

/// From the wheel to the answer: in time, nothing claimed that is not cited, nothing cited that is not there, each call
/// with its tokens in the table of calls, and the counted answer beside it whatever the model says.
#[tokio::test]
async fn a_small_model_says_nothing_that_does_not_hold() {
    let Some(model) = LocalModel::start(CONTEXT) else {
        println!("NOT RUN: local_model loads a language model of 93 MB; cargo xtask model");
        return;
    };
    let (_temporary, data) = folder();
    let server = serve(&data, &model);
    server.ingest(&incident()).await;
    let mut narrated = 0;
    for question in QUESTIONS {
        let (answer, took) = analyzed(&server, question).await;
        assert!(took < TIMEOUT + MARGIN, "{took:?}");
        assert!(answer["root_cause"].as_str().is_some_and(|cause| cause.starts_with("ledger")), "{answer:#}");
        assert!(answer["analysis"].as_str().is_some_and(|text| text.contains("no space left on device")), "{answer:#}");
        let kept = check(&answer);
        narrated += usize::from(kept > 0);
        show(question, &answer, took);
        let note = answer["notes"].to_string();
        assert!(kept > 0 || note.contains("smollm2 was asked, and none of its"), "{kept} sentences, and the notes say {note}");
    }
    let calls =
        server.sql("SELECT model, outcome, input_tokens, output_tokens, duration_ms, sentences_kept FROM llm_calls").await;
    assert_eq!(calls.len(), QUESTIONS.len(), "{calls:?}");
    for call in &calls {
        let more_than = |name: &str, least: u64| call[name].as_u64().is_some_and(|value| value > least);
        assert_eq!(call["model"], "smollm2");
        assert!(more_than("input_tokens", 500) && more_than("output_tokens", 10) && more_than("duration_ms", 100), "{call}");
        let outcome = if more_than("sentences_kept", 0) { "narrated" } else { "nothing_held" };
        assert_eq!(call["outcome"], outcome, "{call}");
    }
    let kept = calls.iter().filter(|call| call["outcome"] == "narrated").count();
    assert_eq!(kept, narrated, "{calls:?}");
    // In the terminal, in the same words: llama.cpp still knows the prompt, and at temperature 0 says the same again.
    let question = "why did payments fail at 2 PM on Feb 6?";
    let printed = run(&mut dendro(["ask", question, "--url", &server.url])).exits(0).out;
    assert!(printed.contains("no space left on device") && printed.contains("free or extend the volume"), "{printed}");
    server.stop();
}

/// A server that gives the model less context than the prompt has says so, and the answer passes that on. It is asked in one
/// form: the prompt is as long in every other.
#[tokio::test]
async fn a_prompt_that_does_not_fit_is_told() {
    let Some(model) = LocalModel::start(SMALL_CONTEXT) else {
        println!("NOT RUN: local_model loads a language model of 93 MB; cargo xtask model");
        return;
    };
    let (_temporary, data) = folder();
    let server = serve(&data, &model);
    server.ingest(&incident()).await;
    let (answer, _) = analyzed(&server, QUESTIONS[0]).await;
    let notes = answer["notes"].to_string();
    assert!(notes.contains("smollm2 says nothing to this: the evidence is longer than the context"), "{notes}");
    assert!(answer["root_cause"].as_str().is_some_and(|cause| cause.starts_with("ledger")), "{answer:#}");
    let calls = server.sql("SELECT outcome FROM llm_calls").await;
    assert_eq!(calls, [json!({"outcome": "too_long"})]);
    server.stop();
}

fn serve(data: &std::path::Path, model: &LocalModel) -> Server {
    let (url, timeout) = (format!("{}/v1", model.url), format!("{}s", TIMEOUT.as_secs()));
    Server::start_with(data, &["--model", "smollm2", "--model-url", &url, "--model-timeout", &timeout])
}

async fn analyzed(server: &Server, question: &str) -> (Value, Duration) {
    let body = json!({"query": question, "date_range": ["2026-02-06T13:50:00Z", "2026-02-06T14:15:00Z"]});
    let started = Instant::now();
    let response = server.client().post(format!("{}/analyze", server.url)).json(&body).send().await.expect("an answer");
    let (status, answer) = (response.status(), response.json().await.expect("JSON"));
    assert_eq!(status, 200, "{answer:#}");
    (answer, started.elapsed())
}

/// Holds every sentence against what it cites, by a rule of this test's own: what it cites is there, and each of its numbers
/// and quotations stands in that. Returns how many there are.
fn check(answer: &Value) -> usize {
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let records = list(&answer["supporting_logs"]);
    let narration = &answer["narration"];
    let facts: BTreeMap<String, String> =
        list(&narration["facts"]).iter().map(|fact| (text(&fact["number"]), text(&fact["text"]))).collect();
    let sentences = list(&narration["sentences"]);
    for sentence in &sentences {
        let mut cited = String::new();
        for fact in list(&sentence["facts"]) {
            let fact = facts.get(&text(&fact));
            cited.push_str(fact.unwrap_or_else(|| panic!("a fact that is not there: {sentence}")));
        }
        for number in list(&sentence["citations"]) {
            let record = number.as_u64().and_then(|number| records.get(usize::try_from(number).ok()?.checked_sub(1)?));
            let record = record.unwrap_or_else(|| panic!("a record that is not there: {sentence}"));
            let at = text(&record["timestamp"]).replace('T', " ");
            cited.push_str(&format!(" {at} {} {}", text(&record["source"]), text(&record["message"])));
        }
        assert!(!cited.is_empty(), "a sentence that cites nothing: {sentence}");
        let said = text(&sentence["text"]);
        for number in said.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty()) {
            assert!(cited.contains(number), "{number} is not in what is cited: {sentence}\n{cited}");
        }
        for quoted in said.split(['\u{201c}', '\u{201d}', '"']).skip(1).step_by(2) {
            let quoted = quoted.trim_end_matches(['.', ',', ' ', '\u{2026}']).to_lowercase();
            assert!(cited.to_lowercase().contains(&quoted), "{quoted} is not in what is cited: {sentence}\n{cited}");
        }
    }
    sentences.len()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The figures of a call, and what is left of what the model said.
fn show(question: &str, answer: &Value, took: Duration) {
    let narration = &answer["narration"];
    let (asked, said, millis) = (&narration["tokens_in"], &narration["tokens_out"], &narration["execution_time_ms"]);
    println!("{question} {took:.1?}: {asked} tokens read, {said} written in {millis} ms; {} left out", narration["dropped"]);
    for sentence in narration["sentences"].as_array().into_iter().flatten() {
        println!("  {} {} {}", sentence["text"], sentence["facts"], sentence["citations"]);
    }
}
