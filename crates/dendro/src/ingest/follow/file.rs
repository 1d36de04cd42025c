use std::fs::{File, Metadata};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use bytes::Bytes;

use super::checkpoint::{Pending, Place};
use super::print::{Prints, digest, read_at};

/// Bytes of a piece, and to what a single record may stretch it: as for files that are complete.
const PIECE_BYTES: u64 = 4 << 20;
const PIECE_BYTES_MAX: u64 = 9 << 20;

/// How long a record may go on with another line, such as the next frame of a stack trace. Programs write these at once.
const LINE_FOLLOWS_WITHIN: Duration = Duration::from_secs(1);

/// How long the end of a file that was put away may lack its line end. Who still has it open writes on for a while.
const ENDS_WITHIN: Duration = Duration::from_secs(5);

/// A file is let go when it was quiet for so long; what has a name can be opened again.
const OPEN_FOR: Duration = Duration::from_secs(60);

/// A file that is followed.
pub(super) struct Followed {
    pub(super) place: Place,
    /// Nothing leads to it any more but what is open: it was renamed out of the patterns, or deleted.
    pub(super) put_away: bool,
    open: Option<File>,
    /// As it was when all of it had been looked at.
    seen: Option<Seen>,
    grew_at: Instant,
    len: u64,
}

/// What tells that a file has changed.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Seen {
    len: u64,
    modified: Option<std::time::SystemTime>,
}

impl Seen {
    fn of(metadata: &Metadata) -> Seen {
        Seen { len: metadata.len(), modified: metadata.modified().ok() }
    }

    fn at(path: &Path) -> Option<Seen> {
        Some(Seen::of(&std::fs::metadata(path).ok()?))
    }
}

/// What a look at a file found.
pub(super) enum Look {
    /// Nothing to send now.
    Quiet,
    /// The piece that is pending now.
    Piece(Bytes),
    /// What was taken from it is not in it any more: it was truncated.
    Truncated,
}

impl Followed {
    /// A file that was opened.
    pub(super) fn new(place: Place, open: Option<File>) -> Followed {
        Followed { len: place.taken, place, put_away: false, open, seen: None, grew_at: Instant::now() }
    }

    /// Looks at a file, and takes a piece of it when there is one. The piece is not sent before it was written down.
    pub(super) fn look(&mut self, format: intake::Format) -> io::Result<Look> {
        if self.open.is_none() {
            if self.seen.is_some() && self.seen == Seen::at(&self.place.path) {
                return Ok(Look::Quiet);
            }
            self.open = reopen(&self.place)?;
        }
        let Some(file) = &mut self.open else { return Ok(Look::Quiet) };
        let metadata = file.metadata()?;
        let now = Seen::of(&metadata);
        if now.len != self.len {
            (self.len, self.grew_at) = (now.len, Instant::now());
        }
        if let Some(pending) = &self.place.pending {
            let bytes = read_at(file, self.place.taken, pending.len)?.filter(|bytes| digest(bytes) == pending.sha256);
            return Ok(bytes.map_or(Look::Truncated, |bytes| Look::Piece(bytes.into())));
        }
        if self.seen == Some(now) {
            return Ok(Look::Quiet);
        }
        if now.len < self.place.taken || !self.place.prints.fit(file)? {
            return Ok(Look::Truncated);
        }
        if now.len == self.place.taken {
            self.seen = Some(now);
            return Ok(Look::Quiet);
        }
        let quiet_for = self.grew_at.elapsed();
        let Some(piece) = take(file, self.place.taken, format, quiet_for, self.put_away)? else { return Ok(Look::Quiet) };
        let Some(prints) = unchanged(file, &self.place, &piece)? else { return Ok(Look::Truncated) };
        self.place.pending = Some(Pending { len: piece.len() as u64, sha256: digest(&piece), prints });
        Ok(Look::Piece(piece))
    }

    /// Lets it go while it is quiet. One without a name could not be found again.
    pub(super) fn rest(&mut self) {
        if self.is_read() && self.is_quiet() && !self.put_away {
            self.open = None;
        }
    }

    /// Whether nothing more will come: it was put away and is read, or it is gone.
    pub(super) fn is_over(&self) -> bool {
        self.put_away && self.is_quiet() && (self.is_read() || self.open.is_none())
    }

    /// Whether all of it is stored.
    pub(super) fn is_read(&self) -> bool {
        self.place.pending.is_none() && self.len <= self.place.taken
    }

    fn is_quiet(&self) -> bool {
        self.grew_at.elapsed() > OPEN_FOR
    }

    /// Whether another file is a copy of what is in this one at present.
    pub(super) fn repeats(&mut self, other: &mut File) -> io::Result<bool> {
        let Some(file) = &mut self.open else { return Ok(false) };
        let len = other.metadata()?.len();
        let prints = Prints::of(other, len)?.filter(|_| len > 0);
        prints.map_or(Ok(false), |prints| prints.fit(file))
    }

    /// Reads from the start under a new number: it was truncated.
    pub(super) fn begin_again(&mut self, serial: u64) {
        self.place = Place { serial, taken: 0, prints: Prints::default(), pending: None, ..self.place.clone() };
        (self.seen, self.grew_at) = (None, Instant::now());
    }
}

/// Opens the file where it lay last, if it is still the same one.
fn reopen(place: &Place) -> io::Result<Option<File>> {
    let file = match File::open(&place.path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let same = identity(&file.metadata()?, &place.path) == (place.device, place.inode);
    Ok(same.then_some(file))
}

/// What a file keeps when it is renamed.
#[cfg(unix)]
pub(super) fn identity(metadata: &Metadata, _path: &Path) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.dev(), metadata.ino())
}

/// Where the system does not tell more, a file is its path: a rename is a new file then.
#[cfg(not(unix))]
pub(super) fn identity(_metadata: &Metadata, path: &Path) -> (u64, u64) {
    let digest = digest(path.to_string_lossy().as_bytes());
    (0, u64::from_str_radix(&digest[..16], 16).unwrap_or_default())
}

/// The whole records behind a place, or what will not become more whole by waiting.
fn take(file: &mut File, at: u64, format: intake::Format, quiet_for: Duration, put_away: bool) -> io::Result<Option<Bytes>> {
    let mut target = PIECE_BYTES;
    loop {
        let mut bytes = read_up_to(file, at, target)?;
        let full = bytes.len() as u64 == target;
        let mut end = intake::cut_at_record(format, &bytes);
        if end == 0 && (quiet_for >= LINE_FOLLOWS_WITHIN || target >= PIECE_BYTES_MAX) {
            end = bytes.iter().rposition(|&byte| byte == b'\n').map_or(0, |line_end| line_end + 1);
        }
        if end == 0 && (target >= PIECE_BYTES_MAX && full || put_away && !full && quiet_for >= ENDS_WITHIN) {
            end = bytes.len();
        }
        if end > 0 || !full {
            bytes.truncate(end);
            return Ok((end > 0).then(|| bytes.into()));
        }
        target = (target * 2).min(PIECE_BYTES_MAX);
    }
}

fn read_up_to(file: &mut File, at: u64, len: u64) -> io::Result<Vec<u8>> {
    use std::io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    file.take(len).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// The prints behind a piece, if the file was not truncated and written anew while the piece was read.
fn unchanged(file: &mut File, place: &Place, piece: &[u8]) -> io::Result<Option<Prints>> {
    let end = place.taken + piece.len() as u64;
    let again = read_at(file, place.taken, piece.len() as u64)?;
    let prints = Prints::of(file, end)?;
    Ok(prints.filter(|_| again.is_some_and(|again| again == piece)).filter(|_| place.prints.fit(file).unwrap_or(false)))
}
