use super::{NoFrame, frame, is_acceptable, response};

fn read(bytes: &[u8]) -> Result<(u32, String, String, usize), NoFrame> {
    let found = frame(bytes, 1000)?;
    let data = String::from_utf8_lossy(&bytes[found.data.clone()]).into_owned();
    Ok((found.transaction, found.command.to_owned(), data, found.end))
}

fn check(bytes: &[u8], transaction: u32, command: &str, data: &str) {
    let bytes = [bytes, b"2 next 0\n"].concat();
    let end = bytes.len() - 9;
    assert_eq!(read(&bytes), Ok((transaction, command.to_owned(), data.to_owned(), end)));
    for cut in 0..end {
        assert_eq!(read(&bytes[..cut]), Err(NoFrame::Unfinished), "{cut}");
    }
}

#[test]
fn frames() {
    let offers = "relp_version=0\nrelp_software=librelp,1.2.14,http://librelp.adiscon.com\ncommands=syslog";
    check(format!("1 open {} {offers}\n", offers.len()).as_bytes(), 1, "open", offers);
    check(b"42 syslog 10 <13>a\nb c\n\n", 42, "syslog", "<13>a\nb c\n");
    check(b"999999999 close 0\n", 999_999_999, "close", "");
    check(b"3 close 0 \n", 3, "close", "");
}

#[test]
fn what_is_no_frame() {
    let check = |bytes: &[u8], expected| assert_eq!(read(bytes), Err(expected), "{}", String::from_utf8_lossy(bytes));
    check(b"x", NoFrame::Malformed);
    check(b"1x", NoFrame::Malformed);
    check(b"1  syslog", NoFrame::Malformed);
    check(b"1 sys!log 1 a\n", NoFrame::Malformed);
    check(b"1234567890 syslog 1 a\n", NoFrame::Malformed);
    check(b"1 syslog 1234567890 a\n", NoFrame::Malformed);
    check(b"1 syslog 999999999 a\n", NoFrame::TooLong(999_999_999));
    check(b"1 syslog 1001 a\n", NoFrame::TooLong(1001));
    check(b"1 syslog 2 abc\n", NoFrame::Malformed);
    check(b"1 syslog 2\n", NoFrame::Malformed);
    check(b"<13>plain syslog\n", NoFrame::Malformed);
    check(format!("1 {} 1 a\n", "a".repeat(33)).as_bytes(), NoFrame::Malformed);
    check("1 ".repeat(100).as_bytes(), NoFrame::Malformed);
    check(&[b'a'; 100], NoFrame::Malformed);
    check(&[0x16, 3, 1], NoFrame::Malformed);
}

#[test]
fn offers_and_answers() {
    assert!(is_acceptable(b"relp_version=0\ncommands=syslog"));
    assert!(is_acceptable(b"relp_version=1\nrelp_software=x\ncommands=eventlog,syslog\n"));
    assert!(!is_acceptable(b"relp_version=2\ncommands=syslog"));
    assert!(!is_acceptable(b"relp_version=0\ncommands=eventlog"));
    assert!(!is_acceptable(b"relp_version=0"));
    assert!(!is_acceptable(b""));
    let mut out = Vec::new();
    response(7, "200 OK", &mut out);
    assert_eq!(out, b"7 rsp 6 200 OK\n");
}
