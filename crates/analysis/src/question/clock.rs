use std::time::Duration;

use record::{TimeRange, Timestamp};

use super::words::Word;
use super::{MINUTE, When};

/// Times of day in a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Times {
    None,
    One(Duration),
    Since(Duration),
    Span(Duration, Duration),
}

/// Words that stand before a time of day.
const AT: [&str; 16] =
    ["at", "around", "about", "near", "after", "before", "by", "um", "gegen", "ab", "vers", "à", "a", "las", "la", "@"];
/// Words that make what follows a start.
const SINCE: [&str; 5] = ["since", "seit", "depuis", "desde", "from"];
/// Words between the ends of a stretch.
const TO: [&str; 10] = ["-", "to", "until", "till", "and", "bis", "und", "et", "y", "hasta"];

/// Days and times that are written out as RFC 3339.
pub(super) fn written_out(question: &str) -> Option<When> {
    let mut moments =
        question.split(|c: char| c.is_whitespace() || matches!(c, ',' | '?' | '!' | ';' | '(' | ')')).filter_map(|word| {
            let word = word.trim_end_matches('.');
            // A bare date is a day, which the words of days read.
            (word.len() > 10 && word.as_bytes()[4..].first() == Some(&b'-')).then(|| Timestamp::parse(word).ok()).flatten()
        });
    let (first, _) = moments.next()?;
    Some(match moments.next() {
        Some((second, _)) if second > first => When::Within { range: TimeRange::new(first, second), daily: false },
        _ => When::About { at: first, daily: false },
    })
}

/// The times of day among the words.
pub(super) fn times(words: &[Word]) -> Times {
    let mut found: Vec<(usize, usize, Clock)> = Vec::new();
    let mut at = 0;
    while at < words.len() {
        match clock(words, at) {
            Some((clock, used)) => {
                found.push((at, at + used, clock));
                at += used;
            }
            None => at += 1,
        }
    }
    match found.as_slice() {
        [] => Times::None,
        [(first, end, a), (second, _, b), ..]
            if words[*end..*second].iter().any(|word| TO.contains(&word.text.as_str())) || first_between(words, *first) =>
        {
            // "2:00 to 2:15 PM": the half of the day is said once.
            let half = a.half.or(b.half);
            Times::Span(Clock { half, ..*a }.time(), b.time())
        }
        [(at, _, clock), ..] => {
            let before = at.checked_sub(1).map(|before| words[before].text.as_str()).unwrap_or_default();
            if SINCE.contains(&before) { Times::Since(clock.time()) } else { Times::One(clock.time()) }
        }
    }
}

fn first_between(words: &[Word], at: usize) -> bool {
    at > 0 && matches!(words[at - 1].text.as_str(), "between" | "zwischen" | "entre")
}

/// A time of day as written.
#[derive(Debug, Clone, Copy)]
struct Clock {
    hour: u64,
    minute: u64,
    /// 0 for the half before noon, 12 for the one after it.
    half: Option<u64>,
}

impl Clock {
    fn time(self) -> Duration {
        let hour = match self.half {
            Some(half) => self.hour % 12 + half,
            None => self.hour,
        };
        MINUTE * u32::try_from(hour * 60 + self.minute).unwrap_or(0)
    }
}

/// A time of day that begins at this word, and how many words it takes. A bare number is one only behind `at` or before `PM`, `Uhr`
/// and the like.
fn clock(words: &[Word], at: usize) -> Option<(Clock, usize)> {
    let text = words[at].text.as_str();
    match text {
        "noon" | "midday" | "mittag" | "midi" | "mediodía" => return Some((Clock { hour: 12, minute: 0, half: None }, 1)),
        "midnight" | "mitternacht" | "minuit" | "medianoche" => return Some((Clock { hour: 0, minute: 0, half: None }, 1)),
        _ => {}
    }
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let hour: u64 = text[..digits].parse().ok().filter(|&hour| hour <= 24 && digits <= 2)?;
    let mut rest = &text[digits..];
    let mut minute = None;
    if let Some(behind) = rest.strip_prefix([':', 'h', '.']) {
        let digits = behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len());
        if digits == 2 {
            minute = behind[..2].parse::<u64>().ok().filter(|&minute| minute < 60);
            rest = &behind[2..];
            // Seconds are not needed: a window is minutes long.
            rest = rest.strip_prefix(':').map_or(rest, |seconds| seconds.trim_start_matches(|c: char| c.is_ascii_digit()));
        }
    }
    let next = words.get(at + 1).map(|word| word.text.as_str()).unwrap_or_default();
    let (half, used) = match (half(rest), half(next)) {
        (Some(half), _) => (Some(half), 1),
        (None, Some(half)) if rest.is_empty() => (Some(half), 2),
        _ => (None, 1),
    };
    let named = matches!(next, "uhr" | "o'clock" | "oclock" | "heures" | "horas" | "utc") || matches!(rest, "h" | "z" | "uhr");
    let behind_at = at > 0 && AT.contains(&words[at - 1].text.as_str()) && rest.is_empty() && next != "%";
    let since = at > 0 && SINCE.contains(&words[at - 1].text.as_str()) && rest.is_empty();
    let certain =
        minute.is_some() && (rest.is_empty() || half.is_some() || rest == "z" || rest == "uhr") || half.is_some() || named;
    let hour_fits = half.is_none_or(|_| (1..=12).contains(&hour)) && hour < 24;
    ((certain || behind_at || since) && hour_fits).then_some((Clock { hour, minute: minute.unwrap_or(0), half }, used))
}

fn half(text: &str) -> Option<u64> {
    match text {
        "am" | "a.m" | "a.m." => Some(0),
        "pm" | "p.m" | "p.m." => Some(12),
        _ => None,
    }
}
