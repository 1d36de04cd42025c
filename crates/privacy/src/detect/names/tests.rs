use super::*;

fn standard() -> Names {
    Names::new(&STANDARD.iter().map(SecretName::from).collect::<Vec<_>>())
}

#[test]
fn names_are_secret_or_not() {
    use Kind::*;
    let names = standard();
    let check = |name: &str, expected: Option<Kind>| {
        assert_eq!(names.classify(name.as_bytes()).map(|secret| secret.kind), expected, "{name}");
    };
    check("password", Some(Password));
    check("PassWord", Some(Password));
    check("user_password", Some(Password));
    check("dbpassword", Some(Password));
    check("PWD", Some(Password));
    check("oldpwd", None);
    check("Kennwort", Some(Password));
    check("contraseña", Some(Password));
    check("password_changed_at", None);
    check("password_policy", None);
    check("clientSecret", Some(ApiKey));
    check("secret_name", None);
    check("accessToken", Some(AuthToken));
    check("tokens", None);
    check("token_count", None);
    check("token_type", None);
    check("nextPageToken", None);
    check("x-api-key", Some(ApiKey));
    check("public_key", None);
    check("partition_key", None);
    check("AccountKey", Some(AzureKey));
    check("Authorization", Some(AuthToken));
    check("card_authorization", None); // a payment's
    check("Set-Cookie", Some(AuthToken));
    check("JSESSIONID", Some(AuthToken));
    check("card_pin", Some(Password));
    check("shipping", None);
    check("trace_id", None);
    check("", None);
    check("_", None);
}

#[test]
fn an_operator_adds_names() {
    let name = |name: &str, reach| SecretName { name: name.into(), reach, kind: Kind::ApiKey, holds: Holds::Anything };
    let names = Names::new(&[name("Vault-Shard", Reach::LastWords), name("--", Reach::Ending), name("zz", Reach::LastWords)]);
    assert!(names.classify(b"my_vault_shard").is_some());
    assert!(names.classify(b"my_zz").is_some());
    assert_eq!((names.classify(b"password"), names.classify(b"vault")), (None, None)); // the empty name covers nothing
}

#[test]
fn quick_looks_never_miss_a_name() {
    let names = standard();
    for standard in STANDARD.iter().filter(|standard| standard.1 != Reach::Never) {
        for name in [standard.0.to_owned(), standard.0.replace('_', ""), format!("{}-", standard.0)] {
            assert!(names.classify(name.as_bytes()).is_some(), "{name}");
            assert!(names.promise(format!("some other {name}").as_bytes()).0, "{name}");
        }
    }
}
