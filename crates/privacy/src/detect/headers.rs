//! Values of the headers `Authorization` and `Cookie`, and `Bearer x` wherever it stands.

use std::ops::Range;

use crate::Kind;
use crate::detect::judge::{is_like_token, is_masked, is_one_of, is_placeholder, is_state};
use crate::detect::scan::{Area, Scan};
use crate::detect::vendors;

/// Schemes behind which one word follows that is the credential (RFC 7235 and those of vendors).
const SCHEMES: &[&str] = &[
    "apikey",
    "api-key",
    "bearer",
    "basic",
    "bot",
    "dpop",
    "genie-key",
    "gssapi",
    "jwt",
    "key",
    "negotiate",
    "ntlm",
    "privatetoken",
    "sso-key",
    "token",
    "sharedkey",
    "sharedkeylite",
];

/// Schemes behind which a list of names and values follows, up to the end of the line.
const LIST_SCHEMES: &[&str] =
    &["aws4-hmac-sha256", "digest", "hawk", "mac", "oauth", "scram-sha-256", "scram-sha-1", "signature"];

/// Names of the values in such a list that let somebody in.
const LIST_SECRETS: &[&str] = &["response", "signature", "mac", "oauth_signature", "oauth_token", "cnonce"];

/// What cookies say about themselves (RFC 6265, 4.1).
const COOKIE_ATTRIBUTES: &[&str] =
    &["path", "domain", "expires", "max-age", "samesite", "httponly", "secure", "priority", "version"];

impl Scan<'_> {
    /// The credential in the value of an `Authorization` header; where to go on.
    pub(crate) fn authorization(&mut self, range: Range<usize>) -> Option<usize> {
        let value = &self.text[range.clone()];
        let scheme_len = value.iter().take_while(|byte| is_token68(**byte)).count();
        let spaces = value[scheme_len..].iter().take_while(|byte| matches!(byte, b' ' | b'+' | b'\t')).count();
        let scheme = &value[..scheme_len];
        if spaces == 0 || scheme_len + spaces == value.len() {
            let whole = is_like_token(value)
                || (value.len() >= 4 && scheme_len == value.len() && !is_state(value) && value.iter().any(u8::is_ascii_digit));
            return (whole && !is_masked(value))
                .then(|| self.credential(range.start..range.start + scheme_len.max(1).min(value.len()), "authorization"));
        }
        if is_one_of(scheme, LIST_SCHEMES) {
            self.credential_list(range.start + scheme_len..range.end);
            return None;
        }
        let start = range.start + scheme_len + spaces;
        let len = self.text[start..range.end].iter().take_while(|byte| is_token68(**byte) || **byte == b':').count();
        let credential = &self.text[start..start + len];
        let known = is_one_of(scheme, SCHEMES) && !is_state(credential);
        if len == 0
            || is_masked(&self.text[start..range.end])
            || is_placeholder(credential)
            || !(known || is_like_token(credential) && len >= 16)
        {
            return None;
        }
        Some(self.credential(start..start + len, "authorization"))
    }

    /// Keys among the rest are found by the walk.
    fn credential_list(&mut self, range: Range<usize>) {
        let text = self.text;
        let mut from = range.start;
        while let Some(sign) = memchr::memchr(b'=', &text[from..range.end]).map(|at| from + at) {
            let name_len =
                text[from..sign].iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
            let start = sign + 1 + text[sign + 1..range.end].iter().take_while(|byte| matches!(byte, b'"' | b'\\')).count();
            let len = text[start..range.end].iter().take_while(|byte| is_token68(**byte) || **byte == b'%').count();
            if is_one_of(&text[sign - name_len..sign], LIST_SECRETS) && len >= 8 {
                self.found_ahead(start..start + len, Kind::AuthToken, "authorization");
            }
            from = start + len.max(1);
            if from >= range.end {
                break;
            }
        }
    }

    /// `Bearer x`, `Basic x` in any text. `start` and `end` are those of the first word.
    pub(crate) fn scheme(&mut self, start: usize, end: usize, limit: usize) -> Option<usize> {
        let text = &self.text[..limit];
        let spaces = text[end..].iter().take(4).take_while(|byte| matches!(byte, b' ' | b'\t' | b':')).count();
        if spaces == 0 {
            return None;
        }
        let at = end + spaces;
        let len = text[at..].iter().take_while(|byte| is_token68(**byte)).count();
        let credential = &text[at..at + len];
        let basic = text[start..end].eq_ignore_ascii_case(b"basic");
        let good = if basic { is_user_and_password(credential) } else { len >= 16 && is_like_token(credential) };
        good.then(|| self.credential(at..at + len, if basic { "basic" } else { "bearer" }))
    }

    /// `AUTH PLAIN x`, `AUTH LOGIN x` of SMTP (RFC 4954): what follows is base64 of the name and the password.
    pub(crate) fn initial_response(&mut self, behind: usize, area: Area<'_>) -> Option<usize> {
        let text = &self.text[..area.end];
        let at = behind + usize::from(text.get(behind) == Some(&b' '));
        let len = text[at..].iter().take_while(|byte| is_token68(**byte)).count();
        let response = &text[at..at + len];
        let sound = at > behind && len >= 8 && len.is_multiple_of(4) && response.iter().any(|byte| !byte.is_ascii_lowercase());
        sound.then(|| self.push(at..at + len, Kind::Password, "sasl"))
    }

    fn credential(&mut self, range: Range<usize>, rule: &'static str) -> usize {
        let kind = vendors::kind_of(&self.text[range.clone()]).unwrap_or(Kind::AuthToken);
        self.push(range, kind, rule)
    }

    /// The values of cookies that let somebody in; where to go on, if any did.
    pub(crate) fn cookies(&mut self, range: Range<usize>) -> Option<usize> {
        let text = self.text;
        let (mut at, mut found) = (range.start, false);
        while at < range.end {
            let end = at + memchr::memchr(b';', &text[at..range.end]).unwrap_or(range.end - at);
            if let Some(sign) = memchr::memchr(b'=', &text[at..end]).map(|sign| at + sign) {
                let name = text[at..sign].trim_ascii();
                let value = cookie_value(text, sign + 1, end);
                if self.is_secret_cookie(name, &text[value.clone()]) {
                    self.credential(value, "cookie");
                    found = true;
                }
            } else if at == range.start && is_like_token(text[at..end].trim_ascii()) {
                self.credential(at..at + text[at..end].trim_ascii_end().len(), "cookie");
                found = true;
            }
            at = end + 1;
        }
        found.then_some(range.end)
    }

    fn is_secret_cookie(&self, name: &[u8], value: &[u8]) -> bool {
        if value.len() < 4 || is_masked(value) || is_one_of(name, COOKIE_ATTRIBUTES) || name.starts_with(b"_ga") {
            return false;
        }
        let lowered = name.to_ascii_lowercase();
        let named = ["sess", "sid", "token", "auth", "jwt", "csrf", "xsrf", "remember", "login"];
        let named = named.iter().any(|part| memchr::memmem::find(&lowered, part.as_bytes()).is_some());
        (named && value.len() >= 8 && is_like_token(value))
            || (value.len() >= 20 && is_like_token(value))
            || self.detector.names().classify(name).is_some_and(|_| value.len() >= 8)
    }
}

/// Without the quotes around it and blanks behind it.
fn cookie_value(text: &[u8], start: usize, end: usize) -> Range<usize> {
    let quotes = text[start..end].iter().take_while(|byte| matches!(byte, b'"' | b'\\')).count();
    let start = start + quotes;
    let len = text[start..end].iter().take_while(|byte| !matches!(byte, b'"' | b'\'' | b'\\' | b' ' | b',')).count();
    start..start + len
}

/// Characters of credentials (RFC 7235, 2.1: token68), and the percent sign of those that are encoded.
fn is_token68(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'+' | b'/' | b'=' | b'%' | b'|' | b'$' | b'!')
}

/// Whether this is base64 of `user:password` (RFC 7617).
fn is_user_and_password(value: &[u8]) -> bool {
    let value = value.trim_ascii_end();
    let (mut bits, mut count, mut colon) = (0u32, 0, false);
    if value.len() < 6 {
        return false;
    }
    for &byte in value.iter().take_while(|byte| **byte != b'=') {
        let six = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return false,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            let decoded = (bits >> count) as u8;
            colon |= decoded == b':';
            if decoded < 0x20 {
                return false;
            }
        }
    }
    colon
}
