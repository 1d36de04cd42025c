//! I-1, I-2: whatever is not synced is lost at any moment, and yet every acknowledged record is there once.
//!
//! A run is told by its seed. `DENDRO_SEEDS=100` makes the long run, `DENDRO_SEED=7` repeats one.

use url::Url;

use super::*;
use crate::disk::sim::{Chance, SimDisk};
use crate::lake::open::{Ground, open_on};
use crate::state::State;
use crate::store::Root;

use super::fault_store::FaultStore;

/// Seeds of a short run.
const SEEDS: u64 = 8;
/// Power cuts a seed.
const CUTS: u64 = 4;
const WRITERS: u64 = 3;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// The seeds that somebody asked for, or so many.
pub(super) fn seeds(short: u64) -> Vec<u64> {
    match number("DENDRO_SEED") {
        Some(seed) => vec![seed],
        None => (1..=number("DENDRO_SEEDS").unwrap_or(short)).collect(),
    }
}

struct World {
    disk: SimDisk,
    store: FaultStore,
    state: Arc<State>,
    chance: Chance,
    config: Config,
}

/// What one writer sent. The last batch may be unanswered: then the writer sends it again.
#[derive(Default)]
struct Sent {
    acknowledged: Vec<String>,
    unanswered: Option<(String, Vec<String>)>,
    batches: u64,
}

impl World {
    fn new(seed: u64) -> World {
        let disk = SimDisk::new(seed);
        let store = FaultStore::new(&disk, seed);
        let config = Config { seal_after: Duration::from_millis(30), ..config(std::path::Path::new("/data")) };
        World { disk, store, state: Arc::new(State::in_memory().expect("state")), chance: Chance::new(seed), config }
    }

    async fn open(&mut self) -> Result<Lake, Error> {
        let root = Root::new(Arc::new(self.store.clone()), Url::parse("memory:///tables/").expect("a URL"));
        let ground = Ground {
            disk: Arc::new(self.disk.clone()),
            root,
            state: Arc::clone(&self.state),
            lock: None,
            seed: self.chance.next(),
        };
        open_on(ground, self.config.clone(), Arc::new(SystemClock)).await
    }

    fn schedule_a_cut(&mut self) {
        if self.chance.one_in(2) {
            self.disk.cut_power_after(self.chance.below(60));
        } else {
            self.store.cut_power_after(self.chance.below(120) as i64);
        }
    }

    fn cut(&self) {
        self.disk.power_cut();
        self.store.restore_power();
    }
}

/// Sends batches until the first that is not answered.
async fn write(lake: Lake, writer: u64, mut sent: Sent) -> Sent {
    for _ in 0..30 {
        let (key, messages) = sent.unanswered.take().unwrap_or_else(|| {
            sent.batches += 1;
            let messages = (0..3).map(|record| format!("{writer}/{}/{record}", sent.batches)).collect();
            (format!("{writer}/{}", sent.batches), messages)
        });
        match lake.append(batch(&messages), Some(BatchKey { key: key.clone(), body: 1 })).await {
            Ok(_) => sent.acknowledged.extend(messages),
            Err(_) => {
                sent.unanswered = Some((key, messages));
                return sent;
            }
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    sent
}

async fn verify(lake: &Lake, sent: &[Sent], context: &str) {
    let counts = messages(lake).await;
    for message in sent.iter().flat_map(|sent| &sent.acknowledged) {
        assert_eq!(counts.get(message), Some(&1), "{context}: acknowledged {message}");
    }
    assert!(counts.values().all(|&count| count == 1), "{context}: doubled");
    assert!(lake.status().damage.is_empty(), "{context}: a power cut is no damage: {:?}", lake.status().damage);
}

/// One life: open, look, write beside sealing and compaction until the power goes or all is sent.
async fn live(world: &mut World, sent: &mut Vec<Sent>, last: bool, context: &str) -> Result<(), Error> {
    let lake = world.open().await?;
    world.store.cut_power_after(-1);
    if !world.store.is_off() {
        verify(&lake, sent, context).await;
    }
    if !last {
        world.schedule_a_cut();
    }
    let spawn = |(writer, sent)| tokio::spawn(write(lake.clone(), writer as u64, sent));
    let writers: Vec<_> = sent.drain(..).enumerate().map(spawn).collect();
    for writer in writers {
        sent.push(writer.await.expect("writer"));
        // An error is the cut; what follows from it is looked at in the next life.
        let _ = lake.seal().await;
        let _ = lake.compact().await;
    }
    if last {
        verify(&lake, sent, context).await;
        lake.close().await?;
    }
    Ok(())
}

async fn run(seed: u64) {
    let mut world = World::new(seed);
    let mut sent: Vec<Sent> = (0..WRITERS).map(|_| Sent::default()).collect();
    for life in 0..=CUTS {
        let (context, last) = (format!("DENDRO_SEED={seed}, life {life}"), life == CUTS);
        if !last {
            world.schedule_a_cut();
        }
        let lived = live(&mut world, &mut sent, last, &context).await;
        assert!(!last || lived.is_ok(), "{context}: {:?}", lived.err());
        world.cut();
    }
    assert!(sent.iter().all(|sent| sent.unanswered.is_none()), "DENDRO_SEED={seed}: refused without a fault");
    assert!(sent.iter().any(|sent| !sent.acknowledged.is_empty()), "DENDRO_SEED={seed}: nothing was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn acknowledged_records_survive_any_power_cut() {
    for seed in seeds(SEEDS) {
        run(seed).await;
    }
}
