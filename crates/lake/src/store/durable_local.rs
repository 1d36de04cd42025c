use std::fmt;
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
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
use parking_lot::Mutex;

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

    /// Where a file is written before it gets its name. `LocalFileSystem` leaves the suffix `#<digits>` out of listings.
    fn stage(&self, location: &Path) -> Result<Staged> {
        let path = self.inner.path_to_filesystem(location)?;
        let mut staged = path.as_os_str().to_owned();
        staged.push(format!("#{}", self.next_staged.fetch_add(1, Ordering::Relaxed)));
        Ok(Staged { path, staged: PathBuf::from(staged) })
    }

    async fn put_durable(&self, location: &Path, payload: PutPayload, mode: PutMode) -> Result<PutResult> {
        let file = self.stage(location)?;
        match blocking(move || file.put(&payload, &mode)).await {
            Ok(()) => Ok(PutResult { e_tag: None, version: None }),
            Err(source) if source.kind() == io::ErrorKind::AlreadyExists => {
                Err(Error::AlreadyExists { path: location.to_string(), source: Box::new(source) })
            }
            Err(source) => Err(generic(source)),
        }
    }
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> io::Result<T> {
    tokio::task::spawn_blocking(work).await.map_err(io::Error::other)?
}

/// A file on its way: what it will be called, and where it is written first.
#[derive(Debug)]
struct Staged {
    path: PathBuf,
    staged: PathBuf,
}

impl Staged {
    fn put(&self, payload: &PutPayload, mode: &PutMode) -> io::Result<()> {
        let (file, new_folder) = self.create()?;
        let written = write(&file, payload).and_then(|()| file.sync_all()).and_then(|()| match mode {
            PutMode::Create => fs::hard_link(&self.staged, &self.path),
            PutMode::Overwrite => fs::rename(&self.staged, &self.path),
            PutMode::Update(_) => Err(io::ErrorKind::Unsupported.into()),
        });
        if written.is_err() || matches!(mode, PutMode::Create) {
            self.discard();
        }
        written?;
        self.sync_folders(new_folder)
    }

    /// The empty file, and whether its folder was made for it.
    fn create(&self) -> io::Result<(File, bool)> {
        let folder = self.folder()?;
        let new_folder = !folder.exists();
        fs::create_dir_all(folder)?;
        Ok((File::create_new(&self.staged)?, new_folder))
    }

    fn sync_folders(&self, new_folder: bool) -> io::Result<()> {
        let folder = self.folder()?;
        sync_folder(folder)?;
        match folder.parent() {
            Some(above) if new_folder => sync_folder(above),
            _ => Ok(()),
        }
    }

    fn folder(&self) -> io::Result<&FsPath> {
        self.path.parent().ok_or_else(|| io::ErrorKind::InvalidFilename.into())
    }

    /// Nobody refers to the staged file, and a failure to remove it must not hide what happened before.
    fn discard(&self) {
        let _ = fs::remove_file(&self.staged);
    }
}

/// Removes what a killed process left half written, below a folder that nobody else writes to. Returns how many files.
pub(crate) fn sweep_staged(folder: &FsPath) -> io::Result<usize> {
    let mut swept = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            swept += sweep_staged(&entry.path())?;
        } else if is_staged(&entry.path()) {
            fs::remove_file(entry.path())?;
            swept += 1;
        }
    }
    Ok(swept)
}

fn is_staged(path: &FsPath) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.and_then(|name| name.rsplit_once('#')).is_some_and(|(_, number)| number.bytes().all(|byte| byte.is_ascii_digit()))
}

fn write(mut file: &File, payload: &PutPayload) -> io::Result<()> {
    payload.into_iter().try_for_each(|chunk| file.write_all(chunk))
}

fn sync_folder(folder: &FsPath) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

fn generic(source: io::Error) -> Error {
    Error::Generic { store: "local", source: Box::new(source) }
}

/// Writes the parts aside as they come, and gives the file its name when it is whole. Memory holds no more of it than
/// the parts that are being written.
#[derive(Debug)]
struct StagedUpload {
    place: Arc<Staged>,
    file: Arc<Mutex<File>>,
    new_folder: bool,
    /// Where the next part goes.
    offset: u64,
    named: bool,
}

#[async_trait]
impl MultipartUpload for StagedUpload {
    fn put_part(&mut self, part: PutPayload) -> UploadPart {
        let (file, offset) = (Arc::clone(&self.file), self.offset);
        self.offset += part.content_length() as u64;
        // Parts may be written at the same time, and in any order.
        let write_at = move || {
            let mut file = file.lock();
            file.seek(SeekFrom::Start(offset))?;
            write(&file, &part)
        };
        Box::pin(async move { blocking(write_at).await.map_err(generic) })
    }

    async fn complete(&mut self) -> Result<PutResult> {
        let (place, file, new_folder) = (Arc::clone(&self.place), Arc::clone(&self.file), self.new_folder);
        let named = blocking(move || {
            file.lock().sync_all()?;
            fs::rename(&place.staged, &place.path)?;
            place.sync_folders(new_folder)
        });
        named.await.map_err(generic)?;
        self.named = true;
        Ok(PutResult { e_tag: None, version: None })
    }

    async fn abort(&mut self) -> Result<()> {
        Ok(())
    }
}

impl Drop for StagedUpload {
    fn drop(&mut self) {
        if !self.named {
            self.place.discard();
        }
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
        let place = Arc::new(self.stage(location)?);
        let staged = Arc::clone(&place);
        let (file, new_folder) = blocking(move || staged.create()).await.map_err(generic)?;
        Ok(Box::new(StagedUpload { place, file: Arc::new(Mutex::new(file)), new_folder, offset: 0, named: false }))
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
        self.inner.rename_opts(from, to, options).await?;
        let folders = [from, to].map(|path| self.inner.path_to_filesystem(path));
        let sync = move || {
            folders.into_iter().try_for_each(|path| sync_folder(path?.parent().unwrap_or(FsPath::new("/"))).map_err(generic))
        };
        tokio::task::spawn_blocking(sync).await.map_err(|source| generic(io::Error::other(source)))?
    }
}

#[cfg(test)]
mod tests;
