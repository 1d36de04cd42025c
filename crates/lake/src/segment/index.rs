//! The index inside a segment.
//!
//! ```text
//! all numbers little-endian
//!
//!  0  8  "DNDRIX02"
//!  8  4  CRC32 of everything from byte 12 to the end of the index
//! 12  4  G: number of row groups
//! 16  4  B: number of checksums
//! 20  4  W: number of words, or 0xffffffff: nothing is known of words, and what is marked with * is left out
//! 24  4*G  rows of each row group. They are taken in page groups of [`PAGE_GROUP_ROWS`]; N of these are in the file
//!     4*N  * per page group: bytes of its filter
//!       n  * the filters (see `filter`), page group by page group: the hashes (rapidhash v3) of the folded words in its
//!            columns [`INDEXED`], but for those below and those that `words::is_left_out` names (files of before 2026-11-22
//!            have these too)
//!       4  * T: bytes of the words
//!       T  * words that are constant text of patterns, folded, each ended by a line feed, in the order of their bytes
//!     W*w  * w = N/8 rounded up: per word one bit for each page group, the lowest first: whether it stands there as such
//!     4*B  CRC32 of each 64 KiB of the file before the index, in order; the last stretch may be shorter
//! ```

use std::sync::Arc;

use bytes::Bytes;
use object_store::{ObjectStore, ObjectStoreExt};
use parquet::file::metadata::ParquetMetaData;

use super::filter::Filter;
use super::footer;
use crate::columns::MESSAGE;
use crate::{Error, Segment};

mod tokens;
mod words;

pub(super) use tokens::{Tokens, hash_of};
pub(super) use words::{Constant, WordIndex};

const MAGIC: &[u8; 8] = b"DNDRIX02";

/// Begins indexes of the first layout: row groups, checksums, zero; per row group the number of 32-byte blocks of a filter of
/// another kind; these filters; the checksums. The filters are no longer read.
const MAGIC_1: &[u8; 8] = b"DNDRIX01";
const BLOCK_BYTES_1: usize = 32;

const HEADER_BYTES: usize = 24;

/// What stands in place of the number of words when nothing is known of them.
const NO_WORDS: u32 = u32::MAX;

/// Rows that the index tells apart: those of a page of each column.
pub const PAGE_GROUP_ROWS: usize = super::encoding::PAGE_ROWS;

const SHORT: &str = "the index is shorter than it says";

/// The key of the footer that says where the index stands.
pub(super) const KEY: &str = "dendro.index";

/// The index that travels inside a segment, behind the row groups and before the footer.
#[derive(Debug)]
pub struct SegmentIndex {
    row_groups: Vec<u32>,
    words: Option<WordIndex>,
    checksums: Vec<u32>,
}

/// Columns whose words are indexed. They share one filter: an id hardly ever stands in a message of other records than
/// its own, so that a filter for each column would only add to what is read.
pub const INDEXED: [&str; 4] = [MESSAGE, "trace_id", "span_id", "transaction_id"];

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

    /// Rows of each row group. In it, page groups of [`PAGE_GROUP_ROWS`] follow each other; the last may be shorter.
    pub fn row_groups(&self) -> &[u32] {
        &self.row_groups
    }

    /// Page groups that may hold a record in whose `column` all of these words (folded, whole) stand, one truth for each in
    /// the order of the file; `None` when the index says nothing about this column.
    pub fn may_contain_words(&self, column: &str, words: &[String]) -> Option<Vec<bool>> {
        let index = self.words.as_ref().filter(|_| INDEXED.contains(&column))?;
        Some(index.may_contain_words(column, words))
    }

    /// The place of a folded word among those that are constant text of patterns, by which [`crate::WordCounts`] knows it.
    pub fn constant_word(&self, word: &str) -> Option<usize> {
        self.words.as_ref()?.constant.place_of(word)
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        let numbers = (self.row_groups.len() + self.checksums.len()) * size_of::<u32>();
        numbers + self.words.as_ref().map_or(0, WordIndex::memory_bytes)
    }

    pub(super) fn new(row_groups: Vec<u32>, words: Option<WordIndex>, checksums: Vec<u32>) -> SegmentIndex {
        SegmentIndex { row_groups, words, checksums }
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
        let mut out = Vec::with_capacity(HEADER_BYTES + self.memory_bytes());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[0; 4]);
        let words = self.words.as_ref().map_or(NO_WORDS, |words| words.constant.len() as u32);
        let mut number = |number: u32| out.extend_from_slice(&number.to_le_bytes());
        [self.row_groups.len() as u32, self.checksums.len() as u32, words].into_iter().for_each(&mut number);
        self.row_groups.iter().copied().for_each(&mut number);
        if let Some(words) = &self.words {
            words.filters.iter().map(|filter| filter.as_bytes().len() as u32).for_each(number);
            words.filters.iter().for_each(|filter| out.extend_from_slice(filter.as_bytes()));
            words.constant.encode(&mut out);
        }
        self.checksums.iter().for_each(|checksum| out.extend_from_slice(&checksum.to_le_bytes()));
        let crc = crc32fast::hash(&out[12..]);
        out[8..12].copy_from_slice(&crc.to_le_bytes());
        out
    }

    pub(super) fn decode(bytes: Bytes) -> Result<SegmentIndex, &'static str> {
        let is_first = bytes.starts_with(MAGIC_1);
        if bytes.len() < HEADER_BYTES || !(is_first || bytes.starts_with(MAGIC)) {
            return Err("no index stands where the footer says");
        }
        let mut reader = Reader(bytes.slice(MAGIC.len()..));
        if reader.number()? != crc32fast::hash(&reader.0) {
            return Err("the index differs from its checksum");
        }
        let [row_groups, checksums, constant] = [reader.number()?, reader.number()?, reader.number()?];
        let row_groups = reader.numbers(row_groups as usize)?;
        if is_first {
            let blocks: usize = row_groups.iter().map(|&blocks| blocks as usize).sum();
            reader.take(blocks * BLOCK_BYTES_1)?;
            return Ok(SegmentIndex { row_groups: Vec::new(), words: None, checksums: reader.numbers(checksums as usize)? });
        }
        let words = match constant {
            NO_WORDS => None,
            constant => Some(words(&mut reader, &row_groups, constant as usize)?),
        };
        Ok(SegmentIndex { row_groups, words, checksums: reader.numbers(checksums as usize)? })
    }
}

fn words(reader: &mut Reader, row_groups: &[u32], constant: usize) -> Result<WordIndex, &'static str> {
    let page_groups = row_groups.iter().map(|&rows| (rows as usize).div_ceil(PAGE_GROUP_ROWS)).sum();
    let filters = reader.numbers(page_groups)?.into_iter();
    let filters = filters.map(|bytes| Filter::from_bytes(reader.take(bytes as usize)?)).collect::<Result<_, _>>()?;
    Ok(WordIndex { filters, constant: Constant::decode(reader, constant, page_groups)? })
}

/// Takes an index apart from the front.
struct Reader(Bytes);

impl Reader {
    fn take(&mut self, bytes: usize) -> Result<Bytes, &'static str> {
        if bytes > self.0.len() {
            return Err(SHORT);
        }
        Ok(self.0.split_to(bytes))
    }

    fn number(&mut self) -> Result<u32, &'static str> {
        self.numbers(1).map(|numbers| numbers[0])
    }

    fn numbers(&mut self, count: usize) -> Result<Vec<u32>, &'static str> {
        let bytes = self.take(count.checked_mul(4).ok_or(SHORT)?)?;
        let (numbers, _) = bytes.as_chunks::<4>();
        Ok(numbers.iter().map(|number| u32::from_le_bytes(*number)).collect())
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

#[cfg(test)]
mod tests;
