//! The note that a server leaves in its data folder, so that commands given the folder find the server.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// Its name in the data folder. Not part of the stored data: it may be deleted at any time.
const FILE: &str = "server.json";

/// Who has the folder open. It may be stale after a crash, so it only counts while the folder is locked.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Note {
    /// Where the server answers.
    pub url: String,
    /// Its process.
    pub pid: u32,
}

impl Note {
    /// Leaves the note of this process.
    pub(crate) fn leave(dir: &Path, url: &str) -> std::io::Result<()> {
        let note = Note { url: url.to_owned(), pid: std::process::id() };
        std::fs::write(file(dir), serde_json::to_vec(&note)?)
    }

    /// The note in a folder, if one can be read.
    pub(crate) fn find(dir: &Path) -> Option<Note> {
        serde_json::from_slice(&std::fs::read(file(dir)).ok()?).ok()
    }

    /// Takes it away. That it stays behind does no harm.
    pub(crate) fn remove(dir: &Path) {
        let _ = std::fs::remove_file(file(dir));
    }
}

fn file(dir: &Path) -> PathBuf {
    dir.join(FILE)
}
