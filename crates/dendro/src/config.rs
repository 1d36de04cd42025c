//! Settings, read once and in two steps: as written ([`Raw`]), then as meant ([`Config`]), with all problems told together.

mod flags;
mod hooks;
mod kafka;
mod meant;
mod model;
mod raw;
mod settings;
mod sockets;

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

pub(crate) use flags::SettingFlags;
pub(crate) use model::ModelSettings;
use raw::Raw;
use record::Kind;
use settings::SETTINGS;

use crate::exit::Failure;

/// Settings as meant.
pub(crate) struct Config {
    /// What the lake needs.
    pub lake: lake::Config,
    /// What the engine needs.
    pub engine: engine::Config,
    /// What the server needs.
    pub server: server::Config,
    /// What one question may cost.
    pub budget: ask::Budget,
    /// Where policy and root key are.
    pub privacy: PrivacyFiles,
    /// Where the transform rules are.
    pub transforms: TransformFile,
    /// The language model, if any.
    pub model: Option<ModelSettings>,
    /// What Dendro logs about itself.
    pub log: String,
}

/// Where policy and root key are.
#[derive(Debug, Clone)]
pub(crate) struct PrivacyFiles {
    /// The policy in force.
    pub policy: PathBuf,
    /// Whether somebody named it, so that it has to be there.
    pub policy_is_named: bool,
    /// Where the root key is kept.
    pub root_key: RootKeySource,
}

/// Where the transform rules are.
#[derive(Debug, Clone)]
pub(crate) struct TransformFile {
    /// The rules.
    pub path: PathBuf,
    /// Whether somebody named the file, so that it has to be there.
    pub is_named: bool,
}

/// Where the root key is kept.
#[derive(Debug, Clone)]
pub(crate) enum RootKeySource {
    /// In a file, which is made when it is the folder's own and missing.
    File {
        /// Which.
        path: PathBuf,
        /// Whether somebody named it.
        is_named: bool,
    },
    /// A program prints it.
    Command(String),
}

/// Reads flags, environment and file.
pub(crate) fn load(file: Option<&Path>, flags: &SettingFlags) -> Result<(Config, String), Failure> {
    let mut raw = Raw::new();
    if let Some(path) = file {
        raw.merge_file(path);
    }
    raw.merge_environment(std::env::vars());
    for (name, value) in flags.given() {
        raw.merge_flag(name, value.clone());
    }
    let written = sample(&raw);
    let config = meant::meant(&mut raw);
    let problems = raw.into_problems();
    if problems.is_empty() {
        return Ok((config, written));
    }
    let count = problems.len();
    let plural = if count == 1 { "" } else { "s" };
    Err(Failure::new(Kind::Invalid, format!("{count} problem{plural} in the settings\n  - {}", problems.join("\n  - ")))
        .hint("`dendro serve --help` lists all settings"))
}

/// The settings for work on a data folder, where only the folder is given.
pub(crate) fn for_folder(file: Option<&Path>, data: Option<&Path>) -> Result<Config, Failure> {
    let mut flags = SettingFlags::default();
    if let Some(data) = data {
        flags.give("data", data.display().to_string());
    }
    Ok(load(file, &flags)?.0)
}

/// All settings in the form of a settings file; what nobody changed is a comment.
fn sample(raw: &Raw) -> String {
    let mut text = String::new();
    for setting in SETTINGS {
        let (value, origin) = raw.get(setting.name);
        let comment = if origin == raw::Origin::Default { "# " } else { "" };
        let value = toml::Value::String(value.to_owned());
        let (name, help, unit) = (setting.name, setting.help, setting.unit);
        writeln!(text, "# {help}. {unit}, from: {}.\n{comment}{name} = {value}\n", origin.as_str())
            .expect("BUG: writing to a string");
    }
    text
}
