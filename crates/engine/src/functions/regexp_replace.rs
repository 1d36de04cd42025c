use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{Result, ScalarValue};
use datafusion::functions::regex::regexp_replace;
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature};
use regex::{NoExpand, Regex};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::text;

/// `regexp_replace(text, regexp, replacement[, flags])`: DataFusion's own, but for one kind of question that is asked of logs
/// again and again: all stretches of some characters, such as `[0-9]+`, replaced by a text. These are found by looking at each
/// byte once, where a regular expression begins anew at each of them.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct RegexpReplace {
    general: Arc<ScalarUDF>,
}

impl Default for RegexpReplace {
    fn default() -> RegexpReplace {
        RegexpReplace { general: regexp_replace() }
    }
}

impl ScalarUDFImpl for RegexpReplace {
    fn name(&self) -> &str {
        self.general.name()
    }

    fn signature(&self) -> &Signature {
        self.general.signature()
    }

    fn return_type(&self, types: &[DataType]) -> Result<DataType> {
        self.general.return_type(types)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match stretches(&args.args) {
            Some((texts, stretches, replacement)) => Ok(ColumnarValue::Array(stretches.replace(texts, replacement)?)),
            None => self.general.invoke_with_args(args),
        }
    }
}

/// The texts, what is replaced, and by what, if the arguments are of the kind that is done here.
fn stretches(args: &[ColumnarValue]) -> Option<(&ArrayRef, Stretches, &str)> {
    let [ColumnarValue::Array(texts), regexp, replacement, flags] = args else { return None };
    let replacement = literal(replacement)?;
    let plain = !replacement.contains(['$', '\\']);
    let done_here = texts.data_type() == &DataType::Utf8View && literal(flags)? == "g" && plain;
    let stretches = Stretches::of(literal(regexp)?).filter(|_| done_here)?;
    Some((texts, stretches, replacement))
}

fn literal(value: &ColumnarValue) -> Option<&str> {
    match value {
        ColumnarValue::Scalar(value @ (ScalarValue::Utf8View(_) | ScalarValue::Utf8(_))) => value.try_as_str().flatten(),
        _ => None,
    }
}

/// Characters of one class, each for itself or as many as stand together.
struct Stretches {
    /// Whether an ASCII character is in the class.
    ascii: [bool; 256],
    /// Whether all that stand together are one stretch.
    together: bool,
    /// For texts with other characters, if the class has such.
    beyond: Option<Regex>,
}

impl Stretches {
    /// `None` when the expression says anything else.
    fn of(regexp: &str) -> Option<Stretches> {
        let parsed = regex_syntax::parse(regexp).ok()?;
        let (class, together) = match parsed.kind() {
            HirKind::Repetition(repetition) if repetition.min == 1 && repetition.max.is_none() && repetition.greedy => {
                (&*repetition.sub, true)
            }
            _ => (&parsed, false),
        };
        let ranges = ranges(class)?;
        let mut ascii = [false; 256];
        for byte in 0..128_u8 {
            ascii[usize::from(byte)] = ranges.iter().any(|(first, last)| (*first..=*last).contains(&char::from(byte)));
        }
        let beyond = ranges.iter().any(|(_, last)| !last.is_ascii());
        let beyond = if beyond { Some(Regex::new(regexp).ok()?) } else { None };
        Some(Stretches { ascii, together, beyond })
    }

    fn replace(&self, texts: &ArrayRef, replacement: &str) -> Result<ArrayRef> {
        text::map_texts(texts, |text, out| {
            match &self.beyond {
                Some(regexp) if !text.is_ascii() => out.push_str(&regexp.replace_all(text, NoExpand(replacement))),
                _ => self.replace_one(text, replacement, out),
            }
            true
        })
    }

    fn replace_one(&self, text: &str, replacement: &str, out: &mut String) {
        let bytes = text.as_bytes();
        let (mut at, mut kept) = (0, 0);
        while let Some(found) = bytes[at..].iter().position(|&byte| self.ascii[usize::from(byte)]) {
            out.push_str(&text[kept..at + found]);
            out.push_str(replacement);
            let rest = &bytes[at + found + 1..];
            let more = rest.iter().take_while(|&&byte| self.together && self.ascii[usize::from(byte)]).count();
            at += found + 1 + more;
            kept = at;
        }
        out.push_str(&text[kept..]);
    }
}

/// The characters of a class, or the one character of a text.
fn ranges(class: &Hir) -> Option<Vec<(char, char)>> {
    match class.kind() {
        HirKind::Class(Class::Unicode(class)) => Some(class.iter().map(|range| (range.start(), range.end())).collect()),
        HirKind::Literal(literal) => match *literal.0 {
            [byte] if byte.is_ascii() => Some(vec![(char::from(byte), char::from(byte))]),
            _ => None,
        },
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use arrow::array::{AsArray, StringViewArray};
    use proptest::prelude::*;

    use super::*;

    fn replaced(text: &str, regexp: &str, replacement: &str) -> Option<String> {
        let texts: ArrayRef = Arc::new(StringViewArray::from(vec![Some(text), None]));
        let argument = |text: &str| ColumnarValue::Scalar(ScalarValue::Utf8View(Some(text.to_owned())));
        let args = [ColumnarValue::Array(texts), argument(regexp), argument(replacement), argument("g")];
        let (texts, stretches, replacement) = stretches(&args)?;
        let replaced = stretches.replace(texts, replacement).unwrap();
        let replaced = replaced.as_string_view();
        assert!(replaced.iter().nth(1).unwrap().is_none(), "of no text there is none");
        Some(replaced.value(0).to_owned())
    }

    #[test]
    fn only_stretches_of_a_class_are_done_here() {
        let check = |regexp: &str, done: bool| assert_eq!(Stretches::of(regexp).is_some(), done, "{regexp}");
        for regexp in ["[0-9]+", "\\d+", "[^a-z]", "x", "(?i)[a-f]+", " +"] {
            check(regexp, true);
        }
        for regexp in ["", "[0-9]*", "[0-9]+?", "[0-9]{2,}", "([0-9]+)", "^[0-9]+", "ab", "a|bc", "\\b", "(", "[0-9]+x"] {
            check(regexp, false);
        }
        assert_eq!(replaced("a1", "[0-9]", "$0"), None);
        assert_eq!(replaced("a1", "[0-9]", "\\0"), None);
    }

    proptest! {
        #[test]
        fn the_answer_is_that_of_the_regular_expression(
            text in "([a-c0-9é٣ _.-]|\\PC){0,30}",
            regexp in prop::sample::select(vec!["[0-9]+", "[0-9]", "\\d+", "[^0-9]+", "[a-z0-9_]+", "-", "\\w", "[é]+", "\\s+", "é"]),
        ) {
            let expected = Regex::new(regexp).unwrap().replace_all(&text, "<N>").into_owned();
            let found = replaced(&text, regexp, "<N>");
            prop_assert!(found.is_some() || regexp == "é" || regexp == "[é]+");
            prop_assert_eq!(found.unwrap_or(expected.clone()), expected);
        }
    }
}
