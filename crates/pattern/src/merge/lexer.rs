//! Cuts a skeleton into words, marks and holes.
//!
//! A word that holds one of the skeleton's holes is a hole as a whole: `blk_<*>`, `41ms`. So is what is a value whatever
//! its letters: an absolute path, a URL, an address written with colons, a date. Marks stand alone, so that what is
//! between brackets or behind an equals sign is compared for itself.

use super::head::{IP_HOLE, is_hole, is_space};
use super::sequence::{Names, Token};
use super::{values, words};
use crate::calendar;

/// What a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    /// Any value.
    Hole = 1,
    /// A unit behind a number: which one depends on the number.
    Unit = 2,
    /// Letters, and whatever else is not a mark.
    Word = 3,
    /// A separator.
    Mark = 4,
}

impl Class {
    /// Whether tokens of this class are equal whatever their name.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Class::Hole | Class::Unit)
    }
}

/// Bytes of joined holes that are shown one by one.
const MAX_SHOWN: usize = 64;

/// Tokens of one skeleton; what is behind them is one hole.
const MAX_TOKENS: usize = 256;

pub(super) fn tokens(head: &[u8], names: &mut Names) -> Vec<Token> {
    let mut lexer = Lexer { text: head, at: 0, tokens: Vec::new(), names };
    while lexer.tokens.len() < MAX_TOKENS && lexer.token() {}
    if lexer.at < head.len() {
        lexer.push(Class::Hole, false, "<*>");
    }
    let mut tokens = std::mem::take(&mut lexer.tokens);
    join(&mut tokens, names);
    dates(&mut tokens, names);
    tokens
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b':' | b'=' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' | b'<' | b'>')
}

struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
    tokens: Vec<Token>,
    names: &'a mut Names,
}

impl Lexer<'_> {
    fn push(&mut self, class: Class, glued: bool, shown: &str) {
        let name = Some(self.names.intern(shown));
        self.tokens.push(Token { class, glued, name });
    }

    fn peek(&self, ahead: usize) -> u8 {
        self.text.get(self.at + ahead).copied().unwrap_or(b' ')
    }

    /// Reads one token. `false` at the end.
    fn token(&mut self) -> bool {
        let start = self.at;
        while self.at < self.text.len() && is_space(self.text[self.at]) {
            self.at += 1;
        }
        if self.at == self.text.len() {
            return false;
        }
        let glued = self.at == start && start > 0;
        let run = self.run_of_marks();
        if let Some(len) = values::quoted(&self.text[self.at..], self.text[..self.at].last()) {
            self.at += len;
            self.push(Class::Hole, glued, "\"<*>\"");
        } else if run > 0 {
            self.mark(run, glued);
        } else if let Some(len) = values::len(&self.text[self.at..]) {
            self.at += len;
            self.push(Class::Hole, glued, "<*>");
        } else {
            self.word(glued);
        }
        true
    }

    /// Bytes of the mark that begins here: one, or a run of dots or dashes. 0 when there is none.
    fn run_of_marks(&self) -> usize {
        let first = self.peek(0);
        match first {
            b'.' | b'-' | b'*' | b'#' if self.peek(1) == first => {
                self.text[self.at..].iter().take_while(|&&byte| byte == first).count()
            }
            b'.' | b'!' | b'?' if is_space(self.peek(1)) => 1,
            _ => usize::from(is_mark(first)),
        }
    }

    fn mark(&mut self, len: usize, glued: bool) {
        let empty = self.peek(0) == b'(' && self.peek(1) == b')' && !glued;
        let shown = String::from_utf8_lossy(&self.text[self.at..self.at + len]).into_owned();
        self.push(Class::Mark, glued, &shown);
        if empty {
            self.push(Class::Hole, true, "");
        }
        self.at += len;
    }

    fn word(&mut self, glued: bool) {
        let start = self.at;
        while self.at < self.text.len()
            && !is_space(self.peek(0))
            && (self.at == start || self.run_of_marks() == 0 || self.is_inside(start))
        {
            self.at += 1;
        }
        let word = &self.text[start..self.at];
        if word.iter().any(|&byte| is_hole(byte)) {
            let shown = shown(word);
            return self.push(Class::Hole, glued, &shown);
        }
        let word = String::from_utf8_lossy(word).into_owned();
        let after_hole = self.tokens.last().is_some_and(|token| token.class == Class::Hole);
        if words::is_value(&word) {
            self.push(Class::Hole, glued, "<*>");
        } else if after_hole && words::is_size(&word) {
            self.push(Class::Unit, glued, &word);
        } else {
            self.push(Class::Word, glued, &word);
        }
    }

    /// Whether the mark at hand belongs to the word: an apostrophe between letters, a colon between address and port.
    fn is_inside(&self, start: usize) -> bool {
        let (before, after) = (self.text[self.at - 1], self.peek(1));
        match self.peek(0) {
            b'\'' => before.is_ascii_alphabetic() && after.is_ascii_alphabetic(),
            b':' => is_hole(after) && self.text[start..self.at].contains(&IP_HOLE),
            _ => false,
        }
    }
}

/// How a word with holes is shown: the parts between its joints that hold one as holes, the others as they are.
fn shown(word: &[u8]) -> String {
    let joint = |byte: u8| matches!(byte, b'.' | b'-' | b'+' | b'@' | b'#' | b'$' | b'%' | b'&');
    let mut shown = String::new();
    for part in word.chunk_by(|&a, &b| joint(a) == joint(b)) {
        if part.iter().any(|&byte| is_hole(byte)) {
            shown.push_str("<*>");
        } else {
            shown.push_str(&String::from_utf8_lossy(part));
        }
    }
    let signed = shown.strip_prefix(['-', '+']).filter(|rest| rest.starts_with("<*>"));
    let shown = signed.unwrap_or(&shown);
    let mut shown = shown.to_owned();
    while shown.contains("<*>.<*>") {
        shown = shown.replace("<*>.<*>", "<*>");
    }
    shown
}

/// Days, months and time zones beside numbers are part of a date, and a date is one hole.
fn dates(tokens: &mut Vec<Token>, names: &mut Names) {
    let calendar: Vec<bool> = tokens.iter().map(|token| token.class == Class::Word && is_calendar(*token, names)).collect();
    let part = |at: usize, tokens: &[Token]| calendar[at] || tokens[at].class == Class::Hole;
    let (mut kept, mut at) = (Vec::with_capacity(tokens.len()), 0);
    while at < tokens.len() {
        let len = (at..tokens.len()).take_while(|&place| part(place, tokens)).count();
        let words = calendar[at..at + len].iter().filter(|&&word| word).count();
        if words > 0 && words < len {
            kept.push(Token { class: Class::Hole, name: Some(names.intern("<*>")), ..tokens[at] });
            at += len;
        } else {
            kept.extend_from_slice(&tokens[at..at + len.max(1)]);
            at += len.max(1);
        }
    }
    *tokens = kept;
}

fn is_calendar(token: Token, names: &Names) -> bool {
    let word = token.name.map_or("", |name| names.text(name));
    calendar::is_weekday_or_month(word) || calendar::is_zone(word)
}

/// Makes one hole of holes that touch, or that a mark without white space joins.
fn join(tokens: &mut Vec<Token>, names: &mut Names) {
    let mut joined: Vec<Token> = Vec::with_capacity(tokens.len());
    for &token in tokens.iter() {
        joined.push(token);
        while let [.., hole, mark, last] = joined[..] {
            let joins = mark.class == Class::Mark
                && mark.glued
                && last.glued
                && mark.name.is_some_and(|name| matches!(names.text(name), ":" | "|" | ","));
            if !(hole.class == Class::Hole && last.class == Class::Hole && joins) {
                break;
            }
            let text = |token: Token| token.name.map_or("<*>", |name| names.text(name));
            let shown = format!("{}{}{}", text(hole), text(mark), text(last));
            let shown = if shown.len() > MAX_SHOWN { "<*>" } else { &shown };
            let name = Some(names.intern(shown));
            joined.truncate(joined.len() - 3);
            joined.push(Token { name, ..hole });
        }
    }
    *tokens = joined;
}
