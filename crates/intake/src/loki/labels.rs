use crate::raw::{Escapes, Raw};

/// Reads labels as Prometheus writes them: `{app="shop", path="C:\\x"}`. `each` is given name and value. Returns the byte
/// at which they end to be labels.
pub(super) fn read(text: &str, mut each: impl FnMut(&str, &str)) -> Result<(), usize> {
    let mut at = skip(text, 0);
    at = expect(text, at, '{')?;
    loop {
        at = skip(text, at);
        if text[at..].starts_with('}') {
            at = skip(text, at + 1);
            return if at == text.len() { Ok(()) } else { Err(at) };
        }
        let name_len = text[at..].bytes().take_while(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b':' | b'.')).count();
        if name_len == 0 {
            return Err(at);
        }
        let name = &text[at..at + name_len];
        at = expect(text, skip(text, at + name_len), '=')?;
        at = expect(text, skip(text, at), '"')?;
        let end = closing_quote(text, at)?;
        each(name, &Raw::Escaped(&text[at..end], Escapes::Quoted).plain());
        at = skip(text, end + 1);
        if text[at..].starts_with(',') {
            at += 1;
        } else if !text[at..].starts_with('}') {
            return Err(at);
        }
    }
}

fn closing_quote(text: &str, mut at: usize) -> Result<usize, usize> {
    let start = at;
    loop {
        at += memchr::memchr2(b'"', b'\\', text.as_bytes().get(at..).unwrap_or_default()).ok_or(start)?;
        if text.as_bytes()[at] == b'"' {
            return Ok(at);
        }
        at += 2;
    }
}

fn skip(text: &str, at: usize) -> usize {
    at + text[at..].len() - text[at..].trim_start().len()
}

fn expect(text: &str, at: usize, mark: char) -> Result<usize, usize> {
    if text[at..].starts_with(mark) { Ok(at + mark.len_utf8()) } else { Err(at) }
}

#[cfg(test)]
mod tests {
    fn labels(text: &str) -> Result<Vec<(String, String)>, usize> {
        let mut labels = Vec::new();
        super::read(text, |name, value| labels.push((name.to_owned(), value.to_owned())))?;
        Ok(labels)
    }

    #[test]
    fn names_and_values() {
        let check = |text: &str, expected: &[(&str, &str)]| {
            let expected = expected.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
            assert_eq!(labels(text), Ok(expected), "{text}");
        };
        check("{}", &[]);
        check(" { app = \"shop\" , env=\"a,b}\\\"c\\\\\\n\\u00e4\" , } ", &[("app", "shop"), ("env", "a,b}\"c\\\n\u{e4}")]);
        check("{a=\"\u{20ac}\"}", &[("a", "\u{20ac}")]);
    }

    #[test]
    fn what_is_no_label_has_its_place() {
        let check = |text: &str, at| assert_eq!(labels(text), Err(at), "{text}");
        check("", 0);
        check("app=\"x\"", 0);
        check("{app}", 4);
        check("{app=x}", 5);
        check("{app=\"x", 6);
        check("{app=\"x\\", 6);
        check("{app=\"x\"", 8);
        check("{app=\"x\" b=\"y\"}", 9);
        check("{app=\"x\"} y", 10);
        check("{\"app\"=\"x\"}", 1);
        check("{a=\"x\"\u{20ac}}", 6);
    }
}
