//! Finds words that vary.
//!
//! A *slot* is a place in sequences that are equal in all else. The words seen there are its values. Whether they are
//! the values of a variable or the verbs of different events is a matter of evidence: how many there are, what they look
//! like, what stands around them, and whether they were values elsewhere.

use std::collections::HashMap;

use super::lexer::Class;
use super::sequence::{Name, Names, Sequence, Token};
use super::words;
use crate::fold::Fold;

/// Tokens of a sequence that are compared. Behind them, only what is equal is merged.
const MAX_COMPARED: usize = 64;

/// Words that were found to be values, and in how many slots.
pub(super) type Known = HashMap<Name, u32>;

/// A place in a sequence, and a hash of all that stands around it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Slot {
    around: u64,
    sequence: u32,
    token: u32,
}

/// Makes holes of the words that vary, and adds them to those known. `false` when there are none.
pub(super) fn open(sequences: &mut [Sequence], names: &Names, known: &mut Known) -> bool {
    let slots = slots(sequences, names);
    let groups = slots.chunk_by(|a, b| a.around == b.around).filter(|group| group.len() > 1);
    let variable: Vec<&[Slot]> = groups.filter(|group| Evidence::of(group, sequences, names, known).suffices()).collect();
    let mut opened = false;
    for slot in variable.into_iter().flatten() {
        let token = &mut sequences[slot.sequence as usize].tokens[slot.token as usize];
        if token.class == Class::Word {
            opened = true;
            if let Some(name) = token.name {
                *known.entry(name).or_default() += 1;
            }
        }
        *token = Token { class: Class::Hole, name: None, ..*token };
    }
    opened
}

/// All slots, those with the same surroundings together.
fn slots(sequences: &[Sequence], names: &Names) -> Vec<Slot> {
    let mut slots = Vec::new();
    for (sequence, index) in sequences.iter().zip(0..) {
        let all =
            sequence.tokens.iter().enumerate().fold(0u64, |sum, (place, token)| sum.wrapping_add(at(place, token.hash(names))));
        for (place, &token) in sequence.tokens.iter().enumerate().take(MAX_COMPARED) {
            if matches!(token.class, Class::Word | Class::Hole) {
                let around = all.wrapping_sub(at(place, token.hash(names))).wrapping_add(at(place, u64::from(token.glued)));
                slots.push(Slot { around, sequence: index, token: place as u32 });
            }
        }
    }
    slots.sort_unstable();
    slots
}

/// A hash of a token in its place. The sum over all places is a hash of the sequence from which one can be taken out.
fn at(place: usize, token: u64) -> u64 {
    let mut fold = Fold::default();
    fold.mix(place as u64);
    fold.mix(token);
    fold.finish(&[])
}

/// What speaks for a variable.
#[derive(Debug)]
struct Evidence {
    /// Different words.
    words: usize,
    /// Those of them that look like identifiers.
    identifiers: usize,
    /// Those of them that hold a digit.
    numbered: usize,
    /// Those that were values elsewhere.
    known: usize,
    /// Something with a digit or a path was seen in the same place.
    hole: bool,
    /// Words that all have in common.
    constants: usize,
    /// What stands around.
    setting: Setting,
}

#[derive(Debug, PartialEq, Eq)]
enum Setting {
    /// First word of the message.
    First,
    /// Behind an equals sign.
    Assigned,
    /// Alone between brackets or quotes.
    Enclosed,
    /// Behind words that announce a name: `for user`.
    Announced,
    /// Anywhere else.
    Text,
}

impl Evidence {
    fn of(group: &[Slot], sequences: &[Sequence], names: &Names, known: &Known) -> Evidence {
        let first = group[0];
        let (tokens, place) = (&sequences[first.sequence as usize].tokens, first.token as usize);
        let value = |slot: &Slot| sequences[slot.sequence as usize].tokens[slot.token as usize];
        let words = group.iter().map(value).filter(|token| token.class == Class::Word).filter_map(|token| token.name);
        Evidence {
            words: words.clone().count(),
            identifiers: words.clone().filter(|&name| names.is_identifier(name)).count(),
            numbered: words.clone().filter(|&name| names.text(name).bytes().any(|byte| byte.is_ascii_digit())).count(),
            known: words.filter(|name| known.contains_key(name)).count(),
            hole: group.iter().any(|slot| value(slot).class == Class::Hole),
            constants: tokens.iter().enumerate().filter(|&(at, token)| at != place && token.class == Class::Word).count(),
            setting: Setting::of(tokens, place, names),
        }
    }

    fn suffices(&self) -> bool {
        if self.constants == 0 || self.words == 0 {
            return false;
        }
        let identifiers = self.identifiers * 5 >= self.words * 4;
        let usual = if self.numbered == self.words {
            3
        } else if identifiers {
            4
        } else {
            8
        };
        let needed = match self.setting {
            Setting::Assigned | Setting::Announced => 3,
            Setting::Enclosed => usual.min(4),
            Setting::First if !identifiers => usual + 4,
            Setting::First | Setting::Text => usual,
        };
        let seen = self.words + 3 * self.known;
        if self.hole { seen + 1 >= (needed / 2).max(2) } else { self.words > 1 && seen >= needed }
    }
}

impl Setting {
    fn of(tokens: &[Token], place: usize, names: &Names) -> Setting {
        let mark = |token: Option<&Token>| match token {
            Some(Token { class: Class::Mark, name: Some(name), .. }) => names.text(*name),
            _ => "",
        };
        let before = mark(place.checked_sub(1).and_then(|place| tokens.get(place)));
        let after = mark(tokens.get(place + 1));
        match (before, after) {
            ("(", ")") | ("[", "]") | ("{", "}") | ("<", ">") | ("\"", "\"") | ("'", "'") => Setting::Enclosed,
            ("=", _) => Setting::Assigned,
            _ if place == 0 => Setting::First,
            _ if place > 1 && announces(&tokens[place - 2..place], names) => Setting::Announced,
            _ => Setting::Text,
        }
    }
}

/// Whether two words are a preposition and what has a name.
fn announces(tokens: &[Token], names: &Names) -> bool {
    let text = |token: &Token| if token.class == Class::Word { token.name.map_or("", |name| names.text(name)) } else { "" };
    words::is_preposition(text(&tokens[0])) && words::has_name(text(&tokens[1]))
}
