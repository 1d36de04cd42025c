use crate::Format;
use crate::tests::{rejected, shown};

/// The message is the text itself.
fn one(text: &str, start: &str) {
    assert_eq!(shown(Format::Text, text), [format!("{start} message={text:?} |")], "{text}");
}

#[test]
fn time_and_severity_are_read_and_the_text_stays_whole() {
    one("just some text", "received");
    one("2026-02-06 14:23:45,123 ERROR [main] a.b.C - it broke", "2026-02-06T14:23:45.123Z ERROR");
    one("[2026-02-06 14:23:45,609] TRACE Broker 1 cached", "2026-02-06T14:23:45.609Z TRACE");
    one("[06/Feb/2026:14:23:45 +0000] hello", "2026-02-06T14:23:45Z");
    one("Feb  6 14:23:45 something happened", "2026-02-06T14:23:45Z");
    one("1770387825 started", "2026-02-06T14:23:45Z");
    one("- 1770387825 2026.02.06 R02 2026-02-06-14.23.45 R02 RAS KERNEL INFO parity", "2026-02-06T14:23:45Z INFO");
    one("26/02/06 14:23:45 WARN executor.Backend: x", "2026-02-06T14:23:45Z WARN");
    one("260206 142345 148 INFO dfs.DataNode: x", "2026-02-06T14:23:45Z INFO");
    one("20260206-14:23:45:606|Step_LSC|300|x", "2026-02-06T14:23:45.606Z");
    one("E0206 14:23:45.123456    1 reflector.go:138] failed", "2026-02-06T14:23:45.123456Z ERROR");
    one("ERROR [2026-02-06 14:23:45] boom", "2026-02-06T14:23:45Z ERROR");
    one("2026-02-06 14:23:45.123 UTC [71] FATAL:  terminating", "2026-02-06T14:23:45.123Z FATAL");
    one("2026-02-06T14:23:45Z [error] x", "2026-02-06T14:23:45Z ERROR");
    one("warning: disk is nearly full", "received WARN");
    one("time=5 level=debug x", "received DEBUG");
    one("no error was found, INFORMATION is free", "received");
    one("an id 1770387825 in the middle", "received");
}

#[test]
fn lines_that_continue_a_record_stay_with_it() {
    let trace =
        "2026-02-06 14:23:45 ERROR x\njava.io.IOException: gone\n\tat a.b(C.java:1)\n\t... 12 more\nCaused by: y\n    at z";
    one(trace, "2026-02-06T14:23:45Z ERROR");
    one("config {\n  a: 1\n}", "received");
    let body = "first\nsecond\n  of two\n\nException in thread\nValueError: alone\n";
    let messages = ["first", "second\n  of two", "Exception in thread", "ValueError: alone"];
    assert_eq!(shown(Format::Text, body), messages.map(|message| format!("received message={message:?} |")));
}

#[test]
fn too_long_a_line_is_rejected_and_too_long_a_record_is_cut() {
    let long = "x".repeat((1 << 20) + 1);
    assert_eq!(rejected(Format::Text, format!("a\n{long}\nb")), [format!("2:2 text_too_long {long}")]);
    let lines = format!("head\n{}", "  tail\n".repeat(200_000));
    let records = crate::tests::read(Format::Text, &lines);
    assert_eq!((records.records().len(), records.rejected().len()), (2, 0));
}
