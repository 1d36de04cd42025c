use std::path::Path;
use std::sync::Arc;

use super::directory::{Directory, FileName};
use super::scan::{FrameAt, Hole, Scan, scan};
use super::{Damage, DurableBatch, Position, WalFile, payload};
use crate::Error;
use crate::disk::Disk;

/// What a restart found. The batches went to the callback.
#[derive(Debug)]
pub struct Recovered {
    /// Files that hold batches, oldest first. They go by [`Wal::remove`](super::Wal::remove) when those are committed.
    pub files: Vec<WalFile>,
    /// Where the log goes on.
    pub next: Position,
    /// How many batches there were.
    pub batches: u64,
    /// The torn end of a crash, cut away. At most one place, or several inside of the last group.
    pub torn: Vec<Damage>,
    /// Bytes that were lost after they had been made durable. What lies behind them was recovered.
    pub damage: Vec<Damage>,
    /// Undamaged files without a batch: needed until the next file is made, for where the log goes on.
    pub(super) empty: Vec<WalFile>,
}

impl Recovered {
    /// Takes notice of what is known from elsewhere about where the log goes on: nothing before `position` is used
    /// again, even if the files that held it are lost.
    pub fn raise(&mut self, position: Position) {
        self.next = self.next.or_later(position);
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().chain(&self.empty).map(|file| file.size_bytes).sum()
    }
}

/// Reads a log back: every batch that is in it, in order, to `on_batch`. One file at a time is in memory.
///
/// Afterwards all that was told is durable, the torn end of a crash is gone, and files of which nothing could be
/// read are set aside. Damage is no error: it is told in [`Recovered::damage`], once for each place.
pub fn recover(
    disk: &Arc<dyn Disk>,
    dir: &Path,
    mut on_batch: impl FnMut(DurableBatch) -> Result<(), Error>,
) -> Result<Recovered, Error> {
    let directory = Directory::new(disk.clone(), dir.to_path_buf());
    directory.create()?;
    directory.remove_unfinished()?;
    let mut recovered = Recovered {
        files: Vec::new(),
        next: Position::START,
        batches: 0,
        torn: Vec::new(),
        damage: Vec::new(),
        empty: Vec::new(),
    };
    let names = directory.files()?;
    let mut before = None;
    for (index, &name) in names.iter().enumerate() {
        let Some(mut file) = FileRead::read(&directory, name, before)? else { continue };
        before = Some(file.end());
        recovered.replay(&directory, &mut file, &mut on_batch)?;
        if index + 1 == names.len() {
            recovered.torn = file.tear_off(&directory);
            file.settle(&directory)?;
        }
        recovered.keep(&directory, file)?;
    }
    Ok(recovered)
}

impl Recovered {
    fn replay(
        &mut self,
        directory: &Directory,
        file: &mut FileRead,
        on_batch: &mut impl FnMut(DurableBatch) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.next = self.next.or_later(file.start());
        for frame in &file.scan.frames {
            match file.batch(directory, frame) {
                Ok(batch) => {
                    self.next = self.next.or_later(Position::behind(&batch));
                    self.batches += 1;
                    on_batch(batch)?;
                }
                Err(damage) => file.damage.push(damage),
            }
        }
        self.next.lsn = self.next.lsn.max(file.end().next_lsn);
        Ok(())
    }

    /// Enters a file into the books, or sets it aside when nothing of it can be read.
    fn keep(&mut self, directory: &Directory, mut file: FileRead) -> Result<(), Error> {
        let holes: Vec<Damage> = file.holes().map(|hole| file.damage_at(directory, hole)).collect();
        file.damage.extend(holes);
        file.damage.sort_by_key(|damage| damage.offset);
        let kept = WalFile {
            name: file.name.to_string(),
            last_lsn: file.scan.frames.last().map_or(file.name.first_lsn, |frame| frame.header.lsn),
            size_bytes: file.bytes.len() as u64,
            damaged: !file.damage.is_empty(),
        };
        self.damage.append(&mut file.damage);
        match (file.scan.frames.is_empty(), kept.damaged) {
            (false, _) => self.files.push(kept),
            (true, false) => self.empty.push(kept),
            (true, true) => directory.set_aside(&kept.name)?,
        }
        Ok(())
    }
}

/// How a file ended.
#[derive(Debug, Clone, Copy)]
pub(super) struct FileEnd {
    /// The LSN with which the next file should begin.
    next_lsn: u64,
    /// Its last bytes are no frame: that LSNs are missing behind it is known.
    in_hole: bool,
}

/// One file, read and scanned.
pub(super) struct FileRead {
    name: FileName,
    bytes: Vec<u8>,
    /// Bytes of the file on disk that have to stay.
    kept_len: u64,
    /// A torn end was taken out of `bytes`.
    torn: bool,
    pub(super) scan: Scan,
    /// Faults that are no hole in the bytes.
    pub(super) damage: Vec<Damage>,
}

impl FileRead {
    /// Reads the file behind one that ended so. `None` when it has gone.
    pub(super) fn read(directory: &Directory, name: FileName, before: Option<FileEnd>) -> Result<Option<FileRead>, Error> {
        let Some(bytes) = directory.read(name)? else { return Ok(None) };
        let next_lsn = before.map_or(0, |before| before.next_lsn);
        let scan = scan(&bytes, name.first_lsn, next_lsn).map_err(|_| Error::Corrupt {
            file: directory.label(name),
            offset: 8,
            what: "format version is not known to this program",
        })?;
        let mut damage = Vec::new();
        if before.is_some_and(|before| name.first_lsn > before.next_lsn && !before.in_hole) {
            damage.push(Damage { file: directory.label(name), offset: 0, len: 0, what: "batches before this file are missing" });
        }
        let kept_len = bytes.len() as u64;
        Ok(Some(FileRead { name, bytes, kept_len, torn: false, scan, damage }))
    }

    /// How the file ends.
    pub(super) fn end(&self) -> FileEnd {
        let next_lsn = self.scan.frames.last().map_or(self.name.first_lsn, |frame| frame.header.lsn.saturating_add(1));
        let in_hole = self.scan.holes.last().is_some_and(|hole| hole.len > 0 && hole.offset + hole.len == self.bytes.len());
        FileEnd { next_lsn, in_hole }
    }

    /// Where the log stood when the file was begun.
    fn start(&self) -> Position {
        match self.scan.header {
            Some(header) => header.start,
            None => Position { lsn: self.name.first_lsn, ..Position::START },
        }
    }

    /// The batch of a frame.
    pub(super) fn batch(&self, directory: &Directory, frame: &FrameAt) -> Result<DurableBatch, Damage> {
        let header = &frame.header;
        match payload::decode(&self.bytes[frame.payload()]) {
            Ok((batch, key)) => Ok(DurableBatch {
                lsn: header.lsn,
                first_sequence: header.first_sequence,
                assigned_at: header.assigned_at,
                batch: Arc::new(batch),
                key,
            }),
            Err(payload::Unreadable) => Err(Damage {
                file: directory.label(self.name),
                offset: frame.offset as u64,
                len: (frame.end() - frame.offset) as u64,
                what: "payload is intact and yet no batch",
            }),
        }
    }

    pub(super) fn holes(&self) -> impl Iterator<Item = &Hole> {
        self.scan.holes.iter()
    }

    pub(super) fn damage_at(&self, directory: &Directory, hole: &Hole) -> Damage {
        let file = directory.label(self.name);
        Damage { file, offset: hole.offset as u64, len: hole.len as u64, what: hole.what }
    }

    /// Takes the torn end of a crash out of the bytes (of the last file), and tells where it was. Frames of the same
    /// group that the crash spared stay, the first behind a hole marked so that the next reader expects the gap.
    fn tear_off(&mut self, directory: &Directory) -> Vec<Damage> {
        let (torn, holes): (Vec<Hole>, Vec<Hole>) = self.scan.holes.iter().copied().partition(|hole| self.scan.is_torn(hole));
        self.scan.holes = holes;
        self.torn = !torn.is_empty();
        if let Some(last) = torn.last().filter(|hole| hole.offset + hole.len == self.bytes.len()) {
            self.kept_len = last.offset as u64;
        }
        let damage = torn.iter().map(|hole| self.damage_at(directory, hole)).collect();
        for hole in torn.iter().rev() {
            let end = hole.offset + hole.len;
            if let Some(frame) = self.scan.frames.iter_mut().find(|frame| frame.offset == end) {
                frame.header.after_gap = true;
                let header = frame.header.encode();
                self.bytes[end..end + header.len()].copy_from_slice(&header);
            }
            self.bytes.drain(hole.offset..end);
        }
        damage
    }

    /// Makes the last file durable as it now is. See "What failure means" on the page of the log for why its bytes
    /// are written anew. Without room for that, what is there is synced, which is as good unless a sync had failed.
    fn settle(&self, directory: &Directory) -> Result<(), Error> {
        let has_damage = !(self.scan.holes.is_empty() && self.damage.is_empty());
        if self.scan.frames.is_empty() && (has_damage || !self.torn) {
            return Ok(()); // to be set aside; or a header alone, durable since it has its name
        }
        match directory.put(self.name, &self.bytes) {
            Ok(_) => Ok(()),
            Err(fault) if fault.is_full() => directory.cut(self.name, self.kept_len),
            Err(fault) => Err(fault.into_error()),
        }
    }
}
