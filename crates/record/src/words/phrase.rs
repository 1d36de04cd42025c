use super::rare_pair::RarePair;
use super::{fold, folded, skip_while, word_after, word_before, words};

/// Words that stand in a text whole, next to each other (only characters of no word between them), in order, in any case.
///
/// A phrase without any word (`->`) matches where it stands literally; the empty one matches everything.
#[derive(Debug, Clone)]
pub struct Phrase(Sequence);

impl Phrase {
    /// The phrase that a text says.
    pub fn new(text: &str) -> Phrase {
        Phrase(Sequence::new(text, false))
    }

    /// Its words, folded.
    pub fn words(&self) -> &[String] {
        &self.0.words
    }

    /// Whether the text has it.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

/// Like [`Phrase`], but the last word of the text need only begin so: `conn` matches `connection`, `order-12` matches
/// `order 1234`. When it ends in a character of no word (`conn-`), its last word is complete and must stand whole.
#[derive(Debug, Clone)]
pub struct Prefix(Sequence);

impl Prefix {
    /// The prefix that a text says, without the `*`.
    pub fn new(text: &str) -> Prefix {
        let goes_on = word_before(text, text.len());
        Prefix(Sequence::new(text, goes_on))
    }

    /// Its words, folded. The last may be incomplete: see [`whole_words`](Self::whole_words).
    pub fn words(&self) -> &[String] {
        &self.0.words
    }

    /// Those of its words that must stand whole.
    pub fn whole_words(&self) -> &[String] {
        &self.0.words[..self.0.words.len() - usize::from(self.0.last_goes_on)]
    }

    /// Whether the text has it.
    pub fn matches(&self, text: &str) -> bool {
        self.0.matches(text)
    }
}

#[derive(Debug, Clone)]
struct Sequence {
    /// As it was written; looked for when there are no words.
    literal: String,
    /// Folded.
    words: Vec<String>,
    /// Whether the last word may be longer in the text.
    last_goes_on: bool,
    anchor: Option<Anchor>,
}

/// The word by which a sequence is found.
#[derive(Debug, Clone)]
struct Anchor {
    /// Which of the words.
    index: usize,
    pair: RarePair,
    /// Whether characters outside ASCII can fold into this word, so that looking for ASCII bytes may miss it.
    may_hide: bool,
}

/// The characters outside ASCII whose lower case begins with an ASCII one: the sign for kelvin is `k`, the capital
/// dotted i is `i` and a dot.
const FOLD_INTO_ASCII: [char; 2] = ['\u{212a}', '\u{130}'];

impl Sequence {
    fn new(text: &str, last_goes_on: bool) -> Sequence {
        let fold_one = |word| {
            let mut folded = String::new();
            fold(word, &mut folded);
            folded
        };
        let words: Vec<String> = words(text).map(fold_one).collect();
        let anchor = (0..words.len())
            .filter(|&index| words[index].is_ascii())
            .map(|index| Anchor::new(&words[index], index))
            .max_by_key(|anchor| anchor.pair.rarity());
        Sequence { literal: text.to_owned(), words, last_goes_on, anchor }
    }

    fn matches(&self, text: &str) -> bool {
        if self.words.is_empty() {
            return text.contains(&self.literal);
        }
        // Without an ASCII word to look for, every word has a character that no ASCII text folds to.
        let Some(anchor) = &self.anchor else { return !text.is_ascii() && self.stands_slowly(text) };
        anchor.pair.any(text.as_bytes(), |at| self.stands_at(text, anchor.index, at))
            || (anchor.may_hide && !text.is_ascii() && text.contains(FOLD_INTO_ASCII) && self.stands_slowly(text))
    }

    /// Whether the sequence stands so that its word `index`, which is ASCII, begins at `at`.
    fn stands_at(&self, text: &str, index: usize, at: usize) -> bool {
        let (left, rest) = self.words.split_at(index);
        let end = at + rest[0].len();
        if !text.as_bytes()[at..end].eq_ignore_ascii_case(rest[0].as_bytes()) || word_before(text, at) {
            return false;
        }
        let right = &rest[1..];
        (!word_after(text, end) || (right.is_empty() && self.last_goes_on))
            && self.follow(right, &text[end..])
            && left.iter().rev().zip(words_before(text, at)).filter(|(want, word)| folds_to(word, want)).count() == left.len()
    }

    /// Whether these, the last of the sequence, are the first words of the text.
    fn follow(&self, wanted: &[String], text: &str) -> bool {
        let mut found = words(text);
        wanted.iter().enumerate().all(|(index, want)| {
            let may_go_on = self.last_goes_on && index + 1 == wanted.len();
            found.next().is_some_and(|word| if may_go_on { folds_to_start(word, want) } else { folds_to(word, want) })
        })
    }

    /// Tries every word of the text as the first.
    fn stands_slowly(&self, text: &str) -> bool {
        let mut at = skip_while(text, 0, false);
        while at < text.len() {
            if self.follow(&self.words, &text[at..]) {
                return true;
            }
            at = skip_while(text, skip_while(text, at, true), false);
        }
        false
    }
}

impl Anchor {
    fn new(word: &str, index: usize) -> Anchor {
        Anchor { index, pair: RarePair::new(word), may_hide: word.contains(['k', 'i']) }
    }
}

/// The words that end before `at`, last to first.
fn words_before(text: &str, at: usize) -> impl Iterator<Item = &str> {
    text[..at].rsplit(|c| !super::is_word(c)).filter(|word| !word.is_empty())
}

fn folds_to(word: &str, want: &str) -> bool {
    if word.is_ascii() {
        return word.eq_ignore_ascii_case(want);
    }
    folded(word).eq(want.chars())
}

fn folds_to_start(word: &str, want: &str) -> bool {
    let mut have = folded(word);
    want.chars().all(|c| have.next() == Some(c))
}
