//! What a value looks like: masked already, a word of state, a placeholder, a credential.

use crate::detect::decode::percent_byte;

/// Words that people and programs write behind a secret's name to say what became of it (`token: expired`). Only a
/// whole value that is one of these stays.
const STATES: &[&str] = &[
    "absent",
    "accepted",
    "allowed",
    "and",
    "are",
    "as",
    "authentication",
    "auth",
    "bearer",
    "basic",
    "bool",
    "boolean",
    "by",
    "cannot",
    "changed",
    "could",
    "correct",
    "denied",
    "did",
    "disabled",
    "does",
    "empty",
    "enabled",
    "error",
    "exists",
    "expired",
    "expires",
    "failed",
    "failure",
    "false",
    "for",
    "found",
    "from",
    "granted",
    "has",
    "if",
    "in",
    "incorrect",
    "int",
    "integer",
    "internal",
    "invalid",
    "is",
    "it",
    "ldap",
    "length",
    "local",
    "locked",
    "malformed",
    "may",
    "mismatch",
    "missing",
    "must",
    "never",
    "nil",
    "no",
    "none",
    "not",
    "null",
    "nullptr",
    "object",
    "of",
    "ok",
    "on",
    "optional",
    "or",
    "present",
    "provided",
    "refresh",
    "refreshed",
    "rejected",
    "required",
    "reset",
    "revoked",
    "rotated",
    "set",
    "should",
    "sso",
    "str",
    "string",
    "success",
    "text",
    "the",
    "to",
    "too",
    "true",
    "type",
    "undefined",
    "unknown",
    "unset",
    "updated",
    "use",
    "used",
    "user",
    "valid",
    "value",
    "varchar",
    "verified",
    "was",
    "weak",
    "will",
    "with",
    "wrong",
    "yes",
    // The same in other languages.
    "abgelaufen",
    "erforderlich",
    "falsch",
    "fehlt",
    "gesperrt",
    "ungültig",
    "expiré",
    "incorrecte",
    "invalide",
    "manquant",
    "requis",
    "incorrecta",
    "incorrecto",
    "inválida",
    "inválido",
    "requerida",
    "vencida",
    "errata",
    "errato",
    "richiesta",
    "scaduta",
    "expirada",
    "incorreta",
    "onjuist",
    "ongeldig",
    "verlopen",
    "vereist",
    "nicht",
    "non",
    "pas",
    "não",
    "niet",
];

/// What stands where a secret was taken away, between brackets or alone.
const MASK_WORDS: &[&str] = &[
    "censored",
    "confidential",
    "elided",
    "filtered",
    "hidden",
    "mask",
    "masked",
    "masking_error",
    "obfuscated",
    "omitted",
    "private",
    "protected",
    "redacted",
    "removed",
    "sanitized",
    "scrubbed",
    "secret",
    "sensitive",
    "stripped",
    "suppressed",
    "snip",
    "truncated",
    "hashed",
];

/// Longest value that is compared with the lists here.
const WORD_MAX: usize = 24;

/// Whether somebody masked this value already: `[REDACTED]`, `****`, `xxxxxx`, also percent-encoded.
pub(crate) fn is_masked(value: &[u8]) -> bool {
    if value.len() >= 3 && (value[0] == b'%' || value.starts_with(b"&lt;")) {
        let inner = match value.strip_prefix(b"&lt;") {
            Some(rest) => rest.strip_suffix(b"&gt;").unwrap_or(rest).to_vec(),
            None => percent_decoded(value),
        };
        return inner.first() != Some(&b'%') && inner.len() <= value.len() && (is_mask_word(&inner) || is_masked(&inner));
    }
    let stars = value.iter().filter(|&&byte| byte == b'*').count();
    if stars >= 3 && stars * 2 >= value.len() {
        return true;
    }
    let Some(&first) = value.first() else { return true };
    let same = |allowed: &[u8]| value.iter().all(|byte| allowed.contains(byte));
    match first {
        b'x' | b'X' => value.len() >= 3 && same(b"xX-* "),
        b'*' => same(b"*"),
        b'#' => value.len() >= 3 && same(b"#"),
        b'.' => same(b"."),
        b'-' => same(b"-"),
        // A bullet, as screens show passwords.
        0xe2 => value.chunks(3).all(|char| char == "•".as_bytes() || char == "●".as_bytes() || char == "…".as_bytes()),
        b'[' | b'<' | b'(' | b'{' => is_mask_word(value),
        _ => value.eq_ignore_ascii_case(b"redacted") || value.eq_ignore_ascii_case(b"filtered"),
    }
}

/// `[REDACTED]`, `<hidden>`, `[card:1111]`, `[PERSON]`: one word, or one of ours, between brackets.
fn is_mask_word(value: &[u8]) -> bool {
    let bracket = |byte: &u8| matches!(byte, b'[' | b']' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'*' | b' ');
    let Some(start) = value.iter().position(|byte| !bracket(byte)) else { return value.len() > 2 };
    let end = value.iter().rposition(|byte| !bracket(byte)).map_or(start, |last| last + 1);
    let bracketed = start > 0 && end < value.len();
    let word = &value[start..end];
    let first = word.split(|byte| matches!(byte, b' ' | b':' | b'-')).next().unwrap_or(word);
    is_one_of(first, MASK_WORDS) || (bracketed && value[0] == b'[' && is_name_of_kind(first))
}

/// Our own masks stand between brackets, in capitals: `[PERSON]`, `[MASKED]`.
pub(crate) fn is_name_of_kind(word: &[u8]) -> bool {
    word.len() >= 3 && word.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_')
}

fn percent_decoded(value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(value.len());
    let mut at = 0;
    while at < value.len().min(3 * WORD_MAX) {
        let byte = percent_byte(&value[at..]);
        at += if byte.is_some() { 3 } else { 1 };
        out.push(byte.unwrap_or_else(|| value[at - 1]));
    }
    out
}

/// Whether the value is a word that only tells how things stand.
pub(crate) fn is_state(value: &[u8]) -> bool {
    let word = value.trim_ascii();
    let word = word.strip_suffix(b".").unwrap_or(word);
    // They are words; most of what is asked about is none.
    word.iter().all(|byte| byte.is_ascii_alphabetic() || *byte >= 0x80) && is_one_of(word, STATES)
}

/// Whether something else is to be put here: `$1`, `?`, `%s`, `{}`, `${DB_PASSWORD}`, `<password>`, `:password`.
pub(crate) fn is_placeholder(value: &[u8]) -> bool {
    match value {
        [] | [b'?'] | [b'%', b's' | b'd' | b'v' | b'p' | b'@'] | [b'%', b'(', ..] | [b'@', b'p', b'0'..=b'9'] => true,
        [b'{', .., b'}'] | [b'<', .., b'>'] => value.len() <= 2 * WORD_MAX && !value.iter().any(u8::is_ascii_digit),
        [b'$', b'{' | b'(', ..] => true,
        [b'$', rest @ ..] => {
            rest.iter().all(u8::is_ascii_digit)
                || rest.iter().all(|byte| byte.is_ascii_uppercase() || matches!(byte, b'_' | b'0'..=b'9'))
        }
        [b'%', rest @ .., b'%'] => rest.iter().all(|byte| byte.is_ascii_uppercase() || *byte == b'_'),
        _ => false,
    }
}

/// A path, as behind `PWD=`.
pub(crate) fn is_path(value: &[u8]) -> bool {
    match value {
        [b'/', rest @ ..] => rest.is_empty() || rest.contains(&b'/') || rest.iter().all(|byte| byte.is_ascii_lowercase()),
        [b'~', b'/', ..] | [b'.', b'/', ..] | [b'.', b'.', b'/', ..] => true,
        [drive, b':', b'\\' | b'/', ..] => drive.is_ascii_alphabetic(),
        [drive, b'%', b'3', b'A' | b'a', b'%', b'5' | b'2', ..] => drive.is_ascii_alphabetic(),
        [b'%', b'2', b'F' | b'f', rest @ ..] => {
            rest.windows(3).any(|three| three.eq_ignore_ascii_case(b"%2f")) || rest.iter().all(u8::is_ascii_lowercase)
        }
        _ => false,
    }
}

/// How a run of characters is made up.
#[derive(Default, Clone, Copy)]
pub(crate) struct Makeup {
    pub(crate) upper: usize,
    pub(crate) lower: usize,
    pub(crate) digits: usize,
    /// Characters of passwords and tokens other than letters and digits.
    pub(crate) signs: usize,
    /// What stands in no credential: spaces, brackets.
    pub(crate) other: usize,
    /// How often letters, digits, and capitals take turns.
    pub(crate) turns: usize,
}

impl Makeup {
    pub(crate) fn of(value: &[u8]) -> Makeup {
        let mut makeup = Makeup::default();
        let mut last = 0;
        for &byte in value {
            let class = match byte {
                b'A'..=b'Z' => {
                    makeup.upper += 1;
                    1
                }
                b'a'..=b'z' | 0x80.. => {
                    makeup.lower += 1;
                    2
                }
                b'0'..=b'9' => {
                    makeup.digits += 1;
                    3
                }
                b' ' | b'\t' | b'\n' | b'\r' | b'{' | b'}' | b'(' | b')' | b'[' | b']' | b'<' | b'>' | b'"' | b'\'' | b',' => {
                    makeup.other += 1;
                    4
                }
                _ => {
                    makeup.signs += 1;
                    4
                }
            };
            makeup.turns += usize::from(class != last);
            last = class;
        }
        makeup
    }
}

/// Whether a word looks like something a person made up to be let in: of some length, not a plain word, not a number.
pub(crate) fn is_like_password(value: &[u8]) -> bool {
    let makeup = Makeup::of(value);
    let letters = makeup.upper + makeup.lower;
    let bounded = (6..=128).contains(&value.len()) && makeup.other == 0;
    let mixed = letters > 0
        && (makeup.digits > 0
            || value[..value.len() - 1].iter().any(|byte| matches!(byte, b'!' | b'#' | b'$' | b'@' | b'%' | b'^' | b'&' | b'*')));
    bounded && mixed && !is_path(value) && !value.contains(&b'=') && !is_algorithm(value) && !is_time(value)
}

/// Names of ways to hash and encode are words with digits.
fn is_algorithm(value: &[u8]) -> bool {
    let word = value.split(|byte| matches!(byte, b'-' | b'_' | b'/' | b':')).next().unwrap_or(value);
    is_one_of(
        word,
        &[
            "sha1", "sha224", "sha256", "sha384", "sha512", "sha3", "base64", "pbkdf2", "argon2", "argon2id", "argon2i", "scram",
            "utf8", "oauth2", "bcrypt2", "x509", "tls1", "http2", "rfc6749",
        ],
    )
}

/// Digits and the signs of dates, times, versions.
pub(crate) fn is_time(value: &[u8]) -> bool {
    value
        .iter()
        .all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b':' | b'.' | b'T' | b'Z' | b'+' | b'/' | b'v' | b's' | b'm'))
}

/// Whether a value looks drawn by chance: long enough, letters and digits in turns, no word or path of a program.
pub(crate) fn is_like_token(value: &[u8]) -> bool {
    let makeup = Makeup::of(value);
    let letters = makeup.upper + makeup.lower;
    if value.len() < 8 || value.len() > 8192 || makeup.other > 0 || letters == 0 || is_time(value) || is_path(value) {
        return false;
    }
    if value.contains(&b'@') && value.contains(&b'.') || value.windows(3).any(|three| three == b"://") || is_uuid(value) {
        return is_uuid(value);
    }
    let mixed_case = makeup.upper > 0 && makeup.lower > 0;
    let drawn = makeup.digits > 0 || (value.len() >= 20 && mixed_case && makeup.turns * 4 >= value.len());
    drawn && !is_dotted_name(value)
}

/// `com.example.Service/4505`, `checkout-service-v2`: names of programs are words with few digits, joined.
fn is_dotted_name(value: &[u8]) -> bool {
    let parts = value.split(|byte| matches!(byte, b'.' | b'-' | b'_' | b'/' | b':'));
    let (mut words, mut others) = (0, 0);
    for part in parts.filter(|part| !part.is_empty()) {
        let capitals = part[1..].iter().filter(|byte| byte.is_ascii_uppercase()).count();
        let word = part.iter().all(u8::is_ascii_alphabetic) && capitals * 3 <= part.len();
        let number = part.len() <= 5 && part.iter().all(u8::is_ascii_digit);
        words += usize::from(word && part.len() > 1);
        others += usize::from(!word && !number);
    }
    words >= 2 && others == 0
}

/// [`is_like_token`] where nothing but the look speaks for it.
pub(crate) fn is_surely_token(value: &[u8]) -> bool {
    let makeup = Makeup::of(value);
    value.len() >= 20
        && makeup.digits >= 3
        && makeup.upper + makeup.lower >= 6
        && makeup.other == 0
        && makeup.turns >= 8
        && makeup.signs * 8 <= value.len()
        && !is_uuid(value)
        && is_like_token(value)
}

/// Five groups of 8, 4, 4, 4 and 12 hexadecimal digits.
pub(crate) fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

pub(crate) fn is_one_of(word: &[u8], list: &[&str]) -> bool {
    word.len() <= WORD_MAX && list.iter().any(|entry| word.eq_ignore_ascii_case(entry.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::{STATES, is_state};

    #[test]
    fn words_of_state_are_known() {
        assert!(STATES.iter().all(|state| is_state(state.as_bytes())));
        assert!(!is_state(b"hunter2") && !is_state(b""));
    }
}
