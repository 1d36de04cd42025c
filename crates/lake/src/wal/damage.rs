use std::fmt;

use crate::Error;

/// Bytes of a file that are not what was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Which file, with the name of its folder.
    pub file: String,
    /// First byte.
    pub offset: u64,
    /// How many bytes; 0 when something is missing at this place.
    pub len: u64,
    /// What was expected.
    pub what: &'static str,
}

/// What [`check`](super::check) found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Where, and what.
    pub damage: Damage,
    /// It is the torn end that a crash, or a log that is being written, leaves: no fault.
    pub expected: bool,
}

impl From<Damage> for Error {
    fn from(damage: Damage) -> Error {
        Error::Corrupt { file: damage.file, offset: damage.offset, what: damage.what }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is damaged at byte {} ({} bytes): {}", self.file, self.offset, self.len, self.what)
    }
}
