use std::time::Duration;

use super::{BYTES_MAX, Chunks, MESSAGES_MAX, Packing, Whole, packing};

const NOW: Duration = Duration::from_secs(100);

fn chunk(id: u64, number: u8, count: u8, part: &[u8]) -> Vec<u8> {
    [&[0x1e, 0x0f][..], &id.to_be_bytes(), &[number, count], part].concat()
}

#[test]
fn chunks_in_any_order_make_a_message() {
    let mut chunks = Chunks::default();
    assert_eq!(chunks.take(1, b"{}", NOW), Whole::Datagram(b"{}"));
    assert_eq!(chunks.take(1, &chunk(7, 2, 3, b"c"), NOW), Whole::Waiting);
    assert_eq!(chunks.take(1, &chunk(7, 0, 3, b"a"), NOW), Whole::Waiting);
    assert_eq!(chunks.take(1, &chunk(7, 0, 3, b"twice"), NOW), Whole::Waiting);
    // Another sender, and another message, are not mixed in.
    assert_eq!(chunks.take(2, &chunk(7, 1, 3, b"x"), NOW), Whole::Waiting);
    assert_eq!(chunks.take(1, &chunk(8, 0, 1, b"alone"), NOW), Whole::Assembled(b"alone".to_vec()));
    assert_eq!(chunks.take(1, &chunk(7, 1, 3, b"b"), NOW), Whole::Assembled(b"abc".to_vec()));
    assert_eq!((chunks.open.len(), chunks.bytes, chunks.abandoned()), (1, 1, 0));
}

#[test]
fn what_contradicts_itself_is_broken() {
    let mut chunks = Chunks::default();
    for datagram in [&chunk(1, 0, 0, b"")[..], &chunk(1, 3, 3, b""), &chunk(1, 0, 129, b""), &[0x1e, 0x0f], &[0x1e, 0x0f, 1, 2]] {
        assert_eq!(chunks.take(1, datagram, NOW), Whole::Broken, "{datagram:?}");
    }
    assert_eq!(chunks.take(1, &chunk(1, 0, 2, b""), NOW), Whole::Waiting);
    assert_eq!(chunks.take(1, &chunk(1, 1, 3, b""), NOW), Whole::Broken);
    assert_eq!(chunks.take(1, b"", NOW), Whole::Datagram(b""));
    assert_eq!(chunks.take(1, &[0x1e], NOW), Whole::Datagram(&[0x1e]));
}

#[test]
fn what_takes_too_long_is_given_up() {
    let mut chunks = Chunks::default();
    assert_eq!(chunks.take(1, &chunk(1, 0, 2, b"a"), NOW), Whole::Waiting);
    let late = NOW + Duration::from_secs(5);
    assert_eq!(chunks.take(1, &chunk(1, 1, 2, b"b"), late), Whole::Assembled(b"ab".to_vec()), "at the bound");
    assert_eq!(chunks.take(1, &chunk(1, 0, 2, b"a"), NOW), Whole::Waiting);
    assert_eq!(chunks.take(1, &chunk(1, 1, 2, b"b"), late + Duration::from_millis(1)), Whole::Waiting, "a new one begins");
    assert_eq!(chunks.abandoned(), 1);
}

#[test]
fn neither_many_messages_nor_large_ones_fill_the_memory() {
    let mut chunks = Chunks::default();
    for id in 0..2 * MESSAGES_MAX as u64 {
        chunks.take(1, &chunk(id, 0, 2, b"a"), NOW);
    }
    assert_eq!((chunks.open.len(), chunks.abandoned()), (MESSAGES_MAX, MESSAGES_MAX as u64));
    let part = vec![0; 60_000];
    for id in 0..MESSAGES_MAX as u64 {
        for number in 0..100 {
            chunks.take(2, &chunk(id, number, 128, &part), NOW);
        }
        assert!(chunks.bytes <= BYTES_MAX + 128 * part.len());
    }
}

#[test]
fn packing_is_seen_from_the_first_bytes() {
    let check = |bytes: &[u8], expected| assert_eq!(packing(bytes), expected, "{bytes:?}");
    check(b"{\"version\"", Packing::Plain);
    check(&[0x1f, 0x8b, 8], Packing::Gzip);
    check(&[0x78, 0x9c, 1], Packing::Zlib);
    check(&[0x78, 0x01], Packing::Zlib);
    check(&[0x78, 0x02], Packing::Plain);
    check(b"", Packing::Plain);
    check(b"x", Packing::Plain);
}
