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

impl Default for Fold {
    fn default() -> Fold {
        Fold { state: START }
    }
}

impl Fold {
    /// Mixes in a stretch of constant text, and its length.
    pub(crate) fn constant(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        self.mix(u64::from_le_bytes(last));
        self.mix(bytes.len() as u64);
    }

    /// Mixes in a hole.
    pub(crate) fn hole(&mut self, kind: u8) {
        self.mix(HOLE ^ u64::from(kind));
    }

    pub(crate) fn finish(mut self) -> u64 {
        self.mix(HOLE);
        self.state
    }

    /// Mixes in eight bytes.
    pub(crate) fn mix(&mut self, word: u64) {
        let product = u128::from(self.state ^ word) * u128::from(MULTIPLIER);
        self.state = (product as u64) ^ ((product >> 64) as u64) ^ word.rotate_left(23);
    }
}
