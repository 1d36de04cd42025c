use super::*;

/// Numbers that look drawn by lot.
fn hashes(from: u64, count: usize) -> Vec<u64> {
    (from..from + count as u64).map(|number| rapidhash::v3::rapidhash_v3(&number.to_le_bytes())).collect()
}

#[test]
fn what_was_put_in_is_confirmed_and_little_else() {
    for count in [0, 1, 2, 3, 4, 5, 7, 10, 33, 100, 1000, 20_000, 100_000] {
        let (inside, outside) = (hashes(1, count), hashes(1 << 40, 20_000));
        let filter = Filter::of(&inside);
        let again = Filter::from_bytes(Bytes::copy_from_slice(filter.as_bytes())).expect("a filter");
        assert_eq!(again, filter);
        assert!(inside.iter().all(|&hash| again.may_contain(hash)), "{count}");
        let wrong = outside.iter().filter(|&&hash| again.may_contain(hash)).count();
        assert!(wrong <= if count == 0 { 0 } else { 200 }, "{wrong} of 20,000 others are confirmed by a filter of {count}");
        if count >= 1000 {
            let bits = filter.as_bytes().len() as f64 * 8.0 / count as f64;
            assert!(bits < 12.0, "{bits} bits for each of {count}");
        }
    }
}

/// Somebody may choose texts whose hashes share all their places: the same hash twice cannot be told apart.
#[test]
fn hashes_that_cannot_be_placed_are_all_confirmed() {
    let filter = Filter::of(&[7, 7]);
    let again = Filter::from_bytes(Bytes::copy_from_slice(filter.as_bytes())).expect("a filter");
    assert!(filter.may_contain(7) && again.may_contain(8));
}

#[test]
fn what_is_not_a_filter_is_refused() {
    let good = Filter::of(&hashes(1, 50)).as_bytes().to_vec();
    let refused = |bytes: &[u8]| Filter::from_bytes(Bytes::copy_from_slice(bytes)).is_err();
    assert!(!refused(&good) && refused(&good[..11]) && refused(&good[..good.len() - 1]));
    for (at, value) in [(4, 3), (7, 0x80), (8, 0xff)] {
        let mut wrong = good.clone();
        wrong[at] = value;
        assert!(refused(&wrong), "byte {at}");
    }
}
