use std::collections::BTreeMap as Map;

use privacy::{Gateway, Policy};
use record::{Record, RejectReason, Rejected, Span, SystemClock, Value};
use tempfile::TempDir;

use super::*;
use crate::config::Location;

mod damage;
mod fault_store;
mod leases;
mod left_out;
mod shared;
mod simulation;

pub(super) fn config(dir: &std::path::Path) -> Config {
    Config {
        dir: dir.to_path_buf(),
        tables: Location::Local,
        node: 1,
        seal_after: Duration::from_secs(3600),
        seal_bytes: 64 << 20,
        memtable_limit_bytes: 256 << 20,
        disk_reserve_bytes: 0,
        columns_max: 100,
        segment_target_bytes: 128 << 20,
        key_memory: Duration::from_secs(3600),
        retention: None,
        vacuum_after: Duration::ZERO,
        maintain: false,
    }
}

/// A batch of records whose messages are these.
pub(super) fn batch(messages: &[String]) -> Admitted {
    let at = Timestamp::parse("2026-02-06T12:00:00Z").expect("a time").0;
    let mut batch = Batch::builder(Tenant::default(), at);
    for (index, message) in messages.iter().enumerate() {
        let mut record = Record::at(at.plus(Duration::from_millis(index as u64)));
        record.message = batch.text(message);
        record.source = batch.text("test");
        let name = batch.name("number");
        batch.field(name, Value::Int(index as i64));
        batch.finish_record(record);
    }
    Gateway::new(Policy::default()).admit(batch.build())
}

fn some(prefix: &str, count: usize) -> Admitted {
    batch(&(0..count).map(|index| format!("{prefix} {index}")).collect::<Vec<_>>())
}

fn key(text: &str) -> Option<BatchKey> {
    Some(BatchKey { key: text.into(), body: 7 })
}

async fn open_at(dir: &TempDir) -> Lake {
    // The tasks of a lake that was dropped end at their next await, and only then is the folder free.
    for _ in 0..200 {
        match Lake::open(config(dir.path()), Arc::new(SystemClock)).await {
            Err(Error::Locked(_)) => tokio::time::sleep(Duration::from_millis(10)).await,
            opened => return opened.expect("lake opens"),
        }
    }
    panic!("the folder stays locked");
}

/// How often each message is there.
pub(super) async fn messages(lake: &Lake) -> Map<String, usize> {
    let snapshot = lake.snapshot(&Tenant::default());
    count_messages(&snapshot).await
}

async fn count_messages(snapshot: &Snapshot) -> Map<String, usize> {
    use arrow::array::AsArray;
    use object_store::ObjectStoreExt;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
    let view = &snapshot.tables["logs"];
    let mut counts = Map::new();
    let mut count = |text: Option<&str>| *counts.entry(text.unwrap_or("none").to_owned()).or_default() += 1;
    for memory in &view.memory {
        let rows = memory.to_arrow(&view.schema);
        rows.column_by_name("message").expect("a message").as_string_view().iter().for_each(&mut count);
    }
    for segment in view.segments.iter() {
        let bytes = view.store.get(&segment.path).await.expect("segment").bytes().await.expect("bytes");
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes).expect("parquet").build().expect("reader");
        for rows in reader {
            let rows = rows.expect("rows");
            let column =
                arrow::compute::cast(rows.column_by_name("message").expect("a message"), &arrow::datatypes::DataType::Utf8);
            column.expect("text").as_string::<i32>().iter().for_each(&mut count);
        }
    }
    counts
}

fn total(counts: &Map<String, usize>) -> usize {
    counts.values().sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_there_before_and_after_sealing_and_after_a_restart() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    let receipt = lake.append(some("a", 5), None).await.unwrap();
    assert_eq!((receipt.accepted, receipt.duplicate), (5, false));
    assert_eq!(total(&messages(&lake).await), 5);
    lake.seal().await.unwrap();
    lake.append(some("b", 3), None).await.unwrap();
    assert_eq!(total(&messages(&lake).await), 8);
    drop(lake);

    let lake = open_at(&dir).await;
    let counts = messages(&lake).await;
    assert_eq!(total(&counts), 8);
    assert!(counts.values().all(|&count| count == 1), "{counts:?}");
    lake.close().await.unwrap();
    assert!(matches!(lake.append(some("c", 1), None).await, Err(Error::Closed)));
    drop(lake);
    let report = crate::check(&config(dir.path())).await.unwrap();
    assert!(report.clean(), "{:?}", report.findings);
    assert_eq!(report.segments, 4, "two of logs, two of the ledger");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_batch_is_recognised_whatever_happened_in_between() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    let first = lake.append(some("a", 5), key("k")).await.unwrap();
    let again = lake.append(some("a", 5), key("k")).await.unwrap();
    assert!(again.duplicate && again.accepted == 5 && again.lsn == first.lsn);
    drop(lake);
    let lake = open_at(&dir).await;
    assert!(lake.append(some("a", 5), key("k")).await.unwrap().duplicate, "from the write-ahead log");
    lake.seal().await.unwrap();
    assert!(lake.append(some("a", 5), key("k")).await.unwrap().duplicate, "from the state database");
    lake.append(some("a", 5), key("twin")).await.unwrap();
    lake.append(some("a", 5), None).await.unwrap();
    assert_eq!(total(&messages(&lake).await), 15, "twins sent on purpose are kept");
    let other = Some(BatchKey { key: "k".into(), body: 8 });
    assert!(matches!(lake.append(some("z", 5), other).await, Err(Error::KeyReused)));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_and_quarantine_account_for_every_line() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    let mut builder = Batch::builder(Tenant::default(), Timestamp::parse("2026-02-06").unwrap().0);
    let raw = builder.text("{\"half\":");
    builder.reject(Rejected { reason: RejectReason::InvalidJson, line: 1, offset: 8, raw, source: Span::ABSENT });
    let receipt = lake.append(Gateway::new(Policy::default()).admit(builder.build()), None).await.unwrap();
    assert_eq!((receipt.accepted, receipt.quarantined), (1, 1));
    lake.append(some("a", 4), key("k")).await.unwrap();
    lake.append(some("a", 4), key("k")).await.unwrap();
    lake.seal().await.unwrap();
    let snapshot = lake.snapshot(&Tenant::default());
    let rows = |table: &str| snapshot.tables[table].segments.iter().map(|segment| segment.rows).sum::<u64>();
    assert_eq!((rows("logs"), rows("quarantine")), (4, 1));
    assert_eq!(lake.status().duplicate_batches_total, 1);
    lake.close().await.unwrap();
    drop(lake);
    let report = crate::check(&config(dir.path())).await.unwrap();
    assert!(report.clean(), "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn compaction_keeps_every_record_and_time_travel_goes_back_behind_it() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    for round in 0..9 {
        lake.append(some(&format!("round {round}"), 10), None).await.unwrap();
        lake.seal().await.unwrap();
    }
    let before = messages(&lake).await;
    let old = lake.snapshot(&Tenant::default());
    let (went, came) = lake.compact().await.unwrap();
    assert!(went >= 8 && came >= 1, "{went} went, {came} came");
    assert_eq!(messages(&lake).await, before);
    assert_eq!(count_messages(&old).await, before, "a snapshot never changes");

    let version = old.tables["logs"].version;
    let earlier = lake.snapshot_at_version(&Tenant::default(), version - 4).await.unwrap();
    assert_eq!(total(&count_messages(&earlier).await), 50);
    assert!(matches!(lake.snapshot_at_version(&Tenant::default(), 999).await, Err(Error::NoSuchVersion(_))));

    lake.restore(&Tenant::default(), "logs", version - 4).await.unwrap();
    assert_eq!(total(&messages(&lake).await), 50);
    lake.append(some("after", 1), None).await.unwrap();
    lake.close().await.unwrap();
    drop(lake);
    let report = crate::check(&config(dir.path())).await.unwrap();
    assert!(report.clean(), "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_records_expire_and_their_files_are_vacuumed() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    lake.append(some("a", 10), None).await.unwrap();
    lake.seal().await.unwrap();
    assert_eq!(lake.expire(Duration::from_secs(3600 * 24 * 3650)).await.unwrap(), 0);
    assert_eq!(lake.expire(Duration::from_secs(1)).await.unwrap(), 10);
    assert_eq!(total(&messages(&lake).await), 0);
    tokio::time::sleep(Duration::from_millis(5)).await;
    assert_eq!(lake.vacuum().await.unwrap(), 1);
    lake.close().await.unwrap();
    drop(lake);
    let report = crate::check(&config(dir.path())).await.unwrap();
    assert!(report.clean(), "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_memtable_refuses_and_a_second_process_is_kept_out() {
    let dir = TempDir::new().expect("folder");
    let small = Config { memtable_limit_bytes: 1, ..config(dir.path()) };
    let lake = Lake::open(small, Arc::new(SystemClock)).await.unwrap();
    // One batch always fits, whatever its size; the second makes the sealing that the first waits for.
    lake.append(some("a", 1), None).await.unwrap();
    lake.append(some("b", 1), None).await.unwrap();
    assert!(lake.refuses().is_some());
    assert!(matches!(Lake::open(config(dir.path()), Arc::new(SystemClock)).await, Err(Error::Locked(_))));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_write_ahead_log_does_not_make_numbers_come_twice() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    let first = lake.append(some("a", 5), None).await.unwrap();
    lake.close().await.unwrap();
    drop(lake);
    std::fs::remove_dir_all(dir.path().join("wal")).unwrap();
    let lake = open_at(&dir).await;
    assert!(lake.append(some("b", 5), None).await.unwrap().lsn > first.lsn);
    lake.seal().await.unwrap();
    let counts = messages(&lake).await;
    assert_eq!((counts.len(), total(&counts)), (10, 10));
}
