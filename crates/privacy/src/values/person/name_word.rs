use super::lists::{self, Listed};

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
pub(super) struct NameWord {
    pub(super) end: usize,
    pub(super) case: Case,
    pub(super) listed: Listed,
}

/// Longest part of a name: Wolfeschlegelsteinhausenbergerdorff has 35 letters.
const LETTERS_MAX: usize = 36;

impl NameWord {
    /// The word that begins with a capital at `at`, when no name of a machine, a class or a file goes on behind it.
    pub(super) fn read(text: &[u8], at: usize) -> Option<NameWord> {
        if !text[at].is_ascii_uppercase() && text[at] < 0x80 {
            return None;
        }
        let (mut letters, mut capitals, mut end) = (0, 0, at);
        for letter in chars(&text[at..]) {
            let is_joint = matches!(letter, '\'' | '’' | '-') && starts_with_letter(&text[end + letter.len_utf8()..]);
            if !letter.is_alphabetic() && !is_joint {
                break;
            }
            letters += usize::from(!is_joint);
            capitals += usize::from(letter.is_uppercase());
            end += letter.len_utf8();
            if letters > LETTERS_MAX {
                return None;
            }
        }
        let word = std::str::from_utf8(&text[at..end]).ok()?;
        if letters == 1 && word.len() == letters {
            return Some(NameWord {
                end: end + usize::from(text.get(end) == Some(&b'.')),
                case: Case::Initial,
                listed: Listed::default(),
            });
        }
        let first_is_capital = word.chars().next().is_some_and(char::is_uppercase);
        let case = if capitals == letters { Case::Upper } else { Case::Capital };
        let fits = first_is_capital && (case == Case::Upper || capitals <= joints(word)) && ends_plainly(&text[end..]);
        fits.then(|| NameWord { end, case, listed: lists::look_up_parts(word) })
    }
}

/// How many capitals a word may have: one for each part, and one more behind Mc, Mac, De, Di, La, Le, Fitz.
fn joints(word: &str) -> usize {
    let parts = 1 + word.chars().filter(|letter| matches!(letter, '\'' | '’' | '-')).count();
    let has_prefix = ["Mc", "Mac", "De", "Di", "La", "Le", "Fitz", "Van", "Von", "Da", "Del"]
        .iter()
        .any(|prefix| word.strip_prefix(prefix).is_some_and(|rest| rest.len() > 2 && rest.starts_with(char::is_uppercase)));
    parts + usize::from(has_prefix)
}

/// Not before what goes on with the name of something: `Emma.Service`, `Emma_1`, `Emma(`, `Emma/x`, `Emma@`.
fn ends_plainly(rest: &[u8]) -> bool {
    match rest {
        [b'_' | b'(' | b'/' | b'@' | b'$' | b'\\' | b'[' | b'0'..=b'9' | b'=' | b'#' | b'*', ..] => false,
        [b'.' | b':' | b'-', next, ..] if next.is_ascii_alphanumeric() || matches!(next, b':' | b'/' | b'\\') => false,
        _ => true,
    }
}

fn starts_with_letter(text: &[u8]) -> bool {
    chars(text).next().is_some_and(char::is_alphabetic)
}

/// The characters at the front, until one is broken. A word has few, so only few bytes are looked at.
fn chars(text: &[u8]) -> impl Iterator<Item = char> {
    let front = &text[..text.len().min(LETTERS_MAX * 4)];
    let valid = match std::str::from_utf8(front) {
        Ok(text) => text,
        Err(bad) => std::str::from_utf8(&front[..bad.valid_up_to()]).unwrap_or(""),
    };
    valid.chars()
}
