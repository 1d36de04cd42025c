use std::fmt;

/// How serious a record is.
///
/// The names are those people send; the order and [`Severity::number`] are OpenTelemetry's, with the syslog
/// levels where its logs data model (appendix B) puts them: notice 10, critical 18, alert 19, emergency 21.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Severity {
    /// Finer than debug.
    Trace = 1,
    /// For developers.
    Debug = 5,
    /// Normal working.
    Info = 9,
    /// Normal but significant (syslog 5).
    Notice = 10,
    /// Something may be wrong.
    Warn = 13,
    /// Something failed.
    Error = 17,
    /// A part failed (syslog 2).
    Critical = 18,
    /// Act at once (syslog 1).
    Alert = 19,
    /// The whole is unusable (syslog 0, emergency).
    Fatal = 21,
}

impl Severity {
    /// Every severity, least serious first.
    pub const ALL: [Severity; 9] = [
        Severity::Trace,
        Severity::Debug,
        Severity::Info,
        Severity::Notice,
        Severity::Warn,
        Severity::Error,
        Severity::Critical,
        Severity::Alert,
        Severity::Fatal,
    ];

    /// The name as stored, shown and searched: `TRACE` .. `FATAL`.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Trace => "TRACE",
            Severity::Debug => "DEBUG",
            Severity::Info => "INFO",
            Severity::Notice => "NOTICE",
            Severity::Warn => "WARN",
            Severity::Error => "ERROR",
            Severity::Critical => "CRITICAL",
            Severity::Alert => "ALERT",
            Severity::Fatal => "FATAL",
        }
    }

    /// OpenTelemetry's severity number, 1..=24.
    pub fn number(self) -> u8 {
        self as u8
    }

    /// From an OpenTelemetry severity number; the finer grades (`INFO3`) fall to the named one below them.
    pub fn from_number(number: u8) -> Option<Severity> {
        if number == 0 || number > 24 {
            return None;
        }
        Severity::ALL.into_iter().rev().find(|severity| severity.number() <= number)
    }

    /// From a syslog level, 0 (emergency) to 7 (debug).
    pub fn from_syslog(level: u8) -> Option<Severity> {
        Some(match level {
            0 => Severity::Fatal,
            1 => Severity::Alert,
            2 => Severity::Critical,
            3 => Severity::Error,
            4 => Severity::Warn,
            5 => Severity::Notice,
            6 => Severity::Info,
            7 => Severity::Debug,
            _ => return None,
        })
    }

    /// From the words in use (`warning`, `err`, `panic`, `I`, ...), in any case.
    pub fn parse(text: &str) -> Option<Severity> {
        let mut lower = [0u8; 13];
        let bytes = text.trim().as_bytes();
        let lower = lower.get_mut(..bytes.len())?;
        lower.copy_from_slice(bytes);
        lower.make_ascii_lowercase();
        Some(match &*lower {
            b"trace" | b"t" | b"verbose" | b"finest" | b"finer" | b"silly" => Severity::Trace,
            b"debug" | b"d" | b"dbg" | b"fine" => Severity::Debug,
            b"info" | b"i" | b"information" | b"informational" | b"inf" | b"ok" | b"default" => Severity::Info,
            b"notice" | b"n" => Severity::Notice,
            b"warn" | b"warning" | b"w" | b"wrn" => Severity::Warn,
            b"error" | b"err" | b"e" | b"eror" | b"failure" | b"severe" => Severity::Error,
            b"critical" | b"crit" | b"c" => Severity::Critical,
            b"alert" | b"a" => Severity::Alert,
            b"fatal" | b"f" | b"emerg" | b"emergency" | b"panic" | b"dpanic" => Severity::Fatal,
            _ => return None,
        })
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_come_back() {
        for severity in Severity::ALL {
            assert_eq!(Severity::parse(severity.as_str()), Some(severity));
            assert_eq!(Severity::from_number(severity.number()), Some(severity));
        }
        assert!(Severity::ALL.is_sorted());
        assert_eq!(Severity::parse(" Warning "), Some(Severity::Warn));
        assert_eq!(Severity::parse("a word that is too long"), None);
        assert_eq!(Severity::from_number(24), Some(Severity::Fatal));
        assert_eq!(Severity::from_number(11), Some(Severity::Notice));
        assert_eq!((Severity::from_number(0), Severity::from_number(25)), (None, None));
    }
}
