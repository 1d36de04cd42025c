/// A hash made for this crate, and fixed for ever: eight bytes at a time, each mixed in by a folded 64 x 64 multiplication
/// (as in wyhash by Wang Yi, in the public domain). Not for adversaries: who controls messages can make two collide,
/// which costs them nothing but a wrong group.
#[derive(Debug)]
pub(crate) struct Fold {
    state: u64,
}

const START: u64 = 0x2d35_8dcc_aa6c_78a5;
const MULTIPLIER: u64 = 0x8bb8_4b93_962e_acc9;
const HOLE: u64 = 0x4b33_a62e_d433_d4a3;

/// What stands where a hole would, behind the last constant text.
const END: u8 = u8::MAX;

impl Default for Fold {
    fn default() -> Fold {
        Fold { state: START }
    }
}

impl Fold {
    /// Mixes in a stretch of constant text and the hole behind it.
    #[inline]
    pub(crate) fn constant(&mut self, bytes: &[u8], hole: u8) {
        if let Some(last) = bytes.last_chunk::<8>() {
            for word in bytes[..bytes.len() - 1].as_chunks::<8>().0 {
                self.mix(u64::from_le_bytes(*word));
            }
            self.mix(u64::from_le_bytes(*last));
        } else {
            self.mix(short(bytes));
        }
        self.mix(HOLE ^ (bytes.len() as u64) << 8 ^ u64::from(hole));
    }

    /// The hash of all that was mixed in, and of the constant text at the end.
    pub(crate) fn finish(mut self, rest: &[u8]) -> u64 {
        self.constant(rest, END);
        self.state
    }

    /// Mixes in eight bytes.
    #[inline]
    pub(crate) fn mix(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(MULTIPLIER);
        self.state = (product as u64) ^ ((product >> 64) as u64) ^ word.rotate_left(23);
    }
}

/// Less than eight bytes as a number. The two reads may overlap: with the length, which is mixed in too, they still tell
/// texts apart.
#[inline]
fn short(bytes: &[u8]) -> u64 {
    if let (Some(first), Some(last)) = (bytes.first_chunk::<4>(), bytes.last_chunk::<4>()) {
        return u64::from(u32::from_le_bytes(*first)) | u64::from(u32::from_le_bytes(*last)) << 32;
    }
    match *bytes {
        [] => 0,
        [first, ..] => u64::from(first) | u64::from(bytes[bytes.len() / 2]) << 8 | u64::from(bytes[bytes.len() - 1]) << 16,
    }
}
