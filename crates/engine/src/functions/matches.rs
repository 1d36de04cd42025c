use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, BooleanArray, BooleanBufferBuilder};
use arrow::datatypes::DataType;
use ask::{Cell, ColumnKind, Filter, Matcher};
use datafusion::common::{Result, exec_err};
use datafusion::logical_expr::{ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility};
use datafusion::scalar::ScalarValue;

use super::text;
use crate::rows::{cell_of, column_kind, json_cell};

/// How the values given to [`Matches`] are to be understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Spelling {
    /// They are what their Arrow type says.
    Plain,
    /// They are texts that spell a value of any kind as JSON.
    Json,
}

/// Whether values pass one test of the search language, decided by the language's own matcher, one by one. The lowering
/// uses it only for what Arrow's kernels cannot say: values in `attributes`, regular expressions, and numbers, times and
/// truth values read as text.
pub(crate) struct Matches {
    test: Filter,
    matcher: Matcher,
    spelling: Spelling,
    signature: Signature,
}

impl Matches {
    pub(crate) fn call(test: &Filter, spelling: Spelling, value: Expr) -> Result<Expr, ask::Error> {
        let matcher = Matcher::new(test)?;
        let udf = Matches { test: test.clone(), matcher, spelling, signature: Signature::any(1, Volatility::Immutable) };
        Ok(ScalarUDF::from(udf).call(vec![value]))
    }

    fn test(&self, values: &ArrayRef) -> Result<BooleanArray> {
        let passes = |cell: &Cell<'_>| self.matcher.matches_value(cell);
        if text::is_text(values.data_type()) {
            return match self.spelling {
                Spelling::Plain => text::test_texts(values, |text| passes(&Cell::Text(text))),
                Spelling::Json => text::test_texts(values, |json| json_cell(json).is_some_and(|cell| passes(&cell.as_cell()))),
            };
        }
        if column_kind(values.data_type()) == ColumnKind::Other {
            return exec_err!("a search cannot look into columns of type {}", values.data_type());
        }
        let mut bits = BooleanBufferBuilder::new(values.len());
        (0..values.len()).for_each(|row| bits.append(passes(&cell_of(values, row))));
        Ok(BooleanArray::new(bits.finish(), values.logical_nulls()))
    }
}

impl ScalarUDFImpl for Matches {
    fn name(&self) -> &str {
        "matches"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        match args.args.as_slice() {
            [ColumnarValue::Array(values)] => Ok(ColumnarValue::Array(Arc::new(self.test(values)?))),
            [ColumnarValue::Scalar(value)] => {
                let found = self.test(&value.to_array()?)?;
                Ok(ColumnarValue::Scalar(ScalarValue::Boolean(found.is_valid(0).then(|| found.value(0)))))
            }
            _ => exec_err!("matches takes one value"),
        }
    }

    fn schema_name(&self, args: &[Expr]) -> Result<String> {
        let args: Vec<String> = args.iter().map(|arg| arg.schema_name().to_string()).collect();
        Ok(format!("matches[{:?}, {:?}]({})", self.test, self.spelling, args.join(", ")))
    }
}

impl fmt::Debug for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Matches({:?}, {:?})", self.test, self.spelling)
    }
}

impl PartialEq for Matches {
    fn eq(&self, other: &Matches) -> bool {
        self.test == other.test && self.spelling == other.spelling
    }
}

/// A bound that is NaN equals nothing, itself included; no parser makes one.
impl Eq for Matches {}

impl Hash for Matches {
    fn hash<H: Hasher>(&self, state: &mut H) {
        format!("{:?}", self.test).hash(state);
        self.spelling.hash(state);
    }
}
