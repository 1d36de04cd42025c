//! Analyses in a language model's words, and what happens when it does not answer as it should.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use server::{FakeMode, FakeModel, FakeSeen, ModelConfig, ModelKey, ModelKind};

use crate::analysis::lines;
use crate::client::Ask;
use crate::house::House;

/// Starts a fake model; it ends with the test.
pub(crate) async fn fake(mode: FakeMode) -> (SocketAddr, Arc<FakeSeen>) {
    let fake = FakeModel::bind(SocketAddr::from(([127, 0, 0, 1], 0)), mode).await.expect("a port");
    let (address, seen) = (fake.local_addr(), fake.seen());
    tokio::spawn(fake.run(std::future::pending()));
    (address, seen)
}

pub(crate) fn config(address: SocketAddr, kind: ModelKind) -> ModelConfig {
    let path = if kind == ModelKind::OpenAi { "v1/" } else { "v1beta" };
    ModelConfig {
        kind,
        url: format!("http://{address}/{path}").parse().expect("a URL"),
        model: "fake".to_owned(),
        key: Some(ModelKey("sk-model-key-canary".to_owned())),
        timeout: Duration::from_secs(5),
        tokens_a_day: 1_000_000,
        calls_a_minute: 1_000,
        secret: [7; 32],
    }
}

async fn house(mode: FakeMode, change: impl FnOnce(&mut ModelConfig)) -> (House, Arc<FakeSeen>) {
    let (address, seen) = fake(mode).await;
    let mut config = config(address, ModelKind::OpenAi);
    change(&mut config);
    let house = House::with_model(config).await;
    house.ingest(&lines()).await;
    (house, seen)
}

async fn analyzed(house: &House) -> Value {
    let told = house.send(Ask::json("/analyze", json!({"query": "Why did payments fail at 2 PM on Feb 6?"}))).await;
    assert_eq!(told.status, 200, "{}", told.text());
    told.json()
}

fn notes(answer: &Value) -> String {
    answer["notes"].to_string()
}

#[tokio::test]
async fn an_analysis_is_told_in_a_models_words() {
    for kind in [ModelKind::OpenAi, ModelKind::Gemini] {
        let (address, seen) = fake(FakeMode::Echo).await;
        let house = House::with_model(config(address, kind)).await;
        house.ingest(&lines()).await;
        let answer = analyzed(&house).await;
        let narration = &answer["narration"];
        let sentences = narration["sentences"].as_array().expect("sentences");
        assert!(sentences.len() >= 3, "{narration:#}");
        assert_eq!((&narration["model"], &narration["dropped"]), (&json!("fake"), &json!(0)), "{narration:#}");
        assert!(narration["tokens_in"].as_u64().is_some_and(|tokens| (200..2_500).contains(&tokens)), "{narration:#}");
        let records = answer["supporting_logs"].as_array().expect("records").len() as u64;
        for sentence in sentences {
            let numbers = sentence["citations"].as_array().expect("citations");
            assert!(numbers.iter().all(|number| number.as_u64().is_some_and(|number| (1..=records).contains(&number))));
            assert!(!numbers.is_empty() || !sentence["facts"].as_array().expect("facts").is_empty());
        }
        // What was counted stays.
        assert!(answer["root_cause"].as_str().is_some_and(|cause| cause.starts_with("ledger-service")));
        assert_eq!(answer["impact"], "80 error records and 40 failed transactions");
        assert_eq!(seen.calls(), 1);
        assert_eq!(house.metric("dendro_model_calls_total{outcome=\"narrated\"}").await, 1.0);
        assert_eq!(house.metric("dendro_model_sentences_total{verdict=\"kept\"}").await, sentences.len() as f64);
        assert!(house.metric("dendro_model_tokens_total{of=\"prompt\"}").await > 200.0);
    }
}

/// Each call is a record; nothing of what was said is in it.
#[tokio::test]
async fn calls_are_recorded() {
    let (house, _) = house(FakeMode::Echo, |_| {}).await;
    let narrated = analyzed(&house).await["narration"].clone();
    let told = house.send(Ask::json("/api/v1/query", json!({"query": "source:dendro-models"}))).await;
    let row = told.json()["rows"][0].clone();
    assert_eq!(row["gen_ai.request.model"], "fake", "{row:#}");
    assert_eq!(row["gen_ai.usage.input_tokens"], narrated["tokens_in"]);
    assert_eq!(row["gen_ai.usage.output_tokens"], narrated["tokens_out"]);
    assert_eq!((&row["llm.outcome"], &row["llm.prompt_version"]), (&json!("narrated"), &json!("narrate-2")));
    assert!(row["llm.prompt_digest"].as_str().is_some_and(|digest| digest.len() == 16), "{row:#}");
    assert!(!row.to_string().contains("ledger") && !row.to_string().contains("canary"), "{row:#}");
}

/// Whatever the model does, the counted answer is there, in time, and says what is missing.
#[tokio::test]
async fn without_a_good_answer_the_counted_one_stands() {
    let plain = {
        let house = House::new().await;
        house.ingest(&lines()).await;
        analyzed(&house).await
    };
    let check = async |mode, outcome: &str, note: &str| {
        let (house, seen) = house(mode, |config| config.timeout = Duration::from_millis(900)).await;
        let started = Instant::now();
        let answer = analyzed(&house).await;
        assert!(started.elapsed() < Duration::from_secs(20), "{mode:?}");
        for field in ["analysis", "root_cause", "sentences", "remediation", "confidence", "impact", "findings"] {
            assert_eq!(answer[field], plain[field], "{mode:?}");
        }
        assert!(notes(&answer).contains(note), "{mode:?}: {}", notes(&answer));
        let calls = house.metric(&format!("dendro_model_calls_total{{outcome=\"{outcome}\"}}")).await;
        assert_eq!(calls, 1.0, "{mode:?}");
        assert_eq!(seen.lured(), 0, "{mode:?}");
    };
    check(FakeMode::Slow, "timeout", "no answer came in time").await;
    check(FakeMode::Busy, "rate_limited", "takes no more requests for now (429)").await;
    check(FakeMode::Broken, "server_error", "its server does not work (500)").await;
    check(FakeMode::Redirects, "refused", "leads to another one, which is not followed").await;
    check(FakeMode::Garbage, "garbage", "no answer to the question").await;
    let nobody = SocketAddr::from(([127, 0, 0, 1], 9));
    let (house, _) = house(FakeMode::Echo, |config| *config = self::config(nobody, ModelKind::Gemini)).await;
    assert!(notes(&analyzed(&house).await).contains("its server cannot be reached"));
}

#[tokio::test]
async fn half_an_answer_is_used_as_far_as_it_goes() {
    let (house, _) = house(FakeMode::Half, |_| {}).await;
    let answer = analyzed(&house).await;
    let kept = answer["narration"]["sentences"].as_array().map_or(0, Vec::len);
    assert!((1..5).contains(&kept), "{:#}", answer["narration"]);
}

#[tokio::test]
async fn no_more_is_spent_than_was_allowed() {
    let (house, seen) = house(FakeMode::Echo, |config| config.tokens_a_day = 8_000).await;
    assert!(analyzed(&house).await["narration"].is_object());
    let mut answer = analyzed(&house).await;
    while answer["narration"].is_object() {
        answer = analyzed(&house).await;
    }
    assert!(notes(&answer).contains("the 8000 tokens of today are used up"), "{}", notes(&answer));
    let used = house.metric("dendro_model_tokens_total{of=\"prompt\"}").await;
    assert!(used < 8_000.0 && (2..8).contains(&seen.calls()), "{used} tokens, {} calls", seen.calls());
    // Nor more often.
    let (house, seen) = self::house(FakeMode::Echo, |config| config.calls_a_minute = 2).await;
    analyzed(&house).await;
    analyzed(&house).await;
    let answer = analyzed(&house).await;
    assert!(notes(&answer).contains("it may be asked 2 times a minute"), "{}", notes(&answer));
    assert_eq!(seen.calls(), 2);
}

#[tokio::test]
async fn what_was_used_before_a_restart_is_counted() {
    let folder = tempfile::tempdir().expect("a folder");
    let lake = lake::Lake::open(crate::house::lake_config(folder.path()), crate::house::clock()).await.expect("a lake");
    let rooms = crate::house::rooms(lake).await;
    let (address, seen) = fake(FakeMode::Echo).await;
    let counted = crate::hostile::analyzed("could not get a connection").await;
    let notes_of_a_process = async |tokens_a_day| {
        let config = ModelConfig { tokens_a_day, ..config(address, ModelKind::OpenAi) };
        let models = Arc::new(server::Models::new(config, crate::house::model_rooms(&rooms)).expect("a client"));
        let mut analysis = counted.clone();
        models.narrate(&mut analysis).await;
        analysis.notes.join(" ")
    };
    for _ in 0..6 {
        notes_of_a_process(1_000_000).await;
    }
    let notes = notes_of_a_process(8_000).await;
    assert!(notes.contains("the 8000 tokens of today are used up"), "{notes}");
    assert_eq!(seen.calls(), 6);
}

#[tokio::test]
async fn a_model_that_fails_rests() {
    let (house, seen) = house(FakeMode::Redirects, |_| {}).await;
    analyzed(&house).await;
    let answer = analyzed(&house).await;
    assert!(notes(&answer).contains("it failed before; it is asked again in"), "{}", notes(&answer));
    assert_eq!((seen.calls(), house.metric("dendro_model_calls_total{outcome=\"resting\"}").await), (1, 1.0));
}

/// Each call is a record, though nobody waits for its answer any more.
#[tokio::test]
async fn a_call_ends_when_who_asked_has_gone() {
    let (house, seen) = house(FakeMode::Slow, |config| config.timeout = Duration::from_millis(900)).await;
    let begun = async {
        while seen.calls() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::select! {
        answer = analyzed(&house) => panic!("{answer:#}"),
        () = begun => {}
    }
    house.until_metric("dendro_model_calls_total{outcome=\"timeout\"}", 1.0).await;
}

/// Nothing private is in what leaves, nor the key anywhere else than in its header.
#[tokio::test]
async fn what_leaves_is_cleared() {
    let (address, seen) = fake(FakeMode::Echo).await;
    // A policy that keeps everything on the way in.
    let house = House::with_model_under("[actions]\nall = \"keep\"\n", config(address, ModelKind::OpenAi)).await;
    let secret = "could not get a connection with password=Hunter2xCanary for ann.canary@example.com";
    house.ingest(&lines().replace("could not get a connection", secret)).await;
    let answer = analyzed(&house).await;
    let bodies = seen.bodies().join("\n");
    assert!(bodies.contains("password=[MASKED]") && !bodies.contains("Hunter2xCanary"), "{bodies}");
    assert!(!bodies.contains("sk-model-key-canary") && !answer.to_string().contains("sk-model-key-canary"));
    serde_json::from_str::<Value>(&seen.bodies()[0]).expect("JSON stays JSON");
}

/// Without an incident nobody is asked, and a question costs nothing.
#[tokio::test]
async fn nothing_is_narrated_where_nothing_is_found() {
    let (address, seen) = fake(FakeMode::Echo).await;
    let house = House::with_model(config(address, ModelKind::OpenAi)).await;
    let answer = analyzed(&house).await;
    assert_eq!((answer["narration"].clone(), seen.calls()), (Value::Null, 0), "{answer:#}");
}
