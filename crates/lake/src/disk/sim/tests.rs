use super::*;

const SEEDS: u64 = 300;

fn dir() -> PathBuf {
    PathBuf::from("/sim")
}

/// A disk with a synced file of 700 bytes, and 3000 more written behind them.
fn written(seed: u64) -> (SimDisk, PathBuf, Box<dyn DiskFile>) {
    let disk = SimDisk::new(seed);
    let path = dir().join("file");
    let mut file = disk.create(&path).unwrap();
    file.write_all(&[&[1; 700]]).unwrap();
    file.sync_data().unwrap();
    disk.sync_dir(&dir()).unwrap();
    file.write_all(&[&[2; 3000]]).unwrap();
    (disk, path, file)
}

/// Over all seeds: how many ended with each of these true.
fn tally<const N: usize>(outcome: impl Fn(u64) -> [bool; N]) -> [u64; N] {
    let mut counts = [0; N];
    for seed in 0..SEEDS {
        for (count, seen) in counts.iter_mut().zip(outcome(seed)) {
            *count += u64::from(seen);
        }
    }
    counts
}

#[test]
fn a_power_cut_keeps_what_was_synced_and_loses_tears_or_keeps_the_rest() {
    let counts = tally(|seed| {
        let (disk, path, mut file) = written(seed);
        disk.power_cut();
        let bytes = disk.read(&path).unwrap();
        assert_eq!(bytes[..700], [1; 700]);
        assert!(file.write_all(&[b"x"]).is_err(), "a handle does not outlive the power");
        let rest = &bytes[700..];
        [rest.is_empty(), rest.len() == 3000 && rest.iter().all(|&b| b == 2), rest.iter().any(|&b| b != 2), rest.len() < 3000]
    });
    assert!(counts.iter().all(|&count| count > SEEDS / 20), "{counts:?}");
}

#[test]
fn synced_bytes_outlive_a_power_cut_and_all_bytes_outlive_a_kill() {
    for seed in 0..SEEDS {
        let (disk, path, mut file) = written(seed);
        disk.restart();
        assert_eq!(disk.read(&path).unwrap().len(), 3700);
        assert!(file.sync_data().is_err(), "a handle does not outlive the process");
        let mut file = disk.open_append(&path).unwrap();
        file.sync_data().unwrap();
        disk.power_cut();
        assert_eq!(disk.read(&path).unwrap(), [&[1; 700][..], &[2; 3000]].concat());
    }
}

#[test]
fn after_a_failed_sync_a_later_one_does_not_make_the_bytes_durable() {
    let [lost] = tally(|seed| {
        let (disk, path, mut file) = written(seed);
        disk.fail(Operation::Sync, 0, io::ErrorKind::Other);
        assert!(file.sync_data().is_err());
        assert_eq!(disk.read(&path).unwrap().len(), 3700, "they look written");
        file.sync_data().unwrap();
        disk.power_cut();
        [disk.read(&path).unwrap() != [&[1; 700][..], &[2; 3000]].concat()]
    });
    assert!(lost > SEEDS / 4, "{lost}");
}

#[test]
fn names_are_durable_after_the_folder_is_synced() {
    let counts = tally(|seed| {
        let disk = SimDisk::new(seed);
        let [old, new, gone] = ["old", "new", "gone"].map(|name| dir().join(name));
        disk.put(&old, vec![1]);
        disk.put(&gone, vec![3]);
        disk.rename(&old, &new).unwrap();
        disk.remove(&gone).unwrap();
        if seed % 2 == 0 {
            disk.sync_dir(&dir()).unwrap();
        }
        disk.power_cut();
        let mut names = disk.list(&dir()).unwrap();
        names.sort();
        if seed % 2 == 0 {
            assert_eq!(names, ["new"]);
        }
        assert!(names.contains(&"old".to_owned()) != names.contains(&"new".to_owned()), "a rename is one step");
        [names.contains(&"old".to_owned()), names.contains(&"gone".to_owned())]
    });
    assert!(counts.iter().all(|&count| count > SEEDS / 10), "{counts:?}");
}

#[test]
fn a_full_disk_takes_what_fits() {
    let disk = SimDisk::new(1);
    disk.set_capacity(Some(10));
    let path = dir().join("file");
    let mut file = disk.create(&path).unwrap();
    file.write_all(&[&[1; 8]]).unwrap();
    assert_eq!(disk.free_bytes(&dir()), Some(2));
    assert_eq!(file.write_all(&[&[2; 8]]).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(disk.read(&path).unwrap(), [1, 1, 1, 1, 1, 1, 1, 1, 2, 2]);
    file.truncate(8).unwrap();
    disk.set_capacity(None);
    file.write_all(&[&[3; 8]]).unwrap();
    assert_eq!(disk.read(&path).unwrap().len(), 16);
}

#[test]
fn a_write_that_fails_may_have_written_a_part() {
    let counts = tally(|seed| {
        let (disk, path, mut file) = written(seed);
        disk.fail(Operation::Write, 1, io::ErrorKind::Other);
        file.write_all(&[&[3; 100]]).unwrap();
        assert!(file.write_all(&[&[4; 100]]).is_err());
        let len = disk.read(&path).unwrap().len() - 3800;
        [len == 0, len == 100, (1..100).contains(&len)]
    });
    assert!(counts.iter().all(|&count| count > 0), "{counts:?}");
}

#[test]
fn the_scheduled_operation_is_the_last() {
    let (disk, _, mut file) = written(5);
    disk.cut_power_after(1);
    file.write_all(&[b"still"]).unwrap();
    assert!(!disk.is_off());
    assert!(file.sync_data().is_err());
    assert!(disk.is_off());
    assert!(disk.list(&dir()).is_err() && file.write_all(&[b"more"]).is_err());
    disk.power_cut();
    assert!(disk.list(&dir()).is_ok());
}
