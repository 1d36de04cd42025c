//! Checksums over every byte of a segment.
//!
//! What stands before the index is covered by one CRC32 per 64 KiB, kept in the index; the index by its own. Behind it
//! come the page indexes and the footer, which the Parquet writer makes last. Their two CRC32s stand in the footer, as
//! the value of `dendro.checksum`: eight hexadecimal digits for the page indexes, a `-`, and eight for the footer up to
//! the end of the file, taken while those last eight were zeros. They are put in after the writer has finished; the
//! length does not change, so no offset does.

use std::io::Write;

use crc32fast::Hasher;
use memchr::memmem;

/// Bytes a checksum covers. Small enough to name a damaged place well, large enough that checksums cost 0.01 %.
pub(super) const STRETCH_BYTES: usize = 64 << 10;

/// The key of the footer.
pub(super) const KEY: &str = "dendro.checksum";

/// Stands in the footer until the checksums are known.
pub(super) const BLANK: &str = "00000000-00000000";

const FOOTER_DIGITS: std::ops::Range<usize> = 9..17;

/// Takes the bytes of a file, sums them up, and keeps them until they are fetched.
#[derive(Default)]
pub(super) struct Summed {
    ready: Vec<u8>,
    hasher: Hasher,
    filled: usize,
    checksums: Vec<u32>,
}

impl Summed {
    /// The bytes since the last time.
    pub(super) fn take(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.ready)
    }

    /// The checksums of everything so far. A shorter last stretch is ended.
    pub(super) fn end(&mut self) -> Vec<u32> {
        if self.filled > 0 {
            self.end_stretch();
        }
        std::mem::take(&mut self.checksums)
    }

    fn end_stretch(&mut self) {
        self.checksums.push(std::mem::take(&mut self.hasher).finalize());
        self.filled = 0;
    }
}

impl Write for Summed {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.ready.extend_from_slice(bytes);
        let mut rest = bytes;
        while !rest.is_empty() {
            let (part, after) = rest.split_at(rest.len().min(STRETCH_BYTES - self.filled));
            self.hasher.update(part);
            self.filled += part.len();
            if self.filled == STRETCH_BYTES {
                self.end_stretch();
            }
            rest = after;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// The two checksums that a footer holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tail {
    /// Of the page indexes.
    pub(super) page_indexes: u32,
    /// Of the footer, with its own digits as zeros.
    pub(super) footer: u32,
}

/// Puts the checksums into the end of a file, which is page indexes, then the footer from `footer_start` on.
pub(super) fn seal_tail(tail: &mut [u8], footer_start: usize) {
    let (page_indexes, footer) = tail.split_at_mut(footer_start);
    let at = value_at(footer).expect("BUG: the footer was written without its checksum key");
    let page_indexes = crc32fast::hash(page_indexes);
    footer[at..][..8].copy_from_slice(format!("{page_indexes:08x}").as_bytes());
    let sum = crc32fast::hash(footer);
    footer[at..][FOOTER_DIGITS].copy_from_slice(format!("{sum:08x}").as_bytes());
}

/// The checksums that a footer claims; `None` when it has none.
pub(super) fn claimed(footer: &[u8]) -> Option<Tail> {
    let value = footer.get(value_at(footer)?..)?.get(..BLANK.len())?;
    let digits = |range| u32::from_str_radix(std::str::from_utf8(value.get(range)?).ok()?, 16).ok();
    Some(Tail { page_indexes: digits(0..8)?, footer: digits(FOOTER_DIGITS)? })
}

/// The checksum of a footer as it was when its own digits were zeros.
pub(super) fn of_footer(footer: &[u8]) -> u32 {
    let mut hasher = Hasher::new();
    match value_at(footer) {
        Some(at) => {
            let (before, rest) = footer.split_at(at + FOOTER_DIGITS.start);
            hasher.update(before);
            hasher.update(&BLANK.as_bytes()[FOOTER_DIGITS]);
            hasher.update(&rest[FOOTER_DIGITS.len()..]);
        }
        None => hasher.update(footer),
    }
    hasher.finalize()
}

/// Where the value of the checksum key begins. It is found as bytes, so that a footer can be checked before it is
/// parsed. In Thrift's compact form the value follows its key as `0x18`, its length, its bytes; the key-value pairs
/// stand behind the schema and the statistics, so the last occurrence is the key, whatever columns are called.
fn value_at(footer: &[u8]) -> Option<usize> {
    let key = memmem::rfind(footer, KEY.as_bytes())?;
    let at = key + KEY.len();
    let fits = footer.get(at..at + 2 + BLANK.len()).is_some_and(|value| value.starts_with(&[0x18, BLANK.len() as u8]));
    fits.then_some(at + 2)
}

#[cfg(test)]
mod tests;
