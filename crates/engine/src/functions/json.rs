use std::borrow::Cow;
use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Builder, Int64Builder};
use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion::scalar::ScalarValue;

use super::member::unquote;
use super::text;

/// What can be taken out of the JSON spelling of one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// The number it is, as a float.
    Number,
    /// The number it is, if that is whole.
    Int,
    /// Where its kind stands in the order of all values: number 0, truth value 2, text 3. (1 are times, which JSON lacks.)
    Rank,
    /// Its text: what a string says, anything else as it is spelled.
    Text,
    /// One spelling for all values that are equal: `5`, `5.0` and `50e-1` are one number, an array is its text.
    Canonical,
}

/// `json_number(json)` and its like. They serve the lowering of searches, which has to keep the kind of each value.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct JsonPart {
    part: Part,
    signature: Signature,
}

impl JsonPart {
    pub(super) fn new(part: Part) -> JsonPart {
        JsonPart { part, signature: text::texts(1) }
    }
}

impl ScalarUDFImpl for JsonPart {
    fn name(&self) -> &str {
        match self.part {
            Part::Number => "json_number",
            Part::Int => "json_int",
            Part::Rank => "json_rank",
            Part::Text => "json_text",
            Part::Canonical => "json_canonical",
        }
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.part {
            Part::Number => DataType::Float64,
            Part::Int | Part::Rank => DataType::Int64,
            Part::Text | Part::Canonical => DataType::Utf8View,
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Array(json)] => self.take(json).map(ColumnarValue::Array),
            [ColumnarValue::Scalar(json)] => {
                let one = self.take(&json.to_array()?)?;
                ScalarValue::try_from_array(&one, 0).map(ColumnarValue::Scalar)
            }
            _ => exec_err!("{} takes one text", self.name()),
        }
    }
}

impl JsonPart {
    fn take(&self, json: &ArrayRef) -> Result<ArrayRef> {
        let ints = |of: fn(&str) -> Option<i64>| -> Result<ArrayRef> {
            let mut ints = Int64Builder::with_capacity(json.len());
            text::for_each_text(json, |json| ints.append_option(json.and_then(of)))?;
            Ok(Arc::new(ints.finish()))
        };
        let texts = |of: fn(&str) -> Cow<'_, str>| {
            text::map_texts(json, |json, out| {
                out.push_str(&of(json));
                true
            })
        };
        match self.part {
            Part::Number => {
                let mut numbers = Float64Builder::with_capacity(json.len());
                text::for_each_text(json, |json| numbers.append_option(json.and_then(number)))?;
                Ok(Arc::new(numbers.finish()))
            }
            Part::Int => ints(int),
            Part::Rank => ints(|json| Some(rank(json))),
            Part::Text => texts(plain),
            Part::Canonical => texts(canonical),
        }
    }
}

/// JSON numbers begin with a digit or minus; Rust's parser knows more (`inf`), so the first byte decides.
pub(crate) fn number(json: &str) -> Option<f64> {
    json.starts_with(|c: char| c == '-' || c.is_ascii_digit()).then(|| json.parse().ok())?
}

/// 2^63, the first float beyond every `i64`.
const INT_END: f64 = 9_223_372_036_854_775_808.0;

/// The number, if it is whole and fits.
pub(crate) fn int(json: &str) -> Option<i64> {
    json.parse().ok().or_else(|| number(json).filter(|n| n.fract() == 0.0 && (-INT_END..INT_END).contains(n)).map(|n| n as i64))
}

fn rank(json: &str) -> i64 {
    match json.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => 0,
        Some(b't' | b'f') => 2,
        _ => 3,
    }
}

fn plain(json: &str) -> Cow<'_, str> {
    unquote(json).unwrap_or(Cow::Borrowed(json))
}

fn canonical(json: &str) -> Cow<'_, str> {
    match json.as_bytes().first() {
        Some(b'-' | b'0'..=b'9') => match (int(json), number(json)) {
            (Some(int), _) => Cow::Owned(int.to_string()),
            (None, Some(number)) => Cow::Owned(format!("{number:?}")),
            (None, None) => Cow::Borrowed(json),
        },
        Some(b'[' | b'{') => Cow::Owned(serde_json::Value::from(json).to_string()),
        _ => Cow::Borrowed(json),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_numbers_are_numbers() {
        let check = |json, as_number, as_int| assert_eq!((number(json), int(json)), (as_number, as_int), "{json}");
        check("5", Some(5.0), Some(5));
        check("5.0", Some(5.0), Some(5));
        check("-2.5e3", Some(-2500.0), Some(-2500));
        check("2.5", Some(2.5), None);
        check("9223372036854775807", Some(INT_END), Some(i64::MAX));
        check("9223372036854775808", Some(INT_END), None);
        check("\"5\"", None, None);
        check("inf", None, None);
        check("true", None, None);
    }

    #[test]
    fn equal_values_have_one_spelling() {
        for (same, spelling) in [(&["5", "5.0", "50e-1"][..], "5"), (&["0.5", "5e-1"], "0.5"), (&["[1]", "\"[1]\""], "\"[1]\"")] {
            same.iter().for_each(|json| assert_eq!(canonical(json), spelling, "{json}"));
        }
        assert_eq!(plain(r#""a\"b""#), "a\"b");
        assert_eq!(["1", "true", "\"x\"", "[]"].map(rank), [0, 2, 3, 3]);
    }
}
