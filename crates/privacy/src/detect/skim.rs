//! The quick part of the walk: passes over words and marks with which nothing can begin, in a loop so small that they cost
//! next to nothing. Most of a log is made of these.

use crate::detect::cues::Cues;
use crate::detect::glance::{CLASS, behind_word, class, may_be_number, may_name_somebody};
use crate::detect::judge::is_uuid;

/// Letters and dashes of a UUID (RFC 9562).
const UUID_LEN: usize = 36;

/// What the walk stops at.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Stop {
    /// A mark.
    Sign(usize),
    /// A run of letters and digits.
    Word(Word),
}

/// A run of letters and digits, and of which classes they are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Word {
    pub(crate) at: usize,
    pub(crate) end: usize,
    pub(crate) seen: u8,
}

/// The next mark or word of a text, from `at` on, that needs a look. Nothing before `floor` belongs to it.
pub(crate) fn next_stop(text: &[u8], mut at: usize, floor: usize, cues: &Cues) -> Option<Stop> {
    while let Some(&byte) = text.get(at) {
        match CLASS[usize::from(byte)] {
            0 => at += 1,
            // A parenthesis matters before a number only.
            class::SIGN if byte == b'(' && !text.get(at + 1).is_some_and(u8::is_ascii_digit) => at += 1,
            class::SIGN => return Some(Stop::Sign(at)),
            _ => {
                let (end, seen) = behind_word(text, at);
                let word = Word { at, end, seen };
                if !word.is_plain(text, floor) || cues.may_begin(&text[at..]) {
                    return Some(Stop::Word(word));
                }
                at = word.behind_uuid(text).unwrap_or(end);
            }
        }
    }
    None
}

impl Word {
    /// Behind the UUID in small letters that begins with this word. No part of one is anything by itself: it is bound by
    /// dashes, and no vendor's token begins with such letters.
    #[inline]
    fn behind_uuid(self, text: &[u8]) -> Option<usize> {
        let is_first = self.end - self.at == 8 && self.seen & class::UPPER == 0 && text.get(self.end) == Some(&b'-');
        let uuid = if is_first { text.get(self.at..self.at + UUID_LEN)? } else { return None };
        // What joins the last part is looked at with it.
        let ends = text
            .get(self.at + UUID_LEN)
            .is_none_or(|&byte| CLASS[usize::from(byte)] & class::WORDY == 0 && !matches!(byte, b'$' | b'}' | b'<' | b'-'));
        (ends && is_uuid(uuid) && !uuid.iter().any(u8::is_ascii_uppercase)).then_some(self.at + UUID_LEN)
    }

    /// Whether neither the word nor what stands around it is anything, unless the word itself announces something.
    #[inline]
    fn is_plain(self, text: &[u8], floor: usize) -> bool {
        let Word { at, end, seen } = self;
        // In a mask of our own; the name of an option, which is no part of a dashed word.
        let begins = match at.checked_sub(1).map(|before| text[before]) {
            Some(b'[') => true,
            Some(b'-') => at < floor + 2 || CLASS[usize::from(text[at - 2])] & class::WORDY == 0,
            _ => false,
        };
        // A hash, a passport.
        let ends = matches!(text.get(end), Some(b'$' | b'}' | b'<'));
        !begins
            && !ends
            && match seen {
                class::LOWER => !is_before_capital(text, end),
                _ if seen & class::HIGH != 0 => false,
                _ if seen & class::DIGIT != 0 => !may_name_somebody(text, at, end, seen) && !may_be_number(text, at, end, seen),
                _ => false,
            }
    }
}

/// Whether a capital stands right behind a blank or mark, as in the names of streets that begin with a small word.
#[inline]
fn is_before_capital(text: &[u8], end: usize) -> bool {
    let begins = |at: usize| text.get(at).is_some_and(|&byte| CLASS[usize::from(byte)] & (class::UPPER | class::HIGH) != 0);
    match text.get(end) {
        Some(b' ' | b'/') => begins(end + 1),
        Some(b'.') => begins(end + 1) || text.get(end + 1) == Some(&b' ') && begins(end + 2),
        _ => false,
    }
}
