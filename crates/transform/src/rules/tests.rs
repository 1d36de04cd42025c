use std::collections::BTreeMap as Map;

use record::{Record, Span, Tenant, Timestamp, Value};

use super::*;
use crate::{Changes, ERROR_FIELD, Program, Transforms, WEIGHT_FIELD};

/// Records of a few sources: message, severity and attributes `path`, `ip`, `user`, `password` and `trace_id`.
fn batch(records: u64) -> Batch {
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    for number in 0..records {
        let mut record = Record::at(Timestamp::from_micros(number as i64));
        record.source = batch.text(["web", "shop-eu", "shop-us"][number as usize % 3]);
        record.message = batch.text(&format!("message {number}"));
        record.severity = Some([Severity::Info, Severity::Error][number as usize % 2]);
        record.trace_id = batch.text(&format!("trace-{}", number / 10));
        for (name, text) in [("path", "/health"), ("ip", "10.1.2.3"), ("password", "hunter2")] {
            let (name, text) = (batch.name(name), batch.text(text));
            batch.field(name, Value::Text(text));
        }
        let user = batch.name("user");
        batch.field(user, Value::Int(number as i64 % 2));
        batch.finish_record(record);
    }
    batch.build()
}

fn no_files(_: &str) -> Result<Vec<u8>, String> {
    Err("there are no files here".to_owned())
}

fn rules(text: &str) -> Rules {
    Rules::load(text, &no_files, None).expect("rules").rules
}

/// What a name holds in a record.
fn at(batch: &Batch, index: usize, name: &str) -> Option<Datum<'static>> {
    Event::new(batch, index).get(name).map(Datum::into_owned)
}

fn text(text: &str) -> Option<Datum<'static>> {
    Some(Datum::Text(text.to_owned().into()))
}

#[test]
fn a_rule_is_for_the_records_that_it_names() {
    let check = |when: &str, expected: &[usize]| {
        let (changed, counts) = rules(&format!("[[rule]]\n{when}\nset = {{ hit = true }}")).apply(batch(6));
        let hit = (0..6).filter(|index| at(&changed, *index, "hit") == Some(Datum::Bool(true))).collect::<Vec<_>>();
        assert_eq!(hit, expected, "{when}");
        assert_eq!(counts.of("kept"), expected.len() as u64, "{when}");
    };
    check("", &[0, 1, 2, 3, 4, 5]);
    check("source = 'web'", &[0, 3]);
    check("source = ['shop-*']", &[1, 2, 4, 5]);
    check("severity = 'error'", &[1, 3, 5]);
    check("source = 'web'\nseverity = ['ERROR', 'FATAL']", &[3]);
    check("where = { user = 1 }", &[1, 3, 5]);
    check("where = { path = '/health*', user = 0 }", &[0, 2, 4]);
    check("where = { nothing = '*' }", &[]);
    check("unless = { user = 1, message = '* 0' }", &[2, 4]);
    check("where = { severity = 'INFO', trace_id = 'trace-0' }", &[0, 2, 4]);
}

#[test]
fn fields_are_renamed_set_and_removed_and_their_old_text_is_gone() {
    let rules = rules(
        "[[rule]]\nrename = { path = 'http.path', message = 'original' }\nset = { team = 'a', severity = 'debug', n = 1.5 }\nremove = ['pass*', 'trace_id']",
    );
    let (changed, _) = rules.apply(batch(2));
    assert_eq!(at(&changed, 1, "http.path"), text("/health"));
    assert_eq!(at(&changed, 1, "path"), None);
    assert_eq!(at(&changed, 1, "original"), text("message 1"));
    assert_eq!((at(&changed, 1, "message"), at(&changed, 1, "trace_id")), (None, None));
    assert_eq!((at(&changed, 1, "team"), at(&changed, 1, "n")), (text("a"), Some(Datum::Float(1.5))));
    assert_eq!(changed.records()[1].severity, Some(Severity::Debug));
    assert!(!changed.parts().arena.contains("hunter2"), "it would be in the write-ahead log");
    assert!(Batch::from_parts(changed.parts().clone()).is_ok());
}

#[test]
fn two_fields_can_change_places_and_names_can_follow_each_other() {
    let swapped = rules("[[rule]]\nrename = { path = 'ip', ip = 'path' }").apply(batch(1)).0;
    assert_eq!((at(&swapped, 0, "path"), at(&swapped, 0, "ip")), (text("10.1.2.3"), text("/health")));
    let followed = rules("[[rule]]\nrename = { ip = 'path', path = 'url' }").apply(batch(1)).0;
    assert_eq!((at(&followed, 0, "path"), at(&followed, 0, "url")), (text("10.1.2.3"), text("/health")));
    assert_eq!(at(&followed, 0, "ip"), None);
}

#[test]
fn changes_of_a_rule_see_those_before_them() {
    let read = |_: &str| Ok::<_, String>(b"id,tier,zip\n0,gold,10115\n1,silver,20095\n".to_vec());
    let written = "[tables.t]\nfile = 't.csv'\nkey = 'id'\n[[rule]]\nlookup = { table = 't', field = 'user', into = 'c.' }\n\
        rename = { 'c.tier' = 'class' }\nset = { 'c.note' = 'x' }\nremove = ['c.*']";
    let changed = Rules::load(written, &read, None).expect("rules").rules.apply(batch(2)).0;
    assert_eq!((at(&changed, 0, "class"), at(&changed, 1, "class")), (text("gold"), text("silver")));
    for gone in ["c.tier", "c.zip", "c.note"] {
        assert_eq!(at(&changed, 1, gone), None, "{gone}");
    }
}

#[test]
fn what_is_dropped_is_counted_by_source_and_its_text_is_gone() {
    let (left, counts) = rules("[[rule]]\nname = 'health'\nsource = 'shop-*'\ndrop = true").apply(batch(9));
    assert_eq!((left.records().len(), counts.of("filtered")), (3, 6));
    let by_source: Map<&str, u64> = left.left_out().iter().map(|out| (left.text(out.source), out.records)).collect();
    assert_eq!(by_source, Map::from([("shop-eu", 3), ("shop-us", 3)]));
    assert!(left.left_out().iter().all(|out| out.by == LeftOutBy::Filter));
    assert!(!left.parts().arena.contains("message 1"));
}

/// The sum of weights is what came in: exactly when all have the same chance, and here within four standard deviations.
#[test]
fn what_is_kept_of_a_sample_stands_for_all_of_it() {
    let sampled = rules("[[rule]]\nseverity = 'INFO'\nsample = 10");
    let (kept, counts) = sampled.apply(batch(40_000));
    let weight = |index| match at(&kept, index, WEIGHT_FIELD) {
        Some(Datum::Int(weight)) => weight,
        None => 1,
        other => panic!("{other:?}"),
    };
    let sum: i64 = (0..kept.records().len()).map(weight).sum();
    assert!((sum - 40_000).abs() < 4 * 424, "{sum}"); // sd of 10 * Binomial(20000, 0.1): 424
    assert_eq!(kept.records().len() as u64 + kept.records_left_out(LeftOutBy::Sampling), 40_000);
    assert_eq!(counts.of("sampled_out"), kept.records_left_out(LeftOutBy::Sampling));
    assert_eq!(sampled.apply(batch(40_000)).0, kept, "the same records each time");
}

#[test]
fn traces_are_kept_whole_and_what_one_in_a_hundred_keeps_one_in_ten_keeps_too() {
    let traces = |every: u64| {
        let (kept, _) = rules(&format!("[[rule]]\nsample = {every}\nby = 'trace_id'")).apply(batch(20_000));
        let mut traces: Map<String, usize> = Map::new();
        (0..kept.records().len())
            .for_each(|index| *traces.entry(format!("{:?}", at(&kept, index, "trace_id"))).or_default() += 1);
        traces
    };
    let (ten, hundred) = (traces(10), traces(100));
    assert!(ten.values().all(|records| *records == 10) && (130..270).contains(&ten.len()), "{}", ten.len());
    assert!(!hundred.is_empty() && hundred.keys().all(|trace| ten.contains_key(trace)));
}

#[test]
fn the_first_sample_decides_and_a_weight_of_the_sender_is_multiplied() {
    let twice =
        "[[rule]]\nset = { sample_weight = 4 }\n[[rule]]\nsample = 2\nby = 'source'\n[[rule]]\nsample = 1000\nby = 'source'";
    let (kept, _) = rules(twice).apply(batch(300));
    assert!(!kept.records().is_empty(), "1 in 1000 would keep none of three sources");
    assert!((0..kept.records().len()).all(|index| at(&kept, index, WEIGHT_FIELD) == Some(Datum::Int(8))));
}

#[test]
fn rows_of_tables_are_joined() {
    let read = |name: &str| match name {
        "customers.csv" => Ok(b"id,tier,since\n0,gold,2019\n1,silver,2021\n".to_vec()),
        "bad.txt" => Ok(b"10.0.0.0/8 scanner\nnonsense here\n".to_vec()),
        _ => Err("not found".to_owned()),
    };
    let written = "[tables.customers]\nfile = 'customers.csv'\nkey = 'id'\n[tables.bad]\nfile = 'bad.txt'\n\
        [[rule]]\nlookup = { table = 'customers', field = 'user', into = 'customer.' }\n\
        [[rule]]\nlookup = { table = 'bad', field = 'ip', into = 'threat.' }";
    let loaded = Rules::load(written, &read, None).expect("rules");
    assert_eq!(loaded.warnings, ["bad.txt: line 2: this is no address, network, domain or hash"]);
    assert_eq!(loaded.files, ["bad.txt", "customers.csv"]);
    let (joined, _) = loaded.rules.apply(batch(2));
    assert_eq!((at(&joined, 0, "customer.tier"), at(&joined, 1, "customer.since")), (text("gold"), Some(Datum::Int(2021))));
    assert_eq!((at(&joined, 0, "threat.match"), at(&joined, 0, "threat.label")), (text("10.0.0.0/8"), text("scanner")));
}

/// Fails, or makes what cannot be a record.
#[derive(Debug)]
struct Wrong(Fate);

impl Program for Wrong {
    fn run(&self, _: &Event<'_>) -> Fate {
        self.0.clone()
    }
}

struct WrongLanguage(Fate);

impl Language for WrongLanguage {
    fn compile(&self, _: &str, text: &str, _: &Arc<Tables>) -> Result<Arc<dyn Program>, String> {
        match text {
            "?" => Err("line 1: `?` is no program".to_owned()),
            _ => Ok(Arc::new(Wrong(self.0.clone()))),
        }
    }
}

#[test]
fn a_record_that_a_program_fails_on_stays_as_it_was_and_says_so() {
    let long = "x".repeat(2 << 20);
    let too_long = Changes { fields: vec![("message".to_owned(), text(&long))], timestamp: None };
    let not_a_severity = Changes { fields: vec![("severity".to_owned(), text("purple"))], timestamp: None };
    for (fate, expected) in
        [(Fate::Failed(Some(3)), "p.vrl, line 3"), (Fate::Stays(too_long), "p.vrl"), (Fate::Stays(not_a_severity), "p.vrl")]
    {
        let rules = Rules::of_program("p.vrl", "", &WrongLanguage(fate)).expect("rules");
        let (kept, counts) = rules.apply(batch(2));
        assert_eq!(at(&kept, 0, ERROR_FIELD), text(expected));
        assert_eq!((at(&kept, 0, "message"), at(&kept, 0, "path")), (text("message 0"), text("/health")));
        assert_eq!((kept.records().len(), counts.of("failed")), (2, 2));
    }
}

#[test]
fn what_cannot_be_used_is_told_with_its_place() {
    let check = |text: &str, expected: &str| {
        let language = WrongLanguage(Fate::Filtered);
        let read = |name: &str| match name {
            "p.vrl" => Ok(b"?".to_vec()),
            "t.csv" => Ok(b"id,a\n1,2\n".to_vec()),
            "latin.vrl" => Ok(vec![0xE9]),
            _ => Err("No such file".to_owned()),
        };
        let problem = Rules::load(text, &read, Some(&language)).map(|loaded| loaded.rules.len()).unwrap_err();
        assert_eq!(problem.to_string(), expected);
    };
    check(
        "[[rule]]\ndorp = true",
        "line 2, column 1: unknown field `dorp`, expected one of `name`, `source`, `severity`, `where`, `unless`, `drop`, `sample`, `by`, `rename`, `set`, `remove`, `lookup`, `program`",
    );
    check(
        "[[rule]]\nseverity = 'loud'\ndrop = true",
        "line 1, column 1: unknown severity `loud`; there are: TRACE, DEBUG, INFO, NOTICE, WARN, ERROR, CRITICAL, ALERT, FATAL",
    );
    check(
        "\n[[rule]]\nsource = 'a'",
        "line 2, column 1: this rule does nothing: give it `drop`, `sample`, `program`, or some of `lookup`, `rename`, `set`, `remove`",
    );
    check(
        "[[rule]]\ndrop = true\nsample = 2",
        "line 1, column 1: `drop`, `sample`, `program` and changes (`lookup`, `rename`, `set`, `remove`) exclude each other: make several rules",
    );
    check("[[rule]]\nsample = 0", "line 1, column 1: `sample` is 1 or more: one of so many is kept");
    check("[[rule]]\ndrop = true\nby = 'x'", "line 1, column 1: `by` needs `sample`");
    check("[[rule]]\nprogram = 'p.vrl'", "p.vrl: line 1: `?` is no program");
    check("[[rule]]\nprogram = 'q.vrl'", "q.vrl: No such file");
    check("[[rule]]\nprogram = 'latin.vrl'", "latin.vrl: this is not UTF-8");
    check("[tables.t]\nfile = 't.csv'\nkey = 'b'", "t.csv: the first line has no column `b`");
    check("[tables.t]\nfile = 't.csv'", "t.csv: a table needs `key`: the field by which its rows are found");
    check("[[rule]]\nlookup = { table = 'x', field = 'y' }", "line 1, column 1: there is no table `x`; there are: ");
    check("[[rule]]\nset = { severity = 'x' }", "line 1, column 1: unknown severity `x`");
    check("[[rule]]\nset = { severity = 99 }", "line 1, column 1: unknown severity `99`");
    check("[[rule]]\nset = { n = nan }", "line 1, column 1: `n`: numbers of records are finite");
    check("[[rule]", "line 1, column 8: unclosed array table, expected `]`");
    let none = Rules::load("[[rule]]\nprogram = 'p.vrl'", &no_files, None).unwrap_err();
    assert_eq!(none.to_string(), "line 1, column 1: this build of Dendro has no programs: build it with the feature `vrl`");
}

#[test]
fn rules_are_replaced_while_batches_pass() {
    let transforms = Transforms::default();
    assert_eq!(transforms.apply(batch(3)), batch(3));
    assert_eq!(transforms.version(), None);
    transforms.enforce(rules("[[rule]]\nname = 'all'\ndrop = true"));
    assert_eq!(transforms.version().map(|version| version.len()), Some(8));
    assert_eq!(transforms.apply(batch(3)).records().len(), 0);
    transforms.refuse();
    transforms.enforce(rules(""));
    assert_eq!((transforms.apply(batch(3)).records().len(), transforms.refused(), transforms.version()), (3, 1, None));
    assert_eq!(transforms.counts().iter().collect::<Vec<_>>(), [("all", "filtered", 3)]);
}

#[test]
fn a_record_without_a_source_is_counted_too() {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    builder.finish_record(Record::at(Timestamp::from_micros(0)));
    let (left, _) = rules("[[rule]]\ndrop = true").apply(builder.build());
    assert_eq!((left.left_out()[0].source, left.left_out()[0].records), (Span::ABSENT, 1));
}

#[test]
fn a_program_cannot_make_columns_without_end() {
    #[derive(Debug)]
    struct Names(std::sync::atomic::AtomicU64);
    impl Program for Names {
        fn run(&self, _: &Event<'_>) -> Fate {
            let number = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            Fate::Stays(Changes { fields: vec![(format!("name-{number}"), Some(Datum::Bool(true)))], timestamp: None })
        }
    }
    struct Many;
    impl Language for Many {
        fn compile(&self, _: &str, _: &str, _: &Arc<Tables>) -> Result<Arc<dyn Program>, String> {
            Ok(Arc::new(Names(Default::default())))
        }
    }
    let (kept, counts) = Rules::of_program("p", "", &Many).expect("rules").apply(batch(3_000));
    assert_eq!((kept.records().len(), counts.of("kept")), (3_000, 2_048));
    assert_eq!(counts.of("failed"), 952);
}

/// Every rules file of the documentation can be pasted.
#[test]
fn the_rules_of_the_documentation_are_rules() {
    const PAGE: &str = include_str!("../../../../docs/transforms.md");
    let read = |name: &str| match name {
        "customers.csv" => Ok(b"id,tier\n7,gold\n".to_vec()),
        "blocked.txt" => Ok(b"192.0.2.0/24 scanner\n".to_vec()),
        "GeoLite2-City.mmdb" => Ok(crate::table::tests::small_database()),
        "nginx.vrl" => Ok(Vec::new()),
        other => Err(format!("the page does not tell of {other}")),
    };
    let blocks: Vec<&str> = PAGE.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let counts: Vec<usize> = blocks
        .iter()
        .map(|block| {
            let loaded = Rules::load(block, &read, Some(&WrongLanguage(Fate::Filtered)));
            loaded.unwrap_or_else(|problem| panic!("{problem} in\n{block}")).rules.len()
        })
        .collect();
    assert_eq!(counts, [5, 2]);
}
