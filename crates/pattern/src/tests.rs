use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(message: &str, want: &str) {
    let split = split(message);
    assert_eq!(split.pattern.to_string(), want);
    assert_eq!(split.pattern.rebuild(&split.variables).as_deref(), Some(message));
}

#[test]
fn what_holds_a_digit_is_variable_and_the_rest_is_not() {
    check("", "");
    check("health check ok", "health check ok");
    check("user tom.4751 logged in from 51.136.114.175", "user tom.<*> logged in from <ip>");
    check("created address 6d18fa4c-48b8-4fe8-a202-82aeb00f6d18 in 41ms.", "created address <uuid> in <*>ms.");
    check("Payment authorized txn-1984181517 amount=50.58 USD", "Payment authorized txn-<*> amount=<*> USD");
    check("GET /api/v1/cart/items/27?x=1", "GET /api/v1/cart/items/<*>?x=<*>");
    check("heap=2314MB goroutines=10", "heap=<*>MB goroutines=<*>");
    check("jti=b243271f card=****0969", "jti=<*> card=****<*>");
    check("payment-service-prod-04 up", "payment-service-prod-<*> up");
    check("version 3.23.8 of 1234567d", "version <*> of <*>");
    check("not an address: 1.2.3.256, 1.2.3", "not an address: <*>, <*>");
    check("über 5 Grad, größe3", "über <*> Grad, größe3");
    check("-- 5 -- 3.", "-- <*> -- <*>.");
    check("wait state enabled.......1", "wait state enabled.......<*>");
    check("..1..2", "..<*>..<*>");
    check("generating core.2275", "generating core.<*>");
    check("a.b1.22 a..1.2", "<*> a..<*>");
}

#[test]
fn a_name_may_hold_one_digit() {
    check("port 22 ssh2 on en0 by slf4j", "port <*> ssh2 on en0 by slf4j");
    check("api/v1/utf8 but v12 and 8k", "api/v1/utf8 but <*> and <*>");
    check("id dead1 in b7 of ab1c", "id <*> in b7 of <*>"); // hexadecimal when four or longer
    check("abcdefghijklmno1 abcdefghijklmnop1", "abcdefghijklmno1 <*>");
    check("host.en0 x_y2", "<*> x_y2");
}

#[test]
fn an_address_is_one_variable_beside_anything() {
    check("req-9bc36dd9-91c5-4314-898a-47625eb93b09 ok", "req-<uuid> ok");
    check("(deadbeef-91c5-4314-898a-47625eb93b09)", "(<uuid>)"); // the first digit is in the second part
    check("6d18fa4c-48b8-4fe8-a202-82aeb00f6d181", "<*>-<*>-<*>-<*>-<*>"); // too long
    check("x-6d18fa4c-48b8-4fe8-a202-82aeb00f6d1", "x-<*>-<*>-<*>-<*>-<*>"); // too short
    check("/10.251.42.84:57069", "/<ip>:<*>");
    check("10.1.2.3.4 010.0000.1.1 10.1.2.3-4", "<*> <*> <ip>-<*>");
}

/// The pass goes eight bytes at a time: a digit is found wherever it is in them, and nothing else is taken for one.
#[test]
fn a_digit_is_found_at_any_place() {
    for before in 0..20 {
        for after in 0..20 {
            let message = format!("{} 77 {}", "x".repeat(before), ":".repeat(after));
            assert_eq!(split(&message).variables, ["77"], "{message}");
        }
    }
    let others: String = (0..=char::from(255) as u32).filter_map(char::from_u32).filter(|char| !char.is_ascii_digit()).collect();
    assert_eq!(split(&others).variables, [""; 0]);
}

#[test]
fn messages_of_one_shape_have_one_id() {
    let id = |message| pattern_id(message).0;
    assert_eq!(id("took 5 ms for 10.0.0.1"), id("took 977 ms for 192.168.7.1"));
    assert_ne!(id("took 5 ms"), id("took 5 s"));
    assert_ne!(id("a <*>"), id("a 5"), "text that looks like a hole is not one");
    assert_ne!(id("a5 b"), id("a b5"));
    assert_ne!(id("from 1.2.3.4"), id("from 1234"));
    assert_ne!(id(""), id("5"));
}

/// Ids are stored with every record, so they must be the same in every release.
#[test]
fn ids_never_change() {
    let golden: [(&str, u64); 4] = [
        ("", 0x37e3_639a_142d_be0c),
        ("health check ok", 0x4959_2181_5092_9565),
        ("user tom.4751 logged in from 51.136.114.175", 0x40a3_936d_acfb_6883),
        ("created 6d18fa4c-48b8-4fe8-a202-82aeb00f6d18 in 41ms", 0xc64e_8238_a0a8_507f),
    ];
    for (message, want) in golden {
        assert_eq!(format!("{:016x}", pattern_id(message).0), format!("{want:016x}"), "{message}");
    }
}

proptest! {
    #[test]
    fn any_message_comes_back_byte_for_byte(message in any::<String>()) {
        let split = split(&message);
        prop_assert_eq!(split.pattern.rebuild(&split.variables), Some(message.clone()));
        prop_assert_eq!(split.pattern.id(), pattern_id(&message));
    }

    #[test]
    fn equal_templates_without_marks_mean_equal_ids(message in "[a-c0-2 .:-]{0,24}", other in "[a-c0-2 .:-]{0,24}") {
        prop_assert_eq!(template(&message) == template(&other), pattern_id(&message) == pattern_id(&other));
    }

    #[test]
    fn another_number_is_the_same_pattern(before in "[a-z ]{0,12}", a in 0u32..99999, b in 0u32..99999, after in "( [a-z ]{0,12})?") {
        prop_assert_eq!(pattern_id(&format!("{before} {a}{after}")), pattern_id(&format!("{before} {b}{after}")));
    }
}
