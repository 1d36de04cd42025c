use axum::http::{HeaderMap, StatusCode};

use crate::body::Plain;
use crate::decompress::{Caps, ContentEncoding, full};
use crate::error::Problem;

/// What lies around the message inside of the body, beside what `Content-Encoding` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// Nothing.
    None,
    /// gRPC's five bytes, behind which the message may be encoded.
    Grpc(ContentEncoding),
    /// One block of snappy.
    Snappy,
}

/// A flag and a length of 32 bits.
const GRPC_HEAD_BYTES: usize = 5;

impl Framing {
    /// Of a gRPC request.
    pub(crate) fn grpc(headers: &HeaderMap) -> Result<Framing, Problem> {
        let encoding = headers.get("grpc-encoding").map_or(&b"identity"[..], |value| value.as_bytes());
        let encoding = ContentEncoding::named(encoding)
            .ok_or_else(|| Problem::new(StatusCode::NOT_FOUND, "this grpc-encoding is not understood: send gzip or identity"))?;
        Ok(Framing::Grpc(encoding))
    }

    /// The message within. Takes CPU time in proportion to it.
    pub(crate) fn undo(self, plain: Plain, caps: Caps) -> Result<Plain, Problem> {
        match self {
            Framing::None => Ok(plain),
            Framing::Grpc(encoding) => grpc_message(plain, encoding, caps),
            Framing::Snappy => snappy_block(plain, caps),
        }
    }
}

fn grpc_message(mut plain: Plain, encoding: ContentEncoding, caps: Caps) -> Result<Plain, Problem> {
    let broken = || Problem::bad_request("the body is not one gRPC message: its length is not the one it says");
    let (head, message) = plain.bytes.split_at_checked(GRPC_HEAD_BYTES).ok_or_else(broken)?;
    let len = u32::from_be_bytes([head[1], head[2], head[3], head[4]]) as usize;
    if len != message.len() || head[0] > 1 {
        return Err(broken());
    }
    let encoding = if head[0] == 1 { encoding } else { ContentEncoding::Identity };
    plain.bytes.drain(..GRPC_HEAD_BYTES);
    let bytes = encoding.decode(plain.bytes, caps, &mut plain.reservation)?;
    Ok(Plain { bytes, reservation: plain.reservation })
}

fn snappy_block(mut plain: Plain, caps: Caps) -> Result<Plain, Problem> {
    let damaged = || Problem::bad_request("the body is not a block of snappy");
    let len = snap::raw::decompress_len(&plain.bytes).map_err(|_| damaged())?;
    caps.check(plain.bytes.len(), len)?;
    let held = plain.reservation.held();
    plain.reservation.reach(held + len).map_err(|_| full())?;
    let bytes = snap::raw::Decoder::new().decompress_vec(&plain.bytes).map_err(|_| damaged())?;
    Ok(Plain { bytes, reservation: plain.reservation })
}
