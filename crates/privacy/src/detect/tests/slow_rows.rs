//! Rows made to keep the gateway busy: each piece again and again. Shared by the test that counts the work and by the
//! example that measures the time.

/// The pieces, one a line. `§d` stands for a digit, `§a` and `§A` for a letter, `§w` and `§W` for a word, small and with
/// a capital: another each time. The escapes are those of Rust.
pub(crate) fn pieces() -> impl Iterator<Item = &'static str> {
    include_str!("slow_rows.txt").lines().filter(|line| !line.is_empty())
}

/// The piece again and again, up to this length.
pub(crate) fn row(piece: &str, len: usize) -> String {
    let (mut row, mut chance) = (String::with_capacity(len + 64), Chance(0x2545_f491_4f6c_dd1d));
    while row.len() < len {
        push(&mut row, piece, &mut chance);
    }
    row
}

fn push(row: &mut String, piece: &str, chance: &mut Chance) {
    let mut letters = piece.chars();
    while let Some(letter) = letters.next() {
        match (letter, letters.as_str().chars().next()) {
            ('§', Some(class)) => {
                letters.next();
                chance.push(row, class);
            }
            ('\\', Some(escape @ ('n' | 'r' | 't' | '0'))) => {
                letters.next();
                row.push(['\n', '\r', '\t', '\0'][['n', 'r', 't', '0'].iter().position(|&known| known == escape).unwrap_or(0)]);
            }
            ('\\', Some('u')) => {
                let code: String = letters.by_ref().skip(2).take_while(|&digit| digit != '}').collect();
                row.extend(u32::from_str_radix(&code, 16).ok().and_then(char::from_u32));
            }
            (letter, _) => row.push(letter),
        }
    }
}

/// Xorshift (Marsaglia 2003): the same row each time.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 33) % bound
    }

    fn letter(&mut self, first: u8) -> char {
        // As often as in English, about, so that words look like words.
        char::from(b"etaoinshrdlucmfwygpbvkxqjz"[(self.below(26) * self.below(26) / 26) as usize] - b'a' + first)
    }

    fn push(&mut self, row: &mut String, class: char) {
        match class {
            'd' => row.push(char::from(b'0' + self.below(10) as u8)),
            'a' => row.push(self.letter(b'a')),
            'A' => row.push(self.letter(b'A')),
            _ => {
                row.push(self.letter(if class == 'W' { b'A' } else { b'a' }));
                (0..2 + self.below(7)).for_each(|_| row.push(self.letter(b'a')));
            }
        }
    }
}
