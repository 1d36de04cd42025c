//! How serious: from the words and numbers in use.

use record::Severity;

use crate::places::Scale;
use crate::raw::Raw;

/// The severity that a value stands for. `None` when it stands for none: then it is an attribute.
#[inline]
pub(crate) fn read(raw: Raw<'_>, scale: Scale) -> Option<Severity> {
    match raw {
        Raw::Text("INFO") => Some(Severity::Info),
        Raw::Text(text) => Severity::parse(text).or_else(|| from_number(text.trim().parse().ok()?, scale)),
        Raw::Int(number, _) => from_number(number, scale),
        _ => None,
    }
}

/// Whether a value is one of pino's and bunyan's levels, which also tell how the other names are meant.
pub(crate) fn is_bunyan(raw: Raw<'_>, scale: Scale) -> bool {
    matches!((raw, scale), (Raw::Int(10 | 20 | 30 | 40 | 50 | 60, _), Scale::Guess))
}

fn from_number(number: i64, scale: Scale) -> Option<Severity> {
    match scale {
        Scale::OpenTelemetry => Severity::from_number(u8::try_from(number).ok()?),
        Scale::Syslog => Severity::from_syslog(u8::try_from(number).ok()?),
        Scale::Python => python(number),
        Scale::Guess => match number {
            0..=7 => Severity::from_syslog(number as u8),
            10..=69 => pino(number),
            5_000..=50_000 => logback(number),
            _ => None,
        },
    }
}

fn pino(number: i64) -> Option<Severity> {
    Some(match number / 10 {
        1 => Severity::Trace,
        2 => Severity::Debug,
        3 => Severity::Info,
        4 => Severity::Warn,
        5 => Severity::Error,
        6 => Severity::Fatal,
        _ => return None,
    })
}

fn python(number: i64) -> Option<Severity> {
    Some(match number / 10 {
        0 if number > 0 => Severity::Trace,
        1 => Severity::Debug,
        2 => Severity::Info,
        3 => Severity::Warn,
        4 => Severity::Error,
        5 => Severity::Critical,
        _ => return None,
    })
}

fn logback(number: i64) -> Option<Severity> {
    Some(match number / 10_000 {
        0 => Severity::Trace,
        1 => Severity::Debug,
        2 => Severity::Info,
        3 => Severity::Warn,
        4 => Severity::Error,
        5 => Severity::Fatal,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_by_their_scale() {
        let check = |number, scale, expected| assert_eq!(read(Raw::Int(number, ""), scale), expected, "{number} {scale:?}");
        check(3, Scale::Guess, Some(Severity::Error));
        check(8, Scale::Guess, None);
        check(10, Scale::Guess, Some(Severity::Trace));
        check(30, Scale::Guess, Some(Severity::Info));
        check(60, Scale::Guess, Some(Severity::Fatal));
        check(70, Scale::Guess, None);
        check(20_000, Scale::Guess, Some(Severity::Info));
        check(40_000, Scale::Guess, Some(Severity::Error));
        check(17, Scale::OpenTelemetry, Some(Severity::Error));
        check(9, Scale::OpenTelemetry, Some(Severity::Info));
        check(25, Scale::OpenTelemetry, None);
        check(0, Scale::Syslog, Some(Severity::Fatal));
        check(6, Scale::Syslog, Some(Severity::Info));
        check(9, Scale::Syslog, None);
        check(30, Scale::Python, Some(Severity::Warn));
        check(50, Scale::Python, Some(Severity::Critical));
        check(-1, Scale::Guess, None);
    }

    #[test]
    fn words_and_digits() {
        let check = |text, expected| assert_eq!(read(Raw::Text(text), Scale::Guess), expected, "{text}");
        check("warning", Some(Severity::Warn));
        check("40", Some(Severity::Warn));
        check("3", Some(Severity::Error));
        check("gold", None);
        assert_eq!(read(Raw::Bool(true), Scale::Guess), None);
    }
}
