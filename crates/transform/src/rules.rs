use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use record::{Batch, LeftOutBy, Severity};
use sha2::{Digest, Sha256};
use toml::Spanned;

use crate::act::{Act, Edit, Lookup, Sample};
use crate::file::{self, Fault, RuleText, Scalar, TableText};
use crate::glob::Glob;
use crate::when::When;
use crate::work::{Work, read_severity};
use crate::{Counts, Datum, Event, Fate, Language, Table, Tables};

/// What an operator wants done with records, ready for use.
#[derive(Debug, Clone)]
pub struct Rules {
    version: String,
    rules: Vec<Rule>,
}

#[derive(Debug, Clone)]
struct Rule {
    name: String,
    when: When,
    act: Act,
}

/// Rules, and what has to be told about the files that they were made of.
#[derive(Debug)]
pub struct Loaded {
    /// Ready for use.
    pub rules: Rules,
    /// Rows of tables that cannot be used, with file and line.
    pub warnings: Vec<String>,
    /// The files that were read, as the rules name them.
    pub files: Vec<String>,
}

/// Rules cannot be used: which file, where in it, and why. Quotes what its author wrote, and no record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file as the rules name it; none: the rules themselves.
    pub file: Option<String>,
    /// Line and column, from 1.
    pub place: Option<(usize, usize)>,
    /// What is wrong, perhaps over several lines.
    pub what: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some((line, column)) = self.place {
            write!(f, "line {line}, column {column}: ")?;
        }
        f.write_str(&self.what)
    }
}

impl std::error::Error for Problem {}

impl From<Fault> for Problem {
    fn from(fault: Fault) -> Problem {
        Problem { file: None, place: fault.place, what: fault.what }
    }
}

/// How files are read: by the name that the rules give them.
pub type Read<'r> = dyn Fn(&str) -> Result<Vec<u8>, String> + 'r;

impl Rules {
    /// Makes rules of their file and of the files that it names.
    ///
    /// # Errors
    ///
    /// The first thing that is wrong, with its place.
    pub fn load(text: &str, read: &Read<'_>, language: Option<&dyn Language>) -> Result<Loaded, Problem> {
        let file = file::parse(text)?;
        let mut loading = Loading::new(text, read);
        for (name, table) in &file.tables {
            loading.table(name, table)?;
        }
        let tables = Arc::new(std::mem::take(&mut loading.tables));
        let rules = file.rule.iter().enumerate();
        let rules = rules.map(|(index, rule)| loading.rule(index, rule, &tables, language)).collect::<Result<_, _>>()?;
        let digest = loading.digest.finalize();
        let version = digest[..4].iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Loaded { rules: Rules { version, rules }, warnings: loading.warnings, files: loading.files })
    }

    /// One program for all records, to be tried.
    ///
    /// # Errors
    ///
    /// When it does not compile.
    pub fn of_program(name: &str, text: &str, language: &dyn Language) -> Result<Rules, Problem> {
        let compiled = language.compile(name, text, &Arc::new(Tables::default()));
        let program = compiled.map_err(|what| Problem { file: None, place: None, what })?;
        let act = Act::Program { name: name.to_owned(), program };
        Ok(Rules { version: String::new(), rules: vec![Rule { name: name.to_owned(), when: When::default(), act }] })
    }

    /// Eight digits of the hash of all that they were made of.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.rules.len()
    }

    /// Whether there are none, so that nothing is done.
    pub fn is_empty(&self) -> bool {
        self.rules.is_empty()
    }

    /// Applies all rules to all records, in this order: each sees what those before it made.
    pub fn apply(&self, batch: Batch) -> (Batch, Counts) {
        let mut counts = Counts::default();
        if self.rules.is_empty() || batch.records().is_empty() {
            return (batch, counts);
        }
        let mut work = Work::new(batch);
        let mut by_rule = vec![[0u64; 4]; self.rules.len()];
        for index in 0..work.batch().records().len() {
            self.one(&mut work, index, &mut by_rule);
        }
        for (rule, outcomes) in self.rules.iter().zip(by_rule) {
            for (outcome, records) in OUTCOMES.into_iter().zip(outcomes).filter(|(_, records)| *records > 0) {
                counts.add(&rule.name, outcome, records);
            }
        }
        (work.finish(), counts)
    }

    fn one(&self, work: &mut Work, index: usize, by_rule: &mut [[u64; 4]]) {
        let mut is_sampled = false;
        for (rule, outcomes) in self.rules.iter().zip(by_rule) {
            let event = Event::new(work.batch(), index);
            let is_second_sample = is_sampled && matches!(rule.act, Act::Sample(_));
            if is_second_sample || !rule.when.holds(&event) {
                continue;
            }
            is_sampled |= matches!(rule.act, Act::Sample(_));
            match rule.decide(&event, index) {
                Fate::Stays(changes) => match work.change(index, &changes) {
                    Ok(()) => outcomes[CHANGED] += 1,
                    Err(_) => {
                        outcomes[FAILED] += 1;
                        rule.mark(work, index, None);
                    }
                },
                Fate::Failed(line) => {
                    outcomes[FAILED] += 1;
                    rule.mark(work, index, line);
                }
                Fate::Filtered => {
                    outcomes[FILTERED] += 1;
                    return work.leave_out(index, LeftOutBy::Filter);
                }
                Fate::SampledOut => {
                    outcomes[SAMPLED_OUT] += 1;
                    return work.leave_out(index, LeftOutBy::Sampling);
                }
            }
        }
    }
}

const OUTCOMES: [&str; 4] = ["kept", "filtered", "sampled_out", "failed"];
const CHANGED: usize = 0;
const FILTERED: usize = 1;
const SAMPLED_OUT: usize = 2;
const FAILED: usize = 3;

impl Rule {
    fn decide(&self, event: &Event<'_>, index: usize) -> Fate {
        match &self.act {
            Act::Drop => Fate::Filtered,
            Act::Sample(sample) if sample.keeps(event, index) => Fate::Stays(sample.weighted(event)),
            Act::Sample(_) => Fate::SampledOut,
            Act::Edit(edit) => edit.of(event),
            Act::Program { program, .. } => program.run(event),
        }
    }

    /// The record stays as it was and says so.
    fn mark(&self, work: &mut Work, index: usize, line: Option<usize>) {
        let what = match &self.act {
            Act::Program { name, .. } => name,
            _ => &self.name,
        };
        work.mark(index, &line.map_or_else(|| what.clone(), |line| format!("{what}, line {line}")));
    }
}

/// What is gathered while files are read.
struct Loading<'l> {
    text: &'l str,
    read: &'l Read<'l>,
    digest: Sha256,
    tables: Tables,
    warnings: Vec<String>,
    files: Vec<String>,
}

impl<'l> Loading<'l> {
    fn new(text: &'l str, read: &'l Read<'l>) -> Loading<'l> {
        let digest = Sha256::new_with_prefix(text);
        Loading { text, read, digest, tables: Tables::default(), warnings: Vec::new(), files: Vec::new() }
    }

    fn fault<T>(&self, at: &Spanned<T>, what: String) -> Problem {
        Fault::at(self.text, &at.span(), what).into()
    }

    fn read(&mut self, file: &str) -> Result<Vec<u8>, Problem> {
        let in_file = |what| Problem { file: Some(file.to_owned()), place: None, what };
        self.files.push(file.to_owned());
        let bytes = (self.read)(file).map_err(in_file)?;
        self.digest.update(&bytes);
        Ok(bytes)
    }

    fn table(&mut self, name: &str, written: &Spanned<TableText>) -> Result<(), Problem> {
        let TableText { file, key } = written.get_ref();
        let bytes = self.read(file)?;
        let made = Table::read(file, bytes, key.as_deref());
        let (table, warnings) = made.map_err(|what| Problem { file: Some(file.clone()), place: None, what })?;
        self.warnings.extend(warnings.into_iter().map(|warning| format!("{file}: {warning}")));
        self.tables.insert(name, table);
        Ok(())
    }

    fn rule(
        &mut self,
        index: usize,
        written: &Spanned<RuleText>,
        tables: &Arc<Tables>,
        language: Option<&dyn Language>,
    ) -> Result<Rule, Problem> {
        let rule = written.get_ref();
        let name = rule.name.clone().unwrap_or_else(|| format!("rule {}", index + 1));
        let when = self.when(written)?;
        let act = match (rule.drop, rule.sample, &rule.program, has_edit(rule)) {
            (true, None, None, false) => Act::Drop,
            (false, Some(every), None, false) if every >= 1 => Act::Sample(Sample { every, by: rule.by.clone() }),
            (false, Some(_), None, false) => {
                return Err(self.fault(written, "`sample` is 1 or more: one of so many is kept".into()));
            }
            (false, None, Some(file), false) => {
                let program = self.program(file, written, tables, language)?;
                Act::Program { name: file.clone(), program }
            }
            (false, None, None, true) => Act::Edit(self.edit(written, tables)?),
            (false, None, None, false) => {
                let what =
                    "this rule does nothing: give it `drop`, `sample`, `program`, or some of `lookup`, `rename`, `set`, `remove`";
                return Err(self.fault(written, what.into()));
            }
            _ => {
                let what = "`drop`, `sample`, `program` and changes (`lookup`, `rename`, `set`, `remove`) exclude each other: make several rules";
                return Err(self.fault(written, what.into()));
            }
        };
        if rule.by.is_some() && rule.sample.is_none() {
            return Err(self.fault(written, "`by` needs `sample`".into()));
        }
        Ok(Rule { name, when, act })
    }

    fn when(&self, written: &Spanned<RuleText>) -> Result<When, Problem> {
        let rule = written.get_ref();
        let texts =
            |one_or_many: &Option<file::OneOrMany>| one_or_many.as_ref().map_or_else(Vec::new, |texts| texts.texts().to_vec());
        let mut severities = Vec::new();
        for text in texts(&rule.severity) {
            let known = Severity::parse(&text).ok_or_else(|| {
                let names = Severity::ALL.map(Severity::as_str).join(", ");
                self.fault(written, format!("unknown severity `{text}`; there are: {names}"))
            });
            severities.push(known?);
        }
        let globs = |fields: &BTreeMap<String, Scalar>| {
            fields.iter().map(|(name, value)| (name.clone(), Glob::new(&datum(value).text()))).collect()
        };
        Ok(When {
            sources: texts(&rule.source).iter().map(|text| Glob::new(text)).collect(),
            severities,
            fields: globs(&rule.fields),
            unless: globs(&rule.unless),
        })
    }

    fn edit(&self, written: &Spanned<RuleText>, tables: &Arc<Tables>) -> Result<Edit, Problem> {
        let rule = written.get_ref();
        let names = rule.rename.values().chain(rule.set.keys());
        if let Some(name) = names.into_iter().find(|name| name.is_empty() || *name == "timestamp") {
            return Err(self.fault(written, format!("`{name}` cannot be set by a rule; a program can set `.timestamp`")));
        }
        for (name, value) in rule.set.iter().map(|(name, value)| (name, datum(value))) {
            if name == "severity" && read_severity(&value).is_err() {
                return Err(self.fault(written, format!("unknown severity `{}`", value.text())));
            }
            if matches!(value, Datum::Float(number) if !number.is_finite()) {
                return Err(self.fault(written, format!("`{name}`: numbers of records are finite")));
            }
        }
        if rule.remove.iter().any(|name| name == "severity") || rule.rename.contains_key("severity") {
            return Err(self.fault(written, "`severity` can be set, but not removed or renamed".into()));
        }
        let lookup = rule.lookup.as_ref().map(|lookup| {
            let table = tables.get(&lookup.table).ok_or_else(|| {
                let known: Vec<&str> = tables.names().collect();
                self.fault(written, format!("there is no table `{}`; there are: {}", lookup.table, known.join(", ")))
            });
            Ok::<_, Problem>(Lookup { table: Arc::clone(table?), field: lookup.field.clone(), into: lookup.into.clone() })
        });
        Ok(Edit {
            lookup: lookup.transpose()?,
            rename: rule.rename.iter().map(|(from, to)| (from.clone(), to.clone())).collect(),
            set: rule.set.iter().map(|(name, value)| (name.clone(), datum(value))).collect(),
            remove: rule.remove.iter().map(|name| Glob::new(name)).collect(),
        })
    }

    fn program(
        &mut self,
        file: &str,
        written: &Spanned<RuleText>,
        tables: &Arc<Tables>,
        language: Option<&dyn Language>,
    ) -> Result<Arc<dyn crate::Program>, Problem> {
        let Some(language) = language else {
            let what = "this build of Dendro has no programs: build it with the feature `vrl`";
            return Err(self.fault(written, what.into()));
        };
        let bytes = self.read(file)?;
        let in_file = |what: String| Problem { file: Some(file.to_owned()), place: None, what };
        let text = String::from_utf8(bytes).map_err(|_| in_file("this is not UTF-8".into()))?;
        language.compile(file, &text, tables).map_err(in_file)
    }
}

fn has_edit(rule: &RuleText) -> bool {
    rule.lookup.is_some() || !rule.rename.is_empty() || !rule.set.is_empty() || !rule.remove.is_empty()
}

fn datum(value: &Scalar) -> Datum<'static> {
    match value {
        Scalar::Bool(truth) => Datum::Bool(*truth),
        Scalar::Int(number) => Datum::Int(*number),
        Scalar::Float(number) => Datum::Float(*number),
        Scalar::Text(text) => Datum::Text(text.clone().into()),
    }
}

#[cfg(test)]
mod tests;
