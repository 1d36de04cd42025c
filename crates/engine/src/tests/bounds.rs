//! What a question may not do, and what it may not cost.

use std::time::Duration;

use ask::{Budget, Engine, Error, Incomplete, Question};

use super::house::{BUDGET, Entry, House, batch, lines, number};

fn many(count: i64) -> Vec<Entry> {
    (0..count)
        .map(|index| Entry {
            at: index,
            message: Some(format!("message number {index} of many, made long enough to fill pages")),
            ..Entry::default()
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_reading_is_done() {
    let house = House::new().await;
    house.append(batch(&many(3))).await;
    for text in [
        "drop table logs",
        "create table x as select 1",
        "insert into logs select * from logs",
        "copy logs to '/tmp/stolen.parquet'",
        "set datafusion.execution.batch_size = 1",
        "create external table x stored as csv location '/etc/passwd'",
        "select * from '/etc/passwd'",
        "select * from read_parquet('/etc/passwd')",
        "select * from information_schema.tables; drop table logs",
    ] {
        let error = house.try_sql(text).await.err();
        assert!(matches!(error, Some(Error::Invalid { .. })), "{text}: {error:?}");
    }
    assert_eq!(number(&house.sql("select count(*) from logs").await), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_end_at_their_bounds_and_say_so() {
    let house = House::new().await;
    house.append(batch(&many(5000))).await;
    house.seal().await;
    let ask = |sql: &'static str, budget: Budget| {
        let mut scope = house.scope();
        scope.budget = budget;
        let engine = &house.engine;
        async move { engine.answer(&scope, &Question::Sql(sql.to_owned()), None).await }
    };
    let answer = ask("select * from logs", Budget { rows_max: 100, ..BUDGET }).await.unwrap();
    assert_eq!((answer.rows.len(), answer.incomplete), (100, Some(Incomplete::Rows)));
    let answer = ask("select * from logs limit 100", Budget { rows_max: 100, ..BUDGET }).await.unwrap();
    assert_eq!((answer.rows.len(), answer.incomplete), (100, None));
    let answer = ask("select message from logs", Budget { answer_bytes_max: 10_000, ..BUDGET }).await.unwrap();
    assert_eq!(answer.incomplete, Some(Incomplete::Bytes));
    assert!((100..200).contains(&answer.rows.len()), "{}", answer.rows.len());
    // An ORDER BY at the bound: the rows there are the right ones.
    let answer = ask("select timestamp from logs order by timestamp desc", Budget { rows_max: 2, ..BUDGET }).await.unwrap();
    assert_eq!(lines(&answer)[0], r#"{"timestamp":"2026-02-06T12:00:00.004999Z"}"#);

    let heavy = "select count(distinct a.message || b.message) from logs a cross join logs b";
    let error = ask(heavy, Budget { memory_bytes_max: 8 << 20, ..BUDGET }).await.err().unwrap();
    assert_eq!(error.to_string(), "the query needs more than its 8 MiB of memory");
    let error =
        ask(heavy, Budget { time_max: Duration::from_millis(200), memory_bytes_max: 1 << 40, ..BUDGET }).await.err().unwrap();
    assert_eq!(error.to_string(), "the query needs more than its 0.2 s of time");
    assert_eq!(number(&house.sql("select count(*) from logs").await), 5000); // and the engine is as good as before
}

#[tokio::test(flavor = "multi_thread")]
async fn errors_help_and_quote_no_record() {
    let house = House::new().await;
    let secret = "alice at example";
    house.append(batch(&[Entry { message: Some(secret.into()), ..Entry::default() }])).await;
    for sealed in [false, true] {
        if sealed {
            house.seal().await;
        }
        for text in [
            "select cast(message as bigint) from logs",
            "select to_timestamp(message) from logs",
            "select message::interval from logs",
        ] {
            let error = house.try_sql(text).await.err().unwrap();
            assert!(matches!(error, Error::Invalid { .. }), "{text}: {error:?}");
            assert!(!format!("{error:?}").contains("alice"), "{text}: {error:?}");
        }
    }
    let check = |text: &'static str, message: &'static str, position: Option<usize>, hint: Option<&'static str>| {
        let house = &house;
        async move {
            let Some(Error::Invalid { message: got, position: at, hint: help }) = house.try_sql(text).await.err() else {
                panic!("{text}")
            };
            assert!(got.contains(message), "{text}: {got}");
            assert_eq!((at, help.as_deref()), (position, hint), "{text}: {got}");
        }
    };
    check("select mesage from logs", "there is no column mesage", Some(7), Some("did you mean message?")).await;
    check("select Source from logs where", "Expected", Some(29), None).await;
    check("select * from nowhere", "nowhere", Some(14), None).await;
    check("select nofunction(1)", "nofunction", Some(7), None).await;
}
