use std::io::Read;
use std::sync::Arc;

use bytes::Bytes;

use crate::app::App;
use crate::budget::Reservation;
use crate::sockets::config::SocketLimits;
use crate::store::INLINE_MAX_BYTES;

/// Output below which the ratio says nothing: a few hundred identical lines compress a thousandfold, and harm nobody.
const RATIO_FREE_BYTES: usize = 1 << 20;
/// RFC 9659: a window for the network is at most 8 MiB.
const ZSTD_WINDOW_LOG_MAX: u32 = 23;

/// How something is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Packing {
    Gzip,
    Zlib,
    Zstd,
}

/// Why something was not decompressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotUnpacked {
    /// It is damaged, or compressed in another way.
    Damaged,
    /// It would be larger than anything may be.
    TooLarge,
    /// At present there is no memory for it.
    NoRoom,
}

/// Decompresses, on a thread that may compute for long when it is much. What it takes is reserved.
pub(crate) async fn unpack(
    app: &Arc<App>,
    packed: Bytes,
    packing: Packing,
    limits: SocketLimits,
) -> Result<(Vec<u8>, Reservation), NotUnpacked> {
    let mut reservation = app.bodies.open();
    if packed.len() <= INLINE_MAX_BYTES {
        return read(&packed, packing, limits, &mut reservation).map(|plain| (plain, reservation));
    }
    let turn = app.decoders.clone().acquire_owned().await;
    let unpacked = tokio::task::spawn_blocking(move || {
        let unpacked = read(&packed, packing, limits, &mut reservation).map(|plain| (plain, reservation));
        drop(turn);
        unpacked
    });
    unpacked.await.unwrap_or_else(|error| std::panic::resume_unwind(error.into_panic()))
}

/// How much may come out of so much.
fn most(packed: usize, limits: SocketLimits) -> usize {
    limits.decompressed_bytes.min(limits.compression_ratio.saturating_mul(packed).max(RATIO_FREE_BYTES))
}

fn read(packed: &[u8], packing: Packing, limits: SocketLimits, held: &mut Reservation) -> Result<Vec<u8>, NotUnpacked> {
    let most = most(packed.len(), limits);
    match packing {
        Packing::Gzip => all(flate2::bufread::MultiGzDecoder::new(packed), most, held),
        Packing::Zlib => all(flate2::bufread::ZlibDecoder::new(packed), most, held),
        Packing::Zstd => {
            let mut decoder = zstd::stream::read::Decoder::with_buffer(packed).map_err(|_| NotUnpacked::Damaged)?;
            decoder.window_log_max(ZSTD_WINDOW_LOG_MAX).map_err(|_| NotUnpacked::Damaged)?;
            all(decoder, most, held)
        }
    }
}

fn all(mut decoder: impl Read, most: usize, held: &mut Reservation) -> Result<Vec<u8>, NotUnpacked> {
    const STEP_BYTES: usize = 256 << 10;
    let mut plain = Vec::new();
    loop {
        // One byte more than allowed is asked for: having it means that the bound is broken.
        let step = STEP_BYTES.min(most + 1 - plain.len());
        held.reach(plain.len() + step).map_err(|_| NotUnpacked::NoRoom)?;
        let got = decoder.by_ref().take(step as u64).read_to_end(&mut plain).map_err(|_| NotUnpacked::Damaged)?;
        if plain.len() > most {
            return Err(NotUnpacked::TooLarge);
        }
        if got < step {
            return Ok(plain);
        }
    }
}

/// Decompresses one message of at most so many bytes.
pub(crate) fn unpack_message(packed: &[u8], packing: Packing, bytes_max: usize) -> Result<Vec<u8>, NotUnpacked> {
    let mut plain = Vec::new();
    let take = |decoder: &mut dyn Read, plain: &mut Vec<u8>| decoder.take(bytes_max as u64 + 1).read_to_end(plain);
    let read = match packing {
        Packing::Gzip => take(&mut flate2::bufread::MultiGzDecoder::new(packed), &mut plain),
        _ => take(&mut flate2::bufread::ZlibDecoder::new(packed), &mut plain),
    };
    match read {
        Err(_) => Err(NotUnpacked::Damaged),
        Ok(_) if plain.len() > bytes_max => Err(NotUnpacked::TooLarge),
        Ok(_) => Ok(plain),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;
    use crate::budget::ByteBudget;

    fn gzip(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).expect("memory");
        encoder.finish().expect("memory")
    }

    fn zlib(plain: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::best());
        encoder.write_all(plain).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn what_was_packed_comes_back() {
        let budget = ByteBudget::new(64 << 20);
        let plain = b"many words ".repeat(1000);
        let zstd = zstd::encode_all(&plain[..], 3).expect("memory");
        let two_members = [gzip(&plain[..5000]), gzip(&plain[5000..])].concat();
        for (packed, packing) in
            [(gzip(&plain), Packing::Gzip), (two_members, Packing::Gzip), (zlib(&plain), Packing::Zlib), (zstd, Packing::Zstd)]
        {
            let unpack = |packed: &[u8]| read(packed, packing, SocketLimits::STANDARD, &mut budget.open());
            assert_eq!(unpack(&packed).as_deref(), Ok(&plain[..]), "{packing:?}");
            assert_eq!(unpack(&packed[..packed.len() - 5]), Err(NotUnpacked::Damaged), "{packing:?}");
            assert_eq!(unpack(b"nothing of the kind"), Err(NotUnpacked::Damaged), "{packing:?}");
        }
        assert_eq!(unpack_message(&zlib(&plain), Packing::Zlib, plain.len()).as_deref(), Ok(&plain[..]));
        assert_eq!(unpack_message(&zlib(&plain), Packing::Zlib, plain.len() - 1), Err(NotUnpacked::TooLarge));
        assert_eq!(unpack_message(b"\x1f\x8bx", Packing::Gzip, 100), Err(NotUnpacked::Damaged));
    }

    #[test]
    fn bombs_are_met_at_the_bound() {
        let budget = ByteBudget::new(64 << 20);
        let bomb = gzip(&vec![0; 20 << 20]);
        let limits = SocketLimits { decompressed_bytes: 16 << 20, compression_ratio: 10_000, ..SocketLimits::STANDARD };
        assert_eq!(read(&bomb, Packing::Gzip, limits, &mut budget.open()), Err(NotUnpacked::TooLarge));
        let limits = SocketLimits { compression_ratio: 2, ..SocketLimits::STANDARD };
        let mut held = budget.open();
        assert_eq!(read(&bomb, Packing::Gzip, limits, &mut held), Err(NotUnpacked::TooLarge));
        assert!(held.held() <= 2 << 20, "{}", held.held());
        let limits = SocketLimits { compression_ratio: 10_000, ..SocketLimits::STANDARD };
        assert_eq!(read(&bomb, Packing::Gzip, limits, &mut ByteBudget::new(1 << 20).open()), Err(NotUnpacked::NoRoom));
    }
}
