use std::collections::{BTreeMap, BTreeSet};

use parking_lot::Mutex;
use rdkafka::client::ClientContext;
use rdkafka::config::RDKafkaLogLevel;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer, ConsumerContext, Rebalance};
use rdkafka::error::KafkaError;
use rdkafka::{Offset, TopicPartitionList};

/// A partition: topic and number.
pub(super) type Partition = (String, i32);

/// What librdkafka tells while it is polled.
#[derive(Default)]
pub(super) struct Watch {
    /// Partitions that were taken away since the last look.
    lost: Mutex<BTreeSet<Partition>>,
    /// Behind the last message that is stored, of the partitions that are assigned.
    stored: Mutex<BTreeMap<Partition, u64>>,
}

impl Watch {
    /// Partitions that were taken away: what was read of them and not stored is another member's now.
    pub(super) fn take_lost(&self) -> BTreeSet<Partition> {
        std::mem::take(&mut *self.lost.lock())
    }

    /// A partition is stored up to `next`, exclusive.
    pub(super) fn stored(&self, partition: &Partition, next: u64) {
        self.stored.lock().insert(partition.clone(), next);
    }

    /// How far everything is stored, for the broker.
    pub(super) fn offsets(&self) -> TopicPartitionList {
        offsets(self.stored.lock().iter())
    }
}

fn offsets<'a>(stored: impl Iterator<Item = (&'a Partition, &'a u64)>) -> TopicPartitionList {
    let mut list = TopicPartitionList::new();
    for ((topic, number), next) in stored {
        // Refused only when no offset: every stored one is.
        let _ = list.add_partition_offset(topic, *number, Offset::Offset(i64::try_from(*next).unwrap_or(i64::MAX)));
    }
    list
}

impl ConsumerContext for Watch {
    fn pre_rebalance(&self, consumer: &BaseConsumer<Self>, rebalance: &Rebalance<'_>) {
        let Rebalance::Revoke(partitions) = rebalance else { return };
        let mut stored = self.stored.lock();
        let mut leaving = BTreeMap::new();
        for element in partitions.elements() {
            let partition = (element.topic().to_owned(), element.partition());
            leaving.extend(stored.remove_entry(&partition));
            self.lost.lock().insert(partition);
        }
        drop(stored);
        if leaving.is_empty() {
            return;
        }
        // Whoever gets these partitions begins there.
        if let Err(error) = consumer.commit(&offsets(leaving.iter()), CommitMode::Sync) {
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
