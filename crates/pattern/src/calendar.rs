//! The words of dates.

const WEEKDAYS_AND_MONTHS: [&str; 19] = [
    "mon", "tue", "wed", "thu", "fri", "sat", "sun", "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov",
    "dec",
];

const ZONES: [&str; 12] = ["utc", "gmt", "est", "edt", "cst", "cdt", "mst", "mdt", "pst", "pdt", "cet", "cest"];

/// Whether a word is the short name of a day or a month, in English.
pub(crate) fn is_weekday_or_month(word: &str) -> bool {
    word.len() == 3 && WEEKDAYS_AND_MONTHS.iter().any(|known| known.eq_ignore_ascii_case(word))
}

/// Whether a word is the short name of a time zone.
pub(crate) fn is_zone(word: &str) -> bool {
    ZONES.iter().any(|known| known.eq_ignore_ascii_case(word))
}
