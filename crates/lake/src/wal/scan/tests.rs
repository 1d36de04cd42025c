use proptest::prelude::*;
use record::Timestamp;

use super::*;
use crate::wal::Position;

const MARK: [u8; MARK_LEN] = *b"\x01marker\xff";

fn header() -> Vec<u8> {
    FileHeader { mark: MARK, start: Position::START }.encode().to_vec()
}

fn frame(lsn: u64, group: u64, payload: &[u8]) -> Vec<u8> {
    let header = FrameHeader {
        mark: MARK,
        payload_len: payload.len() as u32,
        payload_crc: crc32fast::hash(payload),
        lsn,
        group,
        first_sequence: 0,
        assigned_at: Timestamp::from_micros(0),
        after_gap: false,
    };
    [&header.encode()[..], payload].concat()
}

/// The LSNs found in a file of these pieces, and the holes: offset, length, expected LSN, whether torn.
fn check(pieces: &[Vec<u8>], lsns: &[u64], holes: &[(usize, usize, u64, bool)]) {
    let bytes = [header(), pieces.concat()].concat();
    let scan = scan(&bytes, 1, 0).unwrap();
    assert_eq!(scan.frames.iter().map(|frame| frame.header.lsn).collect::<Vec<_>>(), lsns);
    let found: Vec<_> = scan.holes.iter().map(|hole| (hole.offset, hole.len, hole.lsn, scan.is_torn(hole))).collect();
    assert_eq!(found, holes);
}

#[test]
fn frames_and_holes_are_told_apart() {
    let f = |lsn, group| frame(lsn, group, b"payload");
    let bad = |lsn, group| {
        let mut bytes = f(lsn, group);
        bytes[60] ^= 1;
        bytes
    };
    let len = f(1, 1).len();
    check(&[], &[], &[]);
    check(&[f(1, 1), f(2, 2), f(3, 2)], &[1, 2, 3], &[]);
    check(&[f(1, 1), bad(2, 2)], &[1], &[(48 + len, len, 2, true)]);
    check(&[f(1, 1), bad(2, 2), f(3, 3)], &[1, 3], &[(48 + len, len, 2, false)]);
    check(&[f(1, 1), bad(2, 2), f(3, 2)], &[1, 3], &[(48 + len, len, 2, true)]); // the last group
    check(&[bad(1, 1), f(2, 1), f(3, 3)], &[2, 3], &[(48, len, 1, false)]);
    check(&[f(1, 1), vec![0; 600]], &[1], &[(48 + len, 600, 2, true)]);
    check(&[f(1, 1), f(3, 3)], &[1, 3], &[(48 + len, 0, 2, false)]); // cleanly cut out: no crash does that
    check(&[f(1, 1), f(1, 1), f(2, 2)], &[1, 2], &[(48 + len, len, 2, false)]); // twice is once
    check(&[f(1, 1), MARK.to_vec(), f(2, 2)], &[1, 2], &[(48 + len, MARK_LEN, 2, true)]);
}

/// A record's text may hold what looks like a frame; without the mark it is none.
#[test]
fn a_forged_frame_is_not_found() {
    let mut forged = frame(2, 2, b"forged");
    forged[..MARK_LEN].copy_from_slice(b"guessed!");
    let len = forged.len() - 4;
    let crc = crc32fast::hash(&forged[..FRAME_HEADER_LEN - 4]);
    forged[FRAME_HEADER_LEN - 4..FRAME_HEADER_LEN].copy_from_slice(&crc.to_le_bytes());
    assert!(FrameHeader::decode(&forged).is_some() && len > 0);
    let mut outer = frame(1, 1, &forged);
    outer[20] ^= 1;
    let outer_len = outer.len();
    check(&[outer, frame(2, 2, b"true")], &[2], &[(48, outer_len, 1, false)]);
}

#[test]
fn a_damaged_file_header_leaves_the_frames() {
    for at in 0..FILE_HEADER_LEN {
        let mut bytes = [header(), frame(1, 1, b"one"), frame(2, 2, b"two")].concat();
        bytes[at] ^= 0x20;
        let scan = scan(&bytes, 1, 0).unwrap();
        assert_eq!(scan.frames.len(), 2, "byte {at}");
        assert_eq!((scan.holes.len(), scan.holes[0].offset, scan.is_torn(&scan.holes[0])), (1, 0, false), "byte {at}");
    }
}

#[test]
fn a_later_version_is_left_alone() {
    let mut bytes = header();
    bytes[8] = 2;
    let crc = crc32fast::hash(&bytes[..44]);
    bytes[44..48].copy_from_slice(&crc.to_le_bytes());
    assert!(matches!(scan(&bytes, 1, 0), Err(Foreign)));
}

proptest! {
    /// Whatever the bytes: frames and holes cover the file without overlap, and frames are in order.
    #[test]
    fn every_byte_is_accounted_for(pieces in prop::collection::vec(any_piece(), 0..8), cut in any::<prop::sample::Index>()) {
        let mut bytes = [header(), pieces.concat()].concat();
        bytes.truncate(cut.index(bytes.len() + 1));
        let scan = scan(&bytes, 1, 0).unwrap();
        let mut covered: Vec<_> = scan.frames.iter().map(|frame| (frame.offset, frame.end())).collect();
        covered.extend(scan.holes.iter().filter(|hole| hole.len > 0).map(|hole| (hole.offset, hole.offset + hole.len)));
        covered.sort();
        let mut at = if scan.header.is_some() { FILE_HEADER_LEN } else { 0 };
        for (start, end) in covered {
            prop_assert_eq!(start, at);
            at = end;
        }
        prop_assert_eq!(at, bytes.len());
        prop_assert!(scan.frames.is_sorted_by(|a, b| a.header.lsn < b.header.lsn));
    }
}

fn any_piece() -> impl Strategy<Value = Vec<u8>> {
    let payload = prop::collection::vec(any::<u8>(), 0..40);
    prop_oneof![
        (1..9u64, 1..9u64, payload.clone()).prop_map(|(lsn, group, payload)| frame(lsn, group, &payload)),
        (1..9u64, payload.clone(), 0..80usize).prop_map(|(lsn, payload, at)| {
            let mut bytes = frame(lsn, lsn, &payload);
            let at = at % bytes.len();
            bytes[at] ^= 4;
            bytes
        }),
        payload,
    ]
}
