use std::collections::BTreeMap;

use parking_lot::Mutex;

use super::text::Exposition;

/// How far Kafka is ahead. Topics are those of the settings.
#[derive(Debug, Default)]
pub(crate) struct KafkaFigures {
    lag: Mutex<BTreeMap<String, u64>>,
}

impl KafkaFigures {
    /// Messages behind the end of the partitions that are this server's, by topic.
    #[cfg_attr(not(feature = "kafka"), expect(dead_code, reason = "nobody reads from Kafka"))]
    pub(crate) fn lag(&self, lag: BTreeMap<String, u64>) {
        *self.lag.lock() = lag;
    }

    pub(super) fn write(&self, out: &mut Exposition) {
        let lag = self.lag.lock();
        if lag.is_empty() {
            return;
        }
        out.family("dendro_kafka_lag", "gauge", "Messages behind the end of the partitions that are this server's.");
        for (topic, behind) in lag.iter() {
            out.sample("", &[("topic", topic)], *behind as f64);
        }
    }
}
