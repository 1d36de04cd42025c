use super::*;

#[test]
fn texts_are_read() {
    let check = |text: &str, severity: Option<Severity>, trouble: Option<Trouble>, of_another: bool| {
        let telling = read(text, severity);
        assert_eq!((telling.trouble, telling.of_another), (trouble, of_another), "{text}");
    };
    let error = Some(Severity::Error);
    check("could not get a connection from pool ledger-db within <*> ms", error, Some(Trouble::Pool), false);
    check("java.lang.OutOfMemoryError: Java heap space", error, Some(Trouble::Memory), false);
    check("ledger-service did not answer", error, None, true);
    check("meeting room booked", Some(Severity::Info), None, false); // `oom` only as a word
    check("write failed: No space left on device", error, Some(Trouble::Disk), false);
    check("order placed", Some(Severity::Info), None, false);
}

#[test]
fn debug_never_counts_and_worse_counts_more() {
    let weight = |severity| read("request failed", severity).weight;
    assert_eq!(weight(Some(Severity::Debug)), 0.0);
    let rising = [Some(Severity::Info), Some(Severity::Warn), None, Some(Severity::Error), Some(Severity::Fatal)].map(weight);
    assert!(rising.is_sorted(), "{rising:?}");
}

#[test]
fn every_kind_has_a_name_and_something_to_do() {
    for kind in KINDS {
        assert!(!name(kind.trouble).is_empty() && !remedies(kind.trouble).is_empty());
    }
}
