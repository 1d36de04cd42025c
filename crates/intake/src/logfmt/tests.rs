use crate::Format;
use crate::tests::{rejected, shown};

fn one(line: &str, record: &str) {
    assert_eq!(shown(Format::Logfmt, line), [record], "{line}");
}

#[test]
fn pairs() {
    one(
        r#"ts=2026-02-06T14:23:45.5Z level=warn service=api msg="slow \"query\"\n" took=1.5 rows=12 cached=false retry user= id=007"#,
        r#"2026-02-06T14:23:45.500Z WARN source="api" message="slow \"query\"\n" | took=1.5 rows=12 cached=false retry=true user="" id="007""#,
    );
    one(r#"a="5" b=-3 c="""#, r#"received | a="5" b=-3 c="""#);
    one("url=http://x/?a=b&c=d k=v", r#"received | url="http://x/?a=b&c=d" k="v""#);
    one("a=1 a=2 a=3", "received | a=1 a.2=2 a.3=3");
    one(
        "trace_id=12345678901234567890 big=12345678901234567890 hex=12e45",
        r#"received trace="12345678901234567890" | big="12345678901234567890" hex="12e45""#,
    );
}

#[test]
fn what_is_no_logfmt_is_rejected() {
    let check = |line: &str, offset: u64| {
        let expected = [format!("2:{} invalid_line {line}", offset + 4)];
        assert_eq!(rejected(Format::Logfmt, format!("a=1\n{line}\nb=2")), expected, "{line}");
        assert_eq!(shown(Format::Logfmt, format!("a=1\n{line}\nb=2")).len(), 2, "{line}");
    };
    check("only words here", 0);
    check("a=\"open", 2);
    check("a=\"x\"y", 5);
    check("=x", 0);
    check("a=1 \"x\"", 4);
}
