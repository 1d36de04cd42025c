use std::sync::Arc;

use arrow::array::ArrayRef;
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion::scalar::ScalarValue;
use record::{Phrase, Prefix};

use super::text;

pub(crate) const MATCH_PHRASE: &str = "match_phrase";
pub(crate) const MATCH_PREFIX: &str = "match_prefix";

/// `match_phrase(text, 'phrase')`: whether the words of the phrase stand in the text, whole, next to each other, in
/// order, in any case. The index inside the segments can serve it, which it cannot for LIKE.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MatchPhrase {
    signature: Signature,
}

/// `match_prefix(text, 'prefix')`: like `match_phrase`, but the last word need only begin so.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct MatchPrefix {
    signature: Signature,
}

impl Default for MatchPhrase {
    fn default() -> MatchPhrase {
        MatchPhrase { signature: text::texts(2) }
    }
}

impl Default for MatchPrefix {
    fn default() -> MatchPrefix {
        MatchPrefix { signature: text::texts(2) }
    }
}

impl ScalarUDFImpl for MatchPhrase {
    fn name(&self) -> &str {
        MATCH_PHRASE
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        invoke(MATCH_PHRASE, &args.args, |phrase| {
            let phrase = Phrase::new(phrase);
            move |text: &str| phrase.matches(text)
        })
    }
}

impl ScalarUDFImpl for MatchPrefix {
    fn name(&self) -> &str {
        MATCH_PREFIX
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        invoke(MATCH_PREFIX, &args.args, |prefix| {
            let prefix = Prefix::new(prefix);
            move |text: &str| prefix.matches(text)
        })
    }
}

/// What is looked for is read once per batch, so it has to be the same for all rows.
fn invoke<T: Fn(&str) -> bool>(name: &str, args: &[ColumnarValue], compile: impl Fn(&str) -> T) -> Result<ColumnarValue> {
    let [texts, ColumnarValue::Scalar(sought)] = args else {
        return exec_err!("the second argument of {name} has to be a literal");
    };
    let Some(sought) = text::literal(sought)? else {
        return Ok(ColumnarValue::Scalar(ScalarValue::Boolean(None)));
    };
    let test = compile(sought);
    Ok(match texts {
        ColumnarValue::Scalar(one) => ColumnarValue::Scalar(ScalarValue::Boolean(text::literal(one)?.map(test))),
        ColumnarValue::Array(texts) => ColumnarValue::Array(Arc::new(text::test_texts(texts, test)?) as ArrayRef),
    })
}

#[cfg(test)]
mod tests {
    use arrow::array::{Array, AsArray};
    use arrow::datatypes::Int32Type;

    use super::*;

    /// Every text type gives the same answer.
    fn check(texts: &[Option<&str>], phrase: &str, expected: &[Option<bool>]) {
        let plain = text::utf8(texts);
        let dictionary = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
        for data_type in [DataType::Utf8, DataType::LargeUtf8, DataType::Utf8View, dictionary] {
            let texts = arrow::compute::cast(&plain, &data_type).unwrap();
            let compiled = Phrase::new(phrase);
            let found = text::test_texts(&texts, |text| compiled.matches(text)).unwrap();
            assert_eq!(found.iter().collect::<Vec<_>>(), expected, "{data_type}");
        }
    }

    #[test]
    fn phrases_are_found_in_every_kind_of_text() {
        let texts = [Some("Connection reset by peer"), None, Some("connection was reset"), Some("")];
        check(&texts, "RESET by", &[Some(true), None, Some(false), Some(false)]);
        check(&texts, "reset", &[Some(true), None, Some(true), Some(false)]);
        check(&[None, None], "reset", &[None, None]);
    }

    #[test]
    fn a_dictionary_is_tested_by_value() {
        let texts: arrow::array::DictionaryArray<Int32Type> =
            vec![Some("a b"), Some("c"), Some("a b"), None].into_iter().collect();
        let texts: ArrayRef = Arc::new(texts);
        let seen = std::cell::Cell::new(0);
        let found = text::test_texts(&texts, |text| {
            seen.set(seen.get() + 1);
            text == "a b"
        })
        .unwrap();
        assert_eq!((found.true_count(), found.null_count(), seen.get()), (2, 1, 2));
        assert!(texts.as_any_dictionary().values().len() == 2);
    }
}
