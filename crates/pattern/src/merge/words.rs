//! What a word looks like, without knowing where it stands.

const SIZES: [&str; 14] = ["B", "b", "KB", "kB", "kb", "MB", "mb", "GB", "gb", "TB", "KiB", "MiB", "GiB", "TiB"];

/// Words that are values wherever they stand: a programmer prints a variable to get them. The last are accounts that every
/// system has.
const VALUES: [&str; 6] = ["true", "false", "null", "root", "admin", "administrator"];

const PREPOSITIONS: [&str; 10] = ["for", "of", "by", "from", "to", "on", "at", "in", "with", "as"];

/// What has a name of its own in most systems.
const NAMED: [&str; 18] = [
    "user",
    "account",
    "group",
    "role",
    "tenant",
    "host",
    "node",
    "server",
    "client",
    "device",
    "interface",
    "domain",
    "process",
    "module",
    "queue",
    "topic",
    "table",
    "database",
];

pub(super) fn is_preposition(word: &str) -> bool {
    PREPOSITIONS.contains(&word)
}

pub(super) fn has_name(word: &str) -> bool {
    NAMED.contains(&word)
}

pub(super) fn is_size(word: &str) -> bool {
    SIZES.contains(&word)
}

/// Whether a word is a value, whatever stands around it: one of those known, a hexadecimal number without digits, a mail
/// address.
pub(super) fn is_value(word: &str) -> bool {
    let hexadecimal = word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    let address = word.split_once('@').is_some_and(|(user, host)| !user.is_empty() && host.trim_end_matches('.').contains('.'));
    hexadecimal || address || VALUES.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a word is more likely a name out of a program, a network or a file system than a word of a sentence.
pub(super) fn is_identifier(word: &str) -> bool {
    let joined =
        word.bytes().any(|byte| matches!(byte, b'.' | b'_' | b'$' | b'@' | b'/' | b'\\' | b'%' | b'~' | b'*' | b'0'..=b'9'));
    joined || word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}
