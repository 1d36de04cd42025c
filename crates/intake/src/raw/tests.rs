use super::*;

fn written(raw: Raw<'_>) -> (String, u64) {
    let mut out = String::new();
    let mended = raw.write(&mut out);
    (out, mended)
}

#[test]
fn quoted_escapes() {
    let check = |text, expected: &str, mended| {
        assert_eq!(written(Raw::Escaped(text, Escapes::Quoted)), (expected.into(), mended), "{text}");
    };
    check(r"plain", "plain", 0);
    check(r#"a\"b\\c\/d"#, "a\"b\\c/d", 0);
    check(r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t", 0);
    check(r"\u00e4\u20AC", "\u{e4}\u{20ac}", 0);
    check(r"\ud83d\ude00!", "\u{1f600}!", 0);
    check(r"\ud83d!", "\u{fffd}!", 1);
    check(r"\ude00\ud83d", "\u{fffd}\u{fffd}", 2);
    check(r"\ud83d\u0041", "\u{fffd}A", 1);
    check(r"\x41\xe4\q", r"A\xe4\q", 0);
    check(r"end\", r"end\", 0);
}

#[test]
fn other_escapes() {
    let check = |escapes, text, expected: &str| assert_eq!(written(Raw::Escaped(text, escapes)).0, expected, "{text}");
    check(Escapes::StructuredData, r#"a\"b\]c\\d\n"#, r#"a"b]c\d\n"#);
    check(Escapes::Cef, r"a\=b\|c\\d\ne\q", "a=b|c\\d\ne\\q");
}

#[test]
fn arrays_lose_spaces_and_lone_surrogates() {
    let check = |json, expected: &str, mended| {
        assert_eq!(written(Raw::Array { json, tidy: false }), (expected.into(), mended), "{json}");
    };
    check("[ 1 , \"a b\" ,\n{ \"k\" : [ ] } ]", r#"[1,"a b",{"k":[]}]"#, 0);
    check(r#"["\ud83d\ude00 \n\"", "\ud83d x"]"#, r#"["\ud83d\ude00 \n\"","\ufffd x"]"#, 1);
}

#[test]
fn words_become_numbers_only_when_nothing_is_lost() {
    let check = |text, expected| assert_eq!(Raw::word(text), expected, "{text}");
    check("12", Raw::Int(12, "12"));
    check("-7", Raw::Int(-7, "-7"));
    check("1.5", Raw::Float(1.5, "1.5"));
    check("true", Raw::Bool(true));
    for text in ["007", "1.2.3", "12e45", "99999999999999999999", "1.", "-", "0x10", "10ms", "", "True"] {
        check(text, Raw::Text(text));
    }
}

#[test]
fn length_counts_what_is_written() {
    assert_eq!(Raw::Text("abcd").check_length(4), Ok(()));
    assert_eq!(Raw::Text("abcde").check_length(4), Err(RejectReason::TextTooLong));
    assert_eq!(Raw::Escaped(r"\u0041bcd", Escapes::Quoted).check_length(4), Ok(()));
    assert_eq!(Raw::Escaped(r"\u0041bcde", Escapes::Quoted).check_length(4), Err(RejectReason::TextTooLong));
}
