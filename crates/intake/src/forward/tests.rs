use proptest::prelude::*;

use super::{Compression, Delivery, Entries, Ping, ack, hello, pong};
use crate::msgpack::{Reader, write_json};
use crate::tests::{context, show};
use crate::{Dialect, Frames, decode_frames};

/// `2026-02-06T14:23:45Z`
const SECONDS: [u8; 4] = 1_770_387_825u32.to_be_bytes();

fn text(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    super::handshake::write_text(text.as_bytes(), &mut out);
    out
}

fn int_time() -> Vec<u8> {
    [&[0xce][..], &SECONDS].concat()
}

fn event_time(nanos: u32) -> Vec<u8> {
    [&[0xd7, 0][..], &SECONDS, &nanos.to_be_bytes()].concat()
}

fn record(message: &str) -> Vec<u8> {
    [vec![0x82], text("log"), text(message), text("level"), text("warn")].concat()
}

fn pair(time: Vec<u8>, message: &str) -> Vec<u8> {
    [vec![0x92], time, record(message)].concat()
}

fn options(pairs: &[(&str, &str)]) -> Vec<u8> {
    let parts = pairs.iter().flat_map(|(name, value)| [text(name), text(value)].concat());
    std::iter::once(0x80 | pairs.len() as u8).chain(parts).collect()
}

/// What a delivery becomes: its records, and what was rejected.
fn read(delivery: &[u8]) -> (Vec<String>, Vec<String>) {
    let delivery = Delivery::parse(delivery).expect("a delivery");
    let mut frames = Frames::default();
    delivery.write(None, &mut frames);
    let batch = decode_frames(Dialect::Object, &frames, &context());
    let rejected = batch.rejected().iter().map(|one| format!("{} {}", one.reason.as_str(), batch.text(one.raw)));
    (batch.records().iter().map(|record| show(&batch, record)).collect(), rejected.collect())
}

fn shown(nanos: &str, message: &str) -> String {
    format!(r#"2026-02-06T14:23:45{nanos} WARN source="app.x" message="{message}" | fluent.tag="app.x""#)
}

#[test]
fn all_modes() {
    let message = [vec![0x93], text("app.x"), int_time(), record("one")].concat();
    assert_eq!(read(&message), (vec![shown("Z", "one")], vec![]));
    let message = [vec![0x94], text("app.x"), event_time(5_000_000), record("one"), options(&[("chunk", "c1")])].concat();
    assert_eq!(read(&message), (vec![shown(".005Z", "one")], vec![]));
    assert_eq!(Delivery::parse(&message).expect("a delivery").chunk, Some(&b"c1"[..]));
    let pairs = [pair(int_time(), "one"), pair(event_time(1_234), "two")].concat();
    let both = (vec![shown("Z", "one"), shown(".000001Z+234ns", "two")], vec![]);
    let forward = [vec![0x92], text("app.x"), vec![0x92], pairs.clone()].concat();
    assert_eq!(read(&forward), both);
    let forward = [vec![0x93], text("app.x"), vec![0x92], pairs.clone(), options(&[("size", "2"), ("chunk", "c2")])].concat();
    assert_eq!(read(&forward), both);
    for marker in [0xc4, 0xd9] {
        let packed =
            [vec![0x93], text("app.x"), vec![marker, pairs.len() as u8], pairs.clone(), options(&[("chunk", "c3")])].concat();
        assert_eq!(read(&packed), both);
        assert_eq!(Delivery::parse(&packed).expect("a delivery").compressed(), None);
    }
    let packed = [vec![0x93], text("app.x"), vec![0xc4, 3], b"zip".to_vec(), options(&[("compressed", "gzip")])].concat();
    let packed = Delivery::parse(&packed).expect("a delivery");
    assert_eq!(packed.entries, Entries::Packed(b"zip", Compression::Gzip));
    let mut frames = Frames::default();
    packed.write(Some(&pairs), &mut frames);
    assert_eq!(frames.len(), 2);
}

#[test]
fn the_tag_is_the_source_unless_the_record_names_one() {
    let record = [vec![0x82], text("log"), text("m"), text("service"), text("pay")].concat();
    let message = [vec![0x93], text("app.x"), int_time(), record].concat();
    assert_eq!(read(&message).0, [r#"2026-02-06T14:23:45Z source="pay" message="m" | fluent.tag="app.x""#]);
    let empty = [vec![0x93], text(""), int_time(), vec![0x80]].concat();
    assert_eq!(read(&empty).0, ["2026-02-06T14:23:45Z |"]);
}

#[test]
fn times_with_metadata_and_times_out_of_the_ordinary() {
    let with_metadata = [vec![0x92, 0x92], event_time(0), vec![0x80], record("m")].concat();
    let forward = |pair: &[u8]| [vec![0x92], text("app.x"), vec![0x91], pair.to_vec()].concat();
    assert_eq!(read(&forward(&with_metadata)), (vec![shown("Z", "m")], vec![]));
    let old = [vec![0x92, 0x00], record("m")].concat();
    assert_eq!(
        read(&forward(&old)).0,
        [r#"anomalous WARN source="app.x" message="m" | fluent.tag="app.x" timestamp_original="0.000000000""#]
    );
}

#[test]
fn entries_that_are_none_go_to_quarantine_with_what_follows() {
    let forward = |entries: Vec<u8>| [vec![0x92], text("app.x"), vec![0xc4, entries.len() as u8], entries].concat();
    let good = pair(int_time(), "good");
    let (records, rejected) = read(&forward([good.clone(), vec![0x05], good.clone()].concat()));
    assert_eq!((records.len(), rejected.len()), (1, 1));
    assert!(rejected[0].contains("good"));
    for bad in [
        &good[..good.len() - 1],
        b"\x92\xc0\x80",
        b"\x93\x01\x80\x80",
        b"\xc1",
        b"\x92\xd7\0\0\0\0\0\xff\xff\xff\xff\x80",
        b"\x92\x91\x91\x91\x01\x80",
    ] {
        let (records, rejected) = read(&forward([&good, bad].concat()));
        assert_eq!((records.len(), rejected.len()), (1, 1), "{bad:02x?}");
    }
    // A record that is no map, one with a key twice and one nested too deeply cost nobody else.
    let deep = [vec![0x92, 0x01, 0x81], text("a"), vec![0x91; 100], vec![0x01]].concat();
    for bad in [b"\x92\x01\x05".to_vec(), b"\x92\x01\x82\xa1a\x01\xa1a\x02".to_vec(), deep] {
        let (records, rejected) = read(&forward([good.clone(), bad, good.clone()].concat()));
        assert_eq!((records.len(), rejected.len()), (2, 1));
    }
}

#[test]
fn what_is_no_delivery() {
    for bad in [
        &b"\x01"[..],
        b"\x90",
        b"\x91\xa1t",
        b"\x92\xa1t",
        b"\x92\x01\x90",
        b"\x92\xa1t\x01",
        b"\x95\xa1t\x01\x80\x80\x80",
        b"\x93\xa1t\x90\x05",
        b"",
    ] {
        assert!(Delivery::parse(bad).is_err(), "{bad:02x?}");
    }
}

#[test]
fn handshake() {
    let ping = [vec![0x96], text("PING"), text("client"), text("salt"), text("digest"), text(""), text("")].concat();
    assert_eq!(Ping::parse(&ping), Ok(Ping { hostname: b"client", salt: b"salt", digest: b"digest" }));
    assert!(Ping::parse(&[vec![0x96], text("PONG")].concat()).is_err());
    assert!(Ping::parse(b"\x93\xa1t\x01\x80").is_err());
    let json = |bytes: &[u8]| {
        let mut out = String::new();
        write_json(&mut Reader::new(bytes), &mut out).expect("well formed");
        out
    };
    assert_eq!(json(&hello(b"nonce")), r#"["HELO",{"nonce":"nonce","auth":"","keepalive":true}]"#);
    assert_eq!(json(&pong(false, "why", "me", &"d".repeat(128))), format!(r#"["PONG",false,"why","me","{}"]"#, "d".repeat(128)));
    assert_eq!(json(&ack(b"chunk")), r#"{"ack":"chunk"}"#);
    assert_eq!(json(&ack(&[b'c'; 300])), format!(r#"{{"ack":"{}"}}"#, "c".repeat(300)));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(entries in prop::collection::vec(prop::sample::select(b"\x92\x93\x81\x80\x01\xa1a\xc4\xd7\0\xdd\xff\x91".to_vec()), 0..60)) {
        let forward = [vec![0x92], text("t"), vec![0xc4, entries.len() as u8], entries].concat();
        let (records, rejected) = read(&forward);
        prop_assert!(records.len() + rejected.len() <= 60);
    }
}
