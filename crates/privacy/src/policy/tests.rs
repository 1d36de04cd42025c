use super::*;

fn fault(text: &str) -> String {
    Policy::parse(text).map(|policy| policy.version).expect_err("refused").to_string()
}

#[test]
fn families_and_all_are_general_and_single_classes_particular() {
    let policy = Policy::parse("[actions]\nall = \"keep\"\nsecret = \"drop_field\"\njwt = \"hash\"").expect("a policy");
    assert_eq!(policy.action(Kind::Email), Action::Keep);
    assert_eq!(policy.action(Kind::Password), Action::DropField);
    assert_eq!(policy.action(Kind::Jwt), Action::Hash);
}

#[test]
fn an_empty_file_is_the_default() {
    let policy = Policy::parse("").expect("a policy");
    assert_eq!((policy.action(Kind::Ip), policy.action(Kind::Person)), (Action::Keep, Action::Mask));
    assert!(policy.version.starts_with("policy-") && policy.version.len() == "policy-".len() + 8, "{}", policy.version);
    assert_ne!(policy.version, Policy::parse("# other").expect("a policy").version);
}

#[test]
fn faults_tell_the_place_and_what_there_is() {
    let check = |text: &str, begin: &str, end: &str| {
        let fault = fault(text);
        assert!(fault.starts_with(begin) && fault.ends_with(end), "{fault}");
    };
    check(
        "[actions]\nemial = \"mask\"",
        "line 2, column 1, at `actions`: unknown class; there are: address, all, ",
        ", stripe_key, us_ssn",
    );
    check("[actions]\nemail = \"hide\"", "line 2, column 9, at `actions.email`: unknown action; there are: ", "pseudonymise");
    check("\naction = 1", "line 2, column 1, at `action`: unknown field, expected one of `version`, ", "`field`");
    check("masks = \"most\"", "line 1, column 9, at `masks`: unknown variant, expected ", "`least` or `seeds`");
    check("[[rule]]\nsource = 5", "line 2, column 10, at `rule.source`: invalid type, expected a string", "");
    check("epoch = month", "line 1, column 9, at `epoch`: this is not TOML", "");
    check("epoch = \"none\"\nepoch = \"none\"", "line 2, column 1, at `epoch`: duplicate key", "");
    check(
        "[actions]\n[[rule]]\nactions = { email = \"keep\" }",
        "line 2, column 1, at `rule`: a [[rule]] needs `tenant` or `source`",
        "",
    );
    check("[[field]]\nname = \"x\"", "line 1, column 1, at `field`: a [[field]] needs `action` or `level`", "");
    check("[[field]]\naction = \"keep\"", "line 1, column 1, at `field`: missing field `name`", "");
    check("[[field]]\nname = \"x\"\naction = \"keep\"\ncategories = [\"user\"]", "line 1", "needs `level` too");
    check("version = \"a b\"", "line 1, column 11, at `version`: `version` must have", "");
    check("secret_names = [\"a\", \" \"]", "line 1, column 22, at `secret_names`: `secret_names` must not be empty", "");
    check(&"#".repeat((1 << 20) + 1), "a policy has at most", "");
}

/// Somebody may have put a secret there; only who asks to see the line sees it.
#[test]
fn faults_repeat_nothing_of_the_text() {
    const SECRET: &str = "hunter2, expected SECRET; there are: hunter2";
    let texts = [
        format!("\"{SECRET}\" = 1"),
        format!("[actions]\n\"{SECRET}\" = \"mask\""),
        format!("[actions]\nemail = \"{SECRET}\""),
        format!("masks = \"{SECRET}\""),
        format!("subject = \"{SECRET}\""),
        format!("[\"{SECRET}\"]"),
        format!("[rule]\nsource = \"{SECRET}\""),
        format!("version = \"{SECRET}\""),
        format!("[[field]]\nname = \"{SECRET}\""),
        format!("[[field]]\nname = \"{SECRET}\"\naction = \"keep\"\nlevel = \"{SECRET}\""),
        format!("{SECRET} = 1"),
        format!("purpose = {SECRET}"),
        format!("purpose = \"{SECRET}"),
        format!("\"{SECRET}\" = 1\n\"{SECRET}\" = 2"),
    ];
    for text in texts {
        let error = Policy::parse(&text).map(|policy| policy.version).expect_err("refused");
        for told in [error.to_string(), format!("{error:?}")] {
            assert!(!told.contains("hunter2") && !told.contains("SECRET"), "{told}");
        }
    }
    let error = Policy::parse("masks = \"most\"").map(|policy| policy.version).expect_err("refused");
    assert!(error.shown().contains("1 | masks = \"most\""), "{}", error.shown());
}

#[test]
fn fields_are_confidential_until_they_are_classified() {
    let policy = Policy::parse(
        "[[field]]\nname = \"shop.*\"\nlevel = \"public\"\ncategories = [\"system\"]\n[[field]]\nname = \"shop.till\"\nlevel = \"restricted\"",
    )
    .expect("a policy");
    let level = |field: &str| (policy.classify(field).level, policy.classify(field).origin);
    assert_eq!(level("shop.name"), (Level::Public, Origin::Policy));
    assert_eq!(level("shop.till"), (Level::Restricted, Origin::Policy));
    assert_eq!(level("never.seen"), (Level::Confidential, Origin::Unclassified));
    assert_eq!(level("severity"), (Level::Internal, Origin::Standard));
    assert_eq!(level("k8s.pod.name"), (Level::Internal, Origin::Standard));
    assert_eq!(level("user.email"), (Level::Confidential, Origin::Standard));
    assert_eq!(level("db.password"), (Level::Restricted, Origin::Standard));
    assert_eq!(policy.classify("customer_phone").categories, ["user.contact.phone_number"]);
}

#[test]
fn secret_names_are_added_to_the_known_ones() {
    let policy = Policy::parse("secret_names = [\"pin_block\"]").expect("a policy");
    let mut found = Vec::new();
    crate::detect::Detector::new(&policy).scan("pin_block=abcd password=hunter2x", None, &mut found);
    assert_eq!(found.len(), 2);
}
