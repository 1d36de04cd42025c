use proptest::prelude::*;

use super::{Phrase, Prefix, fold, words};

fn folded_words(text: &str) -> Vec<String> {
    let fold_one = |word| {
        let mut out = String::new();
        fold(word, &mut out);
        out
    };
    words(text).map(fold_one).collect()
}

#[test]
fn a_text_is_cut_into_words() {
    let check = |text: &str, expected: &[&str]| assert_eq!(folded_words(text), expected, "{text:?}");
    check("", &[]);
    check(" -> ", &[]);
    check("Connection reset by peer.", &["connection", "reset", "by", "peer"]);
    check("user_id=42,x-y", &["user_id", "42", "x", "y"]);
    check("Échec: GRÜSSE\u{a0}日本語", &["échec", "grüsse", "日本語"]);
    check("3.14e5", &["3", "14e5"]);
    check("ΣΑΣ", &["σασ"]); // no special letter at the end: a word folds the same wherever it stands
    check("fail\u{301}", &["fail"]); // a combining mark is no alphanumeric
}

#[test]
fn words_go_on_over_the_blocks_that_are_read_at_a_time() {
    for len in [1, 63, 64, 65, 127, 128, 129, 200] {
        for before in [0, 1, 62, 63, 64, 65] {
            let word = "a".repeat(len);
            let text = format!("{}{word}{}", " ".repeat(before), "-".repeat(before));
            assert_eq!(words(&text).collect::<Vec<_>>(), [word.as_str()], "{before} blanks before {len} letters");
        }
    }
}

proptest! {
    #[test]
    fn words_are_what_lies_between_other_characters(text in "[ -~\n]{0,200}|[aZ09_ é日-]{0,150}") {
        let expected: Vec<&str> = text.split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(words(&text).collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_phrase_stands_whole_in_order_in_any_case() {
    let check = |phrase: &str, text: &str, expected| {
        assert_eq!(Phrase::new(phrase).matches(text), expected, "{phrase:?} in {text:?}");
    };
    check("fail", "Fail", true);
    check("fail", "did fail", true);
    check("fail", "failed", false);
    check("fail", "failé", false);
    check("fail", "éfail", false);
    check("fail", "fail_1", false);
    check("fail", "failed, then FAIL!", true);
    check("fail", "日本 fail 語", true);
    check("connection reset by peer", "read: Connection Reset  by-peer (104)", true);
    check("connection reset by peer", "connection was reset by peer", false);
    check("connection reset by peer", "connection reset by", false);
    check("connection reset by peer", "reset by peer connection reset by peers", false);
    check("a a b", "a a a b", true);
    check("x", "0123456789abcdef X", true);
    check("x", "0123456789abcdefx", false);
    check("reset: by", "RESET by", true);
    check("échec", "ÉCHEC total", true);
    check("échec", "échecs", false);
    check("échec total", "Échec / Total", true);
    check("kelvin", "300 \u{212a}elvin", true); // the sign for kelvin folds to k
    check("->", "a -> b", true);
    check("->", "a - > b", false);
    check("", "", true);
    check("", "anything", true);
    check("word", "", false);
}

#[test]
fn a_prefix_leaves_its_last_word_open() {
    let check = |prefix: &str, text: &str, expected| {
        assert_eq!(Prefix::new(prefix).matches(text), expected, "{prefix:?} in {text:?}");
    };
    check("conn", "Connection lost", true);
    check("conn", "conn", true);
    check("conn", "disconnect", false);
    check("order-12", "Order 1234", true);
    check("order-12", "orders 1234", false);
    check("conn-", "connection", false); // the dash ends the word
    check("conn-", "conn 7", true);
    check("éch", "ÉCHEC", true);
    check("i", "\u{130}stanbul", true);
    check("->", "a -> b", true);
    assert_eq!(Prefix::new("a b").whole_words(), ["a"]);
    assert_eq!(Prefix::new("a b ").whole_words(), ["a", "b"]);
    assert!(Prefix::new("").whole_words().is_empty());
}

/// What the matchers are held against: the words of the text, compared one by one.
fn stands(wanted: &[String], last_goes_on: bool, text: &str) -> bool {
    let have = folded_words(text);
    let equal = |(index, (word, want)): (usize, (&String, &String))| {
        if last_goes_on && index + 1 == wanted.len() { word.starts_with(want.as_str()) } else { word == want }
    };
    have.windows(wanted.len()).any(|window| window.iter().zip(wanted).enumerate().all(equal))
}

/// Few different characters, so that words meet often; among them all that need care at a border.
fn text() -> impl Strategy<Value = String> {
    let character =
        prop::sample::select(vec!['a', 'B', 'b', 'k', 'i', '1', '_', ' ', ' ', '-', 'é', 'É', '\u{212a}', '\u{130}', '日']);
    prop::collection::vec(character, 0..40).prop_map(String::from_iter)
}

proptest! {
    #[test]
    fn words_are_the_maximal_runs(text in "\\PC{0,40}") {
        let naive: Vec<&str> = text.split(|c: char| c != '_' && !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        prop_assert_eq!(words(&text).collect::<Vec<_>>(), naive);
    }

    #[test]
    fn matching_agrees_with_the_words(text in text(), wanted in text().prop_map(|text| text.chars().take(6).collect::<String>())) {
        let wanted_words = folded_words(&wanted);
        prop_assume!(!wanted_words.is_empty());
        prop_assert_eq!(Phrase::new(&wanted).matches(&text), stands(&wanted_words, false, &text));
        let prefix = Prefix::new(&wanted);
        let goes_on = prefix.whole_words().len() < prefix.words().len();
        prop_assert_eq!(prefix.matches(&text), stands(&wanted_words, goes_on, &text));
    }

    /// Phrases cut out of the text itself, so that most of them match.
    #[test]
    fn a_piece_of_the_text_is_judged_alike(text in text(), from in 0usize..40, len in 1usize..12) {
        let wanted: String = text.chars().skip(from).take(len).collect();
        let wanted_words = folded_words(&wanted);
        prop_assume!(!wanted_words.is_empty());
        prop_assert_eq!(Phrase::new(&wanted).matches(&text), stands(&wanted_words, false, &text));
        let prefix = Prefix::new(&wanted);
        let goes_on = prefix.whole_words().len() < prefix.words().len();
        prop_assert_eq!(prefix.matches(&text), stands(&wanted_words, goes_on, &text));
    }
}
