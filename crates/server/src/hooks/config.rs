use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::key::Key;

/// Secrets of one hook at a time: the new one and the old one, with room for who changes them often.
const SECRETS_MAX: usize = 8;

/// A path of its own to which one program sends its webhooks.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The last part of the path, and the source of its records: 1 to 64 lower-case letters, digits, `-` and `_`.
    pub name: String,
    /// How the sender proves who it is.
    pub profile: Profile,
    /// What it proves it with.
    pub secret: HookSecret,
}

/// Where the secret of a hook is: one a line, so that there can be two while it changes. Prints as stars.
#[derive(Clone)]
pub enum HookSecret {
    /// In a file, read at the start. Lines that begin with `#` are comments.
    File(PathBuf),
    /// Here, as it would stand in a file.
    Given(String),
}

impl fmt::Debug for HookSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HookSecret::File(path) => write!(f, "File({})", path.display()),
            HookSecret::Given(_) => f.write_str("Given(***)"),
        }
    }
}

/// How a sender of webhooks proves who it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// Standard Webhooks 1.0 (<https://www.standardwebhooks.com>): `v1` (HMAC-SHA256) and `v1a` (Ed25519).
    Standard,
    /// GitHub and Gitea: `X-Hub-Signature-256`.
    GitHub,
    /// Stripe, and those who do as it does: `Stripe-Signature: t=..,v1=..`.
    Stripe,
    /// Slack: `X-Slack-Signature`.
    Slack,
    /// Prometheus' Alertmanager, which signs nothing: a token in `Authorization`.
    Alertmanager,
}

impl Profile {
    /// All of them.
    pub const ALL: [Profile; 5] = [Profile::Standard, Profile::GitHub, Profile::Stripe, Profile::Slack, Profile::Alertmanager];

    /// The name in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Profile::Standard => "standard",
            Profile::GitHub => "github",
            Profile::Stripe => "stripe",
            Profile::Slack => "slack",
            Profile::Alertmanager => "alertmanager",
        }
    }
}

/// There is no such profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected standard, github, stripe, slack or alertmanager")]
pub struct NoProfile;

impl FromStr for Profile {
    type Err = NoProfile;

    fn from_str(text: &str) -> Result<Profile, NoProfile> {
        Profile::ALL.into_iter().find(|profile| profile.as_str() == text).ok_or(NoProfile)
    }
}

/// A hook cannot be used. Never quotes a secret.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// The file with the secret cannot be read.
    #[error("hook {name}: secret in {path}: {source}", path = path.display())]
    Unreadable {
        /// Of which hook.
        name: String,
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// There are too few or too many.
    #[error("hook {name}: it has {found} secrets; it must have 1 to {SECRETS_MAX}, one a line")]
    Number {
        /// Of which hook.
        name: String,
        /// How many there are.
        found: usize,
    },
    /// One is none.
    #[error("hook {name}: secret {index}: {problem}")]
    Secret {
        /// Of which hook.
        name: String,
        /// Which, from 1.
        index: usize,
        /// What is wrong with it.
        problem: &'static str,
    },
}

impl HookError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        "copy the secret as the sender shows it (whsec_.. or whpk_.. of Standard Webhooks), one a line"
    }
}

impl Hook {
    /// Reads its secrets.
    pub(super) fn keys(&self) -> Result<Vec<Key>, HookError> {
        let text = match &self.secret {
            HookSecret::Given(text) => text.clone(),
            HookSecret::File(path) => std::fs::read_to_string(path).map_err(|source| HookError::Unreadable {
                name: self.name.clone(),
                path: path.clone(),
                source,
            })?,
        };
        let secrets: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
        if !(1..=SECRETS_MAX).contains(&secrets.len()) {
            return Err(HookError::Number { name: self.name.clone(), found: secrets.len() });
        }
        let key = |(index, secret)| {
            let problem = |problem| HookError::Secret { name: self.name.clone(), index: index + 1, problem };
            Key::read(self.profile, secret).map_err(problem)
        };
        secrets.into_iter().enumerate().map(key).collect()
    }
}
