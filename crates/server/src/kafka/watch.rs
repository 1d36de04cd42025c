use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use lake::{Lake, Lease};
use parking_lot::Mutex;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};
use record::Tenant;
use tokio::runtime::Handle;

/// A partition: topic and number.
pub(super) type Partition = (String, i32);

/// Where what is read is stored.
struct Store {
    lake: Lake,
    tenant: Tenant,
    runtime: Handle,
}

/// What librdkafka tells while it is polled.
#[derive(Default)]
pub(super) struct Watch {
    store: OnceLock<Store>,
    /// Partitions that were taken away since the last look.
    lost: Mutex<BTreeSet<Partition>>,
    /// Partitions that this node reads.
    reading: Mutex<BTreeMap<Partition, Reading>>,
}

/// How far a partition is read.
#[derive(Clone)]
struct Reading {
    lease: Lease,
    /// Behind the last message of which anything is stored.
    stored: Option<u64>,
    /// Behind the last message: of some nothing is stored, because a rule leaves them out.
    next: u64,
}

impl Watch {
    /// Says where what is read is stored. Before that, nothing is.
    pub(super) fn stores_into(&self, lake: Lake, tenant: Tenant, runtime: Handle) {
        // Told once.
        let _ = self.store.set(Store { lake, tenant, runtime });
    }

    /// Partitions that were taken away: what was read of them and not stored is another member's now.
    pub(super) fn take_lost(&self) -> BTreeSet<Partition> {
        std::mem::take(&mut *self.lost.lock())
    }

    /// This node reads a partition.
    pub(super) fn reads(&self, partition: Partition, lease: Lease) {
        let next = lease.next();
        self.reading.lock().insert(partition, Reading { lease, stored: None, next });
    }

    /// Another node reads it: the broker hears nothing more of it from here.
    pub(super) fn stops(&self, partition: &Partition) {
        self.reading.lock().remove(partition);
    }

    /// Under which lease a partition is read.
    pub(super) fn lease(&self, partition: &Partition) -> Option<Lease> {
        self.reading.lock().get(partition).map(|reading| reading.lease.clone())
    }

    /// A partition is read up to `next`, exclusive.
    pub(super) fn has_read(&self, partition: &Partition, next: u64, is_stored: bool) {
        if let Some(reading) = self.reading.lock().get_mut(partition) {
            reading.next = next;
            reading.stored = if is_stored { Some(next) } else { reading.stored };
        }
    }

    /// How far partitions are stored so that whoever reads them next may begin there: for the broker.
    pub(super) fn settled(&self) -> BTreeMap<Partition, u64> {
        let reading = self.reading.lock().clone();
        self.settled_of(&reading)
    }

    fn settled_of(&self, reading: &BTreeMap<Partition, Reading>) -> BTreeMap<Partition, u64> {
        let Some(store) = self.store.get() else { return BTreeMap::new() };
        let settled = reading.iter().filter_map(|(partition, Reading { lease, stored, next })| {
            // What cannot be read now is told later: the broker's offsets are only a hint.
            let settled = store.lake.settled(&store.tenant, lease).ok()?;
            let next = if stored.is_none() || settled == *stored { *next } else { settled? };
            (next > lease.next()).then(|| (partition.clone(), next))
        });
        settled.collect()
    }
}

/// For the broker.
pub(super) fn offsets(settled: &BTreeMap<Partition, u64>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for ((topic, number), next) in settled {
        // Refused only when no offset: every stored one is.
        let _ = list.add_partition_offset(topic, *number, Offset::Offset(i64::try_from(*next).unwrap_or(i64::MAX)));
    }
    list
}

impl ConsumerContext for Watch {
    /// Called by the thread that polls.
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(partitions) = rebalance else { return };
        let mut reading = self.reading.lock();
        let mut leaving = BTreeMap::new();
        for element in partitions.elements() {
            let partition = (element.topic().to_owned(), element.partition());
            leaving.extend(reading.remove_entry(&partition));
            self.lost.lock().insert(partition);
        }
        drop(reading);
        let Some(store) = self.store.get().filter(|_| !leaving.is_empty()) else { return };
        // Whoever gets these partitions begins behind what is settled, and would read the rest again.
        if let Err(error) = store.runtime.block_on(store.lake.settle()) {
            tracing::warn!(%error, "what was read of partitions that went to another member is not committed; it is read again there");
        }
        if let Err(error) = consumer.commit(&offsets(&self.settled_of(&leaving)), CommitMode::Sync) {
            tracing::warn!(%error, "offsets of partitions that went to another member were not committed to Kafka");
        }
    }
}

impl ClientContext for Watch {
    fn log(&self, level: RDKafkaLogLevel, facility: &str, message: &str) {
        match level {
            RDKafkaLogLevel::Emerg | RDKafkaLogLevel::Alert | RDKafkaLogLevel::Critical | RDKafkaLogLevel::Error => {
                tracing::error!(facility, message, "kafka");
            }
            RDKafkaLogLevel::Warning => tracing::warn!(facility, message, "kafka"),
            _ => tracing::debug!(facility, message, "kafka"),
        }
    }

    fn error(&self, error: KafkaError, reason: &str) {
        tracing::warn!(%error, reason, "kafka");
    }
}
