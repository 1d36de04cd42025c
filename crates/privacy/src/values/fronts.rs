/// Letters that are looked at.
const LEAD: usize = 3;

/// How some words begin, as a set of bits: a quick look that tells most of what is none of them. Never says no to one.
#[derive(Debug)]
pub(crate) struct Fronts([u64; 64]);

impl Fronts {
    /// For words of small letters. Those of one or two stand for themselves, longer ones for all that begins so.
    pub(crate) fn of<'w>(words: impl Iterator<Item = &'w [u8]>) -> Fronts {
        let mut fronts = Fronts([0; 64]);
        for hash in words.map(hash) {
            fronts.0[hash / 64] |= 1 << (hash % 64);
        }
        fronts
    }

    /// Whether one of the words may stand at the front of a text, in whatever case. What begins with letters outside
    /// ASCII may, for they are compared without their marks.
    #[inline]
    pub(crate) fn may_begin(&self, text: &[u8]) -> bool {
        let hash = hash(text);
        self.0[hash / 64] >> (hash % 64) & 1 == 1 || !text[..text.len().min(LEAD)].is_ascii()
    }
}

/// Twelve bits of the first letters, in either case; what is behind the end of the word does not count.
#[inline]
fn hash(text: &[u8]) -> usize {
    let letters = text.iter().take(LEAD).take_while(|byte| byte.is_ascii_alphabetic());
    let letters = letters.fold(0u32, |letters, &byte| letters << 8 | u32::from(byte | 0x20));
    (letters.wrapping_mul(0x9e37_79b1) >> 20) as usize
}

#[cfg(test)]
mod tests {
    use super::Fronts;

    #[test]
    fn no_word_is_told_away() {
        let words = ["street", "av", "c", "ул"];
        let fronts = Fronts::of(words.iter().map(|word| word.as_bytes()));
        for text in ["street", "Street 1", "av", "av. ", "AV", "c", "c/ Mayor", "ул. Ленина", "äußere", ""] {
            assert!(fronts.may_begin(text.as_bytes()), "{text}");
        }
        for text in ["bytes", "status", "route", "ave", "cd"] {
            assert!(!fronts.may_begin(text.as_bytes()), "{text}");
        }
    }
}
