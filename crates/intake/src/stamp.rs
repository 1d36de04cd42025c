//! Times at the beginning of a text, in the layouts that log writers use.

use record::Timestamp;

/// A time that was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) at: Timestamp,
    /// What is below a microsecond.
    pub(crate) nanos: u16,
    /// Bytes it takes up.
    pub(crate) len: usize,
}

/// A sender's clock may be ahead. A time without a year belongs to the latest year in which it is not further ahead.
const AHEAD_MICROS_MAX: i64 = 24 * 3600 * 1_000_000;

/// Years to look back for one that has the day: February 29th is missing for eight years around 1900 and 2100.
const YEARS_BACK_MAX: i32 = 8;

const MICROS_PER_MINUTE: i64 = 60_000_000;

/// Reads the time that `text` begins with. Without a zone it is UTC; without a year it is one before `received_at`.
pub(crate) fn read(text: &str, received_at: Timestamp) -> Option<Stamp> {
    let cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    match text.as_bytes().first()? {
        b'0'..=b'9' => year_first(cursor)
            .or_else(|| day_first(cursor))
            .or_else(|| epoch(cursor))
            .or_else(|| short_year(cursor))
            .or_else(|| compact(cursor)),
        b'A'..=b'Z' => month_first(cursor, received_at).or_else(|| weekday_first(cursor)),
        _ => None,
    }
}

/// Reads a time of day that follows a month and day without a year, as glog writes it: `0206 14:23:45.123456`.
pub(crate) fn read_month_day(text: &str, received_at: Timestamp) -> Option<Stamp> {
    let mut cursor = Cursor { bytes: text.as_bytes(), at: 0 };
    let (month, day) = (cursor.digits(2)? as u8, cursor.digits(2)? as u8);
    cursor.byte(b' ')?;
    let clock = cursor.clock()?;
    cursor.stamp(infer_year(month, day, &clock, received_at)?, &clock)
}

/// `2026-02-06T14:23:45.123Z`, `2026/02/06 14:23:45`, `2026-02-06 14:23:45,123 +0100`
fn year_first(mut cursor: Cursor<'_>) -> Option<Stamp> {
    let year = cursor.digits(4)? as i32;
    let separator = cursor.any(b"-/.")?;
    let month = cursor.digits(2)? as u8;
    cursor.byte(separator)?;
    let day = cursor.digits(2)? as u8;
    cursor.any(b"Tt _")?;
    let clock = cursor.clock()?;
    cursor.zoned(civil(year, month, day, &clock)?, &clock)
}

/// `06/Feb/2026:14:23:45 +0000`, `06 Feb 2026 14:23:45`, `06-Feb-2026 14:23:45`
fn day_first(mut cursor: Cursor<'_>) -> Option<Stamp> {
    let day = cursor.day()?;
    cursor.any(b"/ -")?;
    let month = cursor.month()?;
    cursor.any(b"/ -")?;
    let year = cursor.digits(4)? as i32;
    cursor.any(b": ")?;
    let clock = cursor.clock()?;
    cursor.zoned(civil(year, month, day, &clock)?, &clock)
}

/// `1770387825`, `1770387825.123`, and 13, 16 or 19 digits for smaller units.
fn epoch(mut cursor: Cursor<'_>) -> Option<Stamp> {
    let digits = cursor.bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let unit_nanos: i64 = match digits {
        10 => 1_000_000_000,
        13 => 1_000_000,
        16 => 1000,
        19 => 1,
        _ => return None,
    };
    let whole: i64 = std::str::from_utf8(&cursor.bytes[..digits]).ok()?.parse().ok()?;
    cursor.at = digits;
    let mut nanos = whole.checked_mul(unit_nanos)?;
    if digits == 10 && cursor.any(b".").is_some() {
        nanos = nanos.checked_add(i64::from(cursor.fraction_nanos()?))?;
    }
    if cursor.peek().is_some_and(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_')) {
        return None;
    }
    let (at, nanos) = Timestamp::from_nanos(nanos);
    Some(Stamp { at, nanos, len: cursor.at })
}

/// `26/02/06 14:23:45`, as Spark writes it.
fn short_year(mut cursor: Cursor<'_>) -> Option<Stamp> {
    let year = 2000 + cursor.digits(2)? as i32;
    cursor.byte(b'/')?;
    let month = cursor.digits(2)? as u8;
    cursor.byte(b'/')?;
    let day = cursor.digits(2)? as u8;
    cursor.byte(b' ')?;
    let clock = cursor.clock()?;
    cursor.stamp(civil(year, month, day, &clock)?, &clock)
}

/// `20260206-14:23:45:123`, also without leading zeros (`20260206-4:3:5:7`), and, as Hadoop's file system writes it, `260206 142345`
fn compact(mut cursor: Cursor<'_>) -> Option<Stamp> {
    let short = cursor.bytes.get(6) == Some(&b' ');
    let year = if short { 2000 + cursor.digits(2)? as i32 } else { cursor.digits(4)? as i32 };
    let (month, day) = (cursor.digits(2)? as u8, cursor.digits(2)? as u8);
    if short {
        cursor.byte(b' ')?;
        let (hour, minute, second) = (cursor.digits(2)? as u8, cursor.digits(2)? as u8, cursor.digits(2)? as u8);
        let clock = Clock { hour, minute, second, nanos: 0 };
        cursor.byte(b' ')?;
        cursor.at -= 1;
        return cursor.stamp(civil(year, month, day, &clock)?, &clock);
    }
    cursor.any(b"-T")?;
    let hour = cursor.one_or_two()?;
    cursor.byte(b':')?;
    let minute = cursor.one_or_two()?;
    cursor.byte(b':')?;
    let clock = Clock { hour, minute, second: cursor.one_or_two()?, nanos: cursor.millis().unwrap_or(0) * 1_000_000 };
    cursor.zoned(civil(year, month, day, &clock)?, &clock)
}

/// `Feb  6 14:23:45` and `Feb 06 2026 14:23:45`
fn month_first(mut cursor: Cursor<'_>, received_at: Timestamp) -> Option<Stamp> {
    let month = cursor.month()?;
    cursor.byte(b' ')?;
    let day = cursor.day()?;
    cursor.any(b",");
    cursor.byte(b' ')?;
    let mut with_year = cursor;
    if let Some(year) = with_year.digits(4)
        && with_year.any(b" ").is_some()
    {
        let clock = with_year.clock()?;
        return with_year.zoned(civil(year as i32, month, day, &clock)?, &clock);
    }
    let clock = cursor.clock()?;
    cursor.stamp(infer_year(month, day, &clock, received_at)?, &clock)
}

/// `Fri Feb  6 14:23:45.123456 2026`, `Fri Feb  6 14:23:45 UTC 2026` and `Fri, 06 Feb 2026 14:23:45 +0000`
fn weekday_first(mut cursor: Cursor<'_>) -> Option<Stamp> {
    let weekday = cursor.bytes.get(..3)?;
    if ![b"Mon", b"Tue", b"Wed", b"Thu", b"Fri", b"Sat", b"Sun"].into_iter().any(|known| known == weekday) {
        return None;
    }
    cursor.at = 3;
    if cursor.any(b",").is_some() {
        cursor.byte(b' ')?;
        let rest = Cursor { bytes: &cursor.bytes[cursor.at..], at: 0 };
        let stamp = day_first(rest)?;
        return Some(Stamp { len: stamp.len + cursor.at, ..stamp });
    }
    cursor.byte(b' ')?;
    let month = cursor.month()?;
    cursor.byte(b' ')?;
    let day = cursor.day()?;
    cursor.byte(b' ')?;
    let clock = cursor.clock()?;
    cursor.byte(b' ')?;
    if cursor.rest().starts_with(b"UTC ") || cursor.rest().starts_with(b"GMT ") {
        cursor.at += 4;
    }
    let year = cursor.digits(4)? as i32;
    cursor.stamp(civil(year, month, day, &clock)?, &clock)
}

struct Clock {
    hour: u8,
    minute: u8,
    second: u8,
    nanos: u32,
}

fn civil(year: i32, month: u8, day: u8, clock: &Clock) -> Option<Timestamp> {
    Timestamp::from_civil(year, month, day, clock.hour, clock.minute, clock.second, clock.nanos / 1000)
}

/// The latest year in which the time is not more than a day ahead of `received_at`. So a line of December 31st that
/// comes in on January 1st is of the old year, and one of January 1st that comes in on December 31st is of the new.
fn infer_year(month: u8, day: u8, clock: &Clock, received_at: Timestamp) -> Option<Timestamp> {
    let (year, _, _) = received_at.civil();
    let latest = received_at.as_micros().saturating_add(AHEAD_MICROS_MAX);
    (year - YEARS_BACK_MAX..=year + 1).rev().filter_map(|year| civil(year, month, day, clock)).find(|at| at.as_micros() <= latest)
}

#[derive(Clone, Copy)]
struct Cursor<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Cursor<'_> {
    fn rest(&self) -> &[u8] {
        &self.bytes[self.at..]
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn byte(&mut self, wanted: u8) -> Option<()> {
        self.any(&[wanted]).map(|_| ())
    }

    fn any(&mut self, wanted: &[u8]) -> Option<u8> {
        let byte = self.peek().filter(|byte| wanted.contains(byte))?;
        self.at += 1;
        Some(byte)
    }

    /// Exactly so many digits.
    fn digits(&mut self, len: usize) -> Option<u32> {
        let digits = self.bytes.get(self.at..self.at + len)?;
        let number = digits.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))?;
        self.at += len;
        Some(number)
    }

    /// ` 6`, `6` or `06`
    fn day(&mut self) -> Option<u8> {
        if self.any(b" ").is_some() {
            return self.digits(1).map(|day| day as u8);
        }
        self.one_or_two()
    }

    fn one_or_two(&mut self) -> Option<u8> {
        self.digits(2).or_else(|| self.digits(1)).map(|number| number as u8)
    }

    /// `:606`, and without leading zeros `:7`.
    fn millis(&mut self) -> Option<u32> {
        self.byte(b':')?;
        self.digits(3).or_else(|| self.digits(2)).or_else(|| self.digits(1))
    }

    fn month(&mut self) -> Option<u8> {
        const MONTHS: [&[u8; 3]; 12] =
            [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];
        let name = self.bytes.get(self.at..self.at + 3)?;
        let index = MONTHS.iter().position(|month| month.eq_ignore_ascii_case(name))?;
        self.at += 3;
        Some(index as u8 + 1)
    }

    /// `14:23:45`, with a fraction behind a point or comma.
    fn clock(&mut self) -> Option<Clock> {
        let hour = self.digits(2)? as u8;
        self.byte(b':')?;
        let minute = self.digits(2)? as u8;
        self.byte(b':')?;
        let second = self.digits(2)? as u8;
        let mut nanos = 0;
        let mut behind = *self;
        if behind.any(b".,").is_some()
            && let Some(fraction) = behind.fraction_nanos()
        {
            nanos = fraction;
            *self = behind;
        }
        Some(Clock { hour, minute, second, nanos })
    }

    /// One digit at least; the first nine count.
    fn fraction_nanos(&mut self) -> Option<u32> {
        let digits = self.rest().iter().take_while(|b| b.is_ascii_digit()).count();
        if digits == 0 {
            return None;
        }
        let nanos = (0..9).fold(0, |n, place| n * 10 + if place < digits { u32::from(self.rest()[place] - b'0') } else { 0 });
        self.at += digits;
        Some(nanos)
    }

    /// Minutes east of Greenwich: `Z`, `+02:00`, `-0530`, `+02`, and after a space `+0200`, `UTC` or `GMT`.
    fn zone(&mut self) -> Option<i64> {
        let spaced = self.any(b" ").is_some();
        if spaced && (self.rest().starts_with(b"UTC") || self.rest().starts_with(b"GMT")) {
            self.at += 3;
            return Some(0);
        }
        let sign = match self.any(if spaced { b"+-" } else { b"Zz+-" })? {
            b'+' => 1,
            b'-' => -1,
            _ => return Some(0),
        };
        let hours = i64::from(self.digits(2)?);
        let colon = self.any(b":").is_some();
        let minutes = match self.digits(2) {
            Some(minutes) => i64::from(minutes),
            None if colon || spaced => return None,
            None => 0,
        };
        (hours <= 23 && minutes <= 59).then_some(sign * (hours * 60 + minutes))
    }

    /// The stamp, moved to UTC by the zone that follows, if one does.
    fn zoned(mut self, local: Timestamp, clock: &Clock) -> Option<Stamp> {
        let mut behind = self;
        let mut at = local;
        if let Some(east_minutes) = behind.zone() {
            at = Timestamp::from_micros(local.as_micros() - east_minutes * MICROS_PER_MINUTE);
            self = behind;
        }
        self.stamp(at, clock)
    }

    /// The stamp, unless it ends within a word or lies outside the years 1 to 9999.
    fn stamp(self, at: Timestamp, clock: &Clock) -> Option<Stamp> {
        let cut = self.peek().is_some_and(|b| b.is_ascii_digit());
        let inside = (Timestamp::MIN..=Timestamp::MAX).contains(&at);
        (inside && !cut).then_some(Stamp { at, nanos: (clock.nanos % 1000) as u16, len: self.at })
    }
}

#[cfg(test)]
mod tests;
