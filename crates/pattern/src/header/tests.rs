use super::*;

/// The messages of lines that were made of a header and a message, after the header was found.
#[track_caller]
fn check(lines: &[(&str, &str)]) {
    let raw: Vec<String> = lines.iter().map(|(header, message)| format!("{header}{message}")).collect();
    // Twice, because fewer lines tell nothing.
    let header = Header::detect(raw.iter().chain(&raw).map(String::as_str)).expect("a header");
    let found: Vec<&str> = raw.iter().map(|line| header.message(line)).collect();
    assert_eq!(found, lines.iter().map(|line| line.1).collect::<Vec<_>>());
}

#[track_caller]
fn check_none(lines: &[&str]) {
    assert_eq!(Header::detect(lines.iter().chain(lines).copied()), None);
}

#[test]
fn a_syslog_header_has_a_host_and_a_tag() {
    check(&[
        ("Jun  9 06:06:01 box1 sshd[77]: ", "session opened"),
        ("Jun 14 15:16:01 box1 kernel: ", "Linux version 5: ok"),
        ("Jun 14 15:16:02 box1 su(auth)[2]: ", "check pass; user unknown"),
        ("Jun 14 15:16:03 box1 syslogd 1.4.1: ", "restart."),
        ("Jun 14 15:16:04 box1 ", "no tag"),
        ("Jun 14 15:16:05 box1 crond[5]: ", ""),
        ("Jun 14 15:16:06 box1 crond[6]: ", "a"),
        ("Jun 14 15:16:07 box1 crond[6]: ", "b"),
        ("Jun 14 15:16:08 box1 crond[7]: ", "c"),
        ("Jun 14 15:16:09 box1 crond[8]: ", "d"),
    ]);
}

#[test]
fn a_logging_library_writes_time_thread_level_and_class() {
    check(&[
        ("2026-10-18 18:01:47,978 INFO [main] org.acme.Master: ", "created for 5"),
        ("2026-10-18 18:01:48,963 WARN [pool [id=1] of two] org.acme.Pool: ", "5 of 6: late"),
        ("2026-10-18 18:01:48,963 INFO [Thread 2] org.acme.Master: ", "done"),
        ("2026-10-18 18:01:48,963 ERROR [main] org.acme.Main: ", "12:13:14 is a time"),
        ("2026-10-18 18:01:49,963 INFO [main] org.acme.Main: ", "[main] again"),
    ]);
    check(&[
        ("081109 203615 148 INFO ", "stored 4 blocks"),
        ("081109 203807 222 WARN ", "7 8 INFO"),
        ("081109 204005 35 INFO ", "served"),
        ("081109 204015 308 INFO ", "served"),
        ("081109 204106 329 INFO ", "x y z"),
    ]);
}

#[test]
fn brackets_bars_and_padded_columns_are_columns() {
    check(&[
        ("[Sun Dec 04 04:47:44 2005] [notice] ", "[client 1.2.3.4] denied"),
        ("[Sun Dec 04 04:47:45 2005] [error] ", "worker in state 6"),
        ("[Sun Dec 04 04:47:46 2005] [error] ", "worker in state 7"),
        ("[Sun Dec 04 04:47:47 2005] [warn] ", "[x"),
        ("[Sun Dec 04 04:47:48 2005] [warn] ", ""),
    ]);
    check(&[
        ("20171223-22:15:29:6|Step|3000|", "on 5"),
        ("20171224-0:7:9:12|Sync|3000|", "a|b|c"),
        ("20171224-0:7:9:13|Sync|3000|", ""),
        ("20171224-0:7:9:14|Sync|3000|", "x"),
        ("20171224-0:7:9:15|Sync|3000|", "y"),
    ]);
    check(&[
        ("2016-09-28 04:30:30, Info         CBS    ", "Loaded stack"),
        ("2016-09-28 04:30:31, Info         CSI    ", "initialized"),
        ("2016-09-28 04:30:31, Warning      CBS    ", "no attribute"),
        ("2016-09-28 04:30:32, Info         CBS    ", "Session 5"),
        ("2016-09-28 04:30:33, Info         CBS    ", "Ending"),
    ]);
}

#[test]
fn what_every_message_begins_with_is_not_a_tag() {
    check(&[
        ("10:11:12 ", "Received: 5"),
        ("10:11:13 ", "Received: 6"),
        ("10:11:14 ", "Received: 7"),
        ("10:11:15 ", "Received: 8"),
        ("10:11:16 ", "Received: 9"),
    ]);
    check(&[
        ("10:11:12 INFO ", "Got a: 5"),
        ("10:11:13 INFO ", "Got a: 6"),
        ("10:11:14 INFO ", "Got b: 7"),
        ("10:11:15 INFO ", "Got c: 8"),
        ("10:11:16 INFO ", "Got d: 9"),
    ]);
}

#[test]
fn messages_alone_have_no_header() {
    check_none(&["Invalid user webmaster from 1.2.3.4", "closed", "Jun is a month", "error: no route", "session 5 opened"]);
    check_none(&["5 ddr errors", "6 ddr errors on rank 0", "7 floating point exceptions", "8 x", "9 y"]);
    check_none(&["v1.2.3 is up", "v1.2.4 is up", "v1.2.5 is up", "v1.3.0 is down", "v1.3.1 is up"]);
    check_none(&["10:11:12 INFO up", "10:11:13 INFO up", "10:11:14 INFO up", "10:11:15 INFO up", "Caused by: end of file"]);
    assert_eq!(Header::detect(["2026-01-02 03:04:05 INFO up"]), None, "one line is no evidence");
}

#[test]
fn any_line_is_safe_once_there_is_a_header() {
    let line = "Jun 14 15:16:01 box1 sshd[77]: opened";
    let header = Header::detect([line; 10]).expect("a header");
    for line in ["", " ", "[", "|", "é", "Jun 14", "Jun 14 15:16:02 box1", "[[[", &"é".repeat(10_000)] {
        assert!(line.ends_with(header.message(line)), "{line}");
    }
}
