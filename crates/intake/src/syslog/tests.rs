use crate::Format;
use crate::tests::{rejected, shown};

fn one(line: &str, record: &str) {
    assert_eq!(shown(Format::Syslog, line), [record], "{line}");
    assert_eq!(rejected(Format::Syslog, line), [""; 0], "{line}");
}

#[test]
fn rfc5424() {
    one(
        "<34>1 2026-02-06T14:23:45.003Z mymachine.example.com su - ID47 - 'su root' failed",
        r#"2026-02-06T14:23:45.003Z CRITICAL source="su" host="mymachine.example.com" message="'su root' failed" | syslog.facility="auth" syslog.msgid="ID47""#,
    );
    one(
        "<165>1 2026-02-06T14:23:45.000003-07:00 192.0.2.1 evntslog 8710 ID47 [exampleSDID@32473 iut=\"3\" eventSource=\"App \\\"x\\\" \\] \\\\\"][class@1 high=\"yes\"][empty@1] \u{feff}An entry",
        r#"anomalous NOTICE source="evntslog" host="192.0.2.1" message="An entry" | syslog.facility="local4" process.pid=8710 syslog.msgid="ID47" exampleSDID@32473.iut="3" exampleSDID@32473.eventSource="App \"x\" ] \\" class@1.high="yes" empty@1="" timestamp_original="2026-02-06T14:23:45.000003-07:00""#,
    );
    one("<0>1 - - - - - -", r#"received FATAL | syslog.facility="kern""#);
    one(
        "<14>1 - h a p m [origin ip=\"1\" ip=\"2\"] x",
        r#"received INFO source="a" host="h" message="x" | syslog.facility="user" process.pid="p" syslog.msgid="m" origin.ip="1" origin.ip.2="2""#,
    );
}

#[test]
fn rfc3164() {
    one(
        "<34>Feb  6 14:23:45 mymachine su: 'su root' failed",
        r#"2026-02-06T14:23:45Z CRITICAL source="su" host="mymachine" message="'su root' failed" | syslog.facility="auth""#,
    );
    one(
        "Feb 06 14:23:45 ip-10-77-20-248 sshd[1291]: Server listening on :: port 22.",
        r#"2026-02-06T14:23:45Z source="sshd" host="ip-10-77-20-248" message="Server listening on :: port 22." | process.pid=1291"#,
    );
    one(
        "Feb  6 14:23:45 combo sshd(pam_unix)[19939]: x; y",
        r#"2026-02-06T14:23:45Z source="sshd(pam_unix)" host="combo" message="x; y" | process.pid=19939"#,
    );
    one(
        "<13>Feb  6 14:23:45 cron[5]: job",
        r#"2026-02-06T14:23:45Z NOTICE source="cron" message="job" | syslog.facility="user" process.pid=5"#,
    );
    one(
        "Feb  6 14:23:45 h Microsoft Word[14]: x [1]",
        r#"2026-02-06T14:23:45Z source="Microsoft Word" host="h" message="x [1]" | process.pid=14"#,
    );
    one(
        "Feb  6 14:23:45 h sandboxd[129] ([7]): deny",
        r#"2026-02-06T14:23:45Z source="sandboxd" host="h" message="([7]): deny" | process.pid=129"#,
    );
    one("2026-02-06T14:23:45.123456+01:00 h app: text", r#"2026-02-06T13:23:45.123456Z source="app" host="h" message="text" |"#);
    one("Dec 31 23:59:59 h app: text", r#"2025-12-31T23:59:59Z source="app" host="h" message="text" |"#);
    one(
        "Feb  6 14:23:45 h --- last message repeated 2 times ---",
        r#"2026-02-06T14:23:45Z host="h" message="--- last message repeated 2 times ---" |"#,
    );
    one("<191>just text", r#"received DEBUG message="just text" | syslog.facility="local7""#);
}

#[test]
fn bodies_in_bodies() {
    one(
        r#"<14>Feb  6 14:23:45 h app[1]: @cee: {"msg":"hi","user":{"id":5},"time":"2020-01-01T00:00:00Z"}"#,
        r#"2026-02-06T14:23:45Z INFO source="app" host="h" message="hi" | user.id=5 syslog.facility="user" time="2020-01-01T00:00:00Z" process.pid=1"#,
    );
    one(
        r#"<14>Feb  6 14:23:45 h app: @cee: {"msg":"hi""#,
        r#"2026-02-06T14:23:45Z INFO source="app" host="h" message="@cee: {\"msg\":\"hi\"" | syslog.facility="user""#,
    );
    one(
        "<14>Feb  6 14:23:45 fw CEF:0|Sec\\|urity|mgr|1.0|100|worm stopped|10|src=10.0.0.1 msg=two words\\=x dpt=80 rt=1770387000000",
        r#"2026-02-06T14:23:45Z CRITICAL host="fw" message="two words=x" | syslog.facility="user" cef.device_vendor="Sec|urity" cef.device_product="mgr" cef.device_version="1.0" cef.signature_id="100" cef.name="worm stopped" cef.severity=10 src="10.0.0.1" dpt=80 rt=1770387000000"#,
    );
}

#[test]
fn octet_counted_frames() {
    let record = |text: &str| format!(r#"received ALERT message={text:?} | syslog.facility="user""#);
    let records = [record("one\nline"), record("two")];
    assert_eq!(shown(Format::Syslog, "11 <9>one\nline6 <9>two\n"), records);
    assert_eq!(shown(Format::Syslog, "11 <9>one\nline\n6 <9>two"), records);
    assert_eq!(rejected(Format::Syslog, "99 <9>cut off"), ["1:0 invalid_line 99 <9>cut off"]);
}

#[test]
fn what_is_no_syslog_is_rejected() {
    assert_eq!(
        rejected(Format::Syslog, "hello\n<14>ok\n\n2026-02-06 x"),
        ["1:0 invalid_line hello", "4:14 invalid_line 2026-02-06 x"]
    );
}
