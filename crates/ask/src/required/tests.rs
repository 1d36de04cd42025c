use proptest::prelude::*;
use record::{Phrase, Timestamp};

use crate::{Matcher, parse, sample};

fn check(query: &str, want: &[(&str, &str)]) {
    let query = parse(query, Timestamp::default()).unwrap();
    assert_eq!(query.filter.required_phrases(), want, "{query}");
}

#[test]
fn what_every_match_must_contain() {
    check("error \"connection refused\" source:a", &[("message", "error"), ("message", "connection refused"), ("source", "a")]);
    check("error error", &[("message", "error")]);
    check("a OR b", &[]);
    check("(a b) OR (c b)", &[("message", "b")]);
    check("NOT a", &[]);
    check("time* \"order 12\"* conn-*", &[("message", "order "), ("message", "conn-")]);
    check("host:=\"web 1\" host:=\"\" \"->\"", &[("host", "web 1")]);
    check("/x/ status:>5 severity:error timestamp:*", &[]);
    check("n:\"500 0\" n:500.0* n:\"7-25\" n:\"7 ms\"", &[("n", "7 ms")]);
    check("12 status:12 status:true flag:x", &[("message", "12"), ("flag", "x")]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn every_match_contains_them(filter in sample::matching_filter(), record in sample::record()) {
        let batch = sample::batch(&[record]);
        let record = &batch.records()[0];
        if !Matcher::new(&filter).unwrap().matches(&batch, record) {
            return Ok(());
        }
        for (field, text) in filter.required_phrases() {
            let attribute = batch.fields(record).iter().find(|one| batch.name(one.name) == field);
            let have = match (field, attribute.map(|one| one.value)) {
                ("message", _) => batch.text(record.message),
                ("source", _) => batch.text(record.source),
                (_, Some(record::Value::Text(span))) => batch.text(span),
                other => panic!("{other:?} is no text"),
            };
            prop_assert!(Phrase::new(text).matches(have), "{} {}", field, text);
        }
    }
}
