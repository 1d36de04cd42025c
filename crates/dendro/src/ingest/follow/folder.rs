use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use record::Kind;

use super::Planned;
use super::checkpoint::{Checkpoint, Pending, Place};
use super::file::{Followed, Look, identity};
use super::print::{Prints, digest, read_at};
use crate::args::Format;
use crate::exit::Failure;
use crate::ingest::is_stdin;
use crate::ingest::pieces::Piece;

/// Files followed at once. Each may be open, and each has its line in the checkpoint, which every round writes.
const FILES_MAX: usize = 4096;

/// Bytes taken in one round, all files together: they are in memory until they are stored.
const ROUND_BYTES: usize = 32 << 20;

/// How long a copy of a file may be younger than the truncation that makes it one: `logrotate` truncates at once.
const TRUNCATED_WITHIN: Duration = Duration::from_secs(10);

/// First bytes of what is packed (gzip, zstd, bzip2, xz): rotated files whose content was followed before it was packed.
const PACKED: [&[u8]; 4] = [&[0x1f, 0x8b], &[0x28, 0xb5, 0x2f, 0xfd], b"BZh", &[0xfd, b'7', b'z', b'X', b'Z']];

/// Which files are followed.
pub(super) struct Patterns(Vec<Pattern>);

enum Pattern {
    /// A name without wildcards, or with characters that only look so.
    Path(PathBuf),
    Glob(String),
}

impl Patterns {
    /// Reads what the person wrote.
    pub(super) fn read(files: &[PathBuf]) -> Result<Patterns, Failure> {
        files.iter().map(|file| Pattern::read(file)).collect::<Result<_, _>>().map(Patterns)
    }

    /// The files there are, by name.
    fn files(&self) -> Vec<PathBuf> {
        let mut found: Vec<PathBuf> = self.0.iter().flat_map(Pattern::files).collect();
        found.sort();
        found.dedup();
        found
    }
}

impl Pattern {
    fn read(file: &Path) -> Result<Pattern, Failure> {
        let invalid = |text: &str| Failure::new(Kind::Invalid, text).about(&file.display().to_string());
        if is_stdin(file) {
            return Err(Failure::new(Kind::Invalid, "standard input cannot be followed")
                .hint("leave out --follow: it is read to its end"));
        }
        if file.is_dir() {
            return Err(invalid("is a folder").hint("name the files in it, as in 'logs/*.log'"));
        }
        let Some(text) = file.to_str().filter(|text| !file.exists() && text.contains(['*', '?', '['])) else {
            return Ok(Pattern::Path(file.to_owned()));
        };
        glob::Pattern::new(text).map_err(|error| invalid(error.msg))?;
        Ok(Pattern::Glob(text.to_owned()))
    }

    fn files(&self) -> Vec<PathBuf> {
        match self {
            Pattern::Path(path) => vec![path.clone()],
            // A folder that cannot be read holds nothing that could.
            Pattern::Glob(text) => glob::glob(text).into_iter().flatten().flatten().collect(),
        }
    }
}

/// All that is followed.
pub(super) struct Watched {
    patterns: Patterns,
    checkpoint: Checkpoint,
    format: intake::Format,
    files: Vec<Followed>,
    /// Where the next round begins, so that no file waits for ever behind one that grows quickly.
    first: usize,
    /// Something changed since the checkpoint was written.
    changed: bool,
    told: bool,
}

impl Watched {
    /// Goes on where the checkpoint says.
    pub(super) fn new(patterns: Patterns, checkpoint: Checkpoint, format: Format) -> Watched {
        let files = checkpoint.files().iter().map(|place| Followed::new(place.clone(), None)).collect();
        Watched { patterns, checkpoint, format: format.for_intake(), files, first: 0, changed: false, told: false }
    }

    /// One look at everything. What is returned was written down.
    pub(super) fn round(&mut self) -> Result<Vec<Planned>, Failure> {
        let mut there = self.find();
        let planned = self.look(&mut there);
        self.meet(there);
        if self.changed {
            self.checkpoint.keep(self.files.iter().map(|file| file.place.clone()).collect())?;
            self.changed = false;
        }
        Ok(planned)
    }

    /// The piece under way of a file is stored.
    pub(super) fn stored(&mut self, serial: u64) {
        if let Some(file) = self.files.iter_mut().find(|file| file.place.serial == serial) {
            file.place.advance();
            self.changed = true;
        }
    }

    /// Writes down where the files were left.
    pub(super) fn close(mut self) -> Result<(), Failure> {
        self.checkpoint.keep(self.files.iter().map(|file| file.place.clone()).collect())
    }

    /// Tells every followed file its name of today. Returns the files that are not followed.
    fn find(&mut self) -> HashMap<(u64, u64), PathBuf> {
        let mut there = identities(self.patterns.files());
        let mut folders: HashMap<PathBuf, HashMap<(u64, u64), PathBuf>> = HashMap::new();
        for file in &mut self.files {
            let identity = (file.place.device, file.place.inode);
            let named = there.remove(&identity);
            // Renamed to what no pattern names: rotated files usually stay in their folder.
            let named = named.map(|path| (path, false)).or_else(|| {
                let folder = file.place.path.parent()?.to_owned();
                let beside = folders.entry(folder).or_insert_with_key(|folder| identities(entries(folder)));
                beside.get(&identity).map(|path| (path.clone(), true))
            });
            match named {
                Some((path, put_away)) => {
                    file.put_away = put_away;
                    self.changed |= path != file.place.path;
                    file.place.path = path;
                }
                None => file.put_away = true,
            }
        }
        there
    }

    fn look(&mut self, there: &mut HashMap<(u64, u64), PathBuf>) -> Vec<Planned> {
        let mut planned = Vec::new();
        let mut bytes = 0;
        let (first, count) = (self.first, self.files.len());
        for index in (0..count).map(|index| (first + index) % count) {
            if bytes >= ROUND_BYTES {
                self.first = index;
                break;
            }
            match self.files[index].look(self.format) {
                Ok(Look::Quiet) => self.files[index].rest(),
                Ok(Look::Piece(piece)) => {
                    bytes += piece.len();
                    planned.push(self.plan(index, piece));
                }
                Ok(Look::Truncated) => self.truncated(index, there),
                Err(error) => tracing::warn!(path = %self.files[index].place.path.display(), %error, "cannot be read now"),
            }
        }
        self.forget();
        planned
    }

    /// Of a file that is gone nothing has to be known any more.
    fn forget(&mut self) {
        for file in self.files.iter().filter(|file| file.is_over() && !file.is_read()) {
            tracing::warn!(path = %file.place.path.display(), offset = file.place.taken, "gone before it was read to its end");
        }
        let before = self.files.len();
        self.files.retain(|file| !file.is_over());
        self.changed |= self.files.len() != before;
    }

    fn plan(&mut self, index: usize, bytes: bytes::Bytes) -> Planned {
        let place = &self.files[index].place;
        let pending = place.pending.as_ref().expect("BUG: a piece that is not pending");
        self.changed = true;
        Planned { serial: place.serial, piece: Piece { key: place.key(self.checkpoint.id(), pending), bytes } }
    }

    /// A file was truncated. What was not taken from it is in its copy, if there is one (`copytruncate` of logrotate).
    fn truncated(&mut self, index: usize, there: &mut HashMap<(u64, u64), PathBuf>) {
        let place = self.files[index].place.clone();
        match self.copy_of(&place) {
            Some((identity, path, mut file)) => {
                there.remove(&identity);
                let (place, whole) = in_copy(place, identity, path, &mut file);
                if !whole {
                    tell_unknown(&place);
                }
                self.files.push(Followed::new(place, Some(file)));
            }
            None if place.pending.is_some() => tell_unknown(&place),
            None => {}
        }
        let serial = self.checkpoint.new_serial();
        self.files[index].begin_again(serial);
        self.changed = true;
    }

    /// A file beside another that is not followed and has what was taken from the other.
    fn copy_of(&self, place: &Place) -> Option<((u64, u64), PathBuf, File)> {
        let known = |identity: &(u64, u64)| self.files.iter().any(|file| (file.place.device, file.place.inode) == *identity);
        let beside = identities(entries(place.first_path.parent()?)).into_iter().filter(|(identity, _)| !known(identity));
        beside.filter(|(_, path)| extends(path, &place.first_path)).find_map(|(identity, path)| {
            let mut file = File::open(&path).ok()?;
            is_copy(&mut file, place).ok()?.then_some((identity, path, file))
        })
    }

    /// Takes up new files.
    fn meet(&mut self, there: HashMap<(u64, u64), PathBuf>) {
        let mut there: Vec<_> = there.into_iter().collect();
        there.sort_by(|one, other| one.1.cmp(&other.1));
        for ((device, inode), path) in there {
            if self.files.len() >= FILES_MAX {
                if !std::mem::replace(&mut self.told, true) {
                    tracing::error!(path = %path.display(), limit = FILES_MAX, "not followed: too many files");
                }
                return;
            }
            let Ok(mut file) = File::open(&path) else { continue };
            if is_packed(&mut file).unwrap_or(true) || self.may_become_a_copy(&path, &mut file) {
                continue;
            }
            let serial = self.checkpoint.new_serial();
            let (prints, pending) = Default::default();
            let place = Place { first_path: path.clone(), path, device, inode, serial, taken: 0, prints, pending };
            self.files.push(Followed::new(place, Some(file)));
            self.changed = true;
        }
    }

    /// Whether a new file repeats one that is followed and is about to be truncated.
    fn may_become_a_copy(&mut self, path: &Path, file: &mut File) -> bool {
        let Ok(metadata) = file.metadata() else { return true };
        // What it will be is not known before there is something in it.
        if metadata.len() == 0 {
            return true;
        }
        // Either may be missing, or be that of the original.
        let newest = [metadata.created(), metadata.modified()].into_iter().flatten().max();
        let age = |at: SystemTime| {
            let now = record::Clock::now(&record::SystemClock).as_micros().unsigned_abs();
            Duration::from_micros(now).saturating_sub(at.duration_since(UNIX_EPOCH).unwrap_or_default())
        };
        let young = newest.is_some_and(|at| age(at) < TRUNCATED_WITHIN);
        let mut originals = self.files.iter_mut().filter(|followed| extends(path, &followed.place.first_path));
        young
            && originals
                .any(|original| is_copy(file, &original.place).unwrap_or(false) || original.repeats(file).unwrap_or(false))
    }
}

/// Whether a file holds what was taken from another. A copy that is shorter was made before the last of it was taken, or
/// is being made.
fn is_copy(file: &mut File, place: &Place) -> io::Result<bool> {
    let (prints, taken) = match &place.pending {
        Some(pending) if place.taken == 0 => (&pending.prints, pending.len),
        _ => (&place.prints, place.taken),
    };
    let len = file.metadata()?.len();
    Ok(taken > 0 && if len < taken { prints.begin_like(file)? } else { prints.fit(file)? })
}

/// Where reading goes on in the copy of a file, under the number of that file; and whether the piece that was under way is
/// in it.
fn in_copy(place: Place, (device, inode): (u64, u64), path: PathBuf, file: &mut File) -> (Place, bool) {
    let in_file = |pending: &Pending, file: &mut File| {
        let bytes = read_at(file, place.taken, pending.len).ok().flatten();
        bytes.is_some_and(|bytes| digest(&bytes) == pending.sha256)
    };
    let pending = place.pending.clone().filter(|pending| in_file(pending, file));
    let whole = pending.is_some() || place.pending.is_none();
    let len = file.metadata().map_or(0, |metadata| metadata.len());
    // A copy that was made before the last of the original was taken has nothing new.
    let shorter = (len < place.taken).then(|| Prints::of(file, len).ok().flatten()).flatten();
    let (taken, prints) = shorter.map_or((place.taken, place.prints.clone()), |prints| (len, prints));
    (Place { path, device, inode, taken, prints, pending, ..place }, whole)
}

fn tell_unknown(place: &Place) {
    let path = place.path.display();
    tracing::warn!(%path, offset = place.taken, "truncated while a piece was under way, which may be stored or not");
}

/// `app.log.1` and `app.log-20260101` extend `app.log`.
fn extends(path: &Path, original: &Path) -> bool {
    let (name, of) = (path.file_name().unwrap_or_default(), original.file_name().unwrap_or_default());
    let (name, of) = (name.as_encoded_bytes(), of.as_encoded_bytes());
    path.parent() == original.parent() && name.len() > of.len() && name.starts_with(of)
}

fn is_packed(file: &mut File) -> io::Result<bool> {
    for magic in PACKED {
        if read_at(file, 0, magic.len() as u64)?.is_some_and(|first| first == magic) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Ordinary files by what they keep when they are renamed.
fn identities(paths: Vec<PathBuf>) -> HashMap<(u64, u64), PathBuf> {
    let identified = paths.into_iter().filter_map(|path| {
        // The checkpoint is text, and a path that is none could not stand in it.
        path.to_str()?;
        let metadata = fs::metadata(&path).ok().filter(fs::Metadata::is_file)?;
        Some((identity(&metadata, &path), path))
    });
    identified.collect()
}
