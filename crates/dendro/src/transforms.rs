//! `dendro transform`: rules and programs, checked and tried.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::path::Path;

use record::{Batch, Clock, Kind, LeftOutBy, SystemClock, Tenant};
use transform::{Event, PLACES, Rules};

use crate::args::{Transform, TransformTry};
use crate::exit::Failure;
use crate::ingest::Input;
use crate::print::{self, shown_text};
use crate::rule_files;

/// How much of a file is read for a trial.
const TRIAL_BYTES_MAX: u64 = 4 << 20;

/// Runs one of the commands.
pub(crate) fn run(command: Transform) -> Result<(), Failure> {
    match command {
        Transform::Check { file } => check(&file),
        Transform::Try(args) => attempt(&args),
    }
}

fn check(file: &Path) -> Result<(), Failure> {
    let rules = rules(file)?;
    let mut out = print::stdout();
    match is_rules(file) {
        true => writeln!(out, "{}, version {}", print::counted(rules.len() as u64, "rule"), rules.version())?,
        false => writeln!(out, "{} compiles", file.display())?,
    }
    Ok(out.flush()?)
}

fn is_rules(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "toml")
}

/// Rules, or a program as the only one. What is wrong with rows of tables is told.
fn rules(file: &Path) -> Result<Rules, Failure> {
    let about = |failure: Failure| failure.about(&file.display().to_string());
    let bytes = rule_files::read_file(file).map_err(|error| about(error.into()))?;
    let text = String::from_utf8(bytes).map_err(|_| about(Failure::new(Kind::Invalid, "this is not UTF-8")))?;
    if is_rules(file) {
        let loaded = rule_files::load(file, &text, &|_| {})?;
        let mut err = anstream::stderr();
        for warning in &loaded.warnings {
            writeln!(err, "\x1b[1;33mwarning:\x1b[0m {warning}")?;
        }
        return Ok(loaded.rules);
    }
    let language = rule_files::language();
    let language = language.ok_or_else(|| about(Failure::new(Kind::Invalid, "this build has no programs (feature `vrl`)")))?;
    let name = file.display().to_string();
    Rules::of_program(&name, &text, language).map_err(|problem| about(Failure::new(Kind::Invalid, problem.to_string())))
}

fn attempt(args: &TransformTry) -> Result<(), Failure> {
    let rules = rules(&args.rules)?;
    let mut bytes = Vec::new();
    Input::open(&args.file)?.decompressed()?.take(TRIAL_BYTES_MAX).read_to_end(&mut bytes)?;
    let context = intake::Context {
        tenant: Tenant::default(),
        source: args.source.as_deref(),
        // Times of records are believed as far as they are near.
        received_at: SystemClock.now(),
        limits: intake::Limits::default(),
    };
    let batch = intake::decode(args.format.for_intake(), &bytes, &context);
    let mut out = print::stdout();
    let shown = batch.records().len().min(args.limit as usize);
    for index in 0..shown {
        let mut one = batch.clone();
        one.retain_records(|at| at == index);
        let before = fields(&one);
        let (after, _) = rules.apply(one);
        show(&mut out, index + 1, &before, &after)?;
    }
    let (_, counts) = rules.apply(batch.clone());
    let records = batch.records().len() as u64;
    let outcomes = ["filtered", "sampled_out", "failed"].map(|outcome| format!("{} {outcome}", print::count(counts.of(outcome))));
    writeln!(out, "{}: {}", print::counted(records, "record"), outcomes.join(", "))?;
    if !batch.rejected().is_empty() {
        writeln!(out, "{} could not be read", print::counted(batch.rejected().len() as u64, "line"))?;
    }
    Ok(out.flush()?)
}

/// The fields of the first record, as text.
fn fields(batch: &Batch) -> BTreeMap<String, String> {
    let event = Event::new(batch, 0);
    let mut fields: BTreeMap<String, String> =
        event.fields().map(|(name, datum)| (name.to_owned(), datum.text().into_owned())).collect();
    for name in PLACES.into_iter().chain(["severity"]) {
        if let Some(datum) = event.get(name) {
            fields.insert(name.to_owned(), datum.text().into_owned());
        }
    }
    fields.insert("timestamp".to_owned(), event.record().timestamp.to_string());
    fields
}

fn show(out: &mut impl Write, number: usize, before: &BTreeMap<String, String>, after: &Batch) -> Result<(), Failure> {
    let message = shown_text(before.get("message").map_or("", String::as_str)).to_string();
    writeln!(out, "\x1b[1m{number}\x1b[0m  {message}")?;
    if after.records().is_empty() {
        let by = if after.records_left_out(LeftOutBy::Sampling) > 0 { "sampled out" } else { "filtered" };
        return Ok(writeln!(out, "   \x1b[33m{by}\x1b[0m")?);
    }
    let after = fields(after);
    if after == *before {
        return Ok(writeln!(out, "   \x1b[2munchanged\x1b[0m")?);
    }
    for (name, value) in before.iter().filter(|(name, value)| after.get(*name) != Some(value)) {
        writeln!(out, "   \x1b[31m- {}: {}\x1b[0m", shown_text(name), shown_text(value))?;
    }
    for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(value)) {
        writeln!(out, "   \x1b[32m+ {}: {}\x1b[0m", shown_text(name), shown_text(value))?;
    }
    Ok(())
}
