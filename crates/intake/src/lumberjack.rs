//! Lumberjack, version 2: what Beats and Logstash send to port 5044. A window says how many events follow; each is a
//! frame of its own, or they come together in compressed frames; the server acknowledges the last one's number.

use std::ops::Range;

use crate::json_out::quote_bytes;

/// Fields of an old data frame.
const PAIRS_MAX: u32 = 1024;

/// A frame in a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// So many events follow before an acknowledgement is expected.
    Window(u32),
    /// An event as JSON.
    Json {
        /// Its number.
        sequence: u32,
        /// Where its text lies.
        payload: Range<usize>,
    },
    /// An event as pairs of texts.
    Pairs {
        /// Its number.
        sequence: u32,
        /// Names and values by turns.
        texts: Vec<Range<usize>>,
    },
    /// Further frames, compressed with zlib.
    Compressed(Range<usize>),
}

/// Why there is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoFrame {
    /// More has to come.
    Unfinished,
    /// It is longer than it may be.
    TooLong,
    /// It is no frame. Where the next begins cannot be known.
    Malformed,
}

/// Reads the frame at the beginning of `bytes`, and tells where it ends.
pub fn frame(bytes: &[u8], payload_bytes_max: usize) -> Result<(Frame, usize), NoFrame> {
    let mut reader = Reader { bytes, at: 2, most: payload_bytes_max };
    match (bytes.first(), bytes.get(1)) {
        (None, _) => return Err(NoFrame::Unfinished),
        (Some(b'1' | b'2'), None) => return Err(NoFrame::Unfinished),
        (Some(b'1' | b'2'), Some(_)) => {}
        _ => return Err(NoFrame::Malformed),
    }
    let frame = match bytes[1] {
        b'W' => Frame::Window(reader.number()?),
        b'J' => Frame::Json { sequence: reader.number()?, payload: reader.text()? },
        b'C' => Frame::Compressed(reader.text()?),
        b'D' => Frame::Pairs { sequence: reader.number()?, texts: reader.pairs()? },
        _ => return Err(NoFrame::Malformed),
    };
    Ok((frame, reader.at))
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    most: usize,
}

impl Reader<'_> {
    fn number(&mut self) -> Result<u32, NoFrame> {
        let found = self.bytes.get(self.at..).and_then(<[u8]>::first_chunk::<4>).ok_or(NoFrame::Unfinished)?;
        self.at += 4;
        Ok(u32::from_be_bytes(*found))
    }

    fn text(&mut self) -> Result<Range<usize>, NoFrame> {
        let len = self.number()? as usize;
        if len > self.most {
            return Err(NoFrame::TooLong);
        }
        let range = self.at..self.at + len;
        if range.end > self.bytes.len() {
            return Err(NoFrame::Unfinished);
        }
        self.at = range.end;
        Ok(range)
    }

    fn pairs(&mut self) -> Result<Vec<Range<usize>>, NoFrame> {
        let count = self.number()?;
        if count > PAIRS_MAX {
            return Err(NoFrame::TooLong);
        }
        (0..2 * count).map(|_| self.text()).collect()
    }
}

/// The acknowledgement of all events up to one.
pub fn ack(sequence: u32) -> [u8; 6] {
    let [a, b, c, d] = sequence.to_be_bytes();
    [b'2', b'A', a, b, c, d]
}

/// An event of pairs as JSON.
pub fn json_of_pairs(bytes: &[u8], texts: &[Range<usize>]) -> String {
    let mut out = String::from("{");
    for pair in texts.chunks_exact(2) {
        if out.len() > 1 {
            out.push(',');
        }
        quote_bytes(&mut out, &bytes[pair[0].clone()]);
        out.push(':');
        quote_bytes(&mut out, &bytes[pair[1].clone()]);
    }
    out.push('}');
    out
}

#[cfg(test)]
mod tests;
