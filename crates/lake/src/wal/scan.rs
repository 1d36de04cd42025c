//! Finds the frames in the bytes of a file, and what between them is none.

use std::ops::Range;

use super::format::{FILE_HEADER_LEN, FRAME_HEADER_LEN, FileHeader, FrameHeader, MARK_LEN, NoHeader, mark_at};

/// No crash leaves a whole frame in the wrong place.
const OUT_OF_ORDER: &str = "frame stands out of order";

/// What a file holds.
#[derive(Debug)]
pub(super) struct Scan {
    pub(super) header: Option<FileHeader>,
    pub(super) frames: Vec<FrameAt>,
    pub(super) holes: Vec<Hole>,
}

/// A frame whose checksums hold.
#[derive(Debug, Clone, Copy)]
pub(super) struct FrameAt {
    pub(super) offset: usize,
    pub(super) header: FrameHeader,
}

/// Bytes that are no frame, or a place where frames are missing (then of length 0).
#[derive(Debug, Clone, Copy)]
pub(super) struct Hole {
    pub(super) offset: usize,
    pub(super) len: usize,
    pub(super) what: &'static str,
    /// The LSN that should stand here.
    pub(super) lsn: u64,
    /// A crash in the middle of a write can leave such bytes.
    pub(super) tearable: bool,
}

impl FrameAt {
    pub(super) fn payload(&self) -> Range<usize> {
        self.offset + FRAME_HEADER_LEN..self.end()
    }

    pub(super) fn end(&self) -> usize {
        self.offset + FRAME_HEADER_LEN + self.header.payload_len as usize
    }
}

/// A later version of the program wrote the file.
#[derive(Debug)]
pub(super) struct Foreign;

/// Reads a file named for `named_lsn`, in a log that has shown all LSNs before `next_lsn`. Every frame it finds is
/// later than those and than the frame before it.
pub(super) fn scan(bytes: &[u8], named_lsn: u64, next_lsn: u64) -> Result<Scan, Foreign> {
    let mut scan = Scan { header: None, frames: Vec::new(), holes: Vec::new() };
    let mark = match FileHeader::decode(bytes) {
        Err(NoHeader::Foreign) => return Err(Foreign),
        Ok(header) if header.start.lsn == named_lsn => {
            scan.header = Some(header);
            Some(header.mark)
        }
        other => {
            let what = match other {
                Err(NoHeader::Damaged(what)) => what,
                _ => "file header does not agree with the name of the file",
            };
            let mark = mark_of_first_frame(bytes);
            let len = if mark.is_some() { FILE_HEADER_LEN } else { bytes.len() };
            scan.holes.push(Hole { offset: 0, len, what, lsn: named_lsn, tearable: false });
            mark
        }
    };
    if let Some(mark) = mark {
        scan.find_frames(bytes, mark, named_lsn.max(next_lsn));
    }
    Ok(scan)
}

/// The mark of a file whose header is damaged stands in its first frame too.
fn mark_of_first_frame(bytes: &[u8]) -> Option<[u8; MARK_LEN]> {
    Some(FrameHeader::decode(bytes.get(FILE_HEADER_LEN..)?)?.mark)
}

impl Scan {
    fn find_frames(&mut self, bytes: &[u8], mark: [u8; MARK_LEN], first_lsn: u64) {
        let (mut at, mut next) = (FILE_HEADER_LEN, first_lsn);
        while at < bytes.len() {
            let found = match frame_at(bytes, at, mark) {
                Ok(frame) if frame.header.lsn < next => Err(OUT_OF_ORDER),
                found => found,
            };
            let frame = match found {
                Ok(frame) => {
                    if frame.header.lsn > next && !frame.header.after_gap {
                        let what = "frames before this one are missing";
                        self.holes.push(Hole { offset: at, len: 0, what, lsn: next, tearable: false });
                    }
                    frame
                }
                Err(what) => {
                    let resumed = resume(bytes, at, mark, next);
                    let end = resumed.map_or(bytes.len(), |frame| frame.offset);
                    self.holes.push(Hole { offset: at, len: end - at, what, lsn: next, tearable: what != OUT_OF_ORDER });
                    let Some(frame) = resumed else { return };
                    frame
                }
            };
            (at, next) = (frame.end(), frame.header.lsn.saturating_add(1));
            self.frames.push(frame);
        }
    }

    /// Whether a hole can be the torn end of the log, provided that this is its last file: it lies in the group that
    /// was written last, of which nobody knows that it was synced.
    pub(super) fn is_torn(&self, hole: &Hole) -> bool {
        let last_group = self.frames.last().map_or(0, |frame| frame.header.group);
        hole.tearable && self.header.is_some() && hole.lsn >= last_group
    }
}

/// The next frame behind `at` that can follow.
fn resume(bytes: &[u8], at: usize, mark: [u8; MARK_LEN], next_lsn: u64) -> Option<FrameAt> {
    let finder = memchr::memmem::find_iter(&bytes[at + 1..], &mark);
    let mut frames = finder.filter_map(|found| frame_at(bytes, at + 1 + found, mark).ok());
    frames.find(|frame| frame.header.lsn >= next_lsn)
}

fn frame_at(bytes: &[u8], at: usize, mark: [u8; MARK_LEN]) -> Result<FrameAt, &'static str> {
    let rest = &bytes[at..];
    if rest.len() < FRAME_HEADER_LEN {
        return Err("frame header is cut short");
    }
    if mark_at(rest, 0) != mark {
        return Err("no frame begins here");
    }
    let header = FrameHeader::decode(rest).ok_or("frame header does not match its checksum")?;
    let frame = FrameAt { offset: at, header };
    let payload = bytes.get(frame.payload()).ok_or("frame payload is cut short")?;
    if crc32fast::hash(payload) != header.payload_crc {
        return Err("frame payload does not match its checksum");
    }
    Ok(frame)
}

#[cfg(test)]
mod tests;
