//! Language models, which may put an analysis into words.
//!
//! In: an analysis. Out: the same with a narration whose sentences hold, or with a note why there is none.
//! Never: a prompt that the privacy gateway has not cleared; a tool for the model; a redirect, or any address but the one that
//! is configured; the text of a prompt or an answer in a log line, metric or record.
//! Begin with [`Models::narrate`]. What goes over the wire is in `wire.rs`, how often it is tried in `send.rs`, when nobody is
//! asked in `breaker.rs` and `allowance.rs`, what is kept of a call in `calls.rs`, who plays a model in tests in `fake.rs`.
//!
//! The client lives here because this room alone has sockets; what is asked and what is believed is `analysis`'s.

mod allowance;
mod breaker;
mod calls;
pub(crate) mod fake;
mod send;
mod wire;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use analysis::{Analysis, Checked, Narration, Narrator};
use lake::Lake;
use parking_lot::Mutex;
use privacy::Gateway;
use record::{Clock, Kind, Tenant};
use sha2::{Digest, Sha256};
use tokio::time::Instant;

use allowance::Allowance;
use breaker::Breaker;
use send::{Asked, Sender};
pub(crate) use wire::Failure;

/// How a model's server is spoken to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ModelKind {
    /// `POST /chat/completions`: OpenAI, DeepSeek, vLLM, llama.cpp, Ollama and many others.
    OpenAi,
    /// `POST /models/NAME:generateContent`.
    Gemini,
}

impl ModelKind {
    /// Its name in settings and records.
    pub fn as_str(self) -> &'static str {
        match self {
            ModelKind::OpenAi => "openai",
            ModelKind::Gemini => "gemini",
        }
    }
}

/// The key of a model's server. It prints as stars.
#[derive(Clone, PartialEq, Eq)]
pub struct ModelKey(pub String);

impl fmt::Debug for ModelKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ModelKey(***)")
    }
}

/// Which model, where, and what it may cost.
#[derive(Debug, Clone)]
pub struct ModelConfig {
    /// How it is spoken to.
    pub kind: ModelKind,
    /// Where, without the last part of the path: `https://api.openai.com/v1`.
    pub url: reqwest::Url,
    /// Its name there.
    pub model: String,
    /// Its key, where it wants one.
    pub key: Option<ModelKey>,
    /// Time for all attempts of one call together.
    pub timeout: Duration,
    /// Tokens of prompts and answers in a day (UTC).
    pub tokens_a_day: u64,
    /// Calls in a minute.
    pub calls_a_minute: u32,
    /// Chance, so that nobody knows the words that fence evidence in.
    pub secret: [u8; 32],
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[error("the client of the language model cannot be made: {0}")]
pub struct ModelError(#[source] reqwest::Error);

impl ModelError {
    /// What the caller may do about it.
    pub fn kind(&self) -> Kind {
        Kind::Invalid
    }
}

/// The rooms that a model's client works with.
#[derive(Clone)]
pub struct ModelRooms {
    /// Keeps records of calls.
    pub lake: Lake,
    /// Tells how many tokens were used today.
    pub engine: Arc<dyn ask::Engine>,
    /// Clears prompts.
    pub gateway: Arc<Gateway>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Whose records they are.
    pub tenant: Tenant,
}

/// A language model that may be asked.
pub struct Models {
    config: ModelConfig,
    rooms: ModelRooms,
    sender: Sender,
    breaker: Breaker,
    allowance: Allowance,
    pub(crate) figures: Figures,
}

/// What calls have cost and brought since the start.
#[derive(Debug, Default)]
pub(crate) struct Figures {
    pub(crate) calls: Mutex<BTreeMap<&'static str, u64>>,
    pub(crate) sentences: Mutex<BTreeMap<&'static str, u64>>,
    pub(crate) tokens: Mutex<(u64, u64)>,
    pub(crate) seconds: Mutex<f64>,
}

/// A call that was made.
struct Call {
    outcome: &'static str,
    tokens: (u64, u64),
    took: Duration,
    checked: Checked,
    prompt_digest: String,
}

impl Models {
    /// A client. Nothing is sent yet.
    pub fn new(config: ModelConfig, rooms: ModelRooms) -> Result<Models, ModelError> {
        let sender = Sender::new(&config).map_err(ModelError)?;
        let allowance = Allowance::new(config.tokens_a_day, config.calls_a_minute);
        Ok(Models { sender, allowance, config, rooms, breaker: Breaker::default(), figures: Figures::default() })
    }

    /// Has the model put an analysis into words. Whatever goes wrong, the analysis stays as counting wrote it, and its notes
    /// say what is missing. Within the time of the settings.
    pub async fn narrate(self: &Arc<Models>, analysis: &mut Analysis) {
        if analysis.root_cause.is_none() {
            return;
        }
        let Some(narrator) = Narrator::new(analysis, &self.rooms.gateway, &self.fence(&analysis.question)) else {
            analysis.notes.push("the evidence could not be cleared for the language model".to_owned());
            return;
        };
        // Whoever asked may go: what was sent is paid for, and the call is counted and recorded all the same.
        let models = self.clone();
        let asked = tokio::spawn(async move { models.ask(&narrator).await });
        match asked.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic())) {
            Ok(narration) => {
                let (kept, dropped) = (narration.checked.sentences.len(), narration.checked.dropped_count());
                if kept == 0 {
                    analysis.notes.push(format!(
                        "the language model {} was asked, and none of its {dropped} sentences holds against the evidence ({})",
                        self.config.model,
                        reasons(&narration.checked)
                    ));
                }
                analysis.narration = Some(narration);
            }
            Err(failure) => {
                let why = failure.words();
                analysis.notes.push(format!("the language model {} says nothing to this: {why}", self.config.model));
            }
        }
    }

    /// The model's name.
    pub fn name(&self) -> &str {
        &self.config.model
    }

    async fn ask(&self, narrator: &Narrator) -> Result<Narration, Failure> {
        let started = Instant::now();
        let body = self.sender.largest_body(narrator.prompt());
        let mut reserved = self.allowed(body).await.inspect_err(|failure| self.figures.call(failure.outcome()))?;
        let may_repeat = || self.allowance.reserve_again(body).map(|more| reserved += more).is_ok();
        let Asked { said, tokens } = self.sender.ask(narrator.prompt(), &self.rooms.gateway, &self.config, may_repeat).await;
        let took = started.elapsed();
        self.breaker.note(said.as_ref().err(), Instant::now());
        self.allowance.spent(reserved, tokens, self.rooms.clock.now());
        let checked = said.as_ref().map(|said| narrator.check(&said.text)).unwrap_or_default();
        let has_none = checked.sentences.is_empty() && checked.dropped_count() == 0;
        let said = said.and_then(|said| match has_none {
            true if said.is_cut => Err(Failure::CutOff),
            true => Err(Failure::Garbage),
            false => Ok(()),
        });
        let outcome = match &said {
            Err(failure) => failure.outcome(),
            Ok(()) if checked.sentences.is_empty() => "nothing_held",
            Ok(()) => "narrated",
        };
        let prompt_digest = calls::digest(narrator.prompt());
        self.keep(&Call { outcome, tokens, took, checked: checked.clone(), prompt_digest }).await;
        said?;
        Ok(Narration { model: self.config.model.clone(), checked, tokens, millis: took.as_millis() as u64 })
    }

    /// Whether the model may be asked now; reserves what it may cost at most.
    async fn allowed(&self, prompt_bytes: usize) -> Result<u64, Failure> {
        self.breaker.closed(Instant::now())?;
        let now = self.rooms.clock.now();
        if self.allowance.is_new_day(now) {
            let used = calls::used_today(&self.rooms).await;
            self.allowance.begin_day(now, used);
        }
        self.allowance.reserve(prompt_bytes, now)
    }

    async fn keep(&self, call: &Call) {
        self.figures.call(call.outcome);
        self.figures.of(call);
        if let Err(error) = calls::keep(&self.rooms, &self.config, call).await {
            tracing::warn!(%error, "a call of the language model could not be recorded");
        }
    }

    /// Ten letters that nobody who logs can know.
    fn fence(&self, question: &str) -> String {
        let now = self.rooms.clock.now().as_micros().to_be_bytes();
        let digest = Sha256::new().chain_update(self.config.secret).chain_update(now).chain_update(question).finalize();
        digest.iter().take(10).map(|byte| char::from(b'a' + byte % 26)).collect()
    }
}

/// Why sentences were left out, for people: `number 3, words 1`.
fn reasons(checked: &Checked) -> String {
    let reasons: Vec<String> = checked.dropped.iter().map(|(why, count)| format!("{} {count}", why.as_str())).collect();
    reasons.join(", ")
}

impl Figures {
    fn call(&self, outcome: &'static str) {
        *self.calls.lock().entry(outcome).or_default() += 1;
    }

    fn of(&self, call: &Call) {
        let mut sentences = self.sentences.lock();
        *sentences.entry("kept").or_default() += call.checked.sentences.len() as u64;
        for (why, count) in &call.checked.dropped {
            *sentences.entry(why.as_str()).or_default() += *count as u64;
        }
        let mut tokens = self.tokens.lock();
        *tokens = (tokens.0.saturating_add(call.tokens.0), tokens.1.saturating_add(call.tokens.1));
        *self.seconds.lock() += call.took.as_secs_f64();
    }
}
