//! What keys say about their values, and words about what follows them.
//!
//! A key is read as words (`customer.dateOfBirth`: customer, date, of, birth), from the end, for there the meaning is.
//! Words that add nothing are passed over (`passport_number`), words that speak of something else end the search
//! (`phone_model`). A sentence is read in the same way, from the value back.

mod vocabulary;
mod word_list;

use std::sync::LazyLock;

use super::lexicon::Lexicon;
pub(super) use word_list::WordList;

/// What the values of a key are, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyClass {
    Email,
    Phone,
    /// A person's name, by all that the key says.
    Person,
    /// A name of somebody or something: only a value that looks like a person's is one.
    Name,
    Address,
    Dob,
    Latitude,
    Longitude,
    /// Both coordinates together, or a place in words.
    Location,
    Ip,
    Mac,
    Card,
    Iban,
    UsSsn,
    NationalId,
    Passport,
    DriverLicense,
}

/// What a word does in a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sense {
    Is(KeyClass),
    /// Adds nothing: number, value, new, of.
    Filler,
    /// Somebody: customer, patient. Makes a name a person's.
    Somebody,
    /// Something else, whatever stands before it: id, count, model.
    Other,
}

/// What was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Reading {
    pub(super) class: Option<KeyClass>,
    /// It speaks of something that is nobody's.
    pub(super) is_other: bool,
    /// No unknown word stands between.
    pub(super) is_near: bool,
}

/// Whether a folded word has a meaning in keys, as words of programs and of forms do.
pub(super) fn is_known(word: &[u8]) -> bool {
    sense_of(word).is_some()
}

/// What a key says about its values; of no class when its last word speaks of something else (`phone_model`).
pub(super) fn of_key(key: &[u8]) -> Reading {
    read(&WordList::of(key), 0)
}

/// What a sentence says about the value behind it.
pub(super) fn of_sentence(words: &WordList) -> Reading {
    /// "passport check failed for", "phone number of the caller is".
    const UNKNOWN_MAX: usize = 3;
    read(words, UNKNOWN_MAX)
}

/// Most words in a phrase of the vocabulary: "number of social security".
const PHRASE_MAX: usize = 4;

fn read(words: &WordList, mut unknown_left: usize) -> Reading {
    let (mut end, mut somebody, mut is_near) = (words.len(), false, true);
    while end > 0 {
        let Some((start, sense)) = phrase_before(words, end) else {
            if unknown_left == 0 {
                break;
            }
            (unknown_left, is_near, end) = (unknown_left - 1, false, end - 1);
            continue;
        };
        match sense {
            Sense::Other => return Reading { class: None, is_other: true, is_near },
            Sense::Filler => {}
            Sense::Somebody => somebody = true,
            Sense::Is(class) => return Reading { class: refine(class, words, start, somebody), is_other: false, is_near },
        }
        end = start;
    }
    // A key that says no more than who: `assignee`, `customer`.
    let class = (somebody && end == 0).then_some(KeyClass::Name);
    Reading { class, is_other: false, is_near }
}

/// The longest phrase of the vocabulary that ends before word `end`: where it starts, and its sense.
fn phrase_before(words: &WordList, end: usize) -> Option<(usize, Sense)> {
    let longest = end.saturating_sub(PHRASE_MAX)..end;
    longest.into_iter().find_map(|start| sense_of(words.joined(start, end)).map(|sense| (start, sense)))
}

/// What the word before says about a class that needs more: `customer.name` is a person, `file.name` is not; nor is a
/// machine's address one of a street.
fn refine(class: KeyClass, words: &WordList, start: usize, somebody: bool) -> Option<KeyClass> {
    if !matches!(class, KeyClass::Name | KeyClass::Address) || somebody || start == 0 {
        return Some(if somebody && class == KeyClass::Name { KeyClass::Person } else { class });
    }
    match (class, phrase_before(words, start)?.1) {
        (KeyClass::Name, Sense::Somebody) => Some(KeyClass::Person),
        (KeyClass::Address, Sense::Other) => None,
        (KeyClass::Name, Sense::Other) => None,
        _ => Some(class),
    }
}

fn sense_of(word: &[u8]) -> Option<Sense> {
    static VOCABULARY: LazyLock<Lexicon<Sense>> = LazyLock::new(vocabulary::lexicon);
    VOCABULARY.get(word).or_else(|| {
        // How they end.
        if !matches!(word, [.., b'r' | b'm' | b'o']) {
            return None;
        }
        let stem = NUMBER_ENDINGS.iter().find_map(|ending| word.strip_suffix(*ending))?;
        VOCABULARY.get(stem).filter(|sense| matches!(sense, Sense::Is(_)))
    })
}

/// The words by which a key announces a person or an address, and those that stand for somebody.
pub(crate) fn words_of_somebody() -> impl Iterator<Item = &'static str> {
    vocabulary::entries()
        .filter(|(sense, _)| matches!(sense, Sense::Somebody | Sense::Is(KeyClass::Person | KeyClass::Name | KeyClass::Address)))
        .map(|(_, word)| word)
}

/// What may stand behind those: words that add nothing.
pub(crate) fn words_beside() -> impl Iterator<Item = &'static [u8]> {
    let fillers = vocabulary::entries().filter(|(sense, _)| *sense == Sense::Filler).map(|(_, word)| word.as_bytes());
    fillers.chain(NUMBER_ENDINGS.iter().copied())
}

/// What is written together with a word: `passportnumber`, `Steuernummer`, `telefonnr`.
const NUMBER_ENDINGS: &[&[u8]] = &[b"number", b"nummer", b"num", b"no", b"nr"];

#[cfg(test)]
mod tests;
