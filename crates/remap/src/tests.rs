use std::sync::Arc;

use record::{Batch, LeftOutBy, Record, Severity, Tenant, Timestamp, Value};
use transform::{Datum, ERROR_FIELD, Event, Language as _, Rules, Table, Tables, WEIGHT_FIELD};

use crate::Vrl;

/// One record of `web` with a message and attributes.
fn record(message: &str, attributes: &[(&str, Value)]) -> Batch {
    let received_at = Timestamp::parse("2026-03-01T12:00:05Z").expect("a time").0;
    let mut batch = Batch::builder(Tenant::default(), received_at);
    let mut record = Record::at(Timestamp::parse("2026-02-06T14:23:45.123456Z").expect("a time").0);
    record.nanos = 789;
    record.severity = Some(Severity::Info);
    record.source = batch.text("web");
    record.message = batch.text(message);
    for (name, value) in attributes {
        let name = batch.name(name);
        batch.field(name, *value);
    }
    batch.finish_record(record);
    batch.build()
}

fn run(program: &str, batch: Batch) -> Batch {
    let rules = Rules::of_program("p.vrl", program, &Vrl).unwrap_or_else(|problem| panic!("{problem}"));
    let (batch, _) = rules.apply(batch);
    assert!(Batch::from_parts(batch.parts().clone()).is_ok());
    batch
}

/// The fields of the only record, as `name=value`, sorted; texts bare, other values marked.
fn shown(batch: &Batch) -> String {
    let event = Event::new(batch, 0);
    let mut all: Vec<String> = event
        .fields()
        .map(|(name, datum)| match datum {
            Datum::Text(text) => format!("{name}={text}"),
            other => format!("{name}={other:?}"),
        })
        .collect();
    for name in ["message", "source", "severity", "host"] {
        all.extend(event.get(name).map(|datum| format!("{name}={}", datum.text())));
    }
    all.sort_unstable();
    all.join(" ")
}

#[test]
fn programs_parse_set_rename_and_remove() {
    let check = |program: &str, message: &str, expected: &str| {
        assert_eq!(shown(&run(program, record(message, &[("n", Value::Int(1))]))), expected, "{program}");
    };
    check(".", "m", "message=m n=Int(1) severity=INFO source=web");
    check(
        ". |= object!(parse_json!(.message))",
        r#"{"message":"hi","a":{"b":1.5,"c":[1,{"d":2}]},"t":true,"gone":null}"#,
        r#"a.b=Float(1.5) a.c=Json("[1,{\"d\":2}]") message=hi n=Int(1) severity=INFO source=web t=Bool(true)"#,
    );
    check(
        ". |= parse_key_value!(.message)",
        "user=ann took=\"12 ms\"",
        "message=user=ann took=\"12 ms\" n=Int(1) severity=INFO source=web took=12 ms user=ann",
    );
    check(
        r#". |= parse_regex!(.message, r'^(?P<verb>\w+) (?P<path>\S+)'); .n = to_string!(.n) + "!""#,
        "GET /x",
        "message=GET /x n=1! path=/x severity=INFO source=web verb=GET",
    );
    check(
        r#". |= parse_grok!(.message, "%{IPORHOST:client.ip} %{WORD:verb}")"#,
        "10.1.2.3 GET",
        "client.ip=10.1.2.3 message=10.1.2.3 GET n=Int(1) severity=INFO source=web verb=GET",
    );
    check(".severity = \"warning\"; .host = .source; del(.n)", "m", "host=web message=m severity=WARN source=web");
    check(".x.y.z = .n; del(.source); .message = upcase(.message)", "m", "message=M n=Int(1) severity=INFO x.y.z=Int(1)");
    check(". = {}", "m", "");
}

#[test]
fn nested_names_are_objects_and_what_is_not_touched_stays_as_it_came() {
    let fields = [("http.status", Value::Int(200)), ("a.b", Value::Bool(true)), ("a.b.c", Value::Int(3)), ("a", Value::Int(9))];
    let batch = record("m", &fields);
    let kept = shown(&run(".http.code = del(.http.status)", batch.clone()));
    assert_eq!(kept, "a.b.c=Int(3) a.b=Bool(true) a=Int(9) http.code=Int(200) message=m severity=INFO source=web");
    let all = shown(&run(". = .", batch));
    assert!(all.contains("http.status=Int(200)") && all.contains("a.b.c=Int(3)"), "{all}");
}

#[test]
fn a_name_may_have_a_value_and_parts() {
    let check = |fields: &[(&str, Value)], program: &str, expected: &str| {
        assert_eq!(
            shown(&run(program, record("m", fields))),
            format!("{expected} message=m severity=INFO source=web"),
            "{program}"
        );
    };
    let (code, error) = (("error.code", Value::Int(5)), ("error", Value::Bool(true)));
    for fields in [[code, error], [error, code]] {
        check(&fields, ".error = false", "error.code=Int(5) error=Bool(false)");
        check(&fields, "del(.error)", "error.code=Int(5)");
        check(&fields, ".\"error.code\" = int!(.\"error.code\") + 1", "error.code=Int(6) error=Bool(true)");
        check(
            &fields,
            ". = map_values(.) -> |v| { if is_string(v) || is_timestamp(v) { v } else { 1 } }",
            "error.code=Int(1) error=Int(1)",
        );
    }
    let (deep, middle) = (("a.b.c", Value::Int(3)), ("a.b", Value::Int(2)));
    for fields in [[deep, middle], [middle, deep]] {
        check(&fields, ".a.x = 1", "a.b.c=Int(3) a.b=Int(2) a.x=Int(1)");
    }
}

/// Starts itself again on a machine that is five hours behind.
#[test]
fn times_without_a_zone_are_utc_on_every_machine() {
    if std::env::var_os("TZ").is_none_or(|zone| zone != "EST5") {
        let test = std::env::current_exe().expect("this test");
        let name = "tests::times_without_a_zone_are_utc_on_every_machine";
        let ran = std::process::Command::new(test).args(["--exact", name]).env("TZ", "EST5").output().expect("started");
        return assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stdout));
    }
    let program = ".timestamp = parse_timestamp!(.message, \"%Y-%m-%d %H:%M:%S\")";
    let batch = run(program, record("2026-03-01 12:00:00", &[]));
    assert_eq!(batch.records()[0].timestamp.to_string(), "2026-03-01T12:00:00Z");
}

#[test]
fn times_keep_their_nanoseconds_and_can_be_set() {
    let time = |program: &str| {
        let batch = run(program, record("2026-03-01T00:00:00.5Z", &[]));
        (batch.records()[0].timestamp.to_string(), batch.records()[0].nanos)
    };
    assert_eq!(time(".x = .timestamp"), ("2026-02-06T14:23:45.123456Z".to_owned(), 789));
    assert_eq!(time(".timestamp = parse_timestamp!(.message, \"%+\")").0, "2026-03-01T00:00:00.500Z");
    assert_eq!(time(".timestamp = .message").0, "2026-03-01T00:00:00.500Z");
    assert_eq!(time("del(.timestamp)").0, "2026-02-06T14:23:45.123456Z");
    let shown = shown(&run(".x = .timestamp", record("m", &[])));
    assert!(shown.contains("x=2026-02-06T14:23:45.123456789Z"), "{shown}");
}

#[test]
fn abort_filters_and_sample_thins_out() {
    let left = run("if .n == 1 { abort }", record("m", &[("n", Value::Int(1))]));
    assert_eq!((left.records().len(), left.records_left_out(LeftOutBy::Filter)), (0, 1));
    let (mut kept, mut sampled) = (0, 0);
    for number in 0..400 {
        let batch = run("if !sample(4, .message) { abort }", record(&format!("m {number}"), &[]));
        sampled += batch.records_left_out(LeftOutBy::Sampling);
        if !batch.records().is_empty() {
            kept += 1;
            assert_eq!(Event::new(&batch, 0).get(WEIGHT_FIELD), Some(Datum::Int(4)));
        }
    }
    assert!((60..140).contains(&kept) && kept + sampled == 400, "{kept} {sampled}");
    let again = run("if !sample(1, .message) { abort }", record("m", &[(WEIGHT_FIELD, Value::Int(3))]));
    assert_eq!(Event::new(&again, 0).get(WEIGHT_FIELD), Some(Datum::Int(3)));
}

#[test]
fn records_without_the_value_that_decides_are_sampled_each_for_itself() {
    let kept = |number: u32| !run("if !sample(4, .trace_id) { abort }", record(&format!("m {number}"), &[])).records().is_empty();
    let kept = (0..400).filter(|number| kept(*number)).count();
    assert!((60..140).contains(&kept), "{kept}");
}

#[test]
fn tables_are_looked_up() {
    let mut tables = Tables::default();
    let table = Table::read("t.csv", b"id,tier,n\n7,gold,3\n10.0.0.0/8,inside,\n".to_vec(), Some("id")).expect("a table");
    tables.insert("customers", table.0);
    let table = Table::read("g.json", br#"[{"id":7,"names":["a","b"]}]"#.to_vec(), Some("id")).expect("a table");
    tables.insert("groups", table.0);
    let tables = Arc::new(tables);
    let run = |program: &str, value: Value, message: &str| {
        let program = Vrl.compile("p", program, &tables).unwrap_or_else(|faults| panic!("{faults}"));
        let batch = record(message, &[("id", value)]);
        program.run(&Event::new(&batch, 0))
    };
    let set = |name: &str, datum| (name.to_owned(), Some(datum));
    let stays = |fields| transform::Fate::Stays(transform::Changes { fields, timestamp: None });
    let gold = vec![set("c.n", Datum::Int(3)), set("c.tier", Datum::Text("gold".into()))];
    assert_eq!(run(".c = lookup(\"customers\", .id)", Value::Int(7), "m"), stays(gold));
    assert_eq!(run(".c = lookup(\"customers\", .id)", Value::Int(8), "m"), stays(vec![]));
    let inside = vec![set("net", Datum::Text("inside".into()))];
    assert_eq!(run(".net = lookup(\"customers\", .message).tier", Value::Int(8), "10.2.3.4"), stays(inside));
    let groups = vec![set("g", Datum::Json("[\"a\",\"b\"]".into()))];
    assert_eq!(run(".g = lookup(\"groups\", .id).names", Value::Int(7), "m"), stays(groups));
    assert_eq!(run(".g = length!(lookup(\"groups\", .id).names)", Value::Int(7), "m"), stays(vec![set("g", Datum::Int(2))]));
    let faults = Vrl.compile("p", ".c = lookup(\"costumers\", .id)", &tables).unwrap_err();
    assert!(faults.contains("customers") && faults.starts_with("line 1:"), "{faults}");
}

/// I-3 too: an error names the line of the program, and nothing of the record.
#[test]
fn a_record_that_a_program_fails_on_stays_as_it_was() {
    let check = |program: &str, expected: &str| {
        let batch = run(program, record("not json: hunter2", &[("n", Value::Int(1))]));
        let shown = shown(&batch);
        assert!(shown.contains(&format!("{ERROR_FIELD}={expected}")), "{program}: {shown}");
        for kept in ["message=not json: hunter2", "n=Int(1)", "severity=INFO", "source=web"] {
            assert!(shown.contains(kept), "{program}: {shown}");
        }
        assert_eq!(shown.matches('=').count(), 5, "{program}: {shown}");
    };
    check(".a = 1\n.n = 2\n. |= object!(parse_json!(.message))", "p.vrl, line 3");
    check(".n = to_int!(.message)", "p.vrl, line 1");
    check(".severity = \"purple\"", "p.vrl");
    check(".message = {\"a\": 1}", "p.vrl");
    check(". = 7", "p.vrl");
    check(".timestamp = true", "p.vrl");
}

#[test]
fn a_program_ends_whatever_it_does_and_a_large_record_does_not_meet_it() {
    let many = "x,".repeat(40_000);
    let program = "n = 0\nfor_each(split(.message, \",\")) -> |_i, _v| { n = n + 1 }\n.count = n";
    assert!(shown(&run(program, record(&many, &[]))).contains("transform_error=p.vrl"), "too many steps");
    assert!(shown(&run(program, record("a,b,c", &[]))).contains("count=Int(3)"));
    let large = "x".repeat(300 << 10);
    assert!(shown(&run(".y = 1", record(&large, &[]))).contains("transform_error=p.vrl"), "too large");
    let doubled = (0..24).map(|_| ".message = .message + .message").collect::<Vec<_>>().join("\n");
    assert!(shown(&run(&doubled, record("0123456789", &[]))).contains("message=0123456789 "), "what it makes is too large");
}

#[test]
fn what_does_not_compile_is_told_with_its_line_a_mark_and_a_hint() {
    let check = |program: &str, parts: &[&str]| {
        let faults = Vrl.compile("p.vrl", program, &Arc::default()).unwrap_err();
        for part in parts {
            assert!(faults.contains(part), "`{part}` in {faults}");
        }
    };
    check(".a = 1\n.b = parse_jsn(.message)", &["line 2:", "undefined function", "^", "parse_json"]);
    check(".a = parse_json(.message)", &["line 1:", "unhandled fallible assignment", "^"]);
    check(".a = ", &["line 1:", "syntax error"]);
    check("if !sample(0, .message) { abort }", &["1 or more"]);
    check(&" ".repeat(300 << 10), &["at most 262144 bytes"]);
    for outside in [
        "now()",
        "random_int!(1, 2)",
        "uuid_v4()",
        "get_env_var!(\"HOME\")",
        "dns_lookup!(\"a.example\")",
        "log(\"x\")",
        "reverse_dns!(\"1.1.1.1\")",
        "get_hostname!()",
    ] {
        check(&format!(".a = {outside}"), &["undefined function"]);
    }
}

#[test]
fn a_panic_is_not_possible_by_odd_records() {
    let names = ["", ".", "..", "a.", ".a", "a..b", "timestamp", "message.x", "severity.y", "\"", "a b", "é.ü"];
    let fields: Vec<(&str, Value)> = names.iter().map(|name| (*name, Value::Int(1))).collect();
    for program in [". = .", ".a = 1", "del(.a)", ". = map_values(., recursive: true) -> |v| { v }", ".\"a b\" = flatten(.)"] {
        run(program, record("m", &fields));
    }
}

/// Every program of the documentation does what stands above it.
#[test]
fn the_programs_of_the_documentation_do_what_they_say() {
    const PAGE: &str = include_str!("../../../docs/transforms.md");
    let blocks: Vec<&str> = PAGE.split("```vrl\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(blocks.len(), 4);
    for block in blocks {
        let said = |what: &str| block.lines().find_map(|line| line.strip_prefix(what)).expect("from and to").trim().to_owned();
        let after = run(block, of_json(&said("# from:")));
        let shown = match after.records().is_empty() {
            true => serde_json::Value::Null,
            false => to_json(&after),
        };
        assert_eq!(shown, serde_json::from_str::<serde_json::Value>(&said("# to:")).expect("JSON"), "{block}");
    }
}

fn of_json(text: &str) -> Batch {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).expect("JSON");
    let mut batch = Batch::builder(Tenant::default(), Timestamp::from_micros(0));
    let mut record = Record::at(Timestamp::from_micros(0));
    for (name, value) in &object {
        let span = batch.text(value.as_str().expect("texts only"));
        match transform::PLACES.iter().position(|place| place == name) {
            Some(place) => *record.texts_mut()[place] = span,
            None => {
                let name = batch.name(name);
                batch.field(name, Value::Text(span));
            }
        }
    }
    batch.finish_record(record);
    batch.build()
}

fn to_json(batch: &Batch) -> serde_json::Value {
    let event = Event::new(batch, 0);
    let places = transform::PLACES.into_iter().chain(["severity"]);
    let all = places
        .filter_map(|name| Some((name.to_owned(), event.get(name)?)))
        .chain(event.fields().map(|(name, datum)| (name.to_owned(), datum)));
    all.map(|(name, datum)| {
        let value = match datum {
            Datum::Text(text) | Datum::Json(text) => serde_json::Value::from(text),
            Datum::Int(number) => number.into(),
            Datum::Float(number) => number.into(),
            Datum::Bool(truth) => truth.into(),
        };
        (name, value)
    })
    .collect::<serde_json::Map<_, _>>()
    .into()
}
