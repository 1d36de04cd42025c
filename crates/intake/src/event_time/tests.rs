use super::*;

const RECEIVED_AT: Timestamp = Timestamp::from_micros(1_770_390_000_000_000);

#[test]
fn numbers_are_read_by_their_size() {
    let check = |text: &str, expected: &str, nanos| {
        let read = [Raw::Int(0, text), Raw::Float(0.0, text), Raw::Text(text)].map(|raw| read(raw, RECEIVED_AT));
        let (at, rest) = read[0].unwrap_or_else(|| panic!("{text}: no time"));
        assert_eq!((at.to_string().as_str(), rest), (expected, nanos), "{text}");
        assert!(read.iter().all(|same| *same == read[0]), "{text}");
    };
    check("1770387825", "2026-02-06T14:23:45Z", 0);
    check("1770387825.123456789", "2026-02-06T14:23:45.123456Z", 789);
    check("1770387825123", "2026-02-06T14:23:45.123Z", 0);
    check("1770387825123.5", "2026-02-06T14:23:45.123500Z", 0);
    check("1770387825123456", "2026-02-06T14:23:45.123456Z", 0);
    check("1770387825123456789", "2026-02-06T14:23:45.123456Z", 789);
    check("1.770387825e9", "2026-02-06T14:23:45Z", 0);
    check("1", "1970-01-01T00:00:01Z", 0);
    check("-1.5", "1969-12-31T23:59:58.500Z", 0);
}

#[test]
fn texts() {
    let check = |text, expected: Option<&str>| {
        let read = read(Raw::Text(text), RECEIVED_AT).map(|(at, _)| at.to_string());
        assert_eq!(read.as_deref(), expected, "{text}");
    };
    check("2026-02-06T14:23:45.5+01:00", Some("2026-02-06T13:23:45.500Z"));
    check(" 2026-02-06 14:23:45 ", Some("2026-02-06T14:23:45Z"));
    check("06/Feb/2026:14:23:45 +0000", Some("2026-02-06T14:23:45Z"));
    check("Fri, 06 Feb 2026 14:23:45 GMT", Some("2026-02-06T14:23:45Z"));
    check("0001-01-01T00:00:00Z", Some("0001-01-01T00:00:00Z"));
    check("9999-12-31T23:59:59Z", Some("9999-12-31T23:59:59Z"));
    for text in ["", "soon", "0", "14:23:45", "2026-02-06T14:23:45Z and more", "99999999999999999999", "1e400", "-", "."] {
        check(text, None);
    }
    assert_eq!(read(Raw::Bool(true), RECEIVED_AT), None);
}
