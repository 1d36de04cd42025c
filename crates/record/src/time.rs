use std::fmt;
use std::time::Duration;

/// A moment in UTC, in microseconds since 1970-01-01. Proleptic Gregorian calendar, no leap seconds (as in POSIX).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Timestamp(i64);

/// The text is not a time, or lies outside the years 0001 to 9999.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a time: expected RFC 3339 such as 2026-02-06T14:23:45Z or a date such as 2026-02-06")]
pub struct ParseTimeError;

const MICROS_PER_SECOND: i64 = 1_000_000;
const SECONDS_PER_DAY: i64 = 86_400;
const MICROS_PER_DAY: i64 = SECONDS_PER_DAY * MICROS_PER_SECOND;

impl Timestamp {
    /// 0001-01-01T00:00:00Z.
    pub const MIN: Timestamp = Timestamp(-62_135_596_800 * MICROS_PER_SECOND);
    /// 9999-12-31T23:59:59.999999Z.
    pub const MAX: Timestamp = Timestamp(253_402_300_800 * MICROS_PER_SECOND - 1);

    /// From microseconds since 1970.
    pub const fn from_micros(micros: i64) -> Timestamp {
        Timestamp(micros)
    }

    /// From nanoseconds since 1970: the timestamp, and the 0..=999 nanoseconds it cannot hold.
    pub fn from_nanos(nanos: i64) -> (Timestamp, u16) {
        (Timestamp(nanos.div_euclid(1000)), nanos.rem_euclid(1000) as u16)
    }

    /// Microseconds since 1970.
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    /// Days since 1970-01-01, rounded down.
    pub fn days(self) -> i32 {
        self.0.div_euclid(MICROS_PER_DAY) as i32
    }

    /// Later by `duration`; stays at the end of time.
    pub fn plus(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_add(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// Earlier by `duration`; stays at the start of time.
    pub fn minus(self, duration: Duration) -> Timestamp {
        Timestamp(self.0.saturating_sub(i64::try_from(duration.as_micros()).unwrap_or(i64::MAX)))
    }

    /// How long after `earlier` this is; zero if it is not.
    pub fn since(self, earlier: Timestamp) -> Duration {
        Duration::from_micros(self.0.saturating_sub(earlier.0).max(0) as u64)
    }

    /// Puts calendar fields together. `None` when one is out of range (leap second 60 counts as 59.999999).
    pub fn from_civil(year: i32, month: u8, day: u8, hour: u8, minute: u8, second: u8, micros: u32) -> Option<Timestamp> {
        if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
            return None;
        }
        if hour > 23 || minute > 59 || second > 60 || micros > 999_999 {
            return None;
        }
        let (second, micros) = if second == 60 { (59, 999_999) } else { (second, micros) };
        let seconds = i64::from(hour) * 3600 + i64::from(minute) * 60 + i64::from(second);
        Some(Timestamp((days_from_civil(year, month, day) * SECONDS_PER_DAY + seconds) * MICROS_PER_SECOND + i64::from(micros)))
    }

    /// Year, month, day.
    pub fn civil(self) -> (i32, u8, u8) {
        civil_from_days(i64::from(self.days()))
    }

    /// Reads RFC 3339 (`T` or a space, any number of fraction digits, `Z`, an offset or none: UTC) or a bare date.
    /// Returns the timestamp and the 0..=999 nanoseconds it cannot hold.
    pub fn parse(text: &str) -> Result<(Timestamp, u16), ParseTimeError> {
        parse_rfc3339(text.as_bytes()).ok_or(ParseTimeError)
    }
}

/// `2026-02-06T14:23:45.123456Z`; the fraction is left out when it is zero and has three digits when they suffice.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = self.civil();
        let rest = self.0.rem_euclid(MICROS_PER_DAY);
        let (seconds, micros) = (rest / MICROS_PER_SECOND, rest % MICROS_PER_SECOND);
        let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")?;
        match micros {
            0 => f.write_str("Z"),
            _ if micros % 1000 == 0 => write!(f, ".{:03}Z", micros / 1000),
            _ => write!(f, ".{micros:06}Z"),
        }
    }
}

/// A half-open stretch of time: `start` belongs to it, `end` does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// The first moment inside.
    pub start: Timestamp,
    /// The first moment after.
    pub end: Timestamp,
}

impl TimeRange {
    /// All of time.
    pub const ALL: TimeRange = TimeRange { start: Timestamp(i64::MIN), end: Timestamp(i64::MAX) };

    /// From `start` until just before `end`; empty when `end` is not later.
    pub const fn new(start: Timestamp, end: Timestamp) -> TimeRange {
        TimeRange { start, end }
    }

    /// Whether the moment lies inside.
    pub fn contains(&self, at: Timestamp) -> bool {
        self.start <= at && at < self.end
    }

    /// Whether nothing lies inside.
    pub fn is_empty(&self) -> bool {
        self.end <= self.start
    }

    /// What lies in both.
    pub fn intersect(&self, other: TimeRange) -> TimeRange {
        TimeRange { start: self.start.max(other.start), end: self.end.min(other.end) }
    }

    /// Whether both share a moment with the closed stretch `first..=last`.
    pub fn overlaps(&self, first: Timestamp, last: Timestamp) -> bool {
        self.start <= last && first < self.end
    }
}

/// Reads `90s`, `5m`, `2h`, `7d`, `1w`, `250ms` or a sum such as `1h30m`. `None` when it is none of these or overflows.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let mut rest = text.trim();
    let mut total = Duration::ZERO;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit())?;
        let count: u64 = rest.get(..digits)?.parse().ok()?;
        rest = &rest[digits..];
        let unit_len = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let millis_per_unit: u64 = match &rest[..unit_len] {
            "ms" => 1,
            "s" => 1000,
            "m" | "min" => 60_000,
            "h" => 3_600_000,
            "d" => 86_400_000,
            "w" => 604_800_000,
            _ => return None,
        };
        total = total.checked_add(Duration::from_millis(count.checked_mul(millis_per_unit)?))?;
        rest = &rest[unit_len..];
    }
    Some(total)
}

fn parse_rfc3339(text: &[u8]) -> Option<(Timestamp, u16)> {
    let (year, month, day) = (number(text, 0, 4)?, number(text, 5, 2)?, number(text, 8, 2)?);
    if text[4] != b'-' || text[7] != b'-' {
        return None;
    }
    let at =
        |hour, minute, second, micros| Timestamp::from_civil(year as i32, month as u8, day as u8, hour, minute, second, micros);
    if text.len() == 10 {
        return Some((at(0, 0, 0, 0)?, 0));
    }
    if !matches!(text[10], b'T' | b't' | b' ') || *text.get(13)? != b':' {
        return None;
    }
    let (hour, minute) = (number(text, 11, 2)? as u8, number(text, 14, 2)? as u8);
    let (mut second, mut nanos, mut rest) = (0, 0, text.get(16..)?);
    if rest.first() == Some(&b':') {
        second = number(text, 17, 2)? as u8;
        rest = text.get(19..)?;
        if matches!(rest.first(), Some(b'.' | b',')) {
            let digits = rest[1..].iter().take_while(|b| b.is_ascii_digit()).count();
            if digits == 0 {
                return None;
            }
            nanos = fraction_nanos(&rest[1..=digits]);
            rest = &rest[1 + digits..];
        }
    }
    let local = at(hour, minute, second, nanos / 1000)?;
    let utc = Timestamp(local.0 - offset_seconds(rest)? * MICROS_PER_SECOND);
    (Timestamp::MIN..=Timestamp::MAX).contains(&utc).then_some((utc, (nanos % 1000) as u16))
}

/// `Z`, nothing, `+02:00`, `-0530` or `+02`, in seconds east of Greenwich.
fn offset_seconds(text: &[u8]) -> Option<i64> {
    let sign = match text {
        [] | [b'Z' | b'z'] => return Some(0),
        [b'+', ..] => 1,
        [b'-', ..] => -1,
        _ => return None,
    };
    let (hours, minutes) = match text.len() {
        3 => (number(text, 1, 2)?, 0),
        5 => (number(text, 1, 2)?, number(text, 3, 2)?),
        6 if text[3] == b':' => (number(text, 1, 2)?, number(text, 4, 2)?),
        _ => return None,
    };
    (hours <= 23 && minutes <= 59).then(|| sign * (i64::from(hours) * 3600 + i64::from(minutes) * 60))
}

/// The first nine digits count; the rest is below a nanosecond.
fn fraction_nanos(digits: &[u8]) -> u32 {
    let mut nanos = 0;
    for place in 0..9 {
        nanos = nanos * 10 + digits.get(place).map_or(0, |d| u32::from(d - b'0'));
    }
    nanos
}

fn number(text: &[u8], start: usize, len: usize) -> Option<u32> {
    text.get(start..start + len)?.iter().try_fold(0, |n, b| b.is_ascii_digit().then(|| n * 10 + u32::from(b - b'0')))
}

fn days_in_month(year: i32, month: u8) -> u8 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days since 1970-01-01, counted in years that begin in March, so that the leap day comes last
/// (the method of Howard Hinnant's "chrono-Compatible Low-Level Date Algorithms").
fn days_from_civil(year: i32, month: u8, day: u8) -> i64 {
    let year = i64::from(year) - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let month_from_march = (i64::from(month) + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

fn civil_from_days(days: i64) -> (i32, u8, u8) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    ((year_of_era + era * 400 + i64::from(month <= 2)) as i32, month as u8, day as u8)
}

#[cfg(test)]
mod tests;
