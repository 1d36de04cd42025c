use arrow::datatypes::DataType;
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, ScalarFunctionArgs, ScalarUDFImpl, Signature};
use datafusion::scalar::ScalarValue;

use super::member::{Wanted, unquote};
use super::text;

/// `attribute(attributes, 'name')`: the value of an attribute that has no column of its own, as text.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct Attribute {
    signature: Signature,
}

/// `json_member(attributes, 'name')`: the same in its JSON spelling, so that its kind is not lost.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(super) struct JsonMember {
    signature: Signature,
}

impl Default for Attribute {
    fn default() -> Attribute {
        Attribute { signature: text::texts(2) }
    }
}

impl Default for JsonMember {
    fn default() -> JsonMember {
        JsonMember { signature: text::texts(2) }
    }
}

impl ScalarUDFImpl for Attribute {
    fn name(&self) -> &str {
        "attribute"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        look_up("attribute", &args.args, |json, out| match unquote(json) {
            Some(text) => out.push_str(&text),
            None => out.push_str(json),
        })
    }
}

impl ScalarUDFImpl for JsonMember {
    fn name(&self) -> &str {
        "json_member"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Utf8View)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        look_up("json_member", &args.args, |json, out| out.push_str(json))
    }
}

fn look_up(function: &str, args: &[ColumnarValue], spell: impl Fn(&str, &mut String)) -> Result<ColumnarValue> {
    let [objects, ColumnarValue::Scalar(name)] = args else {
        return exec_err!("the second argument of {function} has to be a literal");
    };
    let Some(name) = text::literal(name)? else {
        return Ok(ColumnarValue::Scalar(ScalarValue::Utf8View(None)));
    };
    let wanted = Wanted::new(name);
    let find = |object: &str, out: &mut String| match wanted.find(object) {
        Some(value) => {
            spell(value, out);
            true
        }
        None => false,
    };
    Ok(match objects {
        ColumnarValue::Scalar(one) => {
            let mut out = String::new();
            let there = text::literal(one)?.is_some_and(|object| find(object, &mut out));
            ColumnarValue::Scalar(ScalarValue::Utf8View(there.then_some(out)))
        }
        ColumnarValue::Array(objects) => ColumnarValue::Array(text::map_texts(objects, find)?),
    })
}
