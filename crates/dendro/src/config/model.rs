use std::path::PathBuf;
use std::time::Duration;

use server::ModelKind;
use url::{Host, Url};

use super::raw::Raw;

/// The longest that an answer may wait for a model.
const TIMEOUT_MAX: Duration = Duration::from_secs(300);
/// Characters of a model's name.
const NAME_MAX: usize = 200;

/// Which language model, and where its key is.
#[derive(Debug, Clone)]
pub(crate) struct ModelSettings {
    /// How its server is spoken to.
    pub kind: ModelKind,
    /// Where.
    pub url: Url,
    /// Its name there.
    pub model: String,
    /// Environment variable with its key.
    pub key_env: Option<String>,
    /// File with its key.
    pub key_file: Option<PathBuf>,
    /// Time of one call.
    pub timeout: Duration,
    /// Tokens in a day.
    pub tokens_a_day: u64,
    /// Calls in a minute.
    pub calls_a_minute: u32,
}

/// The language model, if one is named. All problems are noted in `raw`.
pub(super) fn meant(raw: &mut Raw) -> Option<ModelSettings> {
    let model = raw.get("model").0.to_owned();
    let kind = match raw.get("model_kind").0 {
        "openai" => ModelKind::OpenAi,
        "gemini" => ModelKind::Gemini,
        other => {
            let problem = format!("model_kind: expected openai or gemini, found `{other}`");
            raw.problem(problem);
            ModelKind::OpenAi
        }
    };
    let url = url(raw, kind);
    let key_env = Some(raw.get("model_key_env").0.to_owned()).filter(|name| !name.is_empty());
    let key_file = raw.path("model_key_file");
    if key_env.is_some() && key_file.is_some() {
        raw.problem("model_key_env and model_key_file exclude each other".to_owned());
    }
    if key_env.as_ref().is_some_and(|name| !name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')) {
        // Not quoted: it may be the key itself.
        raw.problem("model_key_env: the name of an environment variable is needed, not the key".to_owned());
    }
    let (timeout, tokens_a_day, calls_a_minute) =
        (raw.duration("model_timeout"), raw.parse("model_tokens"), raw.parse("model_calls"));
    if timeout > TIMEOUT_MAX || timeout.is_zero() {
        raw.problem(format!("model_timeout: more than 0s and at most {}s", TIMEOUT_MAX.as_secs()));
    }
    // It becomes part of a path.
    let is_name = |c: char| c.is_ascii_alphanumeric() || "-_.:/@".contains(c);
    if model.len() > NAME_MAX || !model.chars().all(is_name) || model.contains("..") {
        raw.problem(format!("model: at most {NAME_MAX} letters, digits and -_.:/@"));
    }
    (!model.is_empty()).then_some(ModelSettings { kind, url, model, key_env, key_file, timeout, tokens_a_day, calls_a_minute })
}

fn url(raw: &mut Raw, kind: ModelKind) -> Url {
    let usual = match kind {
        ModelKind::OpenAi => "https://api.openai.com/v1",
        ModelKind::Gemini => "https://generativelanguage.googleapis.com/v1beta",
    };
    let usual = Url::parse(usual).expect("BUG: a constant URL");
    let plaintext: bool = raw.parse("model_plaintext");
    let written = raw.get("model_url").0;
    if written.is_empty() {
        return usual;
    }
    let parsed = Url::parse(written).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let Some(url) = parsed else {
        raw.problem("model_url: expected a URL such as http://127.0.0.1:11434/v1".to_owned());
        return usual;
    };
    // Not quoted: it may hold a key.
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        raw.problem("model_url: a key belongs into model_key_env or model_key_file, not into the URL".to_owned());
    }
    if url.scheme() == "http" && !is_here(&url) && !plaintext {
        raw.problem("model_url: without TLS evidence is sent to this machine only; use https, or set model_plaintext".to_owned());
    }
    url
}

fn is_here(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}
