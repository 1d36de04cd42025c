//! The rules file as it is written. `docs/transforms.md` tells what each part means.

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;

/// Largest rules file, in bytes.
const TEXT_BYTES_MAX: usize = 1 << 20;

/// Most rules: each is tried on each record.
const RULES_MAX: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct File {
    #[serde(default)]
    pub(crate) tables: BTreeMap<String, Spanned<TableText>>,
    #[serde(default)]
    pub(crate) rule: Vec<Spanned<RuleText>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TableText {
    pub(crate) file: String,
    pub(crate) key: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) name: Option<String>,
    pub(crate) source: Option<OneOrMany>,
    pub(crate) severity: Option<OneOrMany>,
    #[serde(default, rename = "where")]
    pub(crate) fields: BTreeMap<String, Scalar>,
    #[serde(default)]
    pub(crate) unless: BTreeMap<String, Scalar>,
    #[serde(default)]
    pub(crate) drop: bool,
    pub(crate) sample: Option<u64>,
    pub(crate) by: Option<String>,
    #[serde(default)]
    pub(crate) rename: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) set: BTreeMap<String, Scalar>,
    #[serde(default)]
    pub(crate) remove: Vec<String>,
    pub(crate) lookup: Option<LookupText>,
    pub(crate) program: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LookupText {
    pub(crate) table: String,
    pub(crate) field: String,
    #[serde(default)]
    pub(crate) into: String,
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub(crate) fn texts(&self) -> &[String] {
        match self {
            OneOrMany::One(text) => std::slice::from_ref(text),
            OneOrMany::Many(texts) => texts,
        }
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(untagged, expecting = "expected a text, a number, or true or false")]
pub(crate) enum Scalar {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
}

/// What is wrong with the file, and where: line and column, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) place: Option<(usize, usize)>,
    pub(crate) what: String,
}

impl Fault {
    pub(crate) fn at(text: &str, span: &Range<usize>, what: String) -> Fault {
        let before = &text[..text.floor_char_boundary(span.start)];
        let begin = before.rfind('\n').map_or(0, |newline| newline + 1);
        Fault { place: Some((before.matches('\n').count() + 1, before[begin..].chars().count() + 1)), what }
    }
}

pub(crate) fn parse(text: &str) -> Result<File, Fault> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(Fault {
            place: None,
            what: format!("a rules file has at most {TEXT_BYTES_MAX} bytes, this one {}", text.len()),
        });
    }
    let file: File = toml::from_str(text).map_err(|error| match error.span() {
        Some(span) => Fault::at(text, &span, error.message().to_owned()),
        None => Fault { place: None, what: error.message().to_owned() },
    })?;
    match file.rule.get(RULES_MAX) {
        Some(rule) => Err(Fault::at(text, &rule.span(), format!("at most {RULES_MAX} rules"))),
        None => Ok(file),
    }
}
