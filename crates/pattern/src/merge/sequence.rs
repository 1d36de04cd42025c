//! A skeleton as the merge sees it: words, marks and holes.

use std::collections::HashMap;

use super::kept::Skeleton;
use super::lexer::{self, Class};
use super::words;
use crate::PatternId;
use crate::fold::Fold;

/// Number of an interned text.
pub(super) type Name = u32;

/// Texts by number, each kept once, with a hash that does not depend on the numbers.
#[derive(Debug, Default)]
pub(super) struct Names {
    numbers: HashMap<Box<str>, Name>,
    texts: Vec<Text>,
}

/// A text, and what is asked of it again and again.
#[derive(Debug)]
struct Text {
    text: Box<str>,
    hash: u64,
    is_identifier: bool,
}

impl Names {
    pub(super) fn intern(&mut self, text: &str) -> Name {
        if let Some(&name) = self.numbers.get(text) {
            return name;
        }
        let name = self.texts.len() as Name;
        self.texts.push(Text {
            text: text.into(),
            hash: Fold::default().finish(text.as_bytes()),
            is_identifier: words::is_identifier(text),
        });
        self.numbers.insert(text.into(), name);
        name
    }

    pub(super) fn text(&self, name: Name) -> &str {
        &self.texts[name as usize].text
    }

    pub(super) fn is_identifier(&self, name: Name) -> bool {
        self.texts[name as usize].is_identifier
    }

    pub(super) fn hash(&self, name: Name) -> u64 {
        self.texts[name as usize].hash
    }
}

/// A word, a mark or a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) class: Class,
    /// No white space before it.
    pub(super) glued: bool,
    /// What stands there; of a hole, how it is shown, or `None` when members differ in it.
    pub(super) name: Option<Name>,
}

/// Skeletons that are equal in all but what is shown of their holes.
#[derive(Debug)]
pub(super) struct Sequence {
    pub(super) tokens: Vec<Token>,
    pub(super) members: Vec<PatternId>,
    pub(super) count: u64,
}

pub(super) fn read(skeleton: &Skeleton, names: &mut Names) -> Sequence {
    Sequence { tokens: lexer::tokens(&skeleton.head, names), members: vec![skeleton.id], count: skeleton.count }
}

impl Token {
    /// Equal for tokens that may stand for each other.
    pub(super) fn key(self) -> u64 {
        let name = if self.class.is_open() { 0 } else { self.name.map_or(0, |name| u64::from(name) + 1) };
        name << 8 | (self.class as u64) << 1 | u64::from(self.glued)
    }

    /// A hash of what `key` tells, that does not depend on how names are numbered.
    pub(super) fn hash(self, names: &Names) -> u64 {
        let name = if self.class.is_open() { 0 } else { self.name.map_or(0, |name| names.hash(name)) };
        name ^ ((self.class as u64) << 1 | u64::from(self.glued))
    }
}

impl Sequence {
    pub(super) fn key(&self) -> Vec<u64> {
        self.tokens.iter().map(|token| token.key()).collect()
    }

    /// Takes in an equal sequence.
    pub(super) fn absorb(&mut self, other: Sequence) {
        for (mine, theirs) in self.tokens.iter_mut().zip(other.tokens) {
            if mine.name != theirs.name {
                mine.name = None;
            }
        }
        self.members.extend(other.members);
        self.count += other.count;
    }

    /// The sequence as people read it. A size whose unit varies is shown as one hole, and so are all others beside it,
    /// since what scales one scales the other.
    pub(super) fn template(&self, names: &Names) -> String {
        let mut template = String::new();
        let scaled = self.tokens.iter().any(|token| token.class == Class::Unit && token.name.is_none());
        for token in &self.tokens {
            let shown = match (token.class, token.name) {
                (Class::Unit, _) if scaled => continue,
                (_, Some(name)) => names.text(name),
                (_, None) => "<*>",
            };
            if !token.glued && !template.is_empty() {
                template.push(' ');
            }
            template.push_str(shown);
        }
        template
    }
}
