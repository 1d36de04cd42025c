use super::*;

fn sample() -> BatchBuilder {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(7));
    let mut record = Record::at(Timestamp::from_micros(1));
    record.message = batch.text("first");
    let name = batch.name("user.id");
    batch.field(name, Value::Int(5));
    batch.finish_record(record);
    batch
}

#[test]
fn an_abandoned_record_leaves_no_trace() {
    let mut batch = sample();
    batch.text("secret");
    let kept = batch.name("user.id");
    let gone = batch.name("secret_name");
    batch.field(kept, Value::Int(6));
    batch.field(gone, Value::Bool(true));
    batch.abandon_record();
    let again = batch.name("other");
    assert_eq!((kept, gone, again), (NameId(0), NameId(1), NameId(1)));
    assert_eq!(batch.name("user.id"), NameId(0));
    let batch = batch.build();
    assert_eq!(batch.names().collect::<Vec<_>>(), ["user.id"], "a name without a record goes too");
    assert!(!batch.parts().arena.contains("secret"));
    assert_eq!(batch.records().len(), 1);
}

#[test]
fn shed_text_exists_nowhere() {
    let mut batch = sample().build();
    let masked = batch.add_text("***");
    batch.record_mut(0).message = masked;
    assert!(batch.parts().arena.contains("first"));
    batch.shed();
    assert!(!batch.parts().arena.contains("first"));
    assert_eq!(batch.text(batch.records()[0].message), "***");
    assert_eq!(batch.name(NameId(0)), "user.id");
}

#[test]
fn parts_that_point_outside_are_refused() {
    let good = sample().build().parts().clone();
    assert!(Batch::from_parts(good.clone()).is_ok());
    let spoil: [fn(&mut Parts); 5] = [
        |parts| parts.records[0].message.len = 99,
        |parts| parts.names[0].start = 4_000_000_000,
        |parts| parts.fields[0].name = NameId(9),
        |parts| parts.records[0].fields.len = 2,
        |parts| parts.arena = "\u{e4}".repeat(20),
    ];
    for (index, spoil) in spoil.iter().enumerate() {
        let mut parts = good.clone();
        spoil(&mut parts);
        assert!(Batch::from_parts(parts).is_err(), "case {index}");
    }
}

#[test]
fn a_record_that_changes_often_moves_only_once() {
    let mut batch = sample();
    for number in 0..3 {
        let (id, other) = (batch.name("user.id"), batch.name("other"));
        batch.field(id, Value::Int(number));
        batch.field(other, Value::Bool(true));
        batch.finish_record(Record::at(Timestamp::from_micros(2)));
    }
    let mut batch = batch.build();
    let held = batch.all_fields().len();
    let of = |batch: &Batch, record: usize| -> Vec<Value> {
        batch.fields(&batch.records()[record]).iter().map(|field| field.value).collect()
    };
    let field = |number| Field { name: NameId(0), value: Value::Int(number) };
    batch.set_fields(1, &[field(7)]);
    assert_eq!((of(&batch, 1), batch.all_fields().len()), (vec![Value::Int(7)], held), "there is room where it was");
    for number in 0..9 {
        batch.set_fields(1, &vec![field(number); 2 + number as usize]);
    }
    assert_eq!((of(&batch, 1).len(), batch.all_fields().len()), (10, held + 10));
    assert_eq!((of(&batch, 0), of(&batch, 2)), (vec![Value::Int(5)], vec![Value::Int(1), Value::Bool(true)]));
    batch.pack_fields();
    assert_eq!((of(&batch, 1).len(), batch.all_fields().len()), (10, 1 + 10 + 2 + 2));
    assert!(Batch::from_parts(batch.parts().clone()).is_ok());
}

#[test]
fn what_is_left_out_is_counted_by_source_however_many_there_are() {
    const SOURCES: usize = 100_000;
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(7));
    for number in 0..SOURCES * 2 {
        let mut record = Record::at(Timestamp::from_micros(1));
        record.source = batch.text(&format!("source {}", number % SOURCES));
        batch.finish_record(record);
    }
    let mut batch = batch.build();
    batch.leave_out(|index| (index > 0).then_some(LeftOutBy::Filter));
    assert_eq!((batch.records().len(), batch.left_out().len()), (1, SOURCES));
    assert_eq!(batch.records_left_out(LeftOutBy::Filter), 2 * SOURCES as u64 - 1);
    batch.leave_out(|_| Some(LeftOutBy::Sampling));
    assert_eq!(batch.left_out().last().map(|left_out| (left_out.by, left_out.records)), Some((LeftOutBy::Sampling, 1)));
}
