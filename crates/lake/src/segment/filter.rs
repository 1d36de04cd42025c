use bytes::Bytes;

/// A split block Bloom filter over 64-bit hashes: blocks of 256 bits, eight words of 32, one bit set in each word.
/// It never denies what was put in, and wrongly confirms about one in fifty of the others.
///
/// The bytes are the blocks one after the other, words in little-endian order. A filter without blocks holds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Filter {
    blocks: Bytes,
}

/// Bits a distinct hash gets. At 9, one in fifty absent words costs the reading of a row group in vain; at 12 it would
/// be one in 150 for a third more index.
const BITS_PER_HASH: usize = 9;

pub(super) const BLOCK_BYTES: usize = 32;

/// Odd constants that spread one 32-bit key over the eight words (those of Parquet's own filters).
const SALTS: [u32; 8] = [0x47b6_137b, 0x4497_4d91, 0x8824_ad5b, 0xa2b7_289d, 0x7054_95c7, 0x2df1_424b, 0x9efc_4947, 0x5c6b_fb31];

impl Filter {
    /// A filter just large enough for these hashes, which are distinct.
    pub(super) fn of(hashes: &[u64]) -> Filter {
        let count = (hashes.len() * BITS_PER_HASH).div_ceil(BLOCK_BYTES * 8);
        let mut blocks = vec![[0_u32; 8]; count];
        for &hash in hashes {
            let block = &mut blocks[block_of(hash, count)];
            for (word, bit) in block.iter_mut().zip(bits_of(hash)) {
                *word |= bit;
            }
        }
        let bytes: Vec<u8> = blocks.iter().flatten().flat_map(|word| word.to_le_bytes()).collect();
        Filter { blocks: bytes.into() }
    }

    /// A filter read back. The length is a multiple of [`BLOCK_BYTES`].
    pub(super) fn from_bytes(blocks: Bytes) -> Filter {
        Filter { blocks }
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.blocks
    }

    pub(super) fn may_contain(&self, hash: u64) -> bool {
        let (blocks, _) = self.blocks.as_chunks::<BLOCK_BYTES>();
        if blocks.is_empty() {
            return false;
        }
        let (words, _) = blocks[block_of(hash, blocks.len())].as_chunks::<4>();
        words.iter().zip(bits_of(hash)).all(|(word, bit)| u32::from_le_bytes(*word) & bit != 0)
    }
}

/// The upper half of the hash chooses the block, the lower half the bits.
fn block_of(hash: u64, blocks: usize) -> usize {
    (((hash >> 32) * blocks as u64) >> 32) as usize
}

fn bits_of(hash: u64) -> impl Iterator<Item = u32> {
    SALTS.into_iter().map(move |salt| 1 << ((hash as u32).wrapping_mul(salt) >> 27))
}
