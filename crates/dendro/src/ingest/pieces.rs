use std::io::{self, Read};

use bytes::Bytes;
use record::Kind;

use super::key::KeyChain;
use crate::args::Format;
use crate::exit::Failure;

/// Bytes of a piece. Large enough that an fsync per piece costs nothing, small enough that four of them (read, two under
/// way, one waiting) are no burden, and well below the server's bound for a body.
const PIECE_BYTES: usize = 4 << 20;

/// A single record may stretch a piece to this; what is longer is cut and goes to quarantine.
const PIECE_BYTES_MAX: usize = 9 << 20;

/// A part of an input that is stored, or not, as a whole.
pub(crate) struct Piece {
    /// Whole records.
    pub bytes: Bytes,
    /// What makes it recognisable.
    pub key: String,
}

/// Cuts what a reader gives at record boundaries.
pub(crate) struct Pieces<R> {
    reader: R,
    keys: KeyChain,
    format: intake::Format,
    carried: Vec<u8>,
    offset: u64,
    ended: bool,
}

impl<R: Read> Pieces<R> {
    /// The pieces of an input.
    pub(crate) fn new(reader: R, keys: KeyChain, format: Format) -> Pieces<R> {
        Pieces { reader, keys, format: format.for_intake(), carried: Vec::new(), offset: 0, ended: false }
    }

    /// Reads until there are `bytes`, or the input ends.
    fn fill(&mut self, bytes: usize) -> io::Result<()> {
        let missing = bytes.saturating_sub(self.carried.len()) as u64;
        let read = self.reader.by_ref().take(missing).read_to_end(&mut self.carried)?;
        self.ended = (read as u64) < missing;
        Ok(())
    }

    fn next_piece(&mut self) -> io::Result<Option<Piece>> {
        let mut target = PIECE_BYTES;
        loop {
            self.fill(target)?;
            if self.ended {
                break;
            }
            let cut = intake::cut_at_record(self.format, &self.carried);
            if cut > 0 {
                return Ok(Some(self.take(cut)));
            }
            if target >= PIECE_BYTES_MAX {
                break;
            }
            target = (target * 2).min(PIECE_BYTES_MAX);
        }
        let rest = self.carried.len();
        Ok((rest > 0).then(|| self.take(rest)))
    }

    fn take(&mut self, cut: usize) -> Piece {
        let rest = self.carried.split_off(cut);
        let bytes = Bytes::from(std::mem::replace(&mut self.carried, rest));
        self.offset += bytes.len() as u64;
        Piece { key: self.keys.next(&bytes), bytes }
    }
}

impl<R: Read> Iterator for Pieces<R> {
    type Item = Result<Piece, Failure>;

    fn next(&mut self) -> Option<Self::Item> {
        let offset = self.offset;
        self.next_piece()
            .map_err(|error| {
                let text = format!("cannot read on behind byte {offset}: {error}");
                match error.kind() {
                    // What the decompressors say of a file that is cut off or damaged.
                    io::ErrorKind::UnexpectedEof
                    | io::ErrorKind::InvalidData
                    | io::ErrorKind::InvalidInput
                    | io::ErrorKind::Other => Failure::new(Kind::Invalid, text),
                    _ => Failure::new(Kind::Unavailable, text),
                }
            })
            .transpose()
    }
}
