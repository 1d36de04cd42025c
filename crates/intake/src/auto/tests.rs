use super::*;
use crate::tests::{RECEIVED_AT, rejected, shown};

#[test]
fn formats_are_told_from_the_first_lines() {
    let check = |body: &str, expected| assert_eq!(detect(body, RECEIVED_AT), expected, "{body}");
    check("{\"a\":1}", Format::Json);
    check(" \n[{\"a\":1}]", Format::Json);
    check("[\n]", Format::Json);
    check("Starting up\n{\"a\":1}\n{\"a\":2}", Format::Json);
    check("[2016-12-19 16:32:01,609] TRACE x", Format::Text);
    check("<34>1 2026-02-06T14:23:45Z h a - - - x", Format::Syslog);
    check("54 <34>1 2026-02-06T14:23:45Z h a - - - a message so long", Format::Syslog);
    check("Feb  6 14:23:45 h sshd[1]: x", Format::Syslog);
    check("2026-02-06T14:23:45.123456+00:00 h app: text", Format::Syslog);
    check("2026-02-06T14:23:45Z ERROR app: text", Format::Text);
    check("CEF:0|V|P|1|7|n|5|", Format::Syslog);
    check("1.2.3.4 - - [06/Feb/2026:14:23:45 +0000] \"GET / HTTP/1.1\" 200 1", Format::Clf);
    check("[Sun Dec 04 04:47:44 2005] [notice] x", Format::Clf);
    check("level=info msg=\"hi\"", Format::Logfmt);
    check("at=5", Format::Text);
    check("hello\nlevel=info msg=hi\nworld\n and more", Format::Text);
    check("hello\nlevel=info msg=hi\nlevel=info msg=ho", Format::Logfmt);
    check("", Format::Text);
}

#[test]
fn lines_that_are_written_otherwise_are_still_read() {
    let check = |body: &str, records: &[&str]| {
        assert_eq!(shown(Format::Auto, body), records, "{body}");
        assert_eq!(rejected(Format::Auto, body), [""; 0], "{body}");
    };
    check(
        "one\n{\"a\":1}\n{broken\ntwo",
        &["received message=\"one\" |", "received | a=1", "received message=\"{broken\" |", "received message=\"two\" |"],
    );
    check(
        "{\"a\":1}\npanic: x\n\tat main\n{\"a\":2}",
        &["received | a=1", "received FATAL message=\"panic: x\\n\\tat main\" |", "received | a=2"],
    );
    check("a=1 b=2\noops\nc=3 d=4", &["received | a=1 b=2", "received message=\"oops\" |", "received | c=3 d=4"]);
    assert_eq!(rejected(Format::Auto, "{\"a\":1}\n{\"a\":\n{\"a\":2}"), ["2:13 invalid_json {\"a\":"]);
}
