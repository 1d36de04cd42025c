//! Whether the evidence bears a sentence.

use std::collections::BTreeSet;

use super::answer::Claim;
use super::evidence::{Evidence, Item};
use super::own::{has_number, numbers, unquoted, without, words};
use super::sentences::is_ended;
use super::shown::is_invisible;
use super::vocabulary::{is_hollow, is_known, is_weighty, number_word, stems, tells_of_cause, tells_of_saying};
use super::{Dropped, Told};

/// Characters of a sentence, its quotations included.
const SENTENCE_CHARS_MAX: usize = 500;
/// What makes a program or a reader follow a text somewhere, or shows it as something else than text.
const NOT_SAID: [&str; 9] = ["://", "www.", "](", "![", "javascript:", "data:", "mailto:", "&#", "\\u"];

/// The sentence as it may be shown, or why it may not.
pub(super) fn check(evidence: &Evidence, claim: &Claim) -> Result<Told, Dropped> {
    let (text, marked) = without_marks(&claim.text, evidence);
    if !is_a_sentence(&text) {
        return Err(Dropped::Form);
    }
    let ids: BTreeSet<&str> = claim.citations.iter().chain(&marked).map(String::as_str).collect();
    let cited: Option<Vec<&Item>> = ids.iter().map(|id| evidence.get(id)).collect();
    let cited = cited.filter(|cited| !cited.is_empty()).ok_or(Dropped::Uncited)?;
    let mut quotations = Vec::new();
    let own = unquoted(&text, |quoted| {
        quotations.push(quoted.to_owned());
        cited.iter().any(|item| bears(evidence, item, quoted))
    });
    let own = own.ok_or(Dropped::Quotation)?;
    let names: Vec<&String> = evidence.names.iter().filter(|name| without(&own, name) != own).collect();
    let rest = names.iter().fold(own, |own, name| without(&own, name));
    check_names(&names, &cited)?;
    check_numbers(&rest, &cited)?;
    check_words(&rest, &cited, evidence)?;
    check_quotations(&rest, &quotations)?;
    let is_bound = !names.is_empty() || !quotations.is_empty() || numbers(&rest).next().is_some();
    if !is_bound && !has_matter(&rest, &cited, evidence) {
        return Err(Dropped::Hollow);
    }
    check_cause(&rest, &names, &quotations, &cited, evidence)?;
    let facts = ids.iter().filter(|id| evidence.get(id).is_some_and(|item| item.is_fact)).map(|id| (*id).to_owned()).collect();
    let citations: BTreeSet<usize> = cited.iter().flat_map(|item| item.citations.iter().copied()).collect();
    Ok(Told { text, citations: citations.into_iter().collect(), facts })
}

/// Models write citations into sentences too: `... failed [1][F2].`
fn without_marks(text: &str, evidence: &Evidence) -> (String, Vec<String>) {
    let (mut out, mut marked) = (String::new(), Vec::new());
    let mut rest = text;
    while let Some((before, (mark, after))) =
        rest.split_once('[').and_then(|(before, inside)| Some((before, inside.split_once(']')?)))
    {
        let ids: Vec<&str> = mark.split([',', ' ']).filter(|id| !id.is_empty()).collect();
        if ids.is_empty() || ids.iter().any(|id| evidence.get(id).is_none()) {
            break;
        }
        marked.extend(ids.into_iter().map(str::to_owned));
        out.push_str(before.trim_end());
        rest = after;
    }
    out.push_str(rest);
    (out, marked)
}

/// One line of plain text. Everything else is either markup, or was not asked for.
fn is_a_sentence(text: &str) -> bool {
    let lower = text.to_lowercase();
    let outside = unquoted(text, |_| true).unwrap_or_default();
    let is_plain = |c: char| c.is_alphanumeric() || " .,;:()-/%'\"\u{2019}\u{2013}\u{2014}".contains(c);
    text.chars().count() <= SENTENCE_CHARS_MAX
        && outside.chars().any(char::is_alphabetic)
        && is_ended(text)
        && outside.chars().all(|c| is_plain(c) || matches!(c, '_' | '@' | '#' | '+' | '&'))
        && !text.chars().any(|c| c.is_control() || is_invisible(c) || matches!(c, '<' | '>'))
        && !NOT_SAID.iter().any(|not| lower.contains(not))
}

/// Whether a quotation stands in a line, or in a record that the line rests on: a fact has the pattern, with holes, and its
/// records come with it where a sentence is shown.
fn bears(evidence: &Evidence, item: &Item, quoted: &str) -> bool {
    let records = item.citations.iter().filter_map(|number| evidence.get(&number.to_string()));
    std::iter::once(item).chain(records).any(|item| has_words(&item.text, quoted))
}

/// Whether a text has these words in a row, however they are spaced and whatever their case. A part of a word or number is
/// another one: `15 rows` is no quotation of `115 rows`.
fn has_words(text: &str, quoted: &str) -> bool {
    let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
    let (text, quoted) = (plain(text), plain(quoted));
    let quoted = quoted.trim_end_matches(['.', ',', '\u{2026}', ' ']);
    let is_whole = |(at, _): (usize, &str)| !is_within(&text, at) && !is_within(&text, at + quoted.len());
    quoted.chars().any(char::is_alphanumeric) && text.match_indices(quoted).any(is_whole)
}

/// Whether a place of a text is within a word, or within a number or time such as `4.5`.
fn is_within(text: &str, at: usize) -> bool {
    let (mut before, mut behind) = (text[..at].chars().rev(), text[at..].chars());
    let is_digit = |c: char| c.is_ascii_digit();
    match (before.next(), behind.next()) {
        (Some('.' | ',' | ':'), Some(c)) if is_digit(c) => before.next().is_some_and(is_digit),
        (Some(c), Some('.' | ',' | ':')) if is_digit(c) => behind.next().is_some_and(is_digit),
        (Some(one), Some(next)) => one.is_alphanumeric() && next.is_alphanumeric(),
        _ => false,
    }
}

/// A source may be spoken of where it is cited.
fn check_names(names: &[&String], cited: &[&Item]) -> Result<(), Dropped> {
    match names.iter().all(|name| cited.iter().any(|item| item.names.contains(name))) {
        true => Ok(()),
        false => Err(Dropped::Words),
    }
}

fn check_numbers(rest: &str, cited: &[&Item]) -> Result<(), Dropped> {
    let is_counted = |number: &str| cited.iter().any(|item| has_number(&item.own, number));
    let spelled = words(rest).filter_map(|word| number_word(&word).map(|number| (word, number)));
    let is_spelled =
        |(word, number): (String, &str)| is_counted(number) || cited.iter().any(|item| words(&item.own).any(|own| own == word));
    match numbers(rest).all(|number| is_counted(&number)) && { spelled }.all(is_spelled) {
        true => Ok(()),
        false => Err(Dropped::Number),
    }
}

/// Words of the list, of counting in what is cited, and of the question. Those that turn a sentence round, make it total or
/// give a thing its rank must stand in what is cited.
fn check_words(rest: &str, cited: &[&Item], evidence: &Evidence) -> Result<(), Dropped> {
    let counted: BTreeSet<String> = cited.iter().flat_map(|item| words(&item.own)).collect();
    let may_stand = |word: String| match counted.contains(&word) {
        true => true,
        false => !is_weighty(&word) && (is_known(&word) || evidence.asked.contains(&word) || number_word(&word).is_some()),
    };
    // Whoever begins so puts sentences into order, and not things.
    let rest = rest.trim_start().strip_prefix("First, ").unwrap_or(rest);
    // A token with a digit is a number or a name of its own, and was looked for as such.
    let tokens = rest.split(|c: char| !c.is_alphanumeric()).filter(|token| !token.contains(|c: char| c.is_numeric()));
    match tokens.flat_map(words).all(may_stand) {
        true => Ok(()),
        false => Err(Dropped::Words),
    }
}

/// Whether a sentence that names, quotes and counts nothing speaks of what it cites, or of what was asked, in words of these.
/// “This is an error that has been reported” is true of anything.
fn has_matter(rest: &str, cited: &[&Item], evidence: &Evidence) -> bool {
    let held: BTreeSet<String> = cited.iter().flat_map(|item| words(&item.text)).chain(evidence.asked.iter().cloned()).collect();
    let of_matter = |word: &str| held.contains(word) && !is_hollow(word);
    words(rest).any(|word| of_matter(&word) || stems(&word).any(of_matter))
}

/// A quotation is something that was said, and no part of what the model says itself: `\u{201c}Bob\u{201d} failed` is no quotation.
fn check_quotations(rest: &str, quotations: &[String]) -> Result<(), Dropped> {
    match quotations.is_empty() || words(rest).any(|word| tells_of_saying(&word)) {
        true => Ok(()),
        false => Err(Dropped::Quotation),
    }
}

/// Who speaks of the cause cites the fact that names it, names no other, and quotes nobody else on it.
fn check_cause(
    rest: &str,
    names: &[&String],
    quotations: &[String],
    cited: &[&Item],
    evidence: &Evidence,
) -> Result<(), Dropped> {
    let is_of_cause = words(rest).any(|word| tells_of_cause(&word));
    let mut facts = cited.iter().filter(|item| item.is_cause).peekable();
    let names_it = names.is_empty() || names.iter().any(|name| **name == evidence.cause);
    let is_counted = facts.peek().is_some()
        && names_it
        && quotations.iter().all(|quoted| facts.clone().any(|item| bears(evidence, item, quoted)));
    match !is_of_cause || is_counted {
        true => Ok(()),
        false => Err(Dropped::Cause),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_of_whole_words_and_numbers() {
        let text = "ERROR pay: 115 rows in 4.5 s, pool-7 is  Full\u{2026}";
        for quoted in ["115 rows in 4.5 s", "pool-7 IS full", "pool", "7 is full.", "full\u{2026}", "error pay"] {
            assert!(has_words(text, quoted), "{quoted}");
        }
        for quoted in ["15 rows", "115 row", "115 rows in 4", "5 s", "ool-7", "is fu", "", "\u{2026}", "rows rows"] {
            assert!(!has_words(text, quoted), "{quoted}");
        }
    }
}
