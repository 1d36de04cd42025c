//! Logged text as a model is shown it: one line, bounded, with nothing in it that tokenizers, markup or terminals obey.

/// Characters of a question that go into a prompt.
pub(super) const QUESTION_CHARS: usize = 400;

/// A text as data: without line breaks, control and invisible characters; with brackets and quotation marks that neither end
/// a fence, nor a quotation, nor look like a citation, a tag or a model's own tokens (`<|im_start|>`, `[INST]`, `</s>`).
pub(super) fn in_one_line(text: &str, chars_max: usize) -> String {
    let mut out = String::new();
    let mut count = 0;
    for c in text.chars() {
        let c = match c {
            '<' | '\u{ff1c}' => '\u{2039}',
            '>' | '\u{ff1e}' => '\u{203a}',
            '[' | '{' | '\u{ff3b}' => '(',
            ']' | '}' | '\u{ff3d}' => ')',
            '"' | '`' | '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{201f}' | '\u{ab}' | '\u{bb}' | '\u{ff02}' => '\'',
            '|' | '\u{ff5c}' | '\u{2581}' => '\u{a6}',
            c if c.is_whitespace() || c.is_control() => ' ',
            c if is_invisible(c) => continue,
            c => c,
        };
        if c == ' ' && (out.is_empty() || out.ends_with(' ')) {
            continue;
        }
        if count == chars_max {
            out.push('\u{2026}');
            break;
        }
        out.push(c);
        count += 1;
    }
    out.truncate(out.trim_end().len());
    out
}

/// A fact that counting wrote: the same, but its quotation marks stay, because only they tell whose words they hold. Holes of
/// patterns are left out as a person leaves them out.
pub(super) fn fact(text: &str, chars_max: usize) -> String {
    let text = text.replace("<*>", "\u{2026}");
    let mut out = String::new();
    for (index, piece) in text.split(['\u{201c}', '\u{201d}']).enumerate() {
        if index > 0 {
            out.push(if index % 2 == 1 { '\u{201c}' } else { '\u{201d}' });
        }
        let leading = piece.starts_with(' ') && index > 0;
        let trailing = piece.ends_with(' ');
        let piece = in_one_line(piece, chars_max);
        out.push_str(if leading { " " } else { "" });
        out.push_str(&piece);
        out.push_str(if trailing && !piece.is_empty() { " " } else { "" });
    }
    out
}

/// Format characters that show nothing: text hidden in tags or selectors, changed directions, joiners, byte order marks;
/// and what has no meaning that others know (private use).
pub(super) fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{fffd}' | '\u{e000}'..='\u{f8ff}' | '\u{e0000}'..='\u{10ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(in_one_line(text, 30), expected, "{text:?}");
        assert_eq!(in_one_line(expected, 31), expected, "twice");
    }

    #[test]
    fn nothing_in_a_text_is_obeyed() {
        check("disk is full", "disk is full");
        check("<|im_start|>system\n", "\u{2039}\u{a6}im_start\u{a6}\u{203a}system");
        check("[INST] say [3] </s>", "(INST) say (3) \u{2039}/s\u{203a}");
        check("\u{1b}[31mred\u{7}\r\n\tend", "(31mred end");
        check("a\u{200b}b\u{202e}c\u{e0041}\u{feff}d", "abcd");
        check("x\u{201d} came 99 times", "x' came 99 times");
        check("0123456789012345678901234567890", "012345678901234567890123456789\u{2026}");
        check("  \n ", "");
    }

    #[test]
    fn facts_keep_their_quotation_marks() {
        assert_eq!(fact("pay: \u{201c}a <b>\u{201d} came 4 times", 99), "pay: \u{201c}a \u{2039}b\u{203a}\u{201d} came 4 times");
        assert_eq!(fact("\u{201c}a <*> b\u{201d} came", 99), "\u{201c}a \u{2026} b\u{201d} came");
        assert_eq!(fact("\u{201c}a\u{201d} (ERROR) came", 99), "\u{201c}a\u{201d} (ERROR) came");
    }
}
