use std::time::Duration;

use record::{Kind, TimeRange, Timestamp};

use crate::exit::Failure;

/// Reads a moment: a time (`2026-02-06T14:00:00Z`, `2026-02-06`), `now`, or a duration that counts back from now (`1h`).
pub(crate) fn moment(text: &str, now: Timestamp) -> Result<Timestamp, Failure> {
    if text == "now" {
        return Ok(now);
    }
    if let Some(ago) = record::parse_duration(text) {
        return Ok(now.minus(ago));
    }
    Timestamp::parse(text).map(|(at, _)| at).map_err(|_| {
        Failure::new(Kind::Invalid, format!("`{text}` is no time"))
            .hint("write a duration such as 15m, 1h or 7d (counted back from now), or a time such as 2026-02-06T14:00:00Z")
    })
}

/// From `--since` to `--until`; without them, all of time.
pub(crate) fn range(since: Option<&str>, until: Option<&str>, now: Timestamp) -> Result<TimeRange, Failure> {
    let start = since.map_or(Ok(TimeRange::ALL.start), |text| moment(text, now))?;
    let end = until.map_or(Ok(TimeRange::ALL.end), |text| moment(text, now))?;
    let range = TimeRange::new(start, end);
    if range.is_empty() {
        return Err(Failure::new(Kind::Invalid, format!("--since {start} is not before --until {end}")));
    }
    Ok(range)
}

/// Reads a duration such as `30d`, for clap.
pub(crate) fn duration(text: &str) -> Result<Duration, String> {
    record::parse_duration(text).ok_or_else(|| "write a duration such as 90s, 5m, 2h or 30d".to_owned())
}
