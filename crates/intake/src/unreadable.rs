use std::fmt;

/// The envelope around the records cannot be read, so that nothing of the body was taken. Names a place, quotes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unreadable {
    /// What has to stand there.
    pub expected: &'static str,
    /// Byte of the body, from 0.
    pub offset: usize,
}

impl Unreadable {
    pub(crate) fn new(expected: &'static str, offset: usize) -> Unreadable {
        Unreadable { expected, offset }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} of the body: expected {}", self.offset, self.expected)
    }
}

impl std::error::Error for Unreadable {}
