use std::process::{Command, Stdio};
use std::time::Instant;

use crate::{pages, python, say, tidy, workspace};

/// How much is tested.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything.
    Whole,
    /// What does not link DataFusion.
    Lean,
}

impl Extent {
    /// The packages, as cargo is told them. All steps name the same ones: with others, cargo would choose other features
    /// for what they share, and build it again.
    fn rooms(self) -> Vec<&'static str> {
        match self {
            Extent::Whole => vec!["--workspace"],
            Extent::Lean => workspace::LEAN.iter().flat_map(|room| ["--package", *room]).collect(),
        }
    }
}

/// Programs that are needed, what they are asked to prove that they are there, and who brings them.
const NEEDED: [(&str, &[&str], &str); 4] = [
    ("cargo", &["--version"], "a Rust toolchain (https://rustup.rs)"),
    ("cargo", &["fmt", "--version"], "rustfmt: rustup component add rustfmt"),
    ("cargo", &["clippy", "--version"], "clippy: rustup component add clippy"),
    ("cc", &["--version"], "a C compiler, for SQLite and zstd: apt-get install gcc libc6-dev"),
];

/// Runs the steps, cheapest first, and stops at the first that fails.
pub(crate) fn run(extent: Extent) -> Result<(), String> {
    needed(extent)?;
    let started = Instant::now();
    step("format", cargo(&["fmt", "--all", "--check"]))?;
    say("\n== tidy");
    tidy::run()?;
    let has_page_tools = pages::tools_are_here();
    if has_page_tools {
        pages::compare()?;
    }
    let rooms = extent.rooms();
    let lint = ["--", "-D", "warnings"];
    step("clippy", cargo(&[&["clippy", "--all-targets"], &rooms[..], &lint].concat()))?;
    // The journeys start the built binary, which `cargo test` alone would not build.
    step("build", cargo(&[&["build", "--all-targets"], &rooms[..]].concat()))?;
    let mut tests = cargo(&[&["test"], &rooms[..]].concat());
    if extent == Extent::Whole {
        say("\n== python for the journeys");
        tests.env("JOURNEY_PYTHON", python::prepare(python::JOURNEYS)?);
    }
    step("tests", tests)?;
    if has_page_tools && extent == Extent::Whole {
        pages::travel()?;
    }
    let what = if extent == Extent::Whole { "all tests" } else { "lean tests (no engine, no journeys)" };
    say(&format!("\nok: {what} passed in {} s", started.elapsed().as_secs()));
    Ok(())
}

/// The crash journey for as long as one has patience, and the journey that needs root for its small file system.
pub(crate) fn soak(kills: &str) -> Result<(), String> {
    let kills: u32 = kills.parse().map_err(|_| "soak: expected a number of kills".to_owned())?;
    step("build", cargo(&["build", "--workspace", "--all-targets"]))?;
    let mut journeys = cargo(&["test", "--workspace", "--test", "it", "--", "--nocapture", "crash", "disk_full"]);
    journeys.env("JOURNEY_KILLS", kills.to_string()).env("JOURNEY_DISK_FULL", "1");
    step(&format!("{kills} kills, and a full disk"), journeys)
}

/// The journey with a real language model. Its packages are 127 MB, and its answers take a minute each: too much for every run.
pub(crate) fn model() -> Result<(), String> {
    let python = python::prepare(python::MODEL)?;
    step("build", cargo(&["build", "--package", "dendro"]))?;
    let mut journey =
        cargo(&["test", "--package", "journeys", "--test", "it", "--", "--nocapture", "--test-threads", "1", "local_model"]);
    journey.env("JOURNEY_MODEL", python);
    step("a real language model", journey)
}

/// Says what is missing, all of it; installs nothing.
fn needed(extent: Extent) -> Result<(), String> {
    let python = (extent == Extent::Whole).then_some(python::NEEDED);
    let present = |(program, args, _): &&(&str, &[&str], &str)| {
        let quiet = Command::new(program).args(*args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        !quiet.is_ok_and(|status| status.success())
    };
    let missing: Vec<&str> = NEEDED.iter().chain(&python).filter(present).map(|(_, _, what)| *what).collect();
    match missing[..] {
        [] => Ok(()),
        _ => Err(format!("missing, please install:\n  {}", missing.join("\n  "))),
    }
}

/// Cargo in the checkout.
pub(crate) fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO"));
    command.args(args).current_dir(workspace::root());
    // Cargo tells this program who it is. Build scripts that look at these names (ring's does) would run again, and all
    // that stands on them, DataFusion last, would be built again: each time somebody builds with cargo and then with this.
    let ours = |name: &String| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for name in std::env::vars().map(|(name, _)| name).filter(ours) {
        command.env_remove(name);
    }
    command
}

/// Runs a command, and says how long it took.
pub(crate) fn step(name: &str, mut command: Command) -> Result<(), String> {
    say(&format!("\n== {name}"));
    let started = Instant::now();
    let status = command.status().map_err(|error| format!("{name}: cannot start: {error}"))?;
    say(&format!("== {name}: {} s", started.elapsed().as_secs()));
    if status.success() { Ok(()) } else { Err(format!("\nFAILED: {name}")) }
}
