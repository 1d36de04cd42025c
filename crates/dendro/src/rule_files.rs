//! The transform rules on disk, and the programs and tables they name: read, watched, read again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;
use record::Kind;
use transform::{Language, Loaded, Problem, Rules, Transforms};

use crate::config::TransformFile;
use crate::exit::Failure;

/// How often the files are looked at. A change that two looks find the same is in force, once it is read.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Largest file that rules may name, in bytes. Each kind has a bound of its own below it.
const FILE_BYTES_MAX: u64 = 512 << 20;

/// The rules' file, and what was last read of it.
pub(crate) struct RuleFiles {
    path: PathBuf,
    is_named: bool,
    seen: Mutex<Vec<Stamp>>,
    /// As they were at the last look, if they have changed.
    changed: Mutex<Vec<Stamp>>,
}

/// What tells one state of a file from another, without reading it.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Stamp {
    path: PathBuf,
    state: Option<(SystemTime, u64)>,
}

impl Stamp {
    fn of(path: PathBuf) -> Stamp {
        let state = fs::metadata(&path).ok().and_then(|data| Some((data.modified().ok()?, data.len())));
        Stamp { path, state }
    }
}

impl RuleFiles {
    /// The files; nothing is read yet.
    pub(crate) fn new(file: &TransformFile) -> RuleFiles {
        RuleFiles { path: file.path.clone(), is_named: file.is_named, seen: Mutex::default(), changed: Mutex::default() }
    }

    /// Reads the rules and puts them in force.
    ///
    /// # Errors
    ///
    /// When they cannot be used: records that were to be filtered or enriched are not taken in without.
    pub(crate) fn start(&self, transforms: &Transforms) -> Result<(), Failure> {
        self.read(transforms).map(|_| ())
    }

    /// Looks at the files until the process ends, and puts each change in force. Rules that cannot be used change nothing:
    /// those before stay in force, the log says why, and it is counted.
    pub(crate) async fn watch(self: Arc<RuleFiles>, transforms: Arc<Transforms>) {
        loop {
            tokio::time::sleep(LOOK_EVERY).await;
            let (files, of) = (self.clone(), transforms.clone());
            let looked = tokio::task::spawn_blocking(move || files.look(&of)).await;
            if looked.is_err() {
                return;
            }
        }
    }

    fn look(&self, transforms: &Transforms) {
        let seen = self.seen.lock().clone();
        let now: Vec<Stamp> = seen.iter().map(|stamp| Stamp::of(stamp.path.clone())).collect();
        // What is still being written is not read: a part of the rules may be rules too, or none.
        let is_settled = std::mem::replace(&mut *self.changed.lock(), now.clone()) == now;
        if now == seen || !is_settled {
            return;
        }
        let before = transforms.version();
        match self.read(transforms) {
            Ok(version) if version != before => tracing::info!(version, "the transform rules changed"),
            Ok(_) => {}
            Err(failure) => {
                transforms.refuse();
                tracing::error!(path = %self.path.display(), %failure, "the changed transform rules are refused; those before stay");
            }
        }
    }

    /// Reads everything, and remembers what it looked like before, so that a change in between is seen at the next look.
    fn read(&self, transforms: &Transforms) -> Result<Option<String>, Failure> {
        let own = Stamp::of(self.path.clone());
        let text = match fs::read_to_string(&self.path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.is_named => String::new(),
            Err(error) => {
                *self.seen.lock() = vec![own];
                return Err(Failure::new(
                    Kind::Invalid,
                    format!("cannot read the transform rules {}: {error}", self.path.display()),
                ));
            }
        };
        let stamps = Mutex::new(vec![own]);
        let loaded = load(&self.path, &text, &|path| stamps.lock().push(Stamp::of(path.to_owned())));
        *self.seen.lock() = stamps.into_inner();
        let loaded = loaded?;
        for warning in &loaded.warnings {
            tracing::warn!(warning, "a row of a table is left out");
        }
        transforms.enforce(loaded.rules);
        Ok(transforms.version())
    }
}

/// Makes rules of their text; files are looked for beside it. Each is told to `reading`.
pub(crate) fn load(path: &Path, text: &str, reading: &dyn Fn(&Path)) -> Result<Loaded, Failure> {
    let folder = path.parent().unwrap_or(Path::new(""));
    let read = |name: &str| {
        let path = folder.join(name);
        reading(&path);
        read_file(&path).map_err(|error| error.to_string())
    };
    Rules::load(text, &read, language()).map_err(|problem| told(path, text, &problem))
}

/// The language of programs, if this build has it.
pub(crate) fn language() -> Option<&'static dyn Language> {
    #[cfg(feature = "vrl")]
    return Some(&remap::Vrl);
    #[cfg(not(feature = "vrl"))]
    None
}

pub(crate) fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(io::Error::other(format!("it has more than {FILE_BYTES_MAX} bytes")));
    }
    fs::read(path)
}

/// With the line of the rules that is wrong.
fn told(path: &Path, text: &str, problem: &Problem) -> Failure {
    let failure = Failure::new(Kind::Invalid, format!("{}: {problem}", path.display()));
    let failure = failure.hint("`dendro transform check FILE` reads rules without using them; docs/transforms.md has examples");
    match problem.place {
        Some((line, column)) if problem.file.is_none() => {
            let begin: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
            let within: usize = text[begin..].chars().take(column - 1).map(char::len_utf8).sum();
            failure.of_query(text).positioned(Some(begin + within))
        }
        _ => failure,
    }
}
