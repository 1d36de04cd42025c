//! The folder of the log: names, and the steps that make a name durable.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::WalFile;
use crate::Error;
use crate::disk::{Disk, DiskFile, is_full};

const EXTENSION: &str = "wal";
/// A file that is being made. Found at recovery, it was never finished.
const UNFINISHED: &str = "tmp";
/// A file that is kept for people to look at.
const DAMAGED: &str = "damaged";

/// The name of a file: the first LSN it may hold, in 20 digits, so that names sort as numbers do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct FileName {
    pub(super) first_lsn: u64,
}

impl FileName {
    fn parse(name: &str) -> Option<FileName> {
        let (number, extension) = name.split_once('.')?;
        let first_lsn = number.parse().ok()?;
        let parsed = FileName { first_lsn };
        (extension == EXTENSION && parsed.to_string() == name).then_some(parsed)
    }
}

impl fmt::Display for FileName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:020}.{EXTENSION}", self.first_lsn)
    }
}

/// Why something was not written.
#[derive(Debug)]
pub(super) struct Fault {
    doing: String,
    source: io::Error,
    /// What is on the disk is unknown from here on.
    pub(super) poisons: bool,
}

impl Fault {
    pub(super) fn refused(doing: String, source: io::Error) -> Fault {
        Fault { doing, source, poisons: false }
    }

    pub(super) fn poisoning(doing: String, source: io::Error) -> Fault {
        Fault { doing, source, poisons: true }
    }

    pub(super) fn is_full(&self) -> bool {
        !self.poisons && is_full(&self.source)
    }

    /// What one of several waiters is told.
    pub(super) fn error(&self) -> Error {
        match self.poisons {
            true => Error::Poisoned,
            false => failed(self.doing.clone(), again(&self.source)),
        }
    }

    /// For whoever reads logs: the poison by its cause.
    pub(super) fn into_error(self) -> Error {
        failed(self.doing, self.source)
    }
}

/// An error of the system, by what it means.
pub(super) fn failed(doing: String, source: io::Error) -> Error {
    if is_full(&source) { Error::DiskFull } else { Error::Io { doing, source } }
}

fn again(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

/// The folder.
#[derive(Clone)]
pub(super) struct Directory {
    disk: Arc<dyn Disk>,
    dir: PathBuf,
}

impl Directory {
    pub(super) fn new(disk: Arc<dyn Disk>, dir: PathBuf) -> Directory {
        Directory { disk, dir }
    }

    /// The name of a file as errors tell it: with its folder.
    pub(super) fn label(&self, name: impl fmt::Display) -> String {
        let folder = self.dir.file_name().unwrap_or_default();
        Path::new(folder).join(name.to_string()).display().to_string()
    }

    pub(super) fn create(&self) -> Result<(), Error> {
        self.disk.create_dir(&self.dir).map_err(|error| failed(format!("create {}", self.dir.display()), error))
    }

    /// The files of the log, oldest first.
    pub(super) fn files(&self) -> Result<Vec<FileName>, Error> {
        let mut files: Vec<FileName> = self.names()?.iter().filter_map(|name| FileName::parse(name)).collect();
        files.sort();
        Ok(files)
    }

    /// Removes files that were begun and never got their name.
    pub(super) fn remove_unfinished(&self) -> Result<(), Error> {
        for name in self.names()? {
            if Path::new(&name).extension().is_some_and(|extension| extension == UNFINISHED) {
                self.disk.remove(&self.path(&name)).map_err(|error| failed(format!("remove {}", self.label(&name)), error))?;
            }
        }
        Ok(())
    }

    /// All bytes of a file; `None` when it has gone.
    pub(super) fn read(&self, name: FileName) -> Result<Option<Vec<u8>>, Error> {
        match self.disk.read(&self.path(name)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(format!("read {}", self.label(name)), error)),
        }
    }

    /// Puts a file with these bytes in its place in one step, durably, and leaves it open for appending.
    pub(super) fn put(&self, name: FileName, bytes: &[u8]) -> Result<Box<dyn DiskFile>, Fault> {
        let unfinished = self.path(name).with_extension(UNFINISHED);
        let doing = || format!("make {}", self.label(name));
        let refused = |error| {
            // The error that matters is the first; what is left over goes at the next start.
            let _ = self.disk.remove(&unfinished);
            Fault::refused(doing(), error)
        };
        let poisoning = |error| Fault::poisoning(doing(), error);
        let mut file = self.disk.create(&unfinished).map_err(refused)?;
        file.write_all(&[bytes]).map_err(refused)?;
        file.sync_data().map_err(poisoning)?;
        self.disk.rename(&unfinished, &self.path(name)).map_err(refused)?;
        self.disk.sync_dir(&self.dir).map_err(poisoning)?;
        Ok(file)
    }

    /// Cuts a file off, durably.
    pub(super) fn cut(&self, name: FileName, len: u64) -> Result<(), Error> {
        let cut = || {
            let mut file = self.disk.open_append(&self.path(name))?;
            file.truncate(len)?;
            file.sync_data()
        };
        cut().map_err(|error| failed(format!("truncate {}", self.label(name)), error))
    }

    /// Removes a file that is not needed any more, or sets it aside if it is damaged.
    pub(super) fn remove(&self, file: &WalFile) -> Result<(), Error> {
        if file.damaged {
            return self.set_aside(&file.name);
        }
        let doing = || format!("remove {}", self.label(&file.name));
        self.disk.remove(&self.path(&file.name)).map_err(|error| failed(doing(), error))?;
        self.disk.sync_dir(&self.dir).map_err(|error| failed(doing(), error))
    }

    /// Keeps a damaged file under a name that recovery does not read.
    pub(super) fn set_aside(&self, name: &str) -> Result<(), Error> {
        let path = self.path(name);
        let aside = PathBuf::from(format!("{}.{DAMAGED}", path.display()));
        let doing = || format!("set aside {}", self.label(name));
        self.disk.rename(&path, &aside).map_err(|error| failed(doing(), error))?;
        self.disk.sync_dir(&self.dir).map_err(|error| failed(doing(), error))
    }

    pub(super) fn free_bytes(&self) -> Option<u64> {
        self.disk.free_bytes(&self.dir)
    }

    fn names(&self) -> Result<Vec<String>, Error> {
        self.disk.list(&self.dir).map_err(|error| failed(format!("list {}", self.dir.display()), error))
    }

    fn path(&self, name: impl fmt::Display) -> PathBuf {
        self.dir.join(name.to_string())
    }
}
