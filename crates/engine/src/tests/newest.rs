//! The newest records are found without reading the others.

use ask::{Cell, Engine, Question};
use record::{Severity, Timestamp};

use super::house::{Entry, House, batch, lines, number};

const SEGMENTS: i64 = 8;
const ROWS: i64 = 1000;

/// Segments one after the other in time; with `overlap`, each reaches into its neighbours.
async fn house(overlap: bool) -> House {
    let house = House::new().await;
    for segment in 0..SEGMENTS {
        let entries: Vec<Entry> = (0..ROWS)
            .map(|row| Entry {
                at: if overlap { segment * ROWS / 2 + row } else { segment * ROWS + row },
                severity: Some(if row % 100 == 7 { Severity::Error } else { Severity::Info }),
                source: Some(format!("s{segment}")),
                message: Some(format!("row {row} says {}", if row == 5 && segment == 3 { "needle_in_three" } else { "hay" })),
                trace_id: Some(format!("{segment:016x}{row:016x}")),
                ..Entry::default()
            })
            .collect();
        house.append(batch(&entries)).await;
        house.seal().await;
    }
    house
}

#[tokio::test(flavor = "multi_thread")]
async fn old_segments_are_not_read_for_the_newest_records() {
    let house = house(false).await;
    for sql in [
        "select * from logs order by timestamp desc limit 20",
        "select message from logs where severity = 'ERROR' order by timestamp desc, record_id desc limit 5",
    ] {
        let answer = house.sql(sql).await;
        assert!(answer.rows.len() >= 5);
        assert!(answer.cost.files_scanned <= 3, "{sql}: {:?}", answer.cost);
        assert!(answer.cost.files_pruned >= SEGMENTS as u64 - 3, "{sql}: {:?}", answer.cost);
        assert!(answer.cost.rows_scanned <= 3 * ROWS as u64, "{sql}: {:?}", answer.cost);
    }
    let mut scope = house.scope();
    scope.budget.rows_max = 50;
    let query = ask::parse("hay", super::house::at("12:00:00")).unwrap();
    let answer = house.engine.answer(&scope, &Question::Search(query), None).await.unwrap();
    assert_eq!(answer.rows.len(), 50);
    assert!(answer.cost.files_scanned <= 3, "{:?}", answer.cost);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_are_right_where_segments_overlap_and_memory_is_older() {
    let house = house(true).await;
    // Late records: in memory, and older than most of what is sealed.
    let late = [Entry { at: 17, message: Some("late".into()), ..Entry::default() }];
    house.append(batch(&late)).await;
    let all = house.sql("select timestamp, record_id from logs").await;
    let mut expected: Vec<(Timestamp, String)> = (0..all.rows.len())
        .map(|row| match (all.rows.cell(row, 0), all.rows.cell(row, 1)) {
            (Cell::Time(at), Cell::Text(id)) => (at, id.to_owned()),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(expected.len() as i64, SEGMENTS * ROWS + 1);
    expected.sort_by(|a, b| b.cmp(a));
    for limit in [1, 100, 2500] {
        let answer = house
            .sql(&format!("select timestamp, record_id from logs order by timestamp desc, record_id desc limit {limit}"))
            .await;
        for (row, (at, id)) in expected.iter().take(limit).enumerate() {
            assert_eq!(answer.rows.cell(row, 0), Cell::Time(*at), "row {row} of {limit}");
            assert_eq!(answer.rows.cell(row, 1), Cell::Text(id), "row {row} of {limit}");
        }
    }
    let oldest = house.sql("select source from logs order by timestamp limit 1").await;
    assert_eq!(oldest.rows.cell(0, 0), Cell::Text("s0"));
}

/// Whole rows are read for the last time that is wanted and what is newer; which they are is known from the times alone.
#[tokio::test(flavor = "multi_thread")]
async fn whole_rows_are_read_from_the_last_wanted_on() {
    let house = house(true).await;
    house.append(batch(&[Entry { at: 17, message: Some("late".into()), ..Entry::default() }])).await;
    for (condition, limit) in [("", 10), ("", 2500), ("where severity = 'ERROR'", 7), ("where message = 'nowhere'", 5)] {
        for order in ["desc", "asc"] {
            let columns = "record_id, source, message, severity, trace_id, span_id, host";
            let wide = format!(
                "select {columns}, timestamp as t from logs {condition} order by timestamp {order}, record_id limit {limit}"
            );
            // An expression in the order is not taken apart into two steps.
            let narrow =
                format!("select record_id from logs {condition} order by timestamp {order}, concat(record_id, '') limit {limit}");
            let (wide, narrow) = (house.sql(&wide).await, house.sql(&narrow).await);
            let ids = |answer: &ask::Answer| {
                (0..answer.rows.len()).map(|row| format!("{:?}", answer.rows.cell(row, 0))).collect::<Vec<_>>()
            };
            assert_eq!(ids(&wide), ids(&narrow), "{condition} {order} {limit}");
        }
    }
    // Twenty rows in all their columns, after the times of two segments.
    let answer = house.sql("select * from logs order by timestamp desc limit 20").await;
    assert!(answer.cost.rows_scanned < 2 * ROWS as u64 + 100, "{:?}", answer.cost);
    assert_eq!(answer.cost.files_scanned + answer.cost.files_pruned, SEGMENTS as u64);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_and_the_times_rule_segments_out() {
    let house = house(false).await;
    let check = |sql: &'static str, rows: i64, files: std::ops::RangeInclusive<u64>| {
        let house = &house;
        async move {
            let answer = house.sql(sql).await;
            assert_eq!(number(&answer), rows, "{sql}");
            assert!(files.contains(&answer.cost.files_scanned), "{sql}: {:?}", answer.cost);
        }
    };
    check("select count(*) from logs where match_phrase(message, 'needle_in_three')", 1, 1..=2).await;
    check("select count(*) from logs where match_phrase(message, 'NEEDLE_in_three') and severity = 'INFO'", 1, 1..=2).await;
    check("select count(*) from logs where match_phrase(message, 'nowhere_at_all')", 0, 0..=1).await;
    check("select count(*) from logs where trace_id = '00000000000000050000000000000009'", 1, 1..=2).await;
    check("select count(*) from logs where match_phrase(trace_id, '00000000000000050000000000000009')", 1, 1..=2).await;
    check("select count(*) from logs where message like '%needle_in_three%'", 1, 8..=8).await;
    check("select count(*) from logs where timestamp < '2026-02-06T12:00:00.000500Z'", 500, 1..=1).await;
    check(
        "select count(*) from logs where timestamp >= '2026-02-06T12:00:00.003Z' and timestamp < '2026-02-06T12:00:00.004Z'",
        1000,
        1..=1,
    )
    .await;
    check("select count(*) from logs", SEGMENTS * ROWS, 0..=0).await;
    check("select count(record_id) from logs where source = 's4'", ROWS, 1..=1).await;
}

/// Large segments hold many row groups: these too are read newest first, with rows in memory beside them.
#[tokio::test(flavor = "multi_thread")]
async fn row_groups_are_read_newest_first_beside_memory() {
    let house = house(false).await;
    house.append(batch(&[Entry { at: 17, ..Entry::default() }])).await;
    let plan = lines(&house.sql("explain select message from logs order by timestamp desc limit 5").await).join("\n");
    for part in ["UnionExec", "reverse_row_groups=true", "DynamicFilter"] {
        assert!(plan.contains(part), "no {part} in {plan}");
    }
}
