use super::*;

fn received(text: &str) -> Timestamp {
    Timestamp::parse(text).expect("a time").0
}

#[test]
fn layouts() {
    let check = |text: &str, expected: &str, rest: &str| {
        let stamp = read(text, received("2026-02-06T15:00:00Z")).unwrap_or_else(|| panic!("{text}: no time"));
        assert_eq!((stamp.at.to_string().as_str(), &text[stamp.len..]), (expected, rest), "{text}");
    };
    check("2026-02-06T14:23:45Z x", "2026-02-06T14:23:45Z", " x");
    check("2026-02-06T14:23:45.123456+01:00 host", "2026-02-06T13:23:45.123456Z", " host");
    check("2026-02-06 14:23:45,123 ERROR x", "2026-02-06T14:23:45.123Z", " ERROR x");
    check("2026-02-06 14:23:45 +0100 x", "2026-02-06T13:23:45Z", " x");
    check("2026-02-06 14:23:45 -5 degrees", "2026-02-06T14:23:45Z", " -5 degrees");
    check("2026-02-06 14:23:45 UTC [12] LOG:", "2026-02-06T14:23:45Z", " [12] LOG:");
    check("2026/02/06 14:23:45 [error]", "2026-02-06T14:23:45Z", " [error]");
    check("2016-12-19 16:32:01,609] TRACE", "2016-12-19T16:32:01.609Z", "] TRACE");
    check("06/Feb/2026:14:23:45 +0200] \"GET", "2026-02-06T12:23:45Z", "] \"GET");
    check("06 Feb 2026 14:23:45.5 x", "2026-02-06T14:23:45.500Z", " x");
    check("1770387825 x", "2026-02-06T14:23:45Z", " x");
    check("1770387825.25 x", "2026-02-06T14:23:45.250Z", " x");
    check("1770387825123: x", "2026-02-06T14:23:45.123Z", ": x");
    check("1770387825123456789", "2026-02-06T14:23:45.123456Z", "");
    check("26/02/06 14:23:45 INFO x", "2026-02-06T14:23:45Z", " INFO x");
    check("260206 142345 148 INFO x", "2026-02-06T14:23:45Z", " 148 INFO x");
    check("20260206-14:23:45:606|x", "2026-02-06T14:23:45.606Z", "|x");
    check("20260206-4:3:5:7|x", "2026-02-06T04:03:05.007Z", "|x");
    check("Feb  6 14:23:45 host", "2026-02-06T14:23:45Z", " host");
    check("Feb 06 14:23:45.123 host", "2026-02-06T14:23:45.123Z", " host");
    check("Feb 06 2026 14:23:45 x", "2026-02-06T14:23:45Z", " x");
    check("Sun Dec 04 04:47:44 2005] x", "2005-12-04T04:47:44Z", "] x");
    check("Fri Feb  6 14:23:45.902022 2026", "2026-02-06T14:23:45.902022Z", "");
    check("Fri Feb  6 14:23:45 UTC 2026", "2026-02-06T14:23:45Z", "");
    check("Fri, 06 Feb 2026 14:23:45 +0000", "2026-02-06T14:23:45Z", "");
}

#[test]
fn what_is_no_time() {
    for text in [
        "",
        "x",
        "2026",
        "2026-02-06",
        "2026-13-06T14:23:45Z",
        "2026-02-30 14:23:45",
        "2026-02-06T14:23:455",
        "177038782",
        "17703878251",
        "1770387825ms",
        "Feb 30 14:23:45",
        "Fab  6 14:23:45",
        "Mon",
        "12345678901234567890",
        "192.168.0.1 x",
        "0001-01-01T00:00:00+01:00",
    ] {
        assert_eq!(read(text, received("2026-02-06T15:00:00Z")), None, "{text}");
    }
}

#[test]
fn the_year_is_the_latest_that_is_not_ahead() {
    let check = |text, at: &str, expected: &str| {
        let stamp = read(text, received(at)).expect("a time");
        assert_eq!(stamp.at.to_string(), expected, "{text} at {at}");
    };
    check("Dec 31 23:59:59", "2026-01-01T00:00:05Z", "2025-12-31T23:59:59Z");
    check("Jan  1 00:00:03", "2025-12-31T23:59:58Z", "2026-01-01T00:00:03Z");
    check("Feb  6 14:00:00", "2026-02-06T13:59:00Z", "2026-02-06T14:00:00Z");
    check("Feb  8 14:00:00", "2026-02-06T13:59:00Z", "2025-02-08T14:00:00Z");
    check("Feb 29 12:00:00", "2026-02-06T13:59:00Z", "2024-02-29T12:00:00Z");
    let glog = read_month_day("1231 23:59:59.123456 x", received("2026-01-01T00:00:05Z")).expect("a time");
    assert_eq!((glog.at.to_string().as_str(), glog.len), ("2025-12-31T23:59:59.123456Z", 20));
}
