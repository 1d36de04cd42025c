//! Random lives of a log under a seed. `DENDRO_SEED` replays one, `DENDRO_SEEDS` runs more.
//!
//! W1. What was acknowledged is there after any crash: exactly once, in order, unchanged, under its numbers.
//! W2. What was refused for lack of room is never there.
//! W3. What was neither may be there or not; once it was seen it stays, once it was not it never comes.
//! W4. A crash is never taken for damage.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::ops::Range;

use super::*;
use crate::disk::sim::{Chance, Operation};

/// Enough to see each fault with each step some ten times; a second of time.
const SEEDS: u64 = 400;

fn seeds(count: u64) -> Range<u64> {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    match number("DENDRO_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("DENDRO_SEEDS").unwrap_or(count),
    }
}

/// What must be, may be and must not be in the log.
#[derive(Default)]
struct Model {
    ids: u64,
    durable: BTreeMap<u64, DurableBatch>,
    unknown: BTreeSet<u64>,
    /// Batches up to here were committed: their files were removed, or at least asked to be.
    removed_lsn: u64,
}

impl Model {
    fn group(&mut self, chance: &mut Chance) -> (Range<u64>, Vec<EncodedBatch>) {
        let ids = self.ids..self.ids + 1 + chance.below(4);
        self.ids = ids.end;
        let group = ids.clone().map(|id| encoded(id, chance.below(1500) as usize)).collect();
        (ids, group)
    }

    fn acknowledge(&mut self, batches: Vec<DurableBatch>) {
        self.durable.extend(batches.into_iter().map(|batch| (batch.lsn, batch)));
    }

    /// Compares with what a restart found, and believes it from here on.
    fn verify(&mut self, recovered: &Recovered, seen: Vec<DurableBatch>) {
        assert_eq!(recovered.damage, [], "W4");
        assert!(seen.is_sorted_by(|a, b| a.lsn < b.lsn && Position::behind(a).sequence <= b.first_sequence), "order");
        assert!(seen.is_sorted_by_key(|batch| batch.assigned_at), "time");
        assert!(seen.last().is_none_or(|last| recovered.next == recovered.next.or_later(Position::behind(last))));
        let seen: BTreeMap<u64, DurableBatch> = seen.into_iter().map(|batch| (batch.lsn, batch)).collect();
        for (lsn, batch) in self.durable.range(self.removed_lsn + 1..) {
            assert_eq!(seen.get(lsn), Some(batch), "W1: batch {} at {lsn}", id_of(batch));
        }
        for (lsn, batch) in &seen {
            let known = self.durable.get(lsn) == Some(batch);
            assert!(known || self.unknown.remove(&id_of(batch)), "W2, W3: batch {} at {lsn}", id_of(batch));
        }
        self.unknown.clear();
        self.durable.retain(|lsn, _| *lsn <= self.removed_lsn);
        self.durable.extend(seen);
    }
}

fn life(seed: u64) {
    let mut chance = Chance::new(seed);
    let disk = SimDisk::new(chance.next());
    let clock = Arc::new(SetClock::default());
    let mut model = Model::default();
    for _ in 0..6 {
        let recovered = restart(&disk, &mut chance, &mut model);
        let mut files = recovered.files.clone();
        let Some(mut writer) = begin(&disk, &recovered, &clock, &mut chance) else { continue };
        set_faults(&disk, &mut chance);
        for _ in 0..chance.below(14) {
            clock.set(chance.below(1_000_000) as i64);
            if !step(&disk, &mut writer, &mut files, &mut chance, &mut model) {
                break;
            }
        }
        crash(&disk, &mut chance);
    }
    restart(&disk, &mut chance, &mut model);
}

/// Reads the log back, at times with the power going meanwhile.
fn restart(disk: &SimDisk, chance: &mut Chance, model: &mut Model) -> Recovered {
    disk.set_capacity(None);
    if chance.one_in(3) {
        disk.cut_power_after(chance.below(8));
        let mut seen = Vec::new();
        let recovered = recover(&shared(disk), &dir(), |batch| {
            seen.push(batch);
            Ok(())
        });
        if let Ok(recovered) = recovered {
            model.verify(&recovered, seen);
        }
        crash(disk, chance);
    }
    let (recovered, seen) = recovered(disk);
    model.verify(&recovered, seen);
    recovered
}

/// Starts to write, at times with the power going meanwhile.
fn begin(disk: &SimDisk, recovered: &Recovered, clock: &Arc<SetClock>, chance: &mut Chance) -> Option<Writer> {
    if chance.one_in(6) {
        disk.cut_power_after(chance.below(8));
    }
    let directory = Directory::new(shared(disk), dir());
    let stats = Arc::new(WalStats::new(recovered.bytes()));
    let mut writer = Writer::new(directory, OPTIONS, recovered.next, clock.clone(), Box::new(|_| {}), stats);
    let begun = writer.open_first(&recovered.empty);
    if begun.is_err() {
        crash(disk, chance);
    }
    begun.ok().map(|()| writer)
}

fn set_faults(disk: &SimDisk, chance: &mut Chance) {
    match chance.below(8) {
        0 => disk.fail(Operation::Sync, chance.below(9), ErrorKind::Other),
        1 => disk.fail(Operation::Sync, chance.below(9), ErrorKind::StorageFull),
        2 => disk.fail(Operation::Write, chance.below(9), ErrorKind::StorageFull),
        3 => {
            disk.fail(Operation::Write, chance.below(9), ErrorKind::Other);
            disk.fail(Operation::Truncate, 0, ErrorKind::Other);
        }
        4 => disk.fail(Operation::SyncDir, chance.below(3), ErrorKind::Other),
        5 => disk.fail(Operation::Rename, chance.below(2), ErrorKind::Other),
        _ => disk.cut_power_after(chance.below(40)),
    }
}

/// One step; `false`: the log has stopped.
fn step(disk: &SimDisk, writer: &mut Writer, files: &mut Vec<WalFile>, chance: &mut Chance, model: &mut Model) -> bool {
    match chance.below(12) {
        0 | 1 => match writer.rotate() {
            Ok(file) => files.extend(file),
            Err(fault) => return !fault.poisons,
        },
        2 if !files.is_empty() => {
            let file = files.remove(0);
            model.removed_lsn = file.last_lsn;
            return Directory::new(shared(disk), dir()).remove(&file).is_ok();
        }
        3 => disk.set_capacity(disk.free_bytes(&dir()).map_or(Some(20_000), |_| None)),
        _ => {
            let (ids, mut group) = model.group(chance);
            match writer.write(&mut group) {
                Ok(durable) => model.acknowledge(durable),
                Err(fault) if fault.poisons => {
                    model.unknown.extend(ids);
                    return false;
                }
                Err(_) => {}
            }
        }
    }
    true
}

fn crash(disk: &SimDisk, chance: &mut Chance) {
    if disk.is_off() || !chance.one_in(3) {
        disk.power_cut();
    } else {
        disk.restart();
    }
}

/// Runs a seed, and says which it was when it fails.
fn each_seed(count: u64, run: impl Fn(u64)) {
    struct Told(u64);
    impl Drop for Told {
        fn drop(&mut self) {
            if std::thread::panicking() {
                eprintln!("replay with DENDRO_SEED={}", self.0);
            }
        }
    }
    for seed in seeds(count) {
        let _told = Told(seed);
        run(seed);
    }
}

#[test]
#[allow(clippy::print_stderr, reason = "the seed of a failed run")]
fn acknowledged_batches_outlive_every_crash() {
    each_seed(SEEDS, life);
}

/// The same with the thread, and several who append at once.
#[test]
fn a_crowd_keeps_what_was_acknowledged() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    each_seed(SEEDS / 8, |seed| {
        let mut chance = Chance::new(seed);
        let disk = SimDisk::new(chance.next());
        let told = Arc::new(Mutex::new(Vec::new()));
        let on_durable = {
            let told = told.clone();
            Box::new(move |batch: DurableBatch| told.lock().push((batch.lsn, id_of(&batch))))
        };
        let wal = Arc::new(start(&disk, OPTIONS, on_durable));
        if chance.one_in(3) {
            disk.fail(Operation::Sync, chance.below(10), ErrorKind::Other);
        }
        disk.cut_power_after(chance.below(60));
        let senders: Vec<_> = (0..4u64).map(|task| runtime.spawn(send_all(wal.clone(), task * 1000, chance.next()))).collect();
        let acknowledged: Vec<_> = senders.into_iter().flat_map(|sender| runtime.block_on(sender).unwrap()).collect();
        drop(wal);
        disk.power_cut();
        let seen = contents(&disk);
        let told = told.lock().clone();
        assert!(told.is_sorted(), "in order");
        assert!(acknowledged.iter().all(|batch| told.contains(batch)), "told before it was acknowledged");
        assert_eq!(seen[..told.len()], told, "W1");
        assert_eq!(seen.iter().map(|&(_, id)| id).collect::<BTreeSet<_>>().len(), seen.len(), "exactly once");
    });
}

/// Appends until the log refuses. Gives LSN and number of what was acknowledged.
async fn send_all(wal: Arc<Wal>, first_id: u64, seed: u64) -> Vec<(u64, u64)> {
    let mut chance = Chance::new(seed);
    let mut acknowledged = Vec::new();
    for id in first_id..first_id + 40 {
        let (batch, key) = batch(id, chance.below(3000) as usize);
        match wal.append(wal.encode(batch, key).unwrap()).await {
            Ok(lsn) => acknowledged.push((lsn, id)),
            Err(_) => break,
        }
        if chance.one_in(12) && wal.rotate(Box::new(|_| ())).await.is_err() {
            break;
        }
    }
    acknowledged
}
