use std::io::{self, Write};

use record::Severity;
use serde_json::Value;

use super::text;

/// Fields that stand in a place of their own, or say nothing to a person reading.
const PLACED: [&str; 5] = ["timestamp", "severity", "source", "message", "record_id"];

/// Bookkeeping columns: kept out of the lines for people, there in `-o json`.
const BOOKKEEPING: [&str; 7] =
    ["date", "observed_at", "pattern_id", "severity_number", "time_origin", "nanos", "timestamp_nanos"];

/// Prints records as lines for people: time, severity, source, message, then the rest as `name=value`.
pub(crate) struct Records<'a> {
    columns: &'a [String],
}

impl<'a> Records<'a> {
    /// For rows with these columns; `None` when they are no records.
    pub(crate) fn of(columns: &'a [String]) -> Option<Records<'a>> {
        let has = |name: &str| columns.iter().any(|column| column == name);
        (has("timestamp") && has("message")).then_some(Records { columns })
    }

    /// One record, one line.
    pub(crate) fn line(&self, out: &mut impl Write, row: &[Option<Value>]) -> io::Result<()> {
        let severity = self.text(row, "severity");
        let (on, off) = colour(&severity);
        write!(out, "\x1b[2m{:<27}\x1b[0m {on}{severity:<8}{off} ", self.text(row, "timestamp"))?;
        write!(out, "\x1b[36m{:<18}\x1b[0m {}", self.text(row, "source"), self.text(row, "message"))?;
        for (name, value) in self.columns.iter().zip(row) {
            let skip = PLACED.contains(&name.as_str()) || BOOKKEEPING.contains(&name.as_str());
            if let (false, Some(value)) = (skip, value) {
                write!(out, " \x1b[2m{}=\x1b[0m{}", text::shown_text(name), text::shown(value))?;
            }
        }
        writeln!(out)
    }

    fn text(&self, row: &[Option<Value>], name: &str) -> String {
        let index = self.columns.iter().position(|column| column == name);
        index.and_then(|index| row[index].as_ref()).map(text::shown).unwrap_or_default()
    }
}

fn colour(severity: &str) -> (&'static str, &'static str) {
    match Severity::parse(severity) {
        Some(severity) if severity >= Severity::Error => ("\x1b[1;31m", "\x1b[0m"),
        Some(severity) if severity >= Severity::Warn => ("\x1b[33m", "\x1b[0m"),
        Some(severity) if severity <= Severity::Debug => ("\x1b[2m", "\x1b[0m"),
        _ => ("", ""),
    }
}
