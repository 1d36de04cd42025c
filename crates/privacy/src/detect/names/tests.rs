use super::*;

fn standard() -> Names {
    Names::new(&STANDARD.iter().map(SecretName::from).collect::<Vec<_>>())
}

#[test]
fn names_are_secret_or_not() {
    use SecretClass::*;
    let names = standard();
    let check = |name: &str, expected: Option<SecretClass>| {
        assert_eq!(names.classify(name.as_bytes()).map(|secret| secret.class), expected, "{name}");
    };
    check("password", Some(Password));
    check("PassWord", Some(Password));
    check("user_password", Some(Password));
    check("dbpassword", Some(Password));
    check("PWD", Some(Password));
    check("oldpwd", None);
    check("password_hash", Some(Password));
    check("password_changed_at", None);
    check("clientSecret", Some(Password));
    check("secret_name", None);
    check("token", Some(Token));
    check("accessToken", Some(Token));
    check("REFRESH-TOKEN", Some(Token));
    check("tokens", None);
    check("token_count", None);
    check("token_type", None);
    check("nextPageToken", None);
    check("unexpected token", None);
    check("apikey", Some(Key));
    check("x-api-key", Some(Key));
    check("private_key", Some(Key));
    check("public_key", None);
    check("key", None);
    check("Authorization", Some(Credential));
    check("card_authorization", None); // a payment's
    check("Set-Cookie", Some(Session));
    check("session", Some(Session));
    check("session_id", None);
    check("JSESSIONID", Some(Session));
    check("credit_card_number", Some(Card));
    check("card", None);
    check("card_pin", Some(Card));
    check("pin", Some(Card));
    check("shipping", None);
    check("ssn", Some(Identity));
    check("session_ssn", Some(Identity));
    check("lesson", None);
    check("trace_id", None);
    check("customer_id", None);
    check("http_path", None);
    check("", None);
    check("_", None);
}

#[test]
fn an_operator_adds_names() {
    let own = SecretName { name: "Vault-Shard".into(), reach: Reach::LastWords, class: SecretClass::Other, in_text: true };
    let names =
        Names::new(&[own, SecretName { name: "--".into(), reach: Reach::Ending, class: SecretClass::Other, in_text: true }]);
    assert!(names.classify(b"my_vault_shard").is_some());
    assert_eq!((names.classify(b"password"), names.classify(b"vault")), (None, None)); // the empty name covers nothing
}

#[test]
fn quick_looks_never_miss_a_name() {
    let names = standard();
    for standard in STANDARD.iter().filter(|standard| standard.1 != Reach::Never) {
        for name in [standard.0.to_owned(), standard.0.to_uppercase(), standard.0.replace('_', ""), format!("{}-", standard.0)] {
            assert!(names.classify(name.as_bytes()).is_some(), "{name}");
            assert!(names.may_be_secret(format!("some other {name}").as_bytes()), "{name}");
        }
    }
}
