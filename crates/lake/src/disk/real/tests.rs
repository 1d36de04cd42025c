use super::*;

#[test]
fn a_file_is_written_cut_renamed_and_removed() {
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("a/b");
    RealDisk.create_dir(&dir).unwrap();
    RealDisk.create_dir(&dir).unwrap();
    let (one, two) = (dir.join("one"), dir.join("two"));

    let mut file = RealDisk.create(&one).unwrap();
    file.write_all(&[b"", b"hello ", b"", b"world"]).unwrap();
    file.write_all(&[]).unwrap();
    file.sync_data().unwrap();
    file.truncate(6).unwrap();
    file.write_all(&[b"disk"]).unwrap();
    RealDisk.rename(&one, &two).unwrap();
    RealDisk.open_append(&two).unwrap().write_all(&[b"!"]).unwrap();
    RealDisk.sync_dir(&dir).unwrap();

    assert_eq!(RealDisk.list(&dir).unwrap(), ["two"]);
    assert_eq!(RealDisk.read(&two).unwrap(), b"hello disk!");
    RealDisk.create(&two).unwrap();
    assert_eq!(RealDisk.read(&two).unwrap(), b"");
    assert!(RealDisk.free_bytes(&dir).is_some_and(|free| free > 0));
    RealDisk.remove(&two).unwrap();
    assert!(RealDisk.list(&dir).unwrap().is_empty());
    assert!(RealDisk.open_append(&two).is_err());
}

/// More pieces than one system call takes (1024 on Linux).
#[test]
fn thousands_of_pieces_arrive_in_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("file");
    let pieces: Vec<[u8; 2]> = (0..5000u16).map(u16::to_le_bytes).collect();
    let slices: Vec<&[u8]> = pieces.iter().map(|piece| &piece[..]).collect();
    RealDisk.create(&path).unwrap().write_all(&slices).unwrap();
    assert_eq!(RealDisk.read(&path).unwrap(), pieces.concat());
}
