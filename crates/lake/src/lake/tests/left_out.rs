//! What rules leave out is counted as durably as what is stored.

use arrow::datatypes::Schema;
use record::LeftOutBy;

use super::*;
use crate::delta::DeltaLog;
use crate::store::Root;

/// Four records, of which one is stored, two are filtered and one is sampled out.
fn thinned() -> Admitted {
    let mut batch = some("a", 4).into_batch();
    batch.leave_out(|index| [None, Some(LeftOutBy::Filter), Some(LeftOutBy::Sampling), Some(LeftOutBy::Filter)][index]);
    Gateway::new(Policy::default()).admit(batch)
}

fn all_filtered() -> Admitted {
    let mut batch = some("a", 3).into_batch();
    batch.leave_out(|_| Some(LeftOutBy::Filter));
    Gateway::new(Policy::default()).admit(batch)
}

async fn counted(lake: &Lake) -> (i64, i64, i64) {
    let ledger = lake.inner.table(&Tenant::default(), Table::Ledger).expect("a ledger");
    let sums = crate::ledger::committed(&ledger).await.expect("sums");
    (sums.received, sums.outcomes, sums.stored)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_left_out_is_counted_after_a_crash_too_and_a_repeated_delivery_of_it_is_recognised() {
    let dir = TempDir::new().expect("folder");
    let lake = open_at(&dir).await;
    assert_eq!(lake.append(thinned(), None).await.unwrap().accepted, 1);
    assert!(!lake.append(all_filtered(), key("k")).await.unwrap().duplicate);
    drop(lake);
    let lake = open_at(&dir).await;
    assert!(lake.append(all_filtered(), key("k")).await.unwrap().duplicate);
    lake.seal().await.unwrap();
    lake.close().await.unwrap();
    drop(lake);
    let lake = open_at(&dir).await;
    assert_eq!(counted(&lake).await, (4 + 3 + 3, 4 + 3 + 3, 1));
    assert_eq!(total(&messages(&lake).await), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ledger_of_an_earlier_version_gets_the_column_that_it_lacks() {
    let dir = TempDir::new().expect("folder");
    let fields =
        Table::Ledger.base_schema().fields().iter().filter(|field| field.name() != "filtered").cloned().collect::<Vec<_>>();
    let old = Arc::new(Schema::new(fields));
    let root = Root::open(&config(dir.path())).expect("root");
    DeltaLog::open_or_create(&root, "default", "ledger", &old).await.expect("an old ledger");
    drop(root);
    let lake = open_at(&dir).await;
    lake.append(thinned(), None).await.unwrap();
    let view = &lake.snapshot(&Tenant::default()).tables["ledger"];
    let rows = view.memory[0].to_arrow(&view.schema);
    assert_eq!(rows.schema(), view.schema, "before it is sealed");
    lake.seal().await.unwrap();
    assert_eq!(counted(&lake).await, (4, 4, 1));
    let names: Vec<&str> = old.fields().iter().map(|field| field.name().as_str()).collect();
    assert!(!names.contains(&"filtered"), "{names:?}");
    let now = lake.snapshot(&Tenant::default()).tables["ledger"].schema.clone();
    assert_eq!(now.fields().len(), names.len() + 1);
    lake.close().await.unwrap();
}
