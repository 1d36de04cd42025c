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
    let unknown = fault("[actions]\nemial = \"mask\"");
    assert!(unknown.contains("line 2") && unknown.contains("unknown class `emial`") && unknown.contains("email, "), "{unknown}");
    let unknown = fault("[actions]\nemail = \"hide\"");
    assert!(unknown.contains("line 2") && unknown.contains("drop_field, drop_record, encrypt"), "{unknown}");
    assert!(fault("action = 1").contains("unknown field `action`"));
    assert!(fault("masks = \"most\"").contains("`least` or `seeds`"));
    assert!(fault("[[rule]]\nactions = { email = \"keep\" }").contains("needs `tenant` or `source`"));
    assert!(fault("[[field]]\nname = \"x\"").contains("needs `action` or `level`"));
    assert!(fault("[[field]]\nname = \"x\"\naction = \"keep\"\ncategories = [\"user\"]").contains("needs `level`"));
    assert!(fault("version = \"a b\"").contains("`version`"));
    assert!(fault("secret_names = [\" \"]").contains("`secret_names`"));
    assert!(fault(&"#".repeat((1 << 20) + 1)).contains("at most"));
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
