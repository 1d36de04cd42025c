use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use intake::otlp::{Encoding, Signal};
use intake::{Dialect, Frames, decode_frames};
use lake::Lease;
use rdkafka::ClientConfig;
use rdkafka::Message;
use rdkafka::consumer::{BaseConsumer, CommitMode, Consumer};
use rdkafka::message::OwnedMessage;
use tokio::runtime::Handle;
use tokio::sync::watch;

use super::watch::{Partition, Watch, offsets};
use super::{Kafka, KafkaError, Payload, envelope};
use crate::app::App;
use crate::store::{Decoded, Stored, Work, context, store};

/// How long messages wait for others, so that many share a batch and an fsync.
const LINGER: Duration = Duration::from_millis(100);
/// How long a poll waits: stopping, and what librdkafka has to tell, wait no longer.
const POLL: Duration = Duration::from_millis(50);
/// Messages and bytes of a round, all partitions together.
const ROUND_MESSAGES: usize = 20_000;
const ROUND_BYTES: usize = 8 << 20;
/// Pause before a batch that was refused is tried again.
const RETRY: Duration = Duration::from_millis(500);
/// Between two warnings of a lag.
const LAG_TOLD_EVERY: Duration = Duration::from_secs(60);
/// Between two looks at the lag; each asks the brokers for the end of every partition.
const LAG_EVERY: Duration = Duration::from_secs(5);
/// The broker is told again how far partitions are stored, though that did not change: it may have refused to listen.
const TELL_AGAIN: Duration = Duration::from_secs(5);
/// How long a broker may take to tell the end of a partition.
const END_WITHIN: Duration = Duration::from_secs(1);

/// Properties that exactly once rests on; a file that sets one is refused.
const OURS: [&str; 7] = [
    "bootstrap.servers",
    "metadata.broker.list",
    "group.id",
    "enable.auto.commit",
    "auto.commit.enable",
    "enable.auto.offset.store",
    "partition.assignment.strategy",
];

/// A member of the group that has not begun to read.
pub(crate) struct Bound {
    consumer: BaseConsumer<Watch>,
    kafka: Kafka,
}

impl Bound {
    /// Makes the client. Brokers are not asked for yet: they may come later than this server.
    pub(crate) fn new(kafka: &Kafka) -> Result<Bound, KafkaError> {
        let mut client = ClientConfig::new();
        // Where the group knows nothing, from the start.
        client.set("auto.offset.reset", "earliest").set("client.id", "dendro");
        for (name, value) in kafka.properties.as_deref().map(properties).transpose()?.unwrap_or_default() {
            client.set(name, value);
        }
        client.set("bootstrap.servers", &kafka.brokers).set("group.id", &kafka.group);
        client.set("enable.auto.commit", "false").set("enable.auto.offset.store", "false");
        client.set("partition.assignment.strategy", "cooperative-sticky");
        let consumer: BaseConsumer<Watch> = client.create_with_context(Watch::default()).map_err(told)?;
        let topics: Vec<&str> = kafka.topics.iter().map(|topic| topic.name.as_str()).collect();
        consumer.subscribe(&topics).map_err(told)?;
        Ok(Bound { consumer, kafka: kafka.clone() })
    }

    /// Reads until the server stops.
    pub(crate) async fn run(self, app: Arc<App>, stopping: watch::Receiver<bool>) {
        let runtime = Handle::current();
        let Bound { consumer, kafka } = self;
        let reading = tokio::task::spawn_blocking(move || {
            consumer.context().stores_into(app.rooms.lake.clone(), app.tenant.clone(), runtime.clone());
            let mut reader = Reader {
                consumer,
                kafka,
                app,
                stopping,
                runtime,
                next: BTreeMap::new(),
                carried: Vec::new(),
                unknown: BTreeSet::new(),
                lost: BTreeSet::new(),
                told: (BTreeMap::new(), Instant::now()),
                lag_seen: None,
                lag_told: None,
            };
            reader.run();
        });
        if reading.await.is_err() {
            tracing::error!("reading from Kafka ended in a panic");
        }
    }
}

/// The text of librdkafka may repeat the value, and that may be a secret.
fn told(error: rdkafka::error::KafkaError) -> KafkaError {
    match error {
        rdkafka::error::KafkaError::ClientConfig(_, _, name, _) => KafkaError::Property(name),
        rdkafka::error::KafkaError::ClientCreation(text) => KafkaError::Client(text),
        error => KafkaError::Client(error.to_string()),
    }
}

fn properties(path: &Path) -> Result<Vec<(String, String)>, KafkaError> {
    let text = std::fs::read_to_string(path).map_err(|source| KafkaError::Properties { path: path.to_owned(), source })?;
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    let lines = lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'));
    let read = lines.map(|(number, line)| {
        let wrong = |what| KafkaError::Line { path: path.to_owned(), line: number, what };
        let (name, value) = line.split_once('=').ok_or_else(|| wrong("there is no `=`"))?;
        match OURS.contains(&name.trim()) {
            true => Err(wrong("this property is not for setting: storing once rests on it")),
            false => Ok((name.trim().to_owned(), value.trim().to_owned())),
        }
    });
    read.collect()
}

/// What was read of the partitions in a round.
type Round = BTreeMap<Partition, Vec<OwnedMessage>>;

struct Reader {
    consumer: BaseConsumer<Watch>,
    kafka: Kafka,
    app: Arc<App>,
    stopping: watch::Receiver<bool>,
    runtime: Handle,
    /// Which message comes next, by partition: those before it are stored. `None`: another node reads it, though Kafka
    /// says that it is ours.
    next: BTreeMap<Partition, Option<u64>>,
    /// What came while nothing could be stored, in the order of each partition.
    carried: Vec<OwnedMessage>,
    /// Partitions of which it could not be found out in this round where to begin.
    unknown: BTreeSet<Partition>,
    /// Partitions that were taken away while others of the round were stored.
    lost: BTreeSet<Partition>,
    /// How far partitions are stored, as the broker was told last, and when.
    told: (BTreeMap<Partition, u64>, Instant),
    lag_seen: Option<Instant>,
    lag_told: Option<Instant>,
}

impl Reader {
    fn run(&mut self) {
        while !*self.stopping.borrow() {
            let round = self.round();
            self.lost.clear();
            for (partition, messages) in round {
                if !self.lost.contains(&partition) {
                    self.take(&partition, messages);
                }
            }
            self.tell_settled();
            self.tell_lag();
        }
        // Leaving the group takes the partitions away, and so commits how far they are stored.
        self.consumer.unsubscribe();
        let until = Instant::now() + LINGER;
        while Instant::now() < until {
            drop(self.consumer.poll(POLL));
        }
    }

    /// Reads for a moment.
    fn round(&mut self) -> Round {
        let mut round = Round::new();
        let (mut count, mut bytes) = (0, 0);
        let mut since = None;
        self.unknown.clear();
        for message in std::mem::take(&mut self.carried) {
            self.sort_in(&mut round, message);
        }
        if let Some(partition) = self.unknown.first().cloned() {
            // More would only pile up.
            self.pause(&partition);
            self.resume();
            return round;
        }
        while count < ROUND_MESSAGES && bytes < ROUND_BYTES && since.is_none_or(|since: Instant| since.elapsed() < LINGER) {
            let polled = self.consumer.poll(POLL).map(|polled| polled.map(|message| message.detach()));
            for partition in self.consumer.context().take_lost() {
                round.remove(&partition);
                self.next.remove(&partition);
            }
            match polled {
                Some(Ok(message)) => {
                    count += 1;
                    bytes += message.payload().map_or(0, <[u8]>::len);
                    since.get_or_insert_with(Instant::now);
                    self.sort_in(&mut round, message);
                }
                Some(Err(error)) => {
                    tracing::warn!(%error, "reading from Kafka");
                    break;
                }
                None => break,
            }
        }
        round
    }

    /// Tells the broker how far partitions are stored.
    fn tell_settled(&mut self) {
        let settled = self.consumer.context().settled();
        let (told, at) = &self.told;
        if settled.is_empty() || (settled == *told && at.elapsed() < TELL_AGAIN) {
            return;
        }
        if let Err(error) = self.consumer.commit(&offsets(&settled), CommitMode::Async) {
            // They are only a hint: the lake knows better.
            tracing::debug!(%error, "offsets were not committed to Kafka");
        }
        self.told = (settled, Instant::now());
    }

    /// Leaves out what is stored already: the broker's offsets lag behind.
    fn sort_in(&mut self, round: &mut Round, message: OwnedMessage) {
        let partition = (message.topic().to_owned(), message.partition());
        if !self.next.contains_key(&partition) {
            // Behind a message that waits, all of its partition wait: what is stored is known by the last one alone.
            if self.unknown.contains(&partition) {
                return self.carried.push(message);
            }
            if let Err(error) = self.begin(&partition) {
                tracing::error!(%error, topic = partition.0, partition = partition.1, "how far it is stored cannot be read");
                self.unknown.insert(partition);
                return self.carried.push(message);
            }
        }
        let next = self.next.get(&partition).copied().flatten();
        if u64::try_from(message.offset()).is_ok_and(|offset| next.is_some_and(|next| offset >= next)) {
            round.entry(partition).or_default().push(message);
        }
    }

    /// Becomes the reader of a partition, and of all others that Kafka has assigned by now. One that was taken away meanwhile
    /// stays with the member that has it.
    fn begin(&mut self, partition: &Partition) -> Result<(), lake::Error> {
        let mut partitions = match self.consumer.assignment() {
            Ok(assigned) => {
                BTreeSet::from_iter(assigned.elements().iter().map(|element| (element.topic().to_owned(), element.partition())))
            }
            Err(_) => BTreeSet::from([partition.clone()]),
        };
        partitions.retain(|partition| !self.next.contains_key(partition));
        let streams: Vec<String> = partitions.iter().map(|partition| self.stream(partition)).collect();
        let leases = self.runtime.block_on(self.app.rooms.lake.lease(&self.app.tenant, &streams))?;
        for (partition, lease) in partitions.into_iter().zip(leases) {
            self.check_end(&partition, lease.next());
            self.next.insert(partition.clone(), Some(lease.next()));
            self.consumer.context().reads(partition, lease);
        }
        Ok(())
    }

    /// A topic that was made anew begins at 0 again, which looks like messages that are stored.
    fn check_end(&self, partition: &Partition, stored: u64) {
        let ends = self.consumer.fetch_watermarks(&partition.0, partition.1, END_WITHIN);
        if let Ok((_, end)) = ends
            && u64::try_from(end).is_ok_and(|end| end < stored)
        {
            let (topic, partition) = partition;
            tracing::error!(
                topic,
                partition,
                stored,
                end,
                "the topic ends before what is stored of it: it was made anew. Choose another kafka_group to read it"
            );
        }
    }

    fn stream(&self, (topic, number): &Partition) -> String {
        format!("kafka:{}:{topic}:{number}", self.kafka.group)
    }

    /// Stores what was read of a partition, however long it takes, or gives it up when it was taken away.
    fn take(&mut self, partition: &Partition, messages: Vec<OwnedMessage>) {
        let payload =
            self.kafka.topics.iter().find(|topic| topic.name == partition.0).map_or(Payload::Raw, |topic| topic.payload);
        if payload != Payload::Otlp {
            self.until_stored(partition, &messages, payload);
            return;
        }
        for message in &messages {
            if !self.until_stored(partition, std::slice::from_ref(message), payload) {
                return;
            }
        }
    }

    /// Returns whether it is stored.
    fn until_stored(&mut self, partition: &Partition, messages: &[OwnedMessage], payload: Payload) -> bool {
        let Some(last) = messages.last() else { return true };
        let Some(lease) = self.consumer.context().lease(partition) else { return false };
        let next = last.offset().unsigned_abs() + 1;
        let mut is_paused = false;
        let stored = loop {
            match self.store(messages, payload, &lease, next) {
                Ok(is_stored) => {
                    self.consumer.context().has_read(partition, next, is_stored);
                    break true;
                }
                Err(lake::Error::LeaseLost) => {
                    self.stop_reading(partition);
                    return false;
                }
                Err(error) => {
                    if !is_paused {
                        tracing::warn!(%error, topic = partition.0, partition = partition.1, "not stored yet; Kafka is paused");
                    }
                    is_paused = true;
                    if !self.pause(partition) {
                        break false;
                    }
                }
            }
        };
        if is_paused {
            self.resume();
        }
        if stored {
            self.next.insert(partition.clone(), Some(next));
        }
        stored
    }

    fn resume(&self) {
        if let Ok(assigned) = self.consumer.assignment() {
            // What is not assigned any more cannot be resumed, and need not.
            let _ = self.consumer.resume(&assigned);
        }
    }

    /// Another node has the lease of a partition that is assigned to this one. As a rule Kafka gave it to the other while
    /// this one did not answer, and tells so in a moment.
    fn stop_reading(&mut self, (topic, partition): &Partition) {
        let hint = "if this lasts, nodes of two clusters or groups share these tables: give each its own kafka_group";
        tracing::error!(topic, partition, hint, "another node stores this partition: it is not read here");
        let partition = (topic.clone(), *partition);
        self.consumer.context().stops(&partition);
        self.next.insert(partition, None);
    }

    /// Returns whether anything was stored: a rule may leave everything out.
    fn store(&self, messages: &[OwnedMessage], payload: Payload, lease: &Lease, next: u64) -> Result<bool, lake::Error> {
        let key = Some(lease.key(next));
        let bytes = messages.iter().map(|message| message.payload().map_or(0, <[u8]>::len)).sum();
        let otlp = (payload == Payload::Otlp).then(|| messages[0].clone());
        let mut frames = Frames::default();
        if otlp.is_none() {
            messages.iter().for_each(|message| envelope::push(&mut frames, message, payload));
        }
        let decode = move |app: &App, received_at| {
            let context = context(app, None, received_at);
            let batch = match otlp {
                None => decode_frames(Dialect::Object, &frames, &context),
                Some(message) => {
                    let bytes = message.payload().unwrap_or_default();
                    let read = intake::otlp::decode(Signal::Logs, Encoding::Protobuf, bytes, &context);
                    read.unwrap_or_else(|_| decode_frames(Dialect::Object, &envelope::dead_letter(&message), &context))
                }
            };
            Ok(Decoded { batch, key, bytes, reservation: None, answer: () })
        };
        let Stored { receipt, .. } =
            self.runtime.block_on(store::<(), lake::Error, _>(&self.app, bytes, Work::of_plain(bytes), decode))?;
        Ok(receipt.lsn > 0)
    }

    /// Reads nothing for a while and stays in the group. Returns whether the partition is still ours, and the server runs.
    fn pause(&mut self, partition: &Partition) -> bool {
        if let Ok(assigned) = self.consumer.assignment() {
            let _ = self.consumer.pause(&assigned);
        }
        let until = Instant::now() + RETRY;
        let mut ours = true;
        while Instant::now() < until {
            if let Some(Ok(message)) = self.consumer.poll(POLL) {
                self.carried.push(message.detach());
            }
            for lost in self.consumer.context().take_lost() {
                ours &= lost != *partition;
                self.carried.retain(|message| (message.topic(), message.partition()) != (lost.0.as_str(), lost.1));
                self.next.remove(&lost);
                self.lost.insert(lost);
            }
        }
        ours && !*self.stopping.borrow()
    }

    fn tell_lag(&mut self) {
        if self.lag_seen.is_some_and(|seen| seen.elapsed() < LAG_EVERY) {
            return;
        }
        self.lag_seen = Some(Instant::now());
        let mut lag: BTreeMap<String, u64> = BTreeMap::new();
        for ((topic, partition), next) in self.next.iter().filter_map(|(partition, next)| Some((partition, (*next)?))) {
            // A broker that is away is told of elsewhere; the last figures stay.
            let Ok((_, end)) = self.consumer.fetch_watermarks(topic, *partition, END_WITHIN) else { return };
            *lag.entry(topic.clone()).or_default() += u64::try_from(end).unwrap_or(0).saturating_sub(next);
        }
        let total: u64 = lag.values().sum();
        self.app.metrics.kafka.lag(lag);
        let told = self.lag_told.is_some_and(|told| told.elapsed() < LAG_TOLD_EVERY);
        if self.kafka.lag_alert > 0 && total > self.kafka.lag_alert && !told {
            self.lag_told = Some(Instant::now());
            tracing::warn!(lag = total, threshold = self.kafka.lag_alert, "Kafka is far ahead");
        }
    }
}
