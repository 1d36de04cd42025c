use std::sync::LazyLock;

use super::{cues, scripts};
use crate::values::fold::{Endings, push_folded};
use crate::values::lexicon::Lexicon;
use crate::values::{keys, letters};

/// What the lists say about a word.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) given: bool,
    pub(super) family: bool,
    /// Also an everyday word, a place or a product.
    pub(super) ambiguous: bool,
    /// Not listed, but ended as families' names do: -son, -ski, -enko.
    pub(super) ends_so: bool,
}

static NAMES: LazyLock<Lexicon<Listed>> = LazyLock::new(|| {
    let is_in = |list: &'static str| Lexicon::new(list.split_ascii_whitespace().map(|word| (word, ())));
    let (given, family, ambiguous) = (is_in(GIVEN), is_in(FAMILY), is_in(AMBIGUOUS));
    let all = GIVEN.split_ascii_whitespace().chain(FAMILY.split_ascii_whitespace());
    Lexicon::new(all.map(|word| {
        let has = |list: &Lexicon<()>| list.get(word.as_bytes()).is_some();
        let ambiguous = has(&ambiguous) || word.len() <= 2;
        (word, Listed { given: has(&given), family: has(&family), ambiguous, ..Listed::default() })
    }))
});

const GIVEN: &str = include_str!("given.txt");
const FAMILY: &str = include_str!("family.txt");
const AMBIGUOUS: &str = include_str!("ambiguous.txt");

/// How families are named in languages that make names by an ending. Long enough to be no part of everyday words.
static FAMILY_ENDINGS: Endings = Endings::of(&[
    b"sson",
    b"sen",
    b"wski",
    b"wska",
    b"cki",
    b"cka",
    b"dzki",
    b"nski",
    b"nska",
    b"wicz",
    b"czyk",
    b"enko",
    b"chuk",
    b"ovic",
    b"evic",
    b"vich",
    b"ovich",
    b"evich",
    b"ishvili",
    b"adze",
    b"opoulos",
    b"akis",
    b"oglu",
    b"escu",
    b"eanu",
    b"inen",
    b"dottir",
    b"ova",
    b"eva",
    b"ides",
    b"mann",
    b"stein",
    b"berger",
    b"meyer",
    b"hofer",
    b"huber",
    b"bauer",
    b"elli",
    b"etti",
    b"ucci",
    b"acci",
    b"ardi",
    b"inho",
    b"quist",
    b"gren",
    b"strom",
    b"zadeh",
    b"pour",
    b"wala",
    b"ramanian",
    b"asinghe",
    b"aratne",
    "оглы".as_bytes(),
    "енко".as_bytes(),
    "ова".as_bytes(),
    "ева".as_bytes(),
    "ский".as_bytes(),
    "ская".as_bytes(),
    "ович".as_bytes(),
    "ин".as_bytes(),
    "ов".as_bytes(),
    "ев".as_bytes(),
]);

/// How nouns, verbs and adjectives end, and families' names hardly ever.
static WORD_ENDINGS: Endings = Endings::of(&[
    b"tion", b"sion", b"ment", b"ity", b"ness", b"ing", b"ed", b"ance", b"ence", b"ism", b"able", b"ible", b"ful", b"less",
    b"ology", b"ive", b"ious", b"ics", b"ware", b"ship", b"ure", b"age", b"ry", b"ally", b"ated", b"ized", b"ises", b"izes",
    b"ung", b"keit", b"heit", b"schaft", b"cion", b"dad", b"zione", b"cao",
]);

/// Words that stand with a capital behind a name and belong to no name.
const EVERYDAY: &str = "the and but for not has had was were are from with this that these those then than when while after before into \
    about over under again once only also just very still here there where why how all any both each few more most other some such \
    day days week month year today tomorrow yesterday morning evening night birthday christmas islands river lake bay beach cape \
    mount hills street road avenue square bridge tower palace castle church cathedral school college university institute academy \
    hospital clinic hotel airport station museum library theatre restaurant inc ltd llc gmbh corp company bank insurance foundation \
    award prize cup league club team band show album song book story effect law theorem algorithm tree syndrome disease test api app \
    cloud web site page mail box store shop market plus pro max mini lite beta alpha online offline desktop mobile linux windows \
    retry failed error warning info debug valley falls series period whisky kong access denied hello world home screen edge hat red studio \
    visual chrome explorer firefox mozilla google amazon microsoft apple oracle intel nvidia adobe postman jenkins kubernetes docker \
    apache elastic kafka spring boot puppet azure express parcel acme corp inc postal team lead gateway portal center centre internal \
    external primary secondary default global local public private special general new old high low first last next previous good bad \
    red blue green black white north south east west central united national royal saint san santa los las el la le de du des don \
    valued customer customers user users sir madam everyone friend friends colleague colleagues subscriber member members hiring there kunde \
    kunden cliente clientes signed failover backup restore bot robot protocol release";

fn is_everyday(folded: &[u8]) -> bool {
    static WORDS: LazyLock<Lexicon<()>> =
        LazyLock::new(|| Lexicon::new(EVERYDAY.split_ascii_whitespace().map(|word| (word, ()))));
    WORDS.get(folded).is_some() || cues::is_cue(folded)
}

/// What the lists say about one word without dashes.
pub(super) fn look_up(word: &str) -> Listed {
    if word.chars().next().is_some_and(scripts::is_caseless) {
        return scripts::look_up(word);
    }
    let mut folded = [0; 64];
    let mut len = 0;
    match folded.get_mut(..word.len()) {
        Some(plain) if word.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            plain.copy_from_slice(word.as_bytes());
            plain.make_ascii_lowercase();
            len = word.len();
        }
        Some(_) if word.is_ascii() => {
            for byte in word.bytes().filter(u8::is_ascii_alphabetic) {
                folded[len] = byte.to_ascii_lowercase();
                len += 1;
            }
        }
        _ => word
            .chars()
            .filter(|letter| letters::is_letter(*letter))
            .for_each(|letter| push_folded(letter, &mut folded, &mut len)),
    }
    let folded = &folded[..len];
    NAMES.get(folded).unwrap_or_else(|| {
        let ends_so = len >= 6 && FAMILY_ENDINGS.end(folded);
        Listed { ends_so, ..Listed::default() }
    })
}

/// Whether a word that is not listed may be a name: it is no word of programs or forms, and ends as no noun or verb does.
pub(super) fn may_be(word: &str) -> bool {
    word.split('-').all(|part| {
        let mut folded = [0; 64];
        let mut len = 0;
        part.chars().filter(|letter| letters::is_letter(*letter)).for_each(|letter| push_folded(letter, &mut folded, &mut len));
        let folded = &folded[..len];
        len >= 3 && !WORD_ENDINGS.end(folded) && !keys::is_known(folded) && !is_everyday(folded)
    })
}

/// What the lists say about a word of several parts: `Jean-Pierre`, `Smith-Jones`.
pub(super) fn look_up_parts(word: &str) -> Listed {
    if memchr::memchr(b'-', word.as_bytes()).is_none() {
        return look_up(word);
    }
    word.split('-')
        .map(look_up)
        .reduce(|all, part| Listed {
            given: all.given || part.given,
            family: all.family || part.family,
            ambiguous: all.ambiguous && part.ambiguous,
            ends_so: all.ends_so || part.ends_so,
        })
        .unwrap_or_default()
}

/// Whether two words are a given and a family's name, both with a capital.
pub(super) fn are_given_and_family(text: &[u8]) -> bool {
    let words = std::str::from_utf8(text).ok().and_then(|text| text.split_once(' '));
    words.is_some_and(|(given, family)| family.starts_with(char::is_uppercase) && look_up(given).given && look_up(family).family)
}

/// What stands in a name's field when there is no name.
pub(super) fn is_placeholder(text: &str) -> bool {
    const PLACEHOLDERS: &[&str] = &[
        "null",
        "none",
        "nil",
        "undefined",
        "unknown",
        "n.a",
        "na",
        "true",
        "false",
        "anonymous",
        "guest",
        "test",
        "redacted",
        "masked",
        "root",
        "admin",
        "system",
        "default",
        "empty",
        "user",
        "xxx",
        "xxxx",
        "xxxxx",
        "xxxxxx",
        "nobody",
        "string",
        "name",
    ];
    let text = text.trim_end_matches('.');
    PLACEHOLDERS.iter().any(|placeholder| text.eq_ignore_ascii_case(placeholder))
}
