//! The privacy policy on disk: read, watched, replaced, and every version kept.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use privacy::{Gateway, Policy};
use record::Kind;

use crate::config::PrivacyFiles;
use crate::exit::Failure;

/// How often the file is looked at. A change that two looks find the same is in force.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The policies that were in force are kept here, by version, so that an account can always be explained.
const HISTORY: &str = "policies";

/// The policy's file.
pub(crate) struct PolicyFile {
    path: PathBuf,
    history: PathBuf,
    /// The text in force. Empty: there is no file, and the standard policy is.
    text: Mutex<String>,
}

impl PolicyFile {
    /// Reads the policy that is to be in force.
    pub(crate) fn open(files: &PrivacyFiles, data: &Path) -> Result<(PolicyFile, Policy), Failure> {
        let text = match fs::read_to_string(&files.policy) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !files.policy_is_named => String::new(),
            Err(error) => {
                let text = format!("cannot read the privacy policy {}: {error}", files.policy.display());
                return Err(Failure::new(Kind::Invalid, text));
            }
        };
        let policy = parse(&text).map_err(|failure| failure.about(&files.policy.display().to_string()))?;
        let file = PolicyFile { path: files.policy.clone(), history: data.join(HISTORY), text: Mutex::new(text.clone()) };
        file.keep(&policy.version, &text)?;
        Ok((file, policy))
    }

    /// Looks at the file until the process ends, and puts each change in force. A policy that cannot be read changes
    /// nothing: the one before stays in force, and the log says why.
    pub(crate) async fn watch(self: Arc<PolicyFile>, gateway: Arc<Gateway>) {
        let (mut refused, mut seen) = (String::new(), String::new());
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let Ok(text) = tokio::fs::read_to_string(&self.path).await else { continue };
            // What is still being written is not read: a part of a policy may be a policy too, or none.
            let is_settled = text == seen;
            seen.clone_from(&text);
            if !is_settled || text == *self.text.lock() || text == refused {
                continue;
            }
            match parse(&text).and_then(|policy| self.enforce(policy, &text, &gateway)) {
                Ok(version) => {
                    refused.clear();
                    tracing::info!(version, "the privacy policy changed");
                }
                Err(failure) => {
                    tracing::error!(path = %self.path.display(), %failure, "the changed privacy policy is refused; the one before stays");
                    refused = text;
                }
            }
        }
    }

    fn enforce(&self, policy: Policy, text: &str, gateway: &Gateway) -> Result<String, Failure> {
        let version = policy.version.clone();
        self.keep(&version, text)?;
        gateway.enforce(policy);
        text.clone_into(&mut self.text.lock());
        Ok(version)
    }

    /// Keeps a version, if it is not kept yet.
    fn keep(&self, version: &str, text: &str) -> Result<(), Failure> {
        let path = self.history.join(format!("{version}.toml"));
        if text.is_empty() || path.exists() {
            return Ok(());
        }
        fs::create_dir_all(&self.history)?;
        write_whole(&path, text).map_err(|error| Failure::from(error).about(&path.display().to_string()))
    }
}

impl server::Policies for PolicyFile {
    fn text(&self) -> String {
        self.text.lock().clone()
    }

    fn replace(&self, text: &str, gateway: &Gateway) -> Result<String, server::PolicyRefused> {
        let policy = Policy::parse(text).map_err(|error| server::PolicyRefused::Invalid(error.to_string()))?;
        let not_written = |error: &dyn std::fmt::Display| server::PolicyRefused::NotWritten(error.to_string());
        write_whole(&self.path, text).map_err(|error| not_written(&error))?;
        self.enforce(policy, text, gateway).map_err(|failure| not_written(&failure))
    }
}

fn parse(text: &str) -> Result<Policy, Failure> {
    if text.is_empty() {
        return Ok(Policy::default());
    }
    Policy::parse(text).map_err(|error| {
        Failure::new(Kind::Invalid, error.to_string())
            .hint("`dendro privacy check FILE` shows the line, and tries a policy without using it")
    })
}

/// Writes a file so that it is there whole or not at all.
fn write_whole(path: &Path, text: &str) -> io::Result<()> {
    let draft = path.with_extension("toml.new");
    let mut file = fs::File::create(&draft)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => fs::File::open(folder)?.sync_all(),
        _ => Ok(()),
    }
}
