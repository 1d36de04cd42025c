//! What policies do to records: actions by class, source and field, tokens, and the account of it all.

use record::{Batch, Record, RejectReason, Rejected, Span, Tenant, Timestamp, Value};

use crate::keys::tests::keyring;
use crate::{Gateway, Policy};

/// 2026-11-21T00:00:00Z.
const RECEIVED: i64 = 1_795_219_200_000_000;

/// Source, message and attributes.
type Line<'a> = (&'a str, &'a str, &'a [(&'a str, &'a str)]);

/// Records of a source, with a message and attributes.
fn batch(records: &[Line<'_>]) -> Batch {
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(RECEIVED));
    for (source, message, fields) in records {
        for (name, value) in *fields {
            let (name, value) = (builder.name(name), Value::Text(builder.text(value)));
            builder.field(name, value);
        }
        let (source, message) = (builder.text(source), builder.text(message));
        builder.finish_record(Record { source, message, ..Record::at(Timestamp::from_micros(0)) });
    }
    builder.build()
}

/// `source|message|name=value ...` of each record.
fn shown(batch: &Batch) -> Vec<String> {
    let text = |span: Span| batch.text_if(span).unwrap_or("-").to_owned();
    let show = |record: &Record| {
        let fields = batch.fields(record).iter().map(|field| match field.value {
            Value::Text(value) | Value::Json(value) => format!("{}={}", batch.name(field.name), batch.text(value)),
            other => format!("{}={other:?}", batch.name(field.name)),
        });
        let fields: Vec<String> = fields.collect();
        format!("{}|{}|{}", text(record.source), text(record.message), fields.join(" "))
    };
    batch.records().iter().map(show).collect()
}

fn policy(text: &str) -> Policy {
    let mut policy = Policy::parse(text).unwrap_or_else(|error| panic!("{error}"));
    policy.version = "v".to_owned();
    policy
}

fn gateway(text: &str) -> Gateway {
    Gateway::with_keys(policy(text), keyring().0.into())
}

#[track_caller]
fn admits(policy: &str, records: &[Line<'_>], expected: &[&str]) {
    let admitted = gateway(policy).admit(batch(records));
    assert_eq!(shown(admitted.batch()), expected);
    assert!(Batch::from_parts(admitted.batch().parts().clone()).is_ok());
}

#[test]
fn each_record_says_what_was_found_and_done() {
    let clean = ("api", "all is well", &[][..]);
    let dirty = ("api", "mail ann@example.com and bob@example.com", &[("user.password", "x"), ("host ip", "10.1.2.3")][..]);
    admits(
        "[actions]\nip = \"mask\"",
        &[clean, dirty],
        &[
            "api|all is well|",
            "api|mail a***@example.com and b***@example.com|user.password=[MASKED] host ip=[IP] \
             privacy.found=EMAIL/mask/2/message PASSWORD/mask/1/user.password IP/mask/1/host%20ip privacy.policy=v",
        ],
    );
}

#[test]
fn what_the_policy_keeps_is_told_too() {
    admits(
        "[actions]\nemail = \"keep\"",
        &[("api", "mail ann@example.com", &[])],
        &["api|mail ann@example.com|privacy.found=EMAIL/keep/1/message privacy.policy=v"],
    );
}

#[test]
fn nobody_else_writes_the_account() {
    admits(
        "",
        &[("api", "x", &[("privacy.found", "nothing"), ("Privacy.Policy", "mine")])],
        &["api|x|sender.privacy.found=nothing sender.Privacy.Policy=mine"],
    );
}

#[test]
fn sources_have_rules_of_their_own() {
    let text = "[actions]\nemail = \"mask\"\n[[rule]]\nsource = \"crm*\"\nactions = { email = \"keep\" }\n\
                [[rule]]\nsource = \"crm-eu\"\nactions = { email = \"drop_field\", secret = \"drop_record\" }\n\
                [[rule]]\ntenant = \"other\"\nactions = { email = \"drop_record\" }";
    let mail = "mail ann@example.com";
    admits(
        text,
        &[
            ("api", mail, &[]),
            ("crm", mail, &[]),
            ("crm-eu", mail, &[]),
            ("crm-eu", "password=hunter2x", &[]),
            ("api", mail, &[]),
        ],
        &[
            "api|mail a***@example.com|privacy.found=EMAIL/mask/1/message privacy.policy=v",
            "crm|mail ann@example.com|privacy.found=EMAIL/keep/1/message privacy.policy=v",
            "crm-eu|-|privacy.found=EMAIL/drop_field/1/message privacy.policy=v",
            "api|mail a***@example.com|privacy.found=EMAIL/mask/1/message privacy.policy=v",
        ],
    );
}

/// The same text under two sources is looked at under the rules of each.
#[test]
fn what_is_clean_for_one_source_is_not_for_another() {
    let text = "[actions]\nip = \"keep\"\n[[rule]]\nsource = \"edge\"\nactions = { ip = \"mask\" }";
    admits(
        text,
        &[("api", "from 10.1.2.3", &[]), ("edge", "from 10.1.2.3", &[])],
        &[
            "api|from 10.1.2.3|privacy.found=IP/keep/1/message privacy.policy=v",
            "edge|from [IP]|privacy.found=IP/mask/1/message privacy.policy=v",
        ],
    );
}

#[test]
fn fields_have_rules_of_their_own() {
    let text = "[[field]]\nname = \"note*\"\naction = \"mask\"\n[[field]]\nname = \"note.raw\"\naction = \"drop_field\"\n\
                [[field]]\nname = \"trusted\"\naction = \"keep\"\n[[field]]\nname = \"host\"\naction = \"drop_record\"";
    admits(
        text,
        &[("api", "x", &[("note", "whatever"), ("note.raw", "gone"), ("trusted", "ann@example.com")])],
        &[
            "api|x|note=[MASKED] trusted=ann@example.com privacy.found=FIELD/mask/1/note FIELD/drop_field/1/note.raw privacy.policy=v",
        ],
    );
}

fn token_of(gateway: &Gateway, message: &str, subject: &str) -> String {
    let admitted = gateway.admit(batch(&[("api", message, &[("user.id", subject)])]));
    let masked = admitted.batch().text(admitted.batch().records()[0].message).to_owned();
    let again = gateway.admit(admitted.into_batch());
    assert_eq!(again.batch().text(again.batch().records()[0].message), masked, "twice");
    masked
}

#[test]
fn pseudonyms_are_the_same_for_the_same_person() {
    let gateway = gateway("purpose = \"support\"\n[actions]\nemail = \"pseudonymise\"");
    let token = token_of(&gateway, "mail Ann@Example.com", "u1");
    assert_eq!(token, token_of(&gateway, "mail ann@example.com", "u2"));
    assert!(token.starts_with("mail [EMAIL:p") && token.len() == "mail [EMAIL:p]".len() + 32, "{token}");
    assert_ne!(token, token_of(&gateway, "mail bob@example.com", "u1"));
    gateway.enforce(policy("purpose = \"billing\"\n[actions]\nemail = \"pseudonymise\""));
    assert_ne!(token, token_of(&gateway, "mail ann@example.com", "u1"));
}

#[test]
fn hashes_need_the_key() {
    let hashed = token_of(&gateway("[actions]\npassword = \"hash\""), "password=hunter2x", "u");
    assert!(hashed.starts_with("password=[PASSWORD:h"), "{hashed}");
    let keyless = Gateway::new(policy("[actions]\npassword = \"hash\""));
    assert_eq!(token_of(&keyless, "password=hunter2x", "u"), "password=[MASKED]");
}

#[test]
fn what_is_encrypted_is_its_subjects() {
    let (keys, table) = keyring();
    let keys = std::sync::Arc::new(keys);
    let gateway = Gateway::with_keys(policy("subject = [\"user.id\"]\n[actions]\nemail = \"encrypt\""), keys.clone());
    let tenant = Tenant::default();
    let token = token_of(&gateway, "mail Ann@example.com", "U-1");
    let token = token.strip_prefix("mail ").expect("the message");
    assert_eq!(keys.reveal(&tenant, token).as_deref(), Ok("Ann@example.com"));
    assert_ne!(token_of(&gateway, "mail Ann@example.com", "U-2"), format!("mail {token}"));

    let subject = keys.subject(&tenant, "u-1");
    table.0.lock().insert((tenant.clone(), subject), crate::keys::SubjectKey::Erased);
    keys.forget(&tenant, subject);
    assert_eq!(keys.reveal(&tenant, token), Err(crate::keys::Closed::Erased));
    assert_eq!(token_of(&gateway, "mail Ann@example.com", "u-1"), "mail A***@example.com", "an erased subject gets no key");
}

/// Whoever has no key store masks the whole text rather than keep it.
#[test]
fn a_key_store_that_fails_keeps_nothing() {
    struct Broken;
    impl crate::keys::SubjectKeys for Broken {
        fn get_or_put(
            &self,
            _: &Tenant,
            _: crate::keys::SubjectId,
            _: &crate::keys::WrappedKey,
        ) -> Result<crate::keys::SubjectKey, crate::keys::KeyStoreFailed> {
            Err(crate::keys::KeyStoreFailed("the disk is full".to_owned()))
        }
        fn get(
            &self,
            _: &Tenant,
            _: crate::keys::SubjectId,
        ) -> Result<Option<crate::keys::SubjectKey>, crate::keys::KeyStoreFailed> {
            Ok(None)
        }
    }
    let keys = crate::keys::Keyring::new(crate::keys::RootKey::new([1; 32]), Some(std::sync::Arc::new(Broken)));
    let gateway = Gateway::with_keys(policy("[actions]\nemail = \"encrypt\""), keys.into());
    let admitted = gateway.admit(batch(&[("api", "mail ann@example.com", &[])]));
    assert_eq!(admitted.batch().text(admitted.batch().records()[0].message), crate::MASKING_ERROR);
    assert_eq!(admitted.masked().errors, 1);
}

#[test]
fn quarantined_input_is_screened_by_its_source() {
    let gateway = gateway("[[rule]]\nsource = \"crm\"\nactions = { email = \"drop_record\" }");
    let mut builder = Batch::builder(Tenant::default(), Timestamp::from_micros(RECEIVED));
    for source in ["api", "crm"] {
        let (raw, source) = (builder.text("{\"to\": ann@example.com"), builder.text(source));
        builder.reject(Rejected { reason: RejectReason::InvalidJson, line: 1, offset: 0, raw, source });
    }
    let admitted = gateway.admit(builder.build());
    let raw: Vec<&str> = admitted.batch().rejected().iter().map(|rejected| admitted.batch().text(rejected.raw)).collect();
    assert_eq!(raw, ["{\"to\": a***@example.com", ""]);
    assert!(!admitted.batch().parts().arena.contains("ann@"));
}
