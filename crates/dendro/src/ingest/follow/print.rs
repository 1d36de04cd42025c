use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Bytes that tell one content from another: some lines with a time in each.
const PRINT_BYTES: u64 = 1024;

/// What is remembered of the bytes that were taken from a file: its first ones, and the last ones before the place where
/// reading goes on. A file that does not have them any more is another one: it was truncated, or its inode was given to
/// a new file. A file that has them too is a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Prints {
    head: Print,
    tail: Print,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Print {
    at: u64,
    len: u64,
    sha256: String,
}

impl Prints {
    /// Of the first `taken` bytes of a file; `None` when it is shorter.
    pub(super) fn of(file: &mut File, taken: u64) -> io::Result<Option<Prints>> {
        let len = taken.min(PRINT_BYTES);
        let (head, tail) = (Print::of(file, 0, len)?, Print::of(file, taken - len, len)?);
        Ok(head.zip(tail).map(|(head, tail)| Prints { head, tail }))
    }

    /// Whether a file has these bytes at these places.
    pub(super) fn fit(&self, file: &mut File) -> io::Result<bool> {
        Ok(self.head.fits(file)? && self.tail.fits(file)?)
    }

    /// Whether a file that may be shorter begins in the same way.
    pub(super) fn begin_like(&self, file: &mut File) -> io::Result<bool> {
        self.head.fits(file)
    }
}

impl Print {
    fn of(file: &mut File, at: u64, len: u64) -> io::Result<Option<Print>> {
        Ok(read_at(file, at, len)?.map(|bytes| Print { at, len, sha256: digest(&bytes) }))
    }

    fn fits(&self, file: &mut File) -> io::Result<bool> {
        Ok(self.len == 0 || Print::of(file, self.at, self.len)?.as_ref() == Some(self))
    }
}

/// So many bytes from a place; `None` when the file ends before.
pub(super) fn read_at(file: &mut File, at: u64, len: u64) -> io::Result<Option<Vec<u8>>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::with_capacity(len as usize);
    file.take(len).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 == len).then_some(bytes))
}

/// SHA-256, cut to 128 bits.
pub(super) fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes)[..16].iter().map(|byte| format!("{byte:02x}")).collect()
}
