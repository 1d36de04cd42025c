use super::*;

const PATTERNS: [(&str, &str); 7] = [
    ("Failed password for <*> from <ip> port <*> ssh2", "sshd"),
    ("Accepted password for <*> from <ip> port <*> ssh2", "sshd"),
    ("write to segment <*> failed: No space left on device", "storage"),
    ("getBatteryLevel changed to <*>", "powerd"),
    ("connection timed out after <*> ms", "payment-service"),
    ("order <*> placed by <*>", "checkout"),
    ("", ""),
];

#[track_caller]
fn check(query: &str, expected: &str) {
    let found = Meaning::new(PATTERNS.into_iter()).nearest(query, 1);
    assert_eq!(found.first().map_or("-", |&(place, _)| PATTERNS[place].0), expected, "{query}");
}

#[test]
fn other_words_for_the_same_are_found() {
    check("somebody guesses passwords", PATTERNS[0].0);
    check("user logged in", PATTERNS[1].0);
    check("disk is full", PATTERNS[2].0);
    check("charge of the battery", PATTERNS[3].0);
    check("took too long to answer", PATTERNS[4].0);
    check("checkout", PATTERNS[5].0); // who says it counts
    check("conection timout", PATTERNS[4].0); // spelling
}

#[test]
fn nothing_is_found_for_nothing() {
    check("", "-");
    check("\u{202e}\u{0}", "-");
    check("the of and", "-");
    assert!(Meaning::new(std::iter::empty()).nearest("disk full", 5).is_empty());
}

#[test]
fn scores_lie_between_0_and_1_and_fall() {
    let found = Meaning::new(PATTERNS.into_iter()).nearest("failed password from", 10);
    assert!(found.is_sorted_by(|a, b| a.1 >= b.1));
    assert!(found.iter().all(|&(_, score)| score > 0.0 && score <= 1.0), "{found:?}");
}
