/// Bytes compared at once, as the lanes of one `u64`: plain arithmetic that is fast on every machine, without trusting
/// the compiler to find vector instructions.
const LANES: usize = 8;

/// A one in each lane.
const ONES: u64 = u64::MAX / 0xff;

/// The characters of words, from most to least frequent in log messages. Those not named are rarer than all of these.
const FREQUENT_FIRST: &[u8] = b"eitoransdcl0pu1m2h35g4f687b9_vywkxqzj";

/// Finds the places at which an ASCII word may stand, in any case, by its two rarest characters.
///
/// One character alone (as `memchr` would look for) is met several times in every message; two at the right distance
/// are met rarely where the word is not.
#[derive(Debug, Clone)]
pub(super) struct RarePair {
    /// Bytes from the start of the word to each of the two. Equal when the word has one byte.
    offsets: [usize; 2],
    letters: [Letter; 2],
    word_len: usize,
    rarity: usize,
}

/// A byte as it is compared: `byte | mask == value`, in all lanes.
#[derive(Debug, Clone, Copy)]
struct Letter {
    value: u64,
    /// The bit in which the cases differ, for letters; nothing for all else.
    mask: u64,
}

impl Letter {
    fn new(byte: u8) -> Letter {
        let mask = if byte.is_ascii_alphabetic() { 0x20 } else { 0 };
        Letter { value: ONES * u64::from(byte), mask: ONES * mask }
    }

    /// Zero in each lane that matches.
    fn differs(self, chunk: &[u8; LANES]) -> u64 {
        (u64::from_le_bytes(*chunk) | self.mask) ^ self.value
    }
}

impl RarePair {
    /// For a folded word of ASCII characters, at least one.
    pub(super) fn new(word: &str) -> RarePair {
        let bytes = word.as_bytes();
        assert!(!bytes.is_empty() && bytes.is_ascii(), "BUG: not an ASCII word");
        let mut by_rarity: Vec<usize> = (0..bytes.len()).collect();
        by_rarity.sort_by_key(|&at| std::cmp::Reverse(rarity(bytes[at])));
        let offsets = [by_rarity[0], *by_rarity.get(1).unwrap_or(&by_rarity[0])];
        RarePair {
            offsets,
            letters: offsets.map(|at| Letter::new(bytes[at])),
            word_len: bytes.len(),
            rarity: offsets.iter().map(|&at| rarity(bytes[at])).sum(),
        }
    }

    /// How seldom the pair is met; larger is better.
    pub(super) fn rarity(&self) -> usize {
        self.rarity
    }

    /// Whether `holds` is true of any place at which the word may begin. It is asked of every place that has the pair, of
    /// some twice, and of a few that do not have it.
    pub(super) fn any(&self, text: &[u8], mut holds: impl FnMut(usize) -> bool) -> bool {
        let Some(places) = (text.len() + 1).checked_sub(self.word_len) else { return false };
        let (first, second) = (&text[self.offsets[0]..][..places], &text[self.offsets[1]..][..places]);
        let mut check = |start: usize, mut hits: u64| {
            while hits != 0 {
                let lane = hits.trailing_zeros() as usize / 8;
                if holds(start + lane) {
                    return true;
                }
                hits &= hits - 1;
            }
            false
        };
        let (first_chunks, first_rest) = first.as_chunks::<LANES>();
        let (second_chunks, second_rest) = second.as_chunks::<LANES>();
        for (index, (a, b)) in first_chunks.iter().zip(second_chunks).enumerate() {
            if check(index * LANES, self.hits(a, b)) {
                return true;
            }
        }
        if first_rest.is_empty() {
            return false;
        }
        // The rest once more as a full step: reaching back into the step before, or filled up with zeros.
        match (first.last_chunk(), second.last_chunk()) {
            (Some(a), Some(b)) => check(places - LANES, self.hits(a, b)),
            _ => check(0, self.hits(&filled(first_rest), &filled(second_rest))),
        }
    }

    /// The top bit of each lane in which both letters match, the first lane lowest. Above a lane that matches, one that
    /// differs in its lowest bit only may be marked too (the borrow of the subtraction); whoever verifies sees that.
    fn hits(&self, first: &[u8; LANES], second: &[u8; LANES]) -> u64 {
        let differs = self.letters[0].differs(first) | self.letters[1].differs(second);
        differs.wrapping_sub(ONES) & !differs & (ONES << 7)
    }
}

/// No letter's value is zero, so what is filled up never matches.
fn filled(rest: &[u8]) -> [u8; LANES] {
    let mut chunk = [0; LANES];
    chunk[..rest.len()].copy_from_slice(rest);
    chunk
}

fn rarity(byte: u8) -> usize {
    FREQUENT_FIRST.iter().position(|&frequent| frequent == byte).unwrap_or(FREQUENT_FIRST.len())
}
