//! I-5: a damaged segment costs its own records, and the answer says so.

use std::path::{Path, PathBuf};

use super::house::{Entry, House, batch, lines, number};

/// Three segments of two records each; the middle one is damaged.
async fn damaged(damage: impl FnOnce(&Path)) -> (House, String) {
    let house = House::new().await;
    for index in 0..3 {
        let entry = |second: i64| Entry { at: index * 10 + second, message: Some(format!("m{index}")), ..Entry::default() };
        house.append(batch(&[entry(0), entry(1)])).await;
        house.seal().await;
    }
    let snapshot = house.lake.snapshot(&house.scope().tenant);
    let segment = snapshot.tables["logs"].segments[1].path.to_string();
    let file = format!("tables/default/logs/{segment}");
    damage(&house.dir.path().join(&file));
    (house, file)
}

fn flip(path: &Path, at: impl FnOnce(&[u8]) -> usize) {
    let mut bytes = std::fs::read(path).unwrap();
    let at = at(&bytes);
    bytes[at] ^= 0x10;
    std::fs::write(path, bytes).unwrap();
}

/// Where the index begins.
fn index_of(bytes: &[u8]) -> usize {
    memchr::memmem::find(bytes, b"DNDRIX02").expect("an index")
}

async fn check(how: &str, damage: impl FnOnce(&Path)) {
    let (house, file) = damaged(damage).await;
    for _ in 0..2 {
        let answer = house.search("* | fields message").await;
        assert_eq!(lines(&answer).concat(), r#"{"message":"m2"}{"message":"m2"}{"message":"m0"}{"message":"m0"}"#, "{how}");
        let told = answer.incomplete_reason().unwrap_or_default();
        assert!(!answer.complete() && told.starts_with(&file) && told.contains("byte "), "{how}: {told}");
        let answer = house.sql("SELECT count(message) FROM logs").await;
        assert_eq!((number(&answer), answer.damage.len()), (4, 1), "{how}");
    }
    let whole = house.search("m2").await;
    assert!(whole.complete() || lines(&whole).len() == 2, "{how}");
    assert!(house.sql("SELECT sum(received) FROM ledger").await.complete(), "{how}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rest_is_answered_and_the_damage_is_named() {
    check("data", |path| flip(path, |_| 100)).await;
    check("index", |path| flip(path, |bytes| index_of(bytes) + 20)).await;
    check("footer", |path| flip(path, |bytes| bytes.len() - 100)).await;
    check("torn", |path| {
        let bytes = std::fs::read(path).unwrap();
        std::fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
    })
    .await;
    check("missing", |path: &Path| std::fs::remove_file(PathBuf::from(path)).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_rollup_is_not_counted_from() {
    // What stands before the index is the rollup.
    let (house, file) = damaged(|path| flip(path, |bytes| index_of(bytes) - 40)).await;
    for sql in ["SELECT count(*) FROM logs", "SELECT count(record_id) FROM logs", "SELECT count(*) FROM logs"] {
        let answer = house.sql(sql).await;
        let told = answer.incomplete_reason().is_some_and(|told| told.starts_with(&file));
        // From its rows, or, once the damage was met, without the segment, which is then named.
        assert_eq!(number(&answer), if told { 4 } else { 6 }, "{sql}");
    }
}
