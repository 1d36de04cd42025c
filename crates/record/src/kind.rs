/// What a caller may do about an error. Retry, HTTP status, exit code and alerting hang on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The request is wrong; repeating it changes nothing.
    Invalid,
    /// The caller may not do this.
    Denied,
    /// What was named does not exist.
    NotFound,
    /// Another state of things stands in the way.
    Conflict,
    /// A bound was reached; the same request may succeed later.
    Overloaded,
    /// A part that is needed does not answer at present (disk full, store away).
    Unavailable,
    /// Damage or a bug: somebody has to look.
    Broken,
}

impl Kind {
    /// Whether the same request may succeed later without anybody changing it.
    pub fn retryable(self) -> bool {
        matches!(self, Kind::Overloaded | Kind::Unavailable)
    }
}
