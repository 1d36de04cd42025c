//! `dendro privacy`: what the gateway would find in a text, and why.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::time::Instant;

use privacy::detect::{Detector, Finding};
use privacy::{Action, Kind as Class, Policy};
use record::{Kind, Tenant};
use serde_json::json;

use crate::args::{Explain, Output, PolicyCheck, Privacy, Reveal, Scan};
use crate::config;
use crate::exit::Failure;
use crate::house::{House, must_exist};
use crate::ingest::Input;
use crate::print::{self, count, duration, shown_text};

/// Longest line that is looked at in one piece, as long as the largest text of a record.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// Runs one of the commands.
pub(crate) async fn run(command: Privacy) -> Result<(), Failure> {
    match command {
        Privacy::Scan(args) => scan(&args),
        Privacy::Explain(args) => explain(&args),
        Privacy::Check(args) => check(&args),
        Privacy::Reveal(args) => reveal(args).await,
    }
}

/// The policy of a file, or the standard one.
fn policy(path: Option<&Path>) -> Result<Policy, Failure> {
    let Some(path) = path else { return Ok(Policy::default()) };
    let problem = |text: String| Failure::new(Kind::Invalid, text).about(&path.display().to_string());
    let text = std::fs::read_to_string(path).map_err(|error| problem(error.to_string()))?;
    Policy::parse(&text).map_err(|error| problem(error.shown()))
}

/// What was found in a file, by class.
#[derive(Default)]
struct Sums {
    lines: u64,
    with_findings: u64,
    bytes: u64,
    by_class: BTreeMap<Class, u64>,
}

fn scan(args: &Scan) -> Result<(), Failure> {
    let policy = policy(args.policy.as_deref())?;
    let detector = Detector::new(&policy);
    let (started, mut out) = (Instant::now(), print::stdout());
    let mut sums = Sums::default();
    for path in &args.files {
        let mut reader = BufReader::new(Input::open(path)?.decompressed()?);
        let mut line = Vec::new();
        loop {
            line.clear();
            if reader.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
                break;
            }
            sums.lines += 1;
            sums.bytes += line.len() as u64;
            let text = String::from_utf8_lossy(line.trim_ascii_end());
            let mut found = Vec::new();
            detector.scan(&text, args.field.as_deref(), &mut found);
            sums.with_findings += u64::from(!found.is_empty());
            found.iter().for_each(|finding| *sums.by_class.entry(finding.kind).or_default() += 1);
            if !found.is_empty() {
                show(&mut out, args.output, sums.lines, &text, &found, &policy)?;
            }
        }
    }
    out.flush()?;
    sums.tell(started)
}

fn show(out: &mut impl Write, output: Output, line: u64, text: &str, found: &[Finding], policy: &Policy) -> Result<(), Failure> {
    match output {
        Output::Json => {
            for finding in found {
                let row = json!({
                    "line": line, "start": finding.start, "end": finding.end, "class": finding.kind.name(),
                    "rule": finding.rule, "action": policy.action(finding.kind).name(),
                });
                writeln!(out, "{row}")?;
            }
        }
        Output::Raw => writeln!(out, "{}", shown_text(&policy.masked(text, found)))?,
        Output::Table => {
            write!(out, "\x1b[2m{line:>7}\x1b[0m  ")?;
            marked(out, text, found, policy)?;
        }
    }
    Ok(())
}

/// The text with what was found in colour, and its class behind it: red when something is done about it.
fn marked(out: &mut impl Write, text: &str, found: &[Finding], policy: &Policy) -> Result<(), Failure> {
    let mut shown = 0;
    for finding in found {
        let colour = if policy.action(finding.kind) == Action::Keep { "33" } else { "1;31" };
        write!(out, "{}", shown_text(&text[shown..finding.start]))?;
        write!(out, "\x1b[{colour}m{}\x1b[0m", shown_text(&text[finding.start..finding.end]))?;
        write!(out, "\x1b[2m\u{2039}{}\u{203a}\x1b[0m", finding.kind.name())?;
        shown = finding.end;
    }
    Ok(writeln!(out, "{}", shown_text(&text[shown..]))?)
}

impl Sums {
    fn tell(&self, started: Instant) -> Result<(), Failure> {
        let (elapsed, mut err) = (started.elapsed(), anstream::stderr());
        let rate = self.bytes as f64 / 1e6 / elapsed.as_secs_f64().max(1e-9);
        let by_class = self.by_class.iter().map(|(class, number)| format!("{} {}", class.name(), count(*number)));
        let by_class: Vec<String> = by_class.collect();
        writeln!(
            err,
            "\x1b[2m{} of {} lines hold something, in {} ({rate:.0} MB/s)\x1b[0m\n{}",
            count(self.with_findings),
            count(self.lines),
            duration(elapsed.as_secs_f64()),
            if by_class.is_empty() { "nothing was found".to_owned() } else { by_class.join(", ") }
        )?;
        Ok(())
    }
}

fn explain(args: &Explain) -> Result<(), Failure> {
    let policy = policy(args.policy.as_deref())?;
    let mut found = Vec::new();
    Detector::new(&policy).scan(&args.text, args.field.as_deref(), &mut found);
    let mut out = print::stdout();
    marked(&mut out, &args.text, &found, &policy)?;
    for finding in &found {
        let (kind, action) = (finding.kind, policy.action(finding.kind));
        writeln!(out, "\n\x1b[1m{}\x1b[0m at bytes {} to {}", kind.name(), finding.start, finding.end)?;
        writeln!(out, "  rule    {}", finding.rule)?;
        writeln!(out, "  why     {}", kind.why())?;
        writeln!(out, "  action  {}", action.name())?;
        writeln!(out, "  about   {}", kind.category())?;
    }
    match found.is_empty() {
        true => writeln!(out, "\nnothing was found: it would be stored as it is")?,
        false => writeln!(out, "\nstored as\n  {}", shown_text(&policy.masked(&args.text, &found)))?,
    }
    if let Some(field) = &args.field {
        let class = policy.classify(field);
        writeln!(out, "the field {field} is {} {}", class.level.name(), class.categories.join(", "))?;
    }
    Ok(out.flush()?)
}

fn check(args: &PolicyCheck) -> Result<(), Failure> {
    let policy = policy(Some(&args.file))?;
    let mut out = print::stdout();
    writeln!(out, "{} can be used", policy.version)?;
    for kind in Class::ALL {
        writeln!(out, "  {:<16}{}", kind.name().to_lowercase(), policy.action(kind).name())?;
    }
    Ok(out.flush()?)
}

/// Decrypts values, for whoever has the folder and its root key.
async fn reveal(args: Reveal) -> Result<(), Failure> {
    let config = config::for_folder(args.folder.config.as_deref(), args.folder.data.as_deref())?;
    must_exist(&config.lake.dir)?;
    let house = House::open(&config).await?;
    let mut out = print::stdout();
    let result = args.tokens.iter().try_for_each(|token| {
        let keys = house.gateway.keys().expect("BUG: a house has keys");
        let value = keys.reveal(&Tenant::default(), token);
        let value = value.map_err(|closed| Failure::new(Kind::NotFound, closed.to_string()))?;
        Ok(writeln!(out, "{}", shown_text(&value))?)
    });
    house.close().await?;
    result.and_then(|()| Ok(out.flush()?))
}
