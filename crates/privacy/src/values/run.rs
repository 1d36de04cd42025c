/// Most groups that are read: as many as any grouping that is known has, and one to see that it goes on.
const GROUPS_MAX: usize = 10;

/// Most digits that are read. The longest number that is known by its digits alone has 19.
const DIGITS_MAX: usize = 32;

/// Digits in groups, with one separator between each two.
pub(super) struct Run {
    pub(super) start: usize,
    digits: [u8; DIGITS_MAX],
    /// Where each group ends: in `digits`, and in the text, from `start` on.
    ends: [(u8, u8); GROUPS_MAX],
    /// What stands before each group but the first.
    separators: [u8; GROUPS_MAX],
    pub(super) groups: usize,
}

impl Run {
    /// Reads from the first digit on, as long as digits and single separators follow.
    pub(super) fn read(text: &[u8], at: usize) -> Run {
        let start = at;
        let mut run = Run { start, digits: [0; DIGITS_MAX], ends: [(0, 0); GROUPS_MAX], separators: [0; GROUPS_MAX], groups: 0 };
        let (mut count, mut at) = (0, at);
        loop {
            while let Some(digit @ b'0'..=b'9') = text.get(at).copied() {
                if count == DIGITS_MAX {
                    return run;
                }
                run.digits[count] = digit - b'0';
                count += 1;
                at += 1;
            }
            run.ends[run.groups] = (count as u8, (at - start) as u8);
            run.groups += 1;
            let separator = text.get(at).copied().unwrap_or(0);
            let goes_on = matches!(separator, b' ' | b'-' | b'.' | b'/') && text.get(at + 1).is_some_and(u8::is_ascii_digit);
            if !goes_on || run.groups == GROUPS_MAX {
                return run;
            }
            run.separators[run.groups] = separator;
            at += 1;
        }
    }

    /// The digits of the first groups.
    pub(super) fn digits(&self, groups: usize) -> &[u8] {
        match groups.checked_sub(1) {
            Some(last) => &self.digits[..usize::from(self.ends[last].0)],
            None => &[],
        }
    }

    /// Where the first groups end in the text.
    pub(super) fn end(&self, groups: usize) -> usize {
        self.start + usize::from(self.ends[groups - 1].1)
    }

    /// How many digits a group has.
    pub(super) fn len(&self, group: usize) -> usize {
        let before = group.checked_sub(1).map_or(0, |before| self.ends[before].0);
        usize::from(self.ends[group].0 - before)
    }

    /// Whether the run begins with groups of these lengths, each two parted by `separator`, and goes on with neither the
    /// same separator nor a letter. What follows a blank may be the next word of a sentence.
    pub(super) fn begins_with(&self, lengths: &[usize], separator: u8) -> bool {
        let n = lengths.len();
        n <= self.groups
            && (0..n).all(|group| self.len(group) == lengths[group])
            && self.separators[1..n].iter().all(|&have| have == separator)
            && (n == self.groups || (self.separators[n] != separator || separator == b' ' && self.len(n) < 4))
    }

    pub(super) fn separator(&self, group: usize) -> u8 {
        self.separators[group]
    }
}

/// Whether a value may begin here, by the bytes before: not within a word, a number, a version or a dashed name.
pub(super) fn may_begin(text: &[u8], at: usize) -> bool {
    match text[..at] {
        [.., before] if is_wordy(before) => false,
        [.., before, b'-' | b'.' | b',' | b':' | b'/'] if before.is_ascii_digit() || before == b'_' => false,
        [.., before, b'-'] if is_wordy(before) => false,
        _ => true,
    }
}

/// Whether a value may end here, by the bytes behind: not within a word, nor before more digits.
pub(super) fn may_end(text: &[u8], end: usize) -> bool {
    match text[end.min(text.len())..] {
        [next, ..] if is_wordy(next) => false,
        [b'-' | b'.' | b':' | b'/', next, ..] if next.is_ascii_digit() => false,
        [b'-', next, ..] if is_wordy(next) => false,
        _ => true,
    }
}

/// Letters, digits, the underscore, and every byte outside ASCII.
pub(super) fn is_wordy(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// Whether up to four digits begin here that stand between blanks with a number on both sides.
pub(super) fn is_few_in_row(text: &[u8], at: usize) -> bool {
    let digits = text[at..].iter().take(5).take_while(|byte| byte.is_ascii_digit()).count();
    digits < 5
        && matches!(text[..at], [.., a, b, b' '] if b.is_ascii_digit() && !a.is_ascii_alphabetic())
        && matches!(text[at + digits..], [b' ', next, ..] if next.is_ascii_digit())
}

/// Whether what is at `start..end` stands in a row of numbers with blanks between: a dump, a table, a longer number.
pub(super) fn is_in_row(text: &[u8], start: usize, end: usize) -> bool {
    let before = match text[..start] {
        [.., a, b, b' '] if b.is_ascii_digit() && !a.is_ascii_alphabetic() => true,
        // "de" and "be" are words too: of bytes in hexadecimal digits, one has a digit, or another stands before.
        [.., c, b' ', a, b, b' '] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit() => {
            a.is_ascii_digit() || b.is_ascii_digit() || c.is_ascii_hexdigit() && start >= 7 && text[start - 7] == b' '
        }
        _ => false,
    };
    before || matches!(text[end..], [b' ', a, b, ..] if a.is_ascii_digit() && b.is_ascii_digit())
}
