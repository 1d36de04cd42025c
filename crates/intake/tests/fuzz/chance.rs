//! Chance that can be repeated, and what it does to input.

/// splitmix64
pub(crate) struct Chance(u64);

/// Pieces that mean something to one decoder or another.
const WORDS: [&[u8]; 36] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b":",
    b",",
    b"\\",
    b"\\u",
    b"\\ud83d",
    b"\n",
    b"\r\n",
    b"\0",
    b"=",
    b" ",
    b"|",
    b"<34>",
    b"1e999",
    b"-",
    b"null",
    b"true",
    b"0",
    b"99999999999999999999",
    b"9223372036854775807",
    b"\xff\xff\xff\xff",
    b"\xc3",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\x80",
    b"\x0a\x00",
    b"\x12\xff\xff\xff\xff\x0f",
    b"\xdd\xff\xff\xff\xff",
    b"\x1f\x8b\x08",
    b"timestamp",
    b"@cee: ",
];

/// Copies of a piece when it is repeated, which is how depth and number are reached.
const COPIES_MAX: usize = 400;

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    /// Below `bound`; 0 when that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }

    /// Changes an input a little.
    pub(crate) fn change(&mut self, input: &mut Vec<u8>, corpus: &[Vec<u8>]) {
        let at = self.below(input.len() + 1);
        let end = (at + self.below(32)).min(input.len());
        match self.below(9) {
            0 => {
                if let Some(byte) = input.get_mut(at) {
                    *byte ^= 1 << self.below(8);
                }
            }
            1 => {
                let byte = self.below(256) as u8;
                if let Some(there) = input.get_mut(at) {
                    *there = byte;
                }
            }
            2 => drop(input.drain(at..end)),
            3 => input.truncate(at),
            4 | 5 => drop(input.splice(at..at, WORDS[self.below(WORDS.len())].iter().copied())),
            6 => {
                let piece = input[at..end].to_vec();
                let to = self.below(input.len() + 1);
                input.splice(to..to, piece);
            }
            7 => {
                let piece = if self.below(2) == 0 { input[at..end].to_vec() } else { WORDS[self.below(WORDS.len())].to_vec() };
                let copies = self.below(COPIES_MAX);
                input.splice(at..at, piece.repeat(copies));
            }
            _ => {
                let other = &corpus[self.below(corpus.len())];
                let from = self.below(other.len() + 1);
                input.truncate(at);
                input.extend_from_slice(&other[from..]);
            }
        }
    }
}
