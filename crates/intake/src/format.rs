use std::fmt;
use std::str::FromStr;

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Format {
    /// Found out from the first lines; single lines that are written otherwise are still read.
    #[default]
    Auto,
    /// JSON lines, objects one after the other, or one array of objects.
    Json,
    /// Plain lines; lines that continue a record (stack traces) stay with it.
    Text,
    /// RFC 5424 or RFC 3164, a line each or octet-counted; with `@cee:`, CEF and LEEF bodies.
    Syslog,
    /// `key=value` pairs.
    Logfmt,
    /// Access and error logs of Apache and nginx.
    Clf,
}

/// The text names no format. It is not repeated here: it may come from an unknown sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownFormat;

impl fmt::Display for UnknownFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a format: expected auto, json, text, syslog, logfmt or clf")
    }
}

impl std::error::Error for UnknownFormat {}

impl Format {
    /// Every format.
    pub const ALL: [Format; 6] = [Format::Auto, Format::Json, Format::Text, Format::Syslog, Format::Logfmt, Format::Clf];

    /// The name on the command line and in requests.
    pub fn as_str(self) -> &'static str {
        match self {
            Format::Auto => "auto",
            Format::Json => "json",
            Format::Text => "text",
            Format::Syslog => "syslog",
            Format::Logfmt => "logfmt",
            Format::Clf => "clf",
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl FromStr for Format {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Format, UnknownFormat> {
        Format::ALL.into_iter().find(|format| format.as_str() == text).ok_or(UnknownFormat)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_back() {
        for format in Format::ALL {
            assert_eq!(format.to_string().parse(), Ok(format));
        }
        assert_eq!("JSON".parse::<Format>(), Err(UnknownFormat));
    }
}
