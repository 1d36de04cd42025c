use super::*;

fn topic(text: &str) -> Result<(String, Payload), &'static str> {
    text.parse::<Topic>().map(|topic| (topic.name, topic.payload))
}

#[test]
fn topics_say_what_their_messages_are() {
    assert_eq!(topic("shop"), Ok(("shop".into(), Payload::Json)));
    assert_eq!(topic("shop=json"), Ok(("shop".into(), Payload::Json)));
    assert_eq!(topic("a.b_c-1=raw"), Ok(("a.b_c-1".into(), Payload::Raw)));
    assert_eq!(topic("otel=otlp"), Ok(("otel".into(), Payload::Otlp)));
    assert!(topic("shop=avro").is_err());
    assert!(topic("^shop.*").is_err());
    assert!(topic("").is_err());
    assert!(topic(&"t".repeat(250)).is_err());
}
