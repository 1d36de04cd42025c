use proptest::prelude::*;

use super::{Extent, Malformed, Reader, write_json};

fn json(bytes: &[u8]) -> Result<(String, u64), Malformed> {
    let (mut reader, mut out) = (Reader::new(bytes), String::new());
    let mended = write_json(&mut reader, &mut out)?;
    assert!(reader.is_at_end(), "{out}");
    Ok((out, mended))
}

fn check(bytes: &[u8], expected: &str) {
    assert_eq!(json(bytes).map(|(json, _)| json), Ok(expected.to_owned()), "{bytes:02x?}");
    for cut in 0..bytes.len() {
        let mut extent = Extent::default();
        assert_eq!(extent.reach(&bytes[..cut]), Ok(false), "{bytes:02x?} {cut}");
        assert!(extent.end().is_none());
        assert_eq!(extent.reach(&[bytes, b"\x01"].concat()), Ok(true));
        assert_eq!(extent.end(), Some(bytes.len()));
        assert!(json(&bytes[..cut]).is_err());
    }
}

#[test]
fn values_become_json() {
    check(b"\xc0", "null");
    check(b"\x7f", "127");
    check(b"\xe0", "-32");
    check(b"\xcc\xff", "255");
    check(b"\xcd\xff\xff", "65535");
    check(b"\xce\xff\xff\xff\xff", "4294967295");
    check(b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "18446744073709551615");
    check(b"\xd0\x80", "-128");
    check(b"\xd1\x80\0", "-32768");
    check(b"\xd2\x80\0\0\0", "-2147483648");
    check(b"\xd3\x80\0\0\0\0\0\0\0", "-9223372036854775808");
    check(b"\xca\x3f\x80\0\0", "1.0");
    check(b"\xcb\x3f\xf8\0\0\0\0\0\0", "1.5");
    check(b"\xcb\x7f\xf8\0\0\0\0\0\0", "\"NaN\"");
    check(b"\xc2", "false");
    check(b"\xa3a\"\n", "\"a\\\"\\n\"");
    check(b"\xa2\x01\\", "\"\\u0001\\\\\"");
    check(b"\xd9\x01a", "\"a\"");
    check(b"\xda\0\x01a", "\"a\"");
    check(b"\xdb\0\0\0\x01a", "\"a\"");
    check(b"\xc4\x01a", "\"a\"");
    check(b"\xc5\0\x01a", "\"a\"");
    check(b"\xc6\0\0\0\x01a", "\"a\"");
    check(b"\x92\x01\x90", "[1,[]]");
    check(b"\xdc\0\x01\xc3", "[true]");
    check(b"\xdd\0\0\0\x01\xc3", "[true]");
    check(b"\x82\xa1a\x01\xa1b\x80", "{\"a\":1,\"b\":{}}");
    check(b"\xde\0\x01\x05\x06", "{\"5\":6}");
    check(b"\xdf\0\0\0\x01\x91\x01\x06", "{\"?\":6}");
    check(b"\xd4\x05\xff", "\"ext5:ff\"");
    check(b"\xd8\x05\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01", "\"ext5:00000000000000000000000000000001\"");
    check(b"\xc7\x01\xff\x0a", "\"ext-1:0a\"");
    check(b"\xc8\0\x01\xff\x0a", "\"ext-1:0a\"");
    check(b"\xc9\0\0\0\x01\xff\x0a", "\"ext-1:0a\"");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    assert_eq!(json(b"\x92\x01\xc1"), Err(Malformed { at: 2 }));
    assert_eq!(Extent::default().reach(b"\x92\x01\xc1"), Err(Malformed { at: 2 }));
    assert_eq!(json(b"\xdb\xff\xff\xff\xff"), Err(Malformed { at: 5 }));
    assert_eq!(json(b"\xa2\xff\xc3"), Ok(("\"\u{fffd}\u{fffd}\"".to_owned(), 2)));
}

#[test]
fn lengths_that_lie_are_seen_before_anything_is_held() {
    let mut extent = Extent::default();
    assert_eq!(extent.reach(b"\xdd\xff\xff\xff\xff"), Ok(false));
    assert!(extent.at_least() > u64::from(u32::MAX));
    let mut extent = Extent::default();
    assert_eq!(extent.reach(b"\x92\xdb\xff\xff\xff\xff"), Ok(false));
    assert!(extent.at_least() > u64::from(u32::MAX));
    let mut extent = Extent::default();
    assert_eq!(extent.reach(b"\xdf\xff\xff\xff\xff"), Ok(false));
    assert!(extent.at_least() > 2 * u64::from(u32::MAX));
}

#[test]
fn depth_is_no_danger() {
    let deep = [vec![0x91; 100_000], vec![0x01]].concat();
    let (json, _) = json(&deep).expect("well formed");
    assert!(json.len() < 300, "{}", json.len());
    assert_eq!(Extent::default().reach(&deep), Ok(true));
    let deep = [[0x81, 0xa1, b'a'].repeat(1000), vec![0x01]].concat();
    assert!(super::super::msgpack::write_json(&mut Reader::new(&deep), &mut String::new()).is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn extent_and_writer_agree(bytes in prop::collection::vec(any::<u8>(), 0..60)) {
        let mut extent = Extent::default();
        let reached = extent.reach(&bytes);
        let (mut reader, mut out) = (Reader::new(&bytes), String::new());
        let written = write_json(&mut reader, &mut out);
        prop_assert_eq!(reached == Ok(true), written.is_ok());
        if let Some(end) = extent.end() {
            prop_assert_eq!(reader.at, end);
        }
    }
}
