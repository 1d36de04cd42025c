//! What goes over the wire, in two dialects: requests as JSON, answers read, errors told apart.
//!
//! Sources: the API references of OpenAI (chat completions), DeepSeek (the same, blank answers and blank lines) and Gemini
//! (`generateContent`), as of 2026.

use std::time::Duration;

use analysis::{Prompt, TEXT_CHARS_MAX};
use serde_json::{Value, json};

use super::ModelKind;

/// Tokens of an answer. Six sentences with citations take some 300; models that think first count that in.
pub(super) const ANSWER_TOKENS: u64 = 2_000;
/// Sentences that are asked for at most.
const SENTENCES_MAX: usize = 6;
/// Citations of one sentence that are asked for at most: it rests on few.
const CITATIONS_MAX: usize = 4;

/// What came with a good status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reply {
    /// What the model said.
    pub(super) said: Result<Said, Failure>,
    /// Of prompt and answer, which have to be paid for even if nothing was said.
    pub(super) tokens: (u64, u64),
}

/// What a model said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) text: String,
    /// Whether it stopped because it was too long.
    pub(super) is_cut: bool,
}

/// Why there is no narration. Nothing of a prompt or an answer is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Failure {
    /// It may work a moment later.
    Busy {
        /// HTTP status.
        status: u16,
        /// When to come again.
        after: Option<Duration>,
    },
    /// Nobody answers at the address.
    Unreachable,
    /// No answer within the time of the settings.
    TimedOut(Duration),
    /// The prompt does not fit into what the model can read.
    TooLong,
    /// It came to no end within the tokens of an answer.
    CutOff,
    /// The server does not understand the request in this form.
    Form {
        /// HTTP status.
        status: u16,
    },
    /// Trying again changes nothing.
    Refused {
        /// HTTP status; 200 when the answer itself is a refusal.
        status: u16,
        /// What may be wrong.
        why: &'static str,
    },
    /// What came is no answer.
    Garbage,
    /// After failures nobody is asked for a while.
    Resting(Duration),
    /// The tokens of the day are used up.
    OverBudget(u64),
    /// Too many calls in a minute.
    TooOften(u32),
}

impl Failure {
    /// In words, for people.
    pub(crate) fn words(&self) -> String {
        match self {
            Failure::Busy { status: 429, .. } => "it takes no more requests for now (429)".to_owned(),
            Failure::Busy { status, .. } => format!("its server does not work ({status})"),
            Failure::Unreachable => "its server cannot be reached".to_owned(),
            Failure::TimedOut(time) => format!("no answer came in time ({time:?}; the setting is model_timeout)"),
            Failure::TooLong => "the evidence is longer than the context that its server gives it".to_owned(),
            Failure::CutOff => format!("its answer did not end within {ANSWER_TOKENS} tokens"),
            Failure::Form { status } => format!("its server does not understand the request ({status})"),
            Failure::Refused { status, why } => format!("{why} ({status})"),
            Failure::Garbage => "what came is no answer to the question".to_owned(),
            Failure::Resting(pause) => format!("it failed before; it is asked again in {} s", pause.as_secs().max(1)),
            Failure::OverBudget(tokens) => format!("the {tokens} tokens of today are used up"),
            Failure::TooOften(calls) => format!("it may be asked {calls} times a minute"),
        }
    }

    /// Name in metrics and records.
    pub(crate) fn outcome(&self) -> &'static str {
        match self {
            Failure::Busy { status: 429, .. } => "rate_limited",
            Failure::Busy { .. } => "server_error",
            Failure::Unreachable => "unreachable",
            Failure::TimedOut(_) => "timeout",
            Failure::TooLong => "too_long",
            Failure::CutOff => "cut_off",
            Failure::Form { .. } | Failure::Refused { .. } => "refused",
            Failure::Garbage => "garbage",
            Failure::Resting(_) => "resting",
            Failure::OverBudget(_) => "over_budget",
            Failure::TooOften(_) => "too_often",
        }
    }
}

/// How much is asked of a server, from most to least: not all know all of it, and say so with 400 or 422.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Form(u8);

impl Form {
    /// With a schema of the answer that bounds it and names what may be cited.
    pub(super) const FULL: Form = Form(0);
    /// A text.
    const LAST: u8 = 4;

    /// The next simpler one.
    pub(super) fn simpler(self) -> Option<Form> {
        (self.0 < Form::LAST).then_some(Form(self.0 + 1))
    }

    pub(super) fn of(number: u8) -> Form {
        Form(number.min(Form::LAST))
    }

    pub(super) fn number(self) -> u8 {
        self.0
    }
}

/// The body of a request. `stream` and tools are never asked for.
pub(super) fn body(kind: ModelKind, model: &str, prompt: &Prompt, form: Form) -> Value {
    match kind {
        ModelKind::OpenAi => openai_body(model, prompt, form),
        ModelKind::Gemini => gemini_body(prompt, form),
    }
}

/// Path below the configured URL.
pub(super) fn path(kind: ModelKind, model: &str) -> String {
    match kind {
        ModelKind::OpenAi => "chat/completions".to_owned(),
        ModelKind::Gemini => format!("models/{model}:generateContent"),
    }
}

/// The schema of an answer. Citations come first, as their name does: a sentence is then written for them, and not they for it.
/// With bounds, servers that hold a model to the schema (llama.cpp, Ollama, vLLM) have it cite what there is, and come to an end.
fn schema(prompt: &Prompt, form: Form) -> Value {
    let mut schema = json!({
        "type": "object",
        "properties": {"sentences": {"type": "array", "maxItems": SENTENCES_MAX, "items": {
            "type": "object",
            "properties": {"text": {"type": "string"}, "citations": {"type": "array", "items": {"type": "string"}}},
            "required": ["citations", "text"],
            "additionalProperties": false,
        }}},
        "required": ["sentences"],
        "additionalProperties": false,
    });
    if form == Form::FULL {
        let sentences = &mut schema["properties"]["sentences"];
        sentences["minItems"] = json!(1);
        let sentence = &mut sentences["items"]["properties"];
        sentence["text"]["maxLength"] = json!(TEXT_CHARS_MAX);
        let citable = json!({"type": "string", "enum": prompt.citable});
        sentence["citations"] = json!({"type": "array", "minItems": 1, "maxItems": CITATIONS_MAX, "items": citable});
    }
    schema
}

fn openai_body(model: &str, prompt: &Prompt, form: Form) -> Value {
    let mut body = json!({
        "model": model,
        "messages": [
            {"role": "system", "content": prompt.instructions},
            {"role": "user", "content": prompt.example.evidence},
            {"role": "assistant", "content": prompt.example.answer},
            {"role": "user", "content": prompt.evidence.as_str()},
        ],
    });
    let mut set = |name: &str, value: Value| body[name] = value;
    match form.0 {
        0..=2 => {
            set("max_completion_tokens", json!(ANSWER_TOKENS));
            let schema = json!({"name": "narration", "strict": true, "schema": schema(prompt, form)});
            set("response_format", json!({"type": "json_schema", "json_schema": schema}));
        }
        // DeepSeek and older servers.
        3 => {
            set("max_tokens", json!(ANSWER_TOKENS));
            set("response_format", json!({"type": "json_object"}));
        }
        _ => set("max_tokens", json!(ANSWER_TOKENS)),
    }
    // Models that think first take no temperature.
    if form.0 != 2 {
        set("temperature", json!(0));
    }
    body
}

fn gemini_body(prompt: &Prompt, form: Form) -> Value {
    let mut config = json!({"temperature": 0, "maxOutputTokens": ANSWER_TOKENS});
    if form.0 < 4 {
        config["responseMimeType"] = json!("application/json");
    }
    if form.0 < 3 {
        config["responseJsonSchema"] = schema(prompt, form);
    }
    json!({
        "systemInstruction": {"parts": [{"text": prompt.instructions}]},
        "contents": [
            {"role": "user", "parts": [{"text": prompt.example.evidence}]},
            {"role": "model", "parts": [{"text": prompt.example.answer}]},
            {"role": "user", "parts": [{"text": prompt.evidence.as_str()}]},
        ],
        "generationConfig": config,
    })
}

/// Reads the body of a good status. DeepSeek sends blank lines before it while a request waits.
pub(super) fn reply(kind: ModelKind, bytes: &[u8]) -> Reply {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return Reply { said: Err(Failure::Garbage), tokens: (0, 0) };
    };
    let mut reply = match kind {
        ModelKind::OpenAi => openai_reply(&value),
        ModelKind::Gemini => gemini_reply(&value),
    };
    // Some servers find out too late that they fail.
    if !value["error"].is_null() {
        reply.said = Err(Failure::Busy { status: 200, after: None });
    }
    reply
}

/// Calls of tools are not looked at: none was offered.
fn openai_reply(value: &Value) -> Reply {
    let choice = &value["choices"][0];
    let text = match &choice["message"]["content"] {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    };
    let count = |name: &str| value["usage"][name].as_u64().unwrap_or(0);
    let tokens = (count("prompt_tokens"), count("completion_tokens"));
    let is_refusal = choice["finish_reason"] == "content_filter" || choice["message"]["refusal"].is_string();
    finish(Said { text, is_cut: choice["finish_reason"] == "length" }, tokens, is_refusal)
}

/// Parts that hold thoughts are no answer; thinking is paid for all the same.
fn gemini_reply(value: &Value) -> Reply {
    let candidate = &value["candidates"][0];
    let parts = candidate["content"]["parts"].as_array().into_iter().flatten();
    let text: String = parts.filter(|part| part["thought"] != true).filter_map(|part| part["text"].as_str()).collect();
    let count = |name: &str| value["usageMetadata"][name].as_u64().unwrap_or(0);
    let tokens = (count("promptTokenCount"), count("candidatesTokenCount").saturating_add(count("thoughtsTokenCount")));
    let blocked = value["promptFeedback"]["blockReason"].is_string();
    let reasons = ["SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"];
    let is_refusal = blocked || candidate["finishReason"].as_str().is_some_and(|reason| reasons.contains(&reason));
    finish(Said { text, is_cut: candidate["finishReason"] == "MAX_TOKENS" }, tokens, is_refusal)
}

/// An answer that is cut off and empty is told apart: its model has thought until its tokens were used up, and would again.
fn finish(said: Said, tokens: (u64, u64), is_refusal: bool) -> Reply {
    let said = match said.text.trim().is_empty() {
        true if said.is_cut => Err(Failure::CutOff),
        true if is_refusal => Err(Failure::Refused { status: 200, why: "it refuses to answer this" }),
        true => Err(Failure::Garbage),
        false => Ok(said),
    };
    Reply { said, tokens }
}

/// What a bad status means. `retry_after` is the header's value in seconds.
pub(super) fn failure(status: u16, retry_after: Option<u64>, bytes: &[u8]) -> Failure {
    let value: Value = serde_json::from_slice(bytes).unwrap_or_default();
    // Gemini wraps errors into an array at times.
    let error = if value.is_array() { &value[0]["error"] } else { &value["error"] };
    let refused = |why| Failure::Refused { status, why };
    match status {
        400 | 413 if is_too_long(error) => Failure::TooLong,
        400 | 422 => Failure::Form { status },
        401 | 403 => refused("its server does not accept the key"),
        402 => refused("its account has no balance"),
        404 => refused("its server does not know the model or the path"),
        429 if error["code"] == "insufficient_quota" => refused("its account has no balance"),
        408 | 425 | 429 | 500 | 502 | 503 | 504 | 529 => {
            let after = retry_after.map(Duration::from_secs).or_else(|| retry_delay(error));
            Failure::Busy { status, after }
        }
        300..400 => refused("its address leads to another one, which is not followed"),
        _ => refused("its server refuses the request"),
    }
}

/// Whether a server says that a prompt does not fit: by a code (OpenAI, DeepSeek) or type (llama.cpp), vLLM and Gemini in words.
fn is_too_long(error: &Value) -> bool {
    let says = |field: &str, what: &str| error[field].as_str().is_some_and(|text| text.contains(what));
    says("code", "context_length_exceeded")
        || says("type", "exceed_context_size")
        || says("message", "maximum context length")
        || says("message", "exceeds the maximum number of tokens")
}

/// `retryDelay` of Gemini: `"7s"`, `"0.5s"`.
fn retry_delay(error: &Value) -> Option<Duration> {
    let details = error["details"].as_array()?;
    let text = details.iter().find_map(|detail| detail["retryDelay"].as_str())?;
    let seconds: f64 = text.strip_suffix('s')?.parse().ok()?;
    Duration::try_from_secs_f64(seconds).ok()
}

#[cfg(test)]
mod tests;
