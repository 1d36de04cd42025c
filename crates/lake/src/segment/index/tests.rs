use std::collections::BTreeSet;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int64Array, RecordBatch, StringViewArray};
use proptest::prelude::*;

use super::*;

fn folded(word: &str) -> String {
    let mut folded = String::new();
    record::fold(word, &mut folded);
    folded
}

fn id_of(message: &str) -> i64 {
    pattern::pattern_id(message).0.cast_signed()
}

/// Rows with these messages and ids of patterns.
fn rows(messages: &[String], ids: impl Iterator<Item = Option<i64>>) -> RecordBatch {
    let messages = StringViewArray::from_iter(messages.iter().map(Some));
    let columns: [(&str, ArrayRef); 2] = [(MESSAGE, Arc::new(messages)), ("pattern_id", Arc::new(ids.collect::<Int64Array>()))];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, column)| (name, column, true))).expect("rows")
}

/// An index over row groups of these messages.
fn index_of(groups: &[Vec<String>]) -> SegmentIndex {
    let mut tokens = Tokens::default();
    for messages in groups {
        tokens.add(&rows(messages, messages.iter().map(|message| Some(id_of(message)))));
        tokens.end_row_group();
    }
    SegmentIndex::new(
        groups.iter().map(|group| group.len() as u32).collect(),
        Some(tokens.finish().expect("counted").0),
        vec![1, 2, 3],
    )
}

fn keep(index: &SegmentIndex, words: &[&str]) -> Vec<bool> {
    let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
    index.may_contain_words(MESSAGE, &words).expect("words are known")
}

#[test]
fn the_format_of_released_files_does_not_change() {
    let index = index_of(&[vec!["Order ORD-7 shipped".into()], vec!["naïve 5".into()]]);
    assert_eq!(hash_of("shipped"), SHIPPED, "the hash of words");
    let hex: String = index.encode().iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, GOLDEN);
    let unknown = SegmentIndex::new(vec![5], None, vec![9]);
    let again = SegmentIndex::decode(unknown.encode().into()).expect("an index");
    assert_eq!((again.row_groups(), again.checksums(), again.words.is_none()), (&[5][..], &[9][..], true));
}

const SHIPPED: u64 = 16_887_111_795_458_145_481;
/// Header (two row groups, three checksums, three words), rows of the row groups, bytes of the filters, the filters, bytes of
/// the words, the words, the page groups they stand in, the checksums.
const GOLDEN: &str = concat!(
    "444e445249583032c6da7eec020000000300000003000000",
    "0100000001000000",
    "1800000018000000",
    "000000000400000001000000000000000000000065000000",
    "00000000040000000100000000000000000000006c0000ba",
    "12000000",
    "6f72640a6f726465720a736869707065640a",
    "010101",
    "010000000200000003000000",
);

/// Of the first layout the checksums are read; of words nothing is known.
#[test]
fn indexes_of_the_first_layout_are_read() {
    let index = SegmentIndex::decode(FIRST.into()).expect("an index");
    assert_eq!((index.checksums(), index.row_groups().len(), index.words.is_none()), (&[1, 2, 3][..], 0, true));
    assert_eq!(index.may_contain_words(MESSAGE, &["order".into()]), None);
}

/// Two row groups, three checksums; a filter of one block and one of none.
const FIRST: &[u8] = b"DNDRIX01\x13\xdc\x87\x6a\x02\0\0\0\x03\0\0\0\0\0\0\0\
    \x01\0\0\0\0\0\0\0\
    \x02\x08\0\x42\x20\x06\x80\0\x10\0\x40\x06\0\x0d\0\x20\0\x50\x02\x04\x40\x02\x42\0\x01\x01\x10\x20\x05\x10\x40\0\
    \x01\0\0\0\x02\0\0\0\x03\0\0\0";

#[test]
fn what_is_not_an_index_is_refused() {
    let good = index_of(&[vec!["a b c 5".into()]]).encode();
    let check = |bytes: Vec<u8>, expected: &str| {
        assert_eq!(SegmentIndex::decode(bytes.into()).err(), Some(expected));
    };
    check(Vec::new(), "no index stands where the footer says");
    check(b"DNDRIX03".iter().chain(&good[8..]).copied().collect(), "no index stands where the footer says");
    for at in 8..good.len() {
        let mut flipped = good.clone();
        flipped[at] ^= 1;
        check(flipped, "the index differs from its checksum");
    }
    // Counts that promise more than there is, under a checksum that holds: of row groups, checksums and patterns, and the
    // blocks of a filter.
    for at in [12, 16, 20, 28] {
        let mut greedy = good.clone();
        greedy[at + 1] = 0x7f;
        let crc = crc32fast::hash(&greedy[12..]);
        greedy[8..12].copy_from_slice(&crc.to_le_bytes());
        check(greedy, SHORT);
    }
}

#[test]
fn words_of_variables_are_mostly_denied_where_they_are_not() {
    let words: Vec<String> = (0..20_000).map(|number| format!("w{number}")).collect();
    let index = index_of(&[vec![words.join(" ")]]);
    let wrong = (20_000..40_000).filter(|number| keep(&index, &[&format!("w{number}")])[0]).count();
    assert!(wrong < 20_000 / 100, "{wrong} of 20,000 absent words are confirmed");
}

#[test]
fn constant_words_are_known_exactly_by_page_group() {
    let mut messages: Vec<String> = (0..PAGE_GROUP_ROWS).map(|at| format!("user {at} logged in")).collect();
    messages.extend((0..10).map(|at| format!("User U{at} denied: quota_{at} of 5GB used")));
    let index = index_of(&[messages, vec!["denied".into()]]);
    let check = |words: &[&str], expected: [bool; 3]| assert_eq!(keep(&index, words), expected, "{words:?}");
    check(&["user"], [true, true, false]);
    check(&["logged"], [true, false, false]);
    check(&["denied"], [false, true, true]);
    check(&["logged", "denied"], [false; 3]);
    check(&["u7", "denied"], [false, true, false]);
    check(&["8191", "logged"], [true, false, false]);
    check(&["quota_7"], [false, true, false]);
    check(&["quota_"], [false; 3]); // part of a word
    check(&["5gb"], [false, true, false]);
    check(&["b00f"], [true; 3]); // left out
    check(&["b00f", "denied"], [false, true, true]);
    check(&["b00t"], [false; 3]);
    assert_eq!(index.may_contain_words("host", &["denied".into()]), None, "not indexed");
}

/// Two patterns may be given the same id, and messages none: no word is denied for it.
#[test]
fn ids_of_patterns_are_not_believed() {
    let messages: Vec<String> = ["one 1", "two 2", "one three 3", "four", "one 5"].map(str::to_owned).to_vec();
    let mut tokens = Tokens::default();
    tokens.add(&rows(&messages, [Some(7), Some(7), Some(7), None, Some(7)].into_iter()));
    tokens.end_row_group();
    let index = SegmentIndex::new(vec![5], Some(tokens.finish().expect("counted").0), vec![]);
    for word in messages.iter().flat_map(|message| record::words(message)) {
        assert_eq!(keep(&index, &[word]), [true], "{word}");
    }
    assert_eq!(index.words.expect("words").constant.len(), 1);
}

/// A message every one of which is a new pattern fills neither the index nor hides a word.
#[test]
fn patterns_are_bounded() {
    let letters = |number: usize| (0..4).map(|digit| char::from(b'a' + (number >> (4 * digit) & 15) as u8)).collect::<String>();
    let messages: Vec<String> = (0..6 * PAGE_GROUP_ROWS).map(|number| format!("x{} is here", letters(number))).collect();
    let index = index_of(std::slice::from_ref(&messages));
    assert!(index.words.as_ref().expect("words").constant.len() <= 32 << 10);
    for at in [0, PAGE_GROUP_ROWS, 5 * PAGE_GROUP_ROWS, 6 * PAGE_GROUP_ROWS - 1] {
        let word = record::words(&messages[at]).next().expect("a word");
        assert!(keep(&index, &[word, "here"])[at / PAGE_GROUP_ROWS], "{word}");
    }
}

proptest! {
    /// The index never denies a word that stands in a message, written and read back or not.
    #[test]
    fn a_word_that_is_there_is_never_denied(groups in prop::collection::vec(prop::collection::vec(MESSAGES, 1..6), 0..4)) {
        let index = index_of(&groups);
        let again = SegmentIndex::decode(index.encode().into()).expect("an index");
        prop_assert_eq!(again.checksums(), index.checksums());
        for (group, messages) in groups.iter().enumerate() {
            let words: BTreeSet<String> = messages.iter().flat_map(|message| record::words(message)).map(folded).collect();
            for index in [&index, &again] {
                for word in &words {
                    prop_assert!(keep(index, &[word])[group], "{}", word);
                }
                let all: Vec<&str> = words.iter().map(String::as_str).collect();
                prop_assert!(keep(index, &all)[group]);
                prop_assert_eq!(keep(index, &all).len(), groups.len());
                if words.is_empty() {
                    prop_assert!(!keep(index, &["x"])[group]);
                }
            }
        }
    }
}

/// Few words and numbers, so that messages share patterns and phrases; and some of everything.
const MESSAGES: &str = "((a|b|_|é|ab|5|17|a7|7a|1\\.5| |-|: |10\\.0\\.0\\.1|—|ms|K){0,8}|(\\PC|[a-zA-Z_0-9 .-]){0,30})";
