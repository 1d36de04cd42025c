use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Write};
use std::path::Path;

use crate::Error;

/// Name of the lock file in the data folder. Its text says who holds it; the lock itself is the kernel's (flock), so it
/// goes with the process, however that ends.
pub(crate) const LOCK_FILE: &str = "LOCK";

/// The data folder, held by this process.
#[derive(Debug)]
pub(crate) struct FolderLock {
    _file: File,
}

impl FolderLock {
    pub(crate) fn take(dir: &Path) -> Result<FolderLock, Error> {
        let io = |source| Error::Io { doing: "taking the lock of the data folder".into(), source };
        let path = dir.join(LOCK_FILE);
        let mut file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path).map_err(io)?;
        match file.try_lock() {
            Ok(()) => {
                file.set_len(0).map_err(io)?;
                writeln!(file, "{}", std::process::id()).map_err(io)?;
                Ok(FolderLock { _file: file })
            }
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                // Who holds it is only a courtesy.
                let _ = file.read_to_string(&mut holder);
                Err(Error::Locked(format!("{} (process {})", dir.display(), holder.lines().next().unwrap_or("unknown"))))
            }
            Err(TryLockError::Error(source)) => Err(io(source)),
        }
    }
}
