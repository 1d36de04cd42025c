use record::{Timestamp, parse_duration};

/// What a time looks like, for error texts.
pub(crate) const SPELLING: &str = "write RFC 3339 (2026-02-06T14:00:00Z), a date (2026-02-06), `now`, or `now-1h`";

/// Reads a moment; `now` is what relative ones count from.
pub(crate) fn moment(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Some(rest) = text.strip_prefix("now") {
        return match rest.as_bytes().first() {
            None => Some(now),
            Some(b'-') => Some(now.minus(parse_duration(&rest[1..])?).max(Timestamp::MIN)),
            Some(b'+') => Some(now.plus(parse_duration(&rest[1..])?).min(Timestamp::MAX)),
            Some(_) => None,
        };
    }
    Timestamp::parse(text).ok().map(|(at, _)| at)
}

/// Reads the end of a stretch of days: a bare date includes that day.
pub(crate) fn end_of(text: &str, now: Timestamp) -> Option<Timestamp> {
    const DAY: std::time::Duration = std::time::Duration::from_secs(86_400);
    const BARE_DATE_LEN: usize = 10;
    let at = moment(text, now)?;
    let is_date = text.len() == BARE_DATE_LEN && !text.starts_with("now");
    Some(if is_date { at.plus(DAY) } else { at })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments() {
        let now = Timestamp::parse("2026-02-06T12:00:00Z").expect("time").0;
        let check = |text: &str, expected: &str| {
            let found = moment(text, now).map_or("-".to_owned(), |at| at.to_string());
            assert_eq!(found, expected, "{text}");
        };
        check("now", "2026-02-06T12:00:00Z");
        check("now-1h30m", "2026-02-06T10:30:00Z");
        check("now+1d", "2026-02-07T12:00:00Z");
        check("2026-02-06T14:00:00+02:00", "2026-02-06T12:00:00Z");
        check("2026-02-06T01:50Z", "2026-02-06T01:50:00Z");
        check("2026-02-06", "2026-02-06T00:00:00Z");
        check("now-99999999w", "0001-01-01T00:00:00Z");
        check("nowish", "-");
        check("now-", "-");
        check("now-1", "-");
        check("now-\u{e4}", "-");
        check("yesterday", "-");
        check("", "-");
    }

    #[test]
    fn a_date_as_the_end_includes_its_day() {
        let end = |text| end_of(text, Timestamp::default()).map(|at| at.to_string());
        assert_eq!(end("2026-02-07").as_deref(), Some("2026-02-08T00:00:00Z"));
        assert_eq!(end("2026-02-06T02:20Z").as_deref(), Some("2026-02-06T02:20:00Z"));
        assert_eq!(end("now+1000ms").as_deref(), Some("1970-01-01T00:00:01Z"));
        assert_eq!(end("now-00001d").as_deref(), Some("1969-12-31T00:00:00Z"), "ten characters, and no date");
    }
}
