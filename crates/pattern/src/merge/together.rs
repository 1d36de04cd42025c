//! Finds identifiers that vary together, as a class and its handler do: in no slot is all else equal.

use std::collections::HashMap;

use super::lexer::Class;
use super::sequence::{Names, Sequence, Token};

/// Sequences that differ in identifiers only, and are taken for one pattern. Fewer may be as many different events,
/// unless one of them has a hole wherever the others have an identifier.
const ENOUGH: usize = 6;

/// Makes holes of identifiers that vary together. `false` when there are none.
pub(super) fn open(sequences: &mut [Sequence], names: &Names) -> bool {
    let mut groups: HashMap<Vec<u64>, Vec<usize>> = HashMap::new();
    for (index, sequence) in sequences.iter().enumerate().filter(|(_, sequence)| has_identifiers(sequence, names)) {
        groups.entry(without_identifiers(sequence, names)).or_default().push(index);
    }
    if groups.is_empty() {
        return false;
    }
    for (index, sequence) in sequences.iter().enumerate().filter(|(_, sequence)| !has_identifiers(sequence, names)) {
        groups.entry(sequence.key()).and_modify(|group| group.push(index));
    }
    let mut opened = false;
    for (key, group) in groups {
        let general = group.iter().any(|&index| sequences[index].key() == key);
        if group.len() < 2 || !general && group.len() < ENOUGH {
            continue;
        }
        opened = true;
        for place in varying(&group, sequences) {
            for &index in &group {
                let token = &mut sequences[index].tokens[place];
                *token = Token { class: Class::Hole, name: None, ..*token };
            }
        }
    }
    opened
}

/// Whether a sequence has identifiers, and other words to be known by.
fn has_identifiers(sequence: &Sequence, names: &Names) -> bool {
    let words = sequence.tokens.iter().filter(|token| token.class == Class::Word).count();
    let identifiers = sequence.tokens.iter().filter(|token| is_identifier(token, names)).count();
    (1..words).contains(&identifiers)
}

fn is_identifier(token: &Token, names: &Names) -> bool {
    token.class == Class::Word && token.name.is_some_and(|name| names.is_identifier(name))
}

/// The key of a sequence whose identifiers were holes.
fn without_identifiers(sequence: &Sequence, names: &Names) -> Vec<u64> {
    let open =
        |token: &Token| if is_identifier(token, names) { Token { class: Class::Hole, name: None, ..*token } } else { *token };
    sequence.tokens.iter().map(|token| open(token).key()).collect()
}

/// Where the sequences of a group differ.
fn varying(group: &[usize], sequences: &[Sequence]) -> Vec<usize> {
    let first = &sequences[group[0]].tokens;
    let differs = |place: usize| group.iter().any(|&index| sequences[index].tokens[place].key() != first[place].key());
    (0..first.len()).filter(|&place| differs(place)).collect()
}
