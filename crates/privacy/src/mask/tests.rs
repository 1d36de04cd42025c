use crate::detect::Detector;
use crate::{Action, Kind, Policy, Preset};

#[track_caller]
fn check(policy: &Policy, text: &str, expected: &str) {
    let mask = |text: &str| {
        let mut found = Vec::new();
        Detector::new(policy).scan(text, None, &mut found);
        policy.masked(text, &found)
    };
    assert_eq!(mask(text), expected);
    assert_eq!(mask(expected), expected, "twice");
}

#[test]
fn masks_keep_the_least() {
    let policy = Policy::default();
    check(&policy, "card 4111 1111 1111 1111 ok", "card xxxx-xxxx-xxxx-1111 ok");
    check(&policy, "mail john.doe@example.com", "mail j***@example.com");
    check(&policy, "?email=john%40example.com&a=1", "?email=j***%40example.com&a=1");
    check(&policy, "ssn=536-22-5678", "ssn=xxx-xx-5678");
    check(&policy, "phone: +1 415 555 7890", "phone: xxx-xxx-7890");
    check(&policy, "password=hunter2", "password=[MASKED]");
    check(&policy, "{\"pin\":1234}", "{\"pin\":\"[MASKED]\"}");
    check(&policy, "{\"m\":\"{\\\"pin\\\":1234}\"}", "{\"m\":\"{\\\"pin\\\":\\\"[MASKED]\\\"}\"}");
    check(&policy, "first_name=Ingrid x=1", "first_name=[PERSON] x=1");
    check(&policy, "from 10.1.2.3", "from 10.1.2.3");
}

#[test]
fn the_other_preset_keeps_more() {
    let policy = Policy::default().with_preset(Preset::Seeds);
    check(&policy, "card 4111111111111111", "card 4111-****-****-1111");
    check(&policy, "mail username@domain.com", "mail user***@domain.com");
    check(&policy, "password=hunter2", "password=********");
}

#[test]
fn each_kind_has_its_action() {
    let policy = Policy::default().with(Kind::Email, Action::Keep).with(Kind::Ip, Action::Mask);
    check(&policy, "a@example.com 10.1.2.3", "a@example.com [IP]");
}

/// Nothing but a token of ours is passed over because it looks like one.
#[test]
fn what_only_looks_like_a_token_is_looked_at() {
    let policy = Policy::default();
    check(&policy, "[CARD:4111111111111111]", "[CARD:xxxx-xxxx-xxxx-1111]");
    check(&policy, "[PASSWORD: hunter2SECRET]", "[PASSWORD: [MASKED]]");
    check(
        &policy,
        "[EMAIL:h0123456789abcdef] [EMAIL:p0123456789abcdef0123456789abcdef]",
        "[EMAIL:h0123456789abcdef] [EMAIL:p0123456789abcdef0123456789abcdef]",
    );
}
