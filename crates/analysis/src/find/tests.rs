use record::Timestamp;

use super::*;
use crate::{Held, HeldRecord};

fn held() -> Held {
    let record = |at: i64, source: &str, severity, message: &str| HeldRecord {
        at: Timestamp::from_micros(at * 1_000_000),
        arrived: Timestamp::from_micros(at * 1_000_000),
        source: source.into(),
        severity: Some(severity),
        message: message.into(),
        trace: None,
        millis: None,
        transaction: None,
    };
    let lines = (0..20).flat_map(|at| {
        [
            record(at, "sshd", Severity::Warn, &format!("Failed password for ann from 10.0.0.{at} port 22 ssh2")),
            record(at, "storage", Severity::Error, &format!("write to segment {at} failed: No space left on device")),
            record(at, "shop", Severity::Info, &format!("order {at} placed")),
        ]
    });
    Held::new(lines.collect())
}

async fn found(finder: &Finder, change: impl FnOnce(&mut FindAsk)) -> Vec<String> {
    let mut ask = FindAsk { query: String::new(), range: TimeRange::ALL, sources: Vec::new(), severities: Vec::new(), limit: 3 };
    change(&mut ask);
    let found = finder.find(&held(), &ask).await.expect("records in memory");
    assert!(found.records.iter().all(|(_, score)| *score > 0.0 && *score <= 1.0));
    found.records.into_iter().map(|(record, _)| format!("{} {}", record.source, record.at.as_micros() / 1_000_000)).collect()
}

#[tokio::test]
async fn records_of_the_nearest_pattern_come_newest_first() {
    let finder = Finder::default();
    assert_eq!(found(&finder, |ask| ask.query = "disk is full".into()).await, ["storage 19", "storage 18", "storage 17"]);
    assert_eq!(found(&finder, |ask| ask.query = "somebody guesses passwords".into()).await[0], "sshd 19");
}

#[tokio::test]
async fn filters_hold() {
    let finder = Finder::default();
    let disk = |ask: &mut FindAsk| ask.query = "disk is full".into();
    let none: [&str; 0] = [];
    assert_eq!(
        found(&finder, |ask| {
            disk(ask);
            ask.sources = vec!["shop".into()]
        })
        .await,
        none
    );
    assert_eq!(
        found(&finder, |ask| {
            disk(ask);
            ask.severities = vec![Severity::Info]
        })
        .await,
        none
    );
    let early = TimeRange::new(Timestamp::from_micros(0), Timestamp::from_micros(2_000_000));
    assert_eq!(
        found(&finder, |ask| {
            disk(ask);
            ask.range = early
        })
        .await,
        ["storage 1", "storage 0"]
    );
}

#[tokio::test]
async fn nothing_comes_of_nothing() {
    let finder = Finder::default();
    let none: [&str; 0] = [];
    assert_eq!(found(&finder, |_| ()).await, none);
    assert_eq!(found(&finder, |ask| ask.query = "zebra".into()).await, none);
    let ask = FindAsk { query: "disk full".into(), range: TimeRange::ALL, sources: Vec::new(), severities: Vec::new(), limit: 3 };
    assert!(finder.find(&Held::default(), &ask).await.expect("nothing in memory").records.is_empty());
}

#[test]
fn identifiers_are_known() {
    for query in ["txn-6139901287", "10.0.0.1", "ann@example.com", "status=500", "ERR_DATA_INSERT", "\"connection refused\""] {
        assert!(is_identifier(query), "{query}");
    }
    for query in ["disk full", "why did it fail?", "read-only file system", "somebody guesses passwords."] {
        assert!(!is_identifier(query), "{query}");
    }
}
