use std::sync::Arc;

use arrow::array::RecordBatch;
use bytes::Bytes;
use object_store::buffered::BufWriter;
use object_store::{ObjectStore, path::Path};
use tokio::io::AsyncWriteExt;
use tokio::runtime::Handle;

use super::encoder::Encoder;
use super::{NewSegment, Options};
use crate::Error;
use crate::columns::date_text;

/// What the file names of segments begin with.
pub(super) const PREFIX: &str = "seg-";

/// Bytes up to which a segment is stored by a single request; a larger one is sent in parts of this size.
const PART_BYTES: usize = 8 << 20;

/// Takes the rows of one day and stores them as segments. For a thread that may block.
pub(super) struct Output<'a> {
    store: &'a Arc<dyn ObjectStore>,
    runtime: &'a Handle,
    options: &'a Options,
    date: i32,
    /// Whether the rows come in order of time.
    sorted: bool,
    open: Option<(Encoder, Upload)>,
    done: Vec<NewSegment>,
}

struct Upload {
    path: Path,
    writer: BufWriter,
    size_bytes: u64,
}

impl<'a> Output<'a> {
    pub(super) fn new(
        store: &'a Arc<dyn ObjectStore>,
        runtime: &'a Handle,
        options: &'a Options,
        date: i32,
        sorted: bool,
    ) -> Output<'a> {
        Output { store, runtime, options, date, sorted, open: None, done: Vec::new() }
    }

    /// Adds rows (without the partition column).
    pub(super) fn write(&mut self, rows: &RecordBatch) -> Result<(), Error> {
        if rows.num_rows() == 0 {
            return Ok(());
        }
        if self.open.is_none() {
            let upload = self.begin();
            let encoder = Encoder::new(self.options.table, rows, self.sorted, self.options.threads);
            self.open = Some((encoder.map_err(|source| unwritten(&upload.path, source))?, upload));
        }
        let Some((encoder, upload)) = &mut self.open else { return Ok(()) };
        encoder.write(rows).map_err(|source| unwritten(&upload.path, source))?;
        let bytes = encoder.take();
        self.runtime.block_on(upload.put(bytes))?;
        if encoder.size_bytes() >= self.options.target_bytes { self.end() } else { Ok(()) }
    }

    /// Ends the last segment. All are durable, as far as the store's word goes.
    pub(super) fn finish(mut self) -> Result<Vec<NewSegment>, Error> {
        self.end()?;
        Ok(std::mem::take(&mut self.done))
    }

    fn begin(&self) -> Upload {
        let (date, name, part) = (date_text(self.date), &self.options.name, self.done.len());
        let path = Path::from(format!("date={date}/{PREFIX}{name}-{part}.parquet"));
        let writer = BufWriter::with_capacity(Arc::clone(self.store), path.clone(), PART_BYTES);
        Upload { path, writer, size_bytes: 0 }
    }

    fn end(&mut self) -> Result<(), Error> {
        let Some((encoder, mut upload)) = self.open.take() else { return Ok(()) };
        let (bytes, encoded) = encoder.finish().map_err(|source| unwritten(&upload.path, source))?;
        self.runtime.block_on(upload.finish(bytes))?;
        self.done.push(NewSegment {
            path: upload.path.to_string(),
            date: self.date,
            rows: encoded.rows,
            size_bytes: upload.size_bytes,
            time: encoded.time,
            stats_json: encoded.stats_json,
        });
        Ok(())
    }
}

impl Upload {
    async fn put(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.size_bytes += bytes.len() as u64;
        self.writer.put(Bytes::from(bytes)).await.map_err(|source| self.failed(source))
    }

    async fn finish(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        self.put(bytes).await?;
        self.writer
            .shutdown()
            .await
            .map_err(|source| self.failed(object_store::Error::Generic { store: "segments", source: source.into() }))
    }

    fn failed(&self, source: object_store::Error) -> Error {
        if is_disk_full(&source) {
            return Error::DiskFull;
        }
        Error::Store { doing: format!("writing {}", self.path), source }
    }
}

/// Whether somewhere below the error the device said that it has no room.
fn is_disk_full(error: &(dyn std::error::Error + 'static)) -> bool {
    std::iter::successors(Some(error), |&error| error.source())
        .any(|error| error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::StorageFull))
}

fn unwritten(path: &Path, source: parquet::errors::ParquetError) -> Error {
    Error::Parquet { doing: format!("writing {path}"), source }
}

/// Runs what computes for long, and blocks, on a thread made for it, so that the runtime's own stay free.
pub(super) async fn on_blocking_thread<T: Send + 'static>(
    work: impl FnOnce(&Handle) -> Result<T, Error> + Send + 'static,
) -> Result<T, Error> {
    let runtime = Handle::current();
    match tokio::task::spawn_blocking(move || work(&runtime)).await {
        Ok(done) => done,
        Err(stopped) => match stopped.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            Err(_) => Err(Error::Closed),
        },
    }
}
