//! The questions of the benchmark's kinds, each against a plain count over the same records.

use record::Severity;

use super::house::{Attribute, Entry, House, batch, lines, number};

const COUNT: i64 = 4000;

/// What the `index`th record is.
struct Made {
    index: i64,
    seconds: i64,
    severity: Severity,
    source: String,
    message: String,
    trace: String,
    code: Option<String>,
    millis: Option<f64>,
    status: Option<i64>,
    path: Option<String>,
    customer: Option<String>,
}

fn made(index: i64) -> Made {
    let severity = match index % 20 {
        0 => Severity::Error,
        1 => Severity::Critical,
        2..=4 => Severity::Warn,
        _ => Severity::Info,
    };
    let message = match index % 11 {
        0 => format!("read failed: Connection reset by peer after {index} ms"),
        1 => format!("connection reset by peers {index}"),
        2 => format!("retry {}/5 calling http://pay-{}.prod", index % 6, if index % 2 == 0 { "eu" } else { "us" }),
        3 => format!("card declined, insufficient funds for order {index}"),
        4 => "declined".to_owned(),
        5 if index == 5 => "marker quarantine_epoch_8841 found".to_owned(),
        _ => format!("request {index} done"),
    };
    Made {
        index,
        seconds: index / 2,
        severity,
        source: format!("service-{}", index % 13 % 7),
        message,
        trace: format!("{:032x}", index / 7),
        code: (index % 5 == 0).then(|| format!("E{}", index % 3)),
        millis: (index % 3 != 0).then_some((index % 997) as f64 + 0.5),
        status: (index % 4 == 0).then_some(200 + (index % 5) * 100),
        path: (index % 4 == 0).then(|| format!("/api/{}", index % 6)),
        customer: (index % 2 == 0).then(|| format!("c{}", index % 333)),
    }
}

fn entry(made: &Made) -> Entry {
    let mut attributes = Vec::new();
    let mut add = |name: &str, value: Option<Attribute>| attributes.extend(value.map(|value| (name.to_owned(), value)));
    add("response_time_ms", made.millis.map(Attribute::Float));
    add("http_status", made.status.map(Attribute::Int));
    add("http_path", made.path.clone().map(Attribute::Text));
    add("customer_id", made.customer.clone().map(Attribute::Text));
    Entry {
        at: made.seconds * 1_000_000,
        severity: Some(made.severity),
        source: Some(made.source.clone()),
        message: Some(made.message.clone()),
        trace_id: Some(made.trace.clone()),
        error_code: made.code.clone(),
        attributes,
        ..Entry::default()
    }
}

/// The numbers in the column `n`, largest first.
fn tops(answer: &ask::Answer) -> Vec<i64> {
    let column = answer.rows.columns().iter().position(|column| column.name == "n").unwrap();
    let mut counts: Vec<i64> = (0..answer.rows.len())
        .map(|row| match answer.rows.cell(row, column) {
            ask::Cell::Int(count) => count,
            other => panic!("{other:?}"),
        })
        .collect();
    counts.sort_by(|a, b| b.cmp(a));
    counts
}

/// How often each key comes, largest first.
fn counted<K: Ord>(keys: impl Iterator<Item = K>) -> Vec<i64> {
    let mut counts = std::collections::BTreeMap::new();
    keys.for_each(|key| *counts.entry(key).or_insert(0) += 1);
    let mut counts: Vec<i64> = counts.into_values().collect();
    counts.sort_by(|a, b| b.cmp(a));
    counts
}

fn first(mut counts: Vec<i64>, limit: usize) -> Vec<i64> {
    counts.truncate(limit);
    counts
}

#[tokio::test(flavor = "multi_thread")]
async fn the_benchmark_s_questions_are_answered_rightly() {
    let house = House::new().await;
    let all: Vec<Made> = (0..COUNT).map(made).collect();
    for (index, part) in all.chunks(1000).enumerate() {
        house.append(batch(&part.iter().map(entry).collect::<Vec<_>>())).await;
        if index < 3 {
            house.seal().await; // the last quarter stays in memory
        }
    }
    let house = &house;
    let all = &all[..];
    let rows = |sql: &'static str, expected: usize| async move {
        assert_eq!(house.sql(sql).await.rows.len(), expected, "{sql}");
    };
    let top = |sql: String, expected: Vec<i64>| async move {
        assert_eq!(tops(&house.sql(&sql).await), expected, "{sql}");
    };
    let count = |sql: &'static str, expected: usize| async move {
        assert_eq!(number(&house.sql(sql).await), expected as i64, "{sql}");
    };
    let having = |test: fn(&Made) -> bool| all.iter().filter(move |made| test(made));

    rows("SELECT * FROM logs WHERE trace_id='00000000000000000000000000000064'", 7).await;
    rows("SELECT * FROM logs WHERE match_phrase(message,'quarantine_epoch_8841') ORDER BY timestamp DESC LIMIT 100", 1).await;
    rows("SELECT * FROM logs WHERE match_phrase(message,'connection reset by peer') ORDER BY timestamp DESC LIMIT 100", 100)
        .await;
    count(
        "SELECT count(*) n FROM logs WHERE match_phrase(message,'connection reset by peer')",
        having(|made| made.index % 11 == 0).count(),
    )
    .await;
    count("SELECT count(*) n FROM logs WHERE message LIKE '%tion reset by pe%'", having(|made| made.index % 11 <= 1).count())
        .await;
    let retries = having(|made| made.index % 11 == 2 && (3..=5).contains(&(made.index % 6))).count();
    count(r"SELECT count(*) n FROM logs WHERE regexp_like(message,'retry [3-5]/5 calling http://[a-z-]+\.prod')", retries).await;
    rows("SELECT * FROM logs WHERE severity='ERROR' ORDER BY timestamp DESC LIMIT 100", 100).await;
    let minutes = counted(all.iter().map(|made| (made.seconds / 60, made.severity)));
    top("SELECT date_trunc('minute',timestamp) t, severity, count(*) n FROM logs GROUP BY t, severity".into(), minutes).await;
    let errors = having(|made| matches!(made.severity, Severity::Error | Severity::Critical)).map(|made| made.source.clone());
    let sql =
        "SELECT source, count(*) n FROM logs WHERE severity IN ('ERROR','CRITICAL') GROUP BY source ORDER BY n DESC LIMIT 3";
    top(sql.into(), first(counted(errors), 3)).await;
    let codes = all.iter().filter_map(|made| made.code.clone());
    let sql = "SELECT error_code, count(*) n FROM logs WHERE error_code IS NOT NULL GROUP BY error_code ORDER BY n DESC LIMIT 20";
    top(sql.into(), counted(codes)).await;
    let timed = having(|made| made.millis.is_some()).map(|made| (made.source.clone(), made.seconds / 3600));
    let sql = "SELECT source, date_trunc('hour',timestamp) t, approx_percentile_cont(response_time_ms,0.99) p99, count(*) n FROM logs \
               WHERE response_time_ms IS NOT NULL GROUP BY source, t";
    top(sql.into(), counted(timed)).await;
    let customers = counted(all.iter().filter_map(|made| made.customer.clone())).len();
    count("SELECT count(DISTINCT customer_id) n FROM logs", customers).await;
    let late = "timestamp >= '2026-02-06T12:25:00.000Z' AND timestamp < '2026-02-06T12:40:00.000Z'";
    let is_late = |made: &Made| (1500..2400).contains(&made.seconds);
    assert_eq!(house.sql(&format!("SELECT * FROM logs WHERE {late} ORDER BY timestamp DESC LIMIT 200")).await.rows.len(), 200);
    let bins = counted(all.iter().filter(|made| is_late(made)).map(|made| (made.seconds / 10, made.severity)));
    top(format!("SELECT date_bin(INTERVAL '10 seconds', timestamp) t, severity, count(*) n FROM logs WHERE {late} GROUP BY t, severity"), bins).await;
    let both = all.iter().filter(|made| is_late(made) && made.index % 11 == 3).count();
    let sql = format!(
        "SELECT * FROM logs WHERE {late} AND match_phrase(message,'declined') AND match_phrase(message,'insufficient') ORDER BY timestamp DESC LIMIT 1000"
    );
    assert_eq!(house.sql(&sql).await.rows.len(), both);
    let collapse = |message: &str| {
        let mut out = String::new();
        for c in message.chars() {
            match c {
                '0'..='9' if out.ends_with("<N>") => {}
                '0'..='9' => out.push_str("<N>"),
                c => out.push(c),
            }
        }
        out
    };
    let patterns = counted(all.iter().filter(|made| is_late(made)).map(|made| collapse(&made.message)));
    let sql = format!(
        "SELECT regexp_replace(message,'[0-9]+','<N>','g') p, count(*) n FROM logs WHERE {late} GROUP BY p ORDER BY n DESC LIMIT 20"
    );
    top(sql, first(patterns, 20)).await;
    let failed = having(|made| made.index % 11 == 0).map(|made| made.source.clone());
    let sql = "SELECT source, count(*) n FROM logs WHERE match_phrase(message,'failed') GROUP BY source ORDER BY n DESC LIMIT 10";
    top(sql.into(), counted(failed)).await;
    let paths = having(|made| made.status.is_some_and(|status| status >= 500)).filter_map(|made| made.path.clone());
    let sql = "SELECT http_path, count(*) n FROM logs WHERE http_status>=500 GROUP BY http_path ORDER BY n DESC LIMIT 10";
    top(sql.into(), counted(paths)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn functions_of_our_own() {
    let house = House::with_columns(0).await;
    let entry = Entry {
        message: Some("Order 1234 shipped".into()),
        attributes: vec![("zone".into(), Attribute::Text("eu".into())), ("size".into(), Attribute::Int(5))],
        ..Entry::default()
    };
    house.append(batch(&[entry])).await;
    for sealed in [false, true] {
        if sealed {
            house.seal().await;
        }
        let check = |sql: &'static str, expected: &'static str| {
            let house = &house;
            async move { assert_eq!(lines(&house.sql(sql).await), [expected], "{sql}") }
        };
        check(
            "select attribute(attributes, 'zone') a, attribute(attributes, 'size') b, attribute(attributes, 'x') c from logs",
            r#"{"a":"eu","b":"5"}"#,
        )
        .await;
        check("select match_phrase(message, 'order 1234') a, match_phrase(message, '123') b, match_prefix(message, 'ord') c from logs", r#"{"a":true,"b":false,"c":true}"#).await;
        check("select match_phrase('a b', 'A B') a, match_phrase(null, 'x') b", r#"{"a":true}"#).await;
        check(
            "select timestamp > '2026-02-06T11:00:00Z' a, timestamp > '2026-02-06' b, date = '2026-02-06' c from logs",
            r#"{"a":true,"b":true,"c":true}"#,
        )
        .await;
    }
}
