//! Words and numbers in a text, and the parts of it that are somebody else's.

/// Words of a text, in small letters: runs of letters.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// The text outside of quotation marks, if they come in pairs and `bears` agrees with each quotation. Quotations become `"`.
pub(super) fn unquoted(text: &str, mut bears: impl FnMut(&str) -> bool) -> Option<String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(is_mark) {
        let mark = rest[at..].chars().next()?;
        out.push_str(&rest[..at]);
        let inside = &rest[at + mark.len_utf8()..];
        let end = inside.find(|c| closes(mark, c))?;
        if !bears(&inside[..end]) {
            return None;
        }
        out.push('"');
        rest = &inside[end + inside[end..].chars().next()?.len_utf8()..];
    }
    out.push_str(rest);
    Some(out)
}

/// Whether a character opens or closes a quotation.
pub(super) fn is_mark(c: char) -> bool {
    matches!(c, '"' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' | '`')
}

/// Whether `c` ends a quotation that `open` began.
pub(super) fn closes(open: char, c: char) -> bool {
    match open {
        '"' | '`' => c == open,
        '\u{ab}' => c == '\u{bb}',
        '\u{bb}' => c == '\u{ab}',
        _ => matches!(c, '\u{201c}' | '\u{201d}'),
    }
}

/// The text without a name where it stands by itself, in any case.
pub(super) fn without(text: &str, name: &str) -> String {
    let (lower, wanted) = (text.to_ascii_lowercase(), name.to_ascii_lowercase());
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, found) in lower.match_indices(&wanted) {
        let before = lower[..at].chars().next_back();
        if at >= done && !before.is_some_and(is_of_name) && !goes_on(&lower[at + found.len()..]) {
            out.push_str(&text[done..at]);
            out.push(' ');
            done = at + found.len();
        }
    }
    out.push_str(&text[done..]);
    out
}

fn is_of_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '/' | '@' | '#')
}

/// Whether a name or number is longer than what stands before `rest`.
fn goes_on(rest: &str) -> bool {
    let mut rest = rest.chars();
    match rest.next() {
        Some('.' | ',' | ':') => rest.next().is_some_and(char::is_alphanumeric),
        Some(c) => is_of_name(c),
        None => false,
    }
}

/// Tokens that have a digit, without what punctuation surrounds them and without commas between thousands. `14:00-14:15` is
/// two of them, because a time has no hyphen.
pub(super) fn numbers(text: &str) -> impl Iterator<Item = String> {
    let parts = text
        .split(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '"' | '\u{2013}' | '\u{2014}' | '\'' | '\u{2019}' | '~'));
    let parts = parts.flat_map(|part| if part.contains(':') { part.split('-').collect() } else { vec![part] });
    parts.filter(|part| part.contains(|c: char| c.is_numeric())).map(|part| {
        let part = part.trim_matches(|c: char| matches!(c, '.' | ',' | ';' | ':' | '%' | '-')).to_lowercase();
        without_thousands(&part)
    })
}

fn without_thousands(number: &str) -> String {
    let is_grouped =
        number.split(',').skip(1).all(|group| group.get(..3).is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_digit())));
    if is_grouped { number.replace(',', "") } else { number.to_owned() }
}

/// Whether a number stands in a text by itself: not within another, nor as a piece of a time or date.
pub(super) fn has_number(text: &str, number: &str) -> bool {
    let is_clock = number.contains(':');
    numbers(text).any(|held| held == number || is_clock && held.strip_prefix(number).is_some_and(|rest| rest.starts_with(':')))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotations_are_set_apart() {
        let mut seen = Vec::new();
        let text = "a \u{201c}b c\u{201d} d \"e\" \u{ab}f\u{bb} g";
        let rest = unquoted(text, |quoted| {
            seen.push(quoted.to_owned());
            true
        });
        assert_eq!((rest.as_deref(), seen), (Some("a \" d \" \" g"), vec!["b c".to_owned(), "e".to_owned(), "f".to_owned()]));
        assert_eq!(unquoted("a \"b", |_| true), None);
        assert_eq!(unquoted("a \"b\"", |_| false), None);
    }

    #[test]
    fn names_are_taken_out_where_they_stand_alone() {
        assert_eq!(without("Pay failed, pay-api did not; pay.", "pay"), "  failed, pay-api did not;  .");
        assert_eq!(without("in ledger.eu and ledger", "ledger"), "in ledger.eu and  ");
        assert_eq!(without("in ÄÖ ledger", "ledger"), "in ÄÖ  ");
    }

    #[track_caller]
    fn check(text: &str, number: &str, expected: bool) {
        assert_eq!(has_number(text, number), expected, "{number} in {text}");
    }

    #[test]
    fn numbers_are_found_by_themselves() {
        check("came 1,204 times from 14:02 on", "1204", true);
        check("came 1204 times", "1204", true);
        check("came 1,204 times", "204", false);
        check("at 14:02:11", "14:02", true);
        check("at 14:02:11", "14", false);
        check("at 14:02:11", "02:11", false);
        check("2026-02-06 14:02", "2026-02-06", true);
        check("2026-02-06 14:02", "06", false);
        check("4.5 on average", "4", false);
        check("from 14:00 to 14:15 UTC.", "14:15", true);
        assert_eq!(numbers("41% (4), 14:00-14:15, p99; 3.").collect::<Vec<_>>(), ["41", "4", "14:00", "14:15", "p99", "3"]);
    }
}
