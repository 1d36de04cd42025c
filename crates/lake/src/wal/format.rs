//! The two headers drawn in the room's page of the log (`wal.rs`).

use record::Timestamp;

use super::Position;

pub(super) const FILE_HEADER_LEN: usize = 48;
pub(super) const FRAME_HEADER_LEN: usize = 56;
pub(super) const MARK_LEN: usize = 8;

const MAGIC: &[u8; 8] = b"DNDRWAL1";
const VERSION: u32 = 1;
const AFTER_GAP: u32 = 1;

/// What stands at the start of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FileHeader {
    pub(super) mark: [u8; MARK_LEN],
    pub(super) start: Position,
}

/// Why bytes are no file header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NoHeader {
    /// They were, or never were.
    Damaged(&'static str),
    /// A later version of the program wrote them: nothing may be concluded from what this one makes of the rest.
    Foreign,
}

impl FileHeader {
    pub(super) fn encode(&self) -> [u8; FILE_HEADER_LEN] {
        let mut bytes = [0; FILE_HEADER_LEN];
        bytes[..8].copy_from_slice(MAGIC);
        bytes[8..12].copy_from_slice(&VERSION.to_le_bytes());
        bytes[12..20].copy_from_slice(&self.mark);
        bytes[20..28].copy_from_slice(&self.start.lsn.to_le_bytes());
        bytes[28..36].copy_from_slice(&self.start.sequence.to_le_bytes());
        bytes[36..44].copy_from_slice(&self.start.assigned_at.as_micros().to_le_bytes());
        seal(&mut bytes);
        bytes
    }

    pub(super) fn decode(file: &[u8]) -> Result<FileHeader, NoHeader> {
        let bytes = file.first_chunk::<FILE_HEADER_LEN>().ok_or(NoHeader::Damaged("file header is cut short"))?;
        if !sealed(bytes) {
            return Err(NoHeader::Damaged("file header does not match its checksum"));
        }
        if &bytes[..8] != MAGIC {
            return Err(NoHeader::Damaged("file is no write-ahead log"));
        }
        if u32_at(bytes, 8) != VERSION {
            return Err(NoHeader::Foreign);
        }
        let start = Position {
            lsn: u64_at(bytes, 20),
            sequence: u64_at(bytes, 28),
            assigned_at: Timestamp::from_micros(u64_at(bytes, 36) as i64),
        };
        Ok(FileHeader { mark: mark_at(bytes, 12), start })
    }
}

/// What stands before a payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct FrameHeader {
    pub(super) mark: [u8; MARK_LEN],
    pub(super) payload_len: u32,
    pub(super) payload_crc: u32,
    pub(super) lsn: u64,
    pub(super) group: u64,
    pub(super) first_sequence: u64,
    pub(super) assigned_at: Timestamp,
    pub(super) after_gap: bool,
}

impl FrameHeader {
    pub(super) fn encode(&self) -> [u8; FRAME_HEADER_LEN] {
        let mut bytes = [0; FRAME_HEADER_LEN];
        bytes[..8].copy_from_slice(&self.mark);
        bytes[8..12].copy_from_slice(&self.payload_len.to_le_bytes());
        bytes[12..16].copy_from_slice(&self.payload_crc.to_le_bytes());
        bytes[16..24].copy_from_slice(&self.lsn.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.group.to_le_bytes());
        bytes[32..40].copy_from_slice(&self.first_sequence.to_le_bytes());
        bytes[40..48].copy_from_slice(&self.assigned_at.as_micros().to_le_bytes());
        bytes[48..52].copy_from_slice(&u32::from(self.after_gap).to_le_bytes());
        seal(&mut bytes);
        bytes
    }

    /// `None` when the bytes are too few, or the checksum does not hold.
    pub(super) fn decode(bytes: &[u8]) -> Option<FrameHeader> {
        let bytes = bytes.first_chunk::<FRAME_HEADER_LEN>().filter(|bytes| sealed(*bytes))?;
        Some(FrameHeader {
            mark: mark_at(bytes, 0),
            payload_len: u32_at(bytes, 8),
            payload_crc: u32_at(bytes, 12),
            lsn: u64_at(bytes, 16),
            group: u64_at(bytes, 24),
            first_sequence: u64_at(bytes, 32),
            assigned_at: Timestamp::from_micros(u64_at(bytes, 40) as i64),
            after_gap: u32_at(bytes, 48) & AFTER_GAP != 0,
        })
    }
}

/// Puts the checksum of all other bytes into the last four.
fn seal(bytes: &mut [u8]) {
    let at = bytes.len() - 4;
    let crc = crc32fast::hash(&bytes[..at]);
    bytes[at..].copy_from_slice(&crc.to_le_bytes());
}

fn sealed(bytes: &[u8]) -> bool {
    let at = bytes.len() - 4;
    crc32fast::hash(&bytes[..at]) == u32_at(bytes, at)
}

pub(super) fn mark_at(bytes: &[u8], at: usize) -> [u8; MARK_LEN] {
    u64_at(bytes, at).to_le_bytes()
}

/// The number at an offset that the caller knows to be inside.
pub(super) fn u32_at(bytes: &[u8], at: usize) -> u32 {
    let chunk = bytes[at..].first_chunk().expect("BUG: number reaches over its row");
    u32::from_le_bytes(*chunk)
}

/// The number at an offset that the caller knows to be inside.
pub(super) fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let chunk = bytes[at..].first_chunk().expect("BUG: number reaches over its row");
    u64::from_le_bytes(*chunk)
}
