//! Hashes of passwords as `crypt` and the frameworks store them: whoever has one can try passwords at leisure.
//!
//! The forms are those of crypt(5): `$id$salt$hash`; of RFC 2307: `{SSHA}base64`; of Django: `pbkdf2_sha256$rounds$salt$hash`.

use std::ops::Range;

use crate::detect::judge::is_one_of;

/// What may stand between the first two dollars: crypt(5), and the modular forms of Argon2, scrypt and Passlib.
const CRYPT_IDS: &[&str] = &[
    "1", "2a", "2b", "2x", "2y", "5", "6", "7", "y", "gy", "md5", "sha1", "apr1", "argon2i", "argon2d", "argon2id", "scrypt",
    "pbkdf2", "P", "H", "S",
];

/// Names before the first dollar, without the function behind `_`.
const NAMED: &[&str] = &["sha1", "sha256", "sha512", "sha384", "argon2", "scrypt", "bcrypt", "blowfish"];

/// Schemes between braces.
const SCHEMES: &[&str] = &["SSHA", "SHA", "SMD5", "CRYPT", "SSHA256", "SSHA512", "PBKDF2", "BCRYPT", "ARGON2", "NOOP", "SHA256"];

/// Shortest and longest hash, from its first dollar on: bcrypt's salt alone has 22 characters.
const LEN: Range<usize> = 26..320;

/// The hash in which the word at `at` is the name of the way it was made. `body` is the run of a hash's characters that was
/// read last: a row of names is read once.
pub(crate) fn around(text: &[u8], at: usize, end: usize, floor: usize, body: &mut Range<usize>) -> Option<Range<usize>> {
    let start = match (text[..at].last(), text.get(end)) {
        (Some(b'$'), Some(b'$')) if is_one_of(&text[at..end], CRYPT_IDS) => at - 1,
        (Some(b'{'), Some(b'}')) if is_one_of(&text[at..end], SCHEMES) => at - 1,
        (before, Some(b'$')) if is_one_of(&text[at..end], NAMED) => {
            let named = text[floor..at].iter().rev().take(8).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_');
            at - if before == Some(&b'_') { named.count() } else { 0 }
        }
        _ => return None,
    };
    if start < floor {
        return None;
    }
    let is_body =
        |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'$' | b'.' | b'/' | b'+' | b'=' | b'-' | b'_' | b',');
    if !body.contains(&end) || body.end > text.len() || text.get(body.end).is_some_and(is_body) {
        *body = end..end + 1 + text[end + 1..].iter().take_while(|byte| is_body(byte)).count();
    }
    let mut len = (body.end - (end + 1)).min(LEN.end);
    while len > 0 && matches!(text[end + len], b',' | b'.' | b'-') {
        len -= 1;
    }
    let found = start..end + 1 + len;
    if !LEN.contains(&found.len()) {
        return None;
    }
    let hash = &text[end + 1..found.end];
    (hash.iter().any(u8::is_ascii_digit) && hash.iter().any(u8::is_ascii_alphabetic)).then_some(found)
}

#[cfg(test)]
mod tests {
    use super::around;

    #[test]
    fn hashes_are_found_by_the_name_of_their_way() {
        let check = |text: &str, word: &str, want: Option<&str>| {
            let at = text.find(word).unwrap();
            let found = around(text.as_bytes(), at, at + word.len(), 0, &mut (0..0)).map(|range| &text[range]);
            assert_eq!(found, want, "{text}");
        };
        let bcrypt = "$2b$12$4Yyjmm9yEBfmT7OnI6dhH46iBAEq67vwZJrUSO7XZ0U09m03fi8tv";
        check(&format!("ops:{bcrypt}:1"), "2b", Some(bcrypt));
        check(
            "x pbkdf2_sha256$600000$Zk3r7V9tx1Qm$5Yw2Lp8Nc4Jb6Hd0Gf3= y",
            "sha256",
            Some("pbkdf2_sha256$600000$Zk3r7V9tx1Qm$5Yw2Lp8Nc4Jb6Hd0Gf3="),
        );
        check("{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ1cmZz", "SSHA", Some("{SSHA}5en6G6MezRroT3XKqkdPOmY/BfQ1cmZz"));
        check("cost $5$ each", "5", None);
        check("{SHA} scheme", "SHA", None);
    }
}
