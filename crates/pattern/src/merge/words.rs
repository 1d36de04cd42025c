//! What a word looks like, without knowing where it stands.

const WEEKDAYS_AND_MONTHS: [&str; 19] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
    "dec",
];

const ZONES: [&str; 12] = ["utc", "gmt", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest"];

const SIZES: [&str; 14] = ["B", "b", "KB", "kB", "kb", "MB", "mb", "GB", "gb", "TB", "KiB", "MiB", "GiB", "TiB"];

/// Words that are values wherever they stand: a programmer prints a variable to get them.
const LITERALS: [&str; 3] = ["true", "false", "null"];

pub(super) fn is_weekday_or_month(word: &str) -> bool {
    word.len() == 3 && WEEKDAYS_AND_MONTHS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

pub(super) fn is_zone(word: &str) -> bool {
    ZONES.iter().any(|known| known.eq_ignore_ascii_case(word))
}

pub(super) fn is_size(word: &str) -> bool {
    SIZES.contains(&word)
}

pub(super) fn is_literal(word: &str) -> bool {
    LITERALS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a word is more likely a name out of a program, a network or a file system than a word of a sentence.
pub(super) fn is_identifier(word: &str) -> bool {
    let joined =
        word.bytes().any(|byte| matches!(byte, b'.' | b'_' | b'$' | b'@' | b'/' | b'\\' | b'%' | b'~' | b'*' | b'0'..=b'9'));
    joined || word.as_bytes().windows(2).any(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase())
}
