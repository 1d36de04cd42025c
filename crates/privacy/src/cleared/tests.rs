use super::*;

#[track_caller]
fn check(policy: &str, text: &str, expected: &str) {
    let gateway = Gateway::new(Policy::parse(policy).expect("a policy"));
    let cleared = gateway.clear(text);
    assert_eq!(cleared.as_str(), expected, "{policy}");
    assert_eq!(gateway.clear(expected).into_string(), expected, "twice");
}

const MIXED: &str = "mail ann@example.com from 10.1.2.3, password=hunter2x";

#[test]
fn what_leaves_is_masked() {
    check("", MIXED, "mail a***@example.com from 10.1.2.3, password=[MASKED]");
    check("", "nothing to hide", "nothing to hide");
    check("", "", "");
    // A request to a model, with a log line in it.
    check(
        "",
        r#"{"prompt":"why? {\"pin\":1234,\"m\":\"mail ann@example.com\"}"}"#,
        r#"{"prompt":"why? {\"pin\":\"[MASKED]\",\"m\":\"mail a***@example.com\"}"}"#,
    );
    // Tokens made on the way in stay what they are.
    check("", "by [EMAIL:p0123456789abcdef0123456789abcdef]", "by [EMAIL:p0123456789abcdef0123456789abcdef]");
}

/// The strictest rule counts, secrets never stay, and no new token is made.
#[test]
fn the_way_out_is_the_narrower_one() {
    check("[actions]\nall = \"keep\"", MIXED, "mail ann@example.com from 10.1.2.3, password=[MASKED]");
    check(
        "[actions]\nall = \"keep\"\n[[rule]]\nsource = \"crm\"\nactions = { email = \"hash\", ip = \"drop_record\" }",
        MIXED,
        "mail a***@example.com from [IP], password=[MASKED]",
    );
    check(
        "[[rule]]\nsource = \"crm\"\nactions = { all = \"keep\" }",
        MIXED,
        "mail a***@example.com from 10.1.2.3, password=[MASKED]",
    );
    check("[[field]]\nname = \"password\"\naction = \"keep\"", "password=hunter2x", "password=[MASKED]");
    check("masks = \"seeds\"\n[actions]\nall = \"encrypt\"", "card 4111 1111 1111 1111", "card 4111-****-****-1111");
}

/// With a key store at hand, it is not asked.
#[test]
fn keys_are_not_asked() {
    let (keys, table) = crate::keys::tests::keyring();
    let policy = Policy::default().with(Kind::Email, Action::Encrypt);
    let cleared = Gateway::with_keys(policy, keys.into()).clear("mail ann@example.com");
    assert_eq!(cleared.as_str(), "mail a***@example.com");
    assert!(table.0.lock().is_empty());
}

#[test]
fn what_was_masked_is_told_and_nothing_more() {
    let cleared = Gateway::new(Policy::default()).clear("mail ann@example.com and bob@example.com from 10.1.2.3, pin=1234");
    assert_eq!(cleared.masked().by_kind().collect::<Vec<_>>(), [(Kind::Email, 2), (Kind::Password, 1)]);
    assert_eq!((cleared.masked().values, cleared.masked().errors), (3, 0));
    assert_eq!(format!("{cleared:?}"), format!("Cleared({} bytes, 3 masked, 0 errors)", cleared.as_str().len()));
    let kept = Policy::parse("[actions]\nall = \"keep\"").expect("a policy");
    assert_eq!(Gateway::new(kept).clear(MIXED).masked().values, 1, "what stays is not counted");
}

#[test]
fn a_text_that_cannot_be_masked_does_not_leave() {
    let policy = Policy::default();
    let broken: [fn(&mut Vec<Finding>); 2] = [
        |_| panic!("on purpose"),
        // A finding beyond the text, at which the mask gives up.
        |found| found.push(Finding { start: 2, end: 99, ..Finding::whole("", Kind::Email) }),
    ];
    for scan in broken {
        let cleared = clear_by(&policy, "mail ann@example.com", scan);
        assert_eq!((cleared.as_str(), cleared.masked().errors), (MASKING_ERROR, 1));
    }
}

/// What the attributes of one record with these names are called once they are admitted.
fn admitted_names(names: &[&str]) -> Vec<String> {
    let mut builder = record::Batch::builder(Tenant::default(), record::Timestamp::from_micros(0));
    for name in names {
        let name = builder.name(name);
        builder.field(name, record::Value::Bool(true));
    }
    builder.finish_record(record::Record::at(record::Timestamp::from_micros(0)));
    let admitted = Gateway::new(Policy::default()).admit(builder.build());
    let (batch, masked) = (admitted.batch(), admitted.masked());
    let named = batch.all_fields().iter().map(|field| batch.name(field.name).to_owned()).collect::<Vec<_>>();
    let changed = names.iter().filter(|name| !named.iter().any(|known| known == **name)).count();
    assert_eq!(masked.values, changed as u64);
    assert!(names.iter().all(|name| named.iter().any(|known| known == name) || !batch.parts().arena.contains(name)));
    named
}

#[test]
fn names_of_fields_are_screened_too() {
    assert_eq!(
        admitted_names(&["alice@example.com", "adam@example.com", "owner 4111 1111 1111 1111", "n"]),
        ["a***@example.com", "a***@example.com_", "owner xxxx-xxxx-xxxx-1111", "n"]
    );
}

#[test]
fn names_that_are_none_of_persons_stay() {
    let names = [
        "user.email",
        "password",
        "db.password",
        "Authorization",
        "http.request.header.x-forwarded-for",
        "card_number",
        "k8s.pod.label.app.kubernetes.io/name",
        "x-amz-request-id",
        "labels.city.Paris",
        "first name",
        "2026-02-07",
        "127.0.0.1",
        "metrics.p99.9",
        "sha256",
        "order.3fa85f64-5717-4562-b3fc-2c963f66afa6",
        "args.0",
        "ssn",
        "cef.src_ip",
        "1234567890123",
        "_SOURCE_REALTIME_TIMESTAMP",
        "$set.name",
        "kv{le=0.5}",
        "token",
        "session_id",
        "address.street",
        "phone",
    ];
    assert_eq!(admitted_names(&names), names);
}
