use std::ops::Range;

/// Characters of a line: ICAO Doc 9303 part 4 (passports, two lines of 44), parts 5 and 6 (cards, 30 and 36).
const LINE_LENS: [usize; 3] = [30, 36, 44];

/// Lines of a card; a passport has two.
const LINES_MAX: usize = 3;

/// The machine-readable zone whose first line begins at `at`. People who type it leave fillers out, so a line may be a
/// little shorter or longer.
pub(crate) fn machine_readable(text: &[u8], at: usize) -> Option<Range<usize>> {
    // The kind of document, a letter or filler, the state that issued it.
    let begins = matches!(text[at], b'P' | b'I' | b'A' | b'C' | b'V');
    let first = line_len(text, at);
    let fits = |len: usize| LINE_LENS.iter().any(|&line| len.abs_diff(line) <= 2);
    if !begins || !fits(first) || memchr::memmem::find(&text[at..at + first], b"<<").is_none() {
        return None;
    }
    let mut end = at + first;
    for _ in 1..LINES_MAX {
        let gap = text[end..].iter().take(2).take_while(|byte| matches!(byte, b'\n' | b'\r' | b' ')).count();
        let len = line_len(text, end + gap);
        if gap == 0 || !fits(len) {
            break;
        }
        end += gap + len;
    }
    Some(at..end)
}

fn line_len(text: &[u8], at: usize) -> usize {
    text[at..].iter().take(48).take_while(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || **byte == b'<').count()
}
