//! Dates of birth: a date in any common order, where a key or a word says that somebody was born.

use std::sync::LazyLock;

use super::context::Context;
use super::fold::{char_at, push_folded};
use super::fronts::Fronts;
use super::keys::KeyClass;
use super::run::{is_wordy, may_end};
use super::{Hit, Kind};

/// Nobody alive was born before. The other end needs a clock, which is not here: dates of birth to come are as good.
const YEARS: std::ops::RangeInclusive<u32> = 1900..=2039;

/// The date of birth that begins at the digit at `at`; a month's name before it belongs to it.
pub(super) fn find(text: &[u8], at: usize, context: &dyn Fn() -> Context) -> Option<Hit> {
    let (start, end) = date(text, at)?;
    (may_end(text, end) || text[end..].first() == Some(&b'T')).then_some(())?;
    context().is(KeyClass::Dob).then(|| Hit::new(start..behind_midnight(text, end), Kind::Dob, "dob.named"))
}

/// Behind the time that programs write behind a date which has none: `T00:00:00`, `T00:00:00.000+02:00`.
fn behind_midnight(text: &[u8], end: usize) -> usize {
    let Some(rest) = text[end..].strip_prefix(b"T").filter(|rest| rest.starts_with(b"00:00")) else { return end };
    let is_part = |byte: &&u8| byte.is_ascii_digit() || matches!(**byte, b':' | b'.' | b'+' | b'-' | b'Z');
    let len = rest.iter().take("00:00:00.000000000+00:00".len()).take_while(is_part).count();
    end + 1 + rest[..len].iter().rposition(|byte| byte.is_ascii_digit() || *byte == b'Z').map_or(0, |last| last + 1)
}

/// Where the date with its first number at `at` begins and ends.
fn date(text: &[u8], at: usize) -> Option<(usize, usize)> {
    let (first, first_len) = number(text, at)?;
    let next = at + first_len;
    if first_len == 8 {
        return is_plain(first).then_some((at, next));
    }
    if !matches!(first_len, 1 | 2 | 4) {
        return None;
    }
    compact(text, next, first).map(|end| (at, end)).or_else(|| in_parts(text, at, next, first, first_len))
}

/// `22MAR1971`, as airlines write it.
fn compact(text: &[u8], next: usize, day: u32) -> Option<usize> {
    let (year, len) = number(text, next + 3)?;
    month(&text[next..next + 3])?;
    ((1..=31).contains(&day) && len == 4 && YEARS.contains(&year)).then_some(next + 3 + len)
}

fn in_parts(text: &[u8], at: usize, next: usize, first: u32, first_len: usize) -> Option<(usize, usize)> {
    numeric(text, next, first, first_len)
        .or_else(|| named_month(text, next, first))
        .or_else(|| east_asian(text, next, first))
        .map(|end| (at, end))
        .or_else(|| month_before(text, at, next, first))
}

/// `1980-05-12`, `12/05/1980`, `5.12.80`: the end, from behind the first number on.
fn numeric(text: &[u8], next: usize, first: u32, first_len: usize) -> Option<usize> {
    let &separator = text.get(next).filter(|byte| matches!(byte, b'-' | b'/' | b'.' | b' '))?;
    let blank = usize::from(separator == b'.' && text.get(next + 1) == Some(&b' '));
    let (second, second_len) = number(text, next + 1 + blank).filter(|&(_, len)| len <= 2)?;
    let middle = next + 1 + blank + second_len;
    let blank = usize::from(separator == b'.' && blank == 1 && text.get(middle + 1) == Some(&b' '));
    let (third, third_len) =
        text.get(middle).filter(|&&byte| byte == separator).and_then(|_| number(text, middle + 1 + blank))?;
    let end = middle + 1 + blank + third_len;
    let day_month = |a: u32, b: u32| is_day_month(a, b) || is_day_month(b, a);
    let fits = match (first_len, third_len) {
        (4, 1 | 2) => YEARS.contains(&first) && is_day_month(third, second),
        (1 | 2, 4) => YEARS.contains(&third) && day_month(first, second),
        (1 | 2, 2) => separator != b' ' && (day_month(first, second) || is_day_month(third, second)),
        _ => false,
    };
    fits.then_some(end)
}

/// `12 May 1980`, `12. Mai 1980`, `12 de mayo de 1980`, `12-MAY-80`, `12th of May, 1980`, and `1980-May-12`.
fn named_month(text: &[u8], next: usize, first: u32) -> Option<usize> {
    let mut at = next;
    for ending in [&b"st"[..], b"nd", b"rd", b"th", b".", b"er"] {
        if text[at..].starts_with(ending) {
            at += ending.len();
            break;
        }
    }
    at = behind_filler(text, at)?;
    let month_at = at;
    let word = word_len(text, at);
    if word == 0 {
        return None;
    }
    at = behind_filler(text, at + word)?;
    let (last, len) = number(text, at)?;
    month(&text[month_at..month_at + word])?;
    let fits = match len {
        4 => YEARS.contains(&last) && (1..=31).contains(&first),
        2 => (1..=31).contains(&first) || YEARS.contains(&first) && (1..=31).contains(&last),
        1 => YEARS.contains(&first) && last > 0,
        _ => false,
    };
    fits.then_some(at + len)
}

/// `1980年5月12日`, and the same in Korean.
fn east_asian(text: &[u8], next: usize, year: u32) -> Option<usize> {
    let after = |at: usize, marks: [&str; 2]| {
        let mark = marks.into_iter().find(|mark| text[at..].starts_with(mark.as_bytes()))?;
        Some(at + mark.len())
    };
    let blank = |at: usize| at + usize::from(text.get(at) == Some(&b' '));
    let at = blank(after(next, ["年", "년"])?);
    let (month, len) = number(text, at)?;
    let at = blank(after(at + len, ["月", "월"])?);
    let (day, len) = number(text, at)?;
    (YEARS.contains(&year) && is_day_month(day, month)).then(|| after(at + len, ["日", "일"])).flatten()
}

/// `May 12, 1980`: `at` is at the day.
fn month_before(text: &[u8], at: usize, next: usize, day: u32) -> Option<(usize, usize)> {
    let before = text[..at].strip_suffix(b" ").or_else(|| text[..at].strip_suffix(b"-"))?;
    // Few words before a number are months, and fewer still stand before a day and a year.
    let after =
        [&b"st"[..], b"nd", b"rd", b"th"].into_iter().find(|ending| text[next..].starts_with(ending)).map_or(next, |_| next + 2);
    let gap = text[after..].iter().take(2).take_while(|byte| matches!(byte, b',' | b' ' | b'-')).count();
    let (year, len) = number(text, after + gap).filter(|_| gap > 0)?;
    if !(1..=31).contains(&day) || len != 4 || !YEARS.contains(&year) {
        return None;
    }
    let before = before.strip_suffix(b".").unwrap_or(before);
    let front = before.len().saturating_sub(20);
    let start = before[front..]
        .iter()
        .rposition(|byte| !byte.is_ascii_alphabetic() && *byte < 0x80)
        .map_or(front, |last| front + last + 1);
    month(&before[start..])?;
    Some((start, after + gap + len))
}

/// Past blanks, dots, commas, dashes, slashes, and the little words that stand in dates.
fn behind_filler(text: &[u8], at: usize) -> Option<usize> {
    let skip =
        |at: usize| at + text[at..].iter().take(3).take_while(|byte| matches!(byte, b' ' | b'.' | b',' | b'-' | b'/')).count();
    let from = skip(at);
    (from > at).then_some(())?;
    let word = word_len(text, from);
    let is_filler = FILLERS.contains(&&text[from..from + word]);
    Some(if is_filler { skip(from + word) } else { from })
}

/// Little words that stand in dates.
const FILLERS: [&[u8]; 6] = [b"de", b"of", b"di", b"do", b"del", b"d"];

/// A quick look: whether a text may begin with a month, or a little word before one.
pub(crate) fn may_begin_month(text: &[u8]) -> bool {
    static FRONTS: LazyLock<Fronts> = LazyLock::new(|| Fronts::of(MONTHS.iter().map(|month| month.as_slice()).chain(FILLERS)));
    FRONTS.may_begin(text)
}

/// How months begin in English, German, Dutch, French, Spanish, Portuguese, Italian, Polish, Swedish, Danish, Turkish,
/// Czech, Finnish, Hungarian, Romanian and Indonesian, without marks.
const MONTHS: &[&[u8; 3]] = &[
    b"jan", b"ene", b"gen", b"sty", b"feb", b"fev", b"lut", b"mar", b"mrt", b"maa", b"apr", b"avr", b"abr", b"kwi", b"may",
    b"mai", b"maj", b"mag", b"mei", b"jun", b"jui", b"giu", b"cze", b"jul", b"lug", b"lip", b"aug", b"aou", b"ago", b"sie",
    b"sep", b"set", b"wrz", b"oct", b"okt", b"out", b"ott", b"paz", b"nov", b"lis", b"dec", b"dez", b"dic", b"gru", b"oca",
    b"sub", b"nis", b"haz", b"tem", b"agu", b"eyl", b"eki", b"kas", b"ara", b"led", b"uno", b"bre", b"dub", b"kve", b"cer",
    b"srp", b"zar", b"rij", b"pro", b"tam", b"hel", b"huh", b"tou", b"kes", b"hei", b"elo", b"syy", b"lok", b"jou", b"sze",
    b"ian", b"iun", b"iul", b"noi", b"des",
];

/// The same in Russian, Ukrainian and Bulgarian.
const CYRILLIC_MONTHS: &[&str] = &[
    "янв", "фев", "мар", "апр", "мая", "май", "июн", "июл", "авг", "сен", "окт", "ноя", "дек", "січ", "лют", "бер", "кві", "тра",
    "чер", "лип", "сер", "вер", "жов", "лис", "гру",
];

/// Whether a word begins as a month does.
fn month(word: &[u8]) -> Option<()> {
    if *word.first()? >= 0x80 && CYRILLIC_MONTHS.iter().any(|month| word.starts_with(month.as_bytes())) {
        return Some(());
    }
    if !may_begin_month(word) {
        return None;
    }
    let (mut folded, mut len, mut at) = ([0; 8], 0, 0);
    while len < 3 {
        let letter = char_at(word, at)?;
        push_folded(letter, &mut folded, &mut len);
        at += letter.len_utf8();
    }
    (word.len() <= 16 && MONTHS.iter().any(|month| folded[..3] == **month)).then_some(())
}

/// Eight digits: year first or last.
fn is_plain(date: u32) -> bool {
    let year_first = YEARS.contains(&(date / 10_000)) && is_day_month(date % 100, date / 100 % 100);
    let (a, b) = (date / 1_000_000, date / 10_000 % 100);
    year_first || YEARS.contains(&(date % 10_000)) && (is_day_month(a, b) || is_day_month(b, a))
}

fn is_day_month(day: u32, month: u32) -> bool {
    (1..=31).contains(&day) && (1..=12).contains(&month)
}

/// A number of at most eight digits, and how long it is written.
fn number(text: &[u8], at: usize) -> Option<(u32, usize)> {
    let digits = text.get(at..)?.iter().take(9).take_while(|byte| byte.is_ascii_digit()).count();
    let value = text[at..at + digits].iter().fold(0, |number: u32, &digit| number * 10 + u32::from(digit - b'0'));
    (1..=8).contains(&digits).then_some((value, digits))
}

fn word_len(text: &[u8], at: usize) -> usize {
    text[at..].iter().take_while(|&&byte| is_wordy(byte) && !byte.is_ascii_digit() && byte != b'_').count()
}
