//! One call of a model's server: attempts within a deadline, answers bounded, nothing followed.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::Duration;

use analysis::Prompt;
use privacy::{Cleared, Gateway};
use reqwest::header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER};
use reqwest::{Client, RequestBuilder, Response, Url, redirect};
use serde::de::IgnoredAny;
use tokio::time::{Instant, sleep, timeout};

use super::wire::{self, Failure, Form, Said};
use super::{ModelConfig, ModelKind};

/// Attempts of one call; changes of the form do not count.
const ATTEMPTS_MAX: u32 = 4;
/// First pause between two attempts; it doubles, and chance shortens it, so that many clients do not come at once.
const PAUSE_FIRST: Duration = Duration::from_millis(250);
/// Bytes of an answer: many times what it may have tokens.
const ANSWER_BYTES_MAX: usize = 256 << 10;
/// How long connecting may take; a server on the other side of the world takes a fifth of it.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// What became of a call.
pub(super) struct Asked {
    /// What the model said.
    pub(super) said: Result<Said, Failure>,
    /// Of prompts and answers, all attempts together, as far as the server counted them.
    pub(super) tokens: (u64, u64),
}

/// Sends prompts.
pub(super) struct Sender {
    client: Client,
    url: Option<Url>,
    /// Which [`Form`] the server understands; learned from what it answers.
    form: AtomicU8,
}

impl Sender {
    pub(super) fn new(config: &ModelConfig) -> Result<Sender, reqwest::Error> {
        // What a redirect leads to was not configured, and would be sent the evidence.
        let client = Client::builder().redirect(redirect::Policy::none()).connect_timeout(CONNECT_TIMEOUT);
        let client = if is_here(&config.url) { client.no_proxy() } else { client }.build()?;
        Ok(Sender { client, url: url(config), form: AtomicU8::new(Form::FULL.number()) })
    }

    /// Bytes of a request, for what it may cost.
    pub(super) fn largest_body(&self, prompt: &Prompt) -> usize {
        let example = prompt.example.evidence.len() + prompt.example.answer.len();
        prompt.instructions.len() + example + prompt.evidence.as_str().len()
    }

    /// Asks, again and again within the time of the settings. An answer that is none has to be paid for too: `may_repeat` tells
    /// whether there may be another.
    pub(super) async fn ask(
        &self,
        prompt: &Prompt,
        gateway: &Gateway,
        config: &ModelConfig,
        mut may_repeat: impl FnMut() -> bool,
    ) -> Asked {
        let mut tokens = (0, 0);
        let said = self.attempts(prompt, gateway, config, &mut tokens, &mut may_repeat).await;
        Asked { said, tokens }
    }

    async fn attempts(
        &self,
        prompt: &Prompt,
        gateway: &Gateway,
        config: &ModelConfig,
        tokens: &mut (u64, u64),
        may_repeat: &mut impl FnMut() -> bool,
    ) -> Result<Said, Failure> {
        let deadline = Instant::now() + config.timeout;
        let mut pause = PAUSE_FIRST;
        let mut attempt = 1;
        let mut form = Form::of(self.form.load(Ordering::Relaxed));
        loop {
            let outcome = match timeout(deadline - Instant::now(), self.once(prompt, gateway, config, form, tokens)).await {
                Ok(outcome) => outcome,
                Err(_) => return Err(Failure::TimedOut(config.timeout)),
            };
            let failure = match outcome {
                Ok(said) => {
                    // Only now it is known that it was the form: a server refuses for other reasons too.
                    self.form.store(form.number(), Ordering::Relaxed);
                    return Ok(said);
                }
                Err(failure) => failure,
            };
            let wait = match (&failure, form.simpler()) {
                (Failure::Form { .. }, Some(simpler)) => {
                    form = simpler;
                    continue;
                }
                (Failure::Busy { after, .. }, _) => after.unwrap_or_else(|| shortened(pause)),
                (Failure::Unreachable | Failure::Garbage, _) => shortened(pause),
                _ => return Err(failure),
            };
            if attempt == ATTEMPTS_MAX || !is_before(deadline, Instant::now(), wait) {
                return Err(failure);
            }
            if failure == Failure::Garbage && !may_repeat() {
                return Err(failure);
            }
            sleep(wait).await;
            attempt += 1;
            pause *= 2;
        }
    }

    async fn once(
        &self,
        prompt: &Prompt,
        gateway: &Gateway,
        config: &ModelConfig,
        form: Form,
        tokens: &mut (u64, u64),
    ) -> Result<Said, Failure> {
        let body = wire::body(config.kind, &config.model, prompt, form).to_string();
        // The last look at the bytes that leave. The prompt was cleared before, as plain text.
        let body = gateway.clear(&body);
        let response = self.request(body, config)?.send().await.map_err(|_| Failure::Unreachable)?;
        let status = response.status().as_u16();
        let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let bytes = bounded(response).await?;
        match status {
            200 => {
                let reply = wire::reply(config.kind, &bytes);
                *tokens = (tokens.0.saturating_add(reply.tokens.0), tokens.1.saturating_add(reply.tokens.1));
                reply.said
            }
            _ => Err(wire::failure(status, after, &bytes)),
        }
    }

    /// Takes nothing but what was cleared.
    fn request(&self, body: Cleared, config: &ModelConfig) -> Result<RequestBuilder, Failure> {
        let unusable = Failure::Refused { status: 0, why: "its address cannot be used" };
        let request = self.client.post(self.url.clone().ok_or(unusable)?);
        let body = body.into_string();
        if serde_json::from_str::<IgnoredAny>(&body).is_err() {
            return Err(Failure::Refused { status: 0, why: "the evidence could not be cleared" });
        }
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        let Some(key) = &config.key else { return Ok(request) };
        let (name, value) = match config.kind {
            ModelKind::OpenAi => ("authorization", format!("Bearer {}", key.0)),
            ModelKind::Gemini => ("x-goog-api-key", key.0.clone()),
        };
        let mut value = HeaderValue::from_str(&value).map_err(|_| Failure::Refused { status: 0, why: "its key is no key" })?;
        value.set_sensitive(true);
        Ok(request.header(name, value))
    }
}

/// Below the path that is configured, whether or not that ends with a slash.
fn url(config: &ModelConfig) -> Option<Url> {
    let mut url = config.url.clone();
    let path = format!("{}/{}", url.path().trim_end_matches('/'), wire::path(config.kind, &config.model));
    url.set_path(&path);
    url.host_str().is_some().then_some(url)
}

/// Whether a server is on this machine, so that what it is sent goes through nobody else's.
fn is_here(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

/// Whether a pause from now on ends before the deadline. A server may ask for any pause, and no clock reaches as far as some.
fn is_before(deadline: Instant, now: Instant, pause: Duration) -> bool {
    pause < deadline.saturating_duration_since(now)
}

/// Somewhere between none and all of it.
fn shortened(pause: Duration) -> Duration {
    let chance = RandomState::new().hash_one(0) >> 40;
    pause.mul_f64(chance as f64 / (1u64 << 24) as f64)
}

async fn bounded(mut response: Response) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) if bytes.len() + chunk.len() <= ANSWER_BYTES_MAX => bytes.extend_from_slice(&chunk),
            Ok(Some(_)) => return Err(Failure::Garbage),
            Ok(None) => return Ok(bytes),
            Err(_) => return Err(Failure::Unreachable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_is_known_by_all_its_names() {
        for (url, expected) in [
            ("http://localhost:1/v1", true),
            ("http://127.0.0.1/v1", true),
            ("http://127.9.8.7:4490", true),
            ("http://[::1]:8080", true),
            ("http://10.0.0.1/v1", false),
            ("https://localhost.example.com", false),
            ("https://api.example.com", false),
        ] {
            assert_eq!(is_here(&url.parse().expect("a URL")), expected, "{url}");
        }
    }

    #[test]
    fn a_pause_of_any_length_can_be_asked_for() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        assert!(is_before(now + second, now, second / 2) && !is_before(now + second, now, second));
        assert!(!is_before(now + second, now, Duration::from_secs(u64::MAX)) && !is_before(now, now + second, Duration::ZERO));
    }
}
