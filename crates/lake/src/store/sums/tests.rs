use super::*;

const COMMIT: &[u8] = b"{\"commitInfo\":{}}\n{\"add\":{\"path\":\"a\"}}\n{\"txn\":{}}\n";

fn offset(sums: &Sums, bytes: &[u8]) -> Option<u64> {
    sums.difference(bytes).map(|difference| difference.offset)
}

#[test]
fn any_flipped_byte_is_told_with_the_line_it_is_in() {
    let sums = Sums::of("00000000000000000007.json", COMMIT);
    assert_eq!(offset(&sums, COMMIT), None);
    for at in 0..COMMIT.len() {
        let line = COMMIT[..at].iter().rposition(|&byte| byte == b'\n').map_or(0, |end| end + 1);
        for bit in 0..8 {
            let mut damaged = COMMIT.to_vec();
            damaged[at] ^= 1 << bit;
            assert_eq!(offset(&sums, &damaged), Some(line as u64), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_shorter_or_longer_file_is_told_with_its_end() {
    let sums = Sums::of("7.json", COMMIT);
    for len in 0..COMMIT.len() {
        assert_eq!(offset(&sums, &COMMIT[..len]), Some(len as u64));
    }
    assert_eq!(offset(&sums, &[COMMIT, b"\n"].concat()), Some(COMMIT.len() as u64));
}

#[test]
fn what_has_no_lines_is_cut_every_64_kib() {
    let checkpoint = vec![7; 3 * PIECE_BYTES + 5];
    let sums = Sums::of("7.checkpoint.parquet", &checkpoint);
    assert_eq!(sums.0.len(), 4);
    let mut damaged = checkpoint.clone();
    damaged[2 * PIECE_BYTES + 9] ^= 1;
    assert_eq!(offset(&sums, &damaged), Some(2 * PIECE_BYTES as u64));
}

#[test]
fn sums_are_read_as_written_or_not_at_all() {
    for bytes in [COMMIT, b""] {
        let sums = Sums::of("7.json", bytes);
        let encoded = sums.encode();
        assert_eq!(Sums::decode(&encoded), Some(sums));
        for at in 0..encoded.len() {
            let mut damaged = encoded.clone();
            damaged[at] ^= 1;
            assert_eq!(Sums::decode(&damaged), None);
        }
    }
}
