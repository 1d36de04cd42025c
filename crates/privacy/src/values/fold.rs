use super::letters;

/// Adds a letter in its plain small form: `É` as `e`, `ß` as `ss`, `Я` as `я`. Nothing is added when there is no room.
pub(super) fn push_folded(letter: char, out: &mut [u8], len: &mut usize) {
    let mut push = |bytes: &[u8]| {
        if let Some(room) = out.get_mut(*len..*len + bytes.len()) {
            room.copy_from_slice(bytes);
            *len += bytes.len();
        }
    };
    if letter.is_ascii() {
        return push(&[letter.to_ascii_lowercase() as u8]);
    }
    match letters::folded(letter) {
        Some(folded) => push(folded),
        None => fold(letter, push),
    }
}

/// [`push_folded`] of a letter outside ASCII, without a table.
pub(super) fn fold(letter: char, mut push: impl FnMut(&[u8])) {
    // Marks that stand apart from their letters (Unicode block Combining Diacritical Marks).
    if matches!(letter, '\u{300}'..='\u{36f}') {
        return;
    }
    let plain = plain(letter);
    if !plain.is_empty() {
        return push(plain.as_bytes());
    }
    for small in letter.to_lowercase() {
        push(small.encode_utf8(&mut [0; 4]).as_bytes());
    }
}

/// Latin letters with marks, without them (Unicode blocks Latin-1 Supplement, Latin Extended-A, Romanian's commas, and what
/// Vietnamese has of Latin Extended Additional).
fn plain(letter: char) -> &'static str {
    match letter {
        'À'..='Å' | 'à'..='å' | 'Ā'..='ą' => "a",
        'Æ' | 'æ' => "ae",
        'Ç' | 'ç' | 'Ć'..='č' => "c",
        'Ð' | 'ð' | 'Ď'..='đ' => "d",
        'È'..='Ë' | 'è'..='ë' | 'Ē'..='ě' => "e",
        'Ĝ'..='ģ' => "g",
        'Ĥ'..='ħ' => "h",
        'Ì'..='Ï' | 'ì'..='ï' | 'Ĩ'..='ı' => "i",
        'Ĵ' | 'ĵ' => "j",
        'Ķ'..='ĸ' => "k",
        'Ĺ'..='ł' => "l",
        'Ñ' | 'ñ' | 'Ń'..='ŋ' => "n",
        'Ò'..='Ö' | 'Ø' | 'ò'..='ö' | 'ø' | 'Ō'..='ő' => "o",
        'Œ' | 'œ' => "oe",
        'Ŕ'..='ř' => "r",
        'ß' => "ss",
        'Ś'..='š' | 'Ș' | 'ș' => "s",
        'Ţ'..='ŧ' | 'Ț' | 'ț' => "t",
        'Þ' | 'þ' => "th",
        'Ù'..='Ü' | 'ù'..='ü' | 'Ũ'..='ų' => "u",
        'Ŵ' | 'ŵ' => "w",
        'Ý' | 'ý' | 'ÿ' | 'Ŷ'..='Ÿ' => "y",
        'Ź'..='ž' => "z",
        'Ơ' | 'ơ' | 'Ọ'..='ợ' => "o",
        'Ư' | 'ư' | 'Ụ'..='ự' => "u",
        'Ạ'..='ặ' => "a",
        'Ẹ'..='ệ' => "e",
        'Ỉ'..='ị' => "i",
        'Ỳ'..='ỹ' => "y",
        _ => "",
    }
}

/// The character at `at`; nothing at the end, and where the bytes are no text.
pub(super) fn char_at(text: &[u8], at: usize) -> Option<char> {
    let &first = text.get(at)?;
    if first < 0x80 {
        return Some(char::from(first));
    }
    // Decoded here: the library would look over the bytes twice.
    let rest = |count: usize| {
        let behind = text.get(at + 1..=at + count)?;
        let bits = |bits: u32, byte: &u8| bits << 6 | u32::from(byte & 0x3f);
        behind.iter().all(|byte| byte & 0xc0 == 0x80).then(|| behind.iter().fold(0, bits))
    };
    let (bits, least) = match first {
        0xc2..=0xdf => (u32::from(first & 0x1f) << 6 | rest(1)?, 0x80),
        0xe0..=0xef => (u32::from(first & 0x0f) << 12 | rest(2)?, 0x800),
        0xf0..=0xf4 => (u32::from(first & 0x07) << 18 | rest(3)?, 0x1_0000),
        _ => return None,
    };
    if bits < least { None } else { char::from_u32(bits) }
}

/// How some words end, at least two bytes each.
pub(super) struct Endings {
    list: &'static [&'static [u8]],
    /// Bit h: some ending's last two bytes look so at a glance. Most words end in none.
    glances: [u64; GLANCE_BITS / 64],
}

impl Endings {
    pub(super) const fn of(list: &'static [&'static [u8]]) -> Endings {
        let (mut glances, mut at) = ([0; GLANCE_BITS / 64], 0);
        while at < list.len() {
            let bit = glance(list[at]);
            glances[bit / 64] |= 1 << (bit % 64);
            at += 1;
        }
        Endings { list, glances }
    }

    /// Whether a word ends in one of them.
    pub(super) fn end(&self, word: &[u8]) -> bool {
        if word.len() < 2 {
            return false;
        }
        let bit = glance(word);
        self.glances[bit / 64] >> (bit % 64) & 1 == 1
            && self.list.iter().any(|ending| ending[ending.len() - 1] == word[word.len() - 1] && word.ends_with(ending))
    }
}

/// So many that one word in twenty passes that ends in none.
const GLANCE_BITS: usize = 1024;

/// Ten bits of the last two bytes, in which letters differ.
const fn glance(word: &[u8]) -> usize {
    (word[word.len() - 1] as usize * 29 + word[word.len() - 2] as usize * 135) % GLANCE_BITS
}

#[cfg(test)]
mod tests {
    use super::{Endings, char_at};

    #[test]
    fn characters_are_read_as_the_library_reads_them() {
        let text = "a\u{7f}\u{80}\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}é名𝒳";
        for (at, letter) in text.char_indices() {
            assert_eq!(char_at(text.as_bytes(), at), Some(letter));
            assert!(char_at(&text.as_bytes()[..at + letter.len_utf8() - 1], at).is_none(), "{letter:?} cut short");
        }
        for bytes in
            [&b"\x80"[..], b"\xc0\x80", b"\xe0\x80\x80", b"\xed\xa0\x80", b"\xf0\x80\x80\x80", b"\xf5\x80\x80\x80", b"\xc3a"]
        {
            assert_eq!(char_at(bytes, 0), None, "{bytes:?}");
        }
    }

    #[test]
    fn endings_are_found_behind_anything() {
        static ENDINGS: Endings = Endings::of(&[b"son", b"ov", "ов".as_bytes()]);
        for word in ["Anderson", "son", "Petrov", "Петров"] {
            assert!(ENDINGS.end(word.as_bytes()), "{word}");
        }
        for word in ["", "v", "on", "Miller", "Ковов "] {
            assert!(!ENDINGS.end(word.as_bytes()), "{word}");
        }
    }
}
