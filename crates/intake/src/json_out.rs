/// Appends a text as JSON writes it.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
    escape(out, text);
    out.push('"');
}

/// The same of bytes that may be no UTF-8. Returns how often they had to be mended.
pub(crate) fn quote_bytes(out: &mut String, bytes: &[u8]) -> u64 {
    let mut mended = 0;
    out.push('"');
    for chunk in bytes.utf8_chunks() {
        escape(out, chunk.valid());
        if !chunk.invalid().is_empty() {
            mended += 1;
            out.push('\u{fffd}');
        }
    }
    out.push('"');
    mended
}

fn escape(out: &mut String, text: &str) {
    let mut rest = text;
    while let Some(at) = rest.bytes().position(|b| b < 0x20 || b == b'"' || b == b'\\') {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            other => {
                out.push_str("\\u00");
                out.push(char::from_digit(u32::from(other >> 4), 16).expect("BUG: four bits"));
                out.push(char::from_digit(u32::from(other & 15), 16).expect("BUG: four bits"));
            }
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["", "plain", "a\"b\\c\nd\re\tf\u{1}g\u{1f}", "\u{e4}\u{1f600}\"", "\\"] {
            let mut out = String::new();
            super::quote(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).expect("JSON"), text);
            let mut bytes = String::new();
            assert_eq!((super::quote_bytes(&mut bytes, text.as_bytes()), bytes), (0, out));
        }
    }

    #[test]
    fn what_is_no_utf8_is_mended_and_counted() {
        let mut out = String::new();
        assert_eq!(super::quote_bytes(&mut out, b"a\xff\"b\xc3"), 2);
        assert_eq!(out, "\"a\u{fffd}\\\"b\u{fffd}\"");
    }
}
