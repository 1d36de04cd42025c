//! The sentences of one text: models put several into what was to hold one, and small ones go on with JSON's own signs.

use super::own::{closes, is_mark};

/// The sentences of a text, each with its end and the citations in brackets behind it. What follows a sentence and closes JSON
/// (`"}, {`) is leavings of another form, and none.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let Some(end) = end(rest) else {
            found.push(rest);
            break;
        };
        found.push(rest[..end].trim_end());
        rest = rest[end..].trim_start();
        if closes_json(rest) {
            break;
        }
    }
    found
}

/// Whether a sentence comes to its end. Models whose tokens run out, or who take a quotation mark for one of JSON, stop within.
pub(super) fn is_ended(sentence: &str) -> bool {
    sentence.trim_end_matches(|c: char| is_mark(c) || c == ')').ends_with(is_stop)
}

fn is_stop(c: char) -> bool {
    matches!(c, '.' | '!' | '?')
}

/// Where the first sentence ends: behind a full stop that no quotation holds, if blank or nothing follows.
fn end(text: &str) -> Option<usize> {
    let mut quoted_by = None;
    for (at, c) in text.char_indices() {
        match quoted_by {
            Some(open) if closes(open, c) => quoted_by = None,
            None if is_mark(c) => quoted_by = Some(c),
            None if is_stop(c) => {
                let rest = &text[at + 1..];
                let is_cited = c == '.' && rest.starts_with('[');
                if rest.is_empty() || rest.starts_with(char::is_whitespace) || is_cited || closes_json(rest) {
                    return Some(text.len() - behind_citations(rest).len());
                }
            }
            _ => {}
        }
    }
    None
}

/// What follows citations in brackets.
fn behind_citations(text: &str) -> &str {
    let inside = text.trim_start().strip_prefix('[').and_then(|inside| inside.split_once(']'));
    inside.map_or(text, |(_, after)| behind_citations(after))
}

/// Whether a text goes on as JSON does behind a string.
fn closes_json(rest: &str) -> bool {
    rest.trim_start_matches(|c: char| is_mark(c) || c.is_whitespace() || c == ']').starts_with('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[&str]) {
        assert_eq!(sentences(text), expected, "{text}");
    }

    #[test]
    fn a_text_may_hold_several() {
        check("ledger failed.", &["ledger failed."]);
        check("ledger failed", &["ledger failed"]);
        check("ledger failed. payments too! And then?", &["ledger failed.", "payments too!", "And then?"]);
        check("It took 4.5 s in a.b.c. Then it ended.", &["It took 4.5 s in a.b.c.", "Then it ended."]);
        check("It wrote \u{201c}a. b. c\u{201d} twice. It ended.", &["It wrote \u{201c}a. b. c\u{201d} twice.", "It ended."]);
        check("It failed. [F1][2] It ended.[F2]", &["It failed. [F1][2]", "It ended.[F2]"]);
        check("It wrote \u{201c}a. b", &["It wrote \u{201c}a. b"]);
        check("  ", &[]);
    }

    /// As SmolLM2 wrote them.
    #[test]
    fn leavings_of_json_are_no_sentences() {
        check("It came 9 times from 12:35 on.\u{201d}}, {", &["It came 9 times from 12:35 on."]);
        check("It failed. It came.\"}]}, {\"citations\": [\"F2\"]", &["It failed.", "It came."]);
    }

    #[test]
    fn half_a_sentence_has_no_end() {
        for whole in ["It failed.", "It wrote \u{201c}no space left.\u{201d}", "It failed (twice.)"] {
            assert!(is_ended(whole), "{whole}");
        }
        for half in ["The most likely cause is coredns:", "As a result,", "It was the first that", ""] {
            assert!(!is_ended(half), "{half}");
        }
    }
}
