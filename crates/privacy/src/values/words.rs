use std::ops::Range;

use super::person::{self, Key};
use super::run::is_wordy;
use super::{Cue, Hit, address, keys};

/// Goes over the beginnings of words: a number may begin an address, a capital an address or a name.
pub(super) fn find(text: &[u8], range: Range<usize>, cue: &Cue, out: &mut Vec<Hit>) {
    if !text[range.clone()].iter().any(|&byte| byte.is_ascii_alphabetic() || byte >= 0x80) {
        return;
    }
    let reading = cue.key.map(keys::of_key).unwrap_or_default();
    let key = Key::of(&reading);
    let whole = person::value(text, range.clone(), key).or_else(|| address::value(text, range.clone(), &reading));
    if let Some(hit) = whole {
        return out.push(hit);
    }
    let mut at = range.start;
    while at < range.end {
        let byte = text[at];
        if !is_wordy(byte) {
            at += 1;
            continue;
        }
        let hit = match byte {
            _ if !begins(text, at) => None,
            b'0'..=b'9' => address::from_number(text, at, range.end),
            b'a'..=b'z' => address::from_small(text, at, range.end),
            b'_' => None,
            _ => address::from_capital(text, at, range.end).or_else(|| person::find(text, at, range.end, key)),
        };
        match hit {
            Some(hit) => {
                at = hit.end;
                out.push(hit);
            }
            None => at = behind_word(text, at, range.end),
        }
    }
}

/// Whether a word of a sentence begins here, rather than a part of a path, a mail address or a name of a machine.
fn begins(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [.., before, b'.' | b'-' | b'/' | b'\\' | b':'] if is_wordy(before) => false,
        [.., b'.' | b'-' | b'/' | b'\\' | b'@' | b'$' | b'%' | b'~'] => false,
        _ => true,
    }
}

fn behind_word(text: &[u8], at: usize, end: usize) -> usize {
    at + text[at..end].iter().take_while(|&&byte| is_wordy(byte)).count()
}
