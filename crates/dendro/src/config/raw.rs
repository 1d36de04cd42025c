use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use super::settings::{SETTINGS, Setting, find};

/// Where a value was written. Later ones win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Origin {
    Default,
    File,
    Environment,
    Flag,
}

impl Origin {
    /// In words, for messages and for the printed settings.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::File => "file",
            Origin::Environment => "environment",
            Origin::Flag => "flag",
        }
    }
}

/// Settings as written: a text each, and where it stands.
pub(crate) struct Raw {
    values: BTreeMap<&'static str, (String, Origin)>,
    problems: Vec<String>,
}

impl Raw {
    /// The defaults.
    pub(crate) fn new() -> Raw {
        let values = SETTINGS.iter().map(|setting| (setting.name, (setting.default.to_owned(), Origin::Default))).collect();
        Raw { values, problems: Vec::new() }
    }

    /// Takes over what a file says. Unknown keys are problems: a misspelt bound must not be ignored.
    pub(crate) fn merge_file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.problem(format!("cannot read {}: {error}", path.display())),
        };
        let table = match text.parse::<toml::Table>() {
            Ok(table) => table,
            Err(error) => return self.problem(format!("{} is not TOML: {}", path.display(), error.message())),
        };
        for (key, value) in table {
            let Some(setting) = find(&key) else {
                self.problem(format!("{}: unknown setting `{key}`{}", path.display(), suggestion(&key)));
                continue;
            };
            match written(&value) {
                Some(text) => self.set(setting, text, Origin::File),
                None => self.problem(format!("{}: `{key}` must be a single value", path.display())),
            }
        }
    }

    /// Takes over `DENDRO_*`. A name that is no setting is a problem, unless the command line knows it.
    pub(crate) fn merge_environment(&mut self, variables: impl Iterator<Item = (String, String)>) {
        for (name, value) in variables {
            let Some(key) = name.strip_prefix("DENDRO_").map(str::to_ascii_lowercase) else { continue };
            match find(&key) {
                Some(setting) => self.set(setting, value, Origin::Environment),
                None if matches!(key.as_str(), "url" | "config" | "root_key") => {}
                None => self.problem(format!("environment: unknown setting `{name}`{}", suggestion(&key))),
            }
        }
    }

    /// Takes over a flag, or another value that wins over file and environment.
    pub(crate) fn merge_flag(&mut self, name: &'static str, value: String) {
        let setting = find(name).expect("BUG: a flag without a setting");
        self.set(setting, value, Origin::Flag);
    }

    /// The value of a setting, and where it stands.
    pub(crate) fn get(&self, name: &'static str) -> (&str, Origin) {
        let (value, origin) = self.values.get(name).expect("BUG: a setting that is not declared");
        (value, *origin)
    }

    /// Notes what is wrong, so that all of it can be told together.
    pub(crate) fn problem(&mut self, problem: String) {
        self.problems.push(problem);
    }

    /// What is wrong so far.
    pub(crate) fn into_problems(self) -> Vec<String> {
        self.problems
    }

    /// A path; `None` when empty.
    pub(crate) fn path(&self, name: &'static str) -> Option<PathBuf> {
        let (value, _) = self.get(name);
        (!value.is_empty()).then(|| PathBuf::from(value))
    }

    /// Anything that reads itself from text: numbers, addresses, `true` and `false`.
    pub(crate) fn parse<T: FromStr + Default>(&mut self, name: &'static str) -> T {
        self.parse_or(name, T::default())
    }

    /// The same for what has no default; `otherwise` stands in until the problem is told.
    pub(crate) fn parse_or<T: FromStr>(&mut self, name: &'static str, otherwise: T) -> T {
        self.read(name, otherwise, |text| text.parse().ok())
    }

    /// A duration such as `90s`.
    pub(crate) fn duration(&mut self, name: &'static str) -> Duration {
        self.read(name, Duration::ZERO, record::parse_duration)
    }

    /// A duration, or `never`.
    pub(crate) fn duration_or_never(&mut self, name: &'static str) -> Option<Duration> {
        if self.get(name).0 == "never" { None } else { Some(self.duration(name)) }
    }

    /// A size such as `64MiB`.
    pub(crate) fn size(&mut self, name: &'static str) -> u64 {
        self.read(name, 0, parse_size)
    }

    fn set(&mut self, setting: &'static Setting, value: String, origin: Origin) {
        self.values.insert(setting.name, (value, origin));
    }

    fn read<T>(&mut self, name: &'static str, otherwise: T, parse: impl FnOnce(&str) -> Option<T>) -> T {
        let (text, origin) = self.get(name);
        if let Some(value) = parse(text.trim()) {
            return value;
        }
        let unit = find(name).expect("BUG: a setting that is not declared").unit;
        let example = match unit {
            "DURATION" => "a duration such as 90s, 5m, 2h or 7d",
            "SIZE" => "a size such as 64MiB or 2GiB",
            "BOOL" => "true or false",
            "ADDR" => "an address such as 127.0.0.1:4480",
            "URL" => "a URL such as s3://bucket/prefix",
            _ => "a number",
        };
        let problem = format!("{name} ({}): expected {example}, found `{text}`", origin.as_str());
        self.problem(problem);
        otherwise
    }
}

/// Reads `512`, `64KiB`, `64 MiB`, `2GiB`, and the decimal `kB`, `MB`, `GB`.
fn parse_size(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let count: u64 = text[..digits].parse().ok()?;
    let unit = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1,
        "kib" => 1 << 10,
        "mib" => 1 << 20,
        "gib" => 1 << 30,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        _ => return None,
    };
    count.checked_mul(unit)
}

fn written(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(value) => Some(value.to_string()),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Array(_) | toml::Value::Table(_) => None,
    }
}

/// `, did you mean ...?` when a declared name is at most two typing slips away.
fn suggestion(wrong: &str) -> String {
    let nearest = SETTINGS.iter().map(|setting| (slips(wrong, setting.name), setting.name)).min();
    match nearest {
        Some((distance, name)) if distance <= 2 => format!(", did you mean `{name}`?"),
        _ => String::new(),
    }
}

/// Levenshtein's distance.
fn slips(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, l) in left.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, r) in right.iter().enumerate() {
            let substituted = diagonal + usize::from(l != *r);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[right.len()]
}
