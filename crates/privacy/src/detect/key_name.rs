use crate::detect::glance::{CLASS, class};

/// Longest name that is looked at, in letters and digits; of a longer one the end, where the meaning is
/// (`..._password`). The longest name in the standard list has 21.
pub(crate) const KEY_NAME_MAX: usize = 64;

/// A name as it is compared: letters in lower case and digits, nothing between them, so that `apiKey`, `api_key` and
/// `API-KEY` are one; beside it, where its words begin.
pub(crate) struct KeyName {
    /// Filled from the back.
    buffer: [u8; KEY_NAME_MAX],
    start: usize,
    /// Bit i: a word begins at `buffer[i]`.
    word_starts: u64,
    /// Whether all of the name is here.
    complete: bool,
}

impl KeyName {
    /// Reads a name, or one segment of it. Bytes outside ASCII count as letters.
    pub(crate) fn of(name: &[u8]) -> KeyName {
        let mut key = KeyName { buffer: [0; KEY_NAME_MAX], start: KEY_NAME_MAX, word_starts: 0, complete: true };
        for (at, &byte) in name.iter().enumerate().rev() {
            if is_separator(byte) {
                continue;
            }
            if key.start == 0 {
                key.complete = false;
                break;
            }
            key.start -= 1;
            key.buffer[key.start] = byte.to_ascii_lowercase();
            if word_starts(name, at) {
                key.word_starts |= 1 << key.start;
            }
        }
        key
    }

    pub(crate) fn is(&self, squashed: &[u8]) -> bool {
        self.complete && &self.buffer[self.start..] == squashed
    }

    pub(crate) fn ends_with(&self, squashed: &[u8]) -> bool {
        self.buffer[self.start..].ends_with(squashed)
    }

    /// Like `ends_with`, where a word begins.
    pub(crate) fn ends_with_words(&self, squashed: &[u8]) -> bool {
        self.ends_with(squashed) && self.word_starts >> (KEY_NAME_MAX - squashed.len()) & 1 == 1
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.buffer[self.start..]
    }
}

/// Whether a name ends so: [`KeyName::ends_with`] for a name that need not be read whole.
pub(crate) fn ends_with(name: &[u8], squashed: &[u8]) -> bool {
    let mut letters = name.iter().rev().filter(|byte| !is_separator(**byte));
    squashed.iter().rev().all(|&want| letters.next().is_some_and(|have| have.to_ascii_lowercase() == want))
}

/// What stands before the last dot, and what behind it.
pub(crate) fn last_segment(name: &[u8]) -> (&[u8], &[u8]) {
    match name.iter().rposition(|&byte| byte == b'.') {
        Some(dot) => (&name[..dot], &name[dot + 1..]),
        None => (&[], name),
    }
}

pub(crate) fn is_separator(byte: u8) -> bool {
    CLASS[usize::from(byte)] & class::WORDY == 0
}

/// At the front, behind a separator, at a capital behind a small letter (`apiKey`), and at the last of several
/// capitals that a small letter follows (`APIKey`).
fn word_starts(name: &[u8], at: usize) -> bool {
    let Some(before) = at.checked_sub(1).map(|before| name[before]) else { return true };
    if is_separator(before) {
        return true;
    }
    let small_next = name.get(at + 1).is_some_and(u8::is_ascii_lowercase);
    name[at].is_ascii_uppercase() && (!before.is_ascii_uppercase() || small_next)
}

#[cfg(test)]
mod tests;
