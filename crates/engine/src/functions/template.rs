use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion::scalar::ScalarValue;

use super::text;

/// `pattern_template(message)`: the constant text of a message, its variables as holes.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct PatternTemplate {
    signature: Signature,
}

impl Default for PatternTemplate {
    fn default() -> PatternTemplate {
        PatternTemplate { signature: text::texts(1) }
    }
}

impl ScalarUDFImpl for PatternTemplate {
    fn name(&self) -> &str {
        "pattern_template"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Scalar(one)] => {
                let template = text::literal(one)?.map(pattern::template);
                Ok(ColumnarValue::Scalar(ScalarValue::Utf8View(template)))
            }
            [ColumnarValue::Array(messages)] => Ok(ColumnarValue::Array(text::map_texts(messages, |message, out| {
                out.push_str(&pattern::template(message));
                true
            })?)),
            _ => exec_err!("pattern_template takes one text"),
        }
    }
}
