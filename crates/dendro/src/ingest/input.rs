use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use record::Kind;

use super::{is_stdin, shown};
use crate::exit::Failure;

/// First bytes of a gzip member (RFC 1952) and of a zstd frame (RFC 8878).
const GZIP: [u8; 2] = [0x1f, 0x8b];
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Bytes read from a file at a time.
const BUFFER_BYTES: usize = 256 << 10;

/// A file, or standard input, opened and not yet read.
pub(crate) struct Input {
    reader: Box<dyn Read + Send>,
    size: u64,
    fresh: bool,
    counter: Counter,
}

/// How much of a file has been read, as it lies on disk.
#[derive(Clone, Default)]
pub(crate) struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Input {
    /// Opens a file; `-` is standard input. All files are opened before the first is stored, so that a typing slip in
    /// the last name is told at once.
    pub(crate) fn open(path: &Path) -> Result<Input, Failure> {
        let counter = Counter::default();
        if is_stdin(path) {
            let reader = Box::new(Counting { inner: io::stdin(), counter: counter.clone() });
            return Ok(Input { reader, size: 0, fresh: true, counter });
        }
        let problem = |error: io::Error| Failure::from(error).about(&shown(path));
        let file = File::open(path).map_err(problem)?;
        let metadata = file.metadata().map_err(problem)?;
        if metadata.is_dir() {
            return Err(Failure::new(Kind::Invalid, format!("{} is a folder", path.display())).hint("name the files in it"));
        }
        let reader = Box::new(Counting { inner: file, counter: counter.clone() });
        Ok(Input { reader, size: metadata.len(), fresh: false, counter })
    }

    /// Size on disk; 0 when not known.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Whether it is new each time: what comes in by standard input twice was meant twice.
    pub(crate) fn fresh(&self) -> bool {
        self.fresh
    }

    /// Tells how much has been read.
    pub(crate) fn counter(&self) -> Counter {
        self.counter.clone()
    }

    /// The content, decompressed when its first bytes say gzip or zstd.
    pub(crate) fn decompressed(self) -> Result<Box<dyn Read + Send>, Failure> {
        let mut reader = self.reader;
        let mut first = Vec::with_capacity(ZSTD.len());
        reader.by_ref().take(ZSTD.len() as u64).read_to_end(&mut first)?;
        let (gzip, zstd) = (first.starts_with(&GZIP), first.starts_with(&ZSTD));
        let whole = BufReader::with_capacity(BUFFER_BYTES, io::Cursor::new(first).chain(reader));
        Ok(match (gzip, zstd) {
            (true, _) => Box::new(flate2::bufread::MultiGzDecoder::new(whole)),
            (_, true) => Box::new(zstd::stream::read::Decoder::with_buffer(whole)?),
            _ => Box::new(whole),
        })
    }
}

struct Counting<R> {
    inner: R,
    counter: Counter,
}

impl<R: Read> Read for Counting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.counter.0.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
}
