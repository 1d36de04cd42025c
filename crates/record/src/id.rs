use std::fmt;
use std::str::FromStr;

use crate::Timestamp;

/// The identity of one stored record: a UUID of version 7 (RFC 9562, 5.7), so that ids sort by arrival.
///
/// ```text
/// 48 bits  milliseconds since 1970 at which the record was made durable
///  4 bits  version 7
/// 12 bits  node number
///  2 bits  variant
/// 62 bits  running number of the record on that node, never used twice
/// ```
///
/// The running number comes from the write-ahead log, not from chance: the same durable record always has the
/// same id, whichever way it is read back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RecordId([u8; 16]);

/// The text is not a record id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a record id is 32 hexadecimal digits in groups of 8-4-4-4-12")]
pub struct ParseRecordIdError;

const HEX: &[u8; 16] = b"0123456789abcdef";

impl RecordId {
    /// Length of the text form in bytes.
    pub const TEXT_LEN: usize = 36;

    /// Puts an id together. `node` keeps its low 12 bits, `sequence` its low 62.
    pub fn new(at: Timestamp, node: u16, sequence: u64) -> RecordId {
        let millis = (at.as_micros().max(0) as u64 / 1000) & 0xffff_ffff_ffff;
        let high = (millis << 16) | (7 << 12) | u64::from(node & 0x0fff);
        let low = (0b10 << 62) | (sequence & (u64::MAX >> 2));
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&high.to_be_bytes());
        bytes[8..].copy_from_slice(&low.to_be_bytes());
        RecordId(bytes)
    }

    /// The running number on its node.
    pub fn sequence(self) -> u64 {
        let mut low = [0; 8];
        low.copy_from_slice(&self.0[8..]);
        u64::from_be_bytes(low) & (u64::MAX >> 2)
    }

    /// The 16 bytes, most significant first.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// Writes the 36 lower-case characters of the text form.
    pub fn write_text(self, out: &mut [u8; RecordId::TEXT_LEN]) {
        let mut at = 0;
        for (index, byte) in self.0.iter().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                out[at] = b'-';
                at += 1;
            }
            out[at] = HEX[usize::from(byte >> 4)];
            out[at + 1] = HEX[usize::from(byte & 15)];
            at += 2;
        }
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = [0; RecordId::TEXT_LEN];
        self.write_text(&mut text);
        f.write_str(std::str::from_utf8(&text).unwrap_or_default())
    }
}

impl FromStr for RecordId {
    type Err = ParseRecordIdError;

    fn from_str(text: &str) -> Result<RecordId, ParseRecordIdError> {
        let text = text.as_bytes();
        if text.len() != RecordId::TEXT_LEN {
            return Err(ParseRecordIdError);
        }
        let digit = |b: u8| (b as char).to_digit(16).map(|d| d as u8).ok_or(ParseRecordIdError);
        let mut bytes = [0; 16];
        let mut at = 0;
        for (index, byte) in bytes.iter_mut().enumerate() {
            if matches!(index, 4 | 6 | 8 | 10) {
                if text[at] != b'-' {
                    return Err(ParseRecordIdError);
                }
                at += 1;
            }
            *byte = (digit(text[at])? << 4) | digit(text[at + 1])?;
            at += 2;
        }
        Ok(RecordId(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_arrival_and_come_back_from_text() {
        let at = |ms: i64, sequence| RecordId::new(Timestamp::from_micros(ms * 1000), 3, sequence);
        let ids = [at(1, 9), at(2, 0), at(2, 1), at(2, 1 << 40), at(1 << 40, 0)];
        assert!(ids.is_sorted());
        for id in ids {
            assert_eq!(id.to_string().parse(), Ok(id));
        }
        assert_eq!(ids[3].to_string(), "00000000-0002-7003-8000-010000000000");
        assert_eq!(ids[3].sequence(), 1 << 40);
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in [
            "",
            "00000000-0002-7003-8000-01000000000g",
            "00000000_0002-7003-8000-010000000000",
            "\u{e4}0000000-0002-7003-8000-01000000000",
        ] {
            assert!(text.parse::<RecordId>().is_err(), "{text}");
        }
    }
}
