//! Cuts a skeleton into words, marks and holes.
//!
//! A word that holds one of the skeleton's holes is a hole as a whole: `blk_<*>`, `41ms`. So is what is a value whatever
//! its letters: an absolute path, a URL, an address written with colons, a date. Marks stand alone, so that what is
//! between brackets or behind an equals sign is compared for itself.

use super::sequence::{Names, Token};
use super::words;
use crate::scan::Kind;
use crate::{Pattern, calendar};

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

/// Bytes of one skeleton that are looked at; what is behind them is one hole. The longest lines that programmers wrote
/// have some hundred words.
const MAX_HEAD: usize = 4 << 10;

/// Tokens of one skeleton.
const MAX_TOKENS: usize = 256;

/// Bytes that never occur in UTF-8 stand for the holes of a skeleton, and for all that was cut off.
const HOLE: u8 = 0xff;
const IP_HOLE: u8 = 0xfe;

/// The beginning of a skeleton: its constant text with a byte for each hole.
pub(super) fn head(pattern: &Pattern) -> Vec<u8> {
    let (mut head, mut end) = (Vec::new(), 0);
    let constant = |head: &mut Vec<u8>, text: &[u8]| head.extend_from_slice(&text[..text.len().min(MAX_HEAD - head.len())]);
    for &(at, kind) in &pattern.holes {
        constant(&mut head, &pattern.text.as_bytes()[end..at]);
        if head.len() >= MAX_HEAD {
            break;
        }
        head.push(if kind == Kind::Ip { IP_HOLE } else { HOLE });
        end = at;
    }
    constant(&mut head, &pattern.text.as_bytes()[end..]);
    if head.len() >= MAX_HEAD {
        head.push(HOLE);
    }
    head
}

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

fn is_hole(byte: u8) -> bool {
    byte >= IP_HOLE
}

fn is_mark(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b':' | b'=' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'"' | b'\'' | b'|' | b'<' | b'>')
}

fn is_space(byte: u8) -> bool {
    byte <= b' '
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
        if let Some(len) = quoted(&self.text[self.at..], self.text[..self.at].last()) {
            self.at += len;
            self.push(Class::Hole, glued, "\"<*>\"");
        } else if run > 0 {
            self.mark(run, glued);
        } else if let Some(end) = self.value_end() {
            self.at = end;
            self.push(Class::Hole, glued, "<*>");
        } else {
            self.word(glued);
        }
        true
    }

    /// Bytes of the mark that begins here: one, or a run of dots or dashes. 0 when there is none.
    fn run_of_marks(&self) -> usize {
        let first = self.peek(0);
        let same = self.text[self.at..].iter().take_while(|&&byte| byte == first).count();
        match first {
            b'.' | b'-' | b'*' | b'#' if same > 1 => same,
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

    /// The end of a path, a URL or an address that begins here.
    fn value_end(&self) -> Option<usize> {
        let rest = &self.text[self.at..];
        let ends = |byte: &u8| {
            is_space(*byte)
                || matches!(byte, b',' | b';' | b'"' | b'\'' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'|' | b'<' | b'>')
        };
        let len = rest.iter().position(ends).unwrap_or(rest.len());
        let rest = &rest[..len];
        let scheme = rest.iter().take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')).count();
        let is_url = scheme > 0 && rest[scheme..].starts_with(b"://");
        let is_drive = scheme == 1 && rest[scheme..].starts_with(b":\\");
        if is_url || is_drive {
            return Some(self.at + trimmed(rest, self.text.get(self.at + len + 1)));
        }
        if let Some(len) = endpoint(rest) {
            return Some(self.at + len);
        }
        if rest.len() > 1 && rest[0] == b'/' && !is_space(rest[1]) {
            let query = rest.iter().position(|&byte| byte == b'?').unwrap_or(len);
            let ends = |at: usize| match rest[at] {
                b'=' => at < query,
                b':' => !rest.get(at + 1).is_some_and(|&byte| is_hole(byte)),
                _ => false,
            };
            let rest = &rest[..(0..len).find(|&at| ends(at)).unwrap_or(len)];
            return Some(self.at + trimmed(rest, self.text.get(self.at + len + 1)));
        }
        colons(rest).map(|len| self.at + len)
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

/// Length of a path without the colon behind it, and without the full stop when a sentence ends there.
fn trimmed(path: &[u8], next: Option<&u8>) -> usize {
    let len = path.len() - path.iter().rev().take_while(|&&byte| byte == b':').count();
    let stop = path[..len].iter().rev().take_while(|&&byte| byte == b'.').count();
    let sentence_ends = next.is_none_or(|next| next.is_ascii_uppercase());
    if sentence_ends { len - stop } else { len }
}

/// Length of a host with its port: a name with at least two dots, and a number behind a colon.
fn endpoint(text: &[u8]) -> Option<usize> {
    let len = text.iter().position(|&byte| byte == b':')?;
    let name = |byte: &u8| byte.is_ascii_lowercase() || matches!(byte, b'.' | b'-') || is_hole(*byte);
    let dots = text[..len].iter().filter(|&&byte| byte == b'.').count();
    let fits = dots >= 2 && text[..len].iter().all(name) && text.get(len + 1).is_some_and(|&byte| is_hole(byte));
    fits.then_some(len + 2)
}

/// Length of a quoted text that is assigned: `tag="screen on"`.
fn quoted(text: &[u8], before: Option<&u8>) -> Option<usize> {
    if text.first() != Some(&b'"') || before != Some(&b'=') {
        return None;
    }
    let close = text[1..].iter().position(|&byte| byte == b'"')?;
    (close > 0).then_some(close + 2)
}

/// Length of a hardware address or an IPv6 address: groups of hexadecimal digits between at least four colons.
fn colons(text: &[u8]) -> Option<usize> {
    let len = text.iter().position(|&byte| byte != b':' && !byte.is_ascii_hexdigit() && !is_hole(byte)).unwrap_or(text.len());
    let text = &text[..len];
    let groups = text.split(|&byte| byte == b':');
    let fits = groups.clone().all(|group| group.len() <= 4) && text.iter().any(|&byte| is_hole(byte));
    (fits && groups.count() > 4).then_some(len)
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
            let name = Some(names.intern(&shown));
            joined.truncate(joined.len() - 3);
            joined.push(Token { name, ..hole });
        }
    }
    *tokens = joined;
}
