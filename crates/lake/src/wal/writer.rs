use std::sync::Arc;
use std::time::Instant;

use record::{Batch, Clock};

use super::directory::{Directory, Fault, FileName};
use super::format::{FILE_HEADER_LEN, FRAME_HEADER_LEN, FileHeader, FrameHeader, MARK_LEN};
use super::stats::WalStats;
use super::{DurableBatch, EncodedBatch, OnDurable, Options, Position, WalFile, numbers, payload};
use crate::disk::DiskFile;
use crate::{BatchKey, Error};

/// The one that writes: numbers frames, syncs them, tells of them. It runs on its own thread, and alone.
pub(super) struct Writer {
    directory: Directory,
    options: Options,
    clock: Arc<dyn Clock>,
    on_durable: OnDurable,
    stats: Arc<WalStats>,
    next: Position,
    /// `None` only as long as there was no room to make one.
    current: Option<Current>,
}

/// The file that is written to.
struct Current {
    file: Box<dyn DiskFile>,
    name: FileName,
    mark: [u8; MARK_LEN],
    len: u64,
}

impl Writer {
    pub(super) fn new(
        directory: Directory,
        options: Options,
        next: Position,
        clock: Arc<dyn Clock>,
        on_durable: OnDurable,
        stats: Arc<WalStats>,
    ) -> Writer {
        Writer { directory, options, clock, on_durable, stats, next, current: None }
    }

    /// Makes the first file, then removes those that only said where the log goes on.
    pub(super) fn open_first(&mut self, empty: &[WalFile]) -> Result<(), Error> {
        match self.make_file() {
            Ok(current) => self.current = Some(current),
            Err(fault) if fault.is_full() => return Ok(()),
            Err(fault) => return Err(fault.into_error()),
        }
        let new = FileName { first_lsn: self.next.lsn }.to_string();
        for file in empty {
            if file.name != new {
                self.directory.remove(file)?;
            }
            self.stats.shrink(file.size_bytes);
        }
        Ok(())
    }

    /// Makes a group durable, in its order. When it fails, none of the group is in the log, unless it poisons.
    pub(super) fn write(&mut self, group: &mut [EncodedBatch]) -> Result<Vec<DurableBatch>, Fault> {
        let bytes: u64 = group.iter().map(|encoded| encoded.frame.len() as u64).sum();
        self.ensure_room(bytes)?;
        let mut current = match self.current.take() {
            Some(current) => current,
            None => self.make_file()?,
        };
        let (durable, next) = self.number(group, current.mark);
        let written = self.write_frames(&mut current, group, bytes);
        self.current = Some(current);
        written?;
        self.next = next;
        self.stats.group(group.len() as u64, bytes);
        Ok(durable)
    }

    /// Tells of a durable batch.
    pub(super) fn publish(&mut self, batch: DurableBatch) {
        (self.on_durable)(batch);
    }

    /// Ends the current file and begins a new one; `None` when it is empty.
    pub(super) fn rotate(&mut self) -> Result<Option<WalFile>, Fault> {
        let Some(current) = self.current.as_ref().filter(|current| current.len > FILE_HEADER_LEN as u64) else {
            return Ok(None);
        };
        let (name, size_bytes) = (current.name.to_string(), current.len);
        self.current = Some(self.make_file()?);
        Ok(Some(WalFile { name, last_lsn: self.next.lsn - 1, size_bytes, damaged: false }))
    }

    pub(super) fn refuse(&self, batches: usize) {
        self.stats.refuse(batches as u64);
    }

    fn ensure_room(&self, bytes: u64) -> Result<(), Fault> {
        let needed = bytes.saturating_add(self.options.reserve_bytes);
        match self.directory.free_bytes() {
            Some(free) if free < needed => {
                let doing = "keep room on the device of the data folder".to_owned();
                Err(Fault::refused(doing, std::io::ErrorKind::StorageFull.into()))
            }
            _ => Ok(()),
        }
    }

    fn make_file(&self) -> Result<Current, Fault> {
        let name = FileName { first_lsn: self.next.lsn };
        let mark = mark_of(self.options.seed, self.next.lsn);
        let header = FileHeader { mark, start: self.next }.encode();
        let file = self.directory.put(name, &header)?;
        self.stats.grow(FILE_HEADER_LEN as u64);
        Ok(Current { file, name, mark, len: FILE_HEADER_LEN as u64 })
    }

    /// Writes the headers. Gives the batches as they will be when durable, and where the log goes on behind them.
    fn number(&self, group: &mut [EncodedBatch], mark: [u8; MARK_LEN]) -> (Vec<DurableBatch>, Position) {
        let mut next = self.next;
        next.assigned_at = next.assigned_at.max(self.clock.now());
        let mut durable = Vec::with_capacity(group.len());
        for encoded in group {
            let batch = DurableBatch {
                lsn: next.lsn,
                first_sequence: next.sequence,
                assigned_at: next.assigned_at,
                batch: encoded.batch.clone(),
                key: encoded.key.clone(),
            };
            encoded.put_header(mark, self.next.lsn, &batch);
            next = Position::behind(&batch);
            durable.push(batch);
        }
        (durable, next)
    }

    fn write_frames(&self, current: &mut Current, group: &[EncodedBatch], bytes: u64) -> Result<(), Fault> {
        let doing = |verb: &str| format!("{verb} {}", self.directory.label(current.name));
        let frames: Vec<&[u8]> = group.iter().map(|encoded| &encoded.frame[..]).collect();
        if let Err(error) = current.file.write_all(&frames) {
            // The cut is synced too: a refused batch must not come back after a power cut, its sender repeats it.
            let cut = current.file.truncate(current.len).and_then(|()| current.file.sync_data());
            cut.map_err(|cut_error| Fault::poisoning(doing("truncate"), cut_error))?;
            return Err(Fault::refused(doing("write to"), error));
        }
        let started = Instant::now();
        current.file.sync_data().map_err(|error| Fault::poisoning(doing("sync"), error))?;
        self.stats.synced(started.elapsed());
        current.len += bytes;
        Ok(())
    }
}

/// A number nobody outside can foresee, and another for each file (the finalizer of splitmix64 over both).
fn mark_of(seed: u64, first_lsn: u64) -> [u8; MARK_LEN] {
    let mut z = seed ^ first_lsn.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (z ^ (z >> 31)).to_le_bytes()
}

impl EncodedBatch {
    pub(super) fn new(batch: Arc<Batch>, key: Option<BatchKey>, mut frame: Vec<u8>) -> Result<EncodedBatch, Error> {
        let payload_len = payload::encoded_len(&batch, key.as_ref());
        if u32::try_from(payload_len).is_err() {
            let source = std::io::ErrorKind::FileTooLarge.into();
            return Err(Error::Io { doing: format!("put a batch of {payload_len} bytes into one frame"), source });
        }
        frame.clear();
        frame.reserve(FRAME_HEADER_LEN + payload_len);
        frame.resize(FRAME_HEADER_LEN, 0);
        payload::encode(&batch, key.as_ref(), &mut frame);
        let payload_crc = crc32fast::hash(&frame[FRAME_HEADER_LEN..]);
        Ok(EncodedBatch { frame, payload_crc, batch, key })
    }

    /// Bytes it takes in the log.
    pub fn size_bytes(&self) -> usize {
        self.frame.len()
    }

    fn put_header(&mut self, mark: [u8; MARK_LEN], group: u64, as_durable: &DurableBatch) {
        debug_assert_eq!(numbers(&self.batch), numbers(&as_durable.batch));
        let header = FrameHeader {
            mark,
            payload_len: (self.frame.len() - FRAME_HEADER_LEN) as u32,
            payload_crc: self.payload_crc,
            lsn: as_durable.lsn,
            group,
            first_sequence: as_durable.first_sequence,
            assigned_at: as_durable.assigned_at,
            after_gap: false,
        };
        self.frame[..FRAME_HEADER_LEN].copy_from_slice(&header.encode());
    }
}
