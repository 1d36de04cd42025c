use super::*;

/// `|` marks the cut.
fn check(format: Format, marked: &str) {
    let body = marked.replacen('|', "", 1);
    let end = cut_at_record(format, body.as_bytes());
    let mut cut = body.clone();
    cut.insert(end, '|');
    assert_eq!(cut, marked, "{format}");
}

#[test]
fn json_is_cut_between_objects() {
    check(Format::Json, "{\"a\":1}\n{\"b\":2}\n|{\"c\"");
    check(Format::Json, "{\"a\":1}\n|{\"b\":2}");
    check(Format::Json, "|{\"a\":");
    check(Format::Json, "{\"a\":1}{\"b\":2}|{\"c\"");
    check(Format::Json, "{\n \"a\": {\n  \"b\": 1\n }\n}\n|{\n \"a\": {\n  \"b\": 1\n }");
    check(Format::Json, "[{\"a\":[{}]},{\"b\":2}|,{\"c\":[{}");
    check(Format::Json, "[\n{\"a\":1},\n{\"b\":2},\n|{\"c\"");
    check(Format::Json, "{\"a\":\"}{\\\"}\"}|{\"c\":\"}");
    check(Format::Json, "{\"broken\n{\"a\":1}\n|{\"b\"");
    check(Format::Auto, "{\"a\":1}\n|{\"b\"");
}

#[test]
fn text_is_cut_before_a_line_that_begins_a_record() {
    check(Format::Text, "one\n|two\n");
    check(Format::Text, "one\n|two\n  more\n");
    check(Format::Text, "one\n|two\n  more\nthr");
    check(Format::Text, "|one\n  more\n");
    check(Format::Text, "one\n|two\n\n\n");
    check(Format::Text, &format!("one\ntwo\n|{}", "x".repeat(LINE_HEAD_BYTES)));
    check(Format::Auto, "2026-02-06 14:23:45 ERROR x\n\tat y\n|2026-02-06 14:23:46 INFO z\n\tat");
}

#[test]
fn lines_are_cut_at_their_ends() {
    for format in [Format::Logfmt, Format::Clf, Format::Syslog] {
        check(format, "a=1\nb=2\n|c=");
        check(format, "|a=1");
    }
    check(Format::Syslog, "7 <34>abc7 <34>a\nc|7 <34>");
    check(Format::Syslog, "7 <34>abc\n7 <34>abc\n|700 <34>abc");
}

#[test]
fn there_is_an_end_to_what_a_caller_has_to_hold() {
    let endless = "{\"a\":[".repeat(PIECE_BYTES_MAX / 6 + 1);
    assert_eq!(cut_at_record(Format::Json, endless.as_bytes()), endless.len());
    let umlauts = "\u{e4}".repeat(PIECE_BYTES_MAX / 2 + 1);
    assert_eq!(cut_at_record(Format::Text, &umlauts.as_bytes()[..umlauts.len() - 1]), umlauts.len() - 2);
    assert_eq!(cut_at_record(Format::Text, "\u{e4}".repeat(9).as_bytes()), 0);
}

#[test]
fn pieces_give_the_records_of_the_whole() {
    let lines: String = (0..50).map(|n| format!("{{\"n\":{n},\"t\":\"}}{{\"}}\n")).collect();
    let array = format!("[{}]", lines.trim_end().replace('\n', ",\n  "));
    let pretty = lines.replace(",\"t\"", ",\n  \"t\"");
    let text: String = (0..50).map(|n| format!("line {n}\n  more {n}\n")).collect();
    for (format, body) in [(Format::Json, lines), (Format::Json, array), (Format::Json, pretty), (Format::Text, text)] {
        let whole = crate::tests::shown(format, &body);
        assert_eq!(whole.len(), 50);
        for piece_bytes in [60, 100, 333] {
            assert_eq!(in_pieces(format, body.as_bytes(), piece_bytes), whole, "{format} by {piece_bytes}");
        }
    }
}

fn in_pieces(format: Format, bytes: &[u8], piece_bytes: usize) -> Vec<String> {
    let (mut records, mut start, mut end) = (Vec::new(), 0, 0);
    while end < bytes.len() {
        end = (end + piece_bytes).min(bytes.len());
        let cut = if end == bytes.len() { end } else { start + cut_at_record(format, &bytes[start..end]) };
        records.extend(crate::tests::shown(format, &bytes[start..cut]));
        start = cut;
    }
    records
}
