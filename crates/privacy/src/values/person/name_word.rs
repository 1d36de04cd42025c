use super::Names;
use super::lists::{self, Listed};
use crate::values::fold::char_at;
use crate::values::letters;

/// How a word is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// `Emma`, `O'Brien`, `McDonald`.
    Capital,
    /// `EMMA`.
    Upper,
    /// `J.` or `J`.
    Initial,
}

/// A word that may be part of a name.
#[derive(Debug, Clone, Copy)]
pub(in crate::values) struct NameWord {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) case: Case,
    /// Nothing until [`look_up`](Self::look_up).
    pub(super) listed: Listed,
    is_looked_up: bool,
}

/// Longest part of a name: Wolfeschlegelsteinhausenbergerdorff has 35 letters.
const LETTERS_MAX: usize = 36;

impl NameWord {
    /// [`NameWord::read`], once for each word.
    pub(super) fn remembered(text: &[u8], at: usize, names: &mut Names) -> Option<NameWord> {
        names.read(at, text.len(), || NameWord::read(text, at))
    }

    /// The word that begins with a capital at `at`, when no name of a machine, a class or a file goes on behind it.
    fn read(text: &[u8], at: usize) -> Option<NameWord> {
        let first = char_at(text, at).filter(|&first| letters::is_letter(first) && !letters::is_lower(first))?;
        let (mut letters, mut capitals, mut end) = (0, 0, at);
        // Nearly all letters are plain ones.
        let plain = text[at..].iter().take(LETTERS_MAX).take_while(|byte| byte.is_ascii_alphabetic());
        for byte in plain {
            letters += 1;
            capitals += usize::from(byte.is_ascii_uppercase());
            end += 1;
        }
        while let Some(letter) = char_at(text, end) {
            let is_joint = matches!(letter, '\'' | '’' | '-') && starts_with_letter(text, end + letter.len_utf8());
            if !letters::is_letter(letter) && !is_joint && !is_mark(letter) {
                break;
            }
            letters += usize::from(!is_joint);
            capitals += usize::from(letters::is_upper(letter));
            end += letter.len_utf8();
            if letters > LETTERS_MAX {
                return None;
            }
        }
        // "Emma's" is Emma.
        if text[at..end].ends_with(b"'s") {
            end -= 2;
            letters -= 1;
        }
        if letters == 1 && first.is_ascii() {
            return Some(NameWord {
                start: at,
                end: end + usize::from(text.get(end) == Some(&b'.')),
                case: Case::Initial,
                listed: Listed::default(),
                is_looked_up: false,
            });
        }
        let case = if capitals == letters { Case::Upper } else { Case::Capital };
        let fits = ends_plainly(&text[end..]) && (case == Case::Upper || capitals <= 1 || capitals <= joints(&text[at..end]));
        fits.then(|| NameWord { start: at, end, case, listed: Listed::default(), is_looked_up: false })
    }

    /// Whether the dot of an initial that begins at `start` was written.
    pub(super) fn has_dot(&self, start: usize) -> bool {
        self.end - start > 1
    }

    /// Whether it is no listed name, and may be one.
    pub(super) fn may_be(&self, text: &[u8]) -> bool {
        let listed = self.listed.given || self.listed.family;
        !listed && std::str::from_utf8(&text[self.start..self.end]).is_ok_and(lists::may_be)
    }

    /// Whether it is a listed name, or may be one.
    pub(super) fn is_possible(&self, text: &[u8]) -> bool {
        self.case == Case::Capital && (self.listed.given || self.listed.family || self.may_be(text))
    }

    /// Whether the lists were asked.
    pub(super) fn is_looked_up(&self) -> bool {
        self.is_looked_up
    }

    /// Asks the lists, once.
    pub(super) fn look_up(&mut self, text: &[u8]) {
        if self.case != Case::Initial && !self.is_looked_up {
            self.is_looked_up = true;
            self.listed = lists::look_up_parts(std::str::from_utf8(&text[self.start..self.end]).unwrap_or(""));
        }
    }
}

/// Marks that are no letters by themselves: accents written apart, and those that join consonants in Devanagari.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}' | '\u{93c}' | '\u{94d}')
}

/// How many capitals a word may have: one for each part, and one more behind Mc, Mac, De, Di, La, Le, Fitz.
fn joints(word: &[u8]) -> usize {
    const PREFIXES: [&[u8]; 11] = [b"Mc", b"Mac", b"De", b"Di", b"La", b"Le", b"Fitz", b"Van", b"Von", b"Da", b"Del"];
    let apostrophe = "’".as_bytes();
    let marks = word.iter().filter(|byte| matches!(byte, b'\'' | b'-')).count()
        + if word.is_ascii() { 0 } else { word.windows(apostrophe.len()).filter(|three| *three == apostrophe).count() };
    let is_prefix = |prefix: &&[u8]| {
        word.len() > prefix.len() + 2 && word.starts_with(prefix) && char_at(word, prefix.len()).is_some_and(letters::is_upper)
    };
    let has_prefix = matches!(word, [b'M' | b'D' | b'L' | b'F' | b'V', ..]) && PREFIXES.iter().any(is_prefix);
    1 + marks + usize::from(has_prefix)
}

/// Not before what goes on with the name of something: `Emma.Service`, `Emma_1`, `Emma(`, `Emma/x`, `Emma@`.
fn ends_plainly(rest: &[u8]) -> bool {
    match rest {
        [b'_' | b'(' | b'/' | b'@' | b'$' | b'\\' | b'[' | b'0'..=b'9' | b'=' | b'#' | b'*', ..] => false,
        [b'.' | b':' | b'-', next, ..] if next.is_ascii_alphanumeric() || matches!(next, b':' | b'/' | b'\\') => false,
        _ => true,
    }
}

fn starts_with_letter(text: &[u8], at: usize) -> bool {
    char_at(text, at).is_some_and(letters::is_letter)
}
