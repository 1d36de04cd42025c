//! Passwords in command lines: `--password x`, `-px`, `-u user:x`, `net user name x`.

use std::ops::Range;

use crate::Kind;
use crate::detect::cues::Command;
use crate::detect::judge::{is_masked, is_one_of, is_path, is_placeholder};
use crate::detect::key_name::last_segment;
use crate::detect::names::Holds;
use crate::detect::scan::{Area, Scan};
use crate::detect::vendors;

/// As much of a line as is read behind a command.
const LINE_MAX: usize = 512;

/// The same where [`Scan::is_short_sighted`].
const LINE_BEGINNING: usize = 64;

/// Words read of it.
const WORDS_MAX: usize = 32;

impl Scan<'_> {
    /// Whether the word at `at` is the name of an option: dashes before it, and a blank, a quote or nothing before those.
    pub(crate) fn is_option(&self, at: usize, area: Area<'_>) -> bool {
        let before = &self.text[area.start.max(self.done).min(at)..at];
        match before {
            [rest @ .., b'-', b'-'] | [rest @ .., b'-'] => {
                rest.last().is_none_or(|byte| matches!(byte, b' ' | b'\t' | b'"' | b'\'' | b'[' | b','))
            }
            _ => false,
        }
    }

    /// `--password x`. With `=` between it is a pair like any other.
    pub(crate) fn option(&mut self, at: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let name_end = at
            + text[at..].iter().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(**byte, b'-' | b'_' | b'.')).count();
        let secret = self.detector.names().classify(&text[at..name_end])?;
        // In a list of arguments as JSON or Python writes them, quotes and a comma stand between.
        let gap = text[name_end..].iter().take(6).take_while(|byte| matches!(**byte, b' ' | b'\t' | b'"' | b'\'' | b',')).count();
        let blank = text[name_end..name_end + gap].iter().any(|byte| matches!(byte, b' ' | b','));
        let value = value_at(text, name_end + gap, gap > 0)?;
        let plain = &text[value.clone()];
        let fits = match secret.holds {
            Holds::Anything => true,
            Holds::Digits => plain.iter().all(u8::is_ascii_digit),
            Holds::Credential | Holds::Random => plain.len() >= 8 && !is_path(plain) && plain.iter().any(u8::is_ascii_digit),
            Holds::Authorization | Holds::Cookies => false,
        };
        let good = blank
            && fits
            && !plain.starts_with(b"-")
            && !is_masked(plain)
            && !is_placeholder(plain)
            && !is_one_of(plain, &["is", "was", "for", "and", "or", "option", "flag", "must"]);
        good.then(|| self.push_secret(value, secret.kind, &text[at..name_end], None))
    }

    /// The options of a command that takes passwords in its own way. Nothing else of the line is passed over.
    pub(crate) fn command(&mut self, command: Command, behind: usize, area: Area<'_>) -> Option<usize> {
        let reach = if self.is_short_sighted() { LINE_BEGINNING } else { LINE_MAX };
        let end = area.end.min(behind + reach);
        let text = &self.text[..end];
        let line_end = behind + memchr::memchr(b'\n', &text[behind..]).unwrap_or(end - behind);
        self.look_ahead(line_end - behind);
        let has_options = match command {
            Command::Joined(_) | Command::UserColon => true,
            Command::Apart(options) => options.iter().all(|option| option.starts_with(['-', '/'])),
            _ => false,
        };
        if has_options && memchr::memchr2(b'-', b'/', &text[behind..line_end]).is_none() {
            return None;
        }
        let words = Arguments { text, at: behind, end: line_end, left: WORDS_MAX };
        let value = match command {
            Command::Joined(option) => words
                .clone()
                .find(|word| {
                    text[word.clone()].starts_with(option.as_bytes())
                        && word.len() > option.len()
                        && text[word.start + option.len()] != b'-'
                })
                .map(|word| word.start + option.len()..word.end),
            Command::Apart(options) => {
                let is_option = |word: &Range<usize>| options.iter().any(|option| text[word.clone()] == *option.as_bytes());
                let mut words = words;
                let first = argument_behind(&mut words, is_option);
                while let Some(value) = argument_behind(&mut words, is_option) {
                    self.argument(value, text);
                }
                first
            }
            Command::Last => {
                let words: Vec<_> = words.collect();
                words.last().filter(|_| words.len() >= 2 || text[..behind].ends_with(b"login")).cloned()
            }
            Command::Quoted => words.clone().next().filter(|word| matches!(text[word.start], b'"' | b'\'')),
            Command::Setting => {
                let words: Vec<_> = words.collect();
                let (name, value) = setting(self, text, &words)?;
                let key = &text[name];
                let kind = vendors::kind_of(&text[value.clone()]).unwrap_or_else(|| vendors::kind_by_key(key, Kind::ApiKey));
                self.found_ahead(value, kind, "command");
                None
            }
            Command::Piped => piped(text, &words.collect::<Vec<_>>()),
            Command::UserSlash => user_slash(text, behind, &words.collect::<Vec<_>>()),
            Command::UserColon => user_colon(text, words),
            Command::NetUse => {
                let words: Vec<_> = words.collect();
                let user = words.iter().position(|word| text[word.clone()].to_ascii_lowercase().starts_with(b"/user:"));
                user.and_then(|user| {
                    words.get(user + 1).or_else(|| words.get(user.checked_sub(1).filter(|before| *before >= 2)?))
                })
                .cloned()
            }
            Command::NetUser => words.clone().nth(1).filter(|word| !matches!(text[word.start], b'/' | b'*')),
        }?;
        self.argument(value, text);
        None
    }

    /// Takes down the argument of a command that is a password.
    fn argument(&mut self, value: Range<usize>, text: &[u8]) {
        let mut value = unquoted(text, value);
        // openssl says where a password comes from.
        if text[value.clone()].starts_with(b"pass:") {
            value.start += b"pass:".len();
        }
        if text[value.clone()].starts_with(b"env:") || text[value.clone()].starts_with(b"file:") {
            return;
        }
        let plain = &text[value.clone()];
        let good = !plain.is_empty()
            && !is_masked(plain)
            && !is_placeholder(plain)
            && plain != b"-"
            && !is_one_of(&plain[..1], &["-", "/"]);
        if good {
            let kind = vendors::kind_of(plain).unwrap_or(Kind::Password);
            self.found_ahead(value, kind, "command");
        }
    }
}

/// Behind `set`: a name, then its value.
fn setting(scan: &Scan<'_>, text: &[u8], words: &[Range<usize>]) -> Option<(Range<usize>, Range<usize>)> {
    let two = words.windows(2).find(|two| {
        let name = last_segment(&text[two[0].clone()]).1;
        scan.detector.names().classify(name).is_some_and(|secret| secret.holds != Holds::Digits)
    })?;
    let (name, value) = (two[0].clone(), unquoted(text, two[1].clone()));
    let plain = &text[value.clone()];
    (plain.len() >= 6 && !is_path(plain) && !is_masked(plain) && !is_placeholder(plain)).then_some((name, value))
}

/// What is handed to a program that reads a password from its input.
fn piped(text: &[u8], words: &[Range<usize>]) -> Option<Range<usize>> {
    let pipe = words.iter().position(|word| text[word.clone()] == *b"|")?;
    let reader = words[pipe + 1..].iter().any(|word| {
        let word = &text[word.clone()];
        is_one_of(word, &["-S", "chpasswd", "--password-stdin", "--stdin", "cryptsetup", "--passphrase-fd"])
    });
    let value = words[..pipe].iter().rev().find(|word| text[word.start] != b'-')?.clone();
    // `chpasswd` takes the name with it.
    let inner = unquoted(text, value.clone());
    let colon = memchr::memchr(b':', &text[inner.clone()]).map(|colon| inner.start + colon + 1..inner.end);
    reader.then(|| colon.unwrap_or(value))
}

/// `scott/tiger@db`, behind a colon or as the first word that is no option.
fn user_slash(text: &[u8], behind: usize, words: &[Range<usize>]) -> Option<Range<usize>> {
    let word = words.iter().find(|word| text[word.start] != b'-')?;
    let start = if text[behind..].starts_with(b":") { behind + 1 } else { word.start };
    let end = start + memchr::memchr(b'@', &text[start..word.end.max(start)])?;
    let slash = start + memchr::memchr(b'/', &text[start..end])?;
    (slash > start && slash + 1 < end).then_some(slash + 1..end)
}

/// `-u user:password`, `--user user:password`, `-a user:password`, `-U user%password`.
fn user_colon(text: &[u8], words: Arguments<'_>) -> Option<Range<usize>> {
    let joined = || {
        let mut words = words.clone();
        words.find(|word| text[word.clone()].starts_with(b"-u") && word.len() > 3).map(|word| word.start + 2..word.end)
    };
    let is_user = |word: &Range<usize>| is_one_of(&text[word.clone()], &["-u", "--user", "--proxy-user", "-a", "--auth"]);
    let named = argument_behind(&mut words.clone(), is_user);
    let user = unquoted(text, named.or_else(joined)?);
    let mark = memchr::memchr2(b':', b'%', &text[user.clone()])?;
    (mark > 0 || user.len() > 1).then_some(user.start + mark + 1..user.end)
}

/// The argument behind the first that is such an option.
fn argument_behind(words: &mut Arguments<'_>, is_option: impl Fn(&Range<usize>) -> bool) -> Option<Range<usize>> {
    words.find(is_option)?;
    words.next()
}

/// The words of a command line; one in quotes may hold blanks. Read only as far as they are asked for.
#[derive(Clone)]
struct Arguments<'t> {
    text: &'t [u8],
    at: usize,
    end: usize,
    left: usize,
}

impl Iterator for Arguments<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        let rest = &self.text[self.at..self.end];
        let start = self.at + rest.iter().position(|byte| !byte.is_ascii_whitespace())?;
        self.left = self.left.checked_sub(1)?;
        let mut quote = None;
        let ends = |byte: &u8| {
            match (*byte, quote) {
                (byte @ (b'"' | b'\''), None) => quote = Some(byte),
                (byte, Some(open)) if byte == open => quote = None,
                (byte, None) => return byte.is_ascii_whitespace(),
                _ => {}
            }
            false
        };
        self.at = self.text[start..self.end].iter().position(ends).map_or(self.end, |len| start + len);
        Some(start..self.at)
    }
}

fn unquoted(text: &[u8], range: Range<usize>) -> Range<usize> {
    let Range { mut start, mut end } = range;
    while start < end && matches!(text[start], b'"' | b'\'') {
        start += 1;
    }
    // A quote within ends a string around the command.
    end = start + text[start..end].iter().position(|byte| *byte == b'"').unwrap_or(end - start);
    while end > start && matches!(text[end - 1], b'\\' | b'"' | b'\'' | b',' | b')' | b']' | b';') {
        end -= 1;
    }
    start..end
}

/// The word at `at`, to its closing quote when one stands before it.
fn value_at(text: &[u8], at: usize, spaced: bool) -> Option<Range<usize>> {
    let quote = text[..at].last().copied().filter(|byte| spaced && matches!(byte, b'"' | b'\''));
    let len = match quote {
        Some(quote) => text[at..].iter().take(256).take_while(|byte| **byte != quote && **byte != b'\n').count(),
        None => {
            text[at..].iter().take(256).take_while(|byte| !byte.is_ascii_whitespace() && !matches!(**byte, b'"' | b'\'')).count()
        }
    };
    let mut end = at + len;
    while quote.is_none() && end > at && matches!(text[end - 1], b',' | b')' | b']' | b';' | b'\\') {
        end -= 1;
    }
    (end > at).then_some(at..end)
}
