use std::borrow::Cow;

use memchr::memmem;

/// A key that is looked for in many JSON objects.
///
/// The objects are what the lake wrote into `attributes`: valid JSON, no key twice. Text that is not such an object
/// holds nothing; it is not judged here.
pub(crate) struct Wanted<'n> {
    name: &'n str,
    /// The quoted key, unless it may be written in several ways (escapes).
    quoted: Option<memmem::Finder<'static>>,
}

impl<'n> Wanted<'n> {
    pub(crate) fn new(name: &'n str) -> Wanted<'n> {
        let plain = name.bytes().all(|b| (b' '..0x7f).contains(&b) && !matches!(b, b'"' | b'\\' | b'/'));
        let quoted = plain.then(|| memmem::Finder::new(&format!("\"{name}\"")).into_owned());
        Wanted { name, quoted }
    }

    /// The value, in its spelling. Most objects do not have the key: a look at the bytes rules them out.
    pub(crate) fn find<'o>(&self, object: &'o str) -> Option<&'o str> {
        if self.quoted.as_ref().is_some_and(|quoted| quoted.find(object.as_bytes()).is_none()) {
            return None;
        }
        members(object).find(|(key, _)| key == self.name).map(|(_, value)| value).filter(|&value| value != "null")
    }
}

/// The members of a JSON object: key, and value in its spelling.
pub(crate) fn members(object: &str) -> impl Iterator<Item = (Cow<'_, str>, &str)> {
    let mut at = skip_space(object, 0);
    let open = object.as_bytes().get(at) == Some(&b'{');
    at += 1;
    std::iter::from_fn(move || if open { member(object, &mut at) } else { None })
}

fn member<'o>(object: &'o str, at: &mut usize) -> Option<(Cow<'o, str>, &'o str)> {
    let bytes = object.as_bytes();
    let start = skip_space(object, *at);
    let key_end = string_end(bytes, start)?;
    let colon = skip_space(object, key_end);
    if bytes.get(colon) != Some(&b':') {
        return None;
    }
    let value_start = skip_space(object, colon + 1);
    let value_end = value_end(bytes, value_start)?;
    let comma = skip_space(object, value_end);
    *at = if bytes.get(comma) == Some(&b',') { comma + 1 } else { object.len() };
    Some((unquote(&object[start..key_end])?, object[value_start..value_end].trim_end()))
}

/// The text behind a JSON string.
pub(crate) fn unquote(quoted: &str) -> Option<Cow<'_, str>> {
    let inner = quoted.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') { serde_json::from_str(quoted).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

fn skip_space(text: &str, from: usize) -> usize {
    let rest = text.as_bytes().get(from..).unwrap_or_default();
    from + rest.iter().take_while(|b| b.is_ascii_whitespace()).count()
}

/// The byte behind a string that begins at `start`.
fn string_end(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes.get(start) != Some(&b'"') {
        return None;
    }
    let mut at = start + 1;
    loop {
        at += memchr::memchr2(b'"', b'\\', bytes.get(at..)?)?;
        match bytes[at] {
            b'"' => return Some(at + 1),
            _ => at += 2,
        }
    }
}

/// The byte behind a value that begins at `start`.
fn value_end(bytes: &[u8], start: usize) -> Option<usize> {
    let mut depth = 0usize;
    let mut at = start;
    loop {
        match bytes.get(at)? {
            b'"' => {
                at = string_end(bytes, at)?;
                if depth == 0 {
                    return Some(at);
                }
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth == 0 => return (at > start).then_some(at),
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            b',' if depth == 0 => return (at > start).then_some(at),
            _ => {}
        }
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_found_in_their_spelling() {
        let check = |object, name, value: Option<&str>| assert_eq!(Wanted::new(name).find(object), value, "{object} {name}");
        check(r#"{"a":1,"b":"x"}"#, "a", Some("1"));
        check(r#"{"a":1,"b":"x"}"#, "b", Some(r#""x""#));
        check(r#"{"a":1,"b":"x"}"#, "c", None);
        check(r#"{"a":"c","b":"\"c\":1"}"#, "c", None); // stands there, but is no key
        check(r#"{"a.b":[1,{"c":2}],"c":3}"#, "c", Some("3"));
        check(r#"{"a.b":[1,{"c":2}]}"#, "a.b", Some(r#"[1,{"c":2}]"#));
        check(r#" { "a" : -1.5e3 , "b" : {} } "#, "a", Some("-1.5e3"));
        check(r#" { "a" : -1.5e3 , "b" : {} } "#, "b", Some("{}"));
        check(r#"{"a":["]","}"],"b":true}"#, "b", Some("true"));
        check(r#"{"a\"b":true,"\u00e4":1}"#, "a\"b", Some("true"));
        check(r#"{"a\"b":true,"\u00e4":1}"#, "ä", Some("1"));
        check(r#"{"a":null}"#, "a", None);
        for damaged in ["not json", "", "{", r#"{"a"#, r#"{"a""#, r#"{"a":"#, r#"{"a":1"#, r#"{"a":"\"#, "[1]", r#"{"a":}"#] {
            check(damaged, "a", None);
        }
    }
}
