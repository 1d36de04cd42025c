use proptest::prelude::*;
use record::{Record, RejectReason, Rejected, Tenant, Timestamp};

use super::*;
use crate::detect::{Holds, Reach};
use crate::mask::MASK;
use record::Value;

mod policies;

fn gateway() -> Gateway {
    Gateway::new(Policy::default())
}

/// A batch of one record with one attribute.
fn batch_of(name: &str, value: impl FnOnce(&mut record::BatchBuilder) -> Value) -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let id = builder.name(name);
    let value = value(&mut builder);
    builder.field(id, value);
    builder.finish_record(Record::at(Timestamp::from_micros(0)));
    builder.build()
}

fn admitted_value(name: &str, value: impl FnOnce(&mut record::BatchBuilder) -> Value) -> String {
    let admitted = gateway().admit(batch_of(name, value));
    match admitted.batch().all_fields()[0].value {
        Value::Text(text) => admitted.batch().text(text).to_owned(),
        Value::Json(json) => format!("json {}", admitted.batch().text(json)),
        other => format!("{other:?}"),
    }
}

#[test]
fn values_of_secret_names_are_masked_whatever_their_type() {
    assert_eq!(admitted_value("password", |batch| Value::Text(batch.text("x"))), MASK);
    assert_eq!(admitted_value("user.apiKey", |batch| Value::Json(batch.text("[\"abc1\"]"))), "json [\"[MASKED]\"]");
    assert_eq!(admitted_value("password", |batch| Value::Json(batch.text("[\"x\"]"))), "\"[MASKED]\"");
    assert_eq!(admitted_value("pin", |_| Value::Int(1234)), MASK);
    assert_eq!(admitted_value("password", |_| Value::Float(12.5)), MASK);
    assert_eq!(admitted_value("password.value", |batch| Value::Text(batch.text("x"))), MASK);
    assert_eq!(admitted_value("card", |_| Value::Int(4_111_111_111_111_111)), "xxxx-xxxx-xxxx-1111");
    assert_eq!(admitted_value("lat", |_| Value::Float(48.137_154)), "[GPS]");
}

#[test]
fn a_number_behind_a_masked_text_is_looked_at_by_itself() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let (mail, pin) = (builder.name("mail"), builder.name("pin"));
    let text = builder.text("emma@example.com");
    builder.field(mail, Value::Text(text));
    builder.field(pin, Value::Int(1234));
    builder.finish_record(Record::at(Timestamp::from_micros(0)));
    let admitted = gateway().admit(builder.build());
    assert_eq!((admitted.masked().values, admitted.masked().errors), (2, 0));
}

#[test]
fn values_of_other_names_stay() {
    assert_eq!(admitted_value("user", |batch| Value::Text(batch.text("x"))), "x");
    assert_eq!(admitted_value("token_count", |_| Value::Int(5)), "Int(5)");
    assert_eq!(admitted_value("token", |_| Value::Bool(true)), "Bool(true)");
    assert_eq!(admitted_value("password.min_length", |_| Value::Int(8)), "Int(8)");
    assert_eq!(admitted_value("session.id", |batch| Value::Text(batch.text("x"))), "x");
    assert_eq!(admitted_value("a", |batch| Value::Json(batch.text("[1]"))), "json [1]");
    assert_eq!(admitted_value("took_ns", |_| Value::Int(1_762_996_993_630_123)), "Int(1762996993630123)");
}

#[test]
fn personal_data_inside_values_is_masked() {
    assert_eq!(admitted_value("body", |batch| Value::Text(batch.text("password=x y"))), "password=[MASKED] y");
    assert_eq!(admitted_value("list", |batch| Value::Json(batch.text(r#"[{"pin":1234}]"#))), r#"json [{"pin":"[MASKED]"}]"#);
    assert_eq!(admitted_value("phones", |batch| Value::Json(batch.text("[\"+1 415 555 7890\"]"))), "json [\"xxx-xxx-7890\"]");
    assert_eq!(admitted_value("first_name", |batch| Value::Text(batch.text("Ingrid"))), "[PERSON]");
    assert_eq!(admitted_value("to", |batch| Value::Text(batch.text("ann@example.com"))), "a***@example.com");
}

#[test]
fn what_was_masked_is_counted() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let id = builder.name("password");
    for _ in 0..3 {
        let value = Value::Text(builder.text("x"));
        builder.field(id, value);
        let message = builder.text("token=abc123def cvv=123");
        builder.finish_record(Record { message, ..Record::at(Timestamp::from_micros(0)) });
    }
    let admitted = gateway().admit(builder.build());
    let by_kind: Vec<_> = admitted.masked().by_kind().collect();
    assert_eq!(by_kind, [(Kind::CreditCard, 3), (Kind::Password, 3), (Kind::AuthToken, 3)]);
    let mut sum = admitted.masked().clone();
    sum.add(admitted.masked());
    assert_eq!((admitted.masked().values, sum.values, sum.errors), (9, 18, 0));
    let again = gateway().admit(admitted.into_batch());
    assert_eq!(again.masked(), &Masked::default(), "masking twice finds nothing");
}

#[test]
fn a_clean_batch_passes_unchanged() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let message = builder.text("status=200 duration: 5ms");
    builder.finish_record(Record { message, ..Record::at(Timestamp::from_micros(0)) });
    let batch = builder.build();
    assert_eq!(gateway().admit(batch.clone()).batch(), &batch);
}

#[test]
fn a_text_that_comes_again_is_looked_at_under_each_name() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for name in ["note", "password", "note"] {
        let (id, value) = (builder.name(name), builder.text("plum"));
        builder.field(id, Value::Text(value));
    }
    builder.finish_record(Record::at(Timestamp::from_micros(0)));
    let admitted = gateway().admit(builder.build());
    let texts = admitted.batch().all_fields().iter().map(|field| match field.value {
        Value::Text(text) => admitted.batch().text(text),
        _ => "",
    });
    let texts: Vec<_> = texts.take(3).collect();
    assert_eq!(texts, ["plum", MASK, "plum"]);
}

const SECRET: &str = "hunter2SECRETvalue9";

/// A name of the standard list, its case and separators changed.
fn spelled_name() -> impl Strategy<Value = String> {
    let covered: Vec<String> = Policy::default()
        .secret_names
        .into_iter()
        .filter(|name| {
            name.reach != Reach::Never && matches!(name.holds, Holds::Anything | Holds::Credential) && name.name.is_ascii()
        })
        .map(|name| name.name)
        .collect();
    (prop::sample::select(covered), any::<u64>(), prop::sample::select(vec!["", "_", "-"])).prop_map(
        |(name, cases, separator)| {
            let respell = |(at, c): (usize, char)| match c {
                '_' => separator.to_owned(),
                c if cases >> (at % 64) & 1 == 1 => c.to_uppercase().to_string(),
                c => c.to_string(),
            };
            name.chars().enumerate().map(respell).collect()
        },
    )
}

/// Every way in which a value may follow its name in a text.
fn leak(name: &str, way: usize) -> String {
    let json = serde_json::json!({ name: SECRET, "a": 1 }).to_string();
    match way % 11 {
        0 => format!("{name}={SECRET}"),
        1 => format!("x, {name}: {SECRET}, y=1"),
        2 => format!("?a=b&{name}={SECRET}&c=d"),
        3 => json,
        4 => serde_json::json!({ "m": json }).to_string(),
        5 => serde_json::json!([{ "m": serde_json::json!({ "n": json }).to_string() }]).to_string(),
        6 => serde_json::json!({ name: [SECRET], "a": 1 }).to_string(),
        7 => format!("{{\"a\":1,\"{name}\":\"{SECRET}"),
        8 => format!("<{name}>{SECRET}</{name}>"),
        9 => format!("{name} => \"{SECRET}\""),
        _ => format!("--{name} {SECRET} --port 80"),
    }
}

proptest! {
    #[test]
    fn a_planted_secret_is_nowhere(names in prop::collection::vec((spelled_name(), any::<usize>(), 0usize..5), 1..8)) {
        let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
        for (name, way, place) in &names {
            let mut record = Record::at(Timestamp::from_micros(0));
            let field = builder.name(if *place == 0 { name } else { "other" });
            match place {
                0 => { let value = Value::Text(builder.text(SECRET)); builder.field(field, value); }
                1 => { let value = Value::Text(builder.text(&leak(name, *way))); builder.field(field, value); }
                2 => {
                    let value = Value::Json(builder.text(&serde_json::json!([leak(name, *way)]).to_string()));
                    builder.field(field, value);
                }
                3 => record.message = builder.text(&leak(name, *way)),
                _ => {
                    let raw = builder.text(&leak(name, *way));
                    let rejected = Rejected { reason: RejectReason::InvalidJson, line: 1, offset: 0, raw, source: record::Span::ABSENT };
                    builder.reject(rejected);
                    continue;
                }
            }
            builder.finish_record(record);
        }
        let admitted = gateway().admit(builder.build());
        prop_assert!(!format!("{:?}", admitted.batch().parts()).contains("hunter2"), "{:?}", names);
        prop_assert!(admitted.masked().values > 0);
        prop_assert!(Batch::from_parts(admitted.batch().parts().clone()).is_ok());
    }
}

/// The ledger names the sources of what rules left out: one that is private is masked there as in a record.
#[test]
fn the_source_of_what_is_left_out_is_screened_too() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let source = builder.text("ann@example.com");
    builder.finish_record(Record { source, ..Record::at(Timestamp::from_micros(0)) });
    let mut batch = builder.build();
    batch.leave_out(|_| Some(record::LeftOutBy::Filter));
    let admitted = gateway().admit(batch);
    let parts = admitted.batch().parts();
    assert!(!format!("{parts:?}").contains("ann@"), "{parts:?}");
    assert_eq!(admitted.batch().records_left_out(record::LeftOutBy::Filter), 1);
}

#[test]
fn nobody_else_passes_for_the_program_itself() {
    let batch = || {
        let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
        for source in [OWN_SOURCE, "shop"] {
            let mut record = Record::at(Timestamp::from_micros(0));
            record.source = batch.text(source);
            batch.finish_record(record);
        }
        batch.build()
    };
    let sources = |admitted: Admitted| {
        let batch = admitted.into_batch();
        batch.records().iter().map(|record| batch.text(record.source).to_owned()).collect::<Vec<_>>()
    };
    let gateway = Gateway::new(Policy::default());
    assert_eq!(sources(gateway.admit(batch())), ["claimed:dendro-models", "shop"]);
    assert_eq!(sources(gateway.admit_own(batch())), [OWN_SOURCE, "shop"]);
}
