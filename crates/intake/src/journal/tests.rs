use super::*;
use crate::tests::{context, show};
use crate::{Dialect, Flaw, Frames, decode_frames};

/// The example of the specification, shortened, with a binary field and one that repeats.
fn stream() -> Vec<u8> {
    let mut bytes = b"__CURSOR=s=739ad463348b4ceca5a9e69c95a3c93f;i=4ece7;b=6c7c6013a26343b29e964691ff25d04c;m=4fc72436e;t=4c508a72423d9;x=d3e5610681098c10\n\
__REALTIME_TIMESTAMP=1770387825000001\nPRIORITY=4\nMESSAGE=a=b \xe9\n_HOSTNAME=h\nSYSLOG_IDENTIFIER=app\nTAG=x\nTAG=y\n"
        .to_vec();
    bytes.extend(b"COREDUMP\n\x07\x00\x00\x00\x00\x00\x00\x00two\n\0ok\n\n\n");
    bytes.extend(b"__CURSOR=s=739ad463348b4ceca5a9e69c95a3c93f;i=4ece8;b=0\nMESSAGE=second\n\nMESSAGE=third\n");
    bytes
}

fn read(pieces: &[&[u8]]) -> Result<Vec<(Option<Place>, String)>, NoJournal> {
    let (mut stream, mut entries) = (JournalStream::default(), Vec::new());
    for mut piece in pieces.iter().copied() {
        while let Some(entry) = stream.next(&mut piece)? {
            entries.push((entry.place(), entry.json()));
        }
    }
    entries.extend(stream.finish()?.map(|entry| (entry.place(), entry.json())));
    Ok(entries)
}

#[test]
fn entries_are_read_as_the_specification_says() {
    let entries = read(&[&stream()]).expect("a journal");
    let numbers: Vec<Option<u64>> = entries.iter().map(|(place, _)| place.as_ref().map(|place| place.number)).collect();
    assert_eq!(numbers, [Some(0x4ece7), Some(0x4ece8), None]);
    assert_eq!(entries[0].0.as_ref().map(|place| place.run.as_str()), Some("739ad463348b4ceca5a9e69c95a3c93f"));
    assert!(
        entries[0].1.ends_with(
            r#""MESSAGE":"a=b �","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"app","TAG":["x","y"],"COREDUMP":"two\n\u0000ok"}"#
        ),
        "{}",
        entries[0].1
    );
    let mut frames = Frames::default();
    entries.iter().for_each(|(_, json)| frames.push(json.as_bytes(), None, Flaw::None));
    let batch = decode_frames(Dialect::Object, &frames, &context());
    let shown: Vec<String> = batch.records().iter().map(|record| show(&batch, record)).collect();
    assert!(
        shown[0].starts_with("2026-02-06T14:23:45.000001Z WARN source=\"app\" host=\"h\" message=\"a=b �\" |"),
        "{}",
        shown[0]
    );
    assert_eq!(shown[2], "received message=\"third\" |");
}

#[test]
fn where_the_stream_is_cut_changes_nothing() {
    let (bytes, whole) = (stream(), read(&[&stream()]).expect("a journal"));
    for at in 0..bytes.len() {
        assert_eq!(read(&[&bytes[..at], &bytes[at..]]).as_ref(), Ok(&whole), "{at}");
    }
    let single: Vec<&[u8]> = bytes.chunks(1).collect();
    assert_eq!(read(&single), Ok(whole));
}

#[test]
fn lies_and_ends_have_their_place() {
    let check = |bytes: &[u8], expected, offset| {
        assert_eq!(read(&[bytes]), Err(NoJournal { expected, offset }), "{:?}", String::from_utf8_lossy(bytes));
    };
    check(b"=x\n", "the name of a field", 3);
    check(b"a b=x\n", "the name of a field", 6);
    check(b"MESSAGE=x", "the rest of a field", 9);
    check(b"MESSAGE\n\x01", "the rest of a field", 9);
    check(b"MESSAGE\n\x03\0\0\0\0\0\0\0ab", "the rest of a field", 18);
    check(b"MESSAGE\n\x01\0\0\0\0\0\0\0abc", "a line feed behind a value", 18);
    check(b"MESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff", "a length of at most 768 MiB", 16);
    check(&[&[b'N'; 300][..], b"=x\n"].concat(), "the name of a field", 303);
}

#[test]
fn what_is_too_much_is_cut_and_said() {
    let long = [&b"MESSAGE="[..], &vec![b'x'; VALUE_BYTES_MAX + 10], b"\nB\n"].concat();
    let value = vec![b'y'; VALUE_BYTES_MAX + 10];
    let long = [&long[..], &(value.len() as u64).to_le_bytes(), &value, b"\nC=c\n\n"].concat();
    let entries = read(&[&long]).expect("a journal");
    let json = &entries[0].1;
    assert!(json.len() < 2 * VALUE_BYTES_MAX + 100 && json.ends_with("\",\"C\":\"c\",\"truncated\":true}"));
    let many = "A=1\n".repeat(VALUES_MAX + 5) + "\n";
    let json = &read(&[many.as_bytes()]).expect("a journal")[0].1;
    assert_eq!((json.matches("\"1\"").count(), json.ends_with("\"truncated\":true}")), (VALUES_MAX, true));
    // Of as many names as values, it is a record and not quarantined.
    let many: String = (0..VALUES_MAX + 5).map(|number| format!("A{number}=1\n")).collect();
    let mut frames = Frames::default();
    frames.push(read(&[format!("{many}\n").as_bytes()]).expect("a journal")[0].1.as_bytes(), None, Flaw::None);
    let batch = decode_frames(Dialect::Object, &frames, &context());
    assert_eq!((batch.records().len(), batch.rejected().len()), (1, 0));
    assert_eq!(batch.fields(&batch.records()[0]).len(), VALUES_MAX + 1);
}
