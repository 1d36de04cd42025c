//! The index inside a segment.
//!
//! ```text
//! all numbers little-endian
//!
//!  0  8  "DNDRIX01"
//!  8  4  CRC32 of everything from byte 12 to the end of the index
//! 12  4  G: number of row groups
//! 16  4  B: number of checksums
//! 20  4  zero
//! 24  4*G  per row group: number of 32-byte blocks of its token filter
//!    32*n  the token filters (split block Bloom filters, see `filter`), row group by row group: the hashes
//!          (rapidhash v3) of the folded words that stand in its columns [`INDEXED`]
//!     4*B  CRC32 of each 64 KiB of the file before the index, in order; the last stretch may be shorter
//! ```

use std::sync::Arc;

use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::file::metadata::ParquetMetaData;

use super::filter::{BLOCK_BYTES, Filter};
use super::footer;
use crate::columns::MESSAGE;
use crate::{Error, Segment};

mod tokens;

pub(super) use tokens::{Tokens, hash_of};

const MAGIC: &[u8; 8] = b"DNDRIX01";
const HEADER_BYTES: usize = 24;

/// The key of the footer that says where the index stands.
pub(super) const KEY: &str = "dendro.index";

/// The index that travels inside a segment, behind the row groups and before the footer.
#[derive(Debug)]
pub struct SegmentIndex {
    filters: Vec<Filter>,
    checksums: Vec<u32>,
}

/// Columns whose words are indexed. They share one filter: an id hardly ever stands in a message of other records than
/// its own, so that a filter for each column would only add to what is read.
pub const INDEXED: [&str; 4] = [MESSAGE, "trace_id", "span_id", "transaction_id"];

/// What an index can say about row groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PruneResult {
    /// For each row group of the file: whether it may hold a match.
    pub keep: Vec<bool>,
}

/// Where a segment's index is, and what stands behind it.
pub(super) struct Places {
    /// Where the index begins.
    pub(super) start: u64,
    /// Where the page indexes are, and their checksum.
    pub(super) page_indexes: Option<(std::ops::Range<u64>, u32)>,
}

impl SegmentIndex {
    /// Reads the index of a segment; `None` when it has none (foreign files are welcome).
    ///
    /// Reads the footer and the index, nothing else.
    pub async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Option<SegmentIndex>, Error> {
        Ok(SegmentIndex::load_with_places(store, segment).await?.map(|(index, _)| index))
    }

    /// The same, and where things are in the file.
    pub(super) async fn load_with_places(
        store: &Arc<dyn ObjectStore>,
        segment: &Segment,
    ) -> Result<Option<(SegmentIndex, Places)>, Error> {
        let footer = footer::load(store, segment).await?;
        let Some(place) = place(&footer.metadata) else { return Ok(None) };
        if place.end > footer.start {
            return Err(damaged(segment, footer.start, "the index would reach into the footer"));
        }
        let bytes = store.get_range(&segment.path, place.clone()).await.map_err(|source| footer::failed(segment, source))?;
        let index = SegmentIndex::decode(bytes).map_err(|what| damaged(segment, place.start, what))?;
        let page_indexes = footer.checksums.map(|tail| (place.end..footer.start, tail.page_indexes));
        Ok(Some((index, Places { start: place.start, page_indexes })))
    }

    /// Row groups that may hold a record in whose `column` all of these words (lower case, whole) stand.
    ///
    /// About a column that is not [`INDEXED`] the answer is that every row group may.
    pub fn may_contain_words(&self, column: &str, words: &[String]) -> PruneResult {
        if !INDEXED.contains(&column) {
            return PruneResult { keep: vec![true; self.filters.len()] };
        }
        let hashes: Vec<u64> = words.iter().map(|word| hash_of(word)).collect();
        let may = |filter: &Filter| hashes.iter().all(|&hash| filter.may_contain(hash));
        PruneResult { keep: self.filters.iter().map(may).collect() }
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        self.filters.iter().map(|filter| filter.as_bytes().len()).sum::<usize>() + self.checksums.len() * size_of::<u32>()
    }

    pub(super) fn new(filters: Vec<Filter>, checksums: Vec<u32>) -> SegmentIndex {
        SegmentIndex { filters, checksums }
    }

    /// The checksums alone.
    pub(super) fn into_checksums(self) -> Vec<u32> {
        self.checksums
    }

    /// CRC32 of each stretch of the file before the index.
    pub(super) fn checksums(&self) -> &[u32] {
        &self.checksums
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES + self.memory_bytes() + self.filters.len() * 4);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[0; 4]);
        for count in [self.filters.len(), self.checksums.len(), 0] {
            out.extend_from_slice(&(count as u32).to_le_bytes());
        }
        for filter in &self.filters {
            out.extend_from_slice(&((filter.as_bytes().len() / BLOCK_BYTES) as u32).to_le_bytes());
        }
        self.filters.iter().for_each(|filter| out.extend_from_slice(filter.as_bytes()));
        self.checksums.iter().for_each(|checksum| out.extend_from_slice(&checksum.to_le_bytes()));
        let crc = crc32fast::hash(&out[12..]);
        out[8..12].copy_from_slice(&crc.to_le_bytes());
        out
    }

    pub(super) fn decode(bytes: Bytes) -> Result<SegmentIndex, &'static str> {
        const SHORT: &str = "the index is shorter than it says";
        if bytes.len() < HEADER_BYTES || !bytes.starts_with(MAGIC) {
            return Err("no index stands where the footer says");
        }
        if number(&bytes, 8) != Some(crc32fast::hash(&bytes[12..])) {
            return Err("the index differs from its checksum");
        }
        let (groups, checksums) = (number(&bytes, 12).ok_or(SHORT)? as usize, number(&bytes, 16).ok_or(SHORT)? as usize);
        let mut at = HEADER_BYTES + 4 * groups;
        let mut filters = Vec::new();
        for group in 0..groups {
            let len = number(&bytes, HEADER_BYTES + 4 * group).ok_or(SHORT)? as usize * BLOCK_BYTES;
            if at + len > bytes.len() {
                return Err(SHORT);
            }
            filters.push(Filter::from_bytes(bytes.slice(at..at + len)));
            at += len;
        }
        let checksums: Option<Vec<u32>> = (0..checksums).map(|index| number(&bytes, at + 4 * index)).collect();
        Ok(SegmentIndex { filters, checksums: checksums.ok_or(SHORT)? })
    }
}

/// Where in the file the index stands, if the footer tells.
pub(super) fn place(metadata: &ParquetMetaData) -> Option<std::ops::Range<u64>> {
    place_of(metadata, KEY)
}

/// The place that stands under a key of the footer as "<offset>,<length>".
pub(super) fn place_of(metadata: &ParquetMetaData, key: &str) -> Option<std::ops::Range<u64>> {
    let (offset, len) = footer::value(metadata, key)?.split_once(',')?;
    let (offset, len): (u64, u64) = (offset.parse().ok()?, len.parse().ok()?);
    Some(offset..offset.checked_add(len)?)
}

fn damaged(segment: &Segment, offset: u64, what: &'static str) -> Error {
    Error::Corrupt { file: segment.path.to_string(), offset, what }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|chunk| u32::from_le_bytes(*chunk))
}

#[cfg(test)]
mod tests;
