//! What a question is about: a time, some services. Understood in words, never guessed at beyond them.

use std::time::Duration;

use record::{TimeRange, Timestamp};

mod clock;
mod words;

/// Longest question that is read.
pub const QUESTION_MAX_BYTES: usize = 4096;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(86_400);

/// The time that a question names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// None.
    Unsaid,
    /// About this moment; `daily` when the day was not said, and it may be the same time of another day.
    About {
        /// The moment.
        at: Timestamp,
        /// Whether the day is a guess.
        daily: bool,
    },
    /// Within this stretch.
    Within {
        /// The stretch.
        range: TimeRange,
        /// Whether the day is a guess.
        daily: bool,
    },
}

/// Reads the time that a question names; times of day are UTC, as everything is kept in.
///
/// Understands English, and the same in German, French and Spanish: `at 2 PM`, `14:02`, `between 2:00 and 2:15 PM`, `on Feb 6`,
/// `2026-02-06T14:00Z`, `yesterday`, `last night`, `last 15 minutes`, `20 min ago`, `since 10:00`, `on Monday`.
pub fn when(question: &str, now: Timestamp) -> When {
    let question = cut(question);
    let words = words::of(question);
    if let Some(range) = clock::written_out(question) {
        return range;
    }
    if let Some(range) = words::back_from_now(&words, now) {
        return When::Within { range, daily: false };
    }
    let day = words::day(&words, now);
    match (clock::times(&words), day) {
        (clock::Times::Span(from, to), day) => within(from, to, day, now),
        (clock::Times::Since(from), day) => {
            let start = on(from, day, now);
            When::Within { range: TimeRange::new(start, now.max(start.plus(MINUTE))), daily: false }
        }
        (clock::Times::One(time), day) => When::About { at: on(time, day, now), daily: day.is_none() },
        (clock::Times::None, Some(day)) => match words::part_of_day(&words) {
            Some((from, to)) => When::Within { range: TimeRange::new(day.plus(from), day.plus(to)), daily: false },
            None => When::Within { range: TimeRange::new(day, day.plus(DAY).min(now.max(day.plus(MINUTE)))), daily: false },
        },
        (clock::Times::None, None) => match words::part_of_day(&words) {
            Some((from, to)) => within(from, to, None, now),
            None => When::Unsaid,
        },
    }
}

fn cut(question: &str) -> &str {
    let mut end = question.len().min(QUESTION_MAX_BYTES);
    while !question.is_char_boundary(end) {
        end -= 1;
    }
    &question[..end]
}

/// That time of the day; without a day, the last time it was so.
fn on(time: Duration, day: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let today = midnight(now);
    match day {
        Some(day) => day.plus(time),
        None if today.plus(time) <= now => today.plus(time),
        None => today.minus(DAY).plus(time),
    }
}

fn within(from: Duration, to: Duration, day: Option<Timestamp>, now: Timestamp) -> When {
    let start = on(from, day, now);
    let length = if to > from { to - from } else { to + DAY - from };
    When::Within { range: TimeRange::new(start, start.plus(length)), daily: day.is_none() }
}

pub(crate) fn midnight(at: Timestamp) -> Timestamp {
    Timestamp::from_micros(i64::from(at.days()) * DAY.as_micros() as i64)
}

#[cfg(test)]
mod tests;
