use crate::Error;

use super::fail;

/// A place in the query's text.
pub(super) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Cursor<'a> {
        Cursor { text, at: 0 }
    }

    /// Byte at which it stands.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// Goes back to a place it stood at before.
    pub(super) fn go_back(&mut self, at: usize) {
        self.at = at;
    }

    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn at_end(&self) -> bool {
        self.at == self.text.len()
    }

    pub(super) fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    pub(super) fn sees(&self, text: &str) -> bool {
        self.rest().starts_with(text)
    }

    pub(super) fn eat(&mut self, text: &str) -> bool {
        let sees = self.sees(text);
        if sees {
            self.at += text.len();
        }
        sees
    }

    /// Takes a word if it stands here whole: what follows belongs to no word or field name.
    pub(super) fn eat_word(&mut self, word: &str) -> bool {
        let whole = self.rest().strip_prefix(word).is_some_and(|rest| rest.chars().next().is_none_or(ends_term));
        if whole {
            self.at += word.len();
        }
        whole
    }

    pub(super) fn skip_space(&mut self) {
        self.take_while(char::is_whitespace);
    }

    pub(super) fn take_while(&mut self, belongs: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Whether a term may end here.
    pub(super) fn at_term_end(&self) -> bool {
        self.peek().is_none_or(ends_term)
    }

    /// Text between two quotes of this kind, the first of which stands here. `\` before a quote or another `\` is
    /// dropped, before all else it stands for itself.
    pub(super) fn quoted(&mut self, quote: char) -> Result<String, Error> {
        let opened = self.at;
        let mut out = String::new();
        let mut chars = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, c)) = chars.next() {
            match c {
                '\\' => match chars.next_if(|&(_, next)| next == quote || next == '\\') {
                    Some((_, escaped)) => out.push(escaped),
                    None => out.push('\\'),
                },
                _ if c == quote => {
                    self.at = opened + offset + 1;
                    return Ok(out);
                }
                _ => out.push(c),
            }
        }
        Err(fail(
            opened,
            "this quote is not closed",
            format!("add a closing {quote}, or write \\{quote} for a quote within quotes"),
        ))
    }
}

fn ends_term(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '|' | '"' | '`' | ',')
}
