use std::fmt;
use std::fs::{self, File};
use std::io::{self, Write};
use std::ops::Range;
use std::path::{Path as FsPath, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMode,
    PutMultipartOptions, PutOptions, PutPayload, PutResult, RenameOptions, Result, UploadPart,
};

/// The local file system, rooted at `/`, with puts that are durable and atomic: a file is written aside, fsynced, given
/// its name, and then the folder is fsynced. Reading is `object_store`'s own.
#[derive(Debug, Clone)]
pub(crate) struct DurableLocal {
    inner: Arc<LocalFileSystem>,
    next_staged: Arc<AtomicU64>,
}

impl DurableLocal {
    pub(crate) fn new() -> DurableLocal {
        // Numbered from the time of start, so that a file left behind by a killed process is not in the way.
        let start = std::process::id() as u64 * 1_000_000;
        DurableLocal { inner: Arc::new(LocalFileSystem::new()), next_staged: Arc::new(AtomicU64::new(start)) }
    }

    async fn put_durable(&self, location: &Path, payload: PutPayload, mode: PutMode) -> Result<PutResult> {
        let path = self.inner.path_to_filesystem(location)?;
        // The suffix `#<digits>` is what `LocalFileSystem` leaves out of listings.
        let number = self.next_staged.fetch_add(1, Ordering::Relaxed);
        let location = location.clone();
        let put = move || put(&path, &payload, &mode, number);
        let done = tokio::task::spawn_blocking(put).await.map_err(|source| generic(io::Error::other(source)))?;
        match done {
            Ok(()) => Ok(PutResult { e_tag: None, version: None }),
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::AlreadyExists { path: location.to_string(), source: Box::new(source) })
            }
            Err(source) => Err(generic(source)),
        }
    }
}

fn put(path: &FsPath, payload: &PutPayload, mode: &PutMode, number: u64) -> io::Result<()> {
    let folder = path.parent().ok_or(io::ErrorKind::InvalidFilename)?;
    let new_folder = !folder.exists();
    fs::create_dir_all(folder)?;
    let staged = staged_path(path, number);
    let written = write_synced(&staged, payload).and_then(|()| match mode {
        PutMode::Create => fs::hard_link(&staged, path),
        PutMode::Overwrite => fs::rename(&staged, path),
        PutMode::Update(_) => Err(io::ErrorKind::Unsupported.into()),
    });
    if written.is_err() || matches!(mode, PutMode::Create) {
        // Nobody refers to the staged file, and a failure to remove it must not hide what happened before.
        let _ = fs::remove_file(&staged);
    }
    written?;
    sync_folder(folder)?;
    match folder.parent() {
        Some(above) if new_folder => sync_folder(above),
        _ => Ok(()),
    }
}

fn write_synced(path: &FsPath, payload: &PutPayload) -> io::Result<()> {
    let mut file = File::create_new(path)?;
    for chunk in payload {
        file.write_all(chunk)?;
    }
    file.sync_all()
}

fn sync_folder(folder: &FsPath) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn staged_path(path: &FsPath, number: u64) -> PathBuf {
    let mut staged = path.as_os_str().to_owned();
    staged.push(format!("#{number}"));
    PathBuf::from(staged)
}

fn generic(source: io::Error) -> Error {
    Error::Generic { store: "local", source: Box::new(source) }
}

/// Collects the parts and puts them as one file, so that multipart uploads are as durable as others.
/// What comes this way is small: checkpoints of the Delta log.
#[derive(Debug)]
struct CollectedUpload {
    store: DurableLocal,
    location: Path,
    parts: Vec<Bytes>,
}

#[async_trait]
impl MultipartUpload for CollectedUpload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        self.parts.extend(part);
        Box::pin(async { Ok(()) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let payload = PutPayload::from_iter(std::mem::take(&mut self.parts));
        self.store.put_durable(&self.location, payload, PutMode::Overwrite).await
    }

    async fn abort(&mut self) -> Result<()> {
        self.parts.clear();
        Ok(())
    }
}

impl fmt::Display for DurableLocal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("durable local file system")
    }
}

#[async_trait]
impl ObjectStore for DurableLocal {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        self.put_durable(location, payload, opts.mode).await
    }

    async fn put_multipart_opts(&self, location: &Path, _opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        Ok(Box::new(CollectedUpload { store: self.clone(), location: location.clone(), parts: Vec::new() }))
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        self.inner.delete_stream(locations)
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list(prefix)
    }

    fn list_with_offset(&self, prefix: Option<&Path>, offset: &Path) -> BoxStream<'static, Result<ObjectMeta>> {
        self.inner.list_with_offset(prefix, offset)
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.inner.copy_opts(from, to, options).await
    }

    async fn rename_opts(&self, from: &Path, to: &Path, options: RenameOptions) -> Result<()> {
        self.inner.rename_opts(from, to, options).await
    }
}
