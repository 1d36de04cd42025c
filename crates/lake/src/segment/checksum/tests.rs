use proptest::prelude::*;

use super::*;

/// A footer as the writer leaves it: some bytes, the key with its blank value, some bytes.
fn footer(before: &[u8], after: &[u8]) -> Vec<u8> {
    [before, b"\x18\x0f", KEY.as_bytes(), &[0x18, BLANK.len() as u8], BLANK.as_bytes(), after].concat()
}

#[test]
fn every_stretch_has_its_checksum() {
    let bytes: Vec<u8> = (0..STRETCH_BYTES * 2 + 5).map(|at| (at * 31 % 251) as u8).collect();
    let mut summed = Summed::default();
    for part in bytes.chunks(7001) {
        summed.write_all(part).expect("memory");
    }
    let expected: Vec<u32> = bytes.chunks(STRETCH_BYTES).map(crc32fast::hash).collect();
    assert_eq!((summed.end(), summed.take()), (expected, bytes));
}

#[test]
fn a_footer_without_the_key_claims_nothing() {
    assert_eq!(claimed(b""), None);
    assert_eq!(claimed(b"dendro.checksum"), None);
    assert_eq!(claimed(&footer(b"", b"")[..30]), None);
}

#[test]
fn a_column_called_like_the_key_is_not_taken_for_it() {
    let mut tail = footer(b"a column dendro.checksum and its bounds", b"the end");
    seal_tail(&mut tail, 0);
    assert_eq!(claimed(&tail).expect("sealed").footer, of_footer(&tail));
}

proptest! {
    /// What was sealed holds, and no longer does when any byte changes.
    #[test]
    fn a_change_anywhere_behind_the_index_shows(
        pages in prop::collection::vec(any::<u8>(), 0..50),
        before in prop::collection::vec(any::<u8>(), 0..50),
        after in prop::collection::vec(any::<u8>(), 0..50),
        at in any::<prop::sample::Index>(),
        bit in 0_u8..8,
    ) {
        let holds = |tail: &[u8]| {
            let (page_indexes, footer) = tail.split_at(pages.len());
            let sums = Tail { page_indexes: crc32fast::hash(page_indexes), footer: of_footer(footer) };
            claimed(footer) == Some(sums)
        };
        let mut tail = [pages.clone(), footer(&before, &after)].concat();
        seal_tail(&mut tail, pages.len());
        prop_assert!(holds(&tail));
        let at = at.index(tail.len());
        tail[at] ^= 1 << bit;
        // The digits of a number may be written in either case.
        let only_case = bit == 5 && claimed(&tail[pages.len()..]).is_some() && tail[at].is_ascii_uppercase();
        prop_assert!(!holds(&tail) || only_case);
    }
}
