//! Asking for earlier states of `logs`.

use std::time::Duration;

use ask::{AsOf, Error};
use record::Clock;

use super::house::{Entry, House, batch, number};

async fn three_commits(house: &House) -> Vec<(u64, record::Timestamp)> {
    let mut commits = Vec::new();
    for index in 0..3 {
        house.append(batch(&[Entry { at: index, message: Some(format!("m{index}")), ..Entry::default() }])).await;
        house.seal().await;
        commits.push((house.lake.snapshot(&house.scope().tenant).tables["logs"].version, house.clock.now()));
        house.clock.forward(Duration::from_secs(60));
    }
    commits
}

#[tokio::test(flavor = "multi_thread")]
async fn earlier_versions_are_tables() {
    let house = House::new().await;
    let commits = three_commits(&house).await;
    house.append(batch(&[Entry { at: 9, ..Entry::default() }])).await;
    let count = |from: String| {
        let house = &house;
        async move { number(&house.sql(&format!("select count(*) from {from}")).await) }
    };
    assert_eq!(count("logs".into()).await, 4);
    for (index, (version, _)) in commits.iter().enumerate() {
        let expected = index as i64 + 1;
        assert_eq!(count(format!("logs for version as of {version}")).await, expected);
        assert_eq!(count(format!("logs version as of {version} as l where l.message is not null")).await, expected);
        assert_eq!(count(format!("logs_at({version})")).await, expected);
        let answer = house.sql_at("select count(*) from logs", AsOf::Version(*version)).await.unwrap();
        assert_eq!((number(&answer), answer.version), (expected, *version));
    }
    let between = format!("logs new where new.message not in (select message from logs_at({}))", commits[0].0);
    assert_eq!(count(between).await, 2);

    let missing = house.try_sql("select count(*) from logs version as of 99").await;
    assert!(matches!(missing, Err(Error::NotFound(_))), "{:?}", missing.err());
}
