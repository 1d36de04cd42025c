//! A model's answer, read as far as it goes: whole JSON, JSON among other text, or the beginning of one.

use serde_json::Value;

use super::sentences::sentences;

/// Citations of one sentence that are read.
const CITATIONS_MAX: usize = 12;

/// A text with citations as the model wrote it; it was to hold one sentence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Claim {
    pub(super) text: String,
    /// As written: `F2`, `1`.
    pub(super) citations: Vec<String>,
}

impl Claim {
    /// Each of its sentences, with all of its citations. One without text is one.
    pub(super) fn sentences(&self) -> Vec<Claim> {
        let of = |text: &str| Claim { text: text.to_owned(), citations: self.citations.clone() };
        match sentences(&self.text) {
            found if found.is_empty() => vec![of("")],
            found => found.into_iter().map(of).collect(),
        }
    }
}

/// The claims, at most `limit`, and whether the answer was one whole object.
pub(super) fn claims(answer: &str, limit: usize) -> (Vec<Claim>, bool) {
    let whole = serde_json::from_str::<Value>(answer.trim()).is_ok_and(|value| value["sentences"].is_array());
    let Some(start) = answer.find("\"sentences\"").and_then(|at| Some(at + answer[at..].find('[')? + 1)) else {
        return (Vec::new(), false);
    };
    let mut rest = &answer[start..];
    let mut claims = Vec::new();
    while claims.len() < limit {
        rest = rest.trim_start_matches(|c: char| c.is_whitespace() || c == ',');
        if !rest.starts_with('{') {
            break;
        }
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let Some(Ok(value)) = values.next() else { break };
        rest = &rest[values.byte_offset()..];
        claims.push(claim(&value));
    }
    (claims, whole)
}

/// A sentence without text or citations is still one, so that it is counted as left out.
fn claim(value: &Value) -> Claim {
    let citations = value["citations"].as_array().into_iter().flatten().take(CITATIONS_MAX);
    let written = |citation: &Value| match citation {
        Value::String(text) => text.trim().trim_matches(['[', ']', '(', ')', '#']).to_owned(),
        other => other.to_string(),
    };
    Claim { text: value["text"].as_str().unwrap_or_default().trim().to_owned(), citations: citations.map(written).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(answer: &str, expected: &[(&str, &[&str])], whole: bool) {
        let (claims, is_whole) = claims(answer, 3);
        let found: Vec<(&str, Vec<&str>)> =
            claims.iter().map(|claim| (claim.text.as_str(), claim.citations.iter().map(String::as_str).collect())).collect();
        let expected: Vec<(&str, Vec<&str>)> = expected.iter().map(|(text, citations)| (*text, citations.to_vec())).collect();
        assert_eq!((found, is_whole), (expected, whole), "{answer}");
    }

    #[test]
    fn answers_are_read_as_far_as_they_go() {
        check(r#"{"sentences":[{"text":"a.","citations":["F1",2]}]}"#, &[("a.", &["F1", "2"])], true);
        check("\n\n  {\"sentences\":[]}\n", &[], true);
        check("```json\n{\"sentences\":[{\"text\":\"a.\",\"citations\":[\"[F1]\"]}]}\n```", &[("a.", &["F1"])], false);
        check(r#"{"sentences":[{"text":"a.","citations":["1"]},{"text":"b.","cita"#, &[("a.", &["1"])], false);
        check(r#"{"sentences":[{"text":"a."},{"citations":[1]},7,{"text":"c."}]}"#, &[("a.", &[]), ("", &["1"])], true);
        check(
            r#"{"sentences":[{"text":"1"},{"text":"2"},{"text":"3"},{"text":"4"}]}"#,
            &[("1", &[]), ("2", &[]), ("3", &[])],
            true,
        );
        for nothing in ["", "   ", "I am sorry.", "{\"sentences\":", "{\"sentences\":\"x\"}", "[[[[", "\"sentences\" [ {", "\0"] {
            check(nothing, &[], false);
        }
    }
}
