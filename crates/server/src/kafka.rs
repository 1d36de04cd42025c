//! Records from Kafka: this server is a member of a consumer group.
//!
//! In: partitions of topics. Out: records in the lake. Never: a message stored twice, or passed over, in this data folder,
//! or in tables that nodes share. How far a partition is stored becomes durable in the same write as its records
//! ([`lake::Lease::key`]), and is part of the commit that brings them into the table; what the broker knows comes behind
//! that, for other members of the group and for whoever looks at the lag.
//! Begin with `consumer.rs`; then `envelope.rs` (what a message becomes) and `watch.rs` (what librdkafka tells).
//!
//! It lives here and not in a room of its own because it is one more way in, through the same door as the others
//! (`store.rs`); the C library behind it is kept out of builds by the feature `kafka`.

#[cfg(feature = "kafka")]
mod consumer;
#[cfg(feature = "kafka")]
mod envelope;
#[cfg(feature = "kafka")]
mod watch;

use std::path::PathBuf;

#[cfg(feature = "kafka")]
pub(crate) use consumer::Bound;

/// What to read, and from whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kafka {
    /// `host:port`, several with commas.
    pub brokers: String,
    /// The consumer group. What is stored is remembered by group: another group begins anew.
    pub group: String,
    /// Topics, and what their messages are.
    pub topics: Vec<Topic>,
    /// File with properties of librdkafka, `name=value` a line: TLS, SASL, and their secrets.
    pub properties: Option<PathBuf>,
    /// Messages behind the end of all partitions together from which on a warning is logged.
    pub lag_alert: u64,
}

/// A topic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// What its messages are.
    pub payload: Payload,
}

/// What a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Payload {
    /// A JSON object each.
    Json,
    /// A text each.
    Raw,
    /// An OTLP export request each, in protobuf.
    Otlp,
}

impl std::str::FromStr for Topic {
    type Err = &'static str;

    /// `name`, `name=json`, `name=raw` or `name=otlp`.
    fn from_str(text: &str) -> Result<Topic, &'static str> {
        let (name, payload) = match text.split_once('=') {
            None | Some((_, "json")) => (text.split('=').next().unwrap_or_default(), Payload::Json),
            Some((name, "raw")) => (name, Payload::Raw),
            Some((name, "otlp")) => (name, Payload::Otlp),
            Some(_) => return Err("messages of a topic are json, raw or otlp"),
        };
        // As Kafka has it.
        let sane = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
        match (1..=249).contains(&name.len()) && name.chars().all(sane) {
            true => Ok(Topic { name: name.to_owned(), payload }),
            false => Err("the name of a topic has 1 to 249 letters, digits, dots, dashes and underscores"),
        }
    }
}

/// Why reading does not begin. Never says what a property is set to.
#[derive(Debug, thiserror::Error)]
pub enum KafkaError {
    /// The feature is not in this binary.
    #[error("this binary was built without Kafka")]
    Absent,
    /// The file of properties cannot be read.
    #[error("{path}: {source}", path = path.display())]
    Properties {
        /// Which file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A line of it is wrong.
    #[error("{path}, line {line}: {what}", path = path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong with it.
        what: &'static str,
    },
    /// librdkafka does not take a property.
    #[error("the Kafka client does not take the property `{0}`")]
    Property(String),
    /// The client cannot be made.
    #[error("the Kafka client cannot be made: {0}")]
    Client(String),
}

impl KafkaError {
    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            KafkaError::Absent => "build it with `cargo build --release -p dendro --features kafka`, or leave out kafka_brokers",
            KafkaError::Properties { .. } => "kafka_properties names a file with a property of librdkafka on each line",
            KafkaError::Line { .. } => "write name=value, such as security.protocol=SASL_SSL; # begins a comment",
            KafkaError::Property(_) | KafkaError::Client(_) => {
                "names and values are those of librdkafka's CONFIGURATION.md; ssl.* and SCRAM need the feature kafka-tls"
            }
        }
    }
}

/// Without the feature nobody can have one.
#[cfg(not(feature = "kafka"))]
pub(crate) enum Bound {}

#[cfg(not(feature = "kafka"))]
impl Bound {
    pub(crate) fn new(_: &Kafka) -> Result<Bound, KafkaError> {
        Err(KafkaError::Absent)
    }

    pub(crate) async fn run(self, _: std::sync::Arc<crate::app::App>, _: tokio::sync::watch::Receiver<bool>) {
        match self {}
    }
}

#[cfg(test)]
mod tests;
