use std::io::Write;

use super::*;
use crate::budget::ByteBudget;

const CAPS: Caps = Caps { bytes: 4 << 20, ratio: 100 };

fn gzip(plain: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(plain).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zstd(plain: &[u8]) -> Vec<u8> {
    zstd::encode_all(plain, 1).expect("zstd")
}

/// Bytes that hardly compress.
fn noise(len: usize) -> Vec<u8> {
    let mut state = 1u64;
    let mut next = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    };
    (0..len).map(|_| next()).collect()
}

fn decode(encoding: ContentEncoding, encoded: Vec<u8>, caps: Caps) -> Result<Vec<u8>, u16> {
    let budget = ByteBudget::new(64 << 20);
    let plain = encoding.decode(encoded, caps, &mut budget.open()).map_err(|problem| problem.status().as_u16());
    assert_eq!(budget.used(), 0);
    plain
}

#[test]
fn names() {
    let check = |values: &[&str], expected: Option<ContentEncoding>| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(header::CONTENT_ENCODING, value.parse().expect("value"));
        }
        assert_eq!(ContentEncoding::of(&headers).ok(), expected, "{values:?}");
    };
    check(&[], Some(ContentEncoding::Identity));
    check(&["identity"], Some(ContentEncoding::Identity));
    check(&[" GZip "], Some(ContentEncoding::Gzip));
    check(&["x-gzip"], Some(ContentEncoding::Gzip));
    check(&["zstd"], Some(ContentEncoding::Zstd));
    check(&["br"], None);
    check(&["gzip, gzip"], None);
    check(&["gzip", "gzip"], None);
}

#[test]
fn what_was_encoded_comes_back() {
    for len in [0, 1, 1000, STEP_BYTES - 1, STEP_BYTES, STEP_BYTES + 1, 3 << 20] {
        let plain = noise(len);
        assert_eq!(decode(ContentEncoding::Identity, plain.clone(), CAPS).as_ref(), Ok(&plain));
        assert_eq!(decode(ContentEncoding::Gzip, gzip(&plain), CAPS).as_ref(), Ok(&plain));
        assert_eq!(decode(ContentEncoding::Zstd, zstd(&plain), CAPS).as_ref(), Ok(&plain));
    }
    let members = [gzip(b"one "), gzip(b"two")].concat();
    assert_eq!(decode(ContentEncoding::Gzip, members, CAPS), Ok(b"one two".to_vec()));
    let frames = [zstd(b"one "), zstd(b"two")].concat();
    assert_eq!(decode(ContentEncoding::Zstd, frames, CAPS), Ok(b"one two".to_vec()));
    assert_eq!(decode(ContentEncoding::Gzip, Vec::new(), CAPS), Ok(Vec::new()));
    assert_eq!(decode(ContentEncoding::Zstd, Vec::new(), CAPS), Ok(Vec::new()));
}

#[test]
fn damage_is_refused() {
    for (encoding, encoded) in [(ContentEncoding::Gzip, gzip(&noise(5000))), (ContentEncoding::Zstd, zstd(&noise(5000)))] {
        assert_eq!(decode(encoding, encoded[..encoded.len() - 9].to_vec(), CAPS), Err(400), "cut off");
        assert_eq!(decode(encoding, b"{\"not\":\"compressed\"}".to_vec(), CAPS), Err(400));
        let mut flipped = encoded;
        flipped[2000] ^= 1;
        if encoding == ContentEncoding::Gzip {
            assert_eq!(decode(encoding, flipped, CAPS), Err(400), "checksum");
        }
    }
}

#[test]
fn size_is_capped_at_the_byte() {
    let caps = |bytes| Caps { bytes, ratio: 100 };
    for len in [10_000, STEP_BYTES, STEP_BYTES + 1] {
        let plain = noise(len);
        for (encoding, encoded) in [
            (ContentEncoding::Identity, plain.clone()),
            (ContentEncoding::Gzip, gzip(&plain)),
            (ContentEncoding::Zstd, zstd(&plain)),
        ] {
            assert!(decode(encoding, encoded.clone(), caps(len)).is_ok(), "{encoding:?} at the limit");
            assert_eq!(decode(encoding, encoded, caps(len - 1)), Err(413), "{encoding:?} one beyond");
        }
    }
}

#[test]
fn bombs_are_met_by_their_ratio() {
    let bomb = vec![b'a'; 3 << 20];
    assert_eq!(decode(ContentEncoding::Gzip, gzip(&bomb), CAPS), Err(413));
    assert_eq!(decode(ContentEncoding::Zstd, zstd(&bomb), CAPS), Err(413));
    let wide = Caps { ratio: 100_000, ..CAPS };
    assert_eq!(decode(ContentEncoding::Gzip, gzip(&bomb), wide), Ok(bomb));
    let small = vec![b'a'; RATIO_FREE_BYTES];
    assert_eq!(decode(ContentEncoding::Gzip, gzip(&small), CAPS), Ok(small), "small ones harm nobody");
}

#[test]
fn all_bodies_share_a_budget() {
    let budget = ByteBudget::new(2 << 20);
    let problem = ContentEncoding::Gzip.decode(gzip(&noise(3 << 20)), CAPS, &mut budget.open()).expect_err("no room");
    assert_eq!(problem.status(), StatusCode::SERVICE_UNAVAILABLE);
}
