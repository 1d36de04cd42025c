use super::*;

#[track_caller]
fn check(text: &str, want: &str) {
    let got = Timestamp::parse(text).map(|(at, nanos)| format!("{at}+{nanos}")).unwrap_or_else(|_| "no time".into());
    assert_eq!(got, want, "{text}");
}

#[test]
fn reads_the_spellings_of_rfc_3339() {
    check("2026-02-06T14:23:45Z", "2026-02-06T14:23:45Z+0");
    check("2026-02-06t14:23:45z", "2026-02-06T14:23:45Z+0");
    check("2026-02-06 14:23:45", "2026-02-06T14:23:45Z+0");
    check("2026-02-06T14:23", "2026-02-06T14:23:00Z+0");
    check("2026-02-06T14:23:45.5Z", "2026-02-06T14:23:45.500Z+0");
    check("2026-02-06T14:23:45,123456789Z", "2026-02-06T14:23:45.123456Z+789");
    check("2026-02-06T14:23:45.1234567891Z", "2026-02-06T14:23:45.123456Z+789");
    check("2026-02-06T14:23:45+02:00", "2026-02-06T12:23:45Z+0");
    check("2026-02-06T00:10:00-0530", "2026-02-06T05:40:00Z+0");
    check("2026-02-06", "2026-02-06T00:00:00Z+0");
    check("2024-02-29T23:59:60Z", "2024-02-29T23:59:59.999999Z+0");
    check("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z+0");
    check("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999Z+0");
    check("1969-12-31T23:59:59.999999Z", "1969-12-31T23:59:59.999999Z+0");
}

#[test]
fn refuses_what_is_no_time() {
    for text in [
        "",
        "now",
        "2026",
        "2026-02",
        "2026-13-01",
        "2026-02-30",
        "2025-02-29",
        "2026-02-06T",
        "2026-02-06T1",
        "2026-02-06T24:00:00Z",
        "2026-02-06T14:60:00Z",
        "2026-02-06T14:23:45.Z",
        "2026-02-06T14:23:45X",
        "2026-02-06T14:23:45+2",
        "2026-02-06T14:23:45+99:00",
        "0001-01-01T00:00:00+01:00",
        "2026/02/06",
        "\u{661}\u{661}\u{661}\u{661}\u{661}-01-01",
    ] {
        check(text, "no time");
    }
}

#[test]
fn every_day_of_four_centuries_comes_back() {
    for day in -146_097..146_097 {
        let (year, month, dom) = civil_from_days(day);
        assert_eq!(days_from_civil(year, month, dom), day);
    }
}

#[test]
fn durations() {
    let seconds = |text| parse_duration(text).map(|d| d.as_millis());
    assert_eq!(seconds("90s"), Some(90_000));
    assert_eq!(seconds("1h30m"), Some(5_400_000));
    assert_eq!(seconds("250ms"), Some(250));
    assert_eq!(seconds("7d"), Some(604_800_000));
    for wrong in ["", "5", "m", "5x", "-5m", "1h30", "99999999999999999999s"] {
        assert_eq!(seconds(wrong), None, "{wrong}");
    }
}

#[test]
fn a_range_has_its_start_and_not_its_end() {
    let at = Timestamp::from_micros;
    let range = TimeRange::new(at(10), at(20));
    assert!(range.contains(at(10)) && range.contains(at(19)) && !range.contains(at(20)));
    assert!(range.overlaps(at(0), at(10)) && !range.overlaps(at(0), at(9)) && !range.overlaps(at(20), at(30)));
    assert!(range.intersect(TimeRange::new(at(20), at(30))).is_empty());
}
