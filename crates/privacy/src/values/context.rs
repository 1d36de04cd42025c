use super::Cue;
use super::keys::{self, KeyClass};

/// What the key and the words before a value say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Context {
    pub(super) class: Option<KeyClass>,
    /// They speak of something that is nobody's: an order, a trace, a time.
    pub(super) is_other: bool,
}

impl Context {
    pub(super) fn of(cue: &Cue) -> Context {
        Context { class: cue.key.and_then(keys::class_of), is_other: false }
    }
}
