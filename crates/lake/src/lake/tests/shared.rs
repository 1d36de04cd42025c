//! Two lakes with data folders of their own whose tables lie at one place, as two nodes have it with an object store.

use super::*;

/// The lake of a node whose tables are in `tables`.
async fn node(number: u16, dir: &TempDir, tables: &TempDir) -> Lake {
    Lake::open(shared(number, dir, tables), Arc::new(SystemClock)).await.expect("lake opens")
}

fn shared(number: u16, dir: &TempDir, tables: &TempDir) -> Config {
    let url = url::Url::from_directory_path(tables.path()).expect("a path");
    let tables = Location::Url { url, options: Map::new() };
    Config { node: number, tables, ..config(dir.path()) }
}

/// Records that bring attributes, and so columns: one of their own, and `same` of a type that differs from node to node.
fn with_columns(prefix: &str, column: &str, same: impl Fn(&mut record::BatchBuilder) -> Value) -> Admitted {
    let at = Timestamp::parse("2026-02-06T12:00:00Z").expect("a time").0;
    let mut batch = Batch::builder(Tenant::default(), at);
    for index in 0..5 {
        let mut record = Record::at(at);
        record.message = batch.text(&format!("{prefix} {index}"));
        let names = (batch.name(column), batch.name("same"));
        batch.field(names.0, Value::Int(index));
        let value = same(&mut batch);
        batch.field(names.1, value);
        batch.finish_record(record);
    }
    Gateway::new(Policy::default()).admit(batch.build())
}

/// Every record of every round is there once, by the eyes of somebody who opens the tables now.
async fn check_all_there(tables: &TempDir, messages_expected: usize) {
    let dir = TempDir::new().expect("folder");
    let counts = messages(&node(9, &dir, tables).await).await;
    assert_eq!((counts.len(), total(&counts)), (messages_expected, messages_expected));
    let dir = TempDir::new().expect("folder");
    let report = crate::check(&shared(9, &dir, tables)).await.expect("a report");
    assert!(report.clean(), "{:?}", report.findings);
}

#[tokio::test(flavor = "multi_thread")]
async fn commits_of_two_nodes_follow_one_another() {
    let [first, second, tables] = [(); 3].map(|()| TempDir::new().expect("folder"));
    let (a, b) = (node(1, &first, &tables).await, node(2, &second, &tables).await);
    for round in 0..4 {
        a.append(some(&format!("a {round}"), 5), None).await.unwrap();
        b.append(some(&format!("b {round}"), 5), None).await.unwrap();
        a.seal().await.unwrap();
        b.seal().await.unwrap();
    }
    let version = b.snapshot(&Tenant::default()).tables["logs"].version;
    let earlier = a.snapshot_at_version(&Tenant::default(), version).await.expect("a version that the other committed");
    assert_eq!(total(&count_messages(&earlier).await), 2 * 4 * 5);
    for round in 4..12 {
        a.append(some(&format!("a {round}"), 5), None).await.unwrap();
        b.append(some(&format!("b {round}"), 5), None).await.unwrap();
        let (sealed_a, sealed_b) = tokio::join!(a.seal(), b.seal());
        sealed_a.unwrap();
        sealed_b.unwrap();
    }
    check_all_there(&tables, 2 * 12 * 5).await;
}

/// A commit that grows the schema gives way to the other's, and comes again on top of it.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_add_columns() {
    let [first, second, tables] = [(); 3].map(|()| TempDir::new().expect("folder"));
    let (a, b) = (node(1, &first, &tables).await, node(2, &second, &tables).await);
    for round in 0..4 {
        a.append(with_columns(&format!("a {round}"), &format!("of_a_{round}"), |_| Value::Int(1)), None).await.unwrap();
        b.append(with_columns(&format!("b {round}"), &format!("of_b_{round}"), |batch| Value::Text(batch.text("one"))), None)
            .await
            .unwrap();
        a.seal().await.unwrap();
        b.seal().await.unwrap();
    }
    check_all_there(&tables, 2 * 4 * 5).await;
    let schema =
        node(8, &TempDir::new().expect("folder"), &tables).await.snapshot(&Tenant::default()).tables["logs"].schema.clone();
    for column in (0..4).flat_map(|round| [format!("of_a_{round}"), format!("of_b_{round}")]) {
        assert!(schema.column_with_name(&column).is_some(), "{column} is missing");
    }
}

/// Both merge the same segments; one of them finds that it came too late, and goes on.
#[tokio::test(flavor = "multi_thread")]
async fn two_nodes_compact() {
    let [first, second, tables] = [(); 3].map(|()| TempDir::new().expect("folder"));
    let (a, b) = (node(1, &first, &tables).await, node(2, &second, &tables).await);
    for round in 0..9 {
        a.append(some(&format!("a {round}"), 5), None).await.unwrap();
        a.seal().await.unwrap();
        b.append(some(&format!("b {round}"), 5), None).await.unwrap();
        b.seal().await.unwrap();
    }
    let (merged_a, merged_b) = tokio::join!(a.compact(), b.compact());
    merged_a.unwrap();
    merged_b.unwrap();
    check_all_there(&tables, 2 * 9 * 5).await;
}

/// A number belongs to one folder, for as long as the tables are there.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_is_one_folder() {
    let [first, second, tables] = [(); 3].map(|()| TempDir::new().expect("folder"));
    let lake = node(1, &first, &tables).await;
    let taken = Lake::open(shared(1, &second, &tables), Arc::new(SystemClock)).await;
    assert!(matches!(taken, Err(Error::NodeTaken(1))));
    lake.close().await.unwrap();
    node(2, &second, &tables).await.close().await.unwrap();
}
