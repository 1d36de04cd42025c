use std::collections::BTreeMap;
use std::fmt::Display;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use sha2::{Digest, Sha256};
use toml::Spanned;

use super::{Action, Category, Epoch, FieldRule, Glob, Level, Policy, PolicyError, Preset, Rule};
use crate::Kind;
use crate::detect::{Holds, Reach, SecretName};
use crate::keys::hex;

/// Largest policy text, in bytes.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Longest name of a version, in bytes.
const VERSION_BYTES_MAX: usize = 64;

/// A policy as it is written. `docs/privacy.md` tells what each part means.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: Option<Spanned<String>>,
    #[serde(default)]
    masks: Masks,
    #[serde(default)]
    epoch: EpochName,
    purpose: Option<String>,
    #[serde(default)]
    subject: Vec<String>,
    #[serde(default)]
    secret_names: Vec<Spanned<String>>,
    #[serde(default)]
    actions: BTreeMap<Class, ActionName>,
    #[serde(default)]
    rule: Vec<Spanned<RuleText>>,
    #[serde(default)]
    field: Vec<Spanned<FieldText>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    tenant: Option<String>,
    source: Option<String>,
    purpose: Option<String>,
    #[serde(default)]
    actions: BTreeMap<Class, ActionName>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldText {
    name: Spanned<String>,
    action: Option<ActionName>,
    level: Option<Level>,
    #[serde(default)]
    categories: Vec<Category>,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum Masks {
    #[default]
    Least,
    Seeds,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "snake_case")]
enum EpochName {
    #[default]
    Month,
    None,
}

/// A class, a family of classes, or all.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
enum Class {
    /// First, so that what is said of single classes counts more.
    All,
    Family(String),
    One(Kind),
}

struct ActionName(Action);

impl<'de> Deserialize<'de> for ActionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ActionName, D::Error> {
        let name = String::deserialize(deserializer)?;
        let found = Action::ALL.into_iter().find(|action| action.name() == name);
        found.map(ActionName).ok_or_else(|| D::Error::custom(unknown("action", &name, Action::ALL.map(Action::name))))
    }
}

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Class, D::Error> {
        let name = String::deserialize(deserializer)?;
        let same = |known: &str| known.eq_ignore_ascii_case(&name);
        if same("all") {
            return Ok(Class::All);
        }
        if let Some(kind) = Kind::ALL.into_iter().find(|kind| same(kind.name())) {
            return Ok(Class::One(kind));
        }
        match Kind::ALL.into_iter().find(|kind| same(kind.family())) {
            Some(kind) => Ok(Class::Family(kind.family().to_owned())),
            None => {
                let known = Kind::ALL.into_iter().flat_map(|kind| [kind.name(), kind.family()]).chain(["ALL"]);
                Err(D::Error::custom(unknown("class", &name, known)))
            }
        }
    }
}

/// What is not known, and what was perhaps meant.
fn unknown(what: &str, name: &impl Display, known: impl IntoIterator<Item = &'static str>) -> String {
    let mut known: Vec<String> = known.into_iter().map(str::to_lowercase).collect();
    known.sort_unstable();
    known.dedup();
    format!("unknown {what} `{name}`; there are: {}", known.join(", "))
}

pub(super) fn parse(text: &str) -> Result<Policy, PolicyError> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(PolicyError::new(format!("a policy has at most {TEXT_BYTES_MAX} bytes, this one {}", text.len())));
    }
    let file: File = toml::from_str(text).map_err(|error| PolicyError::of(text, &error))?;
    let mut policy = Policy { version: version(file.version.as_ref(), text)?, ..Policy::default() };
    policy.preset = match file.masks {
        Masks::Least => Preset::Least,
        Masks::Seeds => Preset::Seeds,
    };
    policy.epoch = match file.epoch {
        EpochName::Month => Epoch::Month,
        EpochName::None => Epoch::None,
    };
    if let Some(purpose) = file.purpose {
        policy.base.purpose = purpose;
    }
    policy.subject = file.subject;
    for name in file.secret_names {
        let name = present("secret_names", name, text)?;
        policy.secret_names.push(SecretName { name, reach: Reach::LastWords, kind: Kind::Password, holds: Holds::Anything });
    }
    for (kind, action) in actions(&file.actions) {
        policy.base.actions[kind as usize] = action;
    }
    policy.rules = file.rule.iter().map(|rule| read_rule(rule, text)).collect::<Result<_, _>>()?;
    policy.fields = file.field.into_iter().map(|field| read_field(field, text)).collect::<Result<_, _>>()?;
    Ok(policy)
}

fn version(name: Option<&Spanned<String>>, text: &str) -> Result<String, PolicyError> {
    let digits = &hex(&Sha256::digest(text))[..8];
    let Some(name) = name else { return Ok(format!("policy-{digits}")) };
    let sane = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':');
    let version = name.get_ref();
    if version.is_empty() || version.len() > VERSION_BYTES_MAX || !version.bytes().all(sane) {
        let hint = "letters, digits, `-`, `_`, `.` and `:`";
        return Err(PolicyError::at(
            text,
            &name.span(),
            format!("`version` must have 1 to {VERSION_BYTES_MAX} characters: {hint}"),
        ));
    }
    Ok(format!("{version}-{digits}"))
}

/// Single classes after families, and these after all.
fn actions(written: &BTreeMap<Class, ActionName>) -> Vec<(Kind, Action)> {
    let covers = |class: &Class, kind: Kind| match class {
        Class::All => true,
        Class::Family(family) => kind.family() == family,
        Class::One(one) => *one == kind,
    };
    let each = written.iter().flat_map(|(class, ActionName(action))| {
        Kind::ALL.into_iter().filter(move |&kind| covers(class, kind)).map(move |kind| (kind, *action))
    });
    each.collect()
}

fn read_rule(written: &Spanned<RuleText>, text: &str) -> Result<Rule, PolicyError> {
    let RuleText { tenant, source, purpose, actions: by_class } = written.get_ref();
    if tenant.is_none() && source.is_none() {
        let what = "a [[rule]] needs `tenant` or `source`; what holds for all stands in [actions]";
        return Err(PolicyError::at(text, &written.span(), what.to_owned()));
    }
    let glob = |pattern: &Option<String>| pattern.as_deref().map(Glob::new);
    Ok(Rule { tenant: glob(tenant), source: glob(source), actions: actions(by_class), purpose: purpose.clone() })
}

fn read_field(written: Spanned<FieldText>, text: &str) -> Result<FieldRule, PolicyError> {
    let span = written.span();
    let FieldText { name, action, level, categories } = written.into_inner();
    let name = present("name", name, text)?;
    if action.is_none() && level.is_none() {
        return Err(PolicyError::at(text, &span, "a [[field]] needs `action` or `level`".to_owned()));
    }
    if level.is_none() && !categories.is_empty() {
        return Err(PolicyError::at(text, &span, "a [[field]] that has `categories` needs `level` too".to_owned()));
    }
    Ok(FieldRule { name: Glob::new(&name), action: action.map(|ActionName(action)| action), level, categories })
}

fn present(what: &str, name: Spanned<String>, text: &str) -> Result<String, PolicyError> {
    match name.get_ref().trim().is_empty() {
        true => Err(PolicyError::at(text, &name.span(), format!("`{what}` must not be empty"))),
        false => Ok(name.into_inner()),
    }
}
