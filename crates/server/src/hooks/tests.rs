use axum::http::{HeaderMap, HeaderName};
use ring::signature::{Ed25519KeyPair, KeyPair};

use super::*;

fn endpoint(profile: Profile, secret: &str) -> Endpoint {
    let hook = Hook { name: "hook".to_owned(), profile, secret: HookSecret::Given(secret.to_owned()) };
    Endpoint { name: "hook", profile, keys: hook.keys().expect("a secret") }
}

fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
    let pair = |(name, value): &(&'static str, &str)| (HeaderName::from_static(name), value.parse().expect("a value"));
    pairs.iter().map(pair).collect()
}

fn judge(endpoint: &Endpoint, head: &[(&'static str, &str)], body: &[u8], seconds: i64) -> Result<Claim, Refusal> {
    let claim = endpoint.claim(&headers(head), Timestamp::from_micros(seconds * 1_000_000))?;
    endpoint.verify(&claim, body).map(|()| claim)
}

/// A case: the right request is taken, and none that differs from it by a byte, a secret or too much time.
fn check(profile: Profile, secret: &str, head: &[(&'static str, &str)], body: &[u8], seconds: i64) -> Claim {
    let right = endpoint(profile, secret);
    let judged = |head: &[(&'static str, &str)], body: &[u8], seconds| judge(&right, head, body, seconds).map(drop);
    assert_eq!(judged(head, &[body, b" "].concat(), seconds), Err(Refusal::Signature));
    assert_eq!(judged(&[], body, seconds), Err(Refusal::Unsigned));
    for (index, (name, value)) in head.iter().enumerate() {
        if value.parse::<i64>().is_ok() || value.starts_with("t=") {
            assert_eq!(judged(head, body, seconds + 301), Err(Refusal::Stale), "{name}");
            assert_eq!(judged(head, body, seconds - 301), Err(Refusal::Stale), "{name}");
            assert_eq!(judged(head, body, seconds + 300), Ok(()), "{name}");
        }
        let doubled = [head, &head[index..=index]].concat();
        let mut map = HeaderMap::new();
        for (name, value) in doubled {
            map.append(HeaderName::from_static(name), value.parse().expect("a value"));
        }
        if !name.starts_with("x-github-") {
            assert!(right.claim(&map, Timestamp::from_micros(seconds * 1_000_000)).is_err(), "{name} twice");
        }
    }
    let other = endpoint(profile, "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx");
    assert_eq!(judge(&other, head, body, seconds).map(drop), Err(Refusal::Signature));
    let rotated = endpoint(profile, &format!("# new, then old\nMfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx\n{secret}\n"));
    assert!(judge(&rotated, head, body, seconds).is_ok());
    judge(&right, head, body, seconds).expect("the right one")
}

/// The example of Standard Webhooks' own specification and libraries.
#[test]
fn standard_webhooks_by_shared_key() {
    let head = [
        ("webhook-id", "msg_p5jXN8AQM9LWM0D4loKWxJek"),
        ("webhook-timestamp", "1614265330"),
        ("webhook-signature", "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="),
    ];
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    let claim = check(Profile::Standard, secret, &head, br#"{"test": 2432232314}"#, 1_614_265_330);
    assert_eq!(claim.signed_id.as_deref(), Some("msg_p5jXN8AQM9LWM0D4loKWxJek"));
    let several =
        [head[0], head[1], ("webhook-signature", "v1,AAAA v2,x v1a,AAAA v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")];
    check(Profile::Standard, secret, &several, br#"{"test": 2432232314}"#, 1_614_265_330);
    let other_id = [("webhook-id", "msg_other"), head[1], head[2]];
    let judged = judge(&endpoint(Profile::Standard, secret), &other_id, br#"{"test": 2432232314}"#, 1_614_265_330);
    assert_eq!(judged.map(drop), Err(Refusal::Signature), "the id is signed");
}

/// Keys of RFC 8032, section 7.1, TEST 1; its signature of the empty message first, because nothing here signs that.
#[test]
fn standard_webhooks_by_public_key() {
    let bytes = |hex: &str| -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).expect("hex")).collect()
    };
    let seed = bytes("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let public = bytes("d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a");
    let of_nothing = bytes(
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    );
    let pair = Ed25519KeyPair::from_seed_and_public_key(&seed, &public).expect("a pair of keys");
    assert_eq!(pair.public_key().as_ref(), public);
    assert_eq!(pair.sign(b"").as_ref(), of_nothing);
    let signed = pair.sign(b"msg_1.1614265330.{}");
    use base64::Engine;
    let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
    let signature = format!("v1a,{}", base64(signed.as_ref()));
    let head = [("webhook-id", "msg_1"), ("webhook-timestamp", "1614265330"), ("webhook-signature", signature.as_str())];
    check(Profile::Standard, &format!("whpk_{}", base64(&public)), &head, b"{}", 1_614_265_330);
}

/// GitHub's documentation, "Validating webhook deliveries", testing values.
#[test]
fn github() {
    let head = [
        ("x-hub-signature-256", "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"),
        ("x-github-delivery", "72d3162e-cc78-11e3-81ab-4c9367dc0958"),
        ("x-github-event", "issues"),
    ];
    let claim = check(Profile::GitHub, "It's a Secret to Everybody", &head, b"Hello, World!", 0);
    assert_eq!(claim.signed_id, None, "GitHub does not sign it");
    assert_eq!((claim.id.as_deref(), claim.event.as_deref()), (Some("72d3162e-cc78-11e3-81ab-4c9367dc0958"), Some("issues")));
}

/// Slack's documentation, "Verifying requests from Slack".
#[test]
fn slack() {
    let body = b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c";
    let head = [
        ("x-slack-request-timestamp", "1531420618"),
        ("x-slack-signature", "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"),
    ];
    check(Profile::Slack, "8f742231b10e8888abcd99yyyzzz85a5", &head, body, 1_531_420_618);
}

/// The signature was made with Python's `hmac` over `TIME.BODY`, as Stripe's documentation says.
#[test]
fn stripe() {
    let signature = "t=1614265330,v1=8cc16d07604d721c617dacb2a23311f00ef14115bcd439794cbfa72240126bf6,v0=6ffbb59b2300aae63f272406069a9788598b792a944a07aba816edb039989a39";
    check(Profile::Stripe, "whsec_a_secret_of_a_test", &[("stripe-signature", signature)], b"{\"id\":\"evt_1\"}", 1_614_265_330);
}

#[test]
fn alertmanager_shows_a_token() {
    let right = endpoint(Profile::Alertmanager, "a-token-of-some-length");
    let judged = |value: &str| right.claim(&headers(&[("authorization", value)]), Timestamp::from_micros(0)).map(drop);
    assert_eq!(judged("Bearer a-token-of-some-length"), Ok(()));
    assert_eq!(judged("Basic YW06YS10b2tlbi1vZi1zb21lLWxlbmd0aA=="), Ok(()));
    assert_eq!(judged("Bearer a-token-of-some-lengtH"), Err(Refusal::Signature));
    assert_eq!(judged("Digest x"), Err(Refusal::Unsigned));
    assert_eq!(right.claim(&HeaderMap::new(), Timestamp::from_micros(0)).map(drop), Err(Refusal::Unsigned));
}

#[test]
fn what_claims_nothing_clear_is_unsigned() {
    let right = endpoint(Profile::Standard, "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
    let judged = |id: &str, time: &str, signature: &str| {
        let head = [("webhook-id", id), ("webhook-timestamp", time), ("webhook-signature", signature)];
        right.claim(&headers(&head), Timestamp::from_micros(0)).map(drop)
    };
    assert_eq!(judged("m", "0", "v1,AAAA"), Ok(()));
    let long = "i".repeat(257);
    for (id, time, signature) in [
        ("", "0", "v1,AAAA"),
        ("a b", "0", "v1,AAAA"),
        (long.as_str(), "0", "v1,AAAA"),
        ("m", "", "v1,AAAA"),
        ("m", "+0", "v1,AAAA"),
        ("m", "-1", "v1,AAAA"),
        ("m", "0.0", "v1,AAAA"),
        ("m", "99999999999999999999", "v1,AAAA"),
        ("m", "0", ""),
        ("m", "0", "v1"),
        ("m", "0", "v1,?"),
        ("m", "0", "v9,AAAA"),
    ] {
        assert_eq!(judged(id, time, signature), Err(Refusal::Unsigned), "{id} {time} {signature}");
    }
    assert_eq!(judged("m", "9223372036854775807", "v1,AAAA"), Err(Refusal::Stale));
}

#[test]
fn secrets_that_are_none_are_named_and_not_quoted() {
    let check = |profile, secret: &str, expected: &str| {
        let hook = Hook { name: "pay".to_owned(), profile, secret: HookSecret::Given(secret.to_owned()) };
        let told = hook.keys().expect_err(secret).to_string();
        assert_eq!(told, format!("hook pay: {expected}"));
        assert!(!format!("{hook:?}").contains("short"));
    };
    check(Profile::GitHub, "", "it has 0 secrets; it must have 1 to 8, one a line");
    check(Profile::GitHub, &"a-secret-long-enough\n".repeat(9), "it has 9 secrets; it must have 1 to 8, one a line");
    check(Profile::Slack, "# c\nlong-enough-secret\nshort", "secret 2: it must be 16 to 512 ASCII characters that can be seen");
    let expected = "secret 1: it must be whsec_ and the base64 of 24 to 64 bytes, or whpk_ and that of a public key";
    check(Profile::Standard, "whsec_c2hvcnQ=", expected);
    check(Profile::Standard, "whpk_c2hvcnQ=", "secret 1: behind whpk_ must stand the base64 of 32 bytes");
    check(
        Profile::Standard,
        "whsk_c2hvcnQ=",
        "secret 1: whsk_ is a private key, which belongs to the sender: whpk_ is wanted here",
    );
    let file = Hook { name: "pay".to_owned(), profile: Profile::GitHub, secret: HookSecret::File("/nowhere/secret".into()) };
    assert!(file.keys().expect_err("no file").to_string().starts_with("hook pay: secret in /nowhere/secret: "));
}
