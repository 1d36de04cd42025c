use std::sync::Arc;

use proptest::prelude::*;
use record::Timestamp;

use super::super::check;
use super::super::tests::{EVENING, batch, committed, lines, options, read, rows_of, run, store, times_of, view, written};
use super::*;

fn merged(store: &Arc<dyn ObjectStore>, inputs: &[Arc<Segment>], view: &SchemaRef, options: &Options) -> Vec<Arc<Segment>> {
    let new = run(merge(store, inputs, view, options)).expect("merged");
    new.iter().map(|new| Arc::new(committed(new))).collect()
}

#[test]
fn rows_of_the_same_time_keep_the_order_of_the_inputs() {
    let (first, second) = (batch(&[1, 2, 2, 9]), batch(&[2, 2, 3]));
    let view = view(9, &[&first]);
    let (first, second) = (rows_of(&first, 0, &view), rows_of(&second, 100, &view));
    let store = store();
    let inputs = [written(&store, "1", vec![first.clone()]).remove(0), written(&store, "2", vec![second.clone()]).remove(0)];
    let merged = merged(&store, &inputs, &view, &options("m"));
    let (first, second) = (lines(&first), lines(&second));
    let expected = [&first[0], &first[1], &first[2], &second[0], &second[1], &second[2], &first[3]];
    assert_eq!(read(&store, &merged[0]).iter().collect::<Vec<_>>(), expected);
    assert_eq!(merged[0].time, (Timestamp::from_micros(EVENING + 1), Timestamp::from_micros(EVENING + 9)));
}

#[test]
fn columns_an_older_segment_has_not_are_null() {
    let (older, newer) = (batch(&[1, 3]), batch(&[2]));
    let (old_view, new_view) = (view(1, &[&older]), view(9, &[&older]));
    let (older, newer) = (rows_of(&older, 0, &old_view), rows_of(&newer, 100, &new_view));
    let store = store();
    let inputs = [written(&store, "1", vec![older.clone()]).remove(0), written(&store, "2", vec![newer.clone()]).remove(0)];
    let merged = merged(&store, &inputs, &new_view, &options("m"));
    let got = read(&store, &merged[0]);
    assert_eq!(got, [&lines(&older)[0], &lines(&newer)[0], &lines(&older)[1]].map(String::clone));
    assert!(got[0].contains("attributes={\"ratio\"") && got[1].contains(" ratio="), "{got:?}");
}

#[test]
fn nothing_merges_into_nothing() {
    assert_eq!(run(merge(&store(), &[], &view(0, &[]), &options("m"))).expect("merged"), []);
}

#[test]
fn a_missing_input_is_an_error() {
    let batch = batch(&[1]);
    let view = view(9, &[&batch]);
    let (here, elsewhere) = (store(), store());
    let inputs = written(&elsewhere, "1", vec![rows_of(&batch, 0, &view)]);
    assert!(matches!(run(merge(&here, &inputs, &view, &options("m"))), Err(Error::Store { .. })));
}

#[test]
fn a_damaged_page_stops_the_merge() {
    use object_store::ObjectStoreExt;
    let batch = batch(&(0..2000).collect::<Vec<_>>());
    let view = view(9, &[&batch]);
    let store = store();
    let inputs = written(&store, "1", vec![rows_of(&batch, 0, &view)]);
    let mut bytes = super::super::tests::bytes_of(&store, &inputs[0]).to_vec();
    // In the header of the very first page.
    bytes[5] ^= 0xff;
    run(store.put(&inputs[0].path, bytes.into())).expect("stored");
    assert!(matches!(run(merge(&store, &inputs, &view, &options("m"))), Err(Error::Parquet { .. })));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// The outputs together hold exactly the rows of the inputs, in order of time, and are sound.
    #[test]
    fn merging_keeps_every_row(
        times in prop::collection::vec(prop::collection::vec(0_i64..300, 1..80), 1..6),
        columns_max in prop::collection::vec(0_usize..5, 6),
        target_bytes in prop_oneof![Just(1_u64), Just(u64::MAX)],
    ) {
        let batches: Vec<_> = times.iter().map(|times| batch(times)).collect();
        let newest = view(4, &batches.iter().collect::<Vec<_>>());
        let store = store();
        let (mut inputs, mut expected) = (Vec::new(), Vec::new());
        for (index, batch) in batches.iter().enumerate() {
            let rows = rows_of(batch, index as u64 * 1000, &view(columns_max[index], &[batch]));
            expected.extend(lines(&rows));
            inputs.extend(written(&store, &index.to_string(), vec![rows]));
        }
        let options = Options { target_bytes, ..options("m") };
        let outputs = merged(&store, &inputs, &newest, &options);
        let mut got: Vec<String> = outputs.iter().flat_map(|output| read(&store, output)).collect();
        prop_assert!(times_of(&got).is_sorted());
        got.sort();
        expected.sort();
        prop_assert_eq!(got, expected);
        prop_assert!(outputs.iter().all(|output| run(check(&store, output)).expect("checked").is_empty()));
    }
}

#[test]
fn more_rows_than_are_held_at_a_time() {
    // Two inputs that take turns, and one that lies wholly behind them.
    let batches = [(0..20_000).map(|at| at * 2).collect(), (0..9_000).map(|at| at * 2 + 1).collect(), (50_000..59_000).collect()];
    let batches: Vec<_> = batches.iter().map(|times: &Vec<i64>| batch(times)).collect();
    let view = view(9, &batches.iter().collect::<Vec<_>>());
    let store = store();
    let rows: Vec<_> = batches.iter().enumerate().map(|(index, batch)| rows_of(batch, index as u64 * 100_000, &view)).collect();
    let inputs: Vec<_> =
        rows.iter().enumerate().map(|(index, rows)| written(&store, &index.to_string(), vec![rows.clone()]).remove(0)).collect();
    let together = written(&store, "sorted", rows).remove(0);
    let merged = merged(&store, &inputs, &view, &options("m"));
    assert_eq!(merged[0].rows, 38_000);
    assert!(read(&store, &merged[0]) == read(&store, &together), "merging sorted segments is sorting all rows");
}
