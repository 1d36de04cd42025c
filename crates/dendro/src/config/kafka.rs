use server::{Kafka, Topic};

use super::raw::Raw;

/// What to read from Kafka. All problems are noted in `raw`.
pub(super) fn meant(raw: &mut Raw) -> Option<Kafka> {
    let brokers = raw.get("kafka_brokers").0.to_owned();
    let group = raw.get("kafka_group").0.to_owned();
    let written = raw.get("kafka_topics").0.to_owned();
    let lag_alert = raw.parse("kafka_lag_alert");
    let mut topics: Vec<Topic> = Vec::new();
    for text in written.split([',', ' ']).filter(|text| !text.is_empty()) {
        match text.parse::<Topic>() {
            Ok(topic) if topics.iter().any(|known| known.name == topic.name) => {
                raw.problem(format!("kafka_topics: `{}` stands there twice", topic.name));
            }
            Ok(topic) => topics.push(topic),
            Err(error) => raw.problem(format!("kafka_topics: {error}, found `{text}`")),
        }
    }
    if brokers.is_empty() != written.is_empty() {
        raw.problem("kafka_brokers and kafka_topics belong together: give both or neither".to_owned());
    }
    if group.is_empty() || group.len() > 255 || !group.chars().all(|c| c.is_ascii_graphic()) {
        raw.problem("kafka_group: 1 to 255 visible ASCII characters".to_owned());
    }
    (!brokers.is_empty()).then(|| Kafka { brokers, group, topics, properties: raw.path("kafka_properties"), lag_alert })
}
