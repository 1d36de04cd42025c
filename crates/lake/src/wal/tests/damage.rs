use std::ops::Range;

use super::*;
use crate::wal::format::{FILE_HEADER_LEN, FRAME_HEADER_LEN};

const FIRST: &str = "00000000000000000001.wal";

/// A part of a frame, by the offset of a byte in it.
const PLACES: [(&str, usize); 8] = [
    ("mark", 3),
    ("length", 8),
    ("payload checksum", 13),
    ("lsn", 16),
    ("group", 24),
    ("flags", 48),
    ("header checksum", 53),
    ("payload", FRAME_HEADER_LEN + 90),
];

/// Where the frames of the first file lie.
fn frames(disk: &SimDisk) -> Vec<Range<u64>> {
    let bytes = disk.read(&path(FIRST)).unwrap();
    let scan = scan::scan(&bytes, 1, 0).unwrap();
    scan.frames.iter().map(|frame| frame.offset as u64..frame.end() as u64).collect()
}

/// A log of these groups, one byte of a frame changed: what comes back, and which of the two lists names the frame.
fn check(files: &[&[usize]], frame: usize, torn: bool) {
    for (place, at) in PLACES {
        let disk = SimDisk::new(1);
        log(&disk, files);
        let total: usize = files.iter().map(|groups| groups.iter().sum::<usize>()).sum();
        let range = frames(&disk)[frame].clone();
        disk.flip(&path(FIRST), range.start as usize + at);

        let case = format!("{place} of frame {frame} in {files:?}");
        let findings = crate::wal::check(&shared(&disk), &dir()).unwrap();
        assert_eq!(findings.len(), 1, "{case}: {findings:?}");
        let (recovered, batches) = recovered(&disk);
        let (named, other) = if torn { (&recovered.torn, &recovered.damage) } else { (&recovered.damage, &recovered.torn) };
        assert_eq!((named.len(), other.len()), (1, 0), "{case}: {recovered:?}");
        assert_eq!(named[0].file, format!("wal/{FIRST}"), "{case}");
        assert_eq!(named[0].offset..named[0].offset + named[0].len, range, "{case}");
        assert_eq!(findings[0], Finding { damage: named[0].clone(), expected: torn }, "{case}");
        assert!(matches!(Error::from(named[0].clone()), Error::Corrupt { offset, .. } if offset == range.start));
        let expected: Vec<u64> = (1..=total as u64).filter(|&lsn| lsn != frame as u64 + 1).collect();
        assert_eq!(batches.iter().map(|batch| batch.lsn).collect::<Vec<_>>(), expected, "{case}");
        assert!(batches.iter().all(|batch| id_of(batch) == batch.lsn), "{case}");
        second_restart(&disk, torn, &expected, &case);
    }
}

/// A torn end is gone for good, damage stays until its file is removed, and then the file is set aside.
fn second_restart(disk: &SimDisk, torn: bool, expected: &[u64], case: &str) {
    disk.power_cut();
    let (recovered, batches) = recovered(disk);
    assert_eq!(batches.iter().map(|batch| batch.lsn).collect::<Vec<_>>(), expected, "{case}");
    assert_eq!((recovered.torn.len(), recovered.damage.len()), (0, usize::from(!torn)), "{case}: {recovered:?}");
    assert_eq!(recovered.files.iter().any(|file| file.damaged), !torn, "{case}");
    let wal = Wal::start(shared(disk), dir(), OPTIONS, &recovered, Arc::new(SetClock::default()), Box::new(|_| {})).unwrap();
    recovered.files.iter().for_each(|file| wal.remove(file).unwrap());
    assert_eq!(exists(disk, &format!("{FIRST}.damaged")), !torn, "{case}");
    assert_eq!(crate::wal::check(&shared(disk), &dir()).unwrap(), [], "{case}");
}

#[test]
fn a_flipped_byte_is_named_and_the_rest_is_served() {
    check(&[&[1, 1, 1]], 0, false);
    check(&[&[1, 1, 1]], 1, false);
    check(&[&[1, 1, 1]], 2, true); // the last frame of the last file: a crash looks the same
    check(&[&[1, 1, 1], &[1]], 2, false); // not the last file
    check(&[&[1, 1, 1], &[]], 2, false);
    check(&[&[2, 2]], 0, false);
    check(&[&[2, 2]], 1, false);
    check(&[&[2, 2]], 2, true); // written with the last frame: perhaps never synced
    check(&[&[2, 2]], 3, true);
}

/// The file cut off at every byte: whole frames are served, the rest is torn, and nothing else is ever said.
#[test]
fn a_log_cut_off_anywhere_gives_its_whole_frames() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1, 2]]);
    let (bytes, frames) = (disk.read(&path(FIRST)).unwrap(), frames(&disk));
    for len in FILE_HEADER_LEN as u64..=bytes.len() as u64 {
        let disk = SimDisk::new(len);
        disk.put(&path(FIRST), bytes[..len as usize].to_vec());
        let whole = frames.iter().filter(|frame| frame.end <= len).count();
        let end = frames[..whole].last().map_or(FILE_HEADER_LEN as u64, |frame| frame.end);
        let (recovered, batches) = recovered(&disk);
        assert_eq!((batches.len(), recovered.next.lsn), (whole, whole as u64 + 1), "cut at {len}");
        let torn: Vec<_> = recovered.torn.iter().map(|torn| (torn.offset, torn.len)).collect();
        assert_eq!(torn, if end == len { vec![] } else { vec![(end, len - end)] }, "cut at {len}");
        assert_eq!((&recovered.damage[..], disk.read(&path(FIRST)).unwrap().len() as u64), (&[][..], end), "cut at {len}");
        drop(writer(&disk, &recovered, Arc::default()).write(&mut [encoded(9, 1)]).unwrap());
        assert_eq!(contents(&disk).last(), Some(&(whole as u64 + 1, 9)));
    }
}

/// Every single byte of two files flipped: no panic, no batch that was not sent, at most one lost, always told.
#[test]
fn any_flipped_byte_costs_at_most_its_frame() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1, 2], &[1]]);
    let files: Vec<(PathBuf, Vec<u8>)> =
        disk.list(&dir()).unwrap().iter().map(|name| (path(name), disk.read(&path(name)).unwrap())).collect();
    for (file, bytes) in &files {
        for at in 0..bytes.len() {
            let disk = SimDisk::new(1);
            files.iter().for_each(|(path, bytes)| disk.put(path, bytes.clone()));
            disk.flip(file, at);
            let (recovered, batches) = recovered(&disk);
            let in_header = usize::from(at < FILE_HEADER_LEN);
            assert_eq!(batches.len(), 3 + in_header, "{} byte {at}", file.display());
            assert!(batches.iter().all(|batch| id_of(batch) == batch.lsn));
            assert!(batches.is_sorted_by(|a, b| a.lsn < b.lsn));
            assert_eq!(recovered.damage.len() + recovered.torn.len(), 1, "{} byte {at}", file.display());
        }
    }
}

#[test]
fn a_missing_file_is_told() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1], &[1, 1], &[1]]);
    disk.remove(&path("00000000000000000002.wal")).unwrap();
    let (recovered, batches) = recovered(&disk);
    assert_eq!(batches.iter().map(id_of).collect::<Vec<_>>(), [1, 4]);
    let expected =
        Damage { file: "wal/00000000000000000004.wal".into(), offset: 0, len: 0, what: "batches before this file are missing" };
    assert_eq!(recovered.damage, [expected]);
}

#[test]
fn a_file_without_a_readable_frame_is_set_aside() {
    for bytes in [vec![], vec![7; 20], vec![0; 5000]] {
        let disk = SimDisk::new(1);
        log(&disk, &[&[1]]);
        disk.put(&path("00000000000000000002.wal"), bytes);
        let (recovered, batches) = recovered(&disk);
        assert_eq!((batches.len(), recovered.damage.len(), recovered.next.lsn), (1, 1, 2));
        assert!(exists(&disk, "00000000000000000002.wal.damaged") && !exists(&disk, "00000000000000000002.wal"));
        drop(writer(&disk, &recovered, Arc::default()).write(&mut [encoded(2, 1)]).unwrap());
        assert_eq!(contents(&disk), [(1, 1), (2, 2)]);
    }
}

#[test]
fn foreign_files_are_left_alone_and_a_copied_one_does_not_double_its_batches() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1, 1]]);
    disk.put(&path("00000000000000000002.wal"), disk.read(&path(FIRST)).unwrap());
    disk.put(&path("notes.txt"), vec![1]);
    disk.put(&path("3.wal"), vec![1]);
    disk.put(&path("00000000000000000003.tmp"), vec![1]);
    let (recovered, batches) = recovered(&disk);
    assert!(exists(&disk, "notes.txt") && exists(&disk, "3.wal"), "what is none of the log's is left alone");
    assert!(!exists(&disk, "00000000000000000003.tmp"), "what was never finished goes");
    assert_eq!(batches.iter().map(id_of).collect::<Vec<_>>(), [1, 2]);
    assert!(!recovered.damage.is_empty());
}

#[test]
fn a_file_of_a_later_version_is_refused_and_left_alone() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1]]);
    let mut bytes = disk.read(&path(FIRST)).unwrap();
    bytes[8] = 9;
    let crc = crc32fast::hash(&bytes[..44]);
    bytes[44..48].copy_from_slice(&crc.to_le_bytes());
    disk.put(&path(FIRST), bytes.clone());
    let error = recover(&shared(&disk), &dir(), |_| Ok(())).unwrap_err();
    assert!(matches!(error, Error::Corrupt { offset: 8, .. }), "{error}");
    assert_eq!(disk.read(&path(FIRST)).unwrap(), bytes);
}
