//! Telephone numbers. With a plus: a country's code and as many digits as its plan has (ITU-T E.164). Without one:
//! shapes that are written for nothing else, or any shape where a key or a word speaks of telephones.

mod plans;

use super::context::Context;
use super::keys::KeyClass;
use super::run::{Run, is_in_row, is_wordy, may_end};
use super::{Hit, Kind};

/// E.164: fifteen digits with the country's code; two more for the prefix 00.
const DIGITS_MAX: usize = 17;
const GROUPS_MAX: usize = 9;

/// Fewer digits are no number that is dialled from everywhere.
const DIGITS_MIN: usize = 7;

/// A quick look: whether a run of digits is long enough, or goes on with what only telephone numbers have between groups.
pub(super) fn may_be(text: &[u8], run: &Run) -> bool {
    run.groups == 0 || run.digits(run.groups).len() >= DIGITS_MIN || gap(&text[run.end(run.groups)..]) > 0
}

/// The number that begins at `at`, at a digit, a plus or a parenthesis.
pub(super) fn find(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    let dialled = Dialled::read(text, at);
    if dialled.digits(dialled.groups) < DIGITS_MIN {
        return None;
    }
    let groups = (1..=dialled.groups).rev().filter(|&groups| ends(text, dialled.ends[groups - 1].1));
    let (groups, rule) = match text[at] {
        b'+' => (groups.clone().find(|&groups| dialled.is_international(groups, 0))?, "phone.international"),
        _ => dialled.national(groups.clone(), context)?,
    };
    if rule == "phone.shape" && dialled.separators.blanks > 0 && is_in_row(text, at, dialled.ends[groups - 1].1) {
        return None;
    }
    let end = with_extension(text, dialled.ends[groups - 1].1);
    Some(Hit::new(at..end, Kind::Phone, rule))
}

/// Whether a number may end here, or an extension joins it: `555-0123x45`.
fn ends(text: &[u8], end: usize) -> bool {
    may_end(text, end) || text.get(end).is_some_and(u8::is_ascii_alphabetic) && with_extension(text, end) > end
}

/// Digits in groups as people write telephone numbers.
struct Dialled {
    digits: [u8; DIGITS_MAX],
    /// Where each group ends: in `digits`, and in the text.
    ends: [(usize, usize); GROUPS_MAX],
    groups: usize,
    /// The first group stands in parentheses, and it alone.
    in_parentheses: bool,
    /// All separators are dots; or all are blanks.
    separators: Separators,
}

#[derive(Default)]
struct Separators {
    dots: usize,
    blanks: usize,
    dashes: usize,
}

impl Dialled {
    fn read(text: &[u8], at: usize) -> Dialled {
        let mut dialled = Dialled {
            digits: [0; DIGITS_MAX],
            ends: [(0, at); GROUPS_MAX],
            groups: 0,
            in_parentheses: text[at] == b'(',
            separators: Separators::default(),
        };
        let start = at;
        let mut at = at + usize::from(matches!(text[at], b'+' | b'('));
        at += usize::from(text.get(at) == Some(&b'('));
        let mut count = 0;
        loop {
            while let Some(digit @ b'0'..=b'9') = text.get(at).copied() {
                if count == DIGITS_MAX {
                    return dialled;
                }
                dialled.digits[count] = digit - b'0';
                count += 1;
                at += 1;
            }
            // A closing parenthesis belongs to the digits before it.
            dialled.ends[dialled.groups] = (count, at);
            dialled.groups += 1;
            if dialled.groups == 1 {
                dialled.in_parentheses &= text.get(at) == Some(&b')');
            }
            // `+44(0)20`: in parentheses, what is dialled only inside the country.
            let opens = dialled.groups == 1 && text[start] == b'+' && text[at..].starts_with(b"(");
            let gap = if opens { 1 } else { gap(&text[at..]) };
            if gap == 0 || dialled.groups == GROUPS_MAX {
                return dialled;
            }
            match text[at] {
                b'.' => dialled.separators.dots += 1,
                b' ' => dialled.separators.blanks += 1,
                _ => dialled.separators.dashes += 1,
            }
            at += gap;
        }
    }

    fn digits(&self, groups: usize) -> usize {
        groups.checked_sub(1).map_or(0, |last| self.ends[last].0)
    }

    fn len(&self, group: usize) -> usize {
        self.digits(group + 1) - self.digits(group)
    }

    /// Whether the first groups, from digit `from` on, are a country's code and a number of its plan. A zero in
    /// parentheses, dialled only inside the country, does not count.
    fn is_international(&self, groups: usize, from: usize) -> bool {
        let Some(all) = self.digits.get(from..self.digits(groups)) else { return false };
        let trunk = (1..groups).any(|group| self.len(group) == 1 && self.digits[self.digits(group)] == 0);
        plans::national_len(all).is_some_and(|(code, lens)| lens.contains(&(all.len() - code - usize::from(trunk))))
    }

    /// How many groups a number without a plus has, and by which rule.
    fn national(
        &self,
        groups: impl Iterator<Item = usize> + Clone,
        context: &dyn Fn() -> Context,
    ) -> Option<(usize, &'static str)> {
        let shaped = if self.may_be_shaped() { groups.clone().find(|&groups| self.is_shaped(groups)) } else { None };
        let plain = groups.clone().find(|&groups| (7..=15).contains(&self.digits(groups)))?;
        let context = context();
        if context.is(KeyClass::Phone) {
            let named = shaped.unwrap_or(plain);
            let abroad = groups.clone().find(|&groups| self.starts_abroad() && self.is_international(groups, 2));
            let is_sure = context.is_near || context.is_key || shaped.is_some() || self.is_area_and_number(plain);
            return (is_sure && !self.looks_like_time(&context)).then_some((abroad.unwrap_or(named), "phone.named"));
        }
        // Slashes also stand in dates with times: `0701/114930`.
        let one_blank = self.separators.dashes == 0 && self.separators.dots == 0;
        let is_free = !context.is_other && matches!(context.class, None | Some(KeyClass::Name | KeyClass::Person));
        let alone = shaped
            .filter(|&groups| self.stands_alone(groups))
            .or_else(|| (self.is_area_and_number(plain) && self.len(1) > 6 && one_blank).then_some(plain));
        alone.filter(|_| is_free).map(|groups| (groups, "phone.shape"))
    }

    fn starts_abroad(&self) -> bool {
        self.digits[..2] == [0, 0]
    }

    /// A quick look at the first group: most rows of numbers begin as no country writes its numbers.
    fn may_be_shaped(&self) -> bool {
        self.in_parentheses || matches!((self.len(0), self.digits[0]), (3, _) | (2..=5, 0) | (1, 1))
    }

    /// Whether the groups are those of some country's way to write its numbers.
    fn is_shaped(&self, groups: usize) -> bool {
        let mut lens = [0; GROUPS_MAX];
        (0..groups).for_each(|group| lens[group] = self.len(group));
        match lens[..groups] {
            [3, 3, 4] if self.digits[0] != 0 => self.is_american(0),
            [1, 3, 3, 4] => self.digits[0] == 1 && self.is_american(1),
            [2..=5, 6..=9] if self.in_parentheses => true,
            [2..=5, ref rest @ ..] if self.in_parentheses => matches!(rest.iter().sum::<usize>(), 6..=9) && !rest.contains(&1),
            [2..=5, ref rest @ ..] if self.digits[0] == 0 && self.digits[1] != 0 => {
                let all = self.digits(groups);
                rest.len() >= 2 && (9..=12).contains(&all) && rest.iter().all(|&len| (2..=4).contains(&len))
            }
            _ => false,
        }
    }

    /// `0176 98765432`, `0341/1234567`: an area or a network with its zero, and a number without groups.
    fn is_area_and_number(&self, groups: usize) -> bool {
        let is_zero = self.digits[0] == 0 && self.digits[1] != 0;
        groups == 2 && is_zero && (3..=5).contains(&self.len(0)) && (6..=8).contains(&self.len(1)) && self.digits(2) >= 10
    }

    /// North American Numbering Plan: areas begin with 2 to 9; exchanges too, but invented ones mostly do not care.
    fn is_american(&self, from: usize) -> bool {
        self.digits[from] > 1 && self.digits[from + 3] > 0
    }

    /// Rows of numbers with blanks between are written for all sorts of things; parentheses, dashes and a zero in
    /// front are not.
    fn stands_alone(&self, groups: usize) -> bool {
        let one_kind =
            [self.separators.dots, self.separators.blanks, self.separators.dashes].iter().filter(|&&n| n > 0).count() == 1;
        let is_zero = self.digits[0] == 0 && groups >= 3;
        self.in_parentheses || is_zero && one_kind || self.digits[0] != 0 && one_kind && self.separators.blanks == 0
    }

    /// A date (four, two, two digits), or milliseconds since 1970.
    fn looks_like_time(&self, context: &Context) -> bool {
        let is_date =
            self.groups >= 3 && self.len(0) == 4 && self.len(1) == 2 && self.len(2) == 2 && matches!(self.digits[0], 1 | 2);
        is_date || !context.is_key && self.len(0) >= 13 && (self.digits[0] == 1 || !context.is_near)
    }
}

/// How many bytes part two groups: one, or two where a parenthesis, or a dash between blanks, is among them.
fn gap(text: &[u8]) -> usize {
    let is_digit = |at: usize| text.get(at).is_some_and(u8::is_ascii_digit);
    match text {
        [b' ' | b'-' | b'.' | b'/' | b')', ..] if is_digit(1) => 1,
        [b')', b' ' | b'-', ..] if is_digit(2) => 2,
        [b' ', b'(', ..] if is_digit(2) => 2,
        [b' ', b'-', b' ', ..] if is_digit(3) => 3,
        [b'\xc2', b'\xa0', ..] if is_digit(2) => 2,
        _ => 0,
    }
}

/// Behind an extension, when one follows: ` ext. 12`, `x12`, ` poste 3`.
fn with_extension(text: &[u8], end: usize) -> usize {
    let rest = &text[end..];
    let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b',')).count().min(2);
    let word = [&b"extension"[..], b"ext", b"x", b"durchwahl", b"poste", b"ramal", b"int"]
        .into_iter()
        .find(|word| rest.get(blanks..blanks + word.len()).is_some_and(|have| have.eq_ignore_ascii_case(word)));
    let Some(word) = word else { return end };
    let mut at = end + blanks + word.len();
    at += usize::from(text.get(at) == Some(&b'.'));
    at += usize::from(text.get(at) == Some(&b' '));
    let digits = text[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    if (1..=6).contains(&digits) && !text.get(at + digits).copied().is_some_and(is_wordy) { at + digits } else { end }
}
