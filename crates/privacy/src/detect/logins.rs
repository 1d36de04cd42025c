//! A name and a password in one word: `Invalid credentials bob/x`, `login attempt [root/x]`; and the password alone, as
//! Redis takes it: `AUTH x`.

use crate::Kind;
use crate::detect::judge::{is_like_password, is_masked};
use crate::detect::prose::looks_named;
use crate::detect::scan::{Area, Scan};

/// Longest word that is read.
const WORD_MAX: usize = 128;

/// Longest line that is read behind `AUTH`: two words.
const LINE_MAX: usize = 2 * WORD_MAX;

/// The same where [`Scan::is_short_sighted`].
const LINE_BEGINNING: usize = 64;

impl Scan<'_> {
    /// Behind "credentials": `bob:x` or `bob/x`.
    pub(crate) fn credentials(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let gap = |byte: &&u8| matches!(**byte, b' ' | b':' | b'=' | b'[' | b'(' | b'"' | b'\'');
        let start = behind + text[behind..].iter().take(4).take_while(gap).count();
        let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'"' | b'\'' | b']' | b')' | b',' | b';');
        let limit = text.len().min(start + WORD_MAX);
        let len = text[start..limit].iter().position(ends).unwrap_or(limit - start);
        let word = &text[start..start + len];
        let mark = memchr::memchr2(b':', b'/', word).filter(|mark| *mark > 0)?;
        let (name, value) = (&word[..mark], &word[mark + 1..]);
        let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'@' | b'\\');
        let good =
            start > behind && name.iter().all(plain) && is_like_password(value) && !looks_named(value) && !is_masked(value);
        good.then(|| self.push(start + mark + 1..start + len, Kind::Password, "credentials"))
    }

    /// Behind `AUTH` in capitals, quoted or at the end of the line; a name may stand between.
    pub(crate) fn redis_auth(&mut self, at: usize, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        if &text[at..behind] != b"AUTH" {
            return None;
        }
        // At most a name and a password: a longer line is none of Redis, and would be read again for each `AUTH` in it.
        let reach = if self.is_short_sighted() { LINE_BEGINNING } else { LINE_MAX };
        let window = &text[behind..text.len().min(behind + reach)];
        self.look_ahead(window.len());
        let end = memchr::memchr(b'\n', window);
        if end.is_none() && window.len() == reach {
            return None;
        }
        let line = behind + end.unwrap_or(window.len());
        let quoted = text[behind..line].starts_with(b"\" \"");
        let start = behind + if quoted { 3 } else { 1 };
        if start >= line || !quoted && text[behind] != b' ' {
            return None;
        }
        let rest = text[start..line].trim_ascii_end();
        let rest = if quoted { rest.strip_suffix(b"\"")? } else { rest };
        let mark = memchr::memrchr2(b' ', b'"', rest).map_or(0, |mark| mark + 1);
        let value = &rest[mark..];
        let names = rest[..mark].iter().filter(|byte| **byte == b' ').count();
        let good = names <= 1 && is_like_password(value) && !looks_named(value) && !is_masked(value);
        good.then(|| self.push(start + mark..start + rest.len(), Kind::Password, "redis-auth"))
    }
}
