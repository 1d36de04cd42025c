use proptest::prelude::*;

use super::*;
use crate::split;

fn kept(offers: &[(String, u64)], max_skeletons: usize, max_bytes: usize) -> (Vec<PatternId>, u64) {
    let mut kept = Kept::new(max_skeletons, max_bytes);
    for (message, count) in offers {
        kept.offer(&split(message).pattern, *count);
        assert!(kept.ranks.len() <= max_skeletons && kept.bytes <= max_bytes);
        assert_eq!(kept.heads.values().map(Vec::len).sum::<usize>(), kept.bytes);
    }
    let (skeletons, left_out) = kept.finish();
    (skeletons.iter().map(|skeleton| skeleton.id).collect(), left_out)
}

#[test]
fn a_rare_skeleton_gives_way() {
    let offers = [("often", 3), ("once", 1), ("twice", 2)].map(|(message, count)| (message.to_owned(), count));
    let id = |message: &str| split(message).pattern.id();
    assert_eq!(kept(&offers, 2, 100), (vec![id("twice"), id("often")], 1));
    assert_eq!(kept(&offers, 3, 10), (vec![id("twice"), id("often")], 1));
    assert_eq!(kept(&offers, 3, 100).1, 0);
}

proptest! {
    #[test]
    fn what_is_kept_does_not_depend_on_the_order(
        (offers, shuffled) in prop::collection::btree_map("[a-e]{0,9}", 0u64..6, 0..20)
            .prop_flat_map(|offers| (Just(Vec::from_iter(offers.clone())), Just(Vec::from_iter(offers)).prop_shuffle())),
        max_skeletons in 0usize..12,
        max_bytes in 0usize..60,
    ) {
        prop_assert_eq!(kept(&offers, max_skeletons, max_bytes), kept(&shuffled, max_skeletons, max_bytes));
    }
}
