//! Lists: as many holes in a row as the moment had values.

use std::collections::HashMap;

use super::lexer::Class;
use super::sequence::{Names, Sequence, Token};

/// Holes in a row that make a list, once rows of another length were seen in the same place. A row that is shorter in
/// all sequences is a fixed number of arguments.
const LIST: usize = 4;

/// Makes one hole of a list where sequences differ only in the lengths of their lists.
pub(super) fn close(sequences: &mut [Sequence], names: &Names) {
    let mut groups: HashMap<Vec<u64>, Vec<usize>> = HashMap::new();
    for (index, sequence) in sequences.iter().enumerate() {
        groups.entry(closed(&sequence.tokens, names).iter().map(|token| token.key()).collect()).or_default().push(index);
    }
    for group in groups.into_values() {
        let lengths = group.iter().map(|&index| sequences[index].tokens.len());
        let (shortest, longest) = (lengths.clone().min(), lengths.max());
        if shortest == longest || group.iter().all(|&index| longest_row(&sequences[index].tokens, names) < LIST) {
            continue;
        }
        for index in group {
            sequences[index].tokens = closed(&sequences[index].tokens, names);
        }
    }
}

/// Tokens of the row of holes that begins at `start`, with the commas between them.
fn row(tokens: &[Token], start: usize, names: &Names) -> usize {
    let hole = |at: usize| tokens.get(at).is_some_and(|token| token.class == Class::Hole);
    let comma = |at: usize| {
        tokens.get(at).is_some_and(|token| token.class == Class::Mark && token.name.is_some_and(|name| names.text(name) == ","))
    };
    let mut end = start;
    while hole(end) {
        end += 1;
        if comma(end) && hole(end + 1) {
            end += 1;
        }
    }
    end - start
}

fn longest_row(tokens: &[Token], names: &Names) -> usize {
    let (mut longest, mut at) = (0, 0);
    while at < tokens.len() {
        let len = row(tokens, at, names);
        longest = longest.max(len);
        at += len.max(1);
    }
    longest
}

fn closed(tokens: &[Token], names: &Names) -> Vec<Token> {
    let (mut closed, mut at) = (Vec::with_capacity(tokens.len()), 0);
    while at < tokens.len() {
        let len = row(tokens, at, names);
        closed.push(if len > 1 { Token { name: None, ..tokens[at] } } else { tokens[at] });
        at += len.max(1);
    }
    closed
}
