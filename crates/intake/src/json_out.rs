/// Appends a text as JSON writes it.
pub(crate) fn quote(out: &mut String, text: &str) {
    out.push('"');
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
    out.push('"');
}

#[cfg(test)]
mod tests {
    #[test]
    fn what_is_quoted_is_read_back() {
        for text in ["", "plain", "a\"b\\c\nd\re\tf\u{1}g\u{1f}", "\u{e4}\u{1f600}\"", "\\"] {
            let mut out = String::new();
            super::quote(&mut out, text);
            assert_eq!(serde_json::from_str::<String>(&out).expect("JSON"), text);
        }
    }
}
