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
}

impl Checksums {
    /// Reads them from the segment's index; `None` when it has none.
    pub(crate) async fn load(store: &Arc<dyn ObjectStore>, path: &Path, size_bytes: u64) -> Result<Option<Checksums>, Error> {
        let nowhen = Timestamp::default();
        let segment = Segment { path: path.clone(), size_bytes, rows: 0, date: 0, time: (nowhen, nowhen), modified: nowhen };
        let loaded = SegmentIndex::load_with_place(store, &segment).await?;
        Ok(loaded.map(|(index, end)| Checksums { stretches: index.into_checksums(), end }))
    }

    /// The range, widened to whole stretches where there are any.
    pub(crate) fn around(&self, range: &Range<u64>) -> Range<u64> {
        let stretch = STRETCH_BYTES as u64;
        let start = if range.start < self.end { range.start / stretch * stretch } else { range.start };
        let end = if range.end < self.end { (range.end.div_ceil(stretch) * stretch).min(self.end) } else { range.end };
        start..end
    }

    /// Compares bytes that begin at the start of a stretch with the checksums of all stretches that are whole in them.
    pub(crate) fn verify(&self, path: &Path, start: u64, bytes: &[u8]) -> Result<(), Error> {
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
}
