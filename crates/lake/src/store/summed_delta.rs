use std::collections::HashSet;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};
use parking_lot::RwLock;

use super::Sums;
use crate::state::State;

/// Files forgotten in one transaction before they are deleted. Each transaction is an fsync.
const FORGOTTEN_AT_ONCE: usize = 256;

/// The store of all tables, which remembers what was written to their Delta logs, and gives back that or an error that
/// names the file and the place. Delta itself has no checksums there: a flipped digit in the statistics of a commit
/// would make queries leave out rows, and nobody would notice.
///
/// Files of other writers, and one whose sums were not kept because the power went in between, are given as they are.
#[derive(Debug)]
pub(crate) struct SummedDelta {
    inner: Arc<dyn ObjectStore>,
    delta: Arc<DeltaSums>,
}

/// What is known of the files of all Delta logs.
#[derive(Debug)]
pub(crate) struct DeltaSums {
    state: Arc<State>,
    /// Where the tables begin in the store.
    base: Path,
    /// Damaged files that the log can be read without.
    hidden: RwLock<HashSet<Path>>,
}

/// A file of a Delta log: its table (`default/logs`), and its name.
type Place = (String, String);

impl DeltaSums {
    pub(super) fn new(state: Arc<State>, base: Path) -> DeltaSums {
        DeltaSums { state, base, hidden: RwLock::default() }
    }

    /// Names of the files that a table's Delta log must have.
    pub(crate) fn files(&self, tenant: &str, table: &str) -> std::result::Result<Vec<String>, crate::Error> {
        self.state.delta_files(&format!("{tenant}/{table}"))
    }

    /// Whether it is known what a file must be.
    pub(crate) fn knows(&self, tenant: &str, table: &str, name: &str) -> std::result::Result<bool, crate::Error> {
        Ok(self.state.delta_sums(&format!("{tenant}/{table}"), name)?.is_some())
    }

    /// The last version that a table must have.
    pub(crate) fn last_version(&self, tenant: &str, table: &str) -> std::result::Result<Option<u64>, crate::Error> {
        let name = self.state.last_delta_commit(&format!("{tenant}/{table}"))?;
        Ok(name.and_then(|name| name.split('.').next()?.parse().ok()))
    }

    /// Names of the tenants that must have tables.
    pub(crate) fn tenants(&self) -> std::result::Result<Vec<String>, crate::Error> {
        let places = self.state.delta_places()?;
        Ok(places.iter().filter_map(|place| place.split('/').next()).map(str::to_owned).collect())
    }

    /// Forgets a file that is gone.
    pub(crate) fn forget(&self, tenant: &str, table: &str, name: &str) -> std::result::Result<(), crate::Error> {
        self.state.forget_delta_sums(&[(format!("{tenant}/{table}"), name.to_owned())])
    }

    /// Makes as if a damaged file did not exist, until it is written again. For those whose content stands in the log
    /// once more: checkpoints.
    pub(crate) fn hide(&self, tenant: &str, table: &str, name: &str) {
        let file = [tenant, table, "_delta_log", name].into_iter().fold(self.base.clone(), |path, part| path.join(part));
        self.hidden.write().insert(file);
    }

    /// The opposite, for all files of a table.
    pub(crate) fn show_all(&self, tenant: &str, table: &str) {
        let folder = self.base.clone().join(tenant).join(table);
        self.hidden.write().retain(|file| !file.prefix_matches(&folder));
    }

    fn is_hidden(&self, location: &Path) -> bool {
        self.hidden.read().contains(location)
    }

    fn place(&self, location: &Path) -> Option<Place> {
        let mut parts = location.prefix_match(&self.base)?;
        let (tenant, table, log, name) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_file = log.as_ref() == "_delta_log" && parts.next().is_none();
        is_file.then(|| (format!("{}/{}", tenant.as_ref(), table.as_ref()), name.as_ref().to_owned()))
    }

    /// The sums of a file, if there are any to compare it with.
    fn sums(&self, location: &Path) -> Result<Option<(Place, Sums)>> {
        let Some(place) = self.place(location) else { return Ok(None) };
        let sums = self.state.delta_sums(&place.0, &place.1).map_err(failed)?;
        Ok(sums.map(|sums| (place, sums)))
    }

    /// Must come before a file changes or goes: see [`State::forget_delta_sums`].
    async fn forget_all(&self, places: Vec<Place>) -> Result<()> {
        if places.is_empty() {
            return Ok(());
        }
        let state = Arc::clone(&self.state);
        let forgotten = tokio::task::spawn_blocking(move || state.forget_delta_sums(&places)).await;
        forgotten.map_err(|_| failed(crate::Error::Closed))?.map_err(failed)
    }

    /// The file is written. That its sums cannot be kept is no reason to call that a failure.
    async fn keep(&self, location: &Path, (place, name): Place, sums: Sums) {
        self.hidden.write().remove(location);
        let (state, file) = (Arc::clone(&self.state), format!("{place}/_delta_log/{name}"));
        let kept = tokio::task::spawn_blocking(move || state.keep_delta_sums(&place, &name, &sums)).await;
        if !matches!(kept, Ok(Ok(()))) {
            tracing::warn!(file, "the checksums of a file of a Delta log could not be kept; it will be read unverified");
        }
    }
}

fn failed(source: crate::Error) -> Error {
    Error::Generic { store: "lake", source: Box::new(source) }
}

impl SummedDelta {
    pub(super) fn new(inner: Arc<dyn ObjectStore>, delta: Arc<DeltaSums>) -> SummedDelta {
        SummedDelta { inner, delta }
    }

    /// The whole file, compared. Files of a Delta log are small: a commit has some kilobytes, a checkpoint some megabytes.
    async fn read(&self, location: &Path, options: GetOptions, place: Place, sums: &Sums) -> Result<(Bytes, ObjectMeta)> {
        let found = self.inner.get_opts(location, GetOptions { range: None, ..options }).await?;
        let meta = found.meta.clone();
        let bytes = found.bytes().await?;
        match sums.difference(&bytes) {
            None => Ok((bytes, meta)),
            Some(found) => {
                let file = format!("tables/{}/_delta_log/{}", place.0, place.1);
                Err(failed(crate::Error::Corrupt { file, offset: found.offset, what: found.what }))
            }
        }
    }

    fn hide(&self, listed: BoxStream<'static, Result<ObjectMeta>>) -> BoxStream<'static, Result<ObjectMeta>> {
        if self.delta.hidden.read().is_empty() {
            return listed;
        }
        let delta = Arc::clone(&self.delta);
        listed.try_filter(move |meta| std::future::ready(!delta.is_hidden(&meta.location))).boxed()
    }
}

impl fmt::Display for SummedDelta {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "summed {}", self.inner)
    }
}

fn not_there(location: &Path) -> Error {
    Error::NotFound { path: location.to_string(), source: "it is damaged, and read around".into() }
}

#[async_trait]
impl ObjectStore for SummedDelta {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        let Some(place) = self.delta.place(location) else {
            return self.inner.put_opts(location, payload, opts).await;
        };
        if opts.mode != PutMode::Create {
            self.delta.forget_all(vec![place.clone()]).await?;
        }
        let sums = Sums::of(&place.1, &Bytes::from(payload.clone()));
        let put = self.inner.put_opts(location, payload, opts).await?;
        self.delta.keep(location, place, sums).await;
        Ok(put)
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        let upload = self.inner.put_multipart_opts(location, opts).await?;
        let Some(place) = self.delta.place(location) else { return Ok(upload) };
        let delta = Arc::clone(&self.delta);
        Ok(Box::new(SummedUpload { upload, delta, location: location.clone(), place, written: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        if self.delta.is_hidden(location) {
            return Err(not_there(location));
        }
        let Some((place, sums)) = self.delta.sums(location)?.filter(|_| !options.head) else {
            return self.inner.get_opts(location, options).await;
        };
        let wanted = options.range.clone();
        let (bytes, meta) = self.read(location, options, place, &sums).await?;
        let range = match wanted {
            None => 0..meta.size,
            Some(wanted) => {
                wanted.as_range(meta.size).map_err(|source| Error::Generic { store: "lake", source: source.into() })?
            }
        };
        let part = bytes.slice(range.start as usize..range.end as usize);
        let payload = GetResultPayload::Stream(futures::stream::once(async { Ok(part) }).boxed());
        Ok(GetResult { payload, meta, range, attributes: Default::default() })
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        if self.delta.is_hidden(location) {
            return Err(not_there(location));
        }
        let Some((place, sums)) = self.delta.sums(location)? else {
            return self.inner.get_ranges(location, ranges).await;
        };
        let (bytes, _) = self.read(location, GetOptions::default(), place, &sums).await?;
        let part = |range: &Range<u64>| {
            let end = (range.end as usize).min(bytes.len());
            bytes.slice((range.start as usize).min(end)..end)
        };
        Ok(ranges.iter().map(part).collect())
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        let delta = Arc::clone(&self.delta);
        let forgotten = locations.try_ready_chunks(FORGOTTEN_AT_ONCE).map_err(|error| error.1).and_then(move |chunk| {
            let delta = Arc::clone(&delta);
            async move {
                delta.forget_all(chunk.iter().filter_map(|location| delta.place(location)).collect()).await?;
                Ok(futures::stream::iter(chunk.into_iter().map(Ok)))
            }
        });
        self.inner.delete_stream(forgotten.try_flatten().boxed())
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.hide(self.inner.list(prefix))
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.hide(self.inner.list_with_offset(prefix, offset))
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let mut listed = self.inner.list_with_delimiter(prefix).await?;
        listed.objects.retain(|meta| !self.delta.is_hidden(&meta.location));
        Ok(listed)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.delta.forget_all(self.delta.place(to).into_iter().collect()).await?;
        self.inner.copy_opts(from, to, options).await
    }

    /// Only damaged files and what builds on them are ever moved. Should the power go on the way, the file is missing,
    /// which is damage too; forgotten before, it would be back and pass for a sound one.
    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.delta.forget_all(self.delta.place(to).into_iter().collect()).await?;
        self.inner.rename_opts(from, to, options).await?;
        self.delta.forget_all(self.delta.place(from).into_iter().collect()).await
    }
}

/// Sums up the parts of a file when all are written.
struct SummedUpload {
    upload: Box<dyn MultipartUpload>,
    delta: Arc<DeltaSums>,
    location: Path,
    place: Place,
    written: Vec<Bytes>,
}

impl fmt::Debug for SummedUpload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SummedUpload").field("location", &self.location).finish_non_exhaustive()
    }
}

#[async_trait]
impl MultipartUpload for SummedUpload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        self.written.extend(part.iter().cloned());
        self.upload.put_part(part)
    }

    async fn complete(&mut self) -> Result<PutResult> {
        self.delta.forget_all(vec![self.place.clone()]).await?;
        let put = self.upload.complete().await?;
        let written = Bytes::from(PutPayload::from_iter(std::mem::take(&mut self.written)));
        self.delta.keep(&self.location, self.place.clone(), Sums::of(&self.place.1, &written)).await;
        Ok(put)
    }

    async fn abort(&mut self) -> Result<()> {
        self.upload.abort().await
    }
}
