use std::collections::HashMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetRange, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore,
    ObjectStoreExt, PutMultipartOptions, PutOptions, PutPayload, PutResult, Result,
};
use parking_lot::Mutex;

use super::DamageFound;
use crate::segment::Checksums;

/// Segments whose checksums are kept. Four bytes for 64 KiB of file each, so this is some megabytes at the very most.
const SEGMENTS_MAX: usize = 10_000;

/// A table's store whose segments are compared with their checksums as they are read: whoever reads a segment through it
/// gets the bytes that were written, or an error that names the file and the place, and never a guess.
#[derive(Debug)]
pub(crate) struct Verified {
    inner: Arc<dyn ObjectStore>,
    /// `tables/default/logs`, put in front of paths when damage is named.
    place: String,
    /// By path; `None` for files that carry no checksums (others may write into the table too).
    known: Mutex<HashMap<Path, Option<Arc<Checksums>>>>,
    found: DamageFound,
}

impl Verified {
    pub(crate) fn new(inner: Arc<dyn ObjectStore>, place: String, found: DamageFound) -> Verified {
        Verified { inner, place, known: Mutex::default(), found }
    }

    /// An error of reading a segment, with damage named so that it is found from the data folder, and noted.
    fn failed(&self, location: &Path, error: crate::Error) -> Error {
        let file = format!("{}/{location}", self.place);
        let source = match error {
            crate::Error::Corrupt { offset, what, .. } => crate::Error::Corrupt { file, offset, what },
            crate::Error::Store { source: Error::NotFound { .. }, .. } => {
                crate::Error::Corrupt { file, offset: 0, what: "the file is missing" }
            }
            crate::Error::Store { source, .. } => return source,
            other => other,
        };
        if let crate::Error::Corrupt { .. } = source {
            self.found.note(location, &source);
        }
        Error::Generic { store: "lake", source: Box::new(source) }
    }

    /// The same for what the store itself says.
    fn store_failed(&self, location: &Path, source: Error) -> Error {
        self.failed(location, crate::Error::Store { doing: format!("reading {location}"), source })
    }

    async fn checksums(&self, location: &Path) -> Result<Option<Arc<Checksums>>> {
        if location.extension() != Some("parquet") {
            return Ok(None);
        }
        if let Some(known) = self.known.lock().get(location) {
            return Ok(known.clone());
        }
        let size = self.inner.head(location).await.map_err(|error| self.store_failed(location, error))?.size;
        let loaded = Checksums::load(&self.inner, location, size).await;
        let loaded = loaded.map_err(|error| self.failed(location, error))?.map(Arc::new);
        let mut known = self.known.lock();
        if known.len() >= SEGMENTS_MAX {
            known.clear();
        }
        known.insert(location.clone(), loaded.clone());
        Ok(loaded)
    }

    /// Reads a little more than was asked for, up to where checksums begin and end, and compares.
    async fn read(&self, location: &Path, ranges: &[Range<u64>], checksums: &Checksums) -> Result<Vec<Bytes>> {
        let whole: Vec<Range<u64>> = ranges.iter().map(|range| checksums.around(range)).collect();
        let read = self.inner.get_ranges(location, &whole).await.map_err(|error| self.store_failed(location, error))?;
        let cut = |((bytes, whole), range): ((Bytes, &Range<u64>), &Range<u64>)| {
            checksums.verify(location, whole.start, &bytes).map_err(|error| self.failed(location, error))?;
            let start = (range.start - whole.start) as usize;
            Ok(bytes.slice(start..start + (range.end - range.start) as usize))
        };
        read.into_iter().zip(&whole).zip(ranges).map(cut).collect()
    }
}

impl fmt::Display for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "verified {}", self.inner)
    }
}

#[async_trait]
impl ObjectStore for Verified {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.inner.put_opts(location, payload, opts).await
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        let Some(GetRange::Bounded(range)) = options.range.clone() else {
            return self.inner.get_opts(location, options).await;
        };
        let Some(checksums) = self.checksums(location).await? else {
            return self.inner.get_opts(location, options).await;
        };
        let meta = self.inner.head(location).await.map_err(|error| self.store_failed(location, error))?;
        let range = range.start..range.end.min(meta.size);
        let bytes = self.read(location, std::slice::from_ref(&range), &checksums).await?;
        let payload = GetResultPayload::Stream(futures::stream::iter(bytes.into_iter().map(Ok)).boxed());
        Ok(GetResult { payload, meta, range, attributes: Default::default() })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        match self.checksums(location).await? {
            Some(checksums) => self.read(location, ranges, &checksums).await,
            None => self.inner.get_ranges(location, ranges).await,
        }
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix).into_stream().boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }
}
