//! The project's own tools: the one test command, and the checks that keep the house as ARCHITECTURE.md draws it.
//!
//! In: a task's name. Out: its result, and an exit code.
//! Never: an installation outside of `target`, a guess about what is missing.
//! Begin with [`test`] (what CI runs) and [`tidy`] (what is checked).

mod bench;
mod pages;
mod python;
mod test;
mod tidy;
mod workspace;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask test          everything a change must pass: format, tidy, clippy, all tests, all journeys; the web pages are
                          built again and compared where Node is there, and travelled through where Chromium is
cargo xtask test --lean   the same without DataFusion: no engine tests, no journeys (minutes shorter on a cold machine)
cargo xtask python        the Python environment of the journeys, below target (`test` does this by itself)
cargo xtask tidy          the house against ARCHITECTURE.md, licences, lock file
cargo xtask bench [N]     Dendro beside ClickHouse and DuckDB: N records (1000000) and the same questions, in one run
cargo xtask model         the journey with a real language model on this machine (127 MB are downloaded once, below target)
cargo xtask soak [KILLS]  the crash journey with so many kills (200), and the disk-full journey";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let result = match args[..] {
        ["test"] => test::run(test::Extent::Whole),
        ["test", "--lean"] => test::run(test::Extent::Lean),
        ["python"] => python::prepare(python::JOURNEYS).map(|python| say(&format!("ready: {}", python.display()))),
        ["tidy"] => tidy::run(),
        ["bench"] => bench::run("1000000"),
        ["bench", records] => bench::run(records),
        ["model"] => test::model(),
        ["soak"] => test::soak("200"),
        ["soak", kills] => test::soak(kills),
        _ => Err(USAGE.to_owned()),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&message);
            ExitCode::FAILURE
        }
    }
}

/// A line for the person at the terminal.
#[allow(clippy::print_stderr, reason = "a tool of the developer talks to the terminal")]
fn say(line: &str) {
    eprintln!("{line}");
}
