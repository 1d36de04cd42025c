use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};

use async_trait::async_trait;
use bytes::Bytes;
use futures::StreamExt;
use futures::stream::BoxStream;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{
    CopyOptions, Error, GetOptions, GetResult, ListResult, MultipartUpload, ObjectMeta, ObjectStore, PutMultipartOptions,
    PutOptions, PutPayload, PutResult, Result,
};

use crate::disk::sim::{Chance, SimDisk};

/// An object store whose power goes together with a disk's. A put is durable and whole, or it did not happen, which is
/// what the real stores promise; at the moment of the cut it may be either, and nobody is told which.
#[derive(Debug, Clone)]
pub(super) struct FaultStore {
    inner: Arc<InMemory>,
    disk: DiskPower,
    off: Arc<AtomicBool>,
    /// Operations until the power goes; below zero: it does not.
    fuse: Arc<AtomicI64>,
    seed: Arc<AtomicU64>,
}

#[derive(Clone)]
struct DiskPower(SimDisk);

impl fmt::Debug for DiskPower {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("disk")
    }
}

impl FaultStore {
    pub(super) fn new(disk: &SimDisk, seed: u64) -> FaultStore {
        FaultStore {
            inner: Arc::default(),
            disk: DiskPower(disk.clone()),
            off: Arc::default(),
            fuse: Arc::new(AtomicI64::new(-1)),
            seed: Arc::new(AtomicU64::new(seed)),
        }
    }

    /// The same store as another node reaches it, whose power goes together with its own disk's.
    pub(super) fn beside(&self, disk: &SimDisk, seed: u64) -> FaultStore {
        FaultStore { inner: Arc::clone(&self.inner), ..FaultStore::new(disk, seed) }
    }

    pub(super) fn cut_power_after(&self, operations: i64) {
        self.fuse.store(operations, Ordering::SeqCst);
    }

    pub(super) fn restore_power(&self) {
        self.fuse.store(-1, Ordering::SeqCst);
        self.off.store(false, Ordering::SeqCst);
    }

    pub(super) fn is_off(&self) -> bool {
        self.off.load(Ordering::SeqCst) || self.disk.0.is_off()
    }

    /// Counts an operation. `Err(true)`: the power goes now, after the operation was done; `Err(false)`: before.
    fn power(&self) -> std::result::Result<(), bool> {
        if self.is_off() {
            return Err(false);
        }
        if self.fuse.load(Ordering::SeqCst) < 0 || self.fuse.fetch_sub(1, Ordering::SeqCst) > 0 {
            return Ok(());
        }
        self.off.store(true, Ordering::SeqCst);
        self.disk.0.cut_power_after(0);
        let seed = self.seed.fetch_add(1, Ordering::SeqCst);
        Err(Chance::new(seed).one_in(2))
    }
}

fn gone() -> Error {
    Error::Generic { store: "simulated", source: "the power is off".into() }
}

impl fmt::Display for FaultStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("simulated store")
    }
}

#[async_trait]
impl ObjectStore for FaultStore {
    async fn put_opts(&self, location: &Path, payload: PutPayload, opts: PutOptions) -> Result<PutResult> {
        match self.power() {
            Ok(()) => self.inner.put_opts(location, payload, opts).await,
            Err(done) => {
                if done {
                    self.inner.put_opts(location, payload, opts).await?;
                }
                Err(gone())
            }
        }
    }

    async fn put_multipart_opts(&self, location: &Path, opts: PutMultipartOptions) -> Result<Box<dyn MultipartUpload>> {
        self.power().map_err(|_| gone())?;
        self.inner.put_multipart_opts(location, opts).await
    }

    async fn get_opts(&self, location: &Path, options: GetOptions) -> Result<GetResult> {
        self.power().map_err(|_| gone())?;
        self.inner.get_opts(location, options).await
    }

    async fn get_ranges(&self, location: &Path, ranges: &[Range<u64>]) -> Result<Vec<Bytes>> {
        self.power().map_err(|_| gone())?;
        self.inner.get_ranges(location, ranges).await
    }

    fn delete_stream(&self, locations: BoxStream<'static, Result<Path>>) -> BoxStream<'static, Result<Path>> {
        match self.power() {
            Ok(()) => self.inner.delete_stream(locations),
            Err(_) => locations.map(|_| Err(gone())).boxed(),
        }
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        match self.power() {
            Ok(()) => self.inner.list(prefix),
            Err(_) => futures::stream::once(async { Err(gone()) }).boxed(),
        }
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        self.power().map_err(|_| gone())?;
        self.inner.list_with_delimiter(prefix).await
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        self.power().map_err(|_| gone())?;
        self.inner.copy_opts(from, to, options).await
    }
}
