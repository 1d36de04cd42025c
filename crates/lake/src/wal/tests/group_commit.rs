use std::io::ErrorKind;
use std::sync::mpsc;

use futures::executor::block_on;
use futures::future::join_all;

use super::*;
use crate::disk::sim::Operation;

type Told = Arc<Mutex<Vec<u64>>>;

/// Notes the LSNs in the order in which they were told.
fn noting(told: &Told) -> OnDurable {
    let told = told.clone();
    Box::new(move |batch| told.lock().push(batch.lsn))
}

fn append(wal: &Wal, id: u64) -> impl Future<Output = Result<u64, Error>> + use<> {
    let (batch, key) = batch(id, 20);
    wal.append(wal.encode(batch, key).unwrap())
}

/// A log whose writing thread waits after the first batch until it is let go.
fn held(disk: &SimDisk, options: Options) -> (Wal, mpsc::Sender<()>) {
    let (go, gate) = mpsc::channel::<()>();
    let mut first = true;
    let hold = move |_| {
        if std::mem::take(&mut first) {
            let _ = gate.recv();
        }
    };
    (start(disk, options, Box::new(hold)), go)
}

#[test]
fn a_lone_batch_does_not_wait_and_a_crowd_shares_one_sync() {
    let disk = SimDisk::new(1);
    let (wal, go) = held(&disk, OPTIONS);
    let alone = append(&wal, 0);
    while wal.figures().groups == 0 {
        std::thread::yield_now();
    }
    let crowd: Vec<_> = (1..=50).map(|id| append(&wal, id)).collect();
    go.send(()).unwrap();
    assert_eq!(block_on(alone).unwrap(), 1);
    let lsns: Vec<u64> = block_on(join_all(crowd)).into_iter().map(Result::unwrap).collect();
    assert_eq!(lsns, (2..=51).collect::<Vec<_>>());
    let figures = wal.figures();
    assert_eq!((figures.groups, figures.fsyncs, figures.batches, figures.group_batches_max), (2, 2, 51, 50));
    assert_eq!(figures.fsync_buckets.iter().sum::<u64>(), 2);
}

#[test]
fn whoever_appended_is_told_after_on_durable() {
    let disk = SimDisk::new(1);
    let told = Told::default();
    let wal = start(&disk, OPTIONS, noting(&told));
    for id in 0..20 {
        let lsn = block_on(append(&wal, id)).unwrap();
        assert_eq!(told.lock().last(), Some(&lsn));
    }
}

#[test]
fn a_rotation_splits_exactly_where_it_was_asked_for() {
    let disk = SimDisk::new(1);
    let told = Told::default();
    let wal = start(&disk, OPTIONS, noting(&told));
    assert_eq!(block_on(wal.rotate(Box::new(|_| panic!("an empty file has no end")))).unwrap(), None);
    let before: Vec<_> = (0..5).map(|id| append(&wal, id)).collect();
    let at_boundary = Told::default();
    let rotated = {
        let (told, at_boundary) = (told.clone(), at_boundary.clone());
        wal.rotate(Box::new(move |file| {
            assert_eq!(file.last_lsn, 5);
            *at_boundary.lock() = told.lock().clone();
        }))
    };
    let behind: Vec<_> = (5..8).map(|id| append(&wal, id)).collect();
    let file = block_on(rotated).unwrap().unwrap();
    assert_eq!(*at_boundary.lock(), [1, 2, 3, 4, 5]);
    assert!(block_on(join_all(before.into_iter().chain(behind))).iter().all(Result::is_ok));
    assert_eq!(file.size_bytes, disk.read(&path(&file.name)).unwrap().len() as u64);
    wal.remove(&file).unwrap();
    drop(wal);
    assert_eq!(contents(&disk), [(6, 5), (7, 6), (8, 7)]);
}

#[test]
fn after_a_failed_sync_nothing_is_acknowledged_any_more() {
    let disk = SimDisk::new(1);
    let told = Told::default();
    let wal = start(&disk, OPTIONS, noting(&told));
    block_on(append(&wal, 1)).unwrap();
    disk.fail(Operation::Sync, 0, ErrorKind::Other);
    assert!(matches!(block_on(append(&wal, 2)), Err(Error::Poisoned)));
    assert!(wal.is_poisoned());
    let written = disk.operations();
    assert!(matches!(block_on(append(&wal, 3)), Err(Error::Poisoned)));
    assert!(matches!(block_on(wal.rotate(Box::new(|_| ()))), Err(Error::Poisoned)));
    assert_eq!((disk.operations(), &told.lock()[..]), (written, &[1][..]));
    wal.close();
    assert!(matches!(block_on(append(&wal, 4)), Err(Error::Poisoned)));
    disk.power_cut();
    assert_eq!(contents(&disk)[0], (1, 1));
}

#[test]
fn these_faults_poison_and_those_do_not() {
    let check = |faults: &[Operation], rotate: bool, poisons: bool| {
        let disk = SimDisk::new(1);
        let wal = start(&disk, OPTIONS, Box::new(|_| {}));
        block_on(append(&wal, 1)).unwrap();
        faults.iter().for_each(|&operation| disk.fail(operation, 0, ErrorKind::StorageFull));
        let refused = if rotate { block_on(wal.rotate(Box::new(|_| ()))).err() } else { block_on(append(&wal, 2)).err() };
        assert_eq!(matches!(refused, Some(Error::Poisoned)), poisons, "{faults:?}: {refused:?}");
        assert_eq!(matches!(refused, Some(Error::DiskFull)), !poisons, "{faults:?}: {refused:?}");
        assert_eq!(block_on(append(&wal, 3)).is_ok(), !poisons, "{faults:?}");
        drop(wal);
        disk.power_cut();
        let ids: Vec<u64> = contents(&disk).into_iter().map(|(_, id)| id).filter(|&id| id != 2).collect();
        assert_eq!(ids, if poisons { vec![1] } else { vec![1, 3] }, "{faults:?}");
    };
    check(&[Operation::Write], false, false);
    check(&[Operation::Sync], false, true);
    check(&[Operation::Write, Operation::Truncate], false, true);
    check(&[Operation::Write, Operation::Sync], false, true);
    check(&[Operation::Open], true, false);
    check(&[Operation::Write], true, false);
    check(&[Operation::Rename], true, false);
    check(&[Operation::Sync], true, true);
    check(&[Operation::SyncDir], true, true);
}

#[test]
fn a_refused_batch_does_not_come_back() {
    for seed in 0..50 {
        let disk = SimDisk::new(seed);
        let wal = start(&disk, OPTIONS, Box::new(|_| {}));
        block_on(append(&wal, 1)).unwrap();
        disk.fail(Operation::Write, 0, ErrorKind::StorageFull);
        assert!(matches!(block_on(append(&wal, 2)), Err(Error::DiskFull)));
        disk.power_cut();
        assert_eq!(contents(&disk), [(1, 1)], "seed {seed}");
    }
}

#[test]
fn room_is_kept_for_sealing() {
    let disk = SimDisk::new(1);
    disk.set_capacity(Some(10_000));
    let wal = start(&disk, Options { reserve_bytes: 6_000, ..OPTIONS }, Box::new(|_| {}));
    let refusal = (0..100).find_map(|id| block_on(append(&wal, id)).err());
    assert!(matches!(refusal, Some(Error::DiskFull)), "{refusal:?}");
    assert!(disk.free_bytes(&dir()).unwrap() >= 6_000);
    assert_eq!(wal.figures().refused, 1);
    disk.set_capacity(Some(20_000));
    block_on(append(&wal, 100)).unwrap();
}

#[test]
fn a_full_queue_refuses_at_once() {
    let disk = SimDisk::new(1);
    let (wal, go) = held(&disk, Options { queue_bytes_max: 2_000, ..OPTIONS });
    let first = append(&wal, 0);
    while wal.figures().groups == 0 {
        std::thread::yield_now();
    }
    let waiting: Vec<_> = (1..20).map(|id| append(&wal, id)).collect();
    go.send(()).unwrap();
    block_on(first).unwrap();
    let answers = block_on(join_all(waiting));
    let full =
        answers.iter().filter(|answer| matches!(answer, Err(Error::Full { limit: 2_000, used }) if *used <= 2_000)).count();
    let taken = answers.iter().filter(|answer| answer.is_ok()).count();
    assert!(full > 0 && taken > 0 && full + taken == 19, "{answers:?}");
    block_on(append(&wal, 99)).unwrap();
}

#[test]
fn closing_writes_what_waits_and_refuses_the_rest() {
    let disk = SimDisk::new(1);
    let (wal, go) = held(&disk, OPTIONS);
    let waiting: Vec<_> = (0..9).map(|id| append(&wal, id)).collect();
    go.send(()).unwrap();
    wal.close();
    assert!(matches!(block_on(append(&wal, 9)), Err(Error::Closed)));
    assert!(block_on(join_all(waiting)).iter().all(Result::is_ok));
    assert_eq!(contents(&disk).len(), 9);
}

#[test]
fn a_panic_of_the_thread_is_told_to_those_who_wait() {
    let wal = start(&SimDisk::new(1), OPTIONS, Box::new(|_| panic!("told on purpose")));
    assert!(matches!(block_on(append(&wal, 0)), Err(Error::Poisoned)));
    wal.close();
    assert!(matches!(block_on(append(&wal, 1)), Err(Error::Poisoned)));
}
