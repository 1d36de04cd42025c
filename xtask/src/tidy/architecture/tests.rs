use super::*;

const TABLE: &str = "\
text
| room | turns | into | may use | never |
|---|---|---|---|---|
| `record` | - | words | - | async |
| `lake` | batches | segments | record, privacy | HTTP |

| room | another table | x |
";

fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_table_is_read() {
    let expected = BTreeMap::from([("record".to_owned(), set(&[])), ("lake".to_owned(), set(&["record", "privacy"]))]);
    assert_eq!(rooms(TABLE), expected);
}

#[test]
fn a_forbidden_edge_and_a_missing_room_are_found() {
    let check = |actual: &[(&str, &[&str])], problems: &[&str]| {
        let actual = actual.iter().map(|(room, uses)| ((*room).to_owned(), set(uses))).collect();
        assert_eq!(compare(&rooms(TABLE), &actual), problems);
    };
    check(&[("record", &[]), ("lake", &["record"])], &[]);
    check(&[("record", &["lake"]), ("lake", &[])], &["`record` uses `lake`, which the table does not allow"]);
    check(&[("record", &[])], &["the table has a room `lake` that is no crate"]);
    check(&[("record", &[]), ("lake", &[]), ("core", &[])], &["crate `core` is missing in the table of rooms"]);
}

#[test]
fn paths_are_told_from_other_words() {
    let text = "see `crates/lake/src/wal.rs`, `cargo test`, `xtask/`, `a/b`, `crates/*/src`";
    assert_eq!(paths(text).collect::<Vec<_>>(), ["crates/lake/src/wal.rs", "xtask/"]);
}
