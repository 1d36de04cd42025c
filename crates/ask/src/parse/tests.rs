use record::Timestamp;

use super::*;

const NOW: &str = "2026-02-06T14:00:00Z";

fn read(text: &str) -> Result<Query, Error> {
    parse(text, Timestamp::parse(NOW).unwrap().0)
}

/// A query and its canonical spelling, which must mean the same query.
fn check(text: &str, canonical: &str) {
    let query = read(text).unwrap_or_else(|error| panic!("{text}: {error:?}"));
    assert_eq!(query.to_string(), canonical, "{text}");
    assert_eq!(read(canonical).unwrap(), query, "{canonical}");
}

/// A wrong query: the byte, words of the message, words of the hint.
fn wrong(text: &str, position: usize, says: &str, hints: &str) {
    let Err(Error::Invalid { message, position: at, hint }) = read(text) else { panic!("{text} was understood") };
    let hint = hint.unwrap_or_default();
    assert_eq!(at, Some(position), "{text}: {message}");
    assert!(message.contains(says), "{text}: {message}");
    assert!(hint.contains(hints) && hint.is_empty() == hints.is_empty(), "{text}: {hint}");
}

#[test]
fn words_and_operators() {
    check("", "*");
    check(" \n ", "*");
    check("*", "*");
    check("error", "error");
    check("connection timeout", "connection AND timeout");
    check("a AND b OR c", "a AND b OR c");
    check("a (b OR c)", "a AND (b OR c)");
    check("a OR b c", "a OR b AND c");
    check("(a b) c", "(a AND b) AND c");
    check("NOT a b", "NOT a AND b");
    check("-a NOT (b OR c)", "NOT a AND NOT (b OR c)");
    check("NOT NOT a", "NOT NOT a");
    check("-(a b)", "NOT (a AND b)");
    check("-\"a b\"", "NOT \"a b\"");
    check("and or not", "and AND or AND not");
    check("ANDROID ORACLE NOTHING", "ANDROID AND ORACLE AND NOTHING");
    check("\"AND\"", "\"AND\"");
    check("((a))", "a");
    check("(a)(b)", "a AND b");
    check("* foo", "* AND foo");
}

#[test]
fn texts() {
    check("\"connection refused\"", "\"connection refused\"");
    check(r#""say \"hi\" C:\temp \\ ""#, r#""say \"hi\" C:\\temp \\ ""#);
    check("time*", "time*");
    check("\"order 12\"*", "\"order 12\"*");
    check("order-12*", "\"order-12\"*");
    check(
        "10.0.0.1 user@example.com a/b,c don't hello!",
        "\"10.0.0.1\" AND \"user@example.com\" AND \"a/b,c\" AND \"don't\" AND \"hello!\"",
    );
    check("\"->\"", "\"->\"");
    check("caf\u{e9} \u{442}\u{435}\u{441}\u{442}", "caf\u{e9} AND \u{442}\u{435}\u{441}\u{442}");
    check("/time(out)?/", "/time(out)?/");
    check(r"/a\/b\d [\\]/ x", r"/a\/b\d [\\]/ AND x");
    check("message:timeout", "timeout");
    check("message:/x/", "/x/");
}

#[test]
fn fields() {
    check("source:payment-service", "source:payment-service");
    check("source:\"payment service\"", "source:\"payment service\"");
    check("host:web*", "host:web*");
    check("error_code:=E1001", "error_code:=E1001");
    check("error_code:=\"exact Text\"", "error_code:=\"exact Text\"");
    check("path:=\"\"", "path:=\"\"");
    check("http.status_code:500", "http.status_code:500");
    check("http.status_code:>500", "http.status_code:>500");
    check("latency:>= 1.5 latency:<2e3", "latency:>=1.5 AND latency:<2000");
    check("status:!=200 status:==200", "status:!=200 AND status:==200");
    check("host:!=web-1", "host:!=\"web-1\"");
    check("trace_id:*", "trace_id:*");
    check("path:/^\\/api/", "path:/^\\/api/");
    check("`my field`:x \"my field\":y", "`my field`:x AND `my field`:y");
    check("`a\\`b`:x", "`a\\`b`:x");
    check("`NOT`:x `5xx`:1", "`NOT`:x AND `5xx`:1");
    check("at:12:30:45 v:a=b", "at:\"12:30:45\" AND v:\"a=b\"");
    check("-source:a", "NOT source:a");
    check("t:-5", "t:\"-5\"");
    check("t:>-5", "t:>-5");
    check("version:>\"1.2\"", "version:>\"1.2\"");
    check("expires:>2026-02-06", "expires:>\"2026-02-06\"");
}

#[test]
fn ranges_and_lists() {
    check("status:[200 TO 299]", "status:>=200 AND status:<=299");
    check("a status:{200 TO 299}", "a AND (status:>200 AND status:<299)");
    check("status:[200 TO *]", "status:>=200");
    check("status:[* TO 299}", "status:<299");
    check("status:[* TO *]", "status:*");
    check("status:[ \"a b\" TO c ]", "status:>=\"a b\" AND status:<=\"c\"");
    check("status:200..299", "status:>=200 AND status:<=299");
    check("status:200..", "status:>=200");
    check("status:..299", "status:<=299");
    check("path:a..b path:..", "path:\"a..b\" AND path:\"..\"");
    check("severity:warn..error", "severity:>=WARN AND severity:<=ERROR");
    check("source:(a OR b)", "source:a OR source:b");
    check("source:(a b* NOT \"c d\")", "source:a AND source:b* AND NOT source:\"c d\"");
    check("status:(404 OR >=500 OR [200 TO 204])", "status:404 OR status:>=500 OR status:>=200 AND status:<=204");
    check("t:(-5 OR -x)", "t:\"-5\" OR NOT t:x");
    check("path:(/a/ OR =\"/b\")", "path:/a/ OR path:=\"/b\"");
}

#[test]
fn severities_and_times() {
    check("severity:>=warn", "severity:>=WARN");
    check("severity:warning", "severity:warning");
    check("severity:=err", "severity:=ERROR");
    check("severity:>=17 severity:9", "severity:>=ERROR AND severity:INFO");
    check("timestamp:>=\"2026-02-06T14:23:45Z\"", "timestamp:>=2026-02-06T14:23:45Z");
    check("timestamp:>now-1h", "timestamp:>2026-02-06T13:00:00Z");
    check("timestamp:<now+1h30m", "timestamp:<2026-02-06T15:30:00Z");
    check("timestamp:now-1h..now", "timestamp:>=2026-02-06T13:00:00Z AND timestamp:<=2026-02-06T14:00:00Z");
    check("observed_at:2026-02-05", "observed_at:>=2026-02-05T00:00:00Z AND observed_at:<2026-02-06T00:00:00Z");
    check("timestamp:=2026-02-05T10:00:00Z", "timestamp:==2026-02-05T10:00:00Z");
    check("timestamp:[2026-02-05 TO now}", "timestamp:>=2026-02-05T00:00:00Z AND timestamp:<2026-02-06T14:00:00Z");
}

#[test]
fn steps() {
    check("| stats count()", "* | stats count()");
    check("|stats count", "* | stats count()");
    check("* | stats count(*) as n, count(host) by source", "* | stats count() as n, count(host) by source");
    check(
        "error | stats count(), p99(response_time_ms) as slow by source, bin(1m)",
        "error | stats count(), p99(response_time_ms) as slow by source, bin(1m)",
    );
    check(
        "| stats dc(user), median(x), p99.9(x), avg(x) as avg_x",
        "* | stats distinct(user), p50(x) as median_x, p99.9(x), avg(x)",
    );
    check("| stats sum(a), min(a), max(`b c`) by bin ( 90m )", "* | stats sum(a), min(a), max(`b c`) by bin(1h30m)");
    check("| stats count() by bin", "* | stats count() by bin");
    check("| sort timestamp, -host, x desc, y asc", "* | sort timestamp, -host, -x, y");
    check("| head | limit 5", "* | head 10 | head 5");
    check("| top error_code | head 3", "* | top 10 error_code | head 3");
    check("| top 3 `error code`", "* | top 3 `error code`");
    check("| fields timestamp, `a b`, \"c d\"", "* | fields timestamp, `a b`, `c d`");
    check("x | pattern | sort -count", "x | pattern | sort -count");
    check("| stats count() by source | where count > 5", "* | stats count() by source | where count:>5");
    check("| where a=5 AND b == 6 OR c!=d e = text", "* | where a:==5 AND b:==6 OR c:!=\"d\" AND e:=text");
    check("| where timeout count:>5 `x y` <= 3", "* | where timeout AND count:>5 AND `x y`:<=3");
    check("| where severity >= warn timestamp > now-1h", "* | where severity:>=WARN AND timestamp:>2026-02-06T13:00:00Z");
    check(
        "| stats count() as n by bin(1h) | where bin >= 2026-02-06 | sort bin",
        "* | stats count() as n by bin(1h) | where bin:>=2026-02-06T00:00:00Z | sort bin",
    );
}

#[test]
fn slips_in_filters() {
    wrong("source=payment", 6, "expected `:`", "did you mean `source:value`");
    wrong("status >= 500", 7, "expected `:`", "field:>=value");
    wrong("status>=500", 6, "expected `:`", "did you mean `status:>=value`");
    wrong("a && b", 2, "`&&`", "write AND");
    wrong("a || b", 2, "expected one `|`", "write OR");
    wrong("!a", 0, "`!`", "write NOT");
    wrong("'a b'", 0, "single quotes", "double quotes");
    wrong("AND a", 0, "AND needs a term", "\"AND\"");
    wrong("a OR OR b", 5, "OR needs a term", "\"OR\"");
    wrong("a AND", 5, "expected a word", "ends after an operator");
    wrong("a OR | head", 5, "before `|`", "");
    wrong("a AND )", 6, "before `)`", "");
    wrong("NOT", 3, "expected a word", "ends after an operator");
    wrong("()", 0, "nothing in these brackets", "double quotes");
    wrong("(a OR b", 0, "not closed", "add a `)`");
    wrong("a) b", 1, "not opened", "add a `(`");
    wrong("a \"b c", 2, "quote is not closed", "closing \"");
    wrong("`a b:c", 0, "quote is not closed", "closing `");
    wrong("`a b` c", 5, "expected `:`", "double quotes");
    wrong("\"\"", 0, "phrase is empty", "field:=");
    wrong("\"a\"b", 3, "expected a space", "double quotes");
    wrong("te*st", 2, "`*`", "/begin.*end/");
    wrong("- a", 0, "directly after `-`", "double quotes");
    wrong("--verbose", 0, "cannot stand twice", "double quotes");
    wrong("[200 TO 299]", 0, "needs a field", "field:[200 TO 299]");
    wrong("http://example.com", 0, "address must be quoted", "double quotes");
    wrong("12:30:45", 0, "does not begin with a digit", "double quotes");
    wrong("a!b:c", 1, "does not belong in a field name", "backquotes");
    wrong(":x", 0, "expected a field name", "double quotes");
}

#[test]
fn slips_in_values() {
    wrong("source: payment", 7, "expected a value after `source:`", "no space");
    wrong("source:", 7, "expected a value", "no space");
    wrong("latency:>1.5s", 9, "expected a number", "no unit");
    wrong("latency:>", 9, "to compare `latency` with", "");
    wrong("latency:>1e999", 9, "too large", "");
    wrong("status:[200 299]", 12, "expected TO", "[200 TO 299]");
    wrong("status:[200 TO 299", 7, "not closed", "`]`");
    wrong("status:[200 TO", 7, "not complete", "[200 TO 299]");
    wrong("severity:wran", 9, "expected a severity", "did you mean `WARN`");
    wrong("severity:>=banana", 11, "expected a severity", "there are: TRACE");
    wrong("timestamp:>yesterday", 11, "expected a time", "now-1h");
    wrong("timestamp:>now-1hour", 15, "expected a duration", "90s");
    wrong("timestamp:>now1h", 14, "after now", "now-1h");
    wrong("timestamp:>now-500000w", 11, "outside the years", "");
    wrong("timestamp:/2026/", 10, "is a time", "a day");
    wrong("error_code:=E*", 12, "no wildcard", "drop the `=`");
    wrong("/api/v1/users", 5, "expected a space after the regular", "path, put it in double quotes");
    wrong("path:/api", 5, "not closed", "path, put it in double quotes");
    wrong("path://x", 0, "address", "double quotes");
    wrong("//", 0, "empty", "double quotes");
    wrong("x /a(b/", 4, "unclosed group", "");
    wrong(r"/a\/b[z-a]/", 6, "invalid character class range", "");
    wrong("/(x{1000}){1000}/", 1, "more than 1048576 bytes", "");
}

#[test]
fn slips_in_steps() {
    wrong("a | stast count()", 4, "no step `stast`", "did you mean `stats`");
    wrong("a | count", 4, "no step `count`", "did you mean `stats count()`");
    wrong("a | frobnicate", 4, "no step", "there are: stats, sort");
    wrong("a |", 3, "expected a step", "there are");
    wrong("a | | head", 4, "expected a step", "there are");
    wrong("| stats", 7, "expected an aggregate", "stats count()");
    wrong("| stats by source", 8, "before `by`", "stats count() by field");
    wrong("| stats cuont()", 8, "no function `cuont`", "did you mean `count`");
    wrong("| stats mean(x)", 8, "no function `mean`", "did you mean `avg`");
    wrong("| stats p101(x)", 9, "from 0 to 100", "p99.9");
    wrong("| stats avg", 11, "expected `(`", "avg(field)");
    wrong("| stats avg()", 12, "expected a field in `avg()`", "");
    wrong("| stats avg(x", 11, "not closed", "`)`");
    wrong("| stats count() as", 18, "a name after `as`", "backquotes");
    wrong("| stats count(), count()", 17, "two columns `count`", "as name");
    wrong("| stats count() by bin(1x)", 23, "expected a length of time", "bin(1m)");
    wrong("| stats count() by bin(0s)", 23, "expected a length of time", "bin(1m)");
    wrong("| stats count() source", 16, "expected `|`", "");
    wrong("| sort", 6, "expected a field name", "backquotes");
    wrong("| sort -count()", 8, "not a call of `count`", "column's name");
    wrong("| head x", 7, "expected `|`", "");
    wrong("| head -5", 7, "whole number", "");
    wrong("| head 5x", 7, "whole number", "");
    wrong("| top 5", 7, "expected a field name", "backquotes");
    wrong("| top 5 count", 8, "two columns `count`", "itself");
    wrong("| fields a, a", 12, "two columns `a`", "once");
    wrong("| stats count() by source | sort cuont", 33, "no column `cuont`", "did you mean `count`");
    wrong("| stats count() by source | where slow > 5", 34, "no column `slow`", "there are: source, count");
    wrong("| stats count() by source | where timeout", 34, "words search the message", "column:value");
    wrong("| fields source | stats count() by bin(1m)", 35, "no column `timestamp`", "there are: source");
    wrong("| top source | pattern", 15, "groups records", "before `stats`");
}

#[test]
fn everything_is_bounded() {
    let fits = |text: String| read(&text).unwrap();
    let refused = |text: String, says: &str| match read(&text) {
        Err(Error::Invalid { message, position: Some(_), .. }) => assert!(message.contains(says), "{message}"),
        other => panic!("{other:?}"),
    };
    let repeat = |count, part: &str| vec![part; count].join(" ");
    fits("a".repeat(QUERY_MAX_BYTES));
    refused("a".repeat(QUERY_MAX_BYTES + 1), "longer than");
    let brackets = |count| format!("{}a{}", "(".repeat(count), ")".repeat(count));
    fits(brackets(NESTING_MAX));
    refused(brackets(NESTING_MAX + 1), "within each other");
    fits(format!("{} a", repeat(NESTING_MAX, "NOT")));
    refused(format!("{} a", repeat(NESTING_MAX + 1, "NOT")), "within each other");
    fits(format!("a {}", repeat(PIPES_MAX, "| head")));
    refused(format!("a {}", repeat(PIPES_MAX + 1, "| head")), "steps");
    let list = |count, item: &str| (0..count).map(|index| format!("{item}{index}")).collect::<Vec<_>>().join(", ");
    fits(format!("| stats {}", list(AGGREGATES_MAX, "count() as n")));
    refused(format!("| stats {}", list(AGGREGATES_MAX + 1, "count() as n")), "aggregates");
    fits(format!("| stats count() by {}", list(KEYS_MAX, "k")));
    refused(format!("| stats count() by {}", list(KEYS_MAX + 1, "k")), "keys");
    refused(format!("| sort {}", list(KEYS_MAX + 1, "k")), "keys");
    fits(format!("| fields {}", list(FIELDS_MAX, "k")));
    refused(format!("| fields {}", list(FIELDS_MAX + 1, "k")), "columns");
    fits(repeat(REGEXES_MAX, "/x/"));
    refused(repeat(REGEXES_MAX + 1, "/x/"), "regular expressions");
}

proptest::proptest! {
    /// Whatever is typed: an answer or an error inside the text, no panic; and what is understood can be spelled.
    #[test]
    fn any_text_is_understood_or_refused(text in "([a-z0-9]{1,3}|[ :()|*\\-/\"`=<>!.,{}\\[\\]]| AND | OR |NOT |stats |count|by |where |now-|bin|\u{e9}){0,14}") {
        match read(&text) {
            Ok(query) => proptest::prop_assert_eq!(read(&query.to_string()).unwrap(), query),
            Err(Error::Invalid { position: Some(at), .. }) => proptest::prop_assert!(at <= text.len() && text.is_char_boundary(at)),
            Err(other) => panic!("{other:?}"),
        }
    }
}

const PAGE: &str = include_str!("../../../../docs/search-language.md");

#[test]
fn the_page_shows_queries_that_are_understood() {
    let blocks = PAGE.split("```search\n").skip(1).filter_map(|block| block.split("```").next());
    let filters = PAGE.split("## Filters").nth(1).and_then(|rest| rest.split("Neighbours").next()).unwrap();
    let steps = PAGE.split("## Steps").nth(1).and_then(|rest| rest.split("Functions:").next()).unwrap();
    let first_code = |line: &str| line.split('`').nth(1).map(str::to_owned);
    let rows = |table: &str| table.lines().filter(|line| line.starts_with("| `")).filter_map(first_code).collect::<Vec<String>>();
    let steps = rows(steps).into_iter().map(|step| format!("| {step}"));
    let queries: Vec<String> = blocks.flat_map(str::lines).map(str::to_owned).chain(rows(filters)).chain(steps).collect();
    assert!(queries.len() > 25, "{queries:?}");
    for query in queries {
        assert!(read(&query).is_ok(), "{query}: {:?}", read(&query));
    }
}

#[test]
fn the_page_shows_what_wrong_queries_get() {
    let table = PAGE.split("## When a query is wrong").nth(1).unwrap();
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(rows.len(), 9);
    for row in rows {
        let row = row.replace("\\|", "\u{1}");
        let cells: Vec<String> = row.split('|').map(|cell| cell.trim().replace('\u{1}', "|")).collect();
        let (says, hints) = cells[3].split_once(" \u{2014} ").unwrap_or((&cells[3], ""));
        let Err(Error::Invalid { message, position, hint }) = read(cells[1].trim_matches('`')) else { panic!("{row}") };
        assert_eq!(position.map(|at| at.to_string()).as_ref(), Some(&cells[2]), "{row}");
        assert!(message.contains(says) && hint.unwrap_or_default().contains(hints), "{row}: {message}");
    }
}

#[test]
fn the_page_and_the_source_show_one_grammar() {
    let block = |text: &str| {
        let block = text.split("```text\n").find(|block| block.contains("query     = [ filter ]")).unwrap();
        let block = block.split("```").next().unwrap().replace("/// ", "");
        block.lines().map(|line| line.trim_end().trim_end_matches("///").to_owned()).collect::<Vec<String>>()
    };
    assert_eq!(block(PAGE), block(include_str!("../parse.rs")));
}
