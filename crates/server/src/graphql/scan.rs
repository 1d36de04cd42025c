//! Looks a document over before it is parsed: parsers call themselves for each bracket within a bracket, and their time
//! grows with the number of pieces.

use async_graphql::{Pos, ServerError};

use super::cost::{ALIASES_MAX, too_many_aliases};
use super::errors::refused;

/// Brackets within each other, of any kind. Thrice what the deepest document that may run needs.
const NESTING_MAX: usize = 64;
/// Names, values and punctuation marks. Introspection by the usual tools takes some 300.
const PIECES_MAX: usize = 3000;
/// Longest name: mistaken ones are compared with all there are.
const NAME_MAX_BYTES: usize = 256;

/// Whether a parser may have it.
pub(super) fn check(document: &str) -> Result<(), ServerError> {
    let bytes = document.as_bytes();
    let (mut at, mut pieces, mut nesting) = (0, 0, 0_usize);
    // Colons behind names outside of arguments.
    let (mut arguments, mut aliases, mut is_behind_name) = (0_usize, 0, false);
    while let Some(&byte) = bytes.get(at) {
        let end = match byte {
            b' ' | b',' | b'\t' | b'\r' | b'\n' => at + 1,
            b'#' => at + until(&bytes[at..], |b| matches!(b, b'\r' | b'\n')),
            b'"' => at + text_len(&bytes[at..]),
            _ if is_of_name(byte) => at + until(&bytes[at..], |b| !is_of_name(b)),
            _ => at + 1,
        };
        match byte {
            b' ' | b',' | b'\t' | b'\r' | b'\n' | b'#' => {
                at = end;
                continue;
            }
            b'{' | b'[' | b'(' => nesting += 1,
            b'}' | b']' | b')' => nesting = nesting.saturating_sub(1),
            _ => {}
        }
        match byte {
            b'(' => arguments += 1,
            b')' => arguments = arguments.saturating_sub(1),
            b':' if arguments == 0 && is_behind_name => aliases += 1,
            _ => {}
        }
        if aliases > ALIASES_MAX {
            return Err(too_many_aliases(place(document, at)));
        }
        is_behind_name = is_of_name(byte);
        pieces += 1;
        let problem = match () {
            () if nesting > NESTING_MAX => format!("more than {NESTING_MAX} brackets stand within each other"),
            () if pieces > PIECES_MAX => format!("the document has more than {PIECES_MAX} names, values and marks"),
            () if is_of_name(byte) && end - at > NAME_MAX_BYTES => format!("a name is longer than {NAME_MAX_BYTES} bytes"),
            () => {
                at = end;
                continue;
            }
        };
        return Err(refused(
            "DOCUMENT_TOO_LARGE",
            problem,
            "put values into variables, and ask for less",
            Some(place(document, at)),
        ));
    }
    Ok(())
}

fn is_of_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn until(bytes: &[u8], ends: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|&byte| ends(byte)).unwrap_or(bytes.len())
}

/// Length of a string that begins here. One that does not end goes to the end of its line, or as a block to the end of all.
fn text_len(bytes: &[u8]) -> usize {
    const BLOCK: &[u8] = b"\"\"\"";
    let is_block = bytes.starts_with(BLOCK);
    let mut at = if is_block { BLOCK.len() } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' if is_block => at += if bytes[at + 1..].starts_with(BLOCK) { 1 + BLOCK.len() } else { 1 },
            b'\\' => at += 2,
            b'"' if !is_block => return at + 1,
            b'"' if bytes[at..].starts_with(BLOCK) => return at + BLOCK.len(),
            b'\r' | b'\n' if !is_block => return at,
            _ => at += 1,
        }
    }
    bytes.len()
}

/// Line and column, both from 1.
fn place(document: &str, at: usize) -> Pos {
    let before = &document.as_bytes()[..at];
    let line = before.iter().filter(|&&byte| byte == b'\n').count() + 1;
    let line_start = before.iter().rposition(|&byte| byte == b'\n').map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[line_start..]).chars().count() + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_parser_may_have() {
        let check = |document: &str, expected: Option<(usize, usize)>| {
            let found = check(document).err().map(|error| (error.locations[0].line, error.locations[0].column));
            let shown: String = document.chars().take(40).collect();
            assert_eq!(found, expected, "{shown}");
        };
        check("", None);
        check("{ logs { complete } } # {{{{", None);
        check(&"{a".repeat(NESTING_MAX), None);
        check(&"{a".repeat(NESTING_MAX + 1), Some((1, 2 * NESTING_MAX + 1)));
        check(&format!("{{\n\u{fc}{}", "[".repeat(NESTING_MAX)), Some((2, NESTING_MAX + 1)));
        check(&"{}".repeat(PIECES_MAX / 2), None);
        check(&"[]".repeat(PIECES_MAX / 2 + 1), Some((1, PIECES_MAX + 1)));
        check(&"a ".repeat(PIECES_MAX + 1), Some((1, 2 * PIECES_MAX + 1)));
        check(&"a: b ".repeat(ALIASES_MAX), None);
        check(&"a: b ".repeat(ALIASES_MAX + 1), Some((1, 5 * ALIASES_MAX + 2)));
        check(&format!("q({})", "a: b ".repeat(ALIASES_MAX + 1)), None);
        check(&"a".repeat(NAME_MAX_BYTES), None);
        check(&"a".repeat(NAME_MAX_BYTES + 1), Some((1, 1)));
    }

    #[test]
    fn brackets_in_strings_and_comments_are_no_brackets() {
        let many = "[".repeat(NESTING_MAX + 1);
        for fine in [
            format!("\"{many}\""),
            format!("\"\\\"{many}\""),
            format!("\"\\\\\" \"{many}\""),
            format!("\"\"\"\n{many} \" \\\"\"\" {many}\"\"\""),
            format!("# {many}\n{{"),
            format!("\"\" \"{many}\""),
            format!("\"{many}\n"),
        ] {
            assert!(check(&fine).is_ok(), "{fine}");
        }
        for bad in [format!("\"\" {many}"), format!("\"\\\\\"{many}"), format!("\"\"\"\"\"\"{many}"), format!("\"x\n{many}")] {
            assert!(check(&bad).is_err(), "{bad}");
        }
        for unfinished in ["\"", "\"\"\"", "\"\\", "\"\"\"\\", "#", "\"\"\"\\\"\"\""] {
            assert!(check(unfinished).is_ok(), "{unfinished}");
        }
    }
}
