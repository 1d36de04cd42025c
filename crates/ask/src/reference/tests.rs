use record::{Batch, Record, Severity, Tenant, TimeRange, Timestamp, Value};

use super::*;
use crate::{Budget, ColumnKind, Encoding, parse};

/// Five records, one a minute from 14:00 on, the newest last.
///
/// ```text
///      severity  source  message        ms    code
/// 0    INFO      web     order 1 paid   10    -
/// 1    ERROR     pay     timeout 7      200   E2
/// 2    ERROR     pay     timeout 8      300   E1
/// 3    WARN      web     order 2 paid   20.5  -
/// 4    -         -       -              "x"   E1
/// ```
fn table() -> Table {
    let start = Timestamp::parse("2026-02-06T14:00:00Z").unwrap().0;
    let mut builder = Batch::builder(Tenant::default(), start);
    let lines = [
        (Some(Severity::Info), "web", "order 1 paid", Value::Int(10), ""),
        (Some(Severity::Error), "pay", "timeout 7", Value::Int(200), "E2"),
        (Some(Severity::Error), "pay", "timeout 8", Value::Int(300), "E1"),
        (Some(Severity::Warn), "web", "order 2 paid", Value::Float(20.5), ""),
        (None, "", "", Value::Bool(true), "E1"),
    ];
    for (minute, (severity, source, message, ms, code)) in lines.into_iter().enumerate() {
        let mut record = Record::at(start.plus(Duration::from_secs(60 * minute as u64)));
        record.severity = severity;
        for (span, text) in [(&mut record.source, source), (&mut record.message, message), (&mut record.error_code, code)] {
            if !text.is_empty() {
                *span = builder.text(text);
            }
        }
        let name = builder.name("ms");
        builder.field(name, ms);
        builder.finish_record(record);
    }
    let template = |message: &str| {
        let words: String = message.split(' ').map(|word| if word.parse::<u64>().is_ok() { "<*> " } else { word }).collect();
        words
    };
    let id = move |message: &str| OwnedCell::Int(template(message).len() as i64);
    let mut table = Table::with_patterns(id, move |messages| {
        messages.iter().map(|(message, count)| (id(message), template(message).trim().to_owned(), *count)).collect()
    });
    table.add(&builder.build(), start, 1, 0);
    table
}

fn scope(rows_max: usize) -> Scope {
    let budget = Budget { rows_max, answer_bytes_max: 1 << 20, memory_bytes_max: 1 << 20, time_max: Duration::from_secs(1) };
    Scope { tenant: Tenant::default(), time: TimeRange::ALL, budget }
}

fn ask(query: &str, scope: &Scope) -> Answer {
    run(&parse(query, Timestamp::default()).unwrap(), scope, &table()).unwrap()
}

/// A query and the rows of its answer, as JSON without quotes around names.
fn check(query: &str, want: &[&str]) {
    let text = String::from_utf8(ask(query, &scope(100)).rows.encode(Encoding::Ndjson).unwrap()).unwrap();
    let have: Vec<String> = text.lines().map(|line| line.replace("\":", ":").replace("{\"", "{").replace(",\"", ",")).collect();
    assert_eq!(have, want, "{query}");
}

#[test]
fn a_search_shows_records_newest_first() {
    let answer = ask("severity:>=warn", &scope(100));
    let names: Vec<&str> = answer.rows.columns().iter().map(|column| column.name.as_str()).collect();
    let fixed = [
        "record_id",
        "timestamp",
        "timestamp_nanos",
        "observed_at",
        "severity",
        "source",
        "message",
        "error_code",
        "pattern_id",
        "ms",
    ];
    assert_eq!(names, fixed);
    assert_eq!(answer.rows.columns()[9].kind, ColumnKind::Float);
    check(
        "severity:>=warn | fields message, ms",
        &[r#"{message:"order 2 paid",ms:20.5}"#, r#"{message:"timeout 8",ms:300.0}"#, r#"{message:"timeout 7",ms:200.0}"#],
    );
    check("nothing:* | fields message", &[]);
    check("| fields record_id | head 1", &["{record_id:\"019c3340-a300-7001-8000-000000000004\"}"]);
}

#[test]
fn the_scope_bounds_time_and_rows() {
    let mut narrow = scope(2);
    let answer = ask("*", &narrow);
    assert_eq!((answer.rows.len(), answer.incomplete), (2, Some(Incomplete::Rows)));
    let start = Timestamp::parse("2026-02-06T14:00:00Z").unwrap().0;
    narrow.time = TimeRange::new(start, start.plus(Duration::from_secs(120)));
    let answer = ask("*", &narrow);
    assert_eq!((answer.rows.len(), answer.complete()), (2, true));
    assert_eq!(ask("| stats count()", &narrow).rows.cell(0, 0), crate::Cell::Int(2));
}

#[test]
fn numbers_over_groups() {
    check("| stats count(), count(source), distinct(error_code) as codes", &["{count:5,count_source:4,codes:2}"]);
    check(
        "| stats sum(ms), avg(ms), min(ms), max(ms), median(ms), p0(ms), p100(ms)",
        &["{sum_ms:530.5,avg_ms:132.625,min_ms:10,max_ms:300,median_ms:110.25,p0_ms:10.0,p100_ms:300.0}"],
    );
    check("| stats weighted(ms), weighted(), weighted(message) as m", &["{weighted_ms:512,weighted:5,m:5}"]);
    check("nothing | stats weighted()", &["{weighted:0}"]);
    check(
        "| stats min(timestamp) as first, max(timestamp) as last",
        &[r#"{first:"2026-02-06T14:00:00Z",last:"2026-02-06T14:04:00Z"}"#],
    );
    check("nothing | stats max(timestamp), count()", &["{count:0}"]);
    check("pay OR source:pay | stats sum(ms), p75(ms), sum(message)", &["{sum_ms:500,p75_ms:275.0}"]);
    check("nothing | stats count(), sum(ms), avg(ms)", &["{count:0}"]);
    check("nothing | stats count() by source", &[]);
    check(
        "| stats count(), max(ms) as slow by source",
        &[r#"{source:"pay",count:2,slow:300.0}"#, r#"{source:"web",count:2,slow:20.5}"#, r#"{count:1}"#],
    );
    check(
        "| stats count() by severity",
        &[r#"{severity:"INFO",count:1}"#, r#"{severity:"WARN",count:1}"#, r#"{severity:"ERROR",count:2}"#, r#"{count:1}"#],
    );
    check(
        "| stats count() by bin(2m), source | where source:web",
        &[r#"{bin:"2026-02-06T14:00:00Z",source:"web",count:1}"#, r#"{bin:"2026-02-06T14:02:00Z",source:"web",count:1}"#],
    );
}

#[test]
fn orders_put_absent_values_last() {
    check(
        "| sort source, -timestamp | fields source, message",
        &[
            r#"{source:"pay",message:"timeout 8"}"#,
            r#"{source:"pay",message:"timeout 7"}"#,
            r#"{source:"web",message:"order 2 paid"}"#,
            r#"{source:"web",message:"order 1 paid"}"#,
            "{}",
        ],
    );
    check(
        "| sort -severity | head 4 | fields severity, message",
        &[
            r#"{severity:"ERROR",message:"timeout 8"}"#,
            r#"{severity:"ERROR",message:"timeout 7"}"#,
            r#"{severity:"WARN",message:"order 2 paid"}"#,
            r#"{severity:"INFO",message:"order 1 paid"}"#,
        ],
    );
    check(
        "| sort -source | fields source",
        &[r#"{source:"web"}"#, r#"{source:"web"}"#, r#"{source:"pay"}"#, r#"{source:"pay"}"#, "{}"],
    );
    check("| sort ms | fields ms | head 2", &["{ms:10.0}", "{ms:20.5}"]);
}

#[test]
fn frequent_values_and_patterns() {
    check("| top error_code", &[r#"{error_code:"E1",count:2}"#, r#"{error_code:"E2",count:1}"#]);
    check("| top 1 source", &[r#"{source:"pay",count:2}"#]);
    check(
        "| pattern",
        &[r#"{pattern_id:11,pattern:"timeout<*>",count:2}"#, r#"{pattern_id:13,pattern:"order<*> paid",count:2}"#],
    );
    check("| pattern | where pattern:order | fields count", &["{count:2}"]);
}

#[test]
fn later_steps_see_what_earlier_ones_made() {
    check("| stats count() as n by source | where n > 1 AND source = web", &[r#"{source:"web",n:2}"#]);
    check("| stats count() as n by source | where NOT source:*", &["{n:1}"]);
    check("| stats count() as n by source | stats sum(n), count(source)", &["{sum_n:5,count_source:2}"]);
    check("| head 2 | stats count(message)", &["{count_message:1}"]);
    check("| where order | where ms < 20 | fields ms", &["{ms:10}"]);
}
