use proptest::prelude::*;

use super::*;
use crate::{pattern_id, split};

fn merged(messages: &[&str]) -> Merged {
    let skeletons: HashMap<PatternId, &str> = messages.iter().map(|message| (pattern_id(message), *message)).collect();
    merge(skeletons.into_values().map(|message| (split(message).pattern, 1)))
}

/// The templates of the messages, each once, in order of the alphabet.
#[track_caller]
fn check(messages: &[&str], want: &[&str]) {
    let merged = merged(messages);
    let mut templates: Vec<&str> = merged.patterns().iter().map(|pattern| pattern.template.as_str()).collect();
    templates.sort_unstable();
    assert_eq!(templates, want);
    for message in messages {
        assert!(merged.of(pattern_id(message)).is_some(), "{message}");
    }
}

/// One message for each word, in place of `%`.
fn with_words(message: &str, words: &str) -> Vec<String> {
    words.split(' ').map(|word| message.replace('%', word)).collect()
}

#[track_caller]
fn check_words(message: &str, words: &str, want: &[&str]) {
    let messages = with_words(message, words);
    check(&messages.iter().map(String::as_str).collect::<Vec<_>>(), want);
}

#[test]
fn many_words_in_one_place_are_a_variable() {
    let users = "anna berta carla doris emma frieda greta hanna";
    check_words("session opened for user % by login", users, &["session opened for user <*> by login"]);
    check_words("rhost=9 user=% ok", "root guest test", &["rhost=<*> user=<*> ok"]);
    check_words("country code set to '%' now", "DE FR US GB", &["country code set to '<*>' now"]);
    check_words("loaded class %", "a.b.C a.b.D a.b.E x.Y", &["loaded class <*>"]);
    check_words("closed for user % now", "anna berta carla", &["closed for user <*> now"]);
    check_words("link of en% up", "0 1 2", &["link of <*> up"]);
}

#[test]
fn few_words_are_different_events() {
    check(&["connection opened", "connection closed"], &["connection closed", "connection opened"]);
    check(&["a cat", "a dog", "b cat", "b dog"], &["a cat", "a dog", "b cat", "b dog"]);
    check_words(
        "state is % of 3",
        "up down idle busy",
        &["state is busy of <*>", "state is down of <*>", "state is idle of <*>", "state is up of <*>"],
    );
    check_words("%", "a b c d e f g h i j k l m n", &["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l", "m", "n"]);
}

#[test]
fn words_that_were_values_in_one_place_are_values_in_another() {
    let mut messages = with_words("user % came in", "anna berta carla doris emma frieda greta hanna");
    messages.extend(with_words("session of % is over", "anna berta"));
    messages.extend(with_words("session of % is lost", "moon sun"));
    let messages: Vec<&str> = messages.iter().map(String::as_str).collect();
    check(&messages, &["session of <*> is over", "session of moon is lost", "session of sun is lost", "user <*> came in"]);
}

#[test]
fn values_are_known_by_their_looks() {
    check(&["read /etc/hosts now", "read /usr/share/dict now"], &["read <*> now"]);
    check(&["get http://a.b/c?d=e, done", "get https://f/g, done"], &["get <*>, done"]);
    check(&["get /a/b?c=d&e=f, done", "get /a?g=h, done"], &["get <*>, done"]);
    check(&["tag=\"screen on\" id=7", "tag=\"a\" id=8"], &["tag=\"<*>\" id=<*>"]);
    check(&["from a.b.org:80 ok", "from c.d.org:81 ok"], &["from <*> ok"]);
    check(&["mail to ann@a.org.", "mail to bob@b.org."], &["mail to <*>."]);
    check(&["opened C:\\Users\\ann for reading"], &["opened <*> for reading"]);
    check(&["link fe80::1:ab:cd:2 up", "link 00:0c:ab:cd:ef:01 up"], &["link <*> up"]);
    check(&["at Fri Jul  1 02:03:04 2005 ok", "at Sun Jun 12 2:03:04 2005 ok"], &["at <*> ok"]);
    check(&["quiet is true", "quiet is false"], &["quiet is <*>"]);
    check(&["free 1.2 KB of 2.3 MB", "free 1.2 MB of 2.3 MB"], &["free <*> of <*>"]);
    check(&["free 1.2 MB of 2.3 MB"], &["free <*> MB of <*> MB"]);
    check(&["from 1.2.3.4 () ok", "from 1.2.3.4 (a1b2.net) ok"], &["from <*> (<*>) ok"]);
    check(&["call init() ok"], &["call init() ok"]);
    check(&["to 10.1.2.3:80", "to 10.1.2.3"], &["to <*>"]);
}

#[test]
fn identifiers_that_vary_together_are_variables() {
    let pair = |name: char| format!("register class a.b.{name}Type for class a.c.{name}Handler");
    let six: Vec<String> = "ABCDEF".chars().map(pair).collect();
    check(&six.iter().map(String::as_str).collect::<Vec<_>>(), &["register class <*> for class <*>"]);
    check(
        &[&pair('A'), &pair('B')],
        &["register class a.b.AType for class a.c.AHandler", "register class a.b.BType for class a.c.BHandler"],
    );
    check(&[&pair('A'), "register class a.v22 for class a.v33"], &["register class <*> for class <*>"]);
    let six: Vec<String> = "ABCDEF".chars().map(|name| format!("a.{name} b.{name}")).collect();
    assert_eq!(merged(&six.iter().map(String::as_str).collect::<Vec<_>>()).patterns().len(), 6, "nothing is common");
}

#[test]
fn lists_may_be_of_any_length() {
    check(&["delete b1.1 b2.2 b3.3 b4.4 b5.5", "delete b1.1 b2.2", "delete b1.1"], &["delete <*>"]);
    check(&["channels 10, 11, 12, 13 ok", "channels 10, 11 ok"], &["channels <*> ok"]);
    check(&["move 10 to 20", "move 10 20 to 20"], &["move <*> <*> to <*>", "move <*> to <*>"]);
}

#[test]
fn what_differs_in_white_space_only_is_one_pattern() {
    check(&["a  b\tc 11", " a b c   22 "], &["a b c <*>"]);
    check(&["Machine check", "machine check"], &["Machine check", "machine check"]);
}

#[test]
fn a_merged_id_is_a_hash_of_its_template() {
    let one = merged(&["user anna1.1 in"]);
    let other = merged(&["user berta2.2 in", "something else"]);
    let id = |merged: &Merged, message| merged.of(pattern_id(message)).map(|pattern| pattern.id);
    assert_eq!(id(&one, "user anna1.1 in"), id(&other, "user berta2.2 in"));
    assert_ne!(id(&one, "user anna1.1 in"), id(&other, "something else"));
    assert_eq!(id(&one, "something else"), None);
}

#[test]
fn a_long_message_is_compared_by_its_beginning() {
    let long = |end: &str| format!("begin {}{end}", "and on ".repeat(200_000));
    let merged = merged(&[&long("this"), &long("that"), "begin and on"]);
    assert_eq!(merged.patterns().len(), 2);
    assert!(merged.patterns().iter().all(|pattern| pattern.template.len() < 5_000));
    let word = |letter: &str| format!("a {} b", letter.repeat(100_000));
    check(&[&word("x"), &word("y")[..50_000]], &["a <*>"]);
}

#[test]
fn hostile_text_is_text() {
    let hostile = [
        "\0\u{1}\u{7f}\u{ffff}",
        "=\"",
        "=\"\"",
        "'",
        "::::",
        "...",
        "<*>",
        "[[[[",
        "/",
        "//",
        "://",
        "C:\\",
        "@.",
        "1",
        "a=",
        "\u{feff}\u{202e}",
    ];
    for one in hostile {
        for other in hostile {
            let message = format!("{one}{other} {one}");
            assert!(merged(&[&message]).of(pattern_id(&message)).is_some(), "{message}");
        }
    }
}

/// Whether a template says what a message says: the constant text in order, and anything in the holes.
fn matches(template: &str, message: &str) -> bool {
    let bare = |text: &str| text.chars().filter(|char| *char > ' ').collect::<String>();
    let (template, message) = (bare(template), bare(message));
    let mut parts = template.split("<*>");
    let Some(mut rest) = parts.next().and_then(|first| message.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty() };
    for part in parts {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn a_template_matches_its_messages(messages in prop::collection::vec(
        "((user|at|of|in|a1|b2|[a-z]{1,3}|[A-Z]{2}|/[a-z]/x|-?[0-9]{1,4}|[0-9]\\.[0-9] [KM]B|[a-z]\\.[a-z]{2}|1\\.2\\.3\\.4:5|Fri Jul 12|\\(\\)|k=\"a b\"|true|x://y)[ ,:=.#-]{1,2}){1,6}",
        1..40,
    )) {
        let merged = merged(&messages.iter().map(String::as_str).collect::<Vec<_>>());
        for message in &messages {
            let pattern = merged.of(pattern_id(message)).expect("all are merged");
            prop_assert!(matches(&pattern.template, message), "{} is not {message}", pattern.template);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn the_order_of_skeletons_does_not_matter(
        (messages, shuffled) in prop::collection::vec("([ab] |[cd]=)?(x|y|zz|1|é|/p)( is|, | <*>|: |=)(u|v|w|k.l|KB|2|Fri)", 1..60)
            .prop_flat_map(|messages| (Just(messages.clone()), Just(messages).prop_shuffle())),
    ) {
        let read = |messages: &[String]| merged(&messages.iter().map(String::as_str).collect::<Vec<_>>());
        let merged = read(&messages);
        prop_assert_eq!(&merged, &read(&shuffled));
        let members: usize = merged.patterns().iter().map(|pattern| pattern.members.len()).sum();
        prop_assert_eq!(members as u64, merged.patterns().iter().map(|pattern| pattern.count).sum::<u64>());
        for message in &messages {
            let id = pattern_id(message);
            prop_assert!(merged.of(id).is_some_and(|pattern| pattern.members.contains(&id)));
        }
    }
}
