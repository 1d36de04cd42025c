use super::keys::{self, KeyClass, Reading, WordList};
use super::{Cue, Sentences};

/// What the key and the words before a value say about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Context {
    pub(super) class: Option<KeyClass>,
    /// They speak of something that is nobody's: an order, a trace, a time.
    pub(super) is_other: bool,
    /// The class is that of a key, or of words right before the value.
    pub(super) is_near: bool,
    /// The class is that of a key.
    pub(super) is_key: bool,
}

impl Context {
    /// A key that names a class decides. Otherwise the words right before the value do, and then a key that speaks of
    /// something else.
    pub(super) fn of(cue: &Cue, sentences: &Sentences) -> Context {
        let key = cue.key.map(keys::of_key).unwrap_or_default();
        if key.class.is_some_and(|class| class != KeyClass::Name) {
            return Context { is_key: true, ..key.into() };
        }
        // Nothing is said without letters; rows of numbers have none.
        if cue.before.iter().fold(true, |none, byte| none & !(byte.is_ascii_alphabetic() | !byte.is_ascii())) {
            return key.into();
        }
        let clause = clause(cue.before);
        let sentence = sentences.get(clause, || Context::of_sentence(clause));
        if sentence.class.is_some_and(|class| class != KeyClass::Name) || sentence.is_other { sentence } else { key.into() }
    }

    /// What the words right before a value say. Which digits stand among them means nothing.
    fn of_sentence(clause: &[u8]) -> Context {
        let sentence = keys::of_sentence(&WordList::of(clause));
        let is_weak = matches!(sentence.class, Some(KeyClass::NationalId | KeyClass::Passport | KeyClass::DriverLicense));
        if is_weak && ends_in_everyday_word(clause) { Context::default() } else { sentence.into() }
    }

    pub(super) fn is(&self, class: KeyClass) -> bool {
        self.class == Some(class)
    }
}

impl From<Reading> for Context {
    fn from(reading: Reading) -> Context {
        Context { class: reading.class, is_other: reading.is_other, is_near: reading.is_near, is_key: false }
    }
}

/// Small words that are the short name of some state's number, and much else: `run 12345678 finished`.
fn ends_in_everyday_word(clause: &[u8]) -> bool {
    let start = clause.iter().rposition(|byte| !byte.is_ascii_alphanumeric()).map_or(0, |last| last + 1);
    matches!(&clause[start..], b"cf" | b"dl" | b"fin" | b"nip" | b"pas" | b"pass" | b"rg" | b"run" | b"sin" | b"svn" | b"tin")
}

/// The end of `before` that speaks of what follows: back to a mark that parts values (a comma, a quote, an equals sign)
/// or sentences. Marks right before the value belong to it.
fn clause(before: &[u8]) -> &[u8] {
    let lead = |byte: &u8| !byte.is_ascii_alphanumeric() && *byte < 0x80 && !matches!(*byte, b',' | b';' | b'\n' | b'|' | b'&');
    let words = before.iter().rposition(|byte| !lead(byte)).map_or(0, |last| last + 1);
    let mut from = words;
    while let Some(at) = from.checked_sub(1) {
        let parts = match before[at] {
            b'"' | b'=' | b'<' | b'>' | b'{' | b'}' | b'[' | b']' | b',' | b';' | b'|' | b'&' | b'\n' | b'\t' | b'?' | b'!' => {
                true
            }
            b':' => before[at + 1] == b' ',
            // A short word with a dot is one cut short: "geb. am", "tel. nr.".
            b'.' => before[at + 1] == b' ' && letters_before(before, at) > 4,
            b'\'' => !before.get(at.wrapping_sub(1)).is_some_and(u8::is_ascii_alphabetic),
            _ => false,
        };
        if parts {
            break;
        }
        from = at;
    }
    &before[from..words]
}

/// How many letters the word before has.
fn letters_before(text: &[u8], end: usize) -> usize {
    text[..end].iter().rev().take(5).take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count()
}

#[cfg(test)]
mod tests {
    use super::clause;

    #[test]
    fn a_clause_ends_at_what_parts_values() {
        let check = |before: &str, want: &str| assert_eq!(clause(before.as_bytes()), want.as_bytes(), "{before}");
        check("SMS OTP delivered to ", "SMS OTP delivered to");
        check("Emma Williams, SSN: ", " SSN");
        check("Key (ssn)=(", "Key (ssn");
        check("{\"a\":1,\"order_id\":\"", "order_id");
        check("<a>1</a><phone>", "phone");
        check("the customer's phone ", "the customer's phone");
        check("Emma, geb. am ", " geb. am");
        check("it was refused. tel ", " tel");
        check("a@example.com,", "");
        check("", "");
    }
}
