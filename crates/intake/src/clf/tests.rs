use crate::Format;
use crate::tests::{rejected, shown};

/// The message is the line itself; `rest` follows it.
fn access(line: &str, start: &str, rest: &str) {
    assert_eq!(shown(Format::Clf, line), [format!("{start} message={line:?} |{rest}")], "{line}");
}

#[test]
fn access_lines() {
    access(
        r#"192.0.2.7 - frank [06/Feb/2026:14:23:45 +0100] "GET /a?b=c HTTP/1.1" 200 2326"#,
        "2026-02-06T13:23:45Z INFO",
        r#" client.address="192.0.2.7" user.name="frank" http.method="GET" http.path="/a?b=c" http.version="1.1" http.status=200 http.bytes=2326"#,
    );
    access(
        r#"::1 - - [06/Feb/2026:14:23:45 +0000] "POST /a \"b\" HTTP/2.0" 404 - "http://x/" "Mozilla/5.0 (X11; \"q\")" "192.0.2.9""#,
        "2026-02-06T14:23:45Z WARN",
        r#" client.address="::1" http.method="POST" http.path="/a \"b\"" http.version="2.0" http.status=404 http.referer="http://x/" http.user_agent="Mozilla/5.0 (X11; \"q\")" http.x_forwarded_for="192.0.2.9""#,
    );
    access(
        r#"www.example.com:443 192.0.2.7 - - [06/Feb/2026:14:23:45 +0000] "\x16\x03\x01" 502 0 "-" "-" 0.012 upstream"#,
        "2026-02-06T14:23:45Z ERROR",
        " client.address=\"192.0.2.7\" server.address=\"www.example.com:443\" http.request=\"\\u{16}\\u{3}\\u{1}\" http.status=502 http.bytes=0 http.rest=\"0.012 upstream\"",
    );
    access(
        r#"192.0.2.7 - - [06/Feb/2026:14:23:45 +0000] "-" 408 -"#,
        "2026-02-06T14:23:45Z WARN",
        r#" client.address="192.0.2.7" http.status=408"#,
    );
    access(
        r#"192.0.2.7 - - [06/Feb/2026:14:23:45 +0000] "GET /old" 200 5"#,
        "2026-02-06T14:23:45Z INFO",
        r#" client.address="192.0.2.7" http.method="GET" http.path="/old" http.status=200 http.bytes=5"#,
    );
}

#[test]
fn error_lines() {
    let check = |line: &str, record: &str| assert_eq!(shown(Format::Clf, line), [record], "{line}");
    check(
        "[Fri Feb 06 14:23:45.902022 2026] [core:error] [pid 35708:tid 4328636416] [client 192.0.2.7:51000] File not found",
        r#"2026-02-06T14:23:45.902022Z ERROR message="File not found" | http.module="core" process.pid=35708 thread.id=4328636416 client.address="192.0.2.7:51000""#,
    );
    check(
        "[Fri Feb 06 14:23:45 2026] [notice] workerEnv.init() ok",
        r#"2026-02-06T14:23:45Z NOTICE message="workerEnv.init() ok" |"#,
    );
    check("[Fri Feb 06 14:23:45 2026] [ssl:trace3] x", r#"2026-02-06T14:23:45Z TRACE message="x" | http.module="ssl""#);
    check(
        "2026/02/06 14:23:45 [error] 31#32: *7 open() \"/x\" failed (2: No such file or directory)",
        r#"2026-02-06T14:23:45Z ERROR message="open() \"/x\" failed (2: No such file or directory)" | process.pid=31 thread.id=32 http.connection=7"#,
    );
    check(
        "2026/02/06 14:23:45 [crit] 31#32: no socket",
        r#"2026-02-06T14:23:45Z CRITICAL message="no socket" | process.pid=31 thread.id=32"#,
    );
}

#[test]
fn what_is_neither_is_rejected() {
    for line in ["hello", "a - - [now] \"GET / HTTP/1.1\" 200 1", "a - - [06/Feb/2026:14:23:45 +0000] GET 200 1", "[x] [error] y"]
    {
        assert_eq!(rejected(Format::Clf, line), [format!("1:0 invalid_line {line}")], "{line}");
    }
}
