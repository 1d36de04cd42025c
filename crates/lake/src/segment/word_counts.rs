//! In how many records of a segment a word stands, by the hour, source and severity: so that what a word is counted by is
//! read from some kilobytes instead of from all messages.
//!
//! Counted are the words that are constant text of patterns, those in [`super::index`]. That takes one count for each record
//! and pattern, which becomes counts of words when the segment ends.
//!
//! ```text
//! all numbers little-endian
//!
//!  0  8  "DNDRWC01"
//!  8  4  CRC32 of everything from byte 12 to the end
//! 12  4  R: bytes of the cells
//! 16  4  W: number of words, those of the index in their order
//! 20  R  the cells: an Arrow IPC stream like a rollup's (see `rollup`), which counts all records of each cell
//!   W*v  per word: bytes of its list; 0: it is not counted, and its records have to be read
//!        the lists: for each cell that has such records, by its place in the cells: the distance to the place before (the
//!        first: the place), and the number of records
//!
//! v, and all of a list: LEB128
//! ```

use std::sync::Arc;

use arrow::array::{Array, ArrayRef, AsArray, Int64Array, RecordBatch, UInt32Array};
use arrow::compute::take;
use arrow::datatypes::{Int32Type, TimestampMicrosecondType};
use arrow::error::ArrowError;
use bytes::Bytes;
use hashbrown::HashMap;
use object_store::{ObjectStore, ObjectStoreExt};

use super::rollup::{self, Counted, Cuboid, RECORDS, Texts};
use super::{footer, index};
use crate::columns::Table;
use crate::{Error, Segment};

const MAGIC: &[u8; 8] = b"DNDRWC01";

/// The key of the footer that says where they stand, "<offset>,<length>".
pub(super) const KEY: &str = "dendro.word_counts";

/// Cells that are told apart; with more of them words are not counted at all.
const CELLS_MAX: usize = 8 << 10;

/// Cells times words for which there is room while counts of patterns become counts of words, four bytes each.
const ROOM_MAX: usize = 8 << 20;

/// Words of fewer records are not counted: their records are found by the index, and read fast.
const RECORDS_MIN: u64 = 16;

/// What is left out of a file is what would take more than this part of it.
const SHARE_MAX: u64 = 32;

/// But for files so small that counts of this size do not matter.
const BYTES_ALWAYS: u64 = 16 << 10;

/// What records that are counted together have in common. In this order neighbours agree in most of it, so that the
/// distances in lists are short.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Cell {
    /// Source and severity: numbers of [`Texts`].
    texts: [u16; 2],
    severity_number: Option<i32>,
    hour: i64,
}

/// Counts while a segment is written.
#[derive(Default)]
pub(super) struct WordCounter {
    texts: [Texts; 2],
    cells: HashMap<Cell, u32>,
    /// By number of the cell.
    records: Vec<i64>,
    /// By cell and number of the pattern; by cell and number of the word, where it stands in a variable.
    patterns: HashMap<(u32, u32), u32>,
    words: HashMap<(u32, u32), u32>,
    is_given_up: bool,
}

impl WordCounter {
    /// The cell of each of these rows of `logs`; `None` when words are not counted.
    pub(super) fn cells_of(&mut self, rows: &RecordBatch) -> Option<Vec<u32>> {
        if self.is_given_up {
            return None;
        }
        let Some(times) = rows.column_by_name(Table::Logs.time_column()) else { return self.give_up() };
        let times = times.as_primitive::<TimestampMicrosecondType>().values();
        let texts = ["source", "severity"].map(|name| rows.column_by_name(name).map(|column| column.as_string_view()));
        let numbers = rows.column_by_name("severity_number").map(|column| column.as_primitive::<Int32Type>());
        let mut cells = Vec::with_capacity(rows.num_rows());
        for (row, time) in times.iter().enumerate() {
            let number = numbers.filter(|numbers| numbers.is_valid(row)).map(|numbers| numbers.value(row));
            let hour = time.div_euclid(Cuboid::Hours.grain_micros());
            let mut cell = Cell { hour, texts: [0; 2], severity_number: number };
            for ((place, known), column) in cell.texts.iter_mut().zip(&mut self.texts).zip(texts) {
                let text = column.filter(|column| column.is_valid(row)).map(|column| column.value(row));
                match known.number(text) {
                    Some(number) => *place = number,
                    None => return self.give_up(),
                }
            }
            let next = self.cells.len() as u32;
            let number = *self.cells.entry(cell).or_insert(next);
            if number == next {
                self.records.push(0);
            }
            self.records[number as usize] += 1;
            cells.push(number);
        }
        if self.cells.len() > CELLS_MAX { self.give_up() } else { Some(cells) }
    }

    fn give_up<T>(&mut self) -> Option<T> {
        *self = WordCounter { is_given_up: true, ..WordCounter::default() };
        None
    }

    /// A record of a cell has this pattern.
    pub(super) fn pattern(&mut self, cell: u32, pattern: usize) {
        *self.patterns.entry((cell, pattern as u32)).or_default() += 1;
    }

    /// In a record of a cell this word stands, and its pattern does not say so.
    pub(super) fn word(&mut self, cell: u32, word: usize) {
        *self.words.entry((cell, word as u32)).or_default() += 1;
    }

    /// What was counted, for words in the order in which `words` names them. `of_pattern` are the words of a pattern;
    /// `countable` says whether all records of a word were seen.
    pub(super) fn finish<'p>(
        self,
        words: &[usize],
        of_pattern: impl Fn(usize) -> &'p [usize],
        countable: impl Fn(usize) -> bool,
    ) -> Result<Option<WordCounts>, ArrowError> {
        let known = words.iter().max().map_or(0, |most| most + 1);
        if self.is_given_up || self.cells.is_empty() || known * self.cells.len() > ROOM_MAX {
            return Ok(None);
        }
        let (cells, places) = self.cells()?;
        let mut counts = vec![0_u32; known * places.len()];
        let mut add = |word: usize, cell: u32, records: u32| {
            if let Some(count) = counts.get_mut(word * places.len() + places[cell as usize]) {
                *count += records;
            }
        };
        for (&(cell, pattern), &records) in &self.patterns {
            of_pattern(pattern as usize).iter().for_each(|&word| add(word, cell, records));
        }
        self.words.iter().for_each(|(&(cell, word), &records)| add(word as usize, cell, records));
        let (mut ends, mut lists) = (Vec::with_capacity(words.len()), Vec::new());
        for &word in words {
            let counts = &counts[word * places.len()..][..places.len()];
            if countable(word) && counts.iter().map(|&count| u64::from(count)).sum::<u64>() >= RECORDS_MIN {
                write_list(counts, &mut lists);
            }
            ends.push(lists.len() as u32);
        }
        Ok(Some(WordCounts { cells, ends, lists: lists.into() }))
    }

    /// The cells in order, as rows of a rollup, and the place of each in them.
    fn cells(&self) -> Result<(RecordBatch, Vec<usize>), ArrowError> {
        let mut cells: Vec<(&Cell, u32)> = self.cells.iter().map(|(cell, &number)| (cell, number)).collect();
        cells.sort_unstable();
        let mut places = vec![0; cells.len()];
        cells.iter().enumerate().for_each(|(place, (_, number))| places[*number as usize] = place);
        let rows = cells.iter().map(|(cell, number)| Counted {
            start_micros: cell.hour * Cuboid::Hours.grain_micros(),
            source: self.texts[0].text(cell.texts[0]),
            severity: self.texts[1].text(cell.texts[1]),
            severity_number: cell.severity_number,
            error_code: None,
            records: self.records[*number as usize],
        });
        Ok((rollup::rows_of(&rows.collect::<Vec<_>>())?, places))
    }
}

/// Counts of words, as a segment carries them.
#[derive(Debug, Clone)]
pub struct WordCounts {
    cells: RecordBatch,
    /// Where the list of each word ends.
    ends: Vec<u32>,
    lists: Bytes,
}

impl WordCounts {
    /// Reads those of a segment; `None` when it has none. Reads the footer and the counts, nothing else.
    pub async fn load(store: &Arc<dyn ObjectStore>, segment: &Segment) -> Result<Option<WordCounts>, Error> {
        let footer = footer::load(store, segment).await?;
        let Some(place) = index::place_of(&footer.metadata, KEY) else { return Ok(None) };
        let damaged = |what| Error::Corrupt { file: segment.path.to_string(), offset: place.start, what };
        if place.end > footer.start {
            return Err(damaged("the counts of words would reach into the footer"));
        }
        let bytes = store.get_range(&segment.path, place.clone()).await.map_err(|source| footer::failed(segment, source))?;
        WordCounts::decode(bytes).map(Some).map_err(damaged)
    }

    /// The records of the word at a place of the index ([`crate::SegmentIndex::constant_word`]), as a rollup by the hour,
    /// source and severity; `None` when it was not counted.
    pub fn of_word(&self, place: usize) -> Option<RecordBatch> {
        let end = *self.ends.get(place)? as usize;
        let start = if place == 0 { 0 } else { self.ends[place - 1] as usize };
        let mut list = self.lists.get(start..end).filter(|list| !list.is_empty())?;
        let (mut cells, mut records, mut cell) = (Vec::new(), Vec::new(), 0_u64);
        while !list.is_empty() {
            cell = cell.checked_add(number(&mut list)?)?;
            cells.push(u32::try_from(cell).ok().filter(|&cell| (cell as usize) < self.cells.num_rows())?);
            records.push(i64::try_from(number(&mut list)?).ok()?);
        }
        let cells = UInt32Array::from(cells);
        let counted = self.cells.schema_ref().index_of(RECORDS).ok()?;
        let columns = self.cells.columns().iter().enumerate().map(|(column, values)| -> Option<ArrayRef> {
            if column == counted { Some(Arc::new(Int64Array::from(records.clone()))) } else { take(values, &cells, None).ok() }
        });
        RecordBatch::try_new(self.cells.schema(), columns.collect::<Option<Vec<_>>>()?).ok()
    }

    /// No records at all, in the same columns.
    pub fn none(&self) -> RecordBatch {
        self.cells.slice(0, 0)
    }

    /// Bytes held in memory.
    pub fn memory_bytes(&self) -> usize {
        self.cells.get_array_memory_size() + size_of_val(self.ends.as_slice()) + self.lists.len()
    }

    /// The bytes in the file, unless they would be too large a part of one that has so many already.
    pub(super) fn encode(&self, file_bytes: u64) -> Result<Option<Vec<u8>>, ArrowError> {
        let cells = rollup::to_ipc(&self.cells)?;
        let mut out = Vec::with_capacity(cells.len() + self.memory_bytes());
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&[0; 4]);
        out.extend_from_slice(&(cells.len() as u32).to_le_bytes());
        out.extend_from_slice(&(self.ends.len() as u32).to_le_bytes());
        out.extend_from_slice(&cells);
        let mut start = 0;
        for &end in &self.ends {
            put(u64::from(end - start), &mut out);
            start = end;
        }
        out.extend_from_slice(&self.lists);
        let crc = crc32fast::hash(&out[12..]);
        out[8..12].copy_from_slice(&crc.to_le_bytes());
        Ok((out.len() as u64 <= (file_bytes / SHARE_MAX).max(BYTES_ALWAYS)).then_some(out))
    }

    pub(super) fn decode(bytes: Bytes) -> Result<WordCounts, &'static str> {
        const SHORT: &str = "the counts of words are shorter than they say";
        let header: &[u8; 20] = bytes.first_chunk().ok_or(SHORT)?;
        let (numbers, _) = header[8..].as_chunks::<4>();
        let [crc, cells, words] = [0, 1, 2].map(|place| u32::from_le_bytes(numbers[place]));
        if !header.starts_with(MAGIC) {
            return Err("no counts of words stand where the footer says");
        }
        if crc != crc32fast::hash(&bytes[12..]) {
            return Err("the counts of words differ from their checksum");
        }
        let mut rest = bytes.slice(header.len()..);
        if rest.len() < cells as usize || rest.len() - (cells as usize) < words as usize {
            return Err(SHORT);
        }
        let cells = rest.split_to(cells as usize);
        let cells = rollup::decode(&cells).ok().flatten().ok_or("the cells of words cannot be decoded")?;
        let (mut list, mut end, mut ends) = (&rest[..], 0_u64, Vec::with_capacity(words as usize));
        for _ in 0..words {
            end = end.checked_add(number(&mut list).ok_or(SHORT)?).ok_or(SHORT)?;
            ends.push(u32::try_from(end).map_err(|_| SHORT)?);
        }
        let lists = rest.slice(rest.len() - list.len()..);
        if lists.len() as u64 != end {
            return Err(SHORT);
        }
        Ok(WordCounts { cells, ends, lists })
    }
}

/// The list of a word: `counts` by cell.
fn write_list(counts: &[u32], out: &mut Vec<u8>) {
    let mut before = 0;
    for (cell, &count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        put((cell - before) as u64, out);
        put(u64::from(count), out);
        before = cell;
    }
}

/// Appends a number as LEB128.
fn put(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Takes a number from the front; `None` when there is none.
fn number(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0;
    for shift in (0..u64::BITS).step_by(7) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Some(number);
        }
    }
    None
}

#[cfg(test)]
mod tests;
