use std::ops::Range;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use record::Timestamp;

use super::SegmentIndex;
use super::checksum::STRETCH_BYTES;
use crate::{Error, Segment};

/// The checksums of one segment, for whoever reads pieces of it.
#[derive(Debug)]
pub(crate) struct Checksums {
    /// CRC32 of each stretch of the file before its index.
    stretches: Vec<u32>,
    /// Where the index begins, and the last stretch ends.
    end: u64,
    /// Where the page indexes are, and their checksum. They prune pages, so a wrong one would leave out rows.
    page_indexes: Option<(Range<u64>, u32)>,
}

impl Checksums {
    /// Reads them from the segment's index; `None` when it has none.
    pub(crate) async fn load(store: &Arc<dyn ObjectStore>, path: &Path, size_bytes: u64) -> Result<Option<Checksums>, Error> {
        let nowhen = Timestamp::default();
        let segment = Segment { path: path.clone(), size_bytes, rows: 0, date: 0, time: (nowhen, nowhen), modified: nowhen };
        let loaded = SegmentIndex::load_with_places(store, &segment).await?;
        Ok(loaded.map(|(index, places)| Checksums {
            stretches: index.into_checksums(),
            end: places.start,
            page_indexes: places.page_indexes,
        }))
    }

    /// The range, widened to whole stretches where there are any, and to all of the page indexes.
    pub(crate) fn around(&self, range: &Range<u64>) -> Range<u64> {
        let stretch = STRETCH_BYTES as u64;
        let within =
            |at: u64| self.page_indexes.as_ref().map(|(place, _)| place).filter(|place| place.start < at && at < place.end);
        let start = match within(range.start) {
            Some(place) => place.start,
            None if range.start < self.end => range.start / stretch * stretch,
            None => range.start,
        };
        let end = match within(range.end) {
            Some(place) => place.end,
            None if range.end < self.end => (range.end.div_ceil(stretch) * stretch).min(self.end),
            None => range.end,
        };
        start..end
    }

    /// Compares the bytes of a range that [`around`](Self::around) gave with all checksums of it.
    pub(crate) fn verify(&self, path: &Path, start: u64, bytes: &[u8]) -> Result<(), Error> {
        self.verify_page_indexes(path, start, bytes)?;
        if start >= self.end {
            return Ok(());
        }
        let covered = &bytes[..bytes.len().min((self.end - start) as usize)];
        let first = (start / STRETCH_BYTES as u64) as usize;
        for (index, stretch) in covered.chunks(STRETCH_BYTES).enumerate() {
            let offset = start + (index * STRETCH_BYTES) as u64;
            if self.stretches.get(first + index) != Some(&crc32fast::hash(stretch)) {
                let what = "the 64 KiB from here differ from their checksum";
                return Err(Error::Corrupt { file: path.to_string(), offset, what });
            }
        }
        Ok(())
    }

    fn verify_page_indexes(&self, path: &Path, start: u64, bytes: &[u8]) -> Result<(), Error> {
        let Some((place, sum)) = &self.page_indexes else { return Ok(()) };
        let Some(from) = place.start.checked_sub(start) else { return Ok(()) };
        let found = bytes.get(from as usize..(place.end - start) as usize);
        match found {
            Some(found) if crc32fast::hash(found) != *sum => {
                let what = "the page indexes differ from their checksum";
                Err(Error::Corrupt { file: path.to_string(), offset: place.start, what })
            }
            _ => Ok(()),
        }
    }
}
