//! Content encodings of request bodies, undone under a cap on size and on ratio.

use std::io::{self, Read};

use axum::http::{HeaderMap, HeaderValue, StatusCode, header};

use crate::budget::Reservation;
use crate::error::Problem;

/// How much is decompressed between two looks at the caps. Large enough that the looks cost nothing, small enough that
/// a bomb is met before it matters.
const STEP_BYTES: usize = 256 << 10;
/// Output below which the ratio says nothing: a few hundred identical lines compress a thousandfold, and harm nobody.
const RATIO_FREE_BYTES: usize = 1 << 20;
/// RFC 9659: a zstd window for HTTP is at most 8 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How a body is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ContentEncoding {
    Identity,
    Gzip,
    /// Zlib's form of deflate, which is what HTTP means by the word.
    Deflate,
    Zstd,
}

/// How far decompression may go.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Caps {
    pub(crate) bytes: usize,
    pub(crate) ratio: usize,
}

impl Caps {
    /// Bytes that an input of so many may become.
    fn most(self, input: usize) -> usize {
        self.bytes.min(self.ratio.saturating_mul(input).max(RATIO_FREE_BYTES))
    }

    /// Whether an input of so many bytes may become so many, where that is known before.
    pub(crate) fn check(self, input: usize, plain: usize) -> Result<(), Problem> {
        let most = self.most(input);
        if plain > most { Err(too_much(most, self)) } else { Ok(()) }
    }
}

impl ContentEncoding {
    /// What `Content-Encoding` says; one encoding at a time.
    pub(crate) fn of(headers: &HeaderMap) -> Result<ContentEncoding, Problem> {
        let mut values = headers.get_all(header::CONTENT_ENCODING).iter();
        let (value, more) = (values.next(), values.next());
        let name = value.map_or(&b""[..], |value| value.as_bytes().trim_ascii()).to_ascii_lowercase();
        match name.as_slice() {
            _ if more.is_some() => Err(unknown()),
            name => ContentEncoding::named(name).ok_or_else(unknown),
        }
    }

    /// The one of a name in lower case.
    pub(crate) fn named(name: &[u8]) -> Option<ContentEncoding> {
        Some(match name {
            b"" | b"identity" => ContentEncoding::Identity,
            b"gzip" | b"x-gzip" => ContentEncoding::Gzip,
            b"deflate" => ContentEncoding::Deflate,
            b"zstd" => ContentEncoding::Zstd,
            _ => return None,
        })
    }

    /// The plain body. What it takes is added to the reservation as it grows.
    pub(crate) fn decode(self, encoded: Vec<u8>, caps: Caps, reservation: &mut Reservation) -> Result<Vec<u8>, Problem> {
        let input = encoded.as_slice();
        match self {
            ContentEncoding::Identity if encoded.len() > caps.bytes => Err(Problem::too_large("the body", caps.bytes)),
            ContentEncoding::Identity => Ok(encoded),
            _ if input.is_empty() => Ok(encoded),
            ContentEncoding::Gzip => read_all(flate2::bufread::MultiGzDecoder::new(input), input.len(), caps, reservation),
            ContentEncoding::Deflate => read_all(flate2::bufread::ZlibDecoder::new(input), input.len(), caps, reservation),
            ContentEncoding::Zstd => {
                let mut decoder = zstd::stream::read::Decoder::with_buffer(input).map_err(damaged)?;
                decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(damaged)?;
                read_all(decoder, input.len(), caps, reservation)
            }
        }
    }
}

fn read_all(mut decoder: impl Read, input: usize, caps: Caps, reservation: &mut Reservation) -> Result<Vec<u8>, Problem> {
    let held = reservation.held();
    let most = caps.most(input);
    let mut plain = Vec::new();
    loop {
        let before = plain.len();
        // One byte more than allowed is asked for: having it means that the cap is broken.
        let step = STEP_BYTES.min(most + 1 - before);
        reservation.reach(held + before + step).map_err(|_| full())?;
        plain.reserve(step);
        let got = decoder.by_ref().take(step as u64).read_to_end(&mut plain).map_err(damaged)?;
        if plain.len() > most {
            return Err(too_much(most, caps));
        }
        if got < step {
            return Ok(plain);
        }
    }
}

fn too_much(most: usize, caps: Caps) -> Problem {
    if most == caps.bytes {
        return Problem::too_large("the body, decompressed,", caps.bytes);
    }
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body decompresses to more than {} times its size", caps.ratio))
        .hint("send it with less compression, or in smaller parts")
}

/// All bodies at work together hold as much as they may.
pub(crate) fn full() -> Problem {
    Problem::shedding("too many bytes of requests are at work")
}

fn damaged(_: io::Error) -> Problem {
    Problem::bad_request("the body does not decompress: it is damaged, cut off, or not what Content-Encoding says")
}

fn unknown() -> Problem {
    Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "this Content-Encoding is not understood")
        .hint("send gzip, deflate, zstd or identity, one of them")
        .header(header::ACCEPT_ENCODING, HeaderValue::from_static("gzip, deflate, zstd, identity"))
}

#[cfg(test)]
mod tests;
