//! A disk in memory that fails, tears and forgets as real ones do, under a seed.
//!
//! What it assumes of a real disk: bytes that were synced stay; a sector (512 bytes) that is written again holds, in
//! the bytes that do not change, what it held. Everything else may happen: after [`SimDisk::power_cut`] each sector
//! written since the last sync holds the old bytes, the new ones or neither, the file may have any length in between,
//! and each name made, changed or removed since the folder was synced may be as before. What is cut off may come back.
//! After a failed sync the bytes look written, and no later sync makes them durable (as in Linux's page cache).

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::disk::{Disk, DiskFile};

/// What a disk writes as one: the least unit that is lost or kept.
const SECTOR: usize = 512;

/// Something a disk is asked to do that can be made to fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `create` and `open_append`.
    Open,
    /// `write_all`.
    Write,
    /// `sync_data`.
    Sync,
    /// `truncate`.
    Truncate,
    /// `rename`.
    Rename,
    /// `remove`.
    Remove,
    /// `sync_dir`.
    SyncDir,
}

/// The disk. Clones are the same disk.
#[derive(Clone)]
pub(crate) struct SimDisk {
    state: Arc<Mutex<State>>,
}

/// A small generator (splitmix64), so that a run is told by its seed alone.
#[derive(Debug, Clone)]
pub(crate) struct Chance(u64);

impl Chance {
    pub(crate) fn new(seed: u64) -> Chance {
        Chance(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// 0..bound.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound.max(1)
    }

    /// True once in `times`.
    pub(crate) fn one_in(&mut self, times: u64) -> bool {
        self.below(times) == 0
    }
}

struct State {
    chance: Chance,
    files: Vec<Content>,
    names: BTreeMap<PathBuf, usize>,
    synced_names: BTreeMap<PathBuf, usize>,
    changes: Vec<NameChange>,
    capacity: Option<u64>,
    faults: Vec<Fault>,
    operations: u64,
    cut_at: Option<u64>,
    powered: bool,
    /// Counts restarts: handles of an earlier one are dead.
    boot: u64,
}

#[derive(Default)]
struct Content {
    now: Vec<u8>,
    synced: Vec<u8>,
    /// Sectors a sync would make durable.
    dirty: BTreeSet<usize>,
    /// Sectors whose sync failed: the system thinks them clean.
    forgotten: BTreeSet<usize>,
}

#[derive(Clone)]
struct NameChange {
    gone: Option<PathBuf>,
    now: Option<(PathBuf, usize)>,
}

struct Fault {
    operation: Operation,
    skip: u64,
    kind: io::ErrorKind,
}

impl SimDisk {
    pub(crate) fn new(seed: u64) -> SimDisk {
        let state = State {
            chance: Chance::new(seed),
            files: Vec::new(),
            names: BTreeMap::new(),
            synced_names: BTreeMap::new(),
            changes: Vec::new(),
            capacity: None,
            faults: Vec::new(),
            operations: 0,
            cut_at: None,
            powered: true,
            boot: 0,
        };
        SimDisk { state: Arc::new(Mutex::new(state)) }
    }

    /// Writes beyond so many bytes in all fail with ENOSPC, after what still fits; `None`: no bound.
    pub(crate) fn set_capacity(&self, capacity: Option<u64>) {
        self.state.lock().capacity = capacity;
    }

    /// One operation of this sort fails, after `skip` more have worked.
    pub(crate) fn fail(&self, operation: Operation, skip: u64, kind: io::ErrorKind) {
        self.state.lock().faults.push(Fault { operation, skip, kind });
    }

    /// The power goes during the operation that is so many operations ahead (0: the next); all later ones fail.
    pub(crate) fn cut_power_after(&self, operations: u64) {
        let mut state = self.state.lock();
        state.cut_at = Some(state.operations + operations);
    }

    /// Whether the scheduled cut has happened.
    pub(crate) fn is_off(&self) -> bool {
        !self.state.lock().powered
    }

    /// How many operations were asked for.
    pub(crate) fn operations(&self) -> u64 {
        self.state.lock().operations
    }

    /// Takes the power away and gives it back: what was not synced is lost, torn or kept. Open files are dead,
    /// and so are all faults that were set.
    pub(crate) fn power_cut(&self) {
        let mut state = self.state.lock();
        let State { chance, files, synced_names, changes, .. } = &mut *state;
        let style = chance.below(4);
        for change in changes.drain(..) {
            let keep = if style == 0 { true } else { chance.one_in(2) };
            if keep {
                change.apply(synced_names);
            }
        }
        for file in files.iter_mut() {
            file.settle(chance);
        }
        state.names = state.synced_names.clone();
        state.restart();
    }

    /// Ends the process and starts it again, as `kill -9` does: what was written is there, synced or not.
    pub(crate) fn restart(&self) {
        self.state.lock().restart();
    }

    /// Changes one byte of a file, as a failing disk does.
    pub(crate) fn flip(&self, path: &Path, offset: usize) {
        let mut bytes = self.read(path).expect("file to flip");
        bytes[offset] ^= 0x10;
        self.put(path, bytes);
    }

    /// A file with these bytes, all durable.
    pub(crate) fn put(&self, path: &Path, bytes: Vec<u8>) {
        let mut state = self.state.lock();
        let index = state.files.len();
        state.files.push(Content { now: bytes.clone(), synced: bytes, ..Content::default() });
        state.names.insert(path.to_path_buf(), index);
        state.synced_names.insert(path.to_path_buf(), index);
    }
}

impl State {
    fn restart(&mut self) {
        self.boot += 1;
        self.powered = true;
        self.cut_at = None;
        self.faults.clear();
    }

    /// Counts an operation; an error if it is to fail. `Ok(true)`: the power goes while it is done.
    fn begin(&mut self, operation: Operation) -> io::Result<bool> {
        if !self.powered {
            return Err(power_off());
        }
        let number = self.operations;
        self.operations += 1;
        if self.cut_at == Some(number) {
            self.powered = false;
            return Ok(true);
        }
        let due = self.faults.iter_mut().enumerate().filter(|(_, fault)| fault.operation == operation);
        let mut hit = None;
        for (index, fault) in due {
            match fault.skip.checked_sub(1) {
                Some(rest) => fault.skip = rest,
                None => hit = Some(index),
            }
        }
        match hit {
            Some(index) => Err(self.faults.remove(index).kind.into()),
            None => Ok(false),
        }
    }

    fn find(&self, path: &Path) -> io::Result<usize> {
        self.names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn change(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.changes.push(change);
    }

    fn used(&self) -> u64 {
        self.names.values().map(|&index| self.files[index].now.len() as u64).sum()
    }
}

fn power_off() -> io::Error {
    io::Error::other("the power is off")
}

/// The answer of an operation during which the power may have gone.
fn end(cut: bool) -> io::Result<()> {
    if cut { Err(power_off()) } else { Ok(()) }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        if let Some(gone) = &self.gone {
            names.remove(gone);
        }
        if let Some((path, index)) = &self.now {
            names.insert(path.clone(), *index);
        }
    }
}

impl Content {
    fn append(&mut self, bytes: &[u8]) {
        let start = self.now.len();
        self.now.extend_from_slice(bytes);
        let touched = start / SECTOR..self.now.len().div_ceil(SECTOR);
        self.forgotten.retain(|sector| !touched.contains(sector));
        self.dirty.extend(touched);
    }

    fn sync(&mut self) {
        self.synced.resize(self.now.len(), 0);
        for sector in std::mem::take(&mut self.dirty) {
            let end = self.now.len().min((sector + 1) * SECTOR);
            let start = end.min(sector * SECTOR);
            self.synced[start..end].copy_from_slice(&self.now[start..end]);
        }
    }

    fn forget(&mut self) {
        self.forgotten.append(&mut self.dirty);
    }

    /// What the file holds when the power is back.
    fn settle(&mut self, chance: &mut Chance) {
        let unsynced: BTreeSet<usize> = self.dirty.union(&self.forgotten).copied().collect();
        let (old, new) = (self.synced.len(), self.now.len());
        let len = match chance.below(3) {
            0 => old,
            1 => new,
            _ if new > old => old + chance.below((new - old) as u64 + 1) as usize,
            _ => old,
        };
        let mut settled = self.synced.clone();
        settled.resize(len, 0);
        let style = chance.below(4);
        for sector in unsynced {
            let fate = if style < 3 { style } else { chance.below(3) };
            for at in (sector * SECTOR..(sector + 1) * SECTOR).take_while(|&at| at < len && at < new) {
                let unchanged = self.synced.get(at) == Some(&self.now[at]);
                match fate {
                    0 => {}
                    1 => settled[at] = self.now[at],
                    _ if unchanged => {}
                    _ => settled[at] = chance.next() as u8,
                }
            }
        }
        *self = Content { now: settled.clone(), synced: settled, ..Content::default() };
    }
}

impl Disk for SimDisk {
    fn create_dir(&self, _dir: &Path) -> io::Result<()> {
        if self.is_off() { Err(power_off()) } else { Ok(()) }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<String>> {
        let state = self.state.lock();
        if !state.powered {
            return Err(power_off());
        }
        let inside = state.names.keys().filter(|path| path.parent() == Some(dir));
        Ok(inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect())
    }

    fn read(&self, file: &Path) -> io::Result<Vec<u8>> {
        let state = self.state.lock();
        if !state.powered {
            return Err(power_off());
        }
        Ok(state.files[state.find(file)?].now.clone())
    }

    fn create(&self, file: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.lock();
        let cut = state.begin(Operation::Open)?;
        let index = state.files.len();
        state.files.push(Content::default());
        state.change(NameChange { gone: None, now: Some((file.to_path_buf(), index)) });
        end(cut)?;
        Ok(Box::new(SimFile { disk: self.clone(), index, boot: state.boot }))
    }

    fn open_append(&self, file: &Path) -> io::Result<Box<dyn DiskFile>> {
        let mut state = self.state.lock();
        let cut = state.begin(Operation::Open)?;
        let index = state.find(file)?;
        end(cut)?;
        Ok(Box::new(SimFile { disk: self.clone(), index, boot: state.boot }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        let cut = state.begin(Operation::Rename)?;
        let index = state.find(from)?;
        state.change(NameChange { gone: Some(from.to_path_buf()), now: Some((to.to_path_buf(), index)) });
        end(cut)
    }

    fn remove(&self, file: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        let cut = state.begin(Operation::Remove)?;
        state.find(file)?;
        state.change(NameChange { gone: Some(file.to_path_buf()), now: None });
        end(cut)
    }

    fn sync_dir(&self, _dir: &Path) -> io::Result<()> {
        let mut state = self.state.lock();
        let cut = state.begin(Operation::SyncDir)?;
        end(cut)?;
        state.changes.clear();
        state.synced_names = state.names.clone();
        Ok(())
    }

    fn free_bytes(&self, _dir: &Path) -> Option<u64> {
        let state = self.state.lock();
        Some(state.capacity?.saturating_sub(state.used()))
    }
}

/// How an operation on a file goes.
enum Fate {
    Done,
    /// The power goes meanwhile.
    Cut,
    Failed(io::Error),
}

struct SimFile {
    disk: SimDisk,
    index: usize,
    boot: u64,
}

impl SimFile {
    fn act(&self, operation: Operation, act: impl FnOnce(&mut State, usize, &Fate) -> io::Result<()>) -> io::Result<()> {
        let mut state = self.disk.state.lock();
        if state.boot != self.boot {
            return Err(io::Error::other("the file was opened before a restart"));
        }
        if !state.powered {
            return Err(power_off());
        }
        let fate = match state.begin(operation) {
            Ok(false) => Fate::Done,
            Ok(true) => Fate::Cut,
            Err(error) => Fate::Failed(error),
        };
        act(&mut state, self.index, &fate)?;
        match fate {
            Fate::Done => Ok(()),
            Fate::Cut => Err(power_off()),
            Fate::Failed(error) => Err(error),
        }
    }
}

impl DiskFile for SimFile {
    fn write_all(&mut self, pieces: &[&[u8]]) -> io::Result<()> {
        self.act(Operation::Write, |state, index, fate| {
            let mut bytes = pieces.concat();
            if let Fate::Failed(_) = fate {
                bytes.truncate(state.chance.below(bytes.len() as u64 + 1) as usize);
            }
            let room = state.capacity.map_or(u64::MAX, |capacity| capacity.saturating_sub(state.used()));
            let fits = bytes.len().min(usize::try_from(room).unwrap_or(usize::MAX));
            state.files[index].append(&bytes[..fits]);
            if fits < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
        })
    }

    fn sync_data(&mut self) -> io::Result<()> {
        self.act(Operation::Sync, |state, index, fate| {
            match fate {
                Fate::Done => state.files[index].sync(),
                Fate::Cut => {}
                Fate::Failed(_) => state.files[index].forget(),
            }
            Ok(())
        })
    }

    fn truncate(&mut self, len: u64) -> io::Result<()> {
        self.act(Operation::Truncate, |state, index, fate| {
            if let Fate::Failed(_) = fate {
                return Ok(());
            }
            let State { files, chance, .. } = state;
            let content = &mut files[index];
            if chance.one_in(2) {
                content.sync(); // the system may have written back before, unasked
            }
            content.now.truncate(len as usize);
            let end = content.now.len().div_ceil(SECTOR);
            content.dirty.retain(|&sector| sector < end);
            content.forgotten.retain(|&sector| sector < end);
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests;
