use record::{Batch, Record, RecordId, Severity, Tenant, Timestamp, Value};

use super::*;

#[tokio::test]
async fn a_slow_reader_is_told_what_it_missed() {
    let (mut queue, mut queued) = queue::queue(3, 1000);
    let event = |name: &'static str| Event::Record(Bytes::from_static(name.as_bytes()));
    let put = |queue: &mut Queue, name: &'static str| queue.offer(|| event(name));
    let offered = ["a", "b", "c", "d", "e"].map(|name| put(&mut queue, name));
    assert_eq!(offered, [true, true, true, false, false]);
    assert_eq!(queued.next().await, Some(event("a")));
    assert_eq!(queued.next().await, Some(event("b")));
    queue.missed_batches(4);
    assert!(put(&mut queue, "f"));
    assert_eq!(queued.next().await, Some(event("c")));
    let dropped = queued.next().await.expect("word of it");
    assert_eq!(dropped.json(), None);
    assert_eq!(&*dropped.into_text(), b"event: dropped\ndata: {\"records\":2,\"batches\":4}\n\n");
    assert_eq!(queued.next().await, Some(event("f")));
    drop(queue);
    assert_eq!(queued.next().await, None);
}

#[tokio::test]
async fn the_queue_is_bounded_in_bytes_too() {
    let (mut queue, mut queued) = queue::queue(100, 1000);
    let put = |queue: &mut Queue, len: usize| queue.offer(|| Event::Record(Bytes::from(vec![b'x'; len])));
    assert!(!put(&mut queue, 1001), "never fits");
    assert!(put(&mut queue, 500));
    assert!(!put(&mut queue, 500), "the word of what was dropped takes room too");
    for _ in 0..2 {
        queued.next().await.expect("event");
    }
    assert!(put(&mut queue, 500));
}

#[test]
fn records_are_one_line_of_json() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::default());
    let mut record = Record::at(Timestamp::from_micros(5));
    record.severity = Some(Severity::Error);
    record.message = builder.text("two\nlines \"quoted\"");
    record.source = builder.text("api");
    for (name, value) in [("n", Value::Int(-1)), ("x", Value::Float(0.5)), ("ok", Value::Bool(true))] {
        let name = builder.name(name);
        builder.field(name, value);
    }
    let (name, list) = (builder.name("http.tags"), builder.text("[1,\"a\"]"));
    builder.field(name, Value::Json(list));
    builder.finish_record(record);
    let batch = builder.build();
    let id = RecordId::new(Timestamp::default(), 0, 7);
    let event = event::record(&batch, &batch.records()[0], id);
    let data = std::str::from_utf8(event.json().expect("a record")).expect("UTF-8").to_owned();
    let text = event.into_text();
    assert_eq!(&*text, format!("event: record\ndata: {data}\n\n").as_bytes(), "one event");
    assert!(!data.contains('\n'));
    let expected = serde_json::json!({
        "record_id": id.to_string(), "timestamp": "1970-01-01T00:00:00.000005Z", "severity": "ERROR", "source": "api", "message": "two\nlines \"quoted\"",
        "n": -1, "x": 0.5, "ok": true, "http.tags": [1, "a"],
    });
    assert_eq!(serde_json::from_str::<serde_json::Value>(&data).expect("JSON"), expected);
}
