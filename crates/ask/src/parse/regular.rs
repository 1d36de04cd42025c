use regex::{Regex, RegexBuilder};

use crate::{Error, Filter};

use super::{Parser, REGEXES_MAX, fail};

/// Size of one regular expression, compiled. Enough for some thousand characters of ordinary ones, small enough that
/// a query cannot take memory with `(x{1000}){1000}`.
pub const REGEX_SIZE_MAX_BYTES: usize = 1 << 20;

const PATH_HINT: &str = "`/` begins a regular expression; to search for a path, put it in double quotes";

/// Compiles a regular expression as the search language means it: case-insensitive unless it says `(?-i)`, bounded in size.
pub fn compile_regex(pattern: &str) -> Result<Regex, Error> {
    let build = RegexBuilder::new(pattern).case_insensitive(true).size_limit(REGEX_SIZE_MAX_BYTES).build();
    build.map_err(|error| {
        let message = match error {
            regex::Error::CompiledTooBig(_) => format!("the regular expression needs more than {REGEX_SIZE_MAX_BYTES} bytes"),
            _ => "the regular expression cannot be read".to_owned(),
        };
        Error::Invalid { message, position: None, hint: None }
    })
}

impl Parser<'_> {
    /// `/regex/`; the cursor stands on the first slash.
    pub(super) fn regex(&mut self, field: &str) -> Result<Filter, Error> {
        let opened = self.cursor.at();
        let raw = closed_by_slash(&self.cursor.rest()[1..])
            .ok_or_else(|| fail(opened, "this regular expression is not closed", PATH_HINT))?;
        self.cursor.eat("/");
        let first = self.cursor.at();
        self.cursor.go_back(first + raw.len() + 1);
        if raw.is_empty() {
            return Err(fail(opened, "the regular expression is empty", PATH_HINT));
        }
        if !self.cursor.at_term_end() {
            return Err(fail(self.cursor.at(), "expected a space after the regular expression", PATH_HINT));
        }
        self.regexes += 1;
        if self.regexes > REGEXES_MAX {
            return Err(fail(opened, format!("more than {REGEXES_MAX} regular expressions"), "join them with `|` within one"));
        }
        check_syntax(raw).map_err(|(offset, what)| fail(first + offset, format!("in the regular expression: {what}"), None))?;
        let pattern = unescape_slashes(raw);
        match compile_regex(&pattern) {
            Ok(_) => Ok(Filter::Regex { field: field.to_owned(), pattern }),
            Err(Error::Invalid { message, .. }) => Err(fail(first, message, None)),
            Err(other) => Err(other),
        }
    }
}

/// What stands before the first `/` that has no `\` before it.
fn closed_by_slash(text: &str) -> Option<&str> {
    let mut escaped = false;
    let end = text.find(|c| {
        let closes = c == '/' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    Some(&text[..end])
}

/// `\/` becomes `/`; every other escape stays.
fn unescape_slashes(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut chars = raw.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('/') => out.push('/'),
                next => out.extend(Some('\\').into_iter().chain(next)),
            },
            _ => out.push(c),
        }
    }
    out
}

/// Byte and fault. The `regex` crate itself only says it in a drawing.
fn check_syntax(pattern: &str) -> Result<(), (usize, String)> {
    match regex_syntax::ParserBuilder::new().case_insensitive(true).build().parse(pattern) {
        Ok(_) => Ok(()),
        Err(regex_syntax::Error::Parse(error)) => Err((error.span().start.offset, error.kind().to_string())),
        Err(regex_syntax::Error::Translate(error)) => Err((error.span().start.offset, error.kind().to_string())),
        Err(_) => Err((0, "it cannot be read".to_owned())),
    }
}
