use std::io::Read;
use std::path::Path;

use crate::harness::files;

/// Begin of a zstd frame (RFC 8878); Parquet's pages and the segments' indexes are such frames.
const ZSTD: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];

/// Begin of a gzip member (RFC 1952).
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

/// No stream inside of a file is larger.
const STREAM_BYTES_MAX: u64 = 256 << 20;

/// Every file below a folder as it is, and every compressed stream that begins at any of its bytes.
pub(super) fn sweep(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let mut streams = Vec::new();
    for file in files(folder) {
        let name = file.strip_prefix(folder).unwrap_or(&file).display().to_string();
        let bytes = std::fs::read(&file).expect("read");
        inside(&name, &bytes, &mut streams);
        streams.push((name, bytes));
    }
    streams
}

fn inside(name: &str, bytes: &[u8], streams: &mut Vec<(String, Vec<u8>)>) {
    for at in 0..bytes.len() {
        let rest = &bytes[at..];
        let mut stream = Vec::new();
        if rest.starts_with(&ZSTD) {
            if let Ok(decoder) = zstd::stream::read::Decoder::with_buffer(rest) {
                // What comes before a fault counts too.
                let _ = decoder.single_frame().take(STREAM_BYTES_MAX).read_to_end(&mut stream);
            }
        } else if rest.starts_with(&GZIP) {
            let _ = flate2::bufread::GzDecoder::new(rest).take(STREAM_BYTES_MAX).read_to_end(&mut stream);
        }
        if !stream.is_empty() {
            streams.push((format!("{name} at {at}"), stream));
        }
    }
}

/// Whether the bytes are in a stream.
pub(super) fn holds(stream: &[u8], bytes: &[u8]) -> bool {
    let Some((&first, rest)) = bytes.split_first() else { return false };
    let mut from = 0;
    while let Some(at) = stream[from..].iter().position(|&byte| byte == first) {
        from += at + 1;
        if stream[from..].starts_with(rest) {
            return true;
        }
    }
    false
}

#[test]
fn streams_inside_of_files_are_seen() {
    let mut bytes = b"head".to_vec();
    bytes.extend(zstd::encode_all(&b"a needle in a page"[..], 3).expect("zstd"));
    bytes.extend(b"tail");
    let mut streams = Vec::new();
    inside("x", &bytes, &mut streams);
    assert_eq!(streams, [("x at 4".to_owned(), b"a needle in a page".to_vec())]);
    assert!(holds(&streams[0].1, b"needle") && !holds(&streams[0].1, b"needles"));
}
