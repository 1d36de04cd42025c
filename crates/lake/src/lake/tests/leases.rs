//! I-2 across nodes: streams move between two nodes that have tables in common, while either loses its power at any
//! moment, or does not notice that it lost a stream. What is committed in the end is the streams, each message once.
//!
//! A run is told by its seed. `DENDRO_SEEDS=100` makes the long run, `DENDRO_SEED=7` repeats one.

use url::Url;

use super::fault_store::FaultStore;
use super::simulation::seeds;
use super::*;
use crate::delta::DeltaLog;
use crate::disk::sim::{Chance, SimDisk};
use crate::lake::open::{Ground, open_on};
use crate::state::State;
use crate::store::Root;

/// Seeds of a short run.
const SEEDS: u64 = 12;
const STEPS: u64 = 60;
const STREAMS: usize = 3;
/// Every so many messages of a stream are none that can be read.
const DEAD_EVERY: u64 = 7;

/// What a stream holds from one place to another.
fn read(stream: usize, from: u64, to: u64) -> Admitted {
    let at = Timestamp::parse("2026-02-06T12:00:00Z").expect("a time").0;
    let mut batch = Batch::builder(Tenant::default(), at);
    for offset in from..to {
        let message = batch.text(&name(stream, offset));
        if offset % DEAD_EVERY == 3 {
            let reason = RejectReason::InvalidJson;
            batch.reject(Rejected { reason, line: 1, offset: 0, raw: message, source: Span::ABSENT });
        } else {
            batch.finish_record(Record { message, ..Record::at(at) });
        }
    }
    Gateway::new(Policy::default()).admit(batch.build())
}

fn name(stream: usize, offset: u64) -> String {
    format!("{stream}/{offset}")
}

fn stream(number: usize) -> String {
    format!("kafka:g:t:{number}")
}

struct Node {
    disk: SimDisk,
    store: FaultStore,
    state: Arc<State>,
    config: Config,
    lake: Option<Lake>,
    /// What it believes to be the reader of, and where it goes on.
    reads: Map<usize, (Lease, u64)>,
}

impl Node {
    fn new(number: u16, seed: u64, tables: Option<&FaultStore>) -> Node {
        let disk = SimDisk::new(seed);
        let store = tables.map_or_else(|| FaultStore::new(&disk, seed), |tables| tables.beside(&disk, seed));
        let tables = Location::Url { url: url(), options: Map::new() };
        let config = Config { node: number, tables, ..config(std::path::Path::new("/data")) };
        Node { disk, store, state: Arc::new(State::in_memory().expect("state")), config, lake: None, reads: Map::new() }
    }

    fn root(&self) -> Root {
        Root::new(Arc::new(self.store.clone()), url())
    }

    /// The lake, which is opened if it is not; `None` when the power goes.
    async fn lake(&mut self) -> Option<Lake> {
        if self.store.is_off() || self.lake.is_none() {
            self.lake = None;
            self.reads.clear();
            self.disk.power_cut();
            self.store.restore_power();
            let ground = Ground {
                disk: Arc::new(self.disk.clone()),
                root: self.root(),
                state: Arc::clone(&self.state),
                lock: None,
                seed: 7,
            };
            self.lake = open_on(ground, self.config.clone(), Arc::new(SystemClock)).await.ok();
        }
        self.lake.clone()
    }

    /// Becomes the reader of streams.
    async fn lease(&mut self, streams: &[usize]) {
        let Some(lake) = self.lake().await else { return };
        let names: Vec<String> = streams.iter().map(|number| stream(*number)).collect();
        let Ok(leases) = lake.lease(&Tenant::default(), &names).await else { return };
        for (number, lease) in streams.iter().zip(leases) {
            let next = lease.next();
            self.reads.insert(*number, (lease, next));
        }
    }

    /// Appends the next few messages of a stream, of which it believes to be the reader.
    async fn read(&mut self, number: usize, count: u64) {
        let Some(lake) = self.lake().await else { return };
        let Some((lease, next)) = self.reads.get(&number).cloned() else { return };
        let to = next + count;
        match lake.append(read(number, next, to), Some(lease.key(to))).await {
            Ok(_) => drop(self.reads.insert(number, (lease, to))),
            // What became of it is not known: whoever goes on asks for the lease again.
            Err(_) => drop(self.reads.remove(&number)),
        }
    }
}

fn url() -> Url {
    Url::parse("memory:///tables/").expect("a URL")
}

async fn step(nodes: &mut [Node; 2], chance: &mut Chance) {
    let (node, number) = (chance.below(2) as usize, chance.below(STREAMS as u64) as usize);
    match chance.below(12) {
        0 => nodes[node].lease(&[number]).await,
        1 => nodes[node].lease(&(0..STREAMS).collect::<Vec<_>>()).await,
        2 | 3 => {
            if let Some(lake) = nodes[node].lake().await {
                let _ = lake.seal().await;
            }
        }
        4 => nodes[node].disk.cut_power_after(chance.below(40)),
        5 => nodes[node].store.cut_power_after(chance.below(60) as i64),
        6 => nodes[node].lake = None, // killed
        // Whoever believes to be the reader, rightly or not.
        _ => nodes[node].read(number, 1 + chance.below(5)).await,
    }
}

/// What is committed to tables that nobody writes into any more.
async fn check(nodes: &[Node; 2], context: &str) -> usize {
    let root = nodes[0].root();
    let dir = TempDir::new().expect("folder");
    let ground = Ground {
        disk: Arc::new(SimDisk::new(1)),
        root: nodes[0].root(),
        state: Arc::new(State::in_memory().expect("state")),
        lock: None,
        seed: 1,
    };
    let tables = Location::Url { url: url(), options: Map::new() };
    let observer = open_on(ground, Config { node: 9, tables, ..config(dir.path()) }, Arc::new(SystemClock)).await.expect("opens");
    let records = messages(&observer).await;
    let mut lines = 0;
    for number in 0..STREAMS {
        let found = |offset: &u64| records.get(&name(number, *offset)).copied();
        let end = (0..).filter(|offset| offset % DEAD_EVERY != 3).find(|offset| found(offset).is_none()).unwrap_or_default();
        let twice: Vec<u64> = (0..end).filter(|offset| found(offset) > Some(1)).collect();
        assert!(twice.is_empty(), "{context}: twice of stream {number}: {twice:?}");
        let more = records.keys().filter(|message| message.starts_with(&format!("{number}/"))).count() as u64;
        let dead = (0..end).filter(|offset| offset % DEAD_EVERY == 3).count() as u64;
        assert_eq!(more, end - dead, "{context}: stream {number} has a gap");
        // The last message may be a dead one.
        let log = DeltaLog::open(&root, "default", "logs").await.expect("reads");
        let owner = match &log {
            Some(log) => log.owner(&stream(number)).await.expect("reads"),
            None => None,
        };
        let reached = match (owner, &log) {
            (Some(owner), Some(log)) => log.reached(&stream(number), owner.node).await.expect("reads"),
            _ => 0,
        };
        assert!(
            reached == end || reached + 1 == end || reached == end + 1,
            "{context}: {number} ends at {end}, reached {reached}"
        );
        lines += (0..reached).filter(|offset| offset % DEAD_EVERY == 3).count();
    }
    let quarantined: u64 =
        observer.snapshot(&Tenant::default()).tables["quarantine"].segments.iter().map(|segment| segment.rows).sum();
    assert_eq!(lines as u64, quarantined, "{context}: lines in quarantine");
    let stored: usize = records.values().sum();
    if let Some(ledger) = DeltaLog::open(&root, "default", "ledger").await.expect("reads") {
        let counted = crate::ledger::committed(&ledger).await.expect("reads");
        assert_eq!((counted.stored, counted.quarantined), (stored as i64, quarantined as i64), "{context}: the ledger");
    }
    stored
}

async fn run(seed: u64) -> usize {
    let mut chance = Chance::new(seed);
    let first = Node::new(1, seed, None);
    let second = Node::new(2, seed + 1_000_000, Some(&first.store));
    let mut nodes = [first, second];
    for _ in 0..STEPS {
        step(&mut nodes, &mut chance).await;
    }
    let context = format!("DENDRO_SEED={seed}");
    for node in &mut nodes {
        let mut lake = None;
        while lake.is_none() {
            node.store.restore_power();
            node.lake = None;
            lake = node.lake().await;
        }
        lake.expect("opened").close().await.unwrap_or_else(|error| panic!("{context}: {error}"));
    }
    check(&nodes, &context).await
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_move_between_nodes_and_each_message_is_stored_once() {
    let mut stored = 0;
    for seed in seeds(SEEDS) {
        stored += run(seed).await;
    }
    println!("{stored} records of streams");
    assert!(stored > 0, "nobody ever read a stream");
}
