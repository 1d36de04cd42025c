//! What a file of the Delta log was when it was written, so that it can be told later whether it still is.
//!
//! A file is cut into pieces: JSON at its line ends, anything else every 64 KiB. Each piece is eight bytes in the state
//! database, little-endian, and the pieces have a CRC32 of their own at the end:
//!
//! ```text
//! | len u32 | crc32 u32 |  per piece  | crc32 u32 of all before |
//! ```

/// Longest piece. Small enough to name a damaged place well.
const PIECE_BYTES: usize = 64 << 10;

/// Bytes a piece takes when it is written down.
const ENCODED_BYTES: usize = 8;

/// Lengths and checksums of all pieces of a file, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Sums(Vec<Piece>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Piece {
    len: u32,
    crc: u32,
}

/// A place where a file is not what was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Difference {
    /// First byte of the piece that differs, or the byte where the file ends too early or should have ended.
    pub(crate) offset: u64,
    /// How it differs.
    pub(crate) what: &'static str,
}

impl Sums {
    /// The sums of a file, cut as its name tells.
    pub(crate) fn of(name: &str, bytes: &[u8]) -> Sums {
        let lines = name.ends_with(".json");
        let pieces: Vec<Piece> = match lines {
            true => bytes.split_inclusive(|&byte| byte == b'\n').flat_map(|line| line.chunks(PIECE_BYTES)).map(sum).collect(),
            false => bytes.chunks(PIECE_BYTES).map(sum).collect(),
        };
        Sums(pieces)
    }

    /// Where the bytes first differ from what was summed up.
    pub(crate) fn difference(&self, bytes: &[u8]) -> Option<Difference> {
        let mut start = 0;
        for piece in &self.0 {
            let Some(found) = bytes.get(start..start + piece.len as usize) else {
                return Some(Difference { offset: bytes.len() as u64, what: "the file ends early" });
            };
            if crc32fast::hash(found) != piece.crc {
                return Some(Difference { offset: start as u64, what: "what stands from here on differs from its checksum" });
            }
            start += found.len();
        }
        let longer = bytes.len() > start;
        longer.then_some(Difference { offset: start as u64, what: "the file goes on behind its end" })
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.0.len() * ENCODED_BYTES + 4);
        for piece in &self.0 {
            out.extend_from_slice(&piece.len.to_le_bytes());
            out.extend_from_slice(&piece.crc.to_le_bytes());
        }
        out.extend_from_slice(&crc32fast::hash(&out).to_le_bytes());
        out
    }

    /// `None` when the sums themselves are damaged: then they prove nothing about the file.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Sums> {
        let (pieces, own) = bytes.split_last_chunk::<4>()?;
        if crc32fast::hash(pieces) != u32::from_le_bytes(*own) || pieces.len() % ENCODED_BYTES != 0 {
            return None;
        }
        let number = |bytes: &[u8]| u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]);
        Some(Sums(pieces.chunks(ENCODED_BYTES).map(|piece| Piece { len: number(piece), crc: number(&piece[4..]) }).collect()))
    }
}

fn sum(bytes: &[u8]) -> Piece {
    Piece { len: bytes.len() as u32, crc: crc32fast::hash(bytes) }
}

#[cfg(test)]
mod tests;
