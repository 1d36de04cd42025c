/// How a number is written: `#` a digit, `A` a letter, `?` either, all else itself.
#[derive(Debug, Clone, Copy)]
pub(super) struct Picture(pub(super) &'static [u8]);

/// Longest number: France's, with the key, has 15; Mexico's and China's have 18.
const LEN_MAX: usize = 20;

/// Letters and digits of a number, without what parts them: digits as 0 to 9, letters as capitals.
pub(super) struct Value {
    letters: [u8; LEN_MAX],
    len: usize,
}

impl Value {
    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.letters[..self.len]
    }
}

impl Picture {
    /// How many letters, or else digits, are in front.
    pub(super) fn lead(self) -> (usize, usize) {
        let count = |class: u8| self.0.iter().take_while(|&&byte| byte == class).count();
        (count(b'A'), count(b'#'))
    }

    /// How many digits stand from a place on, and whether a text of this picture has no more there: a letter, a mark or
    /// its end follows.
    pub(super) fn digits_from(self, place: usize) -> (usize, bool) {
        let rest = &self.0[place..];
        let digits = rest.iter().take_while(|&&byte| byte == b'#').count();
        (digits, rest.get(digits) != Some(&b'?'))
    }

    /// The bytes that may stand at a place, as bits; all where the picture has ended.
    pub(super) fn bytes_at(self, place: usize) -> u128 {
        let bits = |fits: fn(&u8) -> bool| (0..128).filter(fits).fold(0, |bits, byte| bits | 1 << byte);
        match self.0.get(place) {
            None => u128::MAX,
            Some(b'#') => bits(u8::is_ascii_digit),
            Some(b'A') => bits(u8::is_ascii_alphabetic),
            Some(b'?') => bits(u8::is_ascii_alphanumeric),
            Some(literal) => 1 << literal,
        }
    }

    /// Whether a text begins so; what stands before `from` fits.
    pub(super) fn fits_from(self, text: &[u8], from: usize) -> bool {
        let fits = |(have, want): (&u8, &u8)| match want {
            b'#' => have.is_ascii_digit(),
            b'A' => have.is_ascii_alphabetic(),
            b'?' => have.is_ascii_alphanumeric(),
            want => have == want,
        };
        text.len() >= self.0.len() && text[from..].iter().zip(&self.0[from..]).all(fits)
    }

    /// What a text begins with.
    pub(super) fn read(self, text: &[u8]) -> Option<Value> {
        let mut value = Value { letters: [0; LEN_MAX], len: 0 };
        for have in text[..self.0.len()].iter().filter(|byte| byte.is_ascii_alphanumeric()) {
            *value.letters.get_mut(value.len)? = if have.is_ascii_digit() { have - b'0' } else { have.to_ascii_uppercase() };
            value.len += 1;
        }
        Some(value)
    }

    pub(super) fn len(self) -> usize {
        self.0.len()
    }
}
