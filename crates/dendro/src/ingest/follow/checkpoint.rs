use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use record::Kind;
use serde::{Deserialize, Serialize};

use super::print::Prints;
use crate::exit::Failure;

/// Of the file's layout. A newer one is refused.
const LAYOUT_VERSION: u32 = 1;

/// How far each file was taken, on disk as JSON:
///
/// ```json
/// {"version":1,"id":"9f..","next_serial":8,"files":[{"path":"/var/log/app.log.1","first_path":"/var/log/app.log",
///  "device":1,"inode":2,"serial":7,"taken":4096,"prints":{..},"pending":{"len":512,"sha256":"ab..","prints":{..}}}]}
/// ```
///
/// It is replaced whole, by a rename behind an fsync.
pub(super) struct Checkpoint {
    path: PathBuf,
    kept: Kept,
    // Held as long as this lives.
    _lock: File,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    version: u32,
    /// Tells this checkpoint from all others, so that its keys are its own.
    id: String,
    next_serial: u64,
    files: Vec<Place>,
}

/// How far a file was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Place {
    /// Where it lay last.
    pub(super) path: PathBuf,
    /// Where it was found first: its copies are named after that, and it may be renamed before they are found.
    pub(super) first_path: PathBuf,
    /// What stays when it is renamed.
    pub(super) device: u64,
    /// See there.
    pub(super) inode: u64,
    /// Its number. A file that is truncated gets a new one: the same bytes at the same place are other records then.
    pub(super) serial: u64,
    /// Bytes that are stored.
    pub(super) taken: u64,
    /// Of these bytes.
    pub(super) prints: Prints,
    /// What is behind them and under way: stored, or not, or not known to be.
    pub(super) pending: Option<Pending>,
}

/// A piece under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Pending {
    pub(super) len: u64,
    pub(super) sha256: String,
    /// Once it is stored.
    pub(super) prints: Prints,
}

impl Place {
    /// The piece under way is stored.
    pub(super) fn advance(&mut self) {
        if let Some(pending) = self.pending.take() {
            self.taken += pending.len;
            self.prints = pending.prints;
        }
    }

    /// The key of the piece under way.
    pub(super) fn key(&self, id: &str, pending: &Pending) -> String {
        format!("follow-{id}-{}-{}-{}-{}", self.serial, self.taken, pending.len, pending.sha256)
    }
}

impl Checkpoint {
    /// Opens one, or begins one. Only one process may follow with it.
    pub(super) fn open(path: &Path) -> Result<Checkpoint, Failure> {
        let about = |failure: Failure| failure.about(&path.display().to_string());
        let lock = lock(path).map_err(about)?;
        let kept = match fs::read(path) {
            Ok(bytes) => read(&bytes).map_err(about)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => Kept::new().map_err(about)?,
            Err(error) => return Err(about(error.into())),
        };
        let checkpoint = Checkpoint { path: path.to_owned(), kept, _lock: lock };
        // A place that cannot be written is told before anything is sent.
        checkpoint.write(&checkpoint.kept.files)?;
        Ok(checkpoint)
    }

    /// Where the files were left.
    pub(super) fn files(&self) -> &[Place] {
        &self.kept.files
    }

    /// For keys.
    pub(super) fn id(&self) -> &str {
        &self.kept.id
    }

    /// A number that no file had.
    pub(super) fn new_serial(&mut self) -> u64 {
        let serial = self.kept.next_serial;
        self.kept.next_serial += 1;
        serial
    }

    /// Writes down where the files are. Returning means durable.
    pub(super) fn keep(&mut self, files: Vec<Place>) -> Result<(), Failure> {
        self.write(&files)?;
        self.kept.files = files;
        Ok(())
    }

    fn write(&self, files: &[Place]) -> Result<(), Failure> {
        #[derive(Serialize)]
        struct Borrowed<'a> {
            version: u32,
            id: &'a str,
            next_serial: u64,
            files: &'a [Place],
        }
        let kept = Borrowed { version: LAYOUT_VERSION, id: &self.kept.id, next_serial: self.kept.next_serial, files };
        let text = serde_json::to_vec(&kept).expect("BUG: a checkpoint is no JSON");
        replace(&self.path, &text).map_err(|error| Failure::from(error).about(&self.path.display().to_string()))
    }
}

impl Kept {
    fn new() -> Result<Kept, Failure> {
        let mut id = [0; 8];
        getrandom::fill(&mut id).map_err(|error| Failure::new(Kind::Unavailable, format!("no random numbers: {error}")))?;
        let id = id.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Kept { version: LAYOUT_VERSION, id, next_serial: 1, files: Vec::new() })
    }
}

fn read(bytes: &[u8]) -> Result<Kept, Failure> {
    let wrong = |text: &str| {
        Failure::new(Kind::Invalid, text)
            .hint("name another file with --checkpoint; with a new one all files are read from their start")
    };
    let kept: Kept = serde_json::from_slice(bytes).map_err(|_| wrong("is no checkpoint, or a damaged one"))?;
    if kept.version > LAYOUT_VERSION {
        return Err(wrong("was written by a newer version of dendro"));
    }
    Ok(kept)
}

/// A file beside the checkpoint, because the checkpoint itself is replaced.
fn lock(path: &Path) -> Result<File, Failure> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".lock");
    let file = File::options().create(true).truncate(false).write(true).open(beside)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(Failure::new(Kind::Conflict, "another `dendro ingest --follow` works with this checkpoint")
                .hint("stop it first, or give each its own --checkpoint"))
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

fn replace(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".new");
    let mut file = File::create(&beside)?;
    file.write_all(text)?;
    file.sync_all()?;
    fs::rename(&beside, path)?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
