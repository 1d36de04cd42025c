use std::collections::BTreeSet;

use arrow::array::StringViewArray;
use proptest::prelude::*;

use super::*;

fn folded(word: &str) -> String {
    let mut folded = String::new();
    record::fold(word, &mut folded);
    folded
}

/// An index over row groups of these messages.
fn index_of(groups: &[Vec<String>]) -> SegmentIndex {
    let mut tokens = Tokens::default();
    let filters = groups.iter().map(|messages| {
        tokens.add(&StringViewArray::from_iter(messages.iter().map(Some)));
        tokens.take()
    });
    SegmentIndex::new(filters.collect(), vec![1, 2, 3])
}

#[test]
fn the_format_of_released_files_does_not_change() {
    let index = index_of(&[vec!["Order ORD-7 shipped".into()], vec![]]);
    let bytes = index.encode();
    assert_eq!(hash_of("shipped"), SHIPPED, "the hash of words");
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, GOLDEN);
}

const SHIPPED: u64 = 16_887_111_795_458_145_481;
/// Header (two row groups, three checksums), sizes of the filters (one block, none), the block, the checksums.
const GOLDEN: &str = concat!(
    "444e44524958303113dc876a020000000300000000000000",
    "0100000000000000",
    "020800422006800010004006000d002000500204400242000101102005104000",
    "010000000200000003000000",
);

#[test]
fn what_is_not_an_index_is_refused() {
    let good = index_of(&[vec!["a b c".into()]]).encode();
    let check = |bytes: Vec<u8>, expected: &str| {
        assert_eq!(SegmentIndex::decode(bytes.into()).err(), Some(expected));
    };
    check(Vec::new(), "no index stands where the footer says");
    check(b"DNDRIX02".iter().chain(&good[8..]).copied().collect(), "no index stands where the footer says");
    for at in 8..good.len() {
        let mut flipped = good.clone();
        flipped[at] ^= 1;
        check(flipped, "the index differs from its checksum");
    }
    // Counts that promise more than there is, under a checksum that holds.
    for at in [12, 16, 24] {
        let mut greedy = good.clone();
        greedy[at + 1] = 0x7f;
        let crc = crc32fast::hash(&greedy[12..]);
        greedy[8..12].copy_from_slice(&crc.to_le_bytes());
        check(greedy, "the index is shorter than it says");
    }
}

#[test]
fn absent_words_are_mostly_denied() {
    let words: Vec<String> = (0..20_000).map(|number| format!("w{number}")).collect();
    let index = index_of(&[vec![words.join(" ")]]);
    let wrong = (20_000..40_000).filter(|number| index.may_contain_words(MESSAGE, &[format!("w{number}")]).keep[0]).count();
    assert!(wrong < 20_000 / 25, "{wrong} of 20,000 absent words are confirmed");
}

proptest! {
    /// The index never denies a word that stands in a message, written and read back or not; and a group says yes only
    /// if it may hold all words.
    #[test]
    fn a_word_that_is_there_is_never_denied(groups in prop::collection::vec(prop::collection::vec("(\\PC|[a-zA-Z_0-9 .-]){0,30}", 0..6), 0..4)) {
        let index = index_of(&groups);
        let again = SegmentIndex::decode(index.encode().into()).expect("an index");
        prop_assert_eq!(again.checksums(), index.checksums());
        for (group, messages) in groups.iter().enumerate() {
            let words: BTreeSet<String> = messages.iter().flat_map(|message| record::words(message)).map(folded).collect();
            for index in [&index, &again] {
                for word in &words {
                    prop_assert!(index.may_contain_words(MESSAGE, std::slice::from_ref(word)).keep[group]);
                }
                let all: Vec<String> = words.iter().cloned().collect();
                prop_assert!(index.may_contain_words(MESSAGE, &all).keep[group]);
                prop_assert_eq!(index.may_contain_words(MESSAGE, &all).keep.len(), groups.len());
                if words.is_empty() {
                    prop_assert!(!index.may_contain_words(MESSAGE, &["x".to_owned()]).keep[group]);
                }
            }
        }
    }
}
