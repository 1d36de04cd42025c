use std::time::Duration;

use record::{TimeRange, Timestamp};

use super::{DAY, HOUR, MINUTE, midnight};

/// A word of a question, in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
}

/// The words; a dash between two times is one of its own.
pub(super) fn of(question: &str) -> Vec<Word> {
    let question = question.to_lowercase().replace(['\u{2013}', '\u{2014}'], "-");
    let mut words = Vec::new();
    for piece in question.split(|c: char| c.is_whitespace() || matches!(c, ',' | '?' | '!' | ';' | '(' | ')' | '"')) {
        let piece = piece.trim_end_matches('.');
        let dash = piece.find('-').filter(|&at| {
            at > 0 && piece[..at].bytes().all(|b| b.is_ascii_digit() || b == b':') && piece.matches('-').count() == 1
        });
        match dash {
            Some(at) => words.extend([&piece[..at], "-", &piece[at + 1..]]),
            None => words.push(piece),
        }
    }
    words.into_iter().filter(|word| !word.is_empty()).map(|word| Word { text: word.to_owned() }).collect()
}

const LAST: [&str; 16] = [
    "last",
    "past",
    "previous",
    "letzte",
    "letzten",
    "letzter",
    "vergangenen",
    "dernière",
    "dernières",
    "derniers",
    "dernier",
    "última",
    "últimas",
    "último",
    "últimos",
    "recent",
];
const AGO: [&str; 6] = ["ago", "vor", "hace", "back", "earlier", "il"];

/// `last 15 minutes`, `past hour`, `20 min ago`, `vor 20 Minuten`, `just now`.
pub(super) fn back_from_now(words: &[Word], now: Timestamp) -> Option<TimeRange> {
    let text = |at: usize| words.get(at).map(|word| word.text.as_str()).unwrap_or_default();
    for at in 0..words.len() {
        if LAST.contains(&text(at)) {
            if let Some((length, _)) = length(words, at + 1) {
                return Some(TimeRange::new(now.minus(length), now));
            }
            if let Some(unit) = unit(text(at + 1)).filter(|&unit| unit <= DAY) {
                return Some(TimeRange::new(now.minus(unit), now));
            }
        }
        if let Some((length, used)) = length(words, at) {
            let before = at.checked_sub(1).map(text).unwrap_or_default();
            if AGO.contains(&text(at + used)) || AGO.contains(&before) || (before == "a" && text(at.saturating_sub(2)) == "y") {
                let around = (length / 4).max(5 * MINUTE);
                return Some(TimeRange::new(now.minus(length + around), now.minus(length).plus(around).min(now)));
            }
        }
        let pair = (text(at), text(at + 1));
        if matches!(pair, ("just", "now") | ("right", "now") | ("gerade", "eben"))
            || matches!(pair.0, "currently" | "jetzt" | "maintenant" | "ahora" | "now")
        {
            return Some(TimeRange::new(now.minus(15 * MINUTE), now));
        }
    }
    None
}

/// `15 minutes`, `15min`, `an hour`, `1h30m`, and how many words it takes.
fn length(words: &[Word], at: usize) -> Option<(Duration, usize)> {
    let text = words.get(at)?.text.as_str();
    if let Some(length) = record::parse_duration(text).filter(|length| !length.is_zero()) {
        return Some((length, 1));
    }
    let count = match text {
        "a" | "an" | "one" | "einer" | "einem" | "eine" | "une" | "un" | "una" => 1,
        "two" | "zwei" | "deux" | "dos" => 2,
        "half" => return (words.get(at + 1)?.text == "an" && words.get(at + 2)?.text == "hour").then_some((HOUR / 2, 3)),
        "few" => 10,
        number => number.parse::<u32>().ok().filter(|&count| (1..=100_000).contains(&count))?,
    };
    Some((unit(&words.get(at + 1)?.text)?.checked_mul(count)?, 2))
}

fn unit(word: &str) -> Option<Duration> {
    Some(match word {
        "s" | "sec" | "secs" | "second" | "seconds" | "sekunden" | "secondes" | "segundos" => Duration::from_secs(1),
        "m" | "min" | "mins" | "minute" | "minutes" | "minuten" | "minutos" | "minuto" => MINUTE,
        "h" | "hr" | "hrs" | "hour" | "hours" | "stunde" | "stunden" | "heure" | "heures" | "hora" | "horas" => HOUR,
        "day" | "days" | "tag" | "tage" | "tagen" | "jour" | "jours" | "día" | "días" => DAY,
        "week" | "weeks" | "woche" | "wochen" | "semaine" | "semaines" | "semana" | "semanas" => DAY * 7,
        _ => return None,
    })
}

/// The start of the day that the words name.
pub(super) fn day(words: &[Word], now: Timestamp) -> Option<Timestamp> {
    let today = midnight(now);
    for (at, word) in words.iter().enumerate() {
        let next = words.get(at + 1).map(|word| word.text.as_str()).unwrap_or_default();
        match word.text.as_str() {
            "today" | "heute" | "aujourd'hui" | "hoy" | "tonight" | "this" if word.text != "this" || part(next).is_some() => {
                return Some(today);
            }
            "yesterday" | "gestern" | "hier" | "ayer" => return Some(today.minus(DAY)),
            "last" if next == "night" => return Some(today.minus(DAY)),
            "vorgestern" => return Some(today.minus(2 * DAY)),
            text => {
                let found = date(text).or_else(|| month_day(text, next, now)).or_else(|| weekday(text, today));
                if found.is_some() {
                    return found;
                }
            }
        }
    }
    None
}

/// `2026-02-06`.
fn date(text: &str) -> Option<Timestamp> {
    (text.len() == 10).then(|| Timestamp::parse(text).ok().map(|(at, _)| at)).flatten()
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

/// `Feb 6`, `6 February`: the last one that there was.
fn month_day(text: &str, next: &str, now: Timestamp) -> Option<Timestamp> {
    let month = |word: &str| {
        let known = word.len() >= 3 && word.is_char_boundary(3) && word.chars().all(char::is_alphabetic) && word.len() <= 9;
        known.then(|| MONTHS.iter().position(|month| *month == &word[..3])).flatten()
    };
    let number = |word: &str| word.trim_end_matches(|c: char| c.is_alphabetic()).trim_end_matches('.').parse::<u8>().ok();
    let (month, day) = match (month(text), number(next), number(text), month(next)) {
        (Some(month), Some(day), ..) | (_, _, Some(day), Some(month)) => (month as u8 + 1, day),
        _ => return None,
    };
    let (year, ..) = now.civil();
    let of = |year| Timestamp::from_civil(year, month, day, 0, 0, 0, 0);
    of(year).filter(|&at| at <= now).or_else(|| of(year - 1))
}

/// The last such day before today.
fn weekday(text: &str, today: Timestamp) -> Option<Timestamp> {
    const DAYS: [[&str; 4]; 7] = [
        ["thursday", "donnerstag", "jeudi", "jueves"],
        ["friday", "freitag", "vendredi", "viernes"],
        ["saturday", "samstag", "samedi", "sábado"],
        ["sunday", "sonntag", "dimanche", "domingo"],
        ["monday", "montag", "lundi", "lunes"],
        ["tuesday", "dienstag", "mardi", "martes"],
        ["wednesday", "mittwoch", "mercredi", "miércoles"],
    ];
    // 1970-01-01 was a Thursday.
    let wanted = DAYS.iter().position(|names| names.contains(&text))? as i32;
    let back = (today.days() - wanted).rem_euclid(7);
    let back = if back == 0 { 7 } else { back };
    Some(today.minus(DAY * u32::try_from(back).unwrap_or(7)))
}

/// From and to of a part of the day.
pub(super) fn part_of_day(words: &[Word]) -> Option<(Duration, Duration)> {
    words.iter().find_map(|word| part(&word.text))
}

fn part(word: &str) -> Option<(Duration, Duration)> {
    let (from, to) = match word {
        "morning" | "morgen" | "matin" | "mañana" => (5, 12),
        "afternoon" | "nachmittag" | "après-midi" | "tarde" => (12, 18),
        "evening" | "abend" | "soir" | "tonight" => (17, 24),
        // The night of a day ends on the next morning.
        "night" | "overnight" | "nacht" | "nuit" | "noche" => (20, 30),
        _ => return None,
    };
    Some((HOUR * from, HOUR * to))
}
