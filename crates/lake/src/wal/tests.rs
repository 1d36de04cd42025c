mod damage;
mod group_commit;
mod simulation;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use record::{Batch, Clock, Record, RejectReason, Rejected, Span, Tenant, Timestamp};

use super::*;
use crate::disk::sim::SimDisk;

const OPTIONS: Options = Options { reserve_bytes: 0, queue_bytes_max: 64 << 20, seed: 42 };

fn dir() -> PathBuf {
    PathBuf::from("/lake/wal")
}

fn path(name: &str) -> PathBuf {
    dir().join(name)
}

fn shared(disk: &SimDisk) -> Arc<dyn Disk> {
    Arc::new(disk.clone())
}

/// A clock that shows what it is set to.
#[derive(Default)]
struct SetClock(Mutex<i64>);

impl SetClock {
    fn set(&self, micros: i64) {
        *self.0.lock() = micros;
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_micros(*self.0.lock())
    }
}

/// A batch told by its number: that many bytes of message, two records and a rejected line.
fn batch(id: u64, message_bytes: usize) -> (Arc<Batch>, Option<BatchKey>) {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(id as i64));
    for part in 0..2 {
        let mut record = Record::at(Timestamp::from_micros(part));
        record.message = batch.text(&format!("{id}/{part} {}", "x".repeat(message_bytes)));
        let name = batch.name("id");
        batch.field(name, record::Value::Int(id as i64));
        batch.finish_record(record);
    }
    let raw = batch.text("{half");
    batch.reject(Rejected { reason: RejectReason::InvalidJson, line: 3, offset: 9, raw, source: Span::ABSENT });
    (Arc::new(batch.build()), Some(BatchKey { key: format!("key-{id}"), body: u128::from(id) }))
}

/// The number of a batch that came back.
fn id_of(durable: &DurableBatch) -> u64 {
    let id = durable.batch.received_at().as_micros() as u64;
    let size = durable.batch.text(durable.batch.records()[0].message).len() - format!("{id}/0 ").len();
    let (sent, key) = batch(id, size);
    assert_eq!((&durable.batch, &durable.key), (&sent, &key), "batch {id} came back changed");
    id
}

fn encoded(id: u64, message_bytes: usize) -> EncodedBatch {
    let (batch, key) = batch(id, message_bytes);
    EncodedBatch::new(batch, key, Vec::new()).unwrap()
}

/// A writer without its thread.
fn writer(disk: &SimDisk, recovered: &Recovered, clock: Arc<SetClock>) -> Writer {
    let directory = Directory::new(shared(disk), dir());
    let stats = Arc::new(WalStats::new(recovered.bytes()));
    let mut writer = Writer::new(directory, OPTIONS, recovered.next, clock, Box::new(|_| {}), stats);
    writer.open_first(&recovered.empty).unwrap();
    writer
}

fn recovered(disk: &SimDisk) -> (Recovered, Vec<DurableBatch>) {
    let mut batches = Vec::new();
    let recovered = recover(&shared(disk), &dir(), |batch| {
        batches.push(batch);
        Ok(())
    });
    (recovered.unwrap(), batches)
}

/// LSN and number of each batch in the log.
fn contents(disk: &SimDisk) -> Vec<(u64, u64)> {
    recovered(disk).1.iter().map(|batch| (batch.lsn, id_of(batch))).collect()
}

/// A log that ran: the groups of each file, by the number of batches.
fn log(disk: &SimDisk, files: &[&[usize]]) {
    let mut writer = writer(disk, &recovered(disk).0, Arc::default());
    let mut id = 0;
    for (index, groups) in files.iter().enumerate() {
        if index > 0 {
            writer.rotate().unwrap().unwrap();
        }
        for &size in *groups {
            let mut group: Vec<_> = (0..size as u64).map(|at| encoded(id + at + 1, 40)).collect();
            id += size as u64;
            writer.write(&mut group).unwrap();
        }
    }
}

fn start(disk: &SimDisk, options: Options, on_durable: OnDurable) -> Wal {
    Wal::start(shared(disk), dir(), options, &recovered(disk).0, Arc::new(SetClock::default()), on_durable).unwrap()
}

fn exists(disk: &SimDisk, name: &str) -> bool {
    disk.read(Path::new(&path(name))).is_ok()
}

#[test]
fn batches_are_numbered_without_a_gap_over_restarts_and_rotations() {
    let disk = SimDisk::new(1);
    let clock = Arc::new(SetClock::default());
    let mut seen = Vec::new();
    for (round, now) in [100, 50, 700].into_iter().enumerate() {
        clock.set(now);
        let mut writer = writer(&disk, &recovered(&disk).0, clock.clone());
        seen.extend(writer.write(&mut [encoded(round as u64 * 3, 10), encoded(round as u64 * 3 + 1, 0)]).unwrap());
        writer.rotate().unwrap();
        clock.set(now + 1);
        seen.extend(writer.write(&mut [encoded(round as u64 * 3 + 2, 10)]).unwrap());
    }
    let (recovered, batches) = recovered(&disk);
    assert_eq!(batches, seen);
    assert_eq!(batches.iter().map(|b| b.lsn).collect::<Vec<_>>(), (1..=9).collect::<Vec<_>>());
    assert_eq!(batches.iter().map(|b| b.first_sequence).collect::<Vec<_>>(), (0..9).map(|n| n * 3).collect::<Vec<_>>());
    let times: Vec<i64> = batches.iter().map(|b| b.assigned_at.as_micros()).collect();
    assert_eq!(times, [100, 100, 101, 101, 101, 101, 700, 700, 701], "never backwards");
    assert_eq!(recovered.next, Position { lsn: 10, sequence: 27, assigned_at: Timestamp::from_micros(701) });
    assert_eq!(recovered.files.iter().map(|file| file.last_lsn).collect::<Vec<_>>(), [2, 3, 5, 6, 8, 9]);
}

#[test]
fn what_is_committed_goes_and_the_numbers_stay() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1, 1], &[1]]);
    for _ in 0..3 {
        let (recovered, _) = recovered(&disk);
        let wal = Wal::start(shared(&disk), dir(), OPTIONS, &recovered, Arc::new(SetClock::default()), Box::new(|_| {})).unwrap();
        let all: u64 = disk.list(&dir()).unwrap().iter().map(|name| disk.read(&path(name)).unwrap().len() as u64).sum();
        assert_eq!(wal.bytes_on_disk(), all);
        recovered.files.iter().for_each(|file| wal.remove(file).unwrap());
        assert_eq!(wal.bytes_on_disk(), format::FILE_HEADER_LEN as u64);
        assert_eq!(disk.list(&dir()).unwrap(), ["00000000000000000004.wal"]);
        drop(wal);
        disk.power_cut();
    }
    let (mut recovered, batches) = recovered(&disk);
    assert_eq!((batches.len(), recovered.next.lsn, recovered.next.sequence), (0, 4, 9));
    recovered.raise(Position { lsn: 20, sequence: 5, assigned_at: Timestamp::from_micros(3) });
    assert_eq!(recovered.next, Position { lsn: 20, sequence: 9, assigned_at: Timestamp::from_micros(3) });
    drop(writer(&disk, &recovered, Arc::default()));
    assert_eq!(disk.list(&dir()).unwrap(), ["00000000000000000020.wal"], "the empty file before goes");
}

/// The files of version 1, written once and kept: they open for ever, and are still what is written.
/// `DENDRO_BLESS=1` writes them anew, for a version that is not yet released.
#[test]
fn files_of_version_1_open_for_ever() {
    let disk = SimDisk::new(1);
    log(&disk, &[&[1, 2], &[1]]);
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/format/wal-v1");
    for name in ["00000000000000000001.wal", "00000000000000000004.wal"] {
        let written = disk.read(&path(name)).unwrap();
        if std::env::var_os("DENDRO_BLESS").is_some() {
            std::fs::create_dir_all(&kept).unwrap();
            std::fs::write(kept.join(name), &written).unwrap();
        }
        let bytes = std::fs::read(kept.join(name)).unwrap();
        assert!(bytes == written, "{name} is written differently now");
        disk.put(&path(name), bytes);
    }
    assert_eq!(contents(&disk), [(1, 1), (2, 2), (3, 3), (4, 4)]);
}

/// A full disk cuts the log short before it is full to the brim, and everything goes on when there is room.
#[test]
fn a_full_disk_refuses_and_recovers_by_itself() {
    let disk = SimDisk::new(3);
    let mut writer = writer(&disk, &recovered(&disk).0, Arc::default());
    writer.write(&mut [encoded(1, 100)]).unwrap();
    let before = disk.read(&path("00000000000000000001.wal")).unwrap();
    disk.set_capacity(Some(before.len() as u64 + 700));
    for id in 2..5 {
        // Free space is asked for before each write; what a disk takes in spite of its answer is cut away again.
        let fault = writer.write(&mut [encoded(id, 40), encoded(id + 10, 1000)]).unwrap_err();
        assert!(matches!(fault.error(), Error::DiskFull));
        assert_eq!(disk.read(&path("00000000000000000001.wal")).unwrap(), before);
    }
    writer.write(&mut [encoded(6, 10)]).unwrap();
    disk.set_capacity(None);
    writer.write(&mut [encoded(7, 2000)]).unwrap();
    disk.power_cut();
    assert_eq!(contents(&disk), [(1, 1), (2, 6), (3, 7)]);
}

#[test]
fn a_write_that_fails_half_way_is_cut_away() {
    let kinds = [std::io::ErrorKind::StorageFull, std::io::ErrorKind::Other];
    for (seed, kind) in (0..40).map(|seed| (seed, kinds[seed as usize % 2])) {
        let disk = SimDisk::new(seed);
        let mut writer = writer(&disk, &recovered(&disk).0, Arc::default());
        disk.fail(crate::disk::sim::Operation::Write, 0, kind);
        let error = writer.write(&mut [encoded(1, 40)]).unwrap_err().error();
        assert_eq!(matches!(error, Error::DiskFull), kind == std::io::ErrorKind::StorageFull, "{error}");
        writer.write(&mut [encoded(2, 40)]).unwrap();
        assert_eq!(contents(&disk), [(1, 2)]);
    }
}

#[test]
fn a_log_starts_on_a_full_disk_and_writes_when_there_is_room() {
    let disk = SimDisk::new(5);
    log(&disk, &[&[1, 1]]);
    disk.set_capacity(Some(0));
    disk.restart();
    let mut writer = writer(&disk, &recovered(&disk).0, Arc::default());
    assert!(matches!(writer.write(&mut [encoded(3, 1)]).unwrap_err().error(), Error::DiskFull));
    assert!(writer.rotate().unwrap().is_none());
    disk.set_capacity(None);
    writer.write(&mut [encoded(4, 1)]).unwrap();
    assert_eq!(contents(&disk), [(1, 1), (2, 2), (3, 4)]);
}
