//! Page checksums.
//!
//! Parquet has a place for a CRC32 in every page header, and readers that check it; the writer used here leaves it out.
//! It does let its finished pages be kept elsewhere, though: header, data, header, data. So they are kept here, each
//! header gets its checksum, and the sizes and offsets that grow by it are corrected when the column chunk is ended.

use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use parquet::column::page_store::{PageKey, PageStore, PageStoreArgs, PageStoreFactory};
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::{ParquetError, Result};

/// First byte of a page header in Thrift's compact form, and of its second and third field: the next field, an `i32`.
const NEXT_I32: u8 = 0x15;

/// The pages of one column chunk.
#[derive(Debug, Default)]
pub(super) struct Pages {
    /// Headers with checksums, and data, alternating, in the order in which they were written.
    blobs: Vec<Bytes>,
    /// Bytes each page grew by its checksum.
    growths: Vec<usize>,
    /// Which page is the dictionary. The writer hands it over after the data pages; in the file it comes first.
    dictionary: Option<usize>,
}

/// Keeps the pages of the row group being written, by column.
#[derive(Debug, Default)]
pub(super) struct PageKeeper {
    columns: Mutex<Vec<Arc<Mutex<Pages>>>>,
}

impl PageKeeper {
    /// The pages of all columns of the row group, which is thereby ended.
    pub(super) fn take(&self) -> Vec<Pages> {
        let columns = std::mem::take(&mut *self.columns.lock().unwrap_or_else(PoisonError::into_inner));
        columns.iter().map(|pages| std::mem::take(&mut *pages.lock().unwrap_or_else(PoisonError::into_inner))).collect()
    }
}

impl PageStoreFactory for PageKeeper {
    fn create(&self, _: &PageStoreArgs<'_>) -> Result<Box<dyn PageStore>> {
        let pages = Arc::default();
        self.columns.lock().unwrap_or_else(PoisonError::into_inner).push(Arc::clone(&pages));
        Ok(Box::new(Keeping { pages, header: None, held: 0 }))
    }
}

struct Keeping {
    pages: Arc<Mutex<Pages>>,
    /// A header whose data is still to come.
    header: Option<Bytes>,
    held: usize,
}

impl PageStore for Keeping {
    fn put(&mut self, blob: Bytes) -> Result<PageKey> {
        self.held += blob.len();
        match self.header.take() {
            None => self.header = Some(blob),
            Some(header) => self.pages.lock().unwrap_or_else(PoisonError::into_inner).add(&header, blob)?,
        }
        Ok(PageKey::new(0))
    }

    fn take(&mut self, _: PageKey) -> Result<Bytes> {
        Err(ParquetError::General("pages are taken from their keeper".into()))
    }

    fn memory_size(&self) -> usize {
        self.held
    }
}

impl Pages {
    fn add(&mut self, header: &Bytes, data: Bytes) -> Result<()> {
        let (with_crc, page_type) =
            add_crc(header, crc32fast::hash(&data)).ok_or_else(|| ParquetError::General("page header of unknown form".into()))?;
        if page_type == DICTIONARY_PAGE {
            self.dictionary = Some(self.growths.len());
        }
        self.growths.push(with_crc.len() - header.len());
        self.blobs.extend([Bytes::from(with_crc), data]);
        Ok(())
    }

    /// The column chunk as it goes into the file, and its description with sizes and offsets (from its start) to match.
    pub(super) fn finish(mut self, mut close: ColumnCloseResult) -> Result<(Bytes, ColumnCloseResult)> {
        let grown: usize = self.growths.iter().sum();
        let dictionary_bytes = self.dictionary_first();
        let metadata = close.metadata.clone();
        close.metadata = metadata
            .clone()
            .into_builder()
            .set_total_compressed_size(metadata.compressed_size() + grown as i64)
            .set_total_uncompressed_size(metadata.uncompressed_size() + grown as i64)
            .build()?;
        close.bytes_written += grown as u64;
        if let Some(index) = &mut close.offset_index {
            let mut offset = 0;
            for (location, growth) in index.page_locations.iter_mut().zip(&self.growths) {
                location.compressed_page_size += *growth as i32;
                location.offset = offset;
                offset += i64::from(location.compressed_page_size);
            }
        }
        Ok((Bytes::from(self.blobs.concat()), close.update_dictionary_location(dictionary_bytes)?))
    }

    /// Moves the dictionary page to the front. `growths` keeps the data pages only. Returns the dictionary's bytes.
    fn dictionary_first(&mut self) -> usize {
        let Some(page) = self.dictionary else { return 0 };
        self.growths.remove(page);
        let moved: Vec<Bytes> = self.blobs.drain(2 * page..2 * page + 2).collect();
        let bytes = moved.iter().map(Bytes::len).sum();
        self.blobs.splice(0..0, moved);
        bytes
    }
}

const DICTIONARY_PAGE: u64 = 2;

/// The page header with a checksum as its fourth field, and the page's type.
///
/// A header begins with three `i32` (type, size, compressed size); then come the fields that say more about the page.
/// In the compact form a field begins with a byte of its distance to the field before and its type, so the field behind
/// the new one is one nearer.
fn add_crc(header: &[u8], crc: u32) -> Option<(Vec<u8>, u64)> {
    let (page_type, at) = i32_field(header, 0)?;
    let (_, at) = i32_field(header, at)?;
    let (_, at) = i32_field(header, at)?;
    let next = *header.get(at)?;
    if next >> 4 < 2 {
        return None;
    }
    let mut out = Vec::with_capacity(header.len() + 6);
    out.extend_from_slice(&header[..at]);
    out.push(NEXT_I32);
    write_zigzag(&mut out, crc.cast_signed());
    out.push(next - (1 << 4));
    out.extend_from_slice(&header[at + 1..]);
    Some((out, page_type >> 1))
}

/// Reads over a field that directly follows the one before: its zigzag number, and where it ends.
fn i32_field(header: &[u8], at: usize) -> Option<(u64, usize)> {
    if *header.get(at)? != NEXT_I32 {
        return None;
    }
    let mut value = 0;
    for (index, byte) in header[at + 1..].iter().take(5).enumerate() {
        value |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            return Some((value, at + 2 + index));
        }
    }
    None
}

fn write_zigzag(out: &mut Vec<u8>, number: i32) {
    let mut rest = ((number << 1) ^ (number >> 31)).cast_unsigned();
    while rest >= 0x80 {
        out.push(rest as u8 | 0x80);
        rest >>= 7;
    }
    out.push(rest as u8);
}

#[cfg(test)]
mod tests;
