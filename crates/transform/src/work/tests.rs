use record::{Record, Tenant, Timestamp};

use super::*;
use crate::Event;

/// Two records with so many attributes each: `a0`, `a1` and so on.
fn work(attributes: usize) -> Work {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for _ in 0..2 {
        for number in 0..attributes {
            let name = batch.name(&format!("a{number}"));
            batch.field(name, Value::Int(1));
        }
        batch.finish_record(Record::at(Timestamp::from_micros(0)));
    }
    Work::new(batch.build())
}

fn change(work: &mut Work, fields: &[(&str, Option<&str>)]) -> Result<usize, Impossible> {
    let datum = |text: &str| Datum::Text(text.to_owned().into());
    let fields = fields.iter().map(|(name, text)| ((*name).to_owned(), text.map(datum))).collect();
    work.change(0, &Changes { fields, timestamp: None })?;
    Ok(Event::new(work.batch(), 0).fields().count())
}

#[test]
fn a_full_record_can_be_changed_and_gets_no_wider() {
    let mut full = work(FIELDS_MAX);
    assert_eq!(change(&mut full, &[("a0", Some("other"))]), Ok(FIELDS_MAX));
    assert_eq!(change(&mut full, &[("a0", None), ("b", Some("renamed"))]), Ok(FIELDS_MAX));
    assert_eq!(change(&mut full, &[("message", Some("text")), ("severity", Some("warn"))]), Ok(FIELDS_MAX));
    assert_eq!(change(&mut full, &[("a1", None), ("c", Some("")), ("d", Some(""))]), Err(Impossible));
    assert_eq!(change(&mut full, &[(WEIGHT_FIELD, Some("4"))]), Ok(FIELDS_MAX + 1));
    full.mark(0, "program, line 3");
    assert_eq!(change(&mut full, &[("b", Some("again"))]), Ok(FIELDS_MAX + 2));
}

#[test]
fn places_are_no_new_names() {
    let mut work = work(1);
    let new: Vec<String> = (0..NEW_NAMES_MAX).map(|number| format!("n{number}")).collect();
    for name in &new {
        assert!(change(&mut work, &[(name, Some("")), (name, None)]).is_ok(), "{name}");
    }
    assert_eq!(change(&mut work, &[("one.more", Some(""))]), Err(Impossible));
    assert_eq!(change(&mut work, &[("message", Some("text")), (WEIGHT_FIELD, Some("4"))]), Ok(2));
}

#[test]
fn a_batch_has_room_for_so_much_text() {
    let mut work = Work { text_left: 20, ..work(1) };
    assert_eq!(change(&mut work, &[("b", Some("ten bytes."))]), Ok(2));
    assert_eq!(change(&mut work, &[("b", Some("ten bytes."))]), Err(Impossible));
    assert_eq!(change(&mut work, &[("b", Some("few"))]), Ok(2));
}

/// A program may read the time from what a sender wrote.
#[test]
fn a_time_is_believed_as_far_as_that_of_a_sender() {
    let mut work = work(0);
    let at = |text: &str| Timestamp::parse(text).expect("a time").0;
    let mut set = |time: Timestamp| {
        work.change(0, &Changes { fields: Vec::new(), timestamp: Some((time, 5)) }).expect("a change");
        let record = &work.batch().records()[0];
        let original = Event::new(work.batch(), 0).fields().map(|(name, _)| name.to_owned()).next();
        (record.timestamp, record.nanos, record.origin, original)
    };
    let late = at("1969-06-01T00:00:00Z");
    assert_eq!(set(late), (late, 5, TimeOrigin::Event, None));
    let original = Some("timestamp_original".to_owned());
    assert_eq!(set(at("9999-01-01T00:00:00Z")), (Timestamp::from_micros(0), 0, TimeOrigin::Anomalous, original));
}
