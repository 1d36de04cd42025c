//! Secrets in sentences: `password is x`, `Wrong password 'x'`, `PIN 1234`, `IDENTIFIED BY 'x'`, `using token x`.

use std::ops::Range;

use crate::Kind;
use crate::detect::judge::{is_like_password, is_masked, is_one_of, is_path, is_placeholder, is_state, is_surely_token, is_time};
use crate::detect::scan::{Area, Scan};
use crate::detect::vendors;

/// Words between "password" and the password, in the languages of the cues.
const LINKS: &[&str] = &[
    "is",
    "was",
    "set",
    "changed",
    "reset",
    "updated",
    "to",
    "as",
    "will",
    "be",
    "now",
    "temporary",
    "new",
    "provided",
    "used",
    "entered",
    "given",
    "received",
    "value",
    "using",
    "by",
    "with",
    "from", // en
    "ist",
    "lautet",
    "war",
    "wurde",
    "auf",
    "neu",
    "geändert",
    "zurückgesetzt",
    "lautete", // de
    "est",
    "sera",
    "etait",
    "était",
    "réinitialisé",
    "modifié",
    "changé",
    "défini",
    "à",
    "saisi", // fr
    "es",
    "era",
    "será",
    "fue",
    "cambiada",
    "a",
    "nueva", // es
    "è",
    "sarà",
    "cambiata",
    "in", // it
    "é",
    "foi",
    "alterada",
    "para",
    "nova", // pt
    "werd",
    "gewijzigd",
    "naar", // nl
    "hash",
    "code",
    "number",
    "nr",
    "no",
    "id",
    "key",
    "attempt",
    "mismatch",
    "incorrect",
    "invalid",
    "failed",
    "rejected",
    "wrong",
    // What a password may be said to be.
    "temporal",
    "provisional",
    "provisoire",
    "temporaire",
    "temporanea",
    "provvisoria",
    "temporária",
    "provisória",
    "tijdelijk",
    "tymczasowe",
    "temporäres",
    "vorläufiges",
    "olarak",
];

/// Links after which the password itself comes.
const LAST_LINKS: &[&str] = &[
    "is", "was", "value", "from", "to", "as", "be", "by", "ist", "lautet", "war", "auf", "est", "es", "era", "è", "é", "a", "à",
    "naar", "para", "sera", "será", "sarà", "fue", "foi", "werd",
];

/// Links behind which the password comes even when words of the sentence stand before them: `the password of Emma
/// Miller is x`. "From", "by" and "with" are followed by too much else.
const SURE_LINKS: &[&str] =
    &["is", "to", "ist", "auf", "lautet", "est", "es", "è", "é", "a", "para", "naar", "na", "till", "til", "в", "на", "是"];

/// What the name of a user follows.
const USER_WORDS: &[&str] = &[
    "user",
    "account",
    "the",
    "benutzer",
    "konto",
    "utilisateur",
    "usuario",
    "utente",
    "usuário",
    "gebruiker",
    "użytkownika",
    "kullanıcı",
    "пользователя",
    "аккаунта",
    "felhasználó",
    "uživatele",
    "utilizator",
    "käyttäjän",
    "användare",
    "bruker",
    "bruger",
];

/// Words looked over between the two.
const LINKS_MAX: usize = 6;

/// Digits of a code that is sent for one use.
const CODE_LEN: std::ops::RangeInclusive<usize> = 4..=8;

/// Longest password in quotes.
const QUOTED_MAX: usize = 128;

impl Scan<'_> {
    /// Behind the word "password".
    pub(crate) fn password(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        if let Some(end) = self.escaped_element(behind, area) {
            return Some(end);
        }
        let mut words = Words { text, at: behind };
        let (mut linked, mut strange) = (false, false);
        // `[password] value [x]`, `"password" is "x"`: the word is quoted itself.
        words.at +=
            usize::from(matches!(text.get(behind), Some(b']' | b')' | b'"' | b'\'')) && text.get(behind + 1) == Some(&b' '));
        for step in 0..LINKS_MAX {
            let range = words.next()?;
            let word = &text[range.clone()];
            if let Some(content) = quoted(text, range.start) {
                let value = &text[content.clone()];
                let stands = step == 0 || linked || is_like_password(value);
                let good = stands && !is_masked(value) && !is_placeholder(value) && !is_state(value) && !is_path(value);
                return good.then(|| {
                    let end = self.push(content, Kind::Password, "password-quoted");
                    self.second_password(end + 1, area).unwrap_or(end)
                });
            }
            let link = word.strip_suffix(b":").unwrap_or(word);
            // "password of the user: x" in languages that need no "of".
            if link.len() < word.len() && is_one_of(link, USER_WORDS) {
                linked = true;
                continue;
            }
            // French parts the colon with a blank: "mot de passe réinitialisé : x".
            if word == b":" && step > 0 {
                linked = true;
                continue;
            }
            // Cisco's systems say how it is written: `password 7 0822455D0A16`.
            if step == 0 && matches!(word, [b'0' | b'4' | b'5' | b'7'..=b'9']) {
                linked = true;
                continue;
            }
            if strange && is_one_of(link, SURE_LINKS) {
                linked = true;
                continue;
            }
            if !strange && is_one_of(link, LINKS) {
                linked |= is_one_of(link, LAST_LINKS) || link.len() < word.len();
                continue;
            }
            // "password for bob is x", "mot de passe de bob : x".
            if is_one_of(word, &["for", "of", "user", "für", "von", "pour", "de", "del", "di", "do", "da", "van", "voor", "por"])
                && step < 3
            {
                let whose = words.next()?;
                if is_one_of(&text[whose], USER_WORDS) {
                    words.next()?;
                }
                continue;
            }
            let value = words.trimmed(range);
            let plain = &text[value.clone()];
            let sure = is_like_password(plain) && !is_masked(plain) && !looks_named(plain);
            if sure && step > 0 && linked {
                // What stands between may be somebody's. "Changed from x to y" names two.
                let behind = value.end;
                self.found_ahead(value, Kind::Password, "password-word");
                if let Some(second) = second_word(text, behind) {
                    self.found_ahead(second, Kind::Password, "password-word");
                }
                return None;
            }
            if sure && step == 0 {
                return Some(self.push(value, Kind::Password, "password-word"));
            }
            // Words of the sentence may follow, but no other value.
            if linked
                || !plain
                    .iter()
                    .all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b'@' | b'.' | b'_' | b'-' | b'\''))
            {
                return None;
            }
            strange = true;
        }
        None
    }

    /// `password&gt;x&lt;/password&gt;`: an element of XML within XML.
    fn escaped_element(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let start = behind + text[behind..].strip_prefix(b"&gt;").map(|_| b"&gt;".len())?;
        let len = memchr::memmem::find(&text[start..text.len().min(start + QUOTED_MAX)], b"&lt;/")?;
        let value = &text[start..start + len];
        (len > 0 && !is_masked(value) && !is_placeholder(value)).then(|| self.push(start..start + len, Kind::Password, "element"))
    }

    /// "changed from 'x' to 'y'": the other of two.
    fn second_password(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let mut words = Words { text, at: behind };
        let link = words.next()?;
        let content = quoted(text, words.next()?.start)?;
        is_one_of(&text[link], LAST_LINKS).then(|| self.push(content, Kind::Password, "password-quoted"))
    }

    /// Behind the word "PIN".
    pub(crate) fn pin(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let mut at = behind;
        for link in [" code", " number", " is", " ist", " est", " es", " was", ":", "=", " #", " '", " \"", " ", "'", "\""] {
            if text.len() >= at + link.len() && text[at..at + link.len()].eq_ignore_ascii_case(link.as_bytes()) {
                at += link.len();
            }
        }
        let len = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let ends =
            text.get(at + len).is_none_or(|byte| !byte.is_ascii_alphanumeric() && !matches!(byte, b'-' | b'_' | b':' | b'/'));
        let goes_on = matches!(text.get(at + len..), Some([b'.', next, ..]) if next.is_ascii_digit());
        (at > behind && (4..=8).contains(&len) && ends && !goes_on).then(|| self.push(at..at + len, Kind::Password, "pin"))
    }

    /// Behind the words for a code that is sent for one use.
    pub(crate) fn code(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let mut words = Words { text, at: behind + usize::from(text.get(behind) == Some(&b':')) };
        for _ in 0..4 {
            let range = words.next()?;
            let value = words.trimmed(range.clone());
            let plain = &text[value.clone()];
            if CODE_LEN.contains(&plain.len()) && plain.iter().all(u8::is_ascii_digit) {
                return Some(self.push(value, Kind::AuthToken, "code"));
            }
            let link = text[range.clone()].strip_suffix(b":").unwrap_or(&text[range]);
            if !is_one_of(link, LAST_LINKS) && !is_one_of(link, &["for", "login", "code", "sent", "entered", "x", "is:", "="]) {
                return None;
            }
        }
        None
    }

    /// `joe@example.com:hunter2`, as lists of stolen accounts have it, alone on a line.
    pub(crate) fn password_beside(&mut self, mail_end: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let rest = text[mail_end..].strip_prefix(b":").or_else(|| text[mail_end..].strip_prefix(b"|"))?;
        let len = rest.iter().take(QUOTED_MAX).take_while(|byte| byte.is_ascii_graphic() && **byte != b'"').count();
        let value = &rest[..len];
        let ends = matches!(rest.get(len), None | Some(b'\n' | b'\r' | b'"'));
        let good = ends && is_like_password(value) && !value.contains(&b'/') && !value.contains(&b'.') && !is_masked(value);
        good.then(|| self.push(mail_end + 1..mail_end + 1 + len, Kind::Password, "password-beside"))
    }

    /// Behind the word "token" and the like: only what is drawn by chance.
    pub(crate) fn token(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let mut words = Words { text, at: behind };
        let mut linked = false;
        for _ in 0..3 {
            let range = words.next()?;
            let value = words.trimmed(range.clone());
            let plain = &text[value.clone()];
            let fingerprint =
                memchr::memchr(b':', plain).is_some() || !linked && plain.iter().all(u8::is_ascii_hexdigit) && plain.len() != 32;
            if is_surely_token(plain) && !fingerprint && !is_masked(plain) {
                let kind = vendors::kind_of(plain).unwrap_or(Kind::ApiKey);
                return Some(self.push(value, kind, "token-word"));
            }
            linked |= is_one_of(plain, LAST_LINKS) || text[range.clone()].ends_with(b":");
            if !text[range]
                .iter()
                .all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80 || matches!(byte, b':' | b'\'' | b'"' | b'('))
            {
                return None;
            }
        }
        None
    }

    /// `IDENTIFIED BY 'x'`, `IDENTIFIED WITH plugin BY 'x'`.
    pub(crate) fn identified(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let mut words = Words { text, at: behind };
        for _ in 0..5 {
            let range = words.next()?;
            if !is_one_of(&text[range], &["by"]) {
                continue;
            }
            let value = words.next()?;
            let value = quoted(text, value.start).unwrap_or_else(|| words.trimmed(value));
            let plain = &text[value.clone()];
            let good = !is_masked(plain) && !is_placeholder(plain) && !is_one_of(plain, &["password", "values", "random"]);
            return good.then(|| self.push(value, Kind::Password, "identified-by"));
        }
        None
    }
}

/// The password behind "to", when it follows right behind another.
fn second_word(text: &[u8], behind: usize) -> Option<Range<usize>> {
    let mut words = Words { text, at: behind };
    let link = words.next()?;
    let value = words.next().map(|range| words.trimmed(range))?;
    let plain = &text[value.clone()];
    (is_one_of(&text[link], LAST_LINKS) && is_like_password(plain) && !looks_named(plain) && !is_masked(plain)).then_some(value)
}

/// Dates, addresses, names of programs with digits: no passwords, though they look like some.
pub(crate) fn looks_named(value: &[u8]) -> bool {
    let dotted = value.iter().filter(|byte| **byte == b'.').count();
    let lower = value
        .iter()
        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'.' | b'/' | b':' | b'_'));
    is_time(value)
        || dotted >= 2
        || memchr::memchr2(b'/', b'(', value).is_some()
        || (lower && (dotted > 0 || value.contains(&b'-') || value.contains(&b':')))
}

/// What stands between the quotes of which the first is at `at`, on the same line.
fn quoted(text: &[u8], at: usize) -> Option<Range<usize>> {
    let quote = *text.get(at).filter(|byte| matches!(byte, b'\'' | b'"' | b'`'))?;
    let limit = text.len().min(at + 1 + QUOTED_MAX);
    let len = memchr::memchr2(quote, b'\n', &text[at + 1..limit])?;
    (len > 0 && text[at + 1 + len] == quote).then_some(at + 1..at + 1 + len)
}

/// Words with whatever touches them, on one line.
struct Words<'a> {
    text: &'a [u8],
    at: usize,
}

impl Words<'_> {
    fn next(&mut self) -> Option<Range<usize>> {
        let blanks = self.text[self.at..].iter().take(4).take_while(|byte| matches!(**byte, b' ' | b'\t' | b'(')).count();
        // Without a blank there is no next word: `token=token=`.
        if blanks == 0 {
            return None;
        }
        let start = self.at + blanks;
        let limit = self.text.len().min(start + QUOTED_MAX + 64);
        let len = self.text[start..limit].iter().take_while(|byte| !byte.is_ascii_whitespace()).count();
        self.at = start + len;
        (len > 0).then_some(start..start + len)
    }

    /// Without the marks of the sentence around it.
    fn trimmed(&self, range: Range<usize>) -> Range<usize> {
        let Range { mut start, mut end } = range;
        while start < end && matches!(self.text[start], b'"' | b'\'' | b'`' | b'(' | b'[' | b'<') {
            start += 1;
        }
        while end > start && matches!(self.text[end - 1], b'"' | b'\'' | b'`' | b')' | b']' | b'>' | b',' | b';' | b'.' | b':') {
            end -= 1;
        }
        start..end
    }
}
