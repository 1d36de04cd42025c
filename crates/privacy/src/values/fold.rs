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
    let len = match first {
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    std::str::from_utf8(text.get(at..at + len)?).ok()?.chars().next()
}

/// Whether a word ends in one of these; the last letter is compared first, for most words end in none.
pub(super) fn ends_with_any(word: &[u8], endings: &[&[u8]]) -> bool {
    endings.iter().any(|ending| ending.last() == word.last() && word.ends_with(ending))
}
