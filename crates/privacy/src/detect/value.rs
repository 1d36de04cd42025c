use std::ops::ControlFlow::{self, Break, Continue};

use crate::MASK;

/// A quote and how deep it lies: a string inside a string writes its quotes behind a backslash, one inside that behind
/// three, and so on: 2^depth - 1. In front of them may stand backslashes that are content; each of those is written
/// as 2^depth * 2 of them, so the depth is the number of ones at the low end of the count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Quote {
    pub(crate) byte: u8,
    depth: u32,
}

impl Quote {
    fn new(byte: u8, backslashes: usize) -> Quote {
        Quote { byte, depth: backslashes.trailing_ones() }
    }

    /// How many strings it lies in.
    pub(crate) fn depth(self) -> u8 {
        self.depth.min(u32::from(u8::MAX)) as u8
    }

    /// With its own backslashes.
    pub(crate) fn len(self) -> usize {
        1 << self.depth
    }

    /// What another such quote does to the string that this one opened.
    fn meets(self, other: Quote) -> Meeting {
        match other.depth.cmp(&self.depth) {
            std::cmp::Ordering::Equal => Meeting::Closes,
            std::cmp::Ordering::Less => Meeting::ClosesOuter,
            std::cmp::Ordering::Greater => Meeting::Inside,
        }
    }
}

enum Meeting {
    Closes,
    /// It is the end of a string around this one, which was cut short.
    ClosesOuter,
    Inside,
}

/// Where a secret's value lies.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) start: usize,
    pub(crate) end: usize,
    /// Quotes that the mask needs to be a JSON string where a bare number or object stood.
    pub(crate) quote: Option<Quote>,
}

/// How far a value without quotes goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// To the end of the word.
    Word,
    /// To the end of the line: headers, whose values have spaces.
    Line,
}

/// How a PEM block begins and ends.
const PEM_BEGIN: &[u8] = b"-----BEGIN ";
const PEM_END: &[u8] = b"-----END ";
const PEM_DASHES: &[u8] = b"-----";

/// Longest run of punctuation that is looked over for what comes behind it; a bound, so that a text made of punctuation
/// costs no more than any other.
const SOFT_RUN_MAX: usize = 32;

/// Longest name that is looked for behind punctuation; a bound for the same reason.
const NEXT_NAME_MAX: usize = 64;

/// The value behind a separator (`=`, `:`, `=>`, `:=`), if there is one. `key_quote` is how the name was quoted.
pub(crate) fn value_after(text: &[u8], separator: usize, extent: Extent, key_quote: Option<Quote>, json: bool) -> Option<Found> {
    let start = value_start(text, separator, key_quote.is_some())?;
    let scan = Scan { text, json, outer: key_quote };
    let prefix = string_prefix(&text[start..]);
    if let Some((quote, len)) = quote_at(text, start + prefix) {
        if scan.ends_outer(quote) {
            return None;
        }
        let content = start + prefix + len;
        return Some(Found { start: content, end: scan.quoted_end(content, quote), quote: None })
            .filter(|found| found.start < found.end);
    }
    if let Some(quote) = key_quote {
        if text[start..].starts_with(b"null") {
            return None;
        }
        if let Some(end) = scan.json_end(start) {
            return Some(Found { start, end, quote: Some(quote) });
        }
    }
    let end = scan.bare_end(start, extent);
    let spaced = start > separator + 1;
    let is_next_pair = spaced && text[separator] == b'=' && begins_pair(&text[start..end]);
    (end > start && !is_next_pair).then_some(Found { start, end, quote: None })
}

/// Behind the separator and spaces. `None` for `::`, which stands in paths of programs.
fn value_start(text: &[u8], separator: usize, quoted_key: bool) -> Option<usize> {
    let mut at = separator + 1;
    if text[separator] == b':' && (text.get(at) == Some(&b':') || text[..separator].last() == Some(&b':')) {
        return None;
    }
    while matches!(text.get(at), Some(b'=' | b'>')) {
        at += 1;
    }
    while matches!(text.get(at), Some(b' ' | b'\t')) || (quoted_key && matches!(text.get(at), Some(b'\n' | b'\r'))) {
        at += 1;
    }
    (at < text.len()).then_some(at)
}

/// The quote that ends at `end`, if one does.
pub(crate) fn quote_before(text: &[u8], end: usize) -> Option<Quote> {
    let byte = *text[..end].last().filter(|byte| is_quote(**byte))?;
    Some(Quote::new(byte, backslashes_before(text, end - 1)))
}

/// The quote behind the backslashes at `at`, if one is, and the bytes with all of them.
fn quote_at(text: &[u8], at: usize) -> Option<(Quote, usize)> {
    let backslashes = text.get(at..)?.iter().take_while(|&&byte| byte == b'\\').count();
    let byte = *text.get(at + backslashes).filter(|byte| is_quote(**byte))?;
    Some((Quote::new(byte, backslashes), backslashes + 1))
}

/// `b"..."`, `u'...'`, `rb"..."`, `N'...'`: letters that belong to the quote.
fn string_prefix(text: &[u8]) -> usize {
    // As PHP dumps a variable: `string(9) "..."`.
    if let Some(rest) = text.strip_prefix(b"string(") {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        return if rest[digits..].starts_with(b") \"") { b"string() ".len() + digits } else { 0 };
    }
    let letters =
        text.iter().take(3).take_while(|byte| matches!(byte.to_ascii_lowercase(), b'b' | b'u' | b'r' | b'f' | b'n')).count();
    if letters < 3 && text.get(letters).is_some_and(|&byte| is_quote(byte)) { letters } else { 0 }
}

fn is_quote(byte: u8) -> bool {
    matches!(byte, b'"' | b'\'' | b'`')
}

fn backslashes_before(text: &[u8], at: usize) -> usize {
    text[..at].iter().rev().take_while(|&&byte| byte == b'\\').count()
}

/// Whether a name and a separator stand here: `user=`, `"user":`, `user =`.
fn begins_pair(text: &[u8]) -> bool {
    let name = text
        .iter()
        .take(NEXT_NAME_MAX)
        .take_while(|&&byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.'))
        .count();
    let rest = text[name..].iter().take(SOFT_RUN_MAX).find(|&&byte| !is_quote(byte) && byte != b'\\');
    name > 0 && matches!(rest, Some(b'=' | b':'))
}

/// Looks for the end of a value.
struct Scan<'a> {
    text: &'a [u8],
    json: bool,
    /// How the name was quoted.
    outer: Option<Quote>,
}

impl Scan<'_> {
    /// Where a string ends whose content begins at `content`; the end of the text when it is never closed.
    fn quoted_end(&self, content: usize, quote: Quote) -> usize {
        let mut at = content;
        while let Some(found) =
            self.text[at..].iter().position(|&byte| byte == quote.byte || byte == b'"').map(|found| at + found)
        {
            // Backslashes of the opening quote are not the content's.
            let backslashes = backslashes_before(&self.text[content..], found - content);
            if self.text[found] == quote.byte {
                // JSON doubles the backslash that escapes a `'`, and doubles it again in each string around: behind
                // any, it may be escaped.
                let may_be_escaped = self.json && quote.byte != b'"' && backslashes >= quote.len();
                match if may_be_escaped { Meeting::Inside } else { quote.meets(Quote::new(quote.byte, backslashes)) } {
                    Meeting::Closes => return found + 1 - quote.len(),
                    Meeting::ClosesOuter => return found - backslashes,
                    Meeting::Inside => {}
                }
            } else if self.json && backslashes.is_multiple_of(2) {
                return found - backslashes;
            }
            at = found + 1;
        }
        self.text.len()
    }

    /// The end of a JSON number, truth value, array or object; `None` when none of them begins here.
    fn json_end(&self, start: usize) -> Option<usize> {
        let rest = &self.text[start..];
        match rest[0] {
            b'{' | b'[' if !rest.starts_with(MASK.as_bytes()) => Some(self.brackets_end(start)),
            b'0'..=b'9' | b'-' | b't' | b'f' => {
                let len =
                    rest.iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.')).count();
                let ends =
                    rest.get(len).is_none_or(|&byte| is_soft(byte) || matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b'\\'));
                let is_scalar = match &rest[..len] {
                    b"true" | b"false" => true,
                    word => word[0] != b't' && word[0] != b'f' && word.iter().any(u8::is_ascii_digit),
                };
                (ends && is_scalar).then_some(start + len)
            }
            _ => None,
        }
    }

    /// Behind the bracket that closes the one at `start`; the end of the text, or of the string around, when none does.
    fn brackets_end(&self, start: usize) -> usize {
        let (mut at, mut depth) = (start, 0usize);
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => {
                    depth -= 1;
                    if depth == 0 {
                        return at + 1;
                    }
                }
                b'"' | b'\\' => match self.string_or_escape(at) {
                    Continue(next) => {
                        at = next;
                        continue;
                    }
                    Break(end) => return end,
                },
                _ => {}
            }
            at += 1;
        }
        self.text.len()
    }

    /// Steps over a quoted string, or over backslashes with what they escape. Breaks where the string around ends.
    fn string_or_escape(&self, at: usize) -> ControlFlow<usize, usize> {
        let Some((quote, len)) = quote_at(self.text, at) else {
            let backslashes = self.text[at..].iter().take_while(|&&byte| byte == b'\\').count();
            return Continue(at + backslashes);
        };
        if self.ends_outer(quote) {
            return Break(at);
        }
        let end = self.quoted_end(at + len, quote);
        let closed = quote_at(self.text, end) == Some((quote, quote.len()));
        if closed { Continue(end + quote.len()) } else { Break(end) }
    }

    /// Whether this quote ends the string in which an unquoted value stands.
    fn ends_outer(&self, quote: Quote) -> bool {
        let ends_around_key = |outer: Quote| outer.byte == quote.byte && matches!(outer.meets(quote), Meeting::ClosesOuter);
        let is_string = self.json && self.outer.is_none_or(|outer| outer.byte != b'"');
        self.outer.is_some_and(ends_around_key) || (is_string && quote.byte == b'"' && quote.depth == 0)
    }

    /// The end of a value without quotes.
    fn bare_end(&self, start: usize, extent: Extent) -> usize {
        let text = &self.text[start..];
        if text.starts_with(PEM_BEGIN) {
            return self.word_end(self.pem_end(start));
        }
        if let Some(behind) = text.strip_prefix(MASK.as_bytes()) {
            let complete = behind.first().is_none_or(|&byte| is_soft(byte) || byte == b'\\' || byte.is_ascii_whitespace());
            return if complete { start + MASK.len() } else { self.word_end(start + MASK.len()) };
        }
        match extent {
            Extent::Word => self.word_end(start),
            Extent::Line => self.line_end(start),
        }
    }

    /// The end of a word: white space, or punctuation behind which something else begins.
    fn word_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' => return at,
                b'"' | b'\'' | b'`' | b'\\' => match self.bare_quote(start, at) {
                    Continue(next) => at = next,
                    Break(end) => return end,
                },
                b'{' | b'[' if at == start => at = self.bare_brackets_end(at),
                _ if is_soft(byte) && self.ends_softly(at) => return at,
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// A quote or backslash inside a word without quotes.
    fn bare_quote(&self, start: usize, at: usize) -> ControlFlow<usize, usize> {
        let Some((quote, len)) = quote_at(self.text, at) else {
            let backslashes = self.text[at..].iter().take_while(|&&byte| byte == b'\\').count();
            let escaped = self.text.get(at + backslashes);
            // In JSON, an escaped end of line is an end of line.
            let ends = self.json && backslashes % 2 == 1 && matches!(escaped, Some(b'n' | b'r' | b't'));
            return if ends {
                Break(at)
            } else {
                Continue((at + backslashes + usize::from(escaped.is_some_and(u8::is_ascii))).min(self.text.len()))
            };
        };
        if self.ends_outer(quote) {
            return Break(at);
        }
        // `Some("x")`: the secret is what the quotes hold.
        let opens = at > start && matches!(self.text[at - 1], b'(' | b'=' | b'[' | b'{');
        if opens {
            return self.string_or_escape(at);
        }
        if (self.json && quote.byte == b'"') || self.ends_softly(at) { Break(at) } else { Continue(at + len) }
    }

    /// Behind the bracket that closes the one at `at`; behind that one itself when it stands open.
    fn bare_brackets_end(&self, at: usize) -> usize {
        let end = self.brackets_end(at);
        if matches!(self.text[end - 1], b'}' | b']') { end } else { at + 1 }
    }

    /// Whether the punctuation from `at` on ends a value: then comes white space, the end, or another pair.
    fn ends_softly(&self, at: usize) -> bool {
        let run = self.text[at..].iter().take(SOFT_RUN_MAX).take_while(|&&byte| is_soft(byte) || byte == b'\\').count();
        let rest = &self.text[at + run..];
        rest.first().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r')) || begins_pair(rest)
    }

    /// The end of the line, or of the string in which it stands.
    fn line_end(&self, start: usize) -> usize {
        let mut at = start;
        while let Some(&byte) = self.text.get(at) {
            match byte {
                b'\n' | b'\r' => return at,
                b'"' | b'\'' | b'`' | b'\\' => match self.line_quote(at) {
                    Continue(next) => at = next,
                    Break(end) => return end,
                },
                _ => at += 1,
            }
        }
        self.text.len()
    }

    /// A quote or backslash inside a line: behind `=` or a space a quote opens a string.
    fn line_quote(&self, at: usize) -> ControlFlow<usize, usize> {
        let opens = matches!(self.text[at - 1], b'=' | b' ');
        match quote_at(self.text, at) {
            Some((quote, _)) if opens && !self.ends_outer(quote) => self.string_or_escape(at),
            _ => self.bare_quote(at, at),
        }
    }

    /// Behind the last line of a PEM block; when it was cut short, the end of the text or of the string around.
    fn pem_end(&self, start: usize) -> usize {
        let rest = &self.text[start..self.outer_end(start)];
        let end = memchr::memmem::find(rest, PEM_END).map(|last| last + PEM_END.len());
        let dashes = end.and_then(|end| Some(end + memchr::memmem::find(&rest[end..], PEM_DASHES)? + PEM_DASHES.len()));
        start + dashes.unwrap_or(rest.len())
    }

    /// The end of the string in which an unquoted value stands, or of the text.
    fn outer_end(&self, start: usize) -> usize {
        let mut from = start;
        while let Some(found) = self.text[from..].iter().position(|&byte| byte == b'"').map(|found| from + found) {
            let backslashes = backslashes_before(&self.text[start..], found - start);
            if self.ends_outer(Quote::new(b'"', backslashes)) {
                return found - backslashes;
            }
            from = found + 1;
        }
        self.text.len()
    }
}

/// Punctuation that may stand in a password, and may as well stand behind it.
fn is_soft(byte: u8) -> bool {
    matches!(byte, b',' | b';' | b'&' | b'|' | b')' | b']' | b'}' | b'>') || is_quote(byte)
}
