//! When it happened: from the value of a field.

use record::Timestamp;

use crate::raw::Raw;
use crate::stamp;

/// A time and the 0..=999 nanoseconds it cannot hold.
pub(crate) type Moment = (Timestamp, u16);

/// Numbers below these are seconds, milliseconds, microseconds; above, nanoseconds. Seconds reach the year 5138,
/// and milliseconds begin in 1973, so that no time a log can have is read in the wrong unit.
const SECONDS_BELOW: i64 = 100_000_000_000;
const MILLIS_BELOW: i64 = SECONDS_BELOW * 1000;
const MICROS_BELOW: i64 = MILLIS_BELOW * 1000;

/// The moment that a value stands for, if it stands for one.
#[inline]
pub(crate) fn read(raw: Raw<'_>, received_at: Timestamp) -> Option<Moment> {
    match raw {
        Raw::Text(text) => from_text(text, received_at),
        Raw::Int(_, text) | Raw::Float(_, text) => from_number(text),
        _ => None,
    }
}

fn from_text(text: &str, received_at: Timestamp) -> Option<Moment> {
    if let Ok(moment) = Timestamp::parse(text) {
        return Some(moment);
    }
    let text = text.trim();
    let stamped = || stamp::read(text, received_at).filter(|stamp| stamp.len == text.len()).map(|stamp| (stamp.at, stamp.nanos));
    from_number(text).or_else(stamped).or_else(|| Timestamp::parse(text).ok())
}

/// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by their size. Exact: no float lies
/// between. Zero is how some senders write "none".
fn from_number(text: &str) -> Option<Moment> {
    let (sign, unsigned) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !digits(whole) || !digits(fraction) {
        return from_exponent(text);
    }
    let whole: i64 = whole.parse().ok()?;
    let unit_nanos: i64 = match whole {
        ..SECONDS_BELOW => 1_000_000_000,
        SECONDS_BELOW..MILLIS_BELOW => 1_000_000,
        MILLIS_BELOW..MICROS_BELOW => 1000,
        MICROS_BELOW.. => 1,
    };
    let nanos = i128::from(whole) * i128::from(unit_nanos) + i128::from(fraction_of(unit_nanos, fraction));
    moment(sign * nanos)
}

fn fraction_of(unit_nanos: i64, digits: &str) -> i64 {
    let mut place = unit_nanos;
    digits.bytes().fold(0, |sum, digit| {
        place /= 10;
        sum + i64::from(digit - b'0') * place
    })
}

/// `1.770387825e9`
fn from_exponent(text: &str) -> Option<Moment> {
    if !text.contains(['e', 'E']) {
        return None;
    }
    let number: f64 = text.parse().ok()?;
    (number.abs() < 9e18).then_some(())?;
    let unit_nanos = match number.abs() {
        size if size < SECONDS_BELOW as f64 => 1e9,
        size if size < MILLIS_BELOW as f64 => 1e6,
        size if size < MICROS_BELOW as f64 => 1e3,
        _ => 1.0,
    };
    moment((number * unit_nanos) as i128)
}

fn moment(nanos: i128) -> Option<Moment> {
    let micros = i64::try_from(nanos.div_euclid(1000)).ok()?;
    let at = Timestamp::from_micros(micros);
    let inside = nanos != 0 && (Timestamp::MIN..=Timestamp::MAX).contains(&at);
    inside.then_some((at, nanos.rem_euclid(1000) as u16))
}

#[cfg(test)]
mod tests;
