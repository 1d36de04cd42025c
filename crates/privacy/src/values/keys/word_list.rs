use crate::values::fold::push_folded;
use crate::values::letters;

/// Most words that are kept: the last ones.
const WORDS_MAX: usize = 12;

/// Bytes of a key or a sentence that are looked at: the last ones.
const BYTES_MAX: usize = 64;

/// Words in small plain letters, one behind the other, so that neighbours can be looked up as one.
pub(crate) struct WordList {
    letters: [u8; BYTES_MAX * 2],
    ends: [u8; WORDS_MAX],
    len: usize,
}

impl WordList {
    /// The words of a name: parted by all that is no letter, and by capitals (`dateOfBirth`).
    pub(crate) fn of(name: &[u8]) -> WordList {
        let mut words = WordList { letters: [0; BYTES_MAX * 2], ends: [0; WORDS_MAX], len: 0 };
        let text = tail(name);
        if text.is_ascii() {
            words.read_plain(text.as_bytes());
            return words;
        }
        let (mut filled, mut before) = (0, ' ');
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            if letters::is_letter(letter) {
                if begins_word(before, letter, letters.peek().copied()) {
                    words.close(&mut filled);
                }
                push_folded(letter, &mut words.letters, &mut filled);
            } else {
                words.close(&mut filled);
            }
            before = letter;
        }
        words.close(&mut filled);
        words
    }

    /// [`WordList::of`] without characters outside ASCII, as nearly all names and sentences are.
    fn read_plain(&mut self, text: &[u8]) {
        let (mut filled, mut at) = (0, 0);
        while let Some(start) = text[at..].iter().position(u8::is_ascii_alphabetic).map(|start| at + start) {
            let len = text[start..].iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
            let word = &text[start..start + len];
            at = start + len;
            // Nearly all words have no capital behind their first letter.
            if word[1..].iter().all(u8::is_ascii_lowercase) {
                self.push(word, &mut filled);
                continue;
            }
            let mut from = 0;
            for place in 1..len {
                let next = word.get(place + 1).map(|&next| next.into());
                if word[place].is_ascii_uppercase() && begins_word(word[place - 1].into(), word[place].into(), next) {
                    self.push(&word[from..place], &mut filled);
                    from = place;
                }
            }
            self.push(&word[from..], &mut filled);
        }
    }

    /// Adds a word of plain letters.
    fn push(&mut self, word: &[u8], filled: &mut usize) {
        let room = &mut self.letters[*filled..*filled + word.len()];
        room.copy_from_slice(word);
        room.make_ascii_lowercase();
        *filled += word.len();
        self.close(filled);
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// The words from `start` to before `end`, written together.
    pub(crate) fn joined(&self, start: usize, end: usize) -> &[u8] {
        &self.letters[self.start(start)..self.start(end)]
    }

    fn start(&self, word: usize) -> usize {
        word.checked_sub(1).map_or(0, |before| usize::from(self.ends[before]))
    }

    /// Ends the word that is being written, if there is one; forgets the first word when there are too many.
    fn close(&mut self, filled: &mut usize) {
        if *filled == self.start(self.len) {
            return;
        }
        if self.len == WORDS_MAX {
            let gone = usize::from(self.ends[0]);
            self.letters.copy_within(gone..*filled, 0);
            *filled -= gone;
            for word in 1..WORDS_MAX {
                self.ends[word - 1] = self.ends[word] - gone as u8;
            }
            self.len -= 1;
        }
        self.ends[self.len] = *filled as u8;
        self.len += 1;
    }
}

/// At a capital behind a small letter, and at the last of several capitals that a small letter follows (`GPSPoint`).
fn begins_word(before: char, letter: char, next: Option<char>) -> bool {
    letters::is_upper(letter) && (letters::is_lower(before) || letters::is_upper(before) && next.is_some_and(letters::is_lower))
}

/// The last bytes, from the border of a character on, as far as they are text.
fn tail(bytes: &[u8]) -> &str {
    let mut from = bytes.len().saturating_sub(BYTES_MAX);
    while from < bytes.len() && bytes[from] & 0xc0 == 0x80 {
        from += 1;
    }
    match std::str::from_utf8(&bytes[from..]) {
        Ok(text) => text,
        Err(bad) => std::str::from_utf8(&bytes[from..from + bad.valid_up_to()]).unwrap_or(""),
    }
}
