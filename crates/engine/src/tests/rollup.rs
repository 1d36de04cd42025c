//! Counts come from the segments' rollups where those tell enough, and are the same as counted one by one.

use ask::{AsOf, Scope};
use record::{Severity, TimeRange};

use super::house::{Entry, House, at, batch, lines};

/// Records of two hours, one every nine seconds.
fn entries(first: usize) -> Vec<Entry> {
    let entry = |index: usize| Entry {
        at: index as i64 * 9_000_000,
        severity: (!index.is_multiple_of(5)).then(|| Severity::ALL[index % Severity::ALL.len()]),
        source: (!index.is_multiple_of(7)).then(|| ["api", "db", "a source with a longer name"][index % 3].to_owned()),
        message: Some(format!("request {index} done")),
        error_code: index.is_multiple_of(11).then(|| format!("E{}", index % 3)),
        ..Entry::default()
    };
    (first..first + 800).map(entry).collect()
}

/// Two segments that overlap in time, and some records in memory.
async fn house() -> House {
    let house = House::new().await;
    for first in [0, 400] {
        house.append(batch(&entries(first))).await;
        house.seal().await;
    }
    house.append(batch(&entries(1300)[..100])).await;
    house
}

/// What counting one by one answers, which no rollup can: it has no record ids.
fn one_by_one(sql: &str) -> String {
    sql.replace("count(*)", "count(record_id)")
}

async fn rows(house: &House, sql: &str) -> Vec<String> {
    let mut rows = lines(&house.sql(sql).await);
    rows.sort();
    rows
}

async fn is_from_rollup(house: &House, sql: &str) -> bool {
    lines(&house.sql(&format!("EXPLAIN {sql}")).await).concat().contains(".records)")
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_those_of_the_records() {
    let house = house().await;
    for sql in [
        "SELECT count(*) AS n FROM logs",
        "SELECT source, count(*) AS n FROM logs GROUP BY source",
        "SELECT date_trunc('minute', timestamp) AS t, severity, count(*) AS n FROM logs GROUP BY t, severity",
        "SELECT date_bin(INTERVAL '5 minutes', timestamp) AS t, count(*) AS n FROM logs GROUP BY 1",
        "SELECT source, count(*) AS n FROM logs WHERE severity IN ('ERROR', 'CRITICAL') GROUP BY source ORDER BY n DESC LIMIT 2",
        "SELECT upper(source) AS s, count(*) AS n FROM logs WHERE severity_number >= 13 OR source = 'db' GROUP BY s",
        "SELECT count(*) AS n FROM logs WHERE severity IS NULL AND source LIKE '%long%'",
        "SELECT count(*) AS n, count(*) * 2 AS m FROM logs WHERE error_code IS NOT NULL",
        "SELECT date_trunc('hour', timestamp) AS t, source, error_code, count(*) AS n FROM logs GROUP BY t, source, error_code",
        "SELECT date_trunc('day', timestamp) AS t, date_trunc('minute', timestamp) AS m, count(*) AS n FROM logs GROUP BY t, m",
        "SELECT error_code, count(*) AS n FROM logs WHERE timestamp >= '2026-02-06T12:20:05Z' AND timestamp < '2026-02-06T15:30:00Z' GROUP BY 1",
        "SELECT source, count(*) AS n FROM logs WHERE timestamp >= '2026-02-06T12:20:05Z' AND timestamp < '2026-02-06T15:30:00Z' GROUP BY 1",
        "SELECT count(*) AS n FROM logs WHERE timestamp >= '2026-02-06T12:20:05Z' AND date_trunc('hour', timestamp) < '2026-02-06T15:00:00Z'",
        // Bounds within minutes, on their edges, in one minute, and beyond all.
        "SELECT severity, count(*) AS n FROM logs WHERE timestamp >= '2026-02-06T12:01:30.5Z' AND timestamp < '2026-02-06T12:07:00Z' GROUP BY severity",
        "SELECT count(*) AS n FROM logs WHERE timestamp > '2026-02-06T12:02:00Z' AND timestamp <= '2026-02-06T12:03:00Z'",
        "SELECT count(*) AS n FROM logs WHERE timestamp BETWEEN '2026-02-06T12:02:10Z' AND '2026-02-06T12:02:20Z'",
        "SELECT count(*) AS n FROM logs WHERE timestamp > '2027-01-01T00:00:00Z'",
        "SELECT n + 1 AS m FROM (SELECT source, count(*) AS n FROM (SELECT source, severity, record_id FROM logs) AS l GROUP BY source) AS c",
        "SELECT l.source, count(*) AS n FROM logs AS l WHERE l.timestamp >= '2026-02-06T12:04:10Z' GROUP BY l.source HAVING count(*) > 3",
        // By a word of the message: one of the pattern, one that is nowhere, one that varies.
        "SELECT source, count(*) AS n FROM logs WHERE match_phrase(message, 'Done') GROUP BY source",
        "SELECT count(*) AS n FROM logs WHERE match_phrase(message, 'nowhere')",
        "SELECT count(*) AS n FROM logs WHERE match_phrase(message, '123')",
        "SELECT date_trunc('hour', timestamp) AS t, severity, count(*) AS n FROM logs WHERE match_phrase(message, 'request') AND severity_number >= 9 GROUP BY t, severity",
        "SELECT source, count(*) AS n FROM logs WHERE match_phrase(message, 'done') AND timestamp >= '2026-02-06T12:20:05Z' AND timestamp < '2026-02-06T15:30:00Z' GROUP BY 1",
        "SELECT l.source, count(*) AS n FROM (SELECT source, message, record_id FROM logs) AS l WHERE match_phrase(l.message, 'done') GROUP BY l.source",
    ] {
        assert!(is_from_rollup(&house, sql).await, "{sql}: {:#?}", lines(&house.sql(&format!("EXPLAIN {sql}")).await));
        assert!(!is_from_rollup(&house, &one_by_one(sql)).await);
        assert_eq!(rows(&house, sql).await, rows(&house, &one_by_one(sql)).await, "{sql}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_rollup_cannot_tell_is_counted() {
    let house = house().await;
    for sql in [
        "SELECT host, count(*) AS n FROM logs GROUP BY host",
        "SELECT date_trunc('second', timestamp) AS t, count(*) AS n FROM logs GROUP BY t",
        "SELECT date_bin(INTERVAL '90 seconds', timestamp) AS t, count(*) AS n FROM logs GROUP BY t",
        "SELECT timestamp, count(*) AS n FROM logs GROUP BY timestamp",
        "SELECT count(*) AS n FROM logs WHERE timestamp < '2026-02-06T12:00:10Z' OR source = 'db'",
        "SELECT count(*) AS n FROM logs WHERE timestamp <> '2026-02-06T12:00:00Z'",
        "SELECT count(*) AS n FROM logs WHERE match_phrase(message, 'request 12')",
        "SELECT count(*) AS n FROM logs WHERE match_phrase(message, 'request') AND match_phrase(message, 'done')",
        "SELECT count(*) AS n FROM logs WHERE match_phrase(message, 'request') AND NOT match_phrase(message, 'request 12')",
        "SELECT count(*) AS n FROM logs WHERE match_phrase(message, 'request') OR source = 'db'",
        "SELECT date_trunc('minute', timestamp) AS t, count(*) AS n FROM logs WHERE match_phrase(message, 'done') GROUP BY t",
        "SELECT error_code, count(*) AS n FROM logs WHERE match_phrase(message, 'done') GROUP BY error_code",
        "SELECT substr(message, 1, 3) AS m, count(*) AS n FROM logs WHERE match_phrase(message, 'done') GROUP BY m",
        "SELECT count(DISTINCT source) AS n FROM logs",
        "SELECT count(source) AS n FROM logs",
        "SELECT count(*) FILTER (WHERE timestamp > '2026-02-06T12:00:10Z') AS n FROM logs",
        "SELECT source, min(timestamp) AS t, count(*) AS n FROM logs GROUP BY source",
        "SELECT source, severity, count(*) AS n FROM logs GROUP BY CUBE(source, severity)",
    ] {
        assert!(!is_from_rollup(&house, sql).await, "{sql}");
        assert_eq!(rows(&house, sql).await, rows(&house, &one_by_one(sql)).await, "{sql}");
    }
}

/// The plan is over counts, but of no segment there are any by the minute and error code.
#[tokio::test(flavor = "multi_thread")]
async fn records_are_counted_where_no_rollup_has_the_columns_together() {
    let house = house().await;
    let sql = "SELECT date_trunc('minute', timestamp) AS t, error_code, count(*) AS n FROM logs GROUP BY t, error_code";
    assert_eq!(rows(&house, sql).await, rows(&house, &one_by_one(sql)).await);
    assert_eq!(house.sql(sql).await.cost.rows_scanned, 1600);
}

#[tokio::test(flavor = "multi_thread")]
async fn records_of_a_word_are_counted_without_reading_them() {
    let house = house().await;
    let sql = "SELECT source, count(*) AS n FROM logs WHERE match_phrase(message, 'done') GROUP BY source";
    assert_eq!(house.sql(&one_by_one(sql)).await.cost.rows_scanned, 1600);
    assert_eq!(house.sql(sql).await.cost.rows_scanned, 0);
    assert_eq!(house.search("done | stats count() by source").await.cost.rows_scanned, 0);
    // A number varies: its records are read.
    assert!(house.sql("SELECT count(*) AS n FROM logs WHERE match_phrase(message, '123')").await.cost.rows_scanned > 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_search_language_counts_from_rollups_too() {
    let house = house().await;
    let all = house.search("* | stats count() by bin(1m), severity").await;
    let (counted, scanned) = (lines(&all), all.cost.rows_scanned);
    let one_by_one = lines(&house.search("* | stats count(observed_at) by bin(1m), severity").await);
    let without_name = |lines: &[String]| lines.iter().map(|line| line.replace("count_observed_at", "count")).collect::<Vec<_>>();
    assert_eq!(without_name(&one_by_one), counted);
    assert!(scanned < 1500, "{scanned} rows were read for 1700 records");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_range_of_time_and_an_earlier_version_hold_for_rollups() {
    let house = house().await;
    let within = TimeRange::new(at("12:01:15"), at("14:06:45"));
    let scope = Scope { time: within, ..house.scope() };
    let count = async |sql: &str, as_of: Option<AsOf>| {
        let answer = ask::Engine::answer(&house.engine, &scope, &ask::Question::Sql(sql.to_owned()), as_of).await.unwrap();
        lines(&answer)
    };
    for as_of in [None, Some(AsOf::Version(1))] {
        let sql = "SELECT source, count(*) AS n FROM logs GROUP BY source ORDER BY source";
        assert_eq!(count(sql, as_of).await, count(&one_by_one(sql), as_of).await);
    }
}
