//! `cargo xtask bench`: a day of logs, taken in and asked about by Dendro and its peers, side by side.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{python, say, test, workspace};

/// Runs `bench/compare.py` over so many records, with the release build.
pub(crate) fn run(records: &str) -> Result<(), String> {
    let count: u64 = records.replace('_', "").parse().map_err(|_| format!("not a number of records: {records}"))?;
    let python = python::prepare(python::PEERS)?;
    cargo(&["build", "--release", "--package", "dendro"])?;
    let release = python::target()?.join("release");
    let day = write_day(&release, count)?;
    let mut compare = Command::new(python);
    compare.arg(workspace::root().join("bench/compare.py")).arg("--dendro").arg(release.join("dendro"));
    let compared = done(compare.arg("--day").arg(&day).arg("--json").arg(day.with_extension("figures.json")));
    compared.map_err(|error| format!("{error} (the records stay in {})", day.display()))
}

/// The day's records as a file below `target`, made anew if it has not so many.
fn write_day(release: &Path, count: u64) -> Result<PathBuf, String> {
    let day = release.join(format!("day-{count}.jsonl"));
    if day.exists() {
        return Ok(day);
    }
    cargo(&["build", "--release", "--package", "testkit", "--example", "day"])?;
    say(&format!("writing {count} records into {}", day.display()));
    let unfinished = day.with_extension("unfinished");
    let file = File::create(&unfinished).map_err(|error| format!("{}: {error}", unfinished.display()))?;
    done(Command::new(release.join("examples/day")).arg(count.to_string()).stdout(file))?;
    fs::rename(&unfinished, &day).map_err(|error| format!("{}: {error}", day.display()))?;
    Ok(day)
}

fn cargo(args: &[&str]) -> Result<(), String> {
    done(&mut test::cargo(args))
}

fn done(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}")) }
}
